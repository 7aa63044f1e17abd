"""Groups: where their clients may go, how many there may be, with which addresses and how long; and what nobody may."""

import json
import re
import socket
import time

from lablib.capture import Capture, ipv4
from lablib.checks import check, equal, holds, note, wait_until
from lablib.client import Client, connect_all
from lablib.gateway import LOCAL, Gateway, policy
from lablib.kernel import conntrack
from lablib.stream import Stream
from lablib.topology import GATEWAY, SERVER, WEB, Topology
from lablib.transfer import serve

GROUP = "groups"
TIMEOUT = 1200

NAMES = ("alice", "beth", "carol", "dora", "erin")
GROUP_OF = {"alice": "staff", "beth": "guests", "dora": "single", "erin": "guests"}
GUESTS = "10.98.0.0/30"  # two addresses
GROUPS = {
    "staff": {"allow": [{"to": SERVER, "proto": "tcp", "ports": [7000, "7010-7020"]}, {"to": SERVER, "proto": "icmp"}]},
    "guests": {"allow": [f"{WEB}/32"], "pool": "guests", "dns": ["192.0.2.53", "192.0.2.54"]},
    "single": {"user_sessions": 1, "session_timeout": "1h"},
}
CAROLS = "10.99.0.200"  # nobody else's
DOWNLOAD = 400_000_000
EXCHANGES = 300

# Somebody else's rules that send on what is for the gateway, whatever its address, as Docker's do for a published port.
PUBLISHED = f"""
table ip published {{
 chain pre {{ type nat hook prerouting priority dstnat; policy accept;
   fib daddr type local tcp dport {{ 80, 8080 }} dnat to {SERVER}:7011
 }}
}}
"""


def content(groups=GROUPS, group_of=GROUP_OF, **sections):
    whole = policy(tuple((name, "wonderland") for name in NAMES), groups=groups, **sections)
    whole["addresses"]["pools"] = {"guests": GUESTS}
    whole["ppp"] = {"dns": ["192.0.2.5"]}
    for user in whole["users"]:
        if user["name"] in group_of:
            user["group"] = group_of[user["name"]]
        if user["name"] == "carol":
            user["address"] = CAROLS
    return whole


def applied(gateway, *arguments, **changes):
    gateway.write_policy(content(**changes))
    return gateway.json("apply", *arguments)


def start(net, **changes):
    gateway = Gateway(net.gw)
    gateway.write_policy(content(**changes))
    gateway.up()
    return gateway


def opens(node, host, port, interface=""):
    """Whether a TCP connection can be made, through that interface; a refusal is an answer too."""
    def attempt():
        try:
            connection(host, port, interface).close()
        except ConnectionRefusedError:
            return "refused"
        except OSError:
            return "silence"
        return "open"
    return node.call(attempt)


def connection(host, port, interface):
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
    made.settimeout(4)
    made.connect((host, port))
    return made


def listen(node, *ports):
    def wait():
        listeners = [socket.create_server(("0.0.0.0", port)) for port in ports]
        while True:
            time.sleep(1000 + len(listeners))
    return node.spawn(wait)


def ways(gateway):
    """{address: group}, as the kernel has it; the two maps must agree."""
    found = []
    for name, prefix in (("acl_to", "to_"), ("acl_from", "from_")):
        listing = json.loads(gateway.node.run(["nft", "-j", "list", "map", "inet", "l2tpgw", name]).stdout)
        elements = next(one["map"] for one in listing["nftables"] if "map" in one).get("elem", [])
        found.append({address: verdict["goto"]["target"].removeprefix(prefix) for address, verdict in elements})
    equal("both maps of the kernel say the same", found[0], found[1])
    return found[0]


def agree(gateway, what):
    equal(f"{what}: the kernel knows where each session may go, and of no other",
          ways(gateway), {one["address"]: one["group"] for one in gateway.sessions() if one["address"]})


