"""RADIUS with FreeRADIUS: logins, what servers say of them, servers that die, accounting, and orders by servers."""

import socket
import time

from lablib.capture import Capture, ipv4
from lablib.checks import check, equal, holds, wait_until
from lablib.client import Client
from lablib.flood import SCALE, rates_hold
from lablib.gateway import Gateway, policy
from lablib.radius import SECRET, Radius, total
from lablib.topology import SERVER, Topology
from lablib.transfer import serve

GROUP = "radius"
TIMEOUT = 900

CLASS = "00636c617373"
DOWN, UP = 384_000 * SCALE, 256_000 * SCALE
USERS = f"""
zoe Cleartext-Password := "looking-glass"
\tFilter-Id = "staff",
\tFramed-IP-Address = 10.99.0.77,
\tClass = 0x{CLASS},
\tSession-Timeout = 3600,
\tIdle-Timeout = 1800,
\tWISPr-Bandwidth-Max-Down = 20000000

yan Cleartext-Password := "looking-glass"
\tFilter-Id = "strangers"

xavier Cleartext-Password := "looking-glass"
\tSession-Timeout = 15

wanda Cleartext-Password := "looking-glass"
\tFramed-Pool = "guests",
\tAcct-Interim-Interval = 3600,
\tWISPr-Bandwidth-Max-Down = {DOWN},
\tWISPr-Bandwidth-Max-Up = {UP}

vera Cleartext-Password := "looking-glass"
\tFramed-Pool = "nowhere"

ulla Cleartext-Password := "looking-glass"
\tFramed-IP-Address = 10.99.0.1

tess Cleartext-Password := "looking-glass"
\tIdle-Timeout = 6
"""
COA_ACK = 44
UDP_HEADER = 8
GUESTS = ("10.98.0.1", "10.98.0.2")


def with_servers(*servers, **more):
    return policy(groups={"staff": {"allow": ["10.77.0.0/24"]}}, addresses={"pools": {"guests": "10.98.0.0/30"}}, radius={
        "servers": [{"address": SERVER, "auth_port": one.auth, "acct_port": one.acct, "secret": SECRET} for one in servers],
        "nas_identifier": "lab", "nas_address": "10.77.0.1", "interim": "10s", "timeout": "2s", "retries": 1,
        "dead_time": "1h", "dynamic_authorization": True, **more})


def started(net, *servers, **more):
    gateway = Gateway(net.gw)
    gateway.write_policy(with_servers(*servers, **more))
    gateway.up()
    return gateway


def refused(gateway, node, user, password, reason):
    since = len(gateway.log())
    client = Client(node, user, password).start().secure().dial()
    check(f"{user} is refused: {reason}", gateway.logged(rf"refused {user}\b.*{reason}", 60, since), gateway.log()[since:])
    check(f"{user} is told no more than others", client.ppp_said("E=691"))
    client.stop()


def now():
    return str(int(time.time()))


def test_logins_and_orders():
    net = Topology(direct=3)
    server = Radius(net.srv, USERS).start()
    gateway = started(net, server)
    zoe = Client(net.c0, "zoe", "looking-glass", routes="lan").connect()
    equal("whom RADIUS knows is in", zoe.ping(SERVER), 3)
    session = gateway.session_of("zoe")
    # Of the Class its type and length are shown too.
    equal("on its terms", [session[name] for name in ("source", "group", "address", "rate", "class")],
          ["radius", "staff", "10.99.0.77", {"down": 20000000, "up": None}, "1908" + CLASS])
    check("with its time limits", 3000 < session["limits"]["session"] <= 3600 and session["limits"]["idle"] <= 1800, session)
    begin = server.wait_record("zoe", "Start")
    equal("the server knows where from", begin["Calling-Station-Id"], "203.0.113.10")
    equal("and who asks", (begin["NAS-Identifier"], begin["NAS-IP-Address"], begin["Acct-Session-Id"], begin["Class"]),
          ("lab", "10.77.0.1", session["id"], "0x" + CLASS))
    asked = next(one for one in server.records("requests") if one["User-Name"] == "zoe")
    equal("as it did when it asked", (asked["Calling-Station-Id"], asked["Acct-Session-Id"]),
          ("203.0.113.10", session["id"]))
    check("each request is signed", all("Message-Authenticator" in one for one in server.records("requests")))

    refused(gateway, net.c1, "zoe", "wonderland", "the RADIUS server refuses it")
    refused(gateway, net.c1, "yan", "looking-glass", "a group or pool")
    refused(gateway, net.c1, "vera", "looking-glass", "a group or pool")
    refused(gateway, net.c1, "ulla", "looking-glass", "an address that no client may have")
    counted = gateway.status()["refused"]
    equal("status counts them", [counted.get(reason) for reason in ("radius-refused", "radius-terms", "address")], [1, 2, 1])
    other_terms(net, gateway, server)
    count = len(server.records("requests"))
    alice = Client(net.c1, "alice").connect()
    equal("whom the policy knows is in without it", len(server.records("requests")), count)

    orders_are_blocked(net, gateway)
    orders_are_carried_out(net, gateway, server, session)
    alice.stop()
    zoe.stop()


