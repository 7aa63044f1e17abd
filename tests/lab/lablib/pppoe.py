"""A WAN that is itself a PPP link: an access concentrator in the internet, pppd as its subscriber in the gateway."""

import os
import pathlib

from .checks import holds, wait_until
from .topology import GATEWAY

EXTRAS = pathlib.Path(os.environ.get("LAB_EXTRAS", "/nowhere"))
SERVER_OPTIONS = "noauth\nlcp-echo-interval 0\nnoipv6\nnoccp\nnovj\nip-up-script /bin/true\n"
SUBSCRIBER = ["pppd", "plugin", "rp-pppoe.so", "wan", "user", "subscriber", "password", "secret", "noauth", "nodetach",
              "noipdefault", "defaultroute", "noipv6", "noccp", "novj", "mtu", "1492", "mru", "1492",
              "lcp-echo-interval", "0", "maxfail", "0", "persist", "holdoff", "1"]
LOG = "/var/log/wan.log"
ISP = "198.51.100.254"


class PppoeWan:
    """Takes the plain addresses off the wan of a Topology and brings it up as ppp0, with the same address."""

    def __init__(self, net):
        self.net, self.process = net, None
        net.inet.ip("addr flush dev gw")
        net.gw.ip("addr flush dev wan")
        options = net.inet.write("/etc/ppp/pppoe-server-options", SERVER_OPTIONS)
        net.inet.run([EXTRAS / "usr/sbin/pppoe-server", "-I", "gw", "-L", ISP, "-R", GATEWAY, "-N", "1", "-O", options,
                      "-q", "/usr/sbin/pppd", "-Q", EXTRAS / "usr/sbin/pppoe"])

    def up(self):
        """Returns the interface's name."""
        self.process = self.net.gw.start(SUBSCRIBER, LOG)
        if not holds(lambda: self.net.gw.address("ppp0") == GATEWAY, 60):
            raise RuntimeError(f"no PPPoE\n{self.net.gw.read(LOG)}")
        return "ppp0"

    def down(self):
        """The line is cut and the subscriber ends; `up` brings it back."""
        self.process.terminate()
        self.process.wait(30)
        wait_until(lambda: "ppp0" not in self.net.gw.interfaces(), 30, "ppp0 goes")
        wait_until(lambda: not self.net.inet.pids("pppd"), 60, "the other end goes")
