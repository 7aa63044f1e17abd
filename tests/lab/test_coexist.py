"""Others on the same machine who do not filter, but route by marks or manage interfaces."""

from lablib.checks import check, equal, holds, wait_until
from lablib.client import Client, connect_all
from lablib.firewalls import NetworkManager
from lablib.gateway import REPOSITORY, Gateway, policy
from lablib.topology import SERVER, Topology

GROUP = "firewalls"
TIMEOUT = 400

RULES = """
rule add fwmark 1 lookup 100
route add blackhole default table 100
rule add fwmark 0xca6c lookup 51820
route add blackhole default table 51820
rule add fwmark 0x80000/0xff0000 pref 5210 lookup main
rule add fwmark 0x80000/0xff0000 pref 5250 unreachable
"""
MARKED = """
table inet marked {
	chain forward {
		type filter hook forward priority 0; policy accept;
		iifname "l2tpgw*" meta mark != 0 counter
		oifname "l2tpgw*" meta mark != 0 counter
	}
}
"""


def test_marks_of_others():
    """Rules of a transparent proxy (mark 1), of somebody's own (0xca6c) and of Tailscale (0x80000/0xff0000)."""
    net = Topology(direct=2)
    net.gw.ip(*RULES.split("\n")[1:-1])
    net.gw.nft(MARKED)
    gateway = Gateway(net.gw)
    gateway.write_policy(policy([("alice", "wonderland"), ("bob", "builder")]))
    gateway.up()
    first, second = (Client(node, user, password) for node, user, password
                     in zip(net.clients(), ("alice", "bob"), ("wonderland", "builder")))
    equal("the first client connects", connect_all([first]), {})
    equal("over the first SA whose mark is nobody's", gateway.session_of("alice")["esp"]["mark"], 2)
    equal("and reaches the server", first.ping(SERVER), 3)
    net.gw.ip("rule add fwmark 3 lookup 100")
    wait_until(lambda: any("mark 0x3 " in one["text"] for one in gateway.json("doctor", check=False)["findings"]), 20,
               "doctor tells of the rule")
    second.start().secure()
    check("an SA that gets the mark of a rule is closed", gateway.logged("its mark 3 is also that of a routing rule"))
    wait_until(lambda: not any(sa.get("child-sas") for _, sa in second.sas()), 30, "the client hears of it")
    second.secure().dial().wait_up().answered()
    equal("the next one is not", gateway.session_of("bob")["esp"]["mark"], 4)
    equal("and its client reaches the server", second.ping(SERVER), 3)
    equal("the first one too", first.ping(SERVER), 3)
    listing = net.gw.run("nft list table inet marked").stdout
    equal("no packet of a client carries a mark", listing.count("packets 0 "), 2)


def test_network_manager():
    net = Topology(direct=1)
    gateway, manager = Gateway(net.gw), NetworkManager(net.gw)
    gateway.write_policy(policy())
    gateway.up()
    manager.start()
    client = Client(net.clients()[0])
    equal("a client connects", connect_all([client]), {})
    name = gateway.session_of("alice")["interface"]
    check("NetworkManager thinks the session is its business", holds(lambda: manager.devices().get(name, "unmanaged") != "unmanaged", 30),
          manager.devices())
    manager.install(REPOSITORY / "packaging/NetworkManager.conf")
    check("with what the package brings it does not", holds(lambda: manager.devices()[name] == "unmanaged", 30),
          manager.devices())
    check("nor are others left alone by that", "unmanaged" not in (manager.devices()["wan"], manager.devices()["lan"]))
    equal("the client reaches the server", client.ping(SERVER), 3)
