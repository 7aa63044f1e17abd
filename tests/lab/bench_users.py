"""How long until a user who was just added can work: `l2tpgw user add` against a line in chap-secrets written by hand, and
against what many do after that, a restart of strongSwan and xl2tpd. And what a change of one user costs among many."""

import statistics
import time

from bench_table import Table, publish, ratio
from lablib.checks import note, wait_until
from lablib.client import Client, connect_all
from lablib.gateway import Gateway, HandBuiltGateway, policy
from lablib.node import destroy_all
from lablib.topology import Topology

OLD = 3  # who is connected all the time
NEW = 4  # who come one after the other
GOAL = 2
PASSWORD = "wonderland"
MANY = (10, 1000, 10000)
TIMES = 5  # that one of them is changed


class ByHand:
    """Strongswan, xl2tpd and pppd, which reads chap-secrets at each login."""
    name = "chap-secrets by hand"

    def __init__(self, node, users):
        self.node, self.gateway = node, HandBuiltGateway(node, users).up()

    def add(self, name):
        with open(self.node.path("/etc/ppp/chap-secrets"), "a", encoding="ascii") as secrets:
            secrets.write(f'"{name}" l2tpgw "{PASSWORD}" *\n')


class Restarted(ByHand):
    name = "and a restart of both"

    def add(self, name):
        super().add(name)
        gateway = self.gateway
        gateway.xl2tpd.stop()
        gateway.charon.stop()
        wait_until(lambda: not self.node.pids("pppd"), 30, "pppd ends")
        gateway.charon.start()
        gateway.xl2tpd.start()
        gateway.charon.secret(gateway.psk)
        gateway.charon.connection("l2tp", gateway.settings)
        self.node.wait_for_file(gateway.xl2tpd.control)


class Ours:
    name = "l2tpgw user add"

    def __init__(self, node, users):
        self.gateway = Gateway(node)
        self.gateway.write_policy(policy(users))
        self.gateway.up()

    def add(self, name):
        self.gateway.cli("user", "add", name, "--password-file", "-", input=PASSWORD + "\n")


def measured(make):
    """(seconds to add, seconds until the login has succeeded then) of each, and how many of the others were lost."""
    net = Topology(direct=OLD + NEW)
    users = tuple((f"old{number}", PASSWORD) for number in range(OLD))
    side, nodes, found = make(net.gw, users), net.clients(), []
    old = [Client(node, name) for node, (name, _) in zip(nodes, users)]
    failed = connect_all(old)
    if failed:
        raise RuntimeError(f"{make.name}: {failed}")
    for number, node in enumerate(nodes[OLD:]):
        client = Client(node, f"new{number}", PASSWORD).start()
        client.charon.vici  # answers: its start is nothing that is measured
        began = time.monotonic()
        side.add(f"new{number}")
        added = time.monotonic()
        client.secure().dial().wait_up()
        found.append((added - began, time.monotonic() - added))
    lost = sum(not client.is_up() or not client.ping("10.77.0.2", count=1, wait=2) for client in old)
    note(f"{make.name}: {found}, {lost} of {OLD} lost")
    destroy_all()
    return found, lost


def timed(call, *arguments):
    began = time.monotonic()
    result = call(*arguments)
    return (time.monotonic() - began) * 1000, result


def apply_one(gateway, now, number):
    """ms of check, plan, apply, and of an apply that has nothing to do, after a new password for one user."""
    user = now["users"][number * len(now["users"]) // TIMES]
    user["password"] = f"another password, {number}"
    gateway.write_policy(now)
    check, _ = timed(gateway.cli, "check")
    plan, (status, planned) = timed(gateway.answer, "plan")
    apply, (done, applied) = timed(gateway.answer, "apply")
    nothing, (idle, again) = timed(gateway.answer, "apply")
    effects = [change["object"] for change in planned["changes"]]
    if (status, done, idle, effects, again["changes"]) != (2, 0, 0, [f"user {user['name']}"], []) or \
            applied["changes"][0]["object"] != effects[0] or len(applied["changes"]) != 1:
        raise RuntimeError(f"{user['name']}: {(status, planned, done, applied, idle, again)}")
    return check, plan, apply, nothing


def change_of_one(count):
    net = Topology(direct=1)
    gateway = Gateway(net.gw)
    now = policy(tuple((f"user{number:05}", PASSWORD) for number in range(count)))
    gateway.write_policy(now)
    gateway.up()
    found = [apply_one(gateway, now, number) for number in range(TIMES)]
    note(f"{count} users: {found}")
    destroy_all()
    return [statistics.median(column) for column in zip(*found)]


def many_users():
    table = Table(f"A new password for one of many users, median of {TIMES}, ms", ("users", "check", "plan", "apply", "again"))
    for count in MANY:
        table.add(count, *change_of_one(count))
    return table


def users():
    table = Table(f"From adding a user to their first login, median of {NEW}, ms (goal: l2tpgw ≤ {GOAL} × by hand)",
                  ("way", "until it is added", "the login", "both", "ratio", f"sessions lost, of {OLD}"))
    base = None
    for make in (ByHand, Ours, Restarted):
        found, lost = measured(make)
        add, login, both = (statistics.median(column) * 1000
                            for column in zip(*((add, login, add + login) for add, login in found)))
        base = base or both
        table.add(make.name, add, login, both, ratio(both, base), lost)
    publish("users", table, many_users())
