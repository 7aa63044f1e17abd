"""The machine that systemd has booted, in the gateway's place: its network is the VM's own, its files are below ROOT.
Programs of the lab (ip, nft, ping) run in its network with the lab's own files; `inside` runs the machine's programs."""

import os
import pathlib
import re
import subprocess

from .gateway import Gateway
from .node import MS_BIND, Node, _mount

ROOT = pathlib.Path("/lab/system")
PROGRAM = "/usr/sbin/l2tpgw"


class System(Node):
    """Not in Node.all: what ends the lab's nodes does not end the machine."""

    def __init__(self, name="gw"):
        self.name, self.base = name, ROOT
        self._net = os.open("/proc/1/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self._mnt = os.open("/proc/1/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
        self._own_network = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self.inode = os.fstat(self._net).st_ino
        anchor = pathlib.Path("/run/netns") / name
        anchor.parent.mkdir(exist_ok=True)
        anchor.touch()
        _mount("/proc/1/ns/net", anchor, None, MS_BIND)

    def path(self, inside):
        return ROOT / str(inside).replace("/var/run/", "/run/", 1).lstrip("/")

    def popen(self, argv, env=None, cwd=None, **options):
        """With the lab's own files: already in the machine's network."""
        return subprocess.Popen([str(word) for word in argv], env={**os.environ, **(env or {})}, cwd=cwd, **options)

    def inside(self, command, check=True, timeout=300, **env):
        """Runs one of the machine's own programs, with the environment of a root shell."""
        argv = command.split() if isinstance(command, str) else list(command)
        keep = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
                "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", **env}
        assignments = [f"{key}={value}" for key, value in keep.items()]
        return self.run(["nsenter", "--target", "1", "--mount", "env", "-i", *assignments, *argv], check, timeout)

    def apt(self, *words, check=True):
        return self.inside(["apt-get", "-y", "--no-install-recommends", *words], check)

    def unit(self, name, prop):
        return self.inside(["systemctl", "show", "--value", "--property", prop, name]).stdout.strip()

    def is_active(self, name):
        return self.inside(["systemctl", "is-active", "--quiet", name], check=False).returncode == 0

    def is_enabled(self, name):
        return self.inside(["systemctl", "is-enabled", "--quiet", name], check=False).returncode == 0

    def find(self, pattern):
        """Paths on the machine's disk (not below /proc, /sys, /dev, /lab, /tmp) whose name matches."""
        return self.call(_find, pattern)


def _find(pattern):
    found = []
    for top in ("/etc", "/usr", "/var", "/run", "/root"):
        for folder, names, files in os.walk(top):
            found += [os.path.join(folder, name) for name in names + files if re.search(pattern, name)]
    return sorted(found)


class InstalledGateway(Gateway):
    """l2tpgw as the machine's package installed it."""

    def __init__(self, system):
        super().__init__(system)
        self.system = system

    def cli(self, *arguments, check=True, timeout=240, input=None):
        return self.system.inside([PROGRAM, *arguments], check, timeout)

    def log(self):
        return self.system.inside("journalctl --boot --no-pager --output cat -t l2tpgwd").stdout

    def daemon_pid(self):
        return int(self.system.unit("l2tpgw.service", "MainPID"))
