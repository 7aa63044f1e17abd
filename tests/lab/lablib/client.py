"""A real client: charon, xl2tpd as LAC, pppd; and its own view of the session."""

import re
import signal
import time

from .checks import Timeout, holds, wait_until
from .daemons import CHARON_LOG, XL2TPD_LOG, Charon, Xl2tpd
from .node import SIOCGIFDSTADDR
from .topology import GATEWAY, LAN
from .transfer import transfer
from .vici import ViciError

# Modern defaults; a scenario names others to play Windows, Apple or an old router.
IKE = ["aes256-sha256-modp2048"]
ESP = ["aes128gcm16"]

XL2TPD = """
[global]
port = {port}
access control = no
[lac gateway]
lns = {gateway}
pppoptfile = {options}
length bit = yes
bps = 1000000000
"""

PPP = """
noauth
user "{user}"
password "{password}"
ipcp-accept-local
ipcp-accept-remote
noccp
nobsdcomp
nodeflate
novj
noipv6
nodefaultroute
noipdefault
hide-password
nodetach
debug
logfile {log}
mtu {mtu}
mru {mtu}
lcp-echo-interval {echo_interval}
lcp-echo-failure {echo_failures}
{more}
"""
PPP_LOG = "/var/log/ppp.log"
PPP_OPTIONS = "/etc/ppp/options.lab"
ROUTES = {"full": ["0.0.0.0/1", "128.0.0.0/1"], "lan": [LAN], "none": []}


