"""Limits: how fast a session may be, and who has failed too often to be asked again."""

import json
import socket
import struct

from lablib.attempts import Attempts
from lablib.capture import Capture, ipv4
from lablib.checks import check, equal, holds, wait_until
from lablib.client import Client, connect_all
from lablib.flood import SCALE, rate_holds, rates_hold
from lablib.gateway import LOG, Gateway, policy
from lablib.topology import GATEWAY, NAT_ADDRESS, SERVER, Topology
from lablib.transfer import serve

GROUP = "limits"
TIMEOUT = 1200

LOW, MIDDLE, HIGH = 192_000 * SCALE, 256_000 * SCALE, 384_000 * SCALE
FREE = 1_000_000 * SCALE  # bytes
USERS = tuple((name, "wonderland") for name in ("alice", "beth", "carol", "dora", "erin", "fred"))


# --- rates -------------------------------------------------------------------------------------------------------------

def with_rate(group=None, **rates):
    """The policy with rates by user, and with one of alice's group."""
    content = policy(USERS, groups={"staff": {"rate": in_text(group)} if group else {}})
    content["users"][0]["group"] = "staff"
    for user in content["users"]:
        if user["name"] in rates:
            user["rate"] = in_text(rates[user["name"]])
    return content


def in_text(rates):
    return {way: f"{rate // 1000}k" for way, rate in rates.items()}


class Order:
    """What the kernel of a node tells of an interface, in the order in which it came to be."""

    GROUPS = 0x1 | 0x8  # RTMGRP_LINK, RTMGRP_TC
    NEWLINK, NEWQDISC = 16, 36
    IFF_UP = 1

    def __init__(self, node):
        self.node = node
        with node.network():
            self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self.socket.bind((0, self.GROUPS))
        self.socket.setblocking(False)

    def of(self, name):
        with self.node.network():
            wanted = socket.if_nametoindex(name)
        told = [self.what(kind, body) for kind, index, body in self.messages() if index == wanted]
        return list(dict.fromkeys(told))

    def what(self, kind, body):
        if kind == self.NEWLINK:
            return "up" if struct.unpack_from("=I", body, 8)[0] & self.IFF_UP else "down"
        size = struct.unpack_from("=H", body, 20)[0]  # the first attribute is the kind
        return body[24:20 + size].rstrip(b"\0").decode()

    def messages(self):
        while True:
            try:
                data = self.socket.recv(65536)
            except BlockingIOError:
                return
            while data:
                size, kind = struct.unpack_from("=IH", data)
                if kind in (self.NEWLINK, self.NEWQDISC):
                    yield kind, struct.unpack_from("=i", data, 20)[0], data[16:size]
                data = data[(size + 3) & ~3:]


def shapers(gateway):
    return sorted(name for name in gateway.node.interfaces() if name.startswith("l2tpup"))


def test_rates():
    net = Topology(direct=2)
    gateway = Gateway(net.gw)
    gateway.write_policy(with_rate(alice={"down": HIGH, "up": MIDDLE}))
    gateway.up()
    net.srv.spawn(serve)
    alice, beth = Client(net.c0, "alice", routes="lan"), Client(net.c1, "beth", routes="lan")
    order = Order(gateway.node)
    equal("both connect", connect_all([alice, beth]), {})
    gateway.wait_sessions(2)
    before = gateway.identity()
    equal("the rate is there before the link carries anything", order.of(gateway.session_of("alice")["interface"]),
          ["down", "tbf", "ingress", "up"])
    equal("sessions tells the rate", gateway.session_of("alice")["rate"], {"down": HIGH, "up": MIDDLE})
    equal("or that there is none", gateway.session_of("beth")["rate"], {"down": None, "up": None})
    equal("one session passes a shaper", len(shapers(gateway)), 1)
    rates_hold("at login", net.srv, alice, HIGH, MIDDLE)
    is_free(beth)
    changed_live(net, gateway, alice, before)
    kept(net, gateway, alice)
    alice.hangup()
    gateway.wait_sessions(1)
    wait_until(lambda: not shapers(gateway), 30, "the shaper goes with the session")
    gateway.down()
    equal("down leaves no shaper", shapers(gateway), [])


