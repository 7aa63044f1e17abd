"""Minimal machines of a release, for what has to be seen under systemd: debootstrap's smallest root with systemd, and
what a package of ours depends on, installed beforehand because an emulated CPU takes minutes for that. So their services
start at boot, as they do on a machine where they have just been installed."""

import shutil

import prepare

DISK_MIB = 2048


class System:
    def __init__(self, guest):
        self.guest = guest
        self.root = guest.folder / "system"

    def prepare(self, package=None):
        """package: the .deb that a scenario will install; nothing but what it says it needs is there."""
        depends = prepare.run("dpkg-deb", "--field", str(package), "Depends").strip() if package else ""
        mark = self.root.parent / "system.depends"
        with prepare.locked(f"{self.guest.name}.lock"):
            # Anew for other dependencies: what is no longer named shall not be there.
            if depends and mark.exists() and mark.read_text() != depends:
                shutil.rmtree(self.root)
                mark.unlink()
            if not (self.root / "etc/debian_version").exists():
                self._make_root()
            if depends and not mark.exists():
                self._satisfy(depends)
                mark.write_text(depends)

    def _make_root(self):
        prepare.require({"debootstrap": "debootstrap"})
        print(f"lab: making a minimal {self.guest.release} in {self.root}", flush=True)
        half = self.root.with_suffix(".part")
        shutil.rmtree(half, ignore_errors=True)
        prepare.run("debootstrap", "--variant=minbase", "--include=systemd-sysv", self.guest.release, str(half),
                    *prepare.mirror())
        half.rename(self.root)

    def _satisfy(self, depends):
        print(f"lab: installing what the package needs in {self.root}", flush=True)
        policy = self.root / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        apt = ["chroot", str(self.root), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y"]
        try:
            prepare.run(*apt, "update")
            prepare.run(*apt, "--no-install-recommends", "satisfy", depends)
            prepare.run(*apt, "clean")
        finally:
            policy.unlink()

    @staticmethod
    def make_disk(path):
        """An empty file system, as sparse as it is."""
        with open(path, "wb") as disk:
            disk.truncate(DISK_MIB << 20)
        prepare.run("mkfs.ext4", "-q", "-F", "-O", "^has_journal", str(path))