def test_where_clients_may_go():
    net = Topology(direct=1, nat1=2)
    gateway = start(net, firewall={"isolate_clients": False})
    server = net.srv.spawn(serve)
    others = [listen(net.srv, 7001, 7011), listen(net.gw, 22, 8080)]
    clients = {user: Client(node, user, ppp="usepeerdns\n+ipv6" if user == "carol" else "usepeerdns")
               for user, node in zip(NAMES, net.clients())}
    equal("all connect", connect_all(list(clients.values())), {})
    gateway.wait_sessions(3)
    shown(gateway)
    resolvers(clients)
    agree(gateway, "after the logins")
    walls(net, gateway, clients)
    nothing_else(net, clients)
    published_by_others(net, gateway, clients["carol"])
    change_under_way(gateway, clients)
    persist(gateway, clients)
    for task in (server, *others):
        task.kill()


def shown(gateway):
    of = {one["user"]: one for one in gateway.sessions()}
    equal("sessions shows each one's group", {user: one["group"] for user, one in of.items()},
          {"alice": "staff", "beth": "guests", "carol": "default"})
    check("beth has an address of her group's pool", of["beth"]["address"] in ("10.98.0.1", "10.98.0.2"), of["beth"])
    equal("carol has her own", of["carol"]["address"], CAROLS)
    check("so does the table for people", "staff" in gateway.cli("sessions").stdout, gateway.cli("sessions").stdout)


def resolvers(clients):
    for user, first, second in (("alice", "5", "5"), ("beth", "53", "54"), ("carol", "5", "5")):
        check(f"{user} is told the resolvers of her group, or everybody's",
              clients[user].ppp_said(rf"primary\s+DNS address 192\.0\.2\.{first}\n"
                                     rf"(.*\n)?secondary\s+DNS address 192\.0\.2\.{second}\n"), clients[user].logs())


def walls(net, gateway, clients):
    alice, beth, carol = (clients[name] for name in ("alice", "beth", "carol"))
    address = {user: client.address() for user, client in clients.items()}
    equal("alice: a port of the list", opens(alice.node, SERVER, 7000), "open")
    equal("alice: one of a range", opens(alice.node, SERVER, 7011), "open")
    equal("alice: another port", opens(alice.node, SERVER, 7001), "silence")
    equal("alice: ICMP", alice.ping(SERVER), 3)
    equal("alice: elsewhere", alice.ping(WEB, count=2, wait=2), 0)
    equal("beth: where she may go", beth.ping(WEB), 3)
    equal("beth: elsewhere", beth.ping(SERVER, count=2, wait=2), 0)
    equal("carol: everywhere", (carol.ping(SERVER), carol.ping(WEB)), (3, 3))
    net.inet.ip(f"route replace 10.98.0.0/15 via {GATEWAY}")
    equal("who may be gone to may come", net.srv.ping(address["carol"]), 3)
    equal("who may not, may not", net.srv.ping(address["beth"], count=2, wait=2), 0)
    equal("a port alone gives nobody the right to come", net.srv.ping(address["alice"], count=2, wait=2), 0)
    equal("clients may see each other here, but their groups count too", carol.ping(address["beth"], count=2, wait=2), 0)
    equal("in both directions", beth.ping(address["carol"], count=2, wait=2), 0)
    net.srv.ip(f"addr add {address['carol']}/32 dev lo")
    with Capture(beth.node, beth.ifname(), "icmp") as heard:
        net.srv.run(f"ping -n -q -c 2 -i 0.2 -W 1 -I {address['carol']} {address['beth']}", check=False)
        equal("beth is heard meanwhile", beth.ping(WEB), 3)
    equal("nor does a client's address help somebody outside",
          [str(packet) for _, packet in ipv4(heard.path) if str(packet.source) == address["carol"]], [])
    net.srv.ip(f"addr del {address['carol']}/32 dev lo")