def is_free(client):
    """Without a rate: faster, by far, than the highest of them."""
    done = client.transfer(SERVER, up=FREE, down=FREE)
    slowest = 8 * FREE / max(done["up_seconds"], done["down_seconds"])
    check(f"{client.node} is free: {slowest / HIGH:.1f} times as fast", done["ok"] and slowest > 2 * HIGH, done)


def changed_live(net, gateway, alice, before):
    gateway.write_policy(with_rate(alice={"down": MIDDLE, "up": HIGH}))
    gateway.cli("apply")
    rates_hold("changed live", net.srv, alice, MIDDLE, HIGH)
    equal("and nobody was disturbed", gateway.identity(), before)
    gateway.write_policy(with_rate())
    gateway.cli("apply")
    wait_until(lambda: not shapers(gateway), 20, "without a rate there is no shaper")
    is_free(alice)
    gateway.write_policy(with_rate(group={"down": HIGH, "up": LOW}))
    gateway.cli("apply")


def kept(net, gateway, alice):
    """A group's rate; and nothing of it depends on l2tpgwd being alive."""
    gateway.kill("l2tpgwd")
    rate_holds("the group's, while l2tpgwd is dead", net.srv, alice, LOW, True)
    gateway.daemon(LOG)
    gateway.wait_state()
    equal("it is taken over with the session", gateway.session_of("alice")["rate"], {"down": HIGH, "up": LOW})
    rate_holds("afterwards", net.srv, alice, HIGH, False)


# --- brute force -------------------------------------------------------------------------------------------------------

WRONG = "looking-glass"


def guesses(gateway, node, user, password=WRONG):
    return Attempts(gateway, Client(node, user, password).start().secure())


def bans(gateway):
    return sorted(((one["user"], one["peer"], one["reason"]) for one in gateway.json("bans")["bans"]), key=str)


def closed(gateway):
    """What the kernel keeps out of IKE."""
    listing = json.loads(gateway.node.run("nft -j list set inet l2tpgw banned").stdout)
    elements = next(one["set"] for one in listing["nftables"] if "set" in one).get("elem", [])
    return sorted(one["elem"]["val"] for one in elements)


def answered(gateway, client):
    """Whether the gateway says anything to a client that asks twice to begin IKE."""
    peer = client.node.address("eth0")
    with Capture(gateway.node, "wan", f"host {peer}") as wan:
        client.start().secure(wait=False)
        def sources():
            return [str(packet.source) for _, packet in ipv4(wan.path)]
        wait_until(lambda: sources().count(peer) >= 2, 60, f"{client.node} asks twice")
        return GATEWAY in sources()


def test_brute_force():
    net = Topology(direct=5, nat1=3)
    gateway = Gateway(net.gw)
    gateway.write_policy(policy(USERS, firewall={"brute_force": {"failures": 2, "allow": ["203.0.113.13/32"]}}))
    gateway.up()
    home = Client(net.c0, "alice").connect()
    gateway.wait_sessions(1)
    an_address_that_guesses(net, gateway)
    wrong_keys(net, gateway)
    an_office(net, gateway)
    under_attack(net, gateway, home)
    by_hand(net, gateway, home)


def an_address_that_guesses(net, gateway):
    # One that is allowed everything, and one that is not.
    spared = guesses(gateway, net.c3, "nobody").fail(3)
    spared.stop()
    equal("who is on the list is never banned", bans(gateway), [])
    guesser = guesses(gateway, net.c1, "beth").fail(2)
    wait_until(lambda: bans(gateway), 20, "the ban")
    equal("two failures ban the address", bans(gateway), [(None, "203.0.113.11", "failed-logins")])
    equal("the kernel keeps it out", closed(gateway), ["203.0.113.11"])
    check("the log tells it", gateway.logged(r"banned: 203\.0\.113\.11 is banned until .*2 failed logins", 10), gateway.log())
    check("its SA is closed", holds(lambda: not guesser.client.sas(), 60), guesser.client.sas())
    guesser.stop()
    right = Client(net.c1, "beth")
    check("nobody gets as far as IKE from there", not answered(gateway, right))
    right.stop()
    gateway.kill("l2tpgwd")
    gateway.daemon(LOG)
    gateway.wait_state()
    equal("the ban outlives l2tpgwd", (bans(gateway), closed(gateway)),
          ([(None, "203.0.113.11", "failed-logins")], ["203.0.113.11"]))
    gateway.node.run("nft delete table inet l2tpgw")
    check("and the table", holds(lambda: gateway.node.run("nft list table inet l2tpgw", check=False).returncode == 0
                                 and closed(gateway) == ["203.0.113.11"], 30))
    gateway.cli("bans", "lift", "203.0.113.11")
    equal("it is lifted", (bans(gateway), closed(gateway)), ([], []))
    right.connect()
    equal("and the right password lets in", right.ping(SERVER), 3)
    right.hangup().stop()


