"""What the lab needs before a VM can boot: a kernel with its modules, an initramfs, and a root for other releases."""

import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

CACHE = pathlib.Path(os.environ.get("L2TPGW_LAB_CACHE", "/var/cache/l2tpgw-lab"))
HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
RELEASES = {"debian12": "bookworm", "debian13": "trixie"}
BOOT_MODULES = ["virtio_pci", "9pnet_virtio", "9p", "overlay", "virtio_console"]
DISK_MODULES = ["virtio_blk", "ext4", "crc32c_generic"]

TOOLS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "busybox": "busybox-static",
    "depmod": "kmod",
    "cpio": "cpio",
    "unxz": "xz-utils",
    "mkfs.ext4": "e2fsprogs",
    "dpkg": "dpkg",
    "apt-get": "apt",
}
# What a VM of this machine's own release runs; another release gets them in its own root.
GUEST_TOOLS = {
    "charon-systemd": "charon-systemd",
    "xl2tpd": "xl2tpd",
    "pppd": "ppp",
    "nft": "nftables",
    "ip": "iproute2",
    "ping": "iputils-ping",
    "tcpdump": "tcpdump",
    "conntrack": "conntrack",
    "sysctl": "procps",
}
ROOT_PACKAGES = """
    charon-systemd strongswan-swanctl libstrongswan-standard-plugins libcharon-extra-plugins xl2tpd ppp nftables
    iproute2 iputils-ping tcpdump procps kmod conntrack strace netbase python3 socat iperf3 ike-scan
    gcc cmake ninja-build pkgconf ppp-dev libc6-dev libjansson-dev libnl-3-dev libnl-route-3-dev libnl-xfrm-3-dev
    libnl-nf-3-dev libnl-genl-3-dev libnftables-dev libsystemd-dev libgnutls28-dev libcmocka-dev
""".split()


class LabError(Exception):
    """The lab itself cannot do its work; the message says what to do about it."""


def run(*argv, **options):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    if done.returncode:
        raise LabError(f"{' '.join(map(str, argv))}: exit {done.returncode}\n{done.stderr or done.stdout}".rstrip())
    return done.stdout


def require(tools):
    missing = sorted({package for tool, package in tools.items() if not shutil.which(tool)})
    if missing:
        raise LabError("missing: " + " ".join(missing) + "; apt-get install " + " ".join(missing))


def busybox():
    path = shutil.which("busybox")
    with open(path, "rb") as program:
        if b"ld-linux" in program.read(4096):
            raise LabError("busybox is linked dynamically; apt-get install busybox-static")
    return path


def own_release():
    for line in open("/etc/os-release", encoding="utf-8"):
        if line.startswith("VERSION_CODENAME="):
            return line.split("=", 1)[1].strip().strip('"')
    return ""


def locked(name):
    """Takes a lock that ends with this process."""
    CACHE.mkdir(parents=True, exist_ok=True)
    handle = open(CACHE / name, "w", encoding="ascii")
    fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