def other_terms(net, gateway, server):
    """A pool, rates, and no reports in between, where the policy says every 10 s."""
    wanda = Client(net.c2, "wanda", "looking-glass", routes="lan").connect()
    session = gateway.session_of("wanda")
    check("an address of the pool that RADIUS names", session["address"] in GUESTS, session)
    equal("and its rates", session["rate"], {"down": DOWN, "up": UP})
    server.wait_record("wanda", "Start")
    reports = len(server.of("zoe", "Interim-Update"))
    rates_hold("RADIUS says so", net.srv, wanda, DOWN, UP)
    server.wait_record("zoe", "Interim-Update", reports + 2)
    equal("reports come as often as the server wants them", server.of("wanda", "Interim-Update"), [])
    wanda.hangup().stop()
    equal("the end is told", server.wait_record("wanda", "Stop")["Framed-IP-Address"], session["address"])


def replayed(net, payload):
    """The order comes again, word by word, from the server's address; what it is answered, or nothing."""
    def again():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.settimeout(5)
            sender.sendto(payload, ("10.77.0.1", 3799))
            try:
                return sender.recv(4096)[0]
            except TimeoutError:
                return 0
    return net.srv.call(again)


def overheard(capture):
    """What the last packet to port 3799 says."""
    return [packet.payload[UDP_HEADER:] for _, packet in ipv4(capture.path) if packet.ports[1:] == (3799,)][-1]


def changes_once(net, gateway, server, named):
    """A change that was made once is not made again by who has overheard it."""
    with Capture(net.gw, "lan", "udp port 3799") as lan:
        said = server.order("coa", {**named, "Session-Timeout": "7200", "Filter-Id": '"default"',
                                    "Message-Authenticator": "0x00"})
        check("a change is acknowledged", "CoA-ACK" in said, said)
    after = gateway.session_of("zoe")
    check("and is in force", after["group"] == "default" and after["limits"]["session"] > 3600, after)
    said = server.order("coa", {**named, "Session-Timeout": "3000", "Filter-Id": '"staff"'})
    check("so is the next one", "CoA-ACK" in said, said)
    equal("the first one, replayed, gets its answer again", replayed(net, overheard(lan)), COA_ACK)
    now = gateway.session_of("zoe")
    check("and changes nothing", now["group"] == "staff" and now["limits"]["session"] <= 3000, now)
    gateway.kill("l2tpgwd")
    gateway.daemon()
    gateway.wait_state()
    equal("a life of l2tpgwd later it is not even answered", replayed(net, overheard(lan)), 0)
    now = gateway.session_of("zoe")
    check("and what was changed is still so", now["group"] == "staff" and now["limits"]["session"] <= 3000, now)


def orders_are_blocked(net, gateway):
    """Somebody else's firewall keeps the servers out: status says whose."""
    def told():
        return [one for one in gateway.status()["warnings"] if "orders of RADIUS servers" in one]

    equal("nobody is in the servers' way", told(), [])
    net.gw.nft("table ip other { chain in { type filter hook input priority 0; udp dport 3799 drop; }; }\n")
    check("status says who is, and the remedy", "nft insert rule ip other in" in wait_until(told, 30, "a warning")[0])
    net.gw.nft("delete table ip other\n")
    wait_until(lambda: not told(), 30, "nobody is in the way any more")


