"""Users come, change and go by `l2tpgw user …` while others work: nobody else may notice."""

import csv
import io
import re

from lablib.checks import check, equal, wait_until
from lablib.client import Client, connect_all
from lablib.gateway import POLICY, Gateway
from lablib.kernel import sas
from lablib.stream import Stream
from lablib.topology import SERVER, Topology

GROUP = "users"
TIMEOUT = 900

LAYOUT = """{
\t"version": 1,
\t"gateway": { "name": "198.51.100.1" },
\t"ipsec": { "psk": "a shared secret" },
\t"addresses": { "pool": "10.99.0.0/24", "local": "10.99.0.1" },
\t"users": [
\t\t{ "name": "alice", "password": "wonderland" },
\t\t{ "name": "beth",  "password": "wonderland" }
\t]
}
"""


def started(net):
    gateway = Gateway(net.gw)
    gateway.write_policy(LAYOUT)
    gateway.up()
    return gateway


def told(answer):
    """The password that a verb has generated and shown, once."""
    return re.search(r"^password +(\S+)$", answer.stdout, re.M)[1]


def refused(gateway, node, user, password, reason):
    since = len(gateway.log())
    client = Client(node, user, password).start().secure().dial()
    check(f"{user} is refused: {reason}", gateway.logged(rf"{user}\b.*{reason}", 90, since), gateway.log()[since:])
    check(f"{user} is not in", not client.is_up())
    client.stop()


def ends(gateway, client, user, *order):
    """The order ends the user's session at once: PPP, L2TP and SA, at both ends."""
    mark = int(str(gateway.session_of(user)["esp"]["mark"]), 0)
    said = gateway.cli("user", *order).stdout
    check(f"{order[0]} says whom it cost the connection", "1 of " in said, said)
    client.wait_down()
    wait_until(lambda: not client.sas(), 60, f"{user} was told that the SA ended")
    wait_until(lambda: not gateway.session_of(user), 60, f"the session of {user} is gone")
    wait_until(lambda: mark not in {one["mark"] for one in sas(gateway.node).values()}, 60, "so are the kernel's SAs")
    client.stop()


def test_a_user_comes_changes_and_goes():
    net = Topology(direct=3)
    gateway = started(net)
    nodes = net.clients()
    alice, beth = Client(nodes[0], "alice"), Client(nodes[1], "beth")
    equal("two connect", connect_all([alice, beth]), {})
    with Stream([alice], SERVER) as stream:
        password = told(gateway.cli("user", "add", "carol", "--show"))
        carol = Client(nodes[2], "carol", password).connect()
        equal("who was added is in", carol.ping(SERVER), 3)
        session = gateway.session_of("carol")["id"]
        fresh = told(gateway.cli("user", "passwd", "carol", "--generate", "--show", "--hash"))
        text = net.gw.read(POLICY)
        check("the policy has its hash alone", "nt_hash" in text and fresh not in text and password not in text)
        equal("a new password leaves who is on alone", gateway.session_of("carol")["id"], session)
        carol.hangup().stop()
        refused(gateway, nodes[2], "carol", password, "wrong password")
        carol = Client(nodes[2], "carol", fresh).connect()
        equal("the new password is good", carol.ping(SERVER), 3)
        ends(gateway, beth, "beth", "disable", "beth")
        refused(gateway, nodes[1], "beth", "wonderland", "disabled")
        gateway.cli("user", "enable", "beth")
        beth = Client(nodes[1], "beth").connect()
        equal("who is enabled is in again", beth.ping(SERVER), 3)
        ends(gateway, carol, "carol", "remove", "carol")
        refused(gateway, nodes[2], "carol", fresh, "unknown user")
    equal("alice has lost nothing", stream.lost, {})
    equal("the others are there", {one["user"] for one in gateway.sessions() if one["state"] == "up"},
          {"alice", "beth"})
    equal("the policy is laid out as it was", net.gw.read(POLICY), LAYOUT)
    for secret in (password, fresh):
        check("no password is in the log", secret not in gateway.log())


def test_time_is_up():
    net = Topology(direct=2)
    gateway = started(net)
    nodes = net.clients()
    alice, beth = Client(nodes[0], "alice"), Client(nodes[1], "beth")
    equal("two connect", connect_all([alice, beth]), {})
    with Stream([alice], SERVER) as stream:
        gateway.cli("user", "expire", "beth", "+5s")
        beth.wait_down()
        wait_until(lambda: not gateway.session_of("beth"), 60, "the session ends by itself")
        beth.stop()
        refused(gateway, nodes[1], "beth", "wonderland", "expired")
        gateway.cli("user", "expire", "beth", "never")
        equal("who does not expire is in again", Client(nodes[1], "beth").connect().ping(SERVER), 3)
    equal("alice has lost nothing", stream.lost, {})


def test_import():
    net = Topology(direct=2)
    gateway = started(net)
    nodes = net.clients()
    alice = Client(nodes[0], "alice").connect()
    users, passwords = "/etc/l2tpgw/users.csv", "/etc/l2tpgw/passwords.csv"
    net.gw.write(users, "name;comment\n" + "".join(f"user{number};from the list\n" for number in range(200)))
    with Stream([alice], SERVER) as stream:
        net.gw.write(users + ".bad", "name,password\nalice,x\nb\xf6b,y\n")
        bad = gateway.cli("user", "import", users + ".bad", check=False)
        equal("a file with errors is refused", bad.returncode, 65)
        check("all of them are told", ":2:" in bad.stderr and ":3:" in bad.stderr, bad.stderr)
        equal("nothing was changed", net.gw.read(POLICY), LAYOUT)
        gateway.cli("user", "import", users, "--passwords-to", passwords)
        rows = {row["name"]: row["password"] for row in csv.DictReader(io.StringIO(net.gw.read(passwords)))}
        equal("each has a password", len(rows), 200)
        equal("one of them is in", Client(nodes[1], "user99", rows["user99"]).connect().ping(SERVER), 3)
    equal("alice has lost nothing", stream.lost, {})
    equal("the list has them all", len(gateway.json("user", "list")["users"]), 202)
