"""Faults at a chosen system call of a process: strace stops it there, ends it or lets the call fail."""

import re
import signal
import subprocess
import time

from .checks import wait_until

CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)")

# ---- which calls change something, in a file, in the kernel's tables or in charon ----

CHANGING = ("openat", "rename", "unlink", "mkdir", "rmdir", "fsync", "fchmod", "sendto", "sendmsg", "clone", "write")
# A worker is asked every second how it is: a line into its pipe, and a file for its answer.
HEALTH = re.compile(r'"/run/l2tpgw/(results/|xl2tpd-\d+\.control")|"@/run/l2tpgw/results/')
LOG = re.compile(r"^2, ")
WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT")
# strace knows no protocol of a socket in another namespace: types are numbers, of rtnetlink, XFRM or nftables.
MESSAGE = re.compile(r"nlmsg_type=(0x[0-9a-f]+)[^,]*, nlmsg_flags=([A-Z0-9_x|]+)")
DUMP = "0x300"
QUESTIONS = ("0xa01", "0xa10")  # for a table, and for the generation of all tables
LOADING = re.compile(r"load-|unload-|clear-|terminate|initiate|rekey")


def messages(rest):
    """{type: flags} of what is sent to the kernel; {"": ""} if it is sent something else that is not understood."""
    return dict(MESSAGE.findall(rest)) or ({"": ""} if "nlmsg_type" in rest else {})


def changes(name, rest):
    if name in ("sendto", "sendmsg"):
        return bool(LOADING.search(rest)) or any(DUMP not in flags and kind not in QUESTIONS
                                                 for kind, flags in messages(rest).items())
    if name == "write" and LOG.search(rest) or HEALTH.search(rest):
        return False
    return name != "openat" or bool(WRITING.search(rest))


# ---- tracing ----


class Strace:
    """As a context manager; the process runs on afterwards, if it lives. Its children are left alone.

    inject: of strace's -e inject, like "rename:signal=KILL:when=3" (before the third rename from now on) or
    "write:error=ENOSPC:when=2". Each system call is counted for itself. `calls`: what was traced, in order."""

    def __init__(self, node, pid, calls, *inject):
        self.pid, self.log = pid, node.path("/run/strace.log")
        argv = ["strace", "-p", str(pid), "-o", str(self.log), "-s", "300", "-e", "signal=none",
                "-e", f"trace={','.join(calls)}"]
        for one in inject:
            argv += ["-e", f"inject={one}"]
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        text=True)

    def __enter__(self):
        wait_until(self._attached, 30, "strace is attached")
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=30)

    def _attached(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"strace: {self.process.stderr.read()}")
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("TracerPid")) == self.process.pid

    def is_stopped(self, count):
        """Whether it was stopped (signal=STOP) after that many calls."""
        if len(self.calls) < count:
            return False
        # For a moment each call of a traced process looks like that.
        return all(self._state() in "tT" for _ in range(20) if not time.sleep(0.01))

    def _state(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0]

    @property
    def calls(self):
        """[(name, the rest of the line)]."""
        found = (CALL.match(line) for line in self.log.read_text(errors="replace").splitlines())
        return [(match[1], match[2]) for match in found if match]
