"""What changes under a session's feet: keys, ports, addresses, clients that vanish. Nobody else may notice."""

import time

from lablib.agreement import disagreements
from lablib.capture import Capture, only_ipsec
from lablib.checks import check, equal, note, wait_until
from lablib.client import Client, connect_all
from lablib.gateway import Gateway, policy
from lablib.stream import Stream
from lablib.topology import NAT_ADDRESS, SERVER, Topology
from lablib.vici import Vici

GROUP = "changes"
TIMEOUT = 1500

NAMES = ("alice", "beth", "carol", "dora", "emma")
IMPATIENT = {"ipsec": {"psk": "a shared secret", "dpd": "5s"}, "ppp": {"echo_interval": "10s", "echo_failures": 3}}


def started(net, names=NAMES, **sections):
    gateway = Gateway(net.gw)
    gateway.write_policy(policy(tuple((name, "wonderland") for name in names), **sections))
    gateway.up()
    return gateway


def connected(net, gateway, names=NAMES):
    clients = {user: Client(node, user) for node, user in zip(net.clients(), names)}
    equal("all connect", connect_all(list(clients.values())), {})
    gateway.wait_sessions(len(clients))
    return clients


def sessions(gateway):
    return {one["user"]: (one["id"], one["ppp"]["pid"], one["interface"]) for one in gateway.sessions()}


def test_rekey_and_a_new_port():
    net = Topology(direct=1, nat1=2)
    gateway = started(net)
    clients = connected(net, gateway, NAMES[:3])
    before = sessions(gateway)
    with Capture(net.gw, "wan") as wan:
        with Stream(clients.values(), SERVER) as stream:
            for user in ("alice", "beth"):
                rekeys(gateway, clients, user)
        lost = {user: stream.lost.get(client.node.name, (0, 0)) for user, client in clients.items()}
        equal("who did not rekey lost nothing", lost.pop("carol"), (0, 0))
        for user, (sent, received) in lost.items():
            check(f"{user} lost less than a packet for each of four rekeyings", sent - received <= 4, lost)
        port_change(net, gateway, clients)
    equal("all sessions are the same as before", sessions(gateway), before)
    equal("nothing but IPsec on the wan", only_ipsec(wan.path), [])


def rekeys(gateway, clients, user):
    """Both kinds from both ends."""
    client = clients[user]
    vici = Vici(gateway.node.path(gateway.vici))
    record = gateway.session_of(user)
    for what, rekey, field in (
            ("the client rekeys ESP", client.rekey_child, "esp"),
            ("the gateway rekeys ESP", lambda: vici.ask("rekey", {"child-id": found(vici, record)[1]}), "esp"),
            ("the client reauthenticates", client.rekey_ike, "ike"),
            ("the gateway reauthenticates", lambda: vici.ask("rekey", {"ike-id": found(vici, record)[0]}), "ike")):
        old = gateway.session_of(user)
        rekey()
        wait_until(lambda old=old: changed(old, gateway.session_of(user), field), 60, f"{user}: {what}: it is known")
        wait_until(lambda: len(client.sas()) == 1, 60, f"{user}: {what}: the old one is gone")
        equal(f"{user}: {what}", disagreements(gateway, clients, quiet=False), [])
    equal(f"{user}: the mark is the same after all", gateway.session_of(user)["esp"]["mark"], record["esp"]["mark"])
    vici.close()


def changed(old, new, field):
    key = {"esp": "spi_in", "ike": "id"}[field]
    return new and new[field][key] != old[field][key]


def found(vici, record):
    """charon's own numbers of the IKE_SA and the CHILD_SA that carry a session, by its mark."""
    mark = int(str(record["esp"]["mark"]), 0)
    return next((ike["uniqueid"], child["uniqueid"]) for _, ike in vici.sas()
                for child in ike.get("child-sas", {}).values()
                if child["state"] == "INSTALLED" and int(child["mark-in"], 16) == mark)


def port_change(net, gateway, clients):
    """The router forgets its translations and makes other ones, as routers do when they restart."""
    old = {user: gateway.session_of(user)["peer"]["port"] for user in ("beth", "carol")}
    net.nat1.nft("flush table ip nat\ntable ip nat { chain post { oifname \"wan\" ip protocol udp masquerade to :40000-50000\n"
                 "oifname \"wan\" masquerade\n }\n}\n")
    net.nat1.run("conntrack -F")
    for user in old:
        clients[user].ping(SERVER, count=2)
    ports = wait_until(lambda: moved(gateway, old), 60, "the new ports are known")
    check("they are ports of the new range", all(40000 <= port <= 50000 for port in ports.values()), ports)
    equal("after the change of ports all agree", disagreements(gateway, clients), [])
    equal("and all are served", [client.ping(SERVER) for client in clients.values()], [3] * len(clients))


def moved(gateway, old):
    ports = {user: gateway.session_of(user)["peer"]["port"] for user in old}
    return ports if all(ports[user] != old[user] for user in old) else None


def test_one_vanishes_and_one_comes_from_elsewhere():
    net = Topology(direct=1, nat1=3, nat2=1)
    gateway = started(net, **IMPATIENT)
    clients = connected(net, gateway, NAMES[:4])
    others = {user: clients[user] for user in ("alice", "carol", "dora")}
    before = {user: one for user, one in sessions(gateway).items() if user != "beth"}
    with Stream(others.values(), SERVER) as stream:
        clients["beth"].vanish()
        elsewhere = Client(net.c4, "beth", identity="192.168.1.10")
        elsewhere.connect()
        equal("who comes back from elsewhere is served", elsewhere.ping(SERVER), 3)
        gone = time.monotonic()
        wait_until(lambda: len(gateway.sessions()) == 4, 180, "the session of the vanished one ends")
        note(f"it ended {time.monotonic() - gone:.0f} s later")
    equal("the others lose nothing", stream.lost, {})
    now = sessions(gateway)
    equal("and keep their sessions", {user: now[user] for user in before}, before)
    equal("beth is where she is", gateway.session_of("beth")["peer"]["address"], NAT_ADDRESS["nat2"])
    equal("all agree", disagreements(gateway, {**others, "beth": elsewhere}), [])
    check("the log tells why it ended", gateway.logged(r"beth\b.*(does not answer|no longer answers)", 1),
          gateway.log()[-3000:])


def office(gateway_users, count):
    net = Topology(direct=0, nat1=count)
    users = tuple(f"user{number:02}" for number in range(count))
    gateway = started(net, users, **gateway_users)
    return net, gateway, users


def test_ten_vanish_and_dial_again_at_once():
    net, gateway, users = office({}, 10)
    clients = connected(net, gateway, users)
    for client in clients.values():
        client.vanish()
    began = time.monotonic()
    equal("all are in at their first dial", connect_all(list(clients.values()), 60), {})
    note(f"ten redial in {time.monotonic() - began:.1f} s")
    gateway.wait_sessions(10, 180)
    equal("all agree", disagreements(gateway, clients), [])
    equal("all are served", [client.ping(SERVER, count=1) for client in clients.values()], [1] * 10)


def test_twenty_cold_ones():
    net, gateway, users = office({}, 20)
    clients = {user: Client(node, user) for node, user in zip(net.clients(), users)}
    began = time.monotonic()
    equal("all are in at their first dial", connect_all(list(clients.values())), {})
    note(f"twenty cold ones in {time.monotonic() - began:.1f} s")
    gateway.wait_sessions(20)
    equal("all agree", disagreements(gateway, clients), [])
    equal("all are served", [client.ping(SERVER, count=1) for client in clients.values()], [1] * 20)
