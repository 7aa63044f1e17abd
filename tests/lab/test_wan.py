"""The WAN changes under a running gateway: another address, another interface, a PPP link that comes and goes."""

import json

from lablib import attack
from lablib.agreement import disagreements
from lablib.capture import Capture, fragments, ipv4, only_ipsec
from lablib.checks import check, equal, holds
from lablib.client import Client, connect_all
from lablib.gateway import POLICY, Gateway, policy
from lablib.pppoe import EXTRAS, PppoeWan
from lablib.topology import GATEWAY, SERVER, WEB, Topology, cable
from lablib.transfer import PORT, serve

GROUP = "wan"
TIMEOUT = 1200

NAMES = ("alice", "beth")
SECOND, OTHER = "198.51.100.2", "192.0.2.129"
# Sessions whose client went without a word end soon.
PATIENCE = {"ppp": {"echo_interval": "5s", "echo_failures": 3}}


def started(net, **sections):
    gateway = Gateway(net.gw)
    gateway.write_policy(policy(tuple((name, "wonderland") for name in NAMES), **{**PATIENCE, **sections}))
    gateway.up()
    net.inet.spawn(serve)
    net.srv.spawn(serve)
    return gateway


def dialled(net, gateway, address, before=()):
    """Clients who reach the gateway at this address; those who were connected before have noticed that they are not."""
    for client in before:
        client.vanish()
    clients = {user: Client(node, user, gateway=address, mtu=1500) for user, node in zip(NAMES, net.clients())}
    equal(f"clients are in at {address}", connect_all(list(clients.values())), {})
    check("and only they", holds(lambda: len(gateway.sessions()) == len(clients), 120, 1), gateway.sessions())
    equal("the gateway's account agrees", disagreements(gateway, clients), [])
    return clients


def works(clients, source):
    for user, client in clients.items():
        inside, outside = client.transfer(SERVER, up=100_000, down=100_000), client.transfer(WEB, 100_000, 100_000)
        check(f"{user}: TCP to the server and to the internet", inside["ok"] and outside["ok"], (inside, outside))
        equal(f"{user}: the internet sees the gateway's address", outside["peer"], source)


def follows(gateway, daemon, wan, address):
    label = f"status tells {wan}, {address}"
    check(label, holds(lambda: told(gateway) == (wan, address), 30, 0.5), gateway.status()["gateway"])
    equal("it is the same l2tpgwd", gateway.pids(), daemon)


def told(gateway):
    said = gateway.status()["gateway"]
    return said["wan"], said["address"]


def test_another_address():
    net = Topology(direct=1, nat1=1)
    gateway = started(net)
    daemon = gateway.pids()
    follows(gateway, daemon, "wan", GATEWAY)
    with Capture(net.gw, "wan") as wan:
        clients = dialled(net, gateway, GATEWAY)
        net.gw.ip("addr flush dev wan", f"addr add {SECOND}/24 dev wan", "route replace default via 198.51.100.254")
        follows(gateway, daemon, "wan", SECOND)
        clients = dialled(net, gateway, SECOND, clients.values())
        works(clients, SECOND)
    equal("nothing but IPsec on the wan", only_ipsec(wan.path, allowed=[WEB]), [])


def test_another_interface():
    net = Topology(direct=1, nat1=1)
    cable(net.inet, "gw2", net.gw, "wan2")
    net.inet.ip("addr add 192.0.2.254/25 dev gw2", "link set gw2 up")
    net.gw.ip(f"addr add {OTHER}/25 dev wan2", "link set wan2 mtu 1480 up")
    gateway = started(net, ipsec={"psk": "a shared secret", "esp_proposals": ["aes128gcm16"]})
    daemon = gateway.pids()
    with Capture(net.gw, "wan") as wan, Capture(net.gw, "wan2") as wan2:
        clients = dialled(net, gateway, GATEWAY)
        net.gw.ip("route replace default via 192.0.2.254 dev wan2")
        follows(gateway, daemon, "wan2", OTHER)
        equal("those who came by the first address go on", [one.ping(SERVER) for one in clients.values()], [3, 3])
        clients = dialled(net, gateway, OTHER, clients.values())
        works(clients, OTHER)
        equal("new sessions have the MTU of the new way", {one["mtu"] for one in gateway.sessions()}, {1400})
    for capture in (wan, wan2):
        equal(f"nothing but IPsec on {capture.interface}", only_ipsec(capture.path, allowed=[WEB]), [])
    equal("no fragments on the new way", fragments(wan2.path), 0)
    named(net, gateway)


