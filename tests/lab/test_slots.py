"""The ring of slots comes round to one that is in use: whoever has it keeps it, the newcomer is told to dial again."""

import time

from lablib.agreement import SLOTS, disagreements, number
from lablib.capture import Capture, only_ipsec
from lablib.checks import check, equal, holds, note
from lablib.client import Client
from lablib.gateway import Gateway, policy
from lablib.stream import Stream
from lablib.topology import SERVER, Topology
from lablib.vici import Vici, ViciError

GROUP = "external"
TIMEOUT = 600

AT_ONCE = 117  # children of one message: it divides SLOTS - 1


def test_a_slot_in_use():
    net = Topology(direct=1, nat1=2)
    gateway = Gateway(net.gw)
    names = ("alice", "beth", "carol")
    gateway.write_policy(policy(tuple((name, "wonderland") for name in names)))
    gateway.up()
    alice, beth, carol = (Client(node, user) for user, node in zip(names, net.clients()))
    alice.connect()
    record = gateway.wait_sessions(1)[0]
    use_marks(gateway, SLOTS - 1)
    with Capture(net.gw, "wan") as wan, Stream([alice], SERVER) as stream:
        newcomer_is_closed(gateway, beth, number(record["esp"]["mark"], 0) + SLOTS)
        beth.stop()
        beth.connect()
        carol.connect()
    equal("the one who has the slot loses nothing", stream.lost, {})
    equal("and keeps it", {key: gateway.session_of("alice")[key] for key in ("id", "slot", "interface", "since")},
          {key: record[key] for key in ("id", "slot", "interface", "since")})
    equal("the newcomer is in at the next dial", beth.ping(SERVER), 3)
    equal("all agree", disagreements(gateway, {"alice": alice, "beth": beth, "carol": carol}), [])
    equal("nothing but IPsec on the wan", only_ipsec(wan.path), [])


def newcomer_is_closed(gateway, client, mark):
    offset = len(gateway.log())
    client.start()
    try:
        client.secure()
    except ViciError as error:  # closed while it was still being made
        note(f"the newcomer's charon: {error}")
    check("the log says why", gateway.logged(rf"closing the new IPsec SA.*mark {mark} falls into slot", 30, offset),
          gateway.log()[offset:])
    check("the newcomer is told", holds(lambda: not children(client), 30), client.sas())


def children(client):
    return [child for _, ike in client.sas() for child in ike.get("child-sas", {}).values()]


def use_marks(gateway, count):
    """A trap takes a mark as a CHILD_SA does, and without policies the kernel has no work with it."""
    began, vici = time.monotonic(), Vici(gateway.node.path(gateway.vici), timeout=120)
    child = {"mode": "transport", "local_ts": ["198.18.64.1/32[17/9]"], "remote_ts": ["198.18.64.2/32[17/9]"],
             "mark_in": "%unique", "mark_out": "%unique", "start_action": "trap", "policies": "no"}
    settings = {"version": 1, "local_addrs": ["198.18.64.1"], "remote_addrs": ["198.18.64.2"],
                "local": {"auth": "psk"}, "remote": {"auth": "psk"},
                "children": {f"trap-{number}": child for number in range(AT_ONCE)}}
    for _ in range(count // AT_ONCE):
        vici.ask("load-conn", {"traps": settings})
        vici.ask("unload-conn", {"name": "traps"})
    vici.close()
    note(f"{count} marks used up in {time.monotonic() - began:.1f} s")
