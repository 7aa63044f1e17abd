"""Minimal machines of a release, for what has to be seen under systemd: debootstrap's smallest root with systemd, and
the archives of what a package of ours needs, so that apt installs it without a network."""

import pathlib
import shutil
import subprocess

import prepare

DISK_MIB = 3072


class System:
    def __init__(self, guest):
        self.guest = guest
        self.root = guest.folder / "system"

    def prepare(self, package=None):
        """package: the .deb that a scenario will install."""
        with prepare.locked(f"{self.guest.name}.lock"):
            if not (self.root / "etc/debian_version").exists():
                self._make_root()
            if package:
                self._fetch(package)

    def _make_root(self):
        prepare.require({"debootstrap": "debootstrap", "mkfs.ext4": "e2fsprogs"})
        print(f"lab: making a minimal {self.guest.release} in {self.root}", flush=True)
        half = self.root.with_suffix(".part")
        shutil.rmtree(half, ignore_errors=True)
        prepare.run("debootstrap", "--variant=minbase", "--include=systemd-sysv", self.guest.release, str(half),
                    *prepare.mirror())
        half.rename(self.root)

    def _fetch(self, package):
        """Archives only: nothing is installed before the VM runs."""
        inside = self.root / "tmp" / pathlib.Path(package).name
        shutil.copy(package, inside)
        fetch = ["chroot", str(self.root), "apt-get", "-qq", "-y", "--no-install-recommends", "--download-only",
                 "install", f"/tmp/{inside.name}"]
        try:
            if subprocess.run(fetch, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode:
                prepare.run("chroot", str(self.root), "apt-get", "-qq", "update")
                prepare.run(*fetch)
        finally:
            inside.unlink()

    @staticmethod
    def make_disk(path):
        """An empty file system, as sparse as it is."""
        with open(path, "wb") as disk:
            disk.truncate(DISK_MIB << 20)
        prepare.run("mkfs.ext4", "-q", "-F", "-O", "^has_journal", str(path))
