"""A second implementation: libreswan's pluto in the place of charon, with its own proposals."""

import os
import pathlib

from .checks import wait_until
from .client import PPP_LOG, Client
from .daemons import stop

EXTRAS = pathlib.Path(os.environ.get("LAB_EXTRAS", "/nowhere"))
PROGRAMS = EXTRAS / "usr/libexec/ipsec"
LIBRARIES = {"LD_LIBRARY_PATH": ":".join(str(EXTRAS / folder / "x86_64-linux-gnu") for folder in ("usr/lib", "lib"))}
COMPILED_IN = pathlib.Path("/usr/libexec/ipsec")  # where pluto looks for addconn
RUN = "/run/pluto"
LOG = "/var/log/pluto.log"

CONFIG = """
config setup
    ikev1-policy=accept
    dnssec-enable=no
conn gateway
    authby=secret
    auto=ignore
    ikev2=no
    type=transport
    pfs=no
    left={address}
    leftprotoport=17/{port}
    leftupdown=%disabled
    right={gateway}
    rightprotoport=17/1701
{more}
"""


class Pluto:
    """Has what `Client` asks of its IKE daemon, for the connection of that name."""

    def __init__(self, node, config, secrets, name="gateway"):
        self.node, self.name = node, name
        self.config = node.write(f"{RUN}/ipsec.conf", config)
        self.secrets = node.write(f"{RUN}/ipsec.secrets", secrets, 0o600)
        self.process = None

    def start(self):
        if not COMPILED_IN.exists():
            COMPILED_IN.symlink_to(PROGRAMS)
        keys = self.node.path(f"{RUN}/nss")
        keys.mkdir(exist_ok=True)
        self._run(EXTRAS / "usr/bin/certutil", "-N", "--empty-password", "-d", f"sql:{RUN}/nss")
        self.process = self.node.start(
            [PROGRAMS / "pluto", "--nofork", "--stderrlog", "--config", self.config, "--secretsfile", self.secrets,
             "--rundir", RUN, "--nssdir", f"sql:{RUN}/nss", "--ipsecdir", RUN, "--dumpdir", RUN], LOG, LIBRARIES)

    def load(self):
        self.node.wait_for_file(f"{RUN}/pluto.ctl")
        self.whack("--listen")
        self._run(PROGRAMS / "addconn", "--ctlsocket", f"{RUN}/pluto.ctl", "--config", self.config, self.name)

    def whack(self, *arguments):
        return self._run(PROGRAMS / "whack", "--rundir", RUN, *arguments)

    def _run(self, *argv):
        done = self.node.run(argv, check=False, env=LIBRARIES, timeout=90)
        return done.stdout + done.stderr

    def stop(self, number=15, timeout=60):
        stop(self.process, number, timeout)
        self.process = None


class LibreswanClient(Client):
    def __init__(self, node, *arguments, more="", **options):
        """more: lines of its `conn` section; without any it proposes what libreswan proposes."""
        super().__init__(node, *arguments, **options)
        interface = next(name for name in node.interfaces() if name != "lo")
        config = CONFIG.format(address=node.address(interface), port=self.port or "%any", gateway=self.gateway, more=more)
        self.charon = Pluto(node, config, f'%any {self.gateway} : PSK "{self.psk}"\n')

    def secure(self, wait=True):
        self.charon.load()
        said = self.charon.whack("--name", "gateway", "--initiate")
        if "IPsec SA established transport mode" not in said:
            raise RuntimeError(f"{self.node}: pluto: {said}\n{self.node.read(LOG)[-3000:]}")
        return self

    def secured(self):
        return self

    def hangup(self, timeout=60):
        self.xl2tpd.order("d gateway")
        wait_until(lambda: not self.ifname(), timeout, f"{self.node}: interface goes")
        self.charon.whack("--name", "gateway", "--terminate")
        return self

    def logs(self, lines=25):
        return "\n".join(line for path in (LOG, PPP_LOG) if self.node.exists(path)
                         for line in self.node.read(path).splitlines()[-lines:])
