"""The lab's network:

    c0 ─────────────┐
    c1 … cN ─ nat1 ─┤
    c4 ──── nat2 ───┼─ inet ─ gw ─ srv
                    └ (inet also holds WEB, a host of the internet)

Every segment is a bridge in the router, so that a client's cable can be pulled without its routes being lost.
"""

import subprocess

from .checks import note
from .node import Node

GATEWAY = "198.51.100.1"      # gw on the wan
WEB = "192.0.2.80"            # a host of the internet
SERVER = "10.77.0.2"          # srv, behind gw
LAN = "10.77.0.0/24"
NAT_ADDRESS = {"nat1": "203.0.113.1", "nat2": "203.0.113.2"}
INSIDE = {"nat1": "192.168.1", "nat2": "192.168.2"}

MASQUERADE = """
table ip nat { chain post { type nat hook postrouting priority 100; policy accept; oifname "wan" masquerade
}
}
"""


def cable(one, port, other, interface):
    """A cable between two nodes; made outside of both, where their networks have names."""
    subprocess.run(["ip", "link", "add", port, "netns", str(one), "type", "veth",
                    "peer", "name", interface, "netns", str(other)], check=True)


class Topology:
    """direct: clients on the internet itself; nat1, nat2: how many clients behind each home router."""

    def __init__(self, direct=1, nat1=0, nat2=0, gateway=None):
        """gateway: the node in the gateway's place, if there is one already (lablib.system)."""
        self.nodes = {"gw": gateway} if gateway else {}
        self._make_core()
        for number in range(direct):
            self._direct(f"c{number}", number)
        number = direct
        for nat, count in (("nat1", nat1), ("nat2", nat2)):
            if count:
                self._make_nat(nat)
            for index in range(count):
                self._natted(f"c{number}", nat, index)
                number += 1
        for node in self.nodes.values():
            node.wait_for_links()
        note(f"topology of {len(self.nodes)} nodes is up")

    def __getattr__(self, name):
        try:
            return self.__dict__["nodes"][name]
        except KeyError:
            raise AttributeError(name) from None

    def _node(self, name, ipv6=False, **options):
        node = self.nodes[name] = Node(name, **options)
        if ipv6:  # addresses at once, not after a second: snapshots shall not differ by that
            node.sysctl("net.ipv6.conf.all.accept_dad", 0)
            node.sysctl("net.ipv6.conf.default.accept_dad", 0)
        else:
            node.sysctl("net.ipv6.conf.all.disable_ipv6", 1)
            node.sysctl("net.ipv6.conf.default.disable_ipv6", 1)
        return node

    def _make_core(self):
        inet, srv = self._node("inet"), self._node("srv")
        gw = self.nodes.get("gw") or self._node("gw", ipv6=True, debian_ppp=True)
        cable(inet, "gw", gw, "wan")
        cable(gw, "lan", srv, "eth0")
        inet.sysctl("net.ipv4.ip_forward", 1)
        inet.ip("link set lo up", f"addr add {WEB}/32 dev lo",
                "link add lan type bridge", "addr add 203.0.113.254/24 dev lan", "link set lan up",
                "addr add 198.51.100.254/24 dev gw", "link set gw up")
        gw.ip("link set lo up", f"addr add {GATEWAY}/24 dev wan", "link set wan up",
              "route add default via 198.51.100.254",
              "addr add 10.77.0.1/24 dev lan", "link set lan up")
        srv.ip("link set lo up", f"addr add {SERVER}/24 dev eth0", "link set eth0 up", "route add default via 10.77.0.1")

    def _make_nat(self, name):
        nat = self._node(name)
        self._plug(self.inet, nat, "wan", f"{NAT_ADDRESS[name]}/24", "203.0.113.254")
        nat.sysctl("net.ipv4.ip_forward", 1)
        nat.ip("link set lo up", "link add lan type bridge", f"addr add {INSIDE[name]}.1/24 dev lan", "link set lan up")
        nat.nft(MASQUERADE)

    def _direct(self, name, number):
        self._plug(self.inet, self._node(name), "eth0", f"203.0.113.{10 + number}/24", "203.0.113.254")

    def _natted(self, name, nat, index):
        inside = INSIDE[nat]
        self._plug(self.nodes[nat], self._node(name), "eth0", f"{inside}.{10 + index}/24", f"{inside}.1")

    def _plug(self, router, node, interface, address, via):
        port = f"to-{node}"
        cable(router, port, node, interface)
        router.ip(f"link set {port} master lan up")
        node.ip("link set lo up", f"addr add {address} dev {interface}", f"link set {interface} up",
                f"route add default via {via}")
        node.router, node.port, node.via = router, port, via

    def clients(self):
        """The client nodes, in order of their numbers."""
        return [node for name, node in self.nodes.items() if name[0] == "c" and name[1:].isdigit()]
