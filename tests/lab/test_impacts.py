"""Each class of change under traffic: it has the impact that the plan says, and nobody notices it."""

import copy
import time

from lablib.checks import check, equal, holds, note, wait_until
from lablib.client import Client, connect_all
from lablib.gateway import Gateway, policy
from lablib.stream import Stream
from lablib.topology import GATEWAY, SERVER, WEB, Topology

GROUP = "impacts"
TIMEOUT = 900

NAMES = ("alice", "beth", "carol", "dora")
LIVE, NEW, ROLLING, DROPS = "live", "new sessions", "rolling", "drops"
RESOLVER = "9.9.9.9"


def user_changes(now):
    users = {user["name"]: user for user in now["users"]}
    users["carol"]["password"] = "another password"
    users["dora"]["expires"] = "2037-12-31T23:00:00Z"
    users["grace"]["disabled"] = True
    del users["heidi"]
    users["emma"] = {"name": "emma", "password": "brand new"}
    now["users"] = list(users.values())


def section(part, /, **members):
    def change(now):
        now.setdefault(part, {}).update(members)
    return change


# Class of change, what is changed in the policy, and the impact of each key and user that differs then.
CLASSES = (
    ("users and passwords", user_changes,
     {"user carol": NEW, "user dora": LIVE, "user emma": NEW, "user grace": DROPS, "user heidi": DROPS}),
    ("PSK", section("ipsec", psk="another shared secret"), {"ipsec.psk": NEW}),
    ("proposals", section("ipsec", ike_proposals=["aes128-sha256-modp2048"], esp_proposals=["aes256gcm16"]),
     # What is automatic follows: without CBC there is more room in a packet.
     {"ipsec.ike_proposals": NEW, "ipsec.esp_proposals": NEW, "ppp.mtu": NEW, "ppp.mru": NEW}),
    ("lifetimes", section("ipsec", ike_lifetime="3h", esp_lifetime="50m", idle_sa="7m"),
     {"ipsec.ike_lifetime": NEW, "ipsec.esp_lifetime": NEW, "ipsec.idle_sa": NEW}),
    ("DPD", section("ipsec", dpd="40s"), {"ipsec.dpd": NEW}),
    ("DNS", section("ppp", dns=[RESOLVER], wins=["10.77.0.9"]), {"ppp.dns": NEW, "ppp.wins": NEW}),
    ("MTU", section("ppp", mtu=1280, mru=1280), {"ppp.mtu": NEW, "ppp.mru": NEW}),
    ("LCP and time-outs", section("ppp", echo_interval="20s", echo_failures=5, idle_timeout="1h", session_timeout="9h"),
     {"ppp.echo_interval": NEW, "ppp.echo_failures": NEW, "ppp.idle_timeout": LIVE, "ppp.session_timeout": LIVE}),
    ("pool grown", section("addresses", pool="10.99.0.0/22"), {"addresses.pool": NEW}),
    ("pool moved", section("addresses", pool="10.98.0.0/22", local="10.98.0.1"),
     {"addresses.pool": NEW, "addresses.local": NEW}),
    ("static address", lambda now: now["users"][-1].update(address="10.98.1.77"), {"user emma": NEW}),
    ("NAT mode: to one address", section("routing", nat={"snat": GATEWAY}), {"routing.nat": LIVE}),
    ("NAT mode: none", section("routing", nat="none"), {"routing.nat": LIVE}),
    ("allowed and denied networks", section("firewall", allow_from=["203.0.113.0/24"], deny_from=["203.0.113.200/32"]),
     {"firewall.allow_from": LIVE, "firewall.deny_from": LIVE}),
    ("isolation", section("firewall", isolate_clients=False), {"firewall.isolate_clients": LIVE}),
    ("gateway services", section("firewall", gateway_services=["dns", "icmp", "ssh"]),
     {"firewall.gateway_services": LIVE}),
    # RADIUS servers are told the name, if there are any.
    ("name", section("gateway", name="vpn.example.net"), {"gateway.name": LIVE, "radius.nas_identifier": LIVE}),
    ("age of workers", section("l2tp", drain="24h"), {"l2tp.drain": LIVE}),
    ("options of xl2tpd", section("l2tp", retries=7), {"l2tp.retries": ROLLING}),
    ("more workers", section("l2tp", max_sessions=800), {"l2tp.max_sessions": ROLLING}),
    ("fewer workers", section("l2tp", max_sessions=400), {"l2tp.max_sessions": ROLLING}),
)


def started(net):
    users = tuple((name, "wonderland") for name in (*NAMES, "grace", "heidi"))
    now = policy(users)
    gateway = Gateway(net.gw)
    gateway.write_policy(now)
    gateway.up()
    clients = {user: Client(node, user) for user, node in zip(NAMES, net.clients())}
    equal("all connect", connect_all(list(clients.values())), {})
    gateway.wait_sessions(len(clients))
    return gateway, clients, now


def decisions(changes):
    """{key or user: impact} of what an administrator decided; the rest are its effects."""
    return {change["object"].removeprefix("policy "): change["impact"] for change in changes
            if change["object"].startswith(("policy ", "user "))}


def applied(gateway, name, expected):
    """Plans and applies what was written; the plan afterwards has nothing left."""
    status, plan = gateway.answer("plan")
    equal(f"{name}: plan", (status, plan["dropped"], decisions(plan["changes"])), (2, 0, expected))
    worst = {change["impact"] for change in plan["changes"] if not change["object"].startswith(("policy ", "user "))}
    check(f"{name}: no effect is worse than what causes it", worst <= {LIVE, *expected.values()}, plan["changes"])
    status, done = gateway.answer("apply")
    equal(f"{name}: apply", (status, done if status else done["dropped"]), (0, 0))
    status, left = gateway.answer("plan")
    equal(f"{name}: nothing is left to do", (status, left["changes"]), (0, []))


