"""Ending somebody's session by hand: the client is told by PPP, L2TP and IKE, and nobody else notices. Bans."""

import json

from lablib.capture import Capture, only_ipsec
from lablib.checks import check, equal, holds, note
from lablib.client import Client, connect_all
from lablib.daemons import CHARON_LOG, XL2TPD_LOG
from lablib.gateway import Gateway, policy
from lablib.stream import Stream
from lablib.topology import SERVER, Topology

GROUP = "sessions"
TIMEOUT = 600

NAMES = ("alice", "beth", "carol", "dora")


def test_kick_and_ban():
    net = Topology(direct=1, nat1=2)
    gateway = Gateway(net.gw)
    gateway.write_policy(policy(tuple((name, "wonderland") for name in NAMES)))
    gateway.up()
    clients = {user: Client(node, user) for user, node in zip(NAMES, net.clients())}
    equal("all connect", connect_all(list(clients.values())), {})
    gateway.wait_sessions(3)
    with Capture(net.gw, "wan") as wan:
        with Stream([clients["alice"], clients["carol"]], SERVER) as stream:
            kicked(gateway, clients["beth"])
            refusals(gateway)
        equal("nobody else loses a packet", stream.lost, {})
        banned(gateway, clients["carol"])
        equal("alice never noticed", clients["alice"].ping(SERVER), 3)
    equal("nothing but IPsec on the wan", only_ipsec(wan.path), [])


def kicked(gateway, client):
    answer = gateway.json("kick", "beth")
    equal("one session was ended, and is gone", (answer["kicked"], answer["remaining"]), (1, 0))
    note(f"gone after {answer['seconds']:.2f} s")
    equal("it is in no list any more", sorted(one["user"] for one in gateway.sessions()), ["alice", "carol"])
    told(client)
    check("the log says that it was kicked", gateway.logged(r"beth\b.* is down .*kicked", 10), gateway.log())


def told(client):
    check("pppd is asked to terminate", client.ppp_said(r"rcvd \[LCP TermReq"), client.logs())
    check("and ends by itself", holds(lambda: not client.node.pids("pppd"), 60), client.logs())
    check("xl2tpd hears that the tunnel is closed", said(client, XL2TPD_LOG, "Connection closed to"), client.logs())
    for what in ("ESP CHILD_SA", "IKE_SA"):
        check(f"charon hears that the {what} is deleted", said(client, CHARON_LOG, f"received DELETE for {what}"),
              client.logs())
    check("no SA is left at the client", holds(lambda: not client.sas(), 30), client.sas())


def said(client, log, text):
    return holds(lambda: text in client.node.read(log), 30)


def refusals(gateway):
    for arguments, code, text in ((["mallory"], 1, "neither a session nor a user"), (["dora"], 1, "is not connected"),
                                  (["alice", "--ban", "soon"], 64, "--ban"), ([], 64, "USER|ID")):
        answer = gateway.cli("kick", *arguments, check=False)
        equal(f"kick {' '.join(arguments)}", (answer.returncode, answer.stdout), (code, ""))
        check(f"kick {' '.join(arguments)}: says why", text in answer.stderr, answer.stderr)
    equal("nobody is banned", gateway.json("bans")["bans"], [])


def banned(gateway, client):
    answer = gateway.json("kick", gateway.session_of("carol")["id"], "--ban", "1h")
    equal("carol is out and banned", (answer["kicked"], answer["remaining"], answer["banned"]), (1, 0, "carol"))
    told(client)
    redial(client)
    check("who is banned is refused, with the reason",
          gateway.logged(r"refused carol .*banned until \d{4}-", 60), gateway.log())
    check("and is not connected", not client.is_up())
    gateway.kill("l2tpgwd")
    gateway.daemon()
    gateway.wait_state()
    equal("the ban outlives l2tpgwd", [one["user"] for one in gateway.json("bans")["bans"]], ["carol"])
    equal("a stranger's cannot be lifted", gateway.cli("bans", "lift", "beth", check=False).returncode, 1)
    equal("it is lifted", json.loads(gateway.cli("bans", "lift", "carol", "--json").stdout)["bans"], [])
    client.stop()
    client.connect()
    gateway.wait_sessions(2)
    equal("and carol is in again", client.ping(SERVER), 3)


def redial(client):
    client.secure()
    client.dial()
