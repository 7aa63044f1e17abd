"""Starting charon and xl2tpd in a node, for clients and for the gateway that is configured by hand."""

import os
import signal

from .checks import wait_until
from .vici import Vici

# The plugin list is explicit: without one charon loads all that is installed, kernel-libipsec included, which refuses
# transport mode. openssl brings every cipher and group; af-alg and gcrypt would only be slower to start.
PLUGINS = "random nonce openssl kernel-netlink socket-default vici kdf"
VICI = "/run/charon.vici"
CHARON_LOG = "/var/log/charon.log"
XL2TPD_LOG = "/var/log/xl2tpd.log"

CHARON = """
charon-systemd {{
    load = {plugins}
    threads = {threads}
    block_threshold = 200
    plugins {{ vici {{ socket = unix://{vici} }} }}
    filelog {{ log {{ path = {log}
        default = {level}
        time_format = %H:%M:%S
        flush_line = yes }} }}
    journal {{ default = -1 }}
    syslog {{ daemon {{ default = -1 }} }}
{more}}}
"""


class Charon:
    def __init__(self, node, threads=8, level=1, more=""):
        self.node = node
        text = CHARON.format(plugins=PLUGINS, threads=threads, vici=VICI, log=CHARON_LOG, level=level, more=more)
        self.config = node.write("/run/strongswan.conf", text)
        self.process = self._vici = None

    def start(self):
        """Returns at once; the first question waits for the socket."""
        self.node.path(VICI).unlink(missing_ok=True)
        self.process = self.node.start(["charon-systemd"], CHARON_LOG, {"STRONGSWAN_CONF": self.config})

    @property
    def vici(self):
        if not self._vici:
            self._vici = wait_until(self._connect, 90, f"{self.node}: charon answers")
        return self._vici

    def _connect(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.node}: charon ended\n" + self.node.read(CHARON_LOG)[-3000:])
        try:
            return Vici(self.node.path(VICI))
        except OSError:
            return None

    def secret(self, psk):
        self.vici.ask("load-shared", {"id": "psk", "type": "IKE", "data": psk})

    def connection(self, name, settings):
        self.vici.ask("load-conn", {name: settings})

    def stop(self, number=signal.SIGTERM, timeout=60):
        if self._vici:
            self._vici.close()
            self._vici = None
        stop(self.process, number, timeout)
        self.process = None


class Xl2tpd:
    def __init__(self, node, config, name="xl2tpd"):
        self.node = node
        self.folder = f"/run/{name}"
        node.path(self.folder).mkdir(exist_ok=True)
        self.config = node.write(f"{self.folder}/xl2tpd.conf", config)
        self.control = f"{self.folder}/control"
        self.process = None

    def start(self):
        self.node.path(self.control).unlink(missing_ok=True)
        self.process = self.node.start(
            ["xl2tpd", "-D", "-c", self.config, "-p", f"{self.folder}/pid", "-C", self.control,
             "-s", "/dev/null"], XL2TPD_LOG)

    def order(self, line):
        """Writes one line to the control pipe: opened, one write, closed, for a writer that lingers blocks xl2tpd."""
        pipe = wait_until(self._open, 30, f"{self.node}: xl2tpd reads its control pipe", 0.05)
        os.write(pipe, (line + "\n").encode())
        os.close(pipe)

    def _open(self):
        try:
            return os.open(self.node.path(self.control), os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return None

    def stop(self, number=signal.SIGTERM, timeout=30):
        stop(self.process, number, timeout)
        self.process = None


def stop(process, number, timeout):
    if process and process.poll() is None:
        process.send_signal(number)
        process.wait(timeout)