def nothing_else(net, clients):
    carol = clients["carol"]
    for host in (LOCAL, "10.77.0.1"):
        equal(f"the gateway answers pings to {host}", carol.ping(host), 3)
        for port in (22, 8080):
            equal(f"but nothing else at {host}:{port}", opens(carol.node, host, port), "silence")
    check("IPv6 is refused", carol.ppp_said(r"rcvd \[LCP ProtRej .*80 57"), carol.logs())
    for interface in net.gw.interfaces():
        if interface.startswith("l2tpgw"):
            equal(f"{interface} has no IPv6", net.gw.run(["ip", "-6", "addr", "show", "dev", interface]).stdout, "")


def published_by_others(net, gateway, carol):
    """What others publish at the gateway's addresses is for clients what the gateway itself is."""
    net.gw.nft(PUBLISHED)
    tunnel = carol.ifname()
    everywhere = (LOCAL, "10.77.0.1", GATEWAY)
    equal("the internet reaches what is published", opens(net.inet, GATEWAY, 80), "open")
    equal("a client does not, at none of the gateway's addresses",
          [opens(carol.node, host, 8080, tunnel) for host in everywhere], ["silence"] * 3)
    equal("it does reach the server itself", opens(carol.node, SERVER, 7011, tunnel), "open")
    open_to_clients = {"isolate_clients": False, "gateway_services": ["dns", "icmp", "http"]}
    applied(gateway, firewall=open_to_clients)
    equal("a port of firewall.gateway_services is reached", [opens(carol.node, host, 80, tunnel) for host in everywhere],
          ["open"] * 3)
    equal("no other is", opens(carol.node, LOCAL, 8080, tunnel), "silence")
    server = net.srv.spawn(echo)
    net.gw.run("nft flush chain ip published pre")
    net.gw.run(f"nft add rule ip published pre fib daddr type local tcp dport 80 dnat to {SERVER}:7012")
    wait_until(lambda: opens(net.srv, SERVER, 7012) == "open", 30, "the echo listens")
    talk = carol.node.spawn(talks, LOCAL, 80, tunnel)
    wait_until(lambda: conntrack(net.gw, r"ESTABLISHED .*dport=80 .*sport=7012 "), 30, "they talk")
    applied(gateway, firewall={"isolate_clients": False})
    check("what goes on there ends when the service is taken out", 0 < talk.result() < EXCHANGES)
    net.gw.run("nft delete table ip published")
    server.kill()


def echo():
    listener = socket.create_server(("0.0.0.0", 7012))
    while True:
        peer, _ = listener.accept()
        while data := peer.recv(100):
            peer.sendall(data)


def talks(host, port, interface):
    """How many exchanges there were until silence."""
    peer = connection(host, port, interface)
    for number in range(EXCHANGES):
        try:
            peer.sendall(b"?")
            peer.recv(1)
        except TimeoutError:
            return number
        time.sleep(0.1)
    return EXCHANGES


def change_under_way(gateway, clients):
    """The group of who downloads loses the right to: it stops at once, and nobody else notices."""
    carol, alice = clients["carol"], clients["alice"]
    node = carol.node
    task = node.spawn(carol_downloads)
    wait_until(lambda: received(carol) > 2_000_000, 60, "the download runs")
    before = gateway.identity()
    with Stream([alice], SERVER) as stream:
        answer = applied(gateway, groups={**GROUPS, "default": {"allow": [f"{WEB}/32"]}})
        stopped = received(carol)
        equal("it is live", {change["impact"] for change in answer["changes"] if change["object"].startswith("group")},
              {"live"})
        time.sleep(3)  # nothing is to happen
        equal("not a byte of the forbidden download comes any more", received(carol) - stopped, 0)
        equal("the rest is as before", (carol.ping(WEB), carol.ping(SERVER, count=2, wait=2)), (3, 0))
    equal("nobody else loses a packet", stream.lost, {})
    equal("all sessions are the same", gateway.identity(), before)
    moves(gateway, clients, stopped)
    task.kill()


