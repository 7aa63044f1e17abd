"""Parts that die or freeze: what goes on, who is told, and what the records say."""

import os
import signal
import time

from lablib.agreement import disagreements
from lablib.capture import Capture, only_ipsec
from lablib.checks import check, equal, holds, note, wait_until
from lablib.client import Client, connect_all
from lablib.gateway import Gateway, policy
from lablib.kernel import parent, sas
from lablib.stream import INTERVAL, Stream
from lablib.topology import SERVER, Topology
from lablib.vici import ViciError

GROUP = "crashes"
TIMEOUT = 1200

NAMES = ("alice", "beth", "carol", "dora")
USERS = tuple((name, "wonderland") for name in NAMES)
# Two workers, so that one can die alone.
TWO_WORKERS = {"l2tp": {"max_sessions": 800}, "addresses": {"pool": "10.99.0.0/22", "local": "10.99.0.1"}}


def started(net, count, **sections):
    """The gateway with the first `count` clients up: (gateway, {user: client} of them, the clients not yet up)."""
    gateway = Gateway(net.gw)
    gateway.write_policy(policy(USERS, **sections))
    gateway.up()
    clients = {user: Client(node, user) for node, user in zip(net.clients(), NAMES)}
    first = dict(list(clients.items())[:count])
    equal("all connect", connect_all(list(first.values())), {})
    gateway.wait_sessions(count)
    return gateway, first, [client for user, client in clients.items() if user not in first]


def identity(gateway):
    """What must stay the same of each session."""
    return {one["user"]: (one["id"], one["since"], one["ppp"]["pid"], one["interface"], one["esp"]["mark"])
            for one in gateway.sessions()}


def test_the_supervisor_dies():
    net = Topology(direct=1, nat1=3)
    gateway, clients, (late,) = started(net, 3)
    before = identity(gateway)
    parts = {name: gateway.pids(name) for name in ("charon-systemd", "xl2tpd", "pppd")}
    with Capture(net.gw, "wan") as wan:
        with Stream(clients.values(), SERVER) as stream:
            time.sleep(2)
            equal("one l2tpgwd is killed", gateway.kill("l2tpgwd"), 1)
            time.sleep(5)
            equal("its children live", {name: gateway.pids(name) for name in parts}, parts)
            gateway.daemon()
            gateway.wait_state()
            time.sleep(2)
        equal("not a packet is lost", stream.lost, {})
        equal("the next one shows the same sessions", identity(gateway), before)
        equal("and they agree with everybody else", disagreements(gateway, clients), [])
        equal("it adopted what ran", {name: gateway.pids(name) for name in parts}, parts)
        late.connect()
        equal("a new client gets in", late.ping(SERVER), 3)
        ends_while_it_is_dead(gateway, clients, late)
    equal("nothing but IPsec on the wan", only_ipsec(wan.path), [])


def ends_while_it_is_dead(gateway, clients, late):
    """A session that ends, and one that rekeys, while nobody watches."""
    gateway.kill("l2tpgwd")
    clients["alice"].hangup()
    clients["beth"].rekey_child()
    gateway.daemon()
    gateway.wait_state()
    rest = {"beth": clients["beth"], "carol": clients["carol"], "dora": late}
    gateway.wait_sessions(len(rest))
    equal("what happened meanwhile is known", disagreements(gateway, rest), [])


def test_a_worker_dies():
    net = Topology(direct=1, nat1=3)
    gateway, clients, _ = started(net, 4, **TWO_WORKERS)
    for number, name in ((signal.SIGKILL, "killed"), (signal.SIGSTOP, "frozen")):
        worker_ends(net, gateway, clients, number, name)


def worker_ends(net, gateway, clients, number, name):
    records = {one["user"]: one for one in gateway.sessions()}
    workers = {user: parent(int(one["ppp"]["pid"])) for user, one in records.items()}
    check("the clients are spread over both workers", len(set(workers.values())) == 2, workers)
    victim = workers["alice"]
    hit = {user: client for user, client in clients.items() if workers[user] == victim}
    spared = {user: client for user, client in clients.items() if user not in hit}
    kept, offset = {user: identity(gateway)[user] for user in spared}, len(gateway.log())
    part = next(part for part in gateway.status()["parts"] if part["pid"] == victim)
    with Capture(net.gw, "wan") as wan:
        with Stream(spared.values(), SERVER) as stream:
            began = time.monotonic()
            os.kill(victim, number)
            for user, client in hit.items():
                check(f"{name}: {user} is told", holds(lambda client=client: not client.sas(), 60), client.sas())
            note(f"worker {name}: all told after {time.monotonic() - began:.1f} s")
            check(f"{name}: the worker is restarted", holds(lambda: replaced(gateway, part, victim), 60),
                  gateway.status()["parts"])
            note(f"worker {name}: another one after {time.monotonic() - began:.1f} s")
            gateway.wait_sessions(len(spared))
        equal(f"{name}: the other worker's clients lose nothing", stream.lost, {})
        equal(f"{name}: and keep their sessions", identity(gateway), kept)
        for user in hit:
            check(f"{name}: the log has the true reason for {user}",
                  gateway.logged(rf"{user}\b.*worker died", 10, offset), gateway.log()[offset:])
        for client in hit.values():
            client.vanish()
        equal(f"{name}: its clients are in again at their first dial", connect_all(list(hit.values()), 60), {})
    equal(f"{name}: all is as it should be", disagreements(gateway, clients), [])
    equal(f"{name}: nothing but IPsec on the wan", only_ipsec(wan.path), [])


