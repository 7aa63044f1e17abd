"""RADIUS with FreeRADIUS: logins, what servers say of them, servers that die, accounting, and orders by servers."""

import time

from lablib.checks import check, equal, holds, wait_until
from lablib.client import Client
from lablib.gateway import Gateway, policy
from lablib.radius import SECRET, Radius, total
from lablib.topology import SERVER, Topology
from lablib.transfer import serve

GROUP = "radius"
TIMEOUT = 900

USERS = """
zoe Cleartext-Password := "looking-glass"
\tFilter-Id = "staff",
\tFramed-IP-Address = 10.99.0.77,
\tClass = 0x00636c617373,
\tSession-Timeout = 3600,
\tIdle-Timeout = 1800,
\tWISPr-Bandwidth-Max-Down = 20000000

yan Cleartext-Password := "looking-glass"
\tFilter-Id = "strangers"

xavier Cleartext-Password := "looking-glass"
"""


def with_servers(*servers, **more):
    return policy(groups={"staff": {"allow": ["10.77.0.0/24"]}}, radius={
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
    net = Topology(direct=2)
    server = Radius(net.srv, USERS).start()
    gateway = started(net, server)
    zoe = Client(net.c0, "zoe", "looking-glass", routes="lan").connect()
    equal("whom RADIUS knows is in", zoe.ping(SERVER), 3)
    session = gateway.session_of("zoe")
    equal("on its terms", (session["source"], session["group"], session["address"], session["rate"]["down"]),
          ("radius", "staff", "10.99.0.77", 20000000))
    check("with its time limits", 3000 < session["limits"]["session"] <= 3600 and session["limits"]["idle"] <= 1800, session)
    begin = server.wait_record("zoe", "Start")
    equal("the server knows where from", begin["Calling-Station-Id"], "203.0.113.10")
    equal("and who asks", (begin["NAS-Identifier"], begin["NAS-IP-Address"], begin["Acct-Session-Id"], begin["Class"]),
          ("lab", "10.77.0.1", session["id"], "0x00636c617373"))
    asked = next(one for one in server.records("requests") if one["User-Name"] == "zoe")
    equal("as it did when it asked", (asked["Calling-Station-Id"], asked["Acct-Session-Id"]),
          ("203.0.113.10", session["id"]))
    check("each request is signed", all("Message-Authenticator" in one for one in server.records("requests")))

    refused(gateway, net.c1, "zoe", "wonderland", "the RADIUS server refuses it")
    refused(gateway, net.c1, "yan", "looking-glass", "a group or pool")
    count = len(server.records("requests"))
    alice = Client(net.c1, "alice").connect()
    equal("whom the policy knows is in without it", len(server.records("requests")), count)

    orders_are_carried_out(net, gateway, server, session)
    alice.stop()
    zoe.stop()


def orders_are_carried_out(net, gateway, server, session):
    named = {"Acct-Session-Id": f'"{session["id"]}"', "Event-Timestamp": now()}
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
    said = server.order("coa", {**named, "Session-Timeout": "7200", "Filter-Id": '"default"', "Message-Authenticator": "0x00"})
    check("a change is acknowledged", "CoA-ACK" in said, said)
    after = gateway.session_of("zoe")
    check("and is in force", after["group"] == "default" and after["limits"]["session"] > 3600, after)
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
    zoe = Client(net.c0, "zoe", "looking-glass").connect()
    equal("a server that falls silent in a login is left for the next", zoe.ping(SERVER), 3)
    check("that it does is in the log", gateway.logged("RADIUS server 10.77.0.2:1812 does not answer", 5))
    equal("the other one let it in", [len(server.records("requests")) for server in (one, two)], [0, 1])
    one.kill()
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
    check("what no server takes is on disk", holds(lambda: net.gw.path("/var/lib/l2tpgw/accounting").glob("0*"), 30))
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
    zoe.stop()
