"""Others on the same machine who do not filter, but route by marks, take everything or manage interfaces."""

import json

from lablib.checks import check, equal, holds, wait_until
from lablib.client import Client, connect_all
from lablib.firewalls import NetworkManager
from lablib.gateway import REPOSITORY, Gateway, policy
from lablib.topology import GATEWAY, SERVER, Topology

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


WG_QUICK = ("route add default dev wg0 table 51820", "rule add not fwmark 0xca6c table 51820",
            "rule add table main suppress_prefixlength 0")
HALVES = ("route add 0.0.0.0/1 dev wg0", "route add 128.0.0.0/1 dev wg0")


def test_tunnel_for_everything():
    """A VPN client that routes everything, as wg-quick does, and as OpenVPN does (redirect-gateway def1)."""
    net = Topology(direct=2)
    net.gw.ip("link add wg0 type dummy", "link set wg0 up")
    gateway = Gateway(net.gw)
    gateway.write_policy(policy([("alice", "wonderland"), ("bob", "builder")]))
    gateway.up()
    equal("nothing leads elsewhere yet", told(gateway), ([], []))
    net.gw.ip(*WG_QUICK)
    first, second = (Client(node, user, password) for node, user, password
                     in zip(net.clients(), ("alice", "bob"), ("wonderland", "builder")))
    first.start().secure(wait=False, timeout=150)  # it asks again and again, and is answered in the end
    check("answers to a client leave by the tunnel", holds(lambda: sent(net.gw, "wg0"), 20))
    remedies = says(gateway, "51820")
    check("up says so, too", "leave by wg0" in gateway.up().stderr)
    for command in remedies[0].split(", or ")[0].split(", and "):
        follow(net.gw, command)
    equal("with the remedy nothing is told", told(gateway), ([], []))
    first.secured().dial().wait_up().answered()
    equal("the client reaches the server", first.ping(SERVER), 3)
    net.gw.ip("rule del pref 100", "rule del pref 100", "rule del not fwmark 0xca6c table 51820", "rule del table main suppress_prefixlength 0")
    net.gw.ip(*HALVES)
    remedies = says(gateway, "main")
    equal("the client is cut off", first.ping(SERVER), 0)
    for command in remedies[0].replace("ROUTER", "198.51.100.254").split(", and "):
        follow(net.gw, command)
    equal("with that remedy nothing is told either", told(gateway), ([], []))
    equal("the client reaches the server again", first.ping(SERVER), 3)
    equal("and another one connects", connect_all([second]), {})


def sent(node, interface):
    return json.loads(node.run(f"ip -s -j link show {interface}").stdout)[0]["stats64"]["tx"]["packets"]


def told(gateway):
    """What doctor and status say about the way of answers."""
    findings = gateway.json("doctor", check=False)["findings"]
    return ([one for one in findings if one["layer"] == "network" and one["text"].startswith("answers from ")],
            [one for one in gateway.status()["warnings"] if one.startswith("answers from ")])


def says(gateway, table):
    findings, warnings = told(gateway)
    text = f"answers from {GATEWAY} leave by wg0 (table {table}), not by wan: clients get none"
    equal("doctor says by which way answers leave", [(one["severity"], one["text"]) for one in findings], [("problem", text)])
    remedies = [one["remedy"] for one in findings]
    equal("and so does status, with the same remedy", warnings, [f"{text}; remedy: {one}" for one in remedies])
    return remedies


def follow(node, command):
    check("the remedy is a command", command.startswith("ip "), command)
    node.ip(command.removeprefix("ip "))


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
