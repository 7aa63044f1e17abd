"""Boots one VM, runs one command in it and tells how that went."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

import prepare

TIMED_OUT = 124
LAB_FAILED = 125
# Memory of the guest in MiB, and what its kernel must not have said.
MEMORY = 4096
COMPLAINT = re.compile(r"WARNING: |BUG: |Oops[: ]|general protection fault|Kernel panic|Call Trace:")
KERNEL_ARGUMENTS = (
    "console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off nokaslr no_timer_check tsc=reliable nowatchdog "
    "rcupdate.rcu_cpu_stall_suppress=1 apparmor=0 audit=0 random.trust_cpu=on "
    "cryptomgr.notests ipv6.autoconf=0"
)
SYSTEM_ARGUMENTS = " systemd.firstboot=no systemd.getty_auto=no systemd.show_status=no systemd.journald.forward_to_console=no"


class Vm:
    def __init__(self, guest, out, memory=MEMORY, icount=False, system=None):
        """system: the root that systemd boots (systems.py); without one, CMD is all that runs."""
        self.guest = guest
        self.system = system
        self.out = pathlib.Path(out)
        self.memory = memory
        self.icount = icount

    def run(self, command, timeout, environment=None):
        """Runs the command (a list) in a fresh VM; returns its status, TIMED_OUT or LAB_FAILED."""
        self.out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="lab-") as name:
            control = pathlib.Path(name)
            self._write_control(control, command, environment or {})
            lock = prepare.locked("vm.lock")  # two VMs at once on a small machine only make each other late
            try:
                in_time = self._boots(control, timeout)
            finally:
                lock.close()
            return self._verdict(control, in_time, timeout)

    def _write_control(self, control, command, environment):
        for name in ("guest-init", "guest-system", "lab.service"):
            shutil.copy(prepare.HERE / name, control)
        if self.system:
            self.system.make_disk(control / "disk")
        self.guest.write_initramfs(control / "initramfs", bool(self.system))
        lines = [f"export {key}={shlex.quote(value)}" for key, value in sorted(environment.items())]
        lines += [f"cd {shlex.quote(str(prepare.REPOSITORY))} || exit", "exec " + shlex.join(command)]
        (control / "command").write_text("\n".join(lines) + "\n")

    def _boots(self, control, timeout):
        """Boots again for as long as the guest asks for it."""
        end, again = time.monotonic() + timeout, control / "reboot"
        while self._boot(control, end - time.monotonic()):
            if not again.exists():
                return True
            again.unlink()
        return False

    def _boot(self, control, timeout):
        # qemu takes no standard streams as descriptors to write to, hence the copies.
        streams = {"stdout": os.dup(1), "stderr": os.dup(2)}
        with open(control / "console", "ab") as console:
            machine = subprocess.Popen(self._qemu(control, streams), stdin=subprocess.DEVNULL, stdout=console,
                                       stderr=console, pass_fds=tuple(streams.values()))
            try:
                machine.wait(timeout)
                return True
            except subprocess.TimeoutExpired:
                return False
            finally:
                machine.kill()
                machine.wait()
                for copy in streams.values():
                    os.close(copy)

    def _qemu(self, control, streams):
        cpu = ["-accel", "tcg,thread=multi,tb-size=1024", "-smp", "2"]
        if self.icount:
            # sleep=on: while the guest waits, for its files too, its time goes on as ours does. Without it a wait for
            # a file lets all the guest's timers run out at once.
            cpu = ["-accel", "tcg,thread=single,tb-size=1024", "-smp", "1", "-icount", "shift=0,sleep=on"]
        shares = [("root", self.guest.root, True), ("modules", self.guest.modules.resolve(), True),
                  ("control", control, False), ("out", self.out.resolve(), False)]
        disk, arguments = [], KERNEL_ARGUMENTS
        if self.system:
            shares.append(("system", self.system.root, True))
            arguments += SYSTEM_ARGUMENTS
            disk = ["-drive", f"file={control}/disk,format=raw,if=virtio,cache=unsafe"]
        if not self.guest.is_host:
            shares.append(("repository", prepare.REPOSITORY, True))
        argv = ["qemu-system-x86_64", *cpu, "-cpu", "max", "-m", str(self.memory), "-no-reboot", "-nic", "none", *disk,
                "-display", "none", "-vga", "none", "-monitor", "none", "-serial", "stdio",
                "-kernel", str(self.guest.kernel), "-initrd", str(control / "initramfs"), "-append", arguments,
                "-device", "virtio-serial"]
        for number, (stream, descriptor) in enumerate(streams.items(), 1):
            argv += ["-add-fd", f"fd={descriptor},set={number}",
                     "-chardev", f"file,id={stream},path=/dev/fdset/{number},append=on",
                     "-device", f"virtserialport,chardev={stream},name={stream},nr={number}"]
        for tag, path, readonly in shares:
            argv += ["-virtfs", f"local,path={path},mount_tag={tag},security_model=none,multidevs=remap"
                     + (",readonly=on" if readonly else "")]
        return argv

    def _verdict(self, control, in_time, timeout):
        shutil.copy(control / "console", self.out / "console.log")
        kernel_log = control / "dmesg"
        if kernel_log.exists():
            shutil.copy(kernel_log, self.out / "dmesg.log")
        if not in_time:
            return self._fail(TIMED_OUT, f"the VM was still running after {timeout} s", control / "console")
        if not (control / "status").exists():
            return self._fail(LAB_FAILED, "the VM ended without a verdict (panic, or out of memory?)", control / "console")
        complaints = [line for line in kernel_log.read_text(errors="replace").splitlines() if COMPLAINT.search(line)]
        if complaints:
            return self._fail(LAB_FAILED, "the kernel complained: " + complaints[0], kernel_log)
        return int((control / "status").read_text())

    def _fail(self, status, why, log):
        tail = log.read_text(errors="replace").splitlines()[-40:]
        print(f"lab: {why}", *tail, sep="\nlab: | ", file=sys.stderr, flush=True)
        return status
