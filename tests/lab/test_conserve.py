"""What `up` makes, `down` takes away: nothing of the gateway is left, and `up` twice is `up` once."""

import json

from lablib.checks import check, equal
from lablib.client import Client, connect_all
from lablib.gateway import POLICY, Gateway, policy
from lablib.kernel import conntrack
from lablib.snapshot import diff, left, snapshot
from lablib.topology import GATEWAY, SERVER, Topology

GROUP = "clients"
TIMEOUT = 600

FABRIC = r"198\.1[89]\."
NOTED = "/var/lib/l2tpgw/bans.json"  # who logged in from where: l2tpgwd writes it down by itself, once a minute


def test_nothing_is_left():
    net = Topology(direct=1, nat1=2)
    gateway = Gateway(net.gw)
    gateway.write_policy(policy((("alice", "wonderland"), ("beth", "wonderland"), ("carol", "wonderland"))))
    before = snapshot(net.gw)
    gateway.up()
    idle = snapshot(net.gw)
    seen = "\n".join(diff(before, idle))
    for part in ("processes", "addresses", "routes", "nft", "xfrm_policy", "sysctls", "files /run/l2tpgw"):
        check(f"the snapshot sees {part} of a gateway", part in seen, seen)
    clients = [Client(node, user) for node, user in zip(net.clients(), ("alice", "beth", "carol"))]
    equal("all connect", connect_all(clients), {})
    again(net, gateway, clients)
    clients[0].hangup()
    gateway.down()
    for client in clients:
        client.stop()
    equal("nothing is left with clients connected", left(before, snapshot(net.gw)), [])
    equal("conntrack has forgotten the fabric", conntrack(net.gw, FABRIC), [])
    second_life(net, gateway, before, idle)


def again(net, gateway, clients):
    """`up` while it is up."""
    sessions = {one["id"]: one["ppp"]["pid"] for one in gateway.wait_sessions(len(clients))}
    first = snapshot(net.gw)
    gateway.up()
    changed = [line for line in diff(first, snapshot(net.gw)) if NOTED not in line]
    equal("up twice changes nothing", changed, [])
    equal("and nobody", {one["id"]: one["ppp"]["pid"] for one in gateway.sessions()}, sessions)
    equal("traffic goes on", [client.ping(SERVER, count=1) for client in clients], [1] * len(clients))


def second_life(net, gateway, before, idle):
    gateway.up()
    processes = ("processes", "sockets", "files")  # their numbers and times differ
    changed = [line for line in diff(idle, snapshot(net.gw)) if line.split()[1] not in processes]
    equal("a second life is like the first", changed, [])
    client = Client(net.c0, "alice")
    client.connect()
    equal("and serves", client.ping(SERVER), 3)
    client.hangup()
    gateway.down()
    equal("nothing is left after it", left(before, snapshot(net.gw)), [])
    equal("down when it is down is no error", gateway.down(check=False).returncode, 0)


def test_a_policy_is_made():
    """Without a policy `up` writes one with generated secrets and tells how to connect."""
    net = Topology(direct=1)
    gateway = Gateway(net.gw)
    said = gateway.on_terminal("up")
    equal("only root may read the policy", oct(net.gw.path(POLICY).stat().st_mode & 0o777), "0o600")
    written = json.loads(net.gw.read(POLICY))
    psk, user = written["ipsec"]["psk"], written["users"][0]
    check("the pre-shared key is long", len(psk) >= 32, len(psk))
    for name, text in (("server", GATEWAY), ("user", user["name"]), ("password", user["password"]), ("key", psk)):
        check(f"up tells the {name}", text in said, said)
    for system in ("Windows", "macOS", "iOS", "Android", "ChromeOS", "Linux"):
        check(f"up tells how to connect from {system}", system in said, said)
    client = Client(net.c0, user["name"], user["password"], psk)
    client.connect()
    equal("what it told works", client.ping(SERVER), 3)
    kept = net.gw.read(POLICY)
    said = gateway.on_terminal("up") + gateway.up().stdout
    equal("a policy that is there stays as it is", net.gw.read(POLICY), kept)
    check("secrets are told only once", psk not in said and user["password"] not in said, said)
    gateway.down()
