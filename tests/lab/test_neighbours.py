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