class Guest:
    """One release that the lab can boot: `root` for 9p, `kernel` (the file) and `modules` (the folder of versions)."""

    def __init__(self, os_name):
        self.name = os_name
        self.release = RELEASES[os_name]
        self.folder = CACHE / os_name
        self.is_host = own_release() == self.release
        self.root = pathlib.Path("/") if self.is_host else self.folder / "root"

    def prepare(self):
        require(TOOLS)
        with locked(f"{self.name}.lock"):
            if self.is_host:
                require(GUEST_TOOLS)
            else:
                self._make_root()
            version = self._kernel_version()
            self.version = version.removeprefix("linux-image-")
            target = self.folder / self.version
            if not (target / "vmlinuz").exists():
                self._unpack_kernel(version, target)
        self.kernel = target / "vmlinuz"
        self.modules = target / "modules"

    def chroot(self, *argv):
        """Runs a command on the release's own terms: here if it is this machine's, in its root otherwise."""
        return run(*argv) if self.is_host else run("chroot", str(self.root), *argv)

    def _kernel_version(self):
        for attempt in range(2):
            names = re.findall(r"Depends: (linux-image-\S+)", self.chroot("apt-cache", "depends", "linux-image-amd64"))
            if names:
                return names[0]
            if attempt == 0:
                self.chroot("apt-get", "update")
        raise LabError("apt knows no kernel that linux-image-amd64 depends on")

    def _unpack_kernel(self, package, target):
        print(f"lab: fetching {package}", flush=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        download = tempfile.mkdtemp(prefix="lab-", dir=self.root / "tmp")
        os.chmod(download, 0o777)
        try:
            inside = "/" + str(pathlib.Path(download).relative_to(self.root))
            fetch = f"cd {inside} && apt-get download {package} || {{ apt-get update && apt-get download {package}; }}"
            self.chroot("sh", "-c", fetch)
            deb = next(pathlib.Path(download).glob("*.deb"))
            parts = pathlib.Path(download) / "parts"
            run("dpkg", "-x", str(deb), str(parts))
            unpacked = parts / ("usr/lib/modules" if (parts / "usr/lib/modules").exists() else "lib/modules")
            unpack_modules(unpacked)
            half = target.with_suffix(".part")
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir()
            layout = half / "base/lib/modules"
            layout.parent.mkdir(parents=True)
            shutil.move(unpacked, layout)
            run("depmod", "-b", str(half / "base"), self.version)
            (half / "modules").symlink_to("base/lib/modules")
            shutil.copy(parts / "boot" / f"vmlinuz-{self.version}", half / "vmlinuz")
            half.rename(target)
        finally:
            shutil.rmtree(download, ignore_errors=True)

    def _make_root(self):
        require({"debootstrap": "debootstrap", "chroot": "coreutils"})
        wanted = " ".join(sorted(ROOT_PACKAGES))
        mark = self.folder / "root.packages"
        if mark.exists() and mark.read_text() == wanted:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.root / "etc/debian_version").exists():
            print(f"lab: making a {self.release} root in {self.root}", flush=True)
            half = self.folder / "root.part"
            shutil.rmtree(half, ignore_errors=True)
            run("debootstrap", "--variant=minbase", self.release, str(half), *mirror())
            half.rename(self.root)
        # Nothing may start in the root while it is only being filled.
        policy = self.root / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        prefix = ["chroot", str(self.root), "apt-get", "-y", "--no-install-recommends"]
        run(*prefix, "update", env=environment)
        run(*prefix, "install", *ROOT_PACKAGES, env=environment)
        mark.write_text(wanted)

    def build(self, target):
        """Builds the project with the compiler and the libraries of a release that has a root of its own."""
        script = """
            mkdir -p "$1$2" && mount --bind "$2" "$1$2" && mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" &&
            exec chroot "$1" sh -c 'cmake -G Ninja -S "$0" -B "$1" -DCMAKE_BUILD_TYPE=Release && ninja -C "$1"' "$2" "$3"
        """
        argv = ["unshare", "--mount", "sh", "-c", script, "build", str(self.root), str(REPOSITORY), str(target)]
        return subprocess.run(argv, check=False).returncode

    def boot_modules(self, names):
        """The modules that reach the root, in an order in which each finds what it needs."""
        base = str((self.modules / "../..").resolve())
        found = []
        for name in names:
            listing = run("modprobe", "-d", base, "-S", self.version, "--show-depends", name)
            found += [pathlib.Path(path) for path in re.findall(r"^insmod (\S+)", listing, re.M)]
        return list(dict.fromkeys(found))

    def write_initramfs(self, target, with_disk=False):
        with tempfile.TemporaryDirectory(prefix="lab-") as name:
            tree = pathlib.Path(name)
            for folder in ("bin", "dev", "modules"):
                (tree / folder).mkdir()
            shutil.copy(busybox(), tree / "bin/busybox")
            modules = self.boot_modules(BOOT_MODULES + (DISK_MODULES if with_disk else []))
            if with_disk:
                (tree / "boots-a-system").touch()
            for module in modules:
                shutil.copy(module, tree / "modules")
            script = (HERE / "initramfs-init").read_text()
            (tree / "init").write_text(script.replace("@MODULES@", " ".join(module.name for module in modules)))
            (tree / "init").chmod(0o755)
            if not self.is_host:
                (tree / "repository-path").write_text(str(REPOSITORY))
            with open(target, "wb") as image:
                names = "\n".join(str(path.relative_to(tree)) for path in sorted(tree.rglob("*")))
                subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=tree, input=names.encode(), stdout=image,
                               check=True)


def unpack_modules(folder):
    """Unpacks .xz modules: an emulated CPU would take seconds for what takes none here."""
    packed = [str(path) for path in folder.rglob("*.ko.xz")]
    for start in range(0, len(packed), 500):
        run("unxz", *packed[start:start + 500])


def mirror():
    """The mirror that this machine's apt uses, so that both reach the same place."""
    for line in run("apt-get", "indextargets", "--format", "$(SITE)").splitlines():
        if "security" not in line:
            return [line]
    return []