def carol_downloads():
    from lablib.transfer import transfer
    return transfer(SERVER, 0, DOWNLOAD)


def received(client):
    return client.node.counters(client.ifname())[0]


def moves(gateway, clients, stopped):
    """A group goes, whose users are in another one now; carol's own rules are gone too. Then all of it is taken back."""
    carol, beth = clients["carol"], clients["beth"]
    applied(gateway, groups={"staff": GROUPS["staff"]}, group_of={"alice": "staff"})
    equal("who was in a group that went is where the others are", beth.ping(SERVER), 3)
    check("what is allowed again goes on", holds(lambda: received(carol) > stopped + 1_000_000, 60), received(carol))
    equal("clients that are isolated do not see each other", beth.ping(carol.address(), count=2, wait=2), 0)
    agree(gateway, "after a group went")
    gateway.cli("rollback")
    equal("taken back", (beth.ping(WEB), beth.ping(SERVER, count=2, wait=2)), (3, 0))
    agree(gateway, "after a rollback")


def persist(gateway, clients):
    before = gateway.identity()
    gateway.kill("l2tpgwd")
    gateway.node.run("nft flush map inet l2tpgw acl_to")
    equal("without its element an address goes nowhere", clients["carol"].ping(WEB, count=2, wait=2), 0)
    gateway.daemon()
    gateway.wait_state()
    agree(gateway, "after l2tpgwd was killed")
    equal("and carol goes on", clients["carol"].ping(WEB), 3)
    gateway.node.run(["nft", "delete", "element", "inet", "l2tpgw", "acl_from", "{", clients["carol"].address(), "}"])
    check("what somebody deletes is put back", holds(lambda: carols_way(gateway, clients["carol"]), 30))
    agree(gateway, "after an element was deleted")
    gateway.node.run("nft delete table inet l2tpgw")
    wait_until(lambda: clients["carol"].ping(WEB, count=1, wait=1), 30, "the table is back")
    agree(gateway, "after the table was deleted")
    equal("all sessions are the same", gateway.identity(), before)


def carols_way(gateway, carol):
    listing = gateway.node.run("nft -j list map inet l2tpgw acl_from").stdout
    return carol.address() in listing


def refusals(gateway):
    return gateway.status()["refused"]


def test_how_many_and_how_long():
    net = Topology(direct=1, nat1=3, nat2=1)
    gateway = start(net)
    nodes = net.clients()
    last_of_a_user(gateway, nodes)
    last_of_all(gateway, nodes)
    last_address(gateway, nodes)
    limits_of_time(gateway, nodes)


def race(gateway, first, second, reason):
    """Both dial at once: one is in, the other is refused for that reason."""
    since = len(gateway.log())
    both = [first, second]
    for client in both:
        client.start()
    for client in both:
        client.secure(wait=False)
    for client in both:
        client.secured()
    for client in both:
        client.dial()
    line = gateway.logged(rf"refused \w+ from [\d.:]+: .*{reason}", 90, since)
    check(f"one is refused, and it is told who, from where and why: {reason}", line, gateway.log()[since:])
    winner = wait_until(lambda: next((client for client in both if client.address()), None), 90, "one is in")
    loser = both[1 - both.index(winner)]
    winner.wait_up().answered()
    check("the other is not", not loser.is_up())
    return winner, loser


def makes_room(gateway, older, newer):
    """when_full is close-oldest: the older session, whose client is there, ends for a newer one's sake."""
    user, since = next(one["user"] for one in gateway.sessions() if one["state"] == "up"), len(gateway.log())
    newer.connect()
    check(f"{user} makes room, and it is told",
          gateway.logged(rf"{user}\b.* is down .*made room for a newer login", 30, since), gateway.log()[since:])
    older.wait_down()
    equal("and the newer one is served", newer.ping(SERVER), 3)
    gateway.wait_sessions(1)


