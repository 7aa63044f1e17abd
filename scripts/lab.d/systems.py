"""Minimal machines of a release, for what has to be seen under systemd: debootstrap's smallest root with systemd, and
what a package of ours depends on, or what it is made with, installed beforehand because an emulated CPU takes minutes for
that and the VM has no network. So their services start at boot, as they do on a machine where they have just been
installed."""

import shutil

import prepare

DISK_MIB = 2048


class System:
    def __init__(self, guest, name="system"):
        self.guest = guest
        self.root = guest.folder / name

    def prepare(self, package=None, beside=""):
        """package: the .deb that a scenario will install; nothing but what it says it needs, and `beside`, is there."""
        depends = prepare.run("dpkg-deb", "--field", str(package), "Depends").strip() if package else ""
        depends = ", ".join(part for part in (depends, beside) if part)
        self._prepare(depends, lambda: self._apt("--no-install-recommends", "satisfy", depends))

    def prepare_for_sources(self):
        """What scripts/quickstart installs before it makes the package, and that needs to be made."""
        deps = (prepare.REPOSITORY / "scripts/deps").read_text()
        control = (prepare.REPOSITORY / "packaging/debian/control").read_text()
        self._prepare(deps + control, lambda: self._install_for_sources(deps, control))

    def _prepare(self, wanted, install):
        mark = self.root.parent / f"{self.root.name}.depends"
        with prepare.locked(f"{self.guest.name}.lock"):
            # Anew for other dependencies: what is no longer named shall not be there.
            if wanted and mark.exists() and mark.read_text() != wanted:
                shutil.rmtree(self.root)
                mark.unlink()
            if not (self.root / "etc/debian_version").exists():
                self._make_root()
            if wanted and not mark.exists():
                self._fill(install)
                mark.write_text(wanted)

    def _make_root(self):
        prepare.require({"debootstrap": "debootstrap"})
        print(f"lab: making a minimal {self.guest.release} in {self.root}", flush=True)
        half = self.root.with_suffix(".part")
        shutil.rmtree(half, ignore_errors=True)
        prepare.run("debootstrap", "--variant=minbase", "--include=systemd-sysv", self.guest.release, str(half),
                    *prepare.mirror())
        half.rename(self.root)

    def _fill(self, install):
        print(f"lab: installing what is needed in {self.root}", flush=True)
        policy = self.root / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        try:
            self._apt("update")
            install()
            self._apt("clean")
        finally:
            policy.unlink()

    def _install_for_sources(self, deps, control):
        folder = self.root / "root/sources"
        (folder / "debian").mkdir(parents=True)
        (folder / "deps").write_text(deps)
        (folder / "debian/control").write_text(control)
        try:
            self._inside("bash", "/root/sources/deps", "run", "package")
            self._apt("--no-install-recommends", "--build-profiles", "nocheck", "build-dep", "/root/sources")
        finally:
            shutil.rmtree(folder)

    def _apt(self, *words):
        self._inside("apt-get", "-qq", "-y", *words)

    def _inside(self, *argv):
        enter = 'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && exec chroot "$@"'
        prepare.run("unshare", "--mount", "sh", "-ec", enter, "enter", str(self.root),
                    "env", "DEBIAN_FRONTEND=noninteractive", *argv)

    @staticmethod
    def make_disk(path):
        """An empty file system, as sparse as it is."""
        with open(path, "wb") as disk:
            disk.truncate(DISK_MIB << 20)
        prepare.run("mkfs.ext4", "-q", "-F", "-O", "^has_journal", str(path))