def named(net, gateway):
    """A WAN that the policy names stays it, wherever the default route leads."""
    content = json.loads(net.gw.read(POLICY))
    content["gateway"]["wan"] = "wan"
    gateway.write_policy(content)
    gateway.up()
    follows(gateway, gateway.pids(), "wan", GATEWAY)
    net.gw.ip("route replace default via 192.0.2.254 dev wan2 metric 5")
    equal("a WAN that is named stays", told(gateway), ("wan", GATEWAY))
    equal("and its MTU counts", gateway.json("mtu")["outer"], 1500)


def test_pppoe():
    check("an access concentrator is there", (EXTRAS / "usr/sbin/pppoe-server").exists(), EXTRAS)
    net = Topology(direct=1, nat1=1)
    line = PppoeWan(net)
    name = line.up()
    gateway = started(net, ipsec={"psk": "a shared secret", "esp_proposals": ["aes128gcm16"]})
    net.gw.spawn(serve)
    daemon = gateway.pids()
    follows(gateway, daemon, name, GATEWAY)
    equal("the sum begins with its MTU", gateway.json("mtu")["outer"], 1492)
    with Capture(net.gw, name) as wan:
        clients = dialled(net, gateway, GATEWAY)
        equal("sessions have the MTU that fits", {one["mtu"] for one in gateway.sessions()}, {1412})
        equal("and interfaces that are not called ppp",
              {one["interface"].startswith("ppp") for one in gateway.sessions()}, {False})
        works(clients, GATEWAY)
    told_apart(net, clients)
    equal("nothing but IPsec on the wan", only_ipsec(wan.path, allowed=[WEB]), [])
    equal("no fragments", fragments(wan.path), 0)
    outer = [packet.size for _, packet in ipv4(wan.path) if WEB not in (str(packet.source), str(packet.target))]
    check("full packets fill the outer MTU", 1492 - 16 < max(outer) <= 1492, max(outer))
    cut(net, gateway, line, clients)
    gateway.down()
    equal("`down` leaves the WAN alone", net.gw.address(name), GATEWAY)
    check("and its pppd", line.process.poll() is None)


def told_apart(net, clients):
    """What holds for session interfaces does not hold for the PPP link that is the WAN."""
    equal("a service of the gateway is reached over the WAN", net.inet.call(attack.tcp, GATEWAY, PORT), "connected")
    for user, client in clients.items():
        check(f"and not by {user}", client.node.call(attack.tcp, "10.77.0.1", PORT) != "connected")
    alice, beth = clients.values()
    equal("clients do not reach each other", alice.ping(beth.address()), 0)
    equal("the lan's hosts have their own way to the internet", routed(net), 3)


def routed(net):
    """Traffic that is no session's: not masqueraded, not checked for its source."""
    net.inet.ip("route replace 10.77.0.0/24 via 198.51.100.1")
    return net.srv.ping(WEB)


def cut(net, gateway, line, clients):
    daemon = gateway.pids()
    line.down()
    check("a WAN that is gone is told", holds(lambda: told(gateway)[0] is None, 30, 0.5), gateway.status()["gateway"])
    line.up()
    follows(gateway, daemon, "ppp0", GATEWAY)
    alive = [user for user, client in clients.items() if holds(lambda client=client: client.ping(SERVER, count=1), 20)]
    equal("sessions go on when the line is back", alive, list(clients))
    works(clients, GATEWAY)