def wrong_keys(net, gateway):
    for number in range(2):
        client = Client(net.c2, "carol", psk="another secret")
        since = len(gateway.log())
        client.start().secure(wait=False)
        check(f"wrong pre-shared key {number + 1} is told",
              gateway.logged(r"refused 203\.0\.113\.12: wrong pre-shared key", 60, since), gateway.log()[since:])
        client.stop()
    wait_until(lambda: bans(gateway), 20, "the ban")
    equal("two wrong keys ban the address", bans(gateway), [(None, "203.0.113.12", "wrong-psk")])
    right = Client(net.c2, "carol")
    check("which then hears nothing", not answered(gateway, right))
    right.stop()
    gateway.cli("bans", "lift", "203.0.113.12")


def an_office(net, gateway):
    """Three behind one NAT at once: one knows its password, one does not, one has the wrong name."""
    nodes = net.clients()[5:]
    good = Client(nodes[0], "dora").connect()
    wrong = guesses(gateway, nodes[1], "erin").fail(2)
    nameless = guesses(gateway, nodes[2], "nobody").fail(3)
    wait_until(lambda: bans(gateway), 20, "the ban")
    equal("only the one user is banned, and only there", bans(gateway), [("erin", NAT_ADDRESS["nat1"], "failed-logins")])
    equal("the address is open", closed(gateway), [])
    wrong.fail(1, "banned until")
    wrong.stop()
    nameless.stop()
    another = Client(nodes[2], "fred").connect()
    equal("others get in from there", (good.ping(SERVER), another.ping(SERVER)), (3, 3))
    gateway.cli("bans", "lift", "erin")
    erin = Client(nodes[1], "erin").connect()
    equal("and erin after the ban was lifted", erin.ping(SERVER), 3)
    for client in (good, another, erin):
        client.hangup().stop()


def under_attack(net, gateway, home):
    """Somebody guesses at alice's password from two addresses that nobody knows."""
    guesses(gateway, net.c2, "alice").fail(1).stop()
    other = guesses(gateway, net.c4, "alice").fail(1)
    wait_until(lambda: bans(gateway), 20, "the ban")
    equal("alice is banned, and no address", (bans(gateway), closed(gateway)), ([("alice", None, "failed-logins")], []))
    other.stop()
    guesses(gateway, net.c4, "alice", "wonderland").fail(1, "banned until").stop()
    home.hangup()
    home.secure().dial().wait_up(60)
    equal("from where she is known alice gets in", home.answered().ping(SERVER), 3)
    gateway.cli("bans", "lift", "alice")


def by_hand(net, gateway, home):
    equal("alice was never disturbed", home.ping(SERVER), 3)
    answer = gateway.json("kick", "alice", "--ban", "1h")
    equal("alice is out", (answer["kicked"], answer["remaining"]), (1, 0))
    equal("and her own address is closed", (bans(gateway), closed(gateway)),
          ([("alice", "203.0.113.10", "by-hand"), ("alice", None, "by-hand")], ["203.0.113.10"]))
    home.stop()
    again = Client(net.c0, "alice")
    check("so that not even IKE answers", not answered(gateway, again))
    again.stop()
    gateway.cli("bans", "lift", "alice")
    equal("both go together", (bans(gateway), closed(gateway)), ([], []))
    again.connect()
    equal("and alice is in again", again.ping(SERVER), 3)
