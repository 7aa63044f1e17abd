"""Changes that xl2tpd cannot take while it runs: other workers for new clients, the old ones for those who are on them."""

import os
import signal

from lablib.agreement import disagreements
from lablib.capture import Capture, only_ipsec
from lablib.checks import check, equal, holds, note, wait_until
from lablib.client import Client, connect_all
from lablib.gateway import Gateway, policy
from lablib.stream import Stream
from lablib.topology import SERVER, Topology

GROUP = "generations"
TIMEOUT = 1500

NAMES = ("alice", "beth", "carol", "dora")
USERS = tuple((name, "wonderland") for name in NAMES)
POOL = {"addresses": {"pool": "10.99.0.0/22", "local": "10.99.0.1"}}


def started(net, count, **l2tp):
    gateway = Gateway(net.gw)
    gateway.write_policy(policy(USERS, l2tp=l2tp, **POOL))
    gateway.up()
    clients = {user: Client(node, user) for node, user in zip(net.clients(), NAMES)}
    equal("the first ones connect", connect_all(list(clients.values())[:count]), {})
    gateway.wait_sessions(count)
    return gateway, clients


def change(gateway, **l2tp):
    gateway.write_policy(policy(USERS, l2tp=l2tp, **POOL))
    gateway.up()


def identity(gateway, users):
    """What must stay the same of a session."""
    return {one["user"]: (one["id"], one["ppp"]["pid"], one["interface"], one["worker"])
            for one in gateway.sessions() if one["user"] in users}


def worker_of(gateway, user):
    session = gateway.session_of(user)
    return session and session["worker"]


def states(gateway):
    return {part["name"]: part["state"] for part in gateway.status()["parts"] if part["name"].startswith("xl2tpd")}


def settles(gateway, expected, what):
    check(what, holds(lambda: states(gateway) == expected, 120), states(gateway))


def forget_connections(net, gateway, clients):
    net.gw.run("conntrack -F")
    equal("connection tracking forgets all, and they are served",
          [client.ping(SERVER, count=2) for client in clients], [2] * len(clients))


def test_other_options():
    net = Topology(direct=1, nat1=3)
    gateway, clients = started(net, 3, retries=5)
    staying = [clients["alice"], clients["carol"]]
    before = identity(gateway, ("alice", "carol"))
    with Capture(net.gw, "wan") as wan:
        with Stream(staying, SERVER) as stream:
            change(gateway, retries=7)
            settles(gateway, {"xl2tpd-1": "draining", "xl2tpd-2": "ready"}, "another worker serves, the old one drains")
            clients["dora"].connect()
            equal("a new client is on the new one", worker_of(gateway, "dora"), 2)
            forget_connections(net, gateway, staying)
            dies_meanwhile(net, gateway, staying)
            dials_again_over_its_sa(gateway, clients["beth"])
        equal("who stays loses nothing", stream.lost, {})
        equal("and keeps the session", identity(gateway, ("alice", "carol")), before)
        equal("all agree", disagreements(gateway, clients), [])
        leaves(net, gateway, clients)
    equal("nothing but IPsec on the wan", only_ipsec(wan.path), [])


def dies_meanwhile(net, gateway, staying):
    parts = {part["name"]: part["pid"] for part in gateway.status()["parts"]}
    equal("l2tpgwd is killed", gateway.kill("l2tpgwd"), 1)
    gateway.daemon()
    gateway.wait_state()
    equal("the next one adopts both", {part["name"]: part["pid"] for part in gateway.status()["parts"]}, parts)
    settles(gateway, {"xl2tpd-1": "draining", "xl2tpd-2": "ready"}, "and knows which of them drains")
    forget_connections(net, gateway, staying)


def dials_again_over_its_sa(gateway, beth):
    """Connection tracking leads the same SA to the same worker: but that one hears no new tunnel."""
    mark = gateway.session_of("beth")["esp"]["mark"]
    beth.xl2tpd.order("d gateway")
    wait_until(lambda: not beth.ifname(), 60, "beth hangs up, but keeps the SA")
    wait_until(lambda: not gateway.session_of("beth"), 60, "it is known")
    beth.dial().wait_up()
    wait_until(lambda: gateway.session_of("beth"), 60, "beth is back")
    equal("beth dials again over the same SA", gateway.session_of("beth")["esp"]["mark"], mark)
    equal("and is on the new worker", worker_of(gateway, "beth"), 2)


