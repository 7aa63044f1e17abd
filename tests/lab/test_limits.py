"""Limits: how fast a session may be, and who has failed too often to be asked again."""

import json

from lablib.capture import Capture, ipv4
from lablib.checks import check, equal, holds, note, wait_until
from lablib.client import Client, connect_all
from lablib.gateway import LOG, Gateway, policy
from lablib.topology import GATEWAY, NAT_ADDRESS, SERVER, Topology
from lablib.transfer import serve

GROUP = "limits"
TIMEOUT = 900

KILO, MEGA = 1_000, 1_000_000
SECONDS = 3  # what a measurement takes at the rate it is to show
TRIES = 5
HEADERS = 52  # IP, TCP and its time stamps
USERS = tuple((name, "wonderland") for name in ("alice", "beth", "carol", "dora", "erin", "fred"))


# --- rates -------------------------------------------------------------------------------------------------------------

def with_rate(**rates):
    """The policy with rates by user."""
    content = policy(USERS)
    for user in content["users"]:
        if user["name"] in rates:
            user["rate"] = rates[user["name"]]
    return content


def measured(client, rate, up):
    """Bits a second of IP packets inside the tunnel, headers included."""
    size = int(rate / 8 * SECONDS)
    done = client.transfer(SERVER, **{"up" if up else "down": size})
    if not done["ok"]:
        raise RuntimeError(f"the transfer is damaged: {done}")
    return (size + size / done["mss"] * HEADERS) * 8 / done["up_seconds" if up else "down_seconds"]


def rate_holds(what, client, rate, up):
    """Never faster; and as fast as that at least once: an emulated CPU that has to wait makes TCP slower, and what the
    shaper forgives of that is a fraction of a second."""
    seen = []
    while len(seen) < TRIES and (not seen or seen[-1] < 0.9):
        seen.append(measured(client, rate, up) / rate)
    note(f"{what}, {'up' if up else 'down'}: {', '.join(f'{one:.1%}' for one in seen)} of {rate / KILO:.0f} kbit/s")
    check(f"{what}, {'up' if up else 'down'}: within 10 % of {rate / KILO:.0f} kbit/s",
          max(seen) <= 1.1 and seen[-1] >= 0.9, seen)


def rates_hold(what, client, down, up):
    rate_holds(what, client, down, False)
    rate_holds(what, client, up, True)


def shapers(gateway):
    return sorted(name for name in gateway.node.interfaces() if name.startswith("l2tpup"))


def test_rates():
    net = Topology(direct=2)
    gateway = Gateway(net.gw)
    gateway.write_policy(with_rate(alice={"down": "1M", "up": "512k"}))
    gateway.up()
    net.srv.spawn(serve)
    alice, beth = Client(net.c0, "alice", routes="lan"), Client(net.c1, "beth", routes="lan")
    equal("both connect", connect_all([alice, beth]), {})
    gateway.wait_sessions(2)
    before = gateway.identity()
    equal("sessions tells the rate", gateway.session_of("alice")["rate"], {"down": MEGA, "up": 512 * KILO})
    equal("or that there is none", gateway.session_of("beth")["rate"], {"down": None, "up": None})
    equal("one session passes a shaper", len(shapers(gateway)), 1)
    rates_hold("at login", alice, MEGA, 512 * KILO)
    free = beth.transfer(SERVER, up=MEGA, down=MEGA)
    check("who has no rate is faster", max(free["up_seconds"], free["down_seconds"]) < 6, free)
    changed_live(gateway, alice, before)
    kept(gateway, alice)
    alice.hangup()
    gateway.wait_sessions(1)
    wait_until(lambda: not shapers(gateway), 30, "the shaper goes with the session")
    gateway.down()
    equal("down leaves no shaper", shapers(gateway), [])


def changed_live(gateway, alice, before):
    gateway.write_policy(with_rate(alice={"down": "512k", "up": "1500k"}))
    gateway.cli("apply")
    rates_hold("changed live", alice, 512 * KILO, 1500 * KILO)
    equal("and nobody was disturbed", gateway.identity(), before)
    gateway.write_policy(with_rate())
    gateway.cli("apply")
    wait_until(lambda: not shapers(gateway), 20, "without a rate there is no shaper")
    free = alice.transfer(SERVER, down=MEGA)
    check("and alice is as fast as beth", free["down_seconds"] < 6, free)
    gateway.write_policy(with_rate(alice={"down": "1M", "up": "512k"}))
    gateway.cli("apply")


def kept(gateway, alice):
    """Nothing of it depends on l2tpgwd being alive."""
    gateway.kill("l2tpgwd")
    rate_holds("while l2tpgwd is dead", alice, 512 * KILO, True)
    gateway.daemon(LOG)
    gateway.wait_state()
    equal("it is taken over with the session", gateway.session_of("alice")["rate"], {"down": MEGA, "up": 512 * KILO})
    rate_holds("afterwards", alice, MEGA, False)


# --- brute force -------------------------------------------------------------------------------------------------------

WRONG = "looking-glass"


class Attempts:
    """Failed logins of one client, each told by the gateway before the next one is made."""

    def __init__(self, gateway, node, user, password=WRONG):
        self.gateway, self.node = gateway, node
        self.client = Client(node, user, password).start().secure()

    def fail(self, times, reason="wrong password|unknown user"):
        for number in range(times):
            since = len(self.gateway.log())
            check(f"{self.node}: attempt {number + 1} is refused", self._refused(reason, since),
                  self.gateway.log()[since:])
            wait_until(lambda: not self.node.pids("pppd"), 60, "pppd ends")
            # xl2tpd takes no order for a new call while it is ending the one before.
            holds(lambda: "Tunnel" not in self.node.run("ip l2tp show tunnel").stdout, 15, 1)
        return self

    def _refused(self, reason, since):
        """At the second order, if the first one was lost."""
        return any(self.client.dial() and self.gateway.logged(rf"refused .*({reason})", 45, since) for _ in range(2))

    def stop(self):
        self.client.stop()
        return self


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
    spared = Attempts(gateway, net.c3, "nobody").fail(3)
    spared.stop()
    equal("who is on the list is never banned", bans(gateway), [])
    guesser = Attempts(gateway, net.c1, "beth").fail(2)
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
    wrong = Attempts(gateway, nodes[1], "erin").fail(2)
    nameless = Attempts(gateway, nodes[2], "nobody").fail(3)
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
    Attempts(gateway, net.c2, "alice").fail(1).stop()
    other = Attempts(gateway, net.c4, "alice").fail(1)
    wait_until(lambda: bans(gateway), 20, "the ban")
    equal("alice is banned, and no address", (bans(gateway), closed(gateway)), ([("alice", None, "failed-logins")], []))
    other.stop()
    Attempts(gateway, net.c4, "alice", "wonderland").fail(1, "banned until").stop()
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