def test_classes():
    net = Topology(direct=1, nat1=5)
    gateway, clients, now = started(net)
    before, done = gateway.identity(), []
    with Stream(clients.values(), SERVER) as stream, Stream([clients["alice"]], WEB) as web:
        for name, change, expected in CLASSES:
            done.append((time.time(), name))
            began, now = time.monotonic(), copy.deepcopy(now)
            change(now)
            gateway.write_policy(now)
            applied(gateway, name, expected)
            equal(f"{name}: all sessions stay", gateway.identity(), before)
            note(f"{name}: {time.monotonic() - began:.1f} s")
            if name in AFTER:
                AFTER[name](net, gateway, clients)
        refused(gateway, now, before)
    equal(f"{len(CLASSES)} classes of change: nobody lost a packet", (stream.lost, web.lost), ({}, {}))
    note(f"pings sent: {sum(stream.sent.values()) + sum(web.sent.values())}")
    for line in (*stream.blamed(done), *web.blamed(done)):
        note(line)
    another_charon(net, gateway, clients)


# ---- what is new counts --------------------------------------------------------------------------------------------------

def newcomer(net, number, user, password):
    return Client(net.clients()[number], user, password, psk="another shared secret", ike=["aes128-sha256-modp2048"],
                  esp=["aes256gcm16"], ppp="usepeerdns")


def gets_in(net, gateway, clients):
    """One who dials now meets all that was new until now; then it leaves again."""
    emma = newcomer(net, 4, "emma", "brand new")
    emma.connect()
    record = wait_until(lambda: gateway.session_of("emma"), 30, "the session of who is new")
    equal("who is new has the new address, and the new cipher", (record["address"], record["esp"]["proposal"]),
          ("10.98.1.77", "AES_GCM_16-256"))
    check("and the new MTU", record["mtu"] <= 1280, record["mtu"])
    check("and the new resolver", emma.ppp_said(rf"primary\s+DNS address {RESOLVER}"), emma.logs())
    equal("and is served", emma.ping(SERVER), 3)
    emma.hangup()
    gateway.wait_sessions(len(clients))


def new_pool(net, gateway, clients):
    """A new password, and an address of the pool that was moved, for one who has a session already."""
    carol = newcomer(net, 5, "carol", "another password")
    carol.connect()
    gateway.wait_sessions(len(clients) + 1)
    check("the other session has an address of the moved pool", carol.address().startswith("10.98."), carol.address())
    carol.hangup()
    gateway.wait_sessions(len(clients))


def isolation_is_off(net, gateway, clients):
    equal("clients reach each other", clients["alice"].ping(clients["beth"].address(), count=1), 1)


def services_count(net, gateway, clients):
    check("SSH is let in", "dport 22 accept" in net.gw.run("nft list chain inet l2tpgw services").stdout)


def nat_counts(net, gateway, clients):
    check("one address", f"snat ip to {GATEWAY}" in net.gw.run("nft list chain inet l2tpgw source_nat").stdout)


def worker_is_new(net, gateway, clients):
    states = {part["name"]: part["state"] for part in gateway.status()["parts"] if part["name"].startswith("xl2tpd")}
    equal("a new worker serves", states, {"xl2tpd-1": "draining", "xl2tpd-2": "ready"})


AFTER = {"pool moved": new_pool, "static address": gets_in, "isolation": isolation_is_off, "gateway services": services_count,
         "NAT mode: to one address": nat_counts, "options of xl2tpd": worker_is_new}


# ---- what only another charon can do -----------------------------------------------------------------------------------

def refused(gateway, now, before):
    now = copy.deepcopy(now)
    section("ipsec", threads=32)(now)
    gateway.write_policy(now)
    status, plan = gateway.answer("plan")
    equal("threads of charon: the plan says that all are dropped", (status, plan["dropped"], decisions(plan["changes"])),
          (2, len(NAMES), {"ipsec.threads": DROPS}))
    equal("and whom", sorted({one["user"] for change in plan["changes"] for one in change["drops"]}), sorted(NAMES))
    status, said = gateway.answer("apply")
    check("it is refused, and says who would be dropped",
          status == 1 and all(name in said for name in (*NAMES, "--allow-drop")), (status, said))
    equal("nobody was", gateway.identity(), before)
    equal("the plan is the same", gateway.answer("plan"), (2, plan))


def another_charon(net, gateway, clients):
    old = gateway.part("charon")["pid"]
    status, done = gateway.answer("apply", "--allow-drop")
    equal("with --allow-drop it is done", (status, done if status else done["dropped"]), (0, len(NAMES)))
    check("by another charon", gateway.part("charon")["pid"] not in (None, old))
    equal("that has what it was for", net.gw.read("/run/l2tpgw/strongswan.conf").count("threads = 32"), 1)
    equal("nobody is left", gateway.sessions(), [])
    for user, client in clients.items():
        check(f"{user} is told", holds(lambda client=client: not client.sas(), 60), client.sas())
    equal("nothing is left to do", gateway.answer("plan")[0], 0)
    for client in clients.values():
        client.stop()
    back = {"emma": newcomer(net, 4, "emma", "brand new")}
    equal("and who dials is in", connect_all(list(back.values())), {})
    gateway.wait_sessions(1)
    equal("and served", back["emma"].ping(SERVER), 3)