def last_of_a_user(gateway, nodes):
    first, second = Client(nodes[0], "dora"), Client(nodes[1], "dora")
    winner, loser = race(gateway, first, second, "as many sessions as allowed")
    equal("dora has one session", [one["user"] for one in gateway.sessions() if one["state"] == "up"], ["dora"])
    check("the refusals are counted", refusals(gateway).get("user-limit", 0) >= 1, refusals(gateway))
    loser.stop()
    single = {"single": {"user_sessions": 1, "when_full": "close-oldest"}}
    applied(gateway, groups={**GROUPS, **single})
    makes_room(gateway, winner, loser)
    for client in (first, second):
        client.stop()
    wait_until(lambda: not gateway.sessions(), 60, "all are gone")


def last_of_all(gateway, nodes):
    """Two users of one group, then of two, when there may be one session more: of the group, or in all."""
    def of_the_group(**more):
        return {"groups": {**GROUPS, "staff": {**GROUPS["staff"], "max_sessions": 1, **more}},
                "group_of": {"alice": "staff", "carol": "staff"}}

    def in_all(**more):
        return {"l2tp": {"max_sessions": 1, **more}}

    for reason, name, limit in (("the group has max_sessions", "group-limit", of_the_group),
                                ("l2tp.max_sessions sessions", "limit", in_all)):
        applied(gateway, **limit())
        winner, loser = race(gateway, Client(nodes[0], "alice"), Client(nodes[1], "carol"), reason)
        equal("one session", len([one for one in gateway.sessions() if one["state"] == "up"]), 1)
        check("the refusals are counted", refusals(gateway).get(name, 0) >= 1, refusals(gateway))
        winner.hangup().stop()
        loser.stop()
        wait_until(lambda: not gateway.sessions(), 60, "all are gone")
        loser.connect()
        equal("then there is room again", loser.ping(SERVER), 3)
        applied(gateway, **limit(when_full="close-oldest"))
        makes_room(gateway, loser, winner)
        winner.hangup().stop()
        loser.stop()
        wait_until(lambda: not gateway.sessions(), 60, "all are gone")
    applied(gateway)


def last_address(gateway, nodes):
    beth = Client(nodes[2], "beth").connect()
    winner, loser = race(gateway, Client(nodes[0], "erin"), Client(nodes[3], "erin"), "no free address")
    used = [one["address"] for one in gateway.sessions() if one["address"]]
    equal("two addresses, each once", sorted(used), ["10.98.0.1", "10.98.0.2"])
    check("the refusals are counted", refusals(gateway).get("exhausted", 0) >= 1, refusals(gateway))
    mine = winner.address()
    loser.stop()
    winner.hangup().stop()
    gateway.wait_sessions(1)
    for address in used:
        leave_connections(gateway, address)
    loser.connect()
    equal("the same user gets the same address again", loser.address(), mine)
    equal("and what there was of connections", left_connections(gateway, mine), 2)
    for client in (beth, loser):
        client.hangup().stop()
    wait_until(lambda: not gateway.sessions(), 60, "all are gone")
    applied(gateway, group_of={"alice": "guests"})
    alice = Client(nodes[0], "alice").connect()
    check("somebody else gets one of them", alice.address() in used, (alice.address(), used))
    equal("without the connections", left_connections(gateway, alice.address()), 0)
    alice.hangup().stop()
    wait_until(lambda: not gateway.sessions(), 60, "all are gone")
    applied(gateway)


def leave_connections(gateway, address):
    """One that a client began, and one that somebody began with it."""
    for source, target in ((address, WEB), (WEB, address)):
        gateway.node.run(f"conntrack -I -p tcp -s {source} -d {target} --sport 4242 --dport 80 --state ESTABLISHED -t 900"
                         " -u SEEN_REPLY")