def replaced(gateway, part, old):
    now = gateway.part(part["name"])
    return now["state"] in ("ready", "running", "up") and now["pid"] not in (None, old)


def test_charon_dies():
    net = Topology(direct=1, nat1=3)
    gateway, clients, (late,) = started(net, 3)
    before = identity(gateway)
    with Capture(net.gw, "wan") as wan:
        with Stream(clients.values(), SERVER) as stream:
            time.sleep(1)
            began = time.monotonic()
            equal("one charon is killed", gateway.kill("charon-systemd"), 1)
            late.start()
            gateway_listens(late, began)
        lost_without_charon(clients, stream)
        everybody = {**clients, "dora": late}
        equal("the old sessions are the same", {user: one for user, one in identity(gateway).items() if user != "dora"},
              before)
        equal("nobody is confused", disagreements(gateway, everybody, charon=False), [])
        equal("and everybody is served", [client.ping(SERVER) for client in everybody.values()], [3, 3, 3, 3])
        orphans_end(gateway, clients, late)
    equal("nothing but IPsec on the wan", only_ipsec(wan.path), [])


def replace(gateway, program):
    """What dpkg does to a program: another file takes its place."""
    gateway.node.run(["/bin/cp", "-p", program, f"{program}.new"])
    gateway.node.run(["/bin/mv", f"{program}.new", program])


def told_of_upgrades(gateway):
    return [text for text in gateway.status()["warnings"] if "an upgrade has replaced" in text]


def test_an_upgrade_replaces_programs():
    net = Topology(direct=1, nat1=1)
    gateway, clients, _ = started(net, 2)
    before, old = identity(gateway), gateway.pids("charon-systemd")
    equal("nothing is told before", told_of_upgrades(gateway), [])
    replace(gateway, "/usr/sbin/charon-systemd")
    (text,) = wait_until(lambda: told_of_upgrades(gateway), 20, "status tells of charon")
    check("with the file", text.startswith("charon runs code that an upgrade has replaced (charon-systemd)"), text)
    gateway.node.run(["/bin/sh", "-c", text.partition("ends no session: ")[2]])
    wait_until(lambda: not told_of_upgrades(gateway) and gateway.status()["state"] == "ready", 30, "the remedy helps")
    check("it is another charon", gateway.pids("charon-systemd") != old)
    equal("nobody's session has ended", identity(gateway), before)
    equal("and everybody is served", [client.ping(SERVER) for client in clients.values()], [3, 3])
    replace(gateway, "/usr/sbin/xl2tpd")
    (text,) = wait_until(lambda: told_of_upgrades(gateway), 20, "status tells of xl2tpd")
    check("with its number", text.startswith("xl2tpd-1 runs code that an upgrade has replaced (xl2tpd)"), text)
    check("doctor tells, too", "xl2tpd-1 runs code" in gateway.cli("doctor", check=False).stdout)
    equal("nobody's session has ended", identity(gateway), before)


def lost_without_charon(clients, stream):
    """The kernel's SAs carry the traffic. Only what comes as ESP in UDP needs a socket of charon's besides."""
    note(f"lost while charon was away: {stream.lost or 'nothing'}")
    direct = clients["alice"].node.name
    check("established traffic goes on without a lost packet", direct not in stream.lost, stream.lost)
    for name, (sent, received) in stream.lost.items():
        check(f"{name}, behind NAT, has its traffic back in seconds", sent - received < 5 / INTERVAL, stream.lost)


def gateway_listens(late, began):
    """A client that dials while charon starts: its packets may get no answer, but a refusal would end the attempt."""
    refusals = []

    def secured():
        try:
            return late.secure()
        except ViciError as error:
            refusals.append(str(error))
            return None

    wait_until(secured, 60, "a new client's SA")
    late.dial().wait_up()
    equal("a new client gets in at once", refusals, [])
    note(f"a new client is in {time.monotonic() - began:.1f} s after charon's death")


def orphans_end(gateway, clients, late):
    """SAs that the new charon does not know go with their session, and a client comes back over a new one."""
    marks = {one["user"]: int(str(one["esp"]["mark"]), 0) for one in gateway.sessions()}
    clients["alice"].hangup()
    wait_until(lambda: marks["alice"] not in {sa["mark"] for sa in sas(gateway.node).values()}, 60,
               "the orphaned SAs of one that hung up end")
    clients["beth"].vanish()
    equal("an orphan's client dials again", connect_all([clients["beth"]], 90), {})
    left = {"beth": clients["beth"], "carol": clients["carol"], "dora": late}
    wait_until(lambda: len(gateway.sessions()) == len(left), 180, "the vanished one's old session ends")
    equal("all is as it should be", disagreements(gateway, left, charon=False), [])


def test_all_die():
    net = Topology(direct=1, nat1=1)
    gateway, clients, _ = started(net, 2)
    with Capture(net.gw, "wan") as wan:
        for name in ("l2tpgwd", "xl2tpd", "charon-systemd", "pppd"):
            gateway.kill(name)
        for client in clients.values():
            client.vanish()
        gateway.up()
        equal("all are in again", connect_all(list(clients.values())), {})
        gateway.wait_sessions(2, 180)
        equal("all is as it should be", disagreements(gateway, clients), [])
    equal("nothing but IPsec on the wan", only_ipsec(wan.path), [])
