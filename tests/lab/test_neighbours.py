"""Other firewalls on the gateway: what they block is said, and the remedies that are named let clients in."""

from lablib.checks import check, equal, holds, wait_until
from lablib.client import Client, connect_all
from lablib.firewalls import HOSTILE
from lablib.gateway import Gateway, policy
from lablib.topology import SERVER, Topology

GROUP = "refusals"
TIMEOUT = 300


def findings(gateway):
    """What doctor says of firewalls."""
    return [one for one in gateway.json("doctor", check=False)["findings"] if one["layer"] == "firewall"]


def blocked(gateway):
    return [warning for warning in gateway.status()["warnings"] if "blocks" in warning]


def told(warning):
    """What is blocked, without who does it and the remedy."""
    return warning.partition(" blocks ")[2].partition("; remedy: ")[0]


def test_a_table_that_drops():
    net = Topology(direct=1)
    net.gw.run(["nft", "-f", "-"], input=HOSTILE)
    gateway = Gateway(net.gw)
    gateway.write_policy(policy())
    gateway.up()
    client = Client(net.clients()[0])
    warnings = blocked(gateway)
    equal("status names what is blocked", [told(line) for line in warnings],
          ["IKE (UDP 500) from the internet", "IKE and ESP of clients behind NAT (UDP 4500)", "ESP from the internet",
           "L2TP out of IPsec (UDP 1701 to 198.18.0.0/28)", "what clients send to the internet",
           "the answers of the internet to clients"])
    check("and the table that does it", all("inet filter" in line for line in warnings), warnings)
    client.start().secure(wait=False)
    check("no SA comes of a client's attempts", not holds(lambda: gateway.status()["sessions"]["dialing"], timeout=10))
    client.stop()
    for line in {line for one in findings(gateway) for line in (one["remedy"] or "").splitlines()}:
        net.gw.run(line)
    wait_until(lambda: not blocked(gateway), 20, "status is content")
    equal("doctor sees no firewall in the way", [one for one in findings(gateway) if one["severity"] != "ok"], [])
    again = Client(net.clients()[0])
    equal("the client connects", connect_all([again]), {})
    equal("and reaches the server", again.ping(SERVER), 3)


BLOCKLIST = """\
table inet bans {
	set blocked { type ipv4_addr; flags interval; elements = { 192.0.2.0/24 } }
	chain input {
		type filter hook input priority filter - 1; policy accept;
		ip saddr @blocked drop
		udp dport 500 limit rate over 1000/second drop
	}
}
"""
FORWARDING = """\
table ip forwarding {
	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		udp dport { 500, 4500 } dnat to 203.0.113.99
	}
}
"""


def test_bans_and_forwardings():
    """Who bans some senders blocks nobody else, and nothing is opened in front of it; who forwards IKE's ports is named."""
    net = Topology(direct=1)
    net.gw.run(["nft", "-f", "-"], input=BLOCKLIST)
    bans = net.gw.run("nft -s list table inet bans").stdout
    net.gw.run("iptables -A INPUT -s 192.0.2.1 -j DROP")
    net.gw.run("iptables -t nat -N DOCKER")
    net.gw.run("iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER")
    net.gw.run("iptables -t nat -A DOCKER ! -i docker0 -p tcp --dport 80 -j DNAT --to-destination 192.0.2.2:80")
    gateway = Gateway(net.gw)
    gateway.write_policy(policy(firewall={"integrate": True}))
    gateway.up()
    client = Client(net.clients()[0])
    equal("the client connects beside bans", connect_all([client]), {})
    equal("doctor sees no firewall in the way", [one for one in findings(gateway) if one["severity"] != "ok"], [])
    equal("nothing is put in front of the bans", net.gw.run("nft -s list table inet bans").stdout, bans)
    client.stop()
    net.gw.run(["nft", "-f", "-"], input=FORWARDING)
    sent = wait_until(lambda: [line for line in gateway.status()["warnings"] if " sends " in line], 20, "a warning")
    equal("status says who sends IKE elsewhere", [line.partition("; remedy: ")[0] for line in sent],
          [f"nftables (chain ip forwarding prerouting) sends {what} elsewhere" for what in
           ("IKE (UDP 500) from the internet", "IKE and ESP of clients behind NAT (UDP 4500)")])
    net.gw.run("nft delete table ip forwarding")
    net.gw.run("iptables -t nat -A PREROUTING -p udp -m multiport --dports 500,4500 -j DNAT --to-destination 192.0.2.3")
    check("so of iptables, whose ports cannot be read", wait_until(
        lambda: [line for line in gateway.status()["warnings"] if "ip nat PREROUTING) may send" in line], 20, "a warning"))
