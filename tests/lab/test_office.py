"""An office behind one NAT loses its power and comes back all at once: no attack. (LAB_OFFICE people; 50 of them want
`--memory 8192`. tests/unit/session/test_lockout.c has fifty too.)"""

import os
import time

from lablib.attempts import Attempts
from lablib.capture import Capture, only_ipsec
from lablib.checks import equal, note, wait_until
from lablib.client import Client
from lablib.gateway import Gateway, policy
from lablib.topology import NAT_ADDRESS, SERVER, Topology

GROUP = "office"
TIMEOUT = 3000

PEOPLE = int(os.environ.get("LAB_OFFICE", "30"))
FORGETFUL = max(1, PEOPLE // 10)  # who do not know their passwords any more
FAILURES = 5  # what the policy says without being told
WAIT = 600


def names(count):
    return [f"user{number:02}" for number in range(count)]


def bans(gateway):
    return gateway.json("bans")["bans"]


def up(gateway):
    return [one for one in gateway.sessions() if one["state"] == "up"]


def addresses_are_unique(gateway, what):
    used = [one["address"] for one in up(gateway)]
    equal(f"{what}: no address is given twice", len(set(used)), len(used))


def everybody(net, password_of):
    return [Client(node, user, password_of(user), echo_interval=0, echo_failures=0)
            for node, user in zip(net.clients(), names(PEOPLE))]


def in_at_once(gateway, clients, knowing):
    """All of them dial, and those who know their passwords get in."""
    began = time.monotonic()

    def left():
        return max(1, WAIT - int(time.monotonic() - began))

    for client in clients:
        client.start()
    for client in clients:
        client.secure(wait=False, timeout=left())
    for client in clients:
        client.secured().dial()
    for client in knowing:
        client.wait_up(left()).answered()
    # Who has only an SA is in the list too.
    wait_until(lambda: len(up(gateway)) == len(knowing), 60, "the gateway has them", 2)
    equal(f"of {len(clients)} who dialed, those who know their passwords are in", len(up(gateway)), len(knowing))
    note(f"after {time.monotonic() - began:.0f} s")


def test_after_an_outage():
    net = Topology(direct=0, nat1=PEOPLE)
    gateway = Gateway(net.gw)
    gateway.write_policy(policy([(name, "wonderland") for name in names(PEOPLE)], addresses={"pool": "10.99.0.0/23"}))
    gateway.up()
    with Capture(net.gw, "wan") as wan:
        first_morning(net, gateway)
        after_the_outage(net, gateway)
    equal("nothing but IPsec on the wan", only_ipsec(wan.path), [])


def first_morning(net, gateway):
    """Nobody is in good standing yet."""
    clients = everybody(net, lambda user: "wonderland")
    in_at_once(gateway, clients, clients)
    addresses_are_unique(gateway, "at first")
    equal("nobody is banned", bans(gateway), [])
    for client in clients:
        client.vanish()


def after_the_outage(net, gateway):
    """All dial at once, before the gateway has noticed that they were gone; some fail as often as it takes for a ban."""
    forgetful = names(FORGETFUL)
    clients = everybody(net, lambda user: "looking-glass" if user in forgetful else "wonderland")
    in_at_once(gateway, clients, clients[FORGETFUL:])
    wait_until(lambda: gateway.status()["refused"].get("wrong-password", 0) >= FORGETFUL, 60, "the others have failed once")
    equal("nobody is banned", bans(gateway), [])
    for client in clients[:FORGETFUL]:
        attempts = Attempts(gateway, client)
        attempts.over()
        attempts.fail(FAILURES - 1)
    equal("who failed too often is banned, and only there", {(one["user"], one["peer"]) for one in bans(gateway)},
          {(user, NAT_ADDRESS["nat1"]) for user in forgetful})
    addresses_are_unique(gateway, "after the outage")
    equal("all others are served", [str(client.node) for client in clients[FORGETFUL:] if client.ping(SERVER, count=1) != 1], [])
    forgetful_again(gateway, clients[0])


def forgetful_again(gateway, client):
    """Who has asked for help gets in where everybody else was all the time."""
    client.stop()
    gateway.cli("bans", "lift", "user00")
    equal("who is let in again is in", Client(client.node, "user00").connect().ping(SERVER), 3)