def left_connections(gateway, address):
    return len(conntrack(gateway.node, rf"(src|dst)={re.escape(address)} .*sport=4242 "))


def limits_of_time(gateway, nodes):
    clients = {user: Client(node, user) for user, node in zip(NAMES[:4], nodes)}
    equal("four connect", connect_all(list(clients.values())), {})
    gateway.wait_sessions(4)
    with Stream([clients["carol"]], SERVER) as stream:
        by_idleness(gateway, clients["beth"], clients["dora"])
        by_time(gateway, clients["alice"])
    equal("nobody else loses a packet", stream.lost, {})
    by_hours(gateway, clients["carol"])


def timed(staff="1h", hours=(), single="1h"):
    return {**GROUPS, "staff": {**GROUPS["staff"], "session_timeout": staff},
            "single": {**GROUPS["single"], "session_timeout": single},
            "guests": {**GROUPS["guests"], "idle_timeout": "8s"}, "default": {"hours": list(hours)}}


def by_time(gateway, alice):
    left = gateway.session_of("alice")["limits"]["session"]
    check("what is left of the time is shown", left and 3000 < left <= 3600, left)
    drops(gateway, "alice", timed("1s"), "session_timeout")
    alice.wait_down()
    alice.stop()


def drops(gateway, user, groups, reason):
    """A limit that is over already ends the session at once: only with --allow-drop."""
    gateway.write_policy(content(groups=groups))
    refused = gateway.cli("apply", check=False)
    check(f"{reason}: a limit that is over drops {user}, which has to be said", refused.returncode == 1 and
          user in refused.stderr and "--allow-drop" in refused.stderr, refused.stderr)
    gateway.cli("apply", "--allow-drop")
    check(f"{reason}: the session ends with its reason", gateway.logged(rf"{user}\b.* is down .*{reason}", 30), gateway.log())


def by_idleness(gateway, beth, dora):
    """And by a time that runs out meanwhile."""
    gateway.sessions()
    equal("beth is not idle", beth.ping(WEB, count=24, interval=0.5), 24)
    doras = 3600 - gateway.session_of("dora")["limits"]["session"] + 20
    applied(gateway, groups=timed(single=f"{doras}s"))  # nobody has looked at her traffic meanwhile: that is not idleness
    began = time.monotonic()
    equal("traffic keeps it alive", beth.ping(WEB, count=24, interval=0.5), 24)
    check("for longer than the idle time-out", time.monotonic() - began > 10, time.monotonic() - began)
    silent = time.monotonic()
    check("the session ends with its reason", gateway.logged(r"beth\b.* is down .*idle_timeout", 60), gateway.log())
    note(f"ended {time.monotonic() - silent:.1f} s after the last packet; the time-out is 8 s")
    line = gateway.logged(r"dora\b.* is down after .*session_timeout", 60)
    check("dora's session ends by itself, with its reason", line, gateway.log())
    hours, minutes, seconds = map(int, re.search(r" after (\d+):(\d+):(\d+)", line).groups())
    check(f"and not before its {doras} s are over", 3600 * hours + 60 * minutes + seconds >= doras - 1, line)
    for client in (beth, dora):
        client.wait_down()
        client.stop()


def by_hours(gateway, carol):
    """Hours that are over, in a zone that is not the gateway's."""
    local = [time.strftime("%H:%M", time.gmtime(time.time() + 20700 + late)) for late in (120, -60)]  # 5:45 east
    drops(gateway, "carol", timed("1s", [{"from": local[0], "to": local[1], "zone": "Asia/Kathmandu"}]), "hours")
    carol.wait_down()
    carol.stop()
    since = len(gateway.log())
    carol.start().secure().dial()
    check("who comes outside the hours is refused", gateway.logged(r"refused carol .*hours", 60, since), gateway.log()[since:])
    check("the refusals are counted", refusals(gateway).get("hours", 0) >= 1, refusals(gateway))
    carol.stop()