class Client:
    def __init__(self, node, user="alice", password="wonderland", psk="a shared secret", *, gateway=GATEWAY,
                 ike=None, esp=None, port=1701, mtu=1400, routes="full", identity=None, ppp="",
                 echo_interval=30, echo_failures=4, rekey_time="0", dpd_delay="0", connection=None, child=None,
                 charon=""):
        """port: UDP source port of L2TP, 0 = an ephemeral one. ppp: more pppd options (`refuse-mschap-v2`, …).
        connection, child: VICI keys that override the ones made here. charon: more lines of its configuration."""
        self.node, self.gateway, self.port, self.routes = node, gateway, port, ROUTES[routes]
        self.psk = psk
        node.write(PPP_OPTIONS, PPP.format(user=user, password=password, log=PPP_LOG, mtu=mtu, more=ppp,
                                           echo_interval=echo_interval, echo_failures=echo_failures), 0o600)
        self.charon = Charon(node, more=charon)
        self.xl2tpd = Xl2tpd(node, XL2TPD.format(port=port, gateway=gateway, options=PPP_OPTIONS))
        source = f"dynamic[17/{port}]" if port else "dynamic[17]"
        local = {"auth": "psk", **({"id": identity} if identity else {})}
        self.settings = {
            "version": 1, "remote_addrs": [gateway], "proposals": ike or IKE, "rekey_time": "0",
            "dpd_delay": dpd_delay, "local": local, "remote": {"auth": "psk", "id": "%any"},
            **(connection or {}),
            "children": {"l2tp": {
                "mode": "transport", "esp_proposals": esp or ESP, "rekey_time": rekey_time,
                "local_ts": [source], "remote_ts": ["dynamic[17/1701]"], **(child or {}),
            }},
        }

    # --- life ----------------------------------------------------------------------------------------------------------

    def start(self):
        """Starts charon and xl2tpd (without waiting for them), with the cable plugged in."""
        self.node.router.ip(f"link set {self.node.port} up")
        self.node.ip(f"route replace {self.gateway}/32 via {self.node.via}")
        self.charon.start()
        self.xl2tpd.start()
        return self

    def secure(self, wait=True, timeout=60):
        """Loads the connection and initiates IKE and the CHILD_SA; raises ViciError when that is refused."""
        self.charon.vici.socket.settimeout(timeout)
        self.charon.secret(self.psk)
        self.charon.connection("gateway", self.settings)
        self.charon.vici.send("initiate", {"child": "l2tp", "ike": "gateway", "timeout": timeout * 1000})
        return self.secured() if wait else self

    def secured(self):
        """Collects the answer of `secure(wait=False)`."""
        self.charon.vici.answer("initiate")
        return self

    def dial(self):
        """Orders the L2TP call (after `secure`); `wait_up` waits for its end."""
        self.xl2tpd.order("c gateway")
        return self

    def connect(self, timeout=90):
        self.start()
        self.secure()
        self.dial()
        return self.wait_up(timeout).answered()

    def hangup(self, timeout=60):
        """Ends the session as a user does: PPP, L2TP, then IKE say goodbye."""
        self.xl2tpd.order("d gateway")
        wait_until(lambda: not self.ifname(), timeout, f"{self.node}: interface goes")
        try:
            self.charon.vici.ask("terminate", {"ike": "gateway", "timeout": 20000})
        except ViciError as error:  # a gateway that has seen the end of the call may be the first to say goodbye
            if "no matching SAs" not in str(error):
                raise
        return self

    def stop(self):
        """Ends the daemons too."""
        self.xl2tpd.stop()
        self.charon.stop()

    def vanish(self):
        """Disappears without a word: the cable is pulled first, then everything is killed. `start` comes back."""
        self.node.router.ip(f"link set {self.node.port} down")
        self.xl2tpd.stop(signal.SIGKILL)
        self.node.kill("pppd")
        self.charon.stop(signal.SIGKILL)
        self.node.ip("xfrm state flush", "xfrm policy flush")
        wait_until(lambda: not self.ifname(), 20, f"{self.node}: interface goes")
        return self

    # --- state ---------------------------------------------------------------------------------------------------------

    def ifname(self):
        return next((name for name in self.node.interfaces() if name.startswith("ppp")), None)

    def address(self):
        name = self.ifname()
        return name and self.node.address(name)

    def wait_up(self, timeout=90):
        """Waits for the PPP address, then sets the routes that a real client sets."""
        try:
            wait_until(self.address, timeout, f"{self.node}: PPP address")
        except Timeout as error:
            raise Timeout(f"{error}\n{self.logs()}") from None
        name = self.ifname()
        if self.routes:
            self.node.ip(*(f"route replace {network} dev {name}" for network in self.routes))
        return self

    def answered(self, timeout=5):
        """A client is up a moment before the other end, which drops what comes until its routes are set: waits until
        that answers, if it ever does."""
        other_end = self.node.address(self.ifname(), SIOCGIFDSTADDR)
        holds(lambda: self.node.ping(other_end, count=1, wait=1), timeout)
        return self

    def wait_down(self, timeout=60):
        wait_until(lambda: not self.address(), timeout, f"{self.node}: session ends")
        return self

    def is_up(self):
        return bool(self.address())

    def sas(self):
        return self.charon.vici.sas()

    def rekey_child(self):
        self.charon.vici.ask("rekey", {"child": "l2tp"})

    def rekey_ike(self):
        self.charon.vici.ask("rekey", {"ike": "gateway"})

    def view(self):
        """What the client itself knows of its session, for comparing with the gateway's record."""
        ike = next((details for _, details in self.sas() if details["state"] == "ESTABLISHED"), {})
        child = next((one for one in ike.get("child-sas", {}).values() if one["state"] == "INSTALLED"), {})
        # Session 0 is the kernel's handle of the tunnel itself.
        listing = self.node.run("ip l2tp show session").stdout
        ids = re.search(r"Session ([1-9]\d*) in tunnel (\d+)\s+Peer session (\d+), tunnel (\d+)", listing)
        name = self.ifname()
        counters = (name and self.node.counters(name)) or (None, None)
        return {
            "interface": name, "address": self.address(), "rx_bytes": counters[0], "tx_bytes": counters[1],
            "ike": proposal(ike, ("encr-alg", "encr-keysize", "integ-alg", "prf-alg", "dh-group")),
            "esp": proposal(child, ("encr-alg", "encr-keysize", "integ-alg")),
            "spi_in": child.get("spi-in"), "spi_out": child.get("spi-out"),
            "ike_initiator_spi": ike.get("initiator-spi"), "ike_responder_spi": ike.get("responder-spi"),
            "local_port": ike.get("local-port"), "nat": ike.get("nat-local") == "yes",
            "session": ids and int(ids[1]), "tunnel": ids and int(ids[2]),
            "peer_session": ids and int(ids[3]), "peer_tunnel": ids and int(ids[4]),
        }

    def ppp_said(self, pattern, timeout=30):
        """Waits until pppd's log matches; returns the match or None. Says why a refusal was one."""
        return holds(lambda: self.node.exists(PPP_LOG) and re.search(pattern, self.node.read(PPP_LOG)), timeout)

    def logs(self, lines=25):
        parts = []
        for path in (CHARON_LOG, XL2TPD_LOG, PPP_LOG):
            if self.node.exists(path):
                parts += [f"--- {self.node} {path}", *self.node.read(path).splitlines()[-lines:]]
        return "\n".join(parts)

    # --- traffic -------------------------------------------------------------------------------------------------------

    def ping(self, host, **options):
        return self.node.ping(host, **options)

    def transfer(self, host, up=0, down=0, timeout=120):
        """Sends and fetches that many bytes by TCP and compares checksums; see transfer.py."""
        return self.node.call(transfer, host, up, down, timeout=timeout)


def proposal(details, keys):
    return "/".join(str(details[key]) for key in keys if key in details)


def connect_all(clients, timeout=180):
    """Brings many clients up at the same time; returns the ones that did not get in within so many seconds after the last
    one dialed, with the reason."""
    failed = {}

    def each(step, group):
        for client in group:
            try:
                step(client)
            except Exception as error:
                failed[client.node.name] = f"{type(error).__name__}: {error}"
        return [client for client in group if client.node.name not in failed]

    left = each(lambda client: client.start(), clients)
    left = each(lambda client: client.secure(wait=False), left)
    left = each(lambda client: client.secured().dial(), left)
    deadline = time.monotonic() + timeout
    each(lambda client: client.wait_up(max(deadline - time.monotonic(), 1)).answered(), left)
    return failed