def orders_are_carried_out(net, gateway, server, session):
    named = {"Acct-Session-Id": f'"{session["id"]}"', "Event-Timestamp": now()}
    said = server.order("disconnect", named, node=net.c0)
    check("from inside a tunnel no order gets as far as l2tpgwd", "No reply" in said and "request of" not in gateway.log(), said)
    said = server.order("disconnect", named, secret="another secret")
    check("a forged order is not answered", "No reply" in said, said)
    said = server.order("disconnect", named, node=net.inet, to="198.51.100.1")
    check("nor is one of somebody else", "No reply" in said, said)
    said = server.order("disconnect", {**named, "Event-Timestamp": str(int(time.time()) - 3600)})
    check("nor an old one", "No reply" in said, said)
    said = server.order("disconnect", {"User-Name": '"zoe"'})
    check("without a date it has to name the session", "Disconnect-NAK" in said and "Missing-Attribute" in said, said)
    said = server.order("coa", {**named, "Filter-Id": '"strangers"'})
    check("a group that is none is refused", "CoA-NAK" in said, said)
    changes_once(net, gateway, server, named)
    named["Event-Timestamp"] = now()
    equal("alice and zoe are still there", {one["user"] for one in gateway.sessions() if one["state"] == "up"}, {"alice", "zoe"})
    said = server.order("disconnect", {**named, "User-Name": '"alice"'})
    check("all that it says has to fit", "Session-Context-Not-Found" in said, said)
    said = server.order("disconnect", named)
    check("an order to end is acknowledged", "Disconnect-ACK" in said, said)
    wait_until(lambda: not gateway.session_of("zoe"), 60, "the session is gone")
    equal("and accounted as such", server.wait_record("zoe", "Stop")["Acct-Terminate-Cause"], "Admin-Reset")
    check("alice stays", gateway.session_of("alice")["state"] == "up")


def test_servers_that_fail():
    net = Topology(direct=2)
    one, two = Radius(net.srv, USERS).start(), Radius(net.srv, USERS, "two", 1822).start()
    gateway = started(net, one, two)
    one.freeze()
    zoe = Client(net.c0, "zoe", "looking-glass").start().secure()
    with Capture(net.srv, "eth0", "udp dst port 1812") as lan:
        zoe.dial()
        wait_until(lambda: list(ipv4(lan.path)), 60, "the first server is asked")
        one.kill()
    zoe.wait_up().answered()
    equal("a server that is killed in a login is left for the next", zoe.ping(SERVER), 3)
    check("that it does is in the log", gateway.logged("RADIUS server 10.77.0.2:1812 does not answer", 5))
    equal("the other one let it in", [len(server.records("requests")) for server in (one, two)], [0, 1])
    two.wait_record("zoe", "Start")  # it hears of the session too, as the first one is dead
    two.kill()
    refused(gateway, net.c1, "xavier", "looking-glass", "no RADIUS server answers")
    began = time.monotonic()
    refused(gateway, net.c1, "xavier", "looking-glass", "no RADIUS server answers")
    check("which costs nobody time", time.monotonic() - began < 60)
    equal("sessions live on", zoe.ping(SERVER), 3)
    alice = Client(net.c1, "alice").connect()
    equal("local users get in", alice.ping(SERVER), 3)
    alice.hangup().stop()
    one.start()
    check("a server that is back is noticed before its time", gateway.logged("10.77.0.2:1812 answers again", 30))
    xavier = Client(net.c1, "xavier", "looking-glass").connect()
    equal("and is asked again", xavier.ping(SERVER), 3)
    equal("without a group of its own", gateway.session_of("xavier")["group"], "default")
    end = ended(gateway, one, "xavier", "session_timeout", "Session-Timeout")
    check("and not before its time is over", int(end["Acct-Session-Time"]) >= 14, end)


def ended(gateway, server, user, reason, cause):
    """By itself; returns what the server was told."""
    line = gateway.logged(rf"{user}\b.* is down .*{reason}", 60)
    check(f"{user}'s session ends with its reason: {reason}", line, gateway.log())
    end = server.wait_record(user, "Stop")
    equal("which the server is told too", end["Acct-Terminate-Cause"], cause)
    return end


def accounted(net, gateway, user):
    """(from the client, to the client): as the kernel counts."""
    return net.gw.counters(gateway.session_of(user)["interface"])


