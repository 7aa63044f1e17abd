"""Programs that scenarios run beside the installed ones: packages that conflict with strongSwan or that nobody needs
otherwise, unpacked with their libraries into a folder of their own, and not installed."""

import hashlib
import os
import pathlib
import re
import shutil
import tempfile

import prepare

PACKAGES = ("libreswan", "pppoe", "iptables", "ufw", "firewalld", "python3-firewall", "python3-nftables", "python3-gi",
            "gir1.2-glib-2.0", "python3-dbus", "dbus-daemon", "network-manager")
# There on every machine, and not to be mixed with the C library of another day.
BASE = {"libc6", "libgcc-s1", "libstdc++6", "libcrypt1", "libpam0g", "libselinux1", "libsystemd0"}
ONLY_NEEDED = [f"--no-{kind}" for kind in ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")]


def folder(guest):
    """Where they are, as the guest sees it; makes it when the archive has other versions than it was made of."""
    names = closure(guest.chroot("apt-cache", "depends", "--recurse", *ONLY_NEEDED, *PACKAGES))
    versions = guest.chroot("apt-cache", "show", "--no-all-versions", *names)
    key = hashlib.sha256("".join(re.findall(r"^Filename: .*\n", versions, re.M)).encode()).hexdigest()[:16]
    inside = prepare.CACHE / guest.name / f"extras-{key}"
    target = guest.root / inside.relative_to("/")
    with prepare.locked(f"{guest.name}.lock"):
        if not target.exists():
            print("lab: fetching " + " ".join(PACKAGES), flush=True)
            fetch(guest, names, target)
    return inside


def closure(listing):
    """The packages and the libraries they need; of alternatives the first."""
    needs, alternative = {}, False
    for line in listing.splitlines():
        match = re.match(r"\s+(\|?)(?:Pre)?Depends: (\S+)", line)
        if match:
            if not alternative:
                current.append(match[2])
            alternative = bool(match[1])
        elif not line.startswith(" "):
            current, alternative = needs.setdefault(line.strip(), []), False
    found, left = set(), list(PACKAGES)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += [need for need in needs.get(name, []) if need.startswith("lib") and need not in BASE]
    return sorted(found)


def fetch(guest, names, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    download = pathlib.Path(tempfile.mkdtemp(prefix="lab-", dir=guest.root / "tmp"))
    os.chmod(download, 0o777)
    half = target.with_suffix(".part")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    try:
        inside, wanted = "/" + str(download.relative_to(guest.root)), " ".join(names)
        guest.chroot("sh", "-c", f"cd {inside} && apt-get download {wanted} || "
                                 f"{{ apt-get update && apt-get download {wanted}; }}")
        for package in download.glob("*.deb"):
            prepare.run("dpkg", "-x", str(package), str(half))
        compile_python(guest, half)
        half.rename(target)
    finally:
        shutil.rmtree(download, ignore_errors=True)


def compile_python(guest, folder):
    """As their installation would: an emulated CPU spends most of their start on it, at every start."""
    modules = folder / "usr/lib/python3/dist-packages"
    guest.chroot("/usr/bin/python3", "-m", "compileall", "-q", "/" + str(modules.relative_to(guest.root)))
