"""A node: a network namespace and a mount namespace with /run, /etc/ppp, /etc/l2tpgw and /var/lib/l2tpgw of its own.

Starting a program costs about 35 ms in an emulated CPU, so no helper program is involved: commands enter the namespaces
between fork and exec, and `with node.network():` lets this very process look at the node's network without any fork.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import pathlib
import pickle
import shutil
import signal
import socket
import struct
import subprocess
import traceback

from .checks import holds, wait_until

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
MS_REC, MS_PRIVATE, MS_BIND = 0x4000, 0x40000, 0x1000
SIOCGIFADDR, SIOCGIFDSTADDR = 0x8915, 0x8917
IFA_F_TENTATIVE = 0x40
BASE = pathlib.Path("/lab/nodes")
PRIVATE = ("/run", "/etc/ppp", "/etc/l2tpgw", "/var/lib/l2tpgw", "/var/log")

libc = ctypes.CDLL(None, use_errno=True)


def _call(function, *arguments):
    if function(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), arguments)


def _mount(source, target, kind=None, flags=0, data=None):
    _call(libc.mount, *(os.fsencode(part) if part is not None else None for part in (source, target, kind)),
          ctypes.c_ulong(flags), os.fsencode(data) if data else None)


class CommandFailed(Exception):
    def __init__(self, node, argv, status, output):
        super().__init__(f"{node}: {' '.join(map(str, argv))}: exit {status}\n{output}")
        self.status = status


class Task:
    """A function running in a node; its result is what the function returned."""

    def __init__(self, pid, reader, what):
        self.pid, self.reader, self.what = pid, reader, what

    def result(self, timeout=60):
        self.reader.settimeout(timeout)
        try:
            data = b"".join(iter(lambda: self.reader.recv(65536), b""))
        except TimeoutError:
            self.kill()
            raise TimeoutError(f"{self.what}: no result within {timeout} s") from None
        os.waitpid(self.pid, 0)
        self.reader.close()
        if not data:
            raise RuntimeError(f"{self.what}: died")
        worked, value = pickle.loads(data)
        if not worked:
            raise RuntimeError(f"{self.what}: {value}")
        return value

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.reader.close()


class Node:
    all = {}

    def __init__(self, name, debian_ppp=False):
        """debian_ppp: /etc/ppp as Debian ships it (with its scripts, as on a real gateway) instead of an empty one."""
        self.name = name
        self.base = BASE / name
        self.base.mkdir(parents=True)
        _mount("tmpfs", self.base, "tmpfs", 0, "mode=755")
        for folder in PRIVATE:
            self.path(folder).mkdir(parents=True)
            os.makedirs(folder, exist_ok=True)
        self._fill_ppp(debian_ppp)
        self._enter()
        self._own_network = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        Node.all[name] = self

    def __str__(self):
        return self.name

    def _fill_ppp(self, debian_ppp):
        target = self.path("/etc/ppp")
        if debian_ppp:
            shutil.copytree("/etc/ppp", target, dirs_exist_ok=True)
        self.write("/etc/ppp/options", "")
        self.write("/etc/ppp/chap-secrets", "", 0o600)
        self.write("/etc/ppp/pap-secrets", "", 0o600)
        self.path("/run/lock").mkdir()
        self.path("/run/xl2tpd").mkdir()

    def _enter(self):
        """Makes the namespaces in a child, keeps them by descriptor, and names the network for `ip … netns NAME`."""
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            ours.close()
            try:
                self._make_namespaces()
                theirs.send(b"k")
                theirs.recv(1)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(0)
        theirs.close()
        if ours.recv(1) != b"k":
            raise RuntimeError(f"{self.name}: no namespaces")
        self._net = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self._mnt = os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
        self.inode = os.fstat(self._net).st_ino
        anchor = pathlib.Path("/run/netns") / self.name
        anchor.parent.mkdir(exist_ok=True)
        anchor.touch()
        _mount(f"/proc/{pid}/ns/net", anchor, None, MS_BIND)
        ours.close()
        os.waitpid(pid, 0)

    def _make_namespaces(self):
        _call(libc.unshare, CLONE_NEWNS | CLONE_NEWNET)
        _mount("none", "/", None, MS_REC | MS_PRIVATE)
        for folder in PRIVATE:
            _mount(self.path(folder), folder, None, MS_BIND)
        _mount("sysfs", "/sys", "sysfs")

    # --- files -----------------------------------------------------------------------------------------------------

    def path(self, inside):
        """Where a file below one of the private folders is for everybody else; any other path is the same here."""
        inside = str(inside).replace("/var/run/", "/run/", 1)
        if any(inside == folder or inside.startswith(folder + "/") for folder in PRIVATE):
            return self.base / inside.lstrip("/")
        return pathlib.Path(inside)

    def write(self, inside, text, mode=0o644):
        target = self.path(inside)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode() if isinstance(text, str) else text)
        target.chmod(mode)
        return str(inside)

    def read(self, inside):
        return self.path(inside).read_text(errors="replace")

    def exists(self, inside):
        return os.path.lexists(self.path(inside))

    # --- programs --------------------------------------------------------------------------------------------------

    def _switch(self):
        _call(libc.setns, self._net, CLONE_NEWNET)
        _call(libc.setns, self._mnt, CLONE_NEWNS)

    def popen(self, argv, env=None, cwd=None, **options):
        where = cwd or os.getcwd()

        def enter():
            self._switch()
            os.chdir(where)

        environment = {**os.environ, **(env or {})}
        return subprocess.Popen([str(word) for word in argv], preexec_fn=enter, env=environment, **options)

    def run(self, argv, check=True, timeout=60, input=None, env=None, cwd=None):
        """Runs a command (a list, or one string split at blanks); the result has returncode, stdout and stderr."""
        argv = argv.split() if isinstance(argv, str) else list(argv)
        process = self.popen(argv, env, cwd, stdin=subprocess.PIPE if input is not None else subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
        try:
            stdout, stderr = process.communicate(input, timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            stdout, stderr = process.communicate()
            raise CommandFailed(self, argv, f"none within {timeout} s", stdout + stderr) from None
        if check and process.returncode:
            raise CommandFailed(self, argv, process.returncode, stdout + stderr)
        return subprocess.CompletedProcess(argv, process.returncode, stdout, stderr)

    def start(self, argv, log, env=None):
        """Starts a daemon whose output goes to a file in the node; returns its Popen."""
        target = self.path(log)
        with open(target, "ab") as output:
            return self.popen(argv, env, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                              start_new_session=True)

    def spawn(self, function, *arguments):
        """Runs a Python function in a fork inside the node (no exec: cheap); returns a Task."""
        reader, writer = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            reader.close()
            try:
                self._switch()
                answer = (True, function(*arguments))
            except BaseException as error:
                answer = (False, f"{type(error).__name__}: {error}")
            try:
                writer.sendall(pickle.dumps(answer))
            finally:
                os._exit(0)
        writer.close()
        return Task(pid, reader, f"{self.name}: {getattr(function, '__name__', function)}")

    def call(self, function, *arguments, timeout=60):
        return self.spawn(function, *arguments).result(timeout)

    def ip(self, *lines):
        """Runs lines of `ip` in one go."""
        self.run(["ip", "-batch", "-"], input="\n".join(lines) + "\n")

    def json(self, command):
        return json.loads(self.run(command).stdout or "[]")

    def nft(self, text):
        self.run(["nft", "-f", "-"], input=text)

    def pids(self, name=None):
        """Processes in the node's network; those of one program if it is named."""
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                if os.stat(f"/proc/{entry}/ns/net").st_ino != self.inode:
                    continue
                comm = pathlib.Path(f"/proc/{entry}/comm").read_text().strip()
                state = pathlib.Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            if state != "Z" and (name is None or comm == name[:15]):
                found.append(int(entry))
        return sorted(found)

    def kill(self, name, number=signal.SIGKILL):
        """Signals all processes of that program in the node; returns how many there were."""
        pids = self.pids(name)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        return len(pids)

    # --- network, seen without a fork --------------------------------------------------------------------------------

    @contextlib.contextmanager
    def network(self):
        """Inside the block this process is in the node's network: sockets made there belong to it for good."""
        _call(libc.setns, self._net, CLONE_NEWNET)
        try:
            yield
        finally:
            _call(libc.setns, self._own_network, CLONE_NEWNET)

    def interfaces(self):
        with self.network():
            return [name for _, name in socket.if_nameindex()]

    def address(self, interface, request=SIOCGIFADDR):
        """The IPv4 address of an interface (or with SIOCGIFDSTADDR of its other end), or None."""
        with self.network(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                answer = fcntl.ioctl(probe, request, struct.pack("16s24x", interface.encode()))
            except OSError:
                return None
        return socket.inet_ntoa(answer[20:24])

    def counters(self, interface):
        """(received, sent) bytes of an interface, or None if it is not there."""
        with self.network(), open("/proc/thread-self/net/dev", encoding="ascii") as table:
            for line in table:
                name, _, rest = line.partition(":")
                if name.strip() == interface:
                    fields = rest.split()
                    return int(fields[0]), int(fields[8])
        return None

    def sysctl(self, key, value=None):
        """Reads a net.* sysctl, or sets it."""
        with self.network():
            path = "/proc/sys/" + key.replace(".", "/")
            if value is None:
                with open(path, encoding="ascii") as entry:
                    return entry.read().strip()
            with open(path, "w", encoding="ascii") as entry:
                entry.write(str(value))
        return str(value)

    def wait_for_links(self, timeout=60):
        """Until the kernel is done with links that were made: it tells their state, and gives them their IPv6
        addresses, up to a second later (linkwatch)."""
        self.call(_wait_for_links, timeout, timeout=timeout + 30)

    def wait_for_file(self, inside, timeout=60):
        return wait_until(lambda: self.exists(inside), timeout, f"{self}: {inside}")

    # --- measuring -----------------------------------------------------------------------------------------------------

    def ping(self, host, count=3, interval=0.2, size=56, df=False, wait=5):
        """How many of `count` echo requests were answered."""
        argv = ["ping", "-n", "-q", "-c", count, "-i", interval, "-s", size, "-W", wait, host]
        if df:
            argv[1:1] = ["-M", "do"]
        output = self.run(argv, check=False, timeout=count * (interval + wait) + 30).stdout
        for part in output.split(","):
            if part.strip().endswith("received"):
                return int(part.split()[0])
        return 0


def _wait_for_links(timeout):
    if not holds(lambda: not _unsettled_links(), timeout, 0.02):
        raise RuntimeError(f"not up within {timeout} s: {' '.join(_unsettled_links())}")


def _unsettled_links():
    """Cables, and bridges with cables, that the kernel has yet to call up or to give their IPv6 address."""
    links = [path for path in pathlib.Path("/sys/class/net").iterdir() if path.name != "lo"]
    bare = {path for path in links if (path / "brif").is_dir() and not os.listdir(path / "brif")}
    return sorted(path.name for path in links if path not in bare
                  and ((path / "operstate").read_text().strip() != "up" or _awaits_ipv6(path.name)))


def _awaits_ipv6(interface):
    if pathlib.Path(f"/proc/sys/net/ipv6/conf/{interface}/disable_ipv6").read_text().strip() == "1":
        return False
    addresses = [line.split() for line in pathlib.Path("/proc/self/net/if_inet6").read_text().splitlines()]
    return not any(name == interface and not int(flags, 16) & IFA_F_TENTATIVE
                   for _, _, _, _, flags, name in addresses)


def reap():
    """Kills what still runs in any node, so that the next scenario of the boot begins with nothing."""
    for node in Node.all.values():
        for pid in node.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    for node in Node.all.values():
        wait_until(lambda node=node: not node.pids(), 20, f"{node}: processes end")


def destroy_all():
    reap()
    for node in Node.all.values():
        anchor = f"/run/netns/{node.name}"
        _call(libc.umount2, anchor.encode(), 2)
        os.unlink(anchor)
        os.close(node._net)
        os.close(node._mnt)
        _call(libc.umount2, os.fsencode(node.base), 2)
        node.base.rmdir()
    Node.all.clear()