def test_nothing_is_lost():
    net = Topology(direct=1)
    server = Radius(net.srv, USERS).start()
    gateway = started(net, server)
    net.srv.spawn(serve)
    zoe = Client(net.c0, "zoe", "looking-glass", routes="lan").connect()
    first = gateway.session_of("zoe")
    zoe.transfer(SERVER, up=200000, down=300000)
    interim = server.wait_record("zoe", "Interim-Update")
    gateway.kill("l2tpgwd")
    zoe.transfer(SERVER, up=200000, down=300000)
    gateway.daemon()
    gateway.wait_state()
    equal("the session is the same", gateway.session_of("zoe")["id"], first["id"])
    later = server.wait_record("zoe", "Interim-Update", len(server.of("zoe", "Interim-Update")) + 1)
    check("it is accounted for on", total(later, "Output") >= total(interim, "Output") + 300000, later)
    server.kill()
    zoe.transfer(SERVER, up=100000)
    counted = accounted(net, gateway, "zoe")
    zoe.hangup()
    wait_until(lambda: not gateway.session_of("zoe"), 60, "the session is gone")
    check("what no server takes is on disk", holds(lambda: list(net.gw.path("/var/lib/l2tpgw/accounting").glob("0*")), 30))
    gateway.kill("l2tpgwd")
    gateway.daemon()
    gateway.wait_state()
    server.start()
    end = server.wait_record("zoe", "Stop", timeout=120)
    equal("the totals are those of the link", (total(end, "Input"), total(end, "Output")), counted)
    equal("the end is the true one", end["Acct-Terminate-Cause"], "User-Request")
    check("said late, and how late", int(end["Acct-Delay-Time"]) > 0, end)
    equal("of the same session", end["Acct-Session-Id"], first["id"])
    check("then nothing is on disk", holds(lambda: not list(net.gw.path("/var/lib/l2tpgw/accounting").glob("0*")), 30))
    equal("one start, one end", [len(server.of("zoe", kind)) for kind in ("Start", "Stop")], [1, 1])
    ends_while_l2tpgwd_is_away(net, gateway, server, zoe)
    zoe.stop()
    gateway.down()
    server.wait_record(None, "Accounting-Off")
    equal("the gateway began once and ended once, whatever became of l2tpgwd",
          [len(server.of(None, kind)) for kind in ("Accounting-On", "Accounting-Off")], [1, 1])


def ends_while_l2tpgwd_is_away(net, gateway, server, zoe):
    """Nobody hears pppd's last word: the next l2tpgwd finds it."""
    ended = net.gw.path("/run/l2tpgw/ended")
    zoe.secure().dial().wait_up().answered()
    server.wait_record("zoe", "Start", 2)
    session = gateway.session_of("zoe")
    gateway.kill("l2tpgwd")
    zoe.transfer(SERVER, up=300000, down=200000)
    counted = net.gw.counters(session["interface"])
    zoe.hangup()
    wait_until(lambda: list(ended.glob("*-*[0-9]")), 60, "pppd leaves its last word")
    gateway.daemon()
    gateway.wait_state()
    end = server.wait_record("zoe", "Stop", 2)
    equal("the totals of who hung up meanwhile are those of the link", (total(end, "Input"), total(end, "Output")), counted)
    equal("and the end is the true one", (end["Acct-Terminate-Cause"], end["Acct-Session-Id"]), ("User-Request", session["id"]))
    check("what pppd left is gone", holds(lambda: not list(ended.glob("*")), 30))


def test_servers_that_prove_nothing():
    """Answers without Message-Authenticator count for nothing, nor do those of a server that has another secret."""
    net = Topology(direct=1)
    unsigned = Radius(net.srv, USERS, signed=False).start()
    gateway = started(net, unsigned)
    refused(gateway, net.c0, "xavier", "looking-glass", "no RADIUS server answers")
    check("the log says what its answers lack", gateway.logged("Message-Authenticator", 5), gateway.log())
    equal("though it would have let xavier in", len(unsigned.records("requests")) >= 1, True)
    content = with_servers(unsigned, require_message_authenticator=False, users="radius-only")
    gateway.write_policy(content)
    gateway.cli("apply")
    tess = Client(net.c0, "tess", "looking-glass").connect()
    equal("unless the policy says that they do", tess.ping(SERVER), 3)
    ended(gateway, unsigned, "tess", "idle_timeout", "Idle-Timeout")
    tess.wait_down().stop()
    refused(gateway, net.c0, "alice", "wonderland", "the RADIUS server refuses it")
    equal("which only the server is asked about, though the policy knows her",
          unsigned.records("requests")[-1]["User-Name"], "alice")
    content["radius"]["servers"][0]["secret"] = "a secret that only one end has"
    gateway.write_policy(content)
    gateway.cli("apply")
    refused(gateway, net.c0, "xavier", "looking-glass", "no RADIUS server answers")
