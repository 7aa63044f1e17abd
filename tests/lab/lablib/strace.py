"""Faults at a chosen system call of a process: strace stops it there, ends it or lets the call fail."""

import re
import signal
import subprocess
import time

from .checks import wait_until

CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)")


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