def leaves(net, gateway, clients):
    """The last one on the old worker hangs up."""
    with Stream([clients["beth"], clients["dora"]], SERVER) as stream:
        clients["carol"].hangup()
        settles(gateway, {"xl2tpd-1": "draining", "xl2tpd-2": "ready"}, "one is left on the old worker")
        clients["alice"].hangup()
        settles(gateway, {"xl2tpd-2": "ready"}, "the old worker ends with its last client")
        is_gone(net, gateway, 1)
    equal("the others lose nothing", stream.lost, {})


def is_gone(net, gateway, number):
    address = f"198.18.0.{number}"
    check("its address is gone", holds(lambda: address not in net.gw.run("ip -o address show lo").stdout.split(), 30),
          net.gw.run("ip -o address show lo").stdout)
    equal("and its files", [name for name in net.gw.run("ls /run/l2tpgw").stdout.split() if f"xl2tpd-{number}." in name], [])
    check("and what the ruleset said of it", holds(
        lambda: f"daddr {address} goto" not in net.gw.run("nft list chain inet l2tpgw to_worker").stdout, 30))
    equal("one xl2tpd runs", len(gateway.pids("xl2tpd")), 1)


def test_more_and_fewer():
    net = Topology(direct=1, nat1=3)
    gateway, clients = started(net, 2, max_sessions=400)
    first = {user: clients[user] for user in ("alice", "beth")}
    before = identity(gateway, first)
    with Stream(first.values(), SERVER) as stream:
        change(gateway, max_sessions=800)
        settles(gateway, {"xl2tpd-1": "ready", "xl2tpd-2": "ready"}, "another worker is there")
        forget_connections(net, gateway, first.values())
        equal("two more come", connect_all([clients["carol"], clients["dora"]]), {})
        gateway.wait_sessions(4)
        users = [user for user in NAMES if worker_of(gateway, user) == 2]
        check("one of them is on it", users, gateway.sessions())
        change(gateway, max_sessions=400)
        settles(gateway, {"xl2tpd-1": "ready", "xl2tpd-2": "draining"}, "it drains")
        forget_connections(net, gateway, clients.values())
    equal("the first ones lost nothing", stream.lost, {})
    equal("and kept their sessions", identity(gateway, first), before)
    drains_no_longer(net, gateway, clients, users)


def drains_no_longer(net, gateway, clients, users):
    """What l2tp.drain is for; then one that drains is killed."""
    others = {user: client for user, client in clients.items() if user not in users}
    with Stream(others.values(), SERVER) as stream:
        change(gateway, max_sessions=400, drain="1m")
        check("the status tells who will be ended", any(users[0] in text for text in gateway.status()["warnings"]),
              gateway.status())
        settles(gateway, {"xl2tpd-1": "ready"}, "l2tp.drain ends it")
        for user in users:
            check(f"{user} is told", holds(lambda user=user: not clients[user].sas(), 60))
            check("the log says why", gateway.logged(rf"{user}\b.*l2tp.drain", 5), gateway.log()[-2000:])
        is_gone(net, gateway, 2)
        change(gateway, max_sessions=400, retries=6)
        settles(gateway, {"xl2tpd-1": "draining", "xl2tpd-2": "ready"}, "the next generation")
    equal("the others lost nothing", stream.lost, {})
    for user in users:
        clients[user].vanish()
    equal("who was ended comes back", connect_all([clients[user] for user in users], 90), {})
    equal("to the new worker", {worker_of(gateway, user) for user in users}, {2})
    os.kill(gateway.part("xl2tpd-1")["pid"], signal.SIGKILL)
    settles(gateway, {"xl2tpd-2": "ready"}, "a worker that drains is not started again when it dies")
    for user, client in others.items():
        check(f"{user} is told", holds(lambda client=client: not client.sas(), 60))
    note(f"on the killed one: {', '.join(others)}")
    is_gone(net, gateway, 1)
