"""A charon that already serves somebody else: l2tpgw lives beside it, and leaves the rest of it alone."""

from lablib.agreement import disagreements
from lablib.capture import Capture, only_ipsec
from lablib.checks import check, equal, holds, wait_until
from lablib.client import Client, connect_all
from lablib.daemons import VICI, Charon
from lablib.gateway import BUILD, ENVIRONMENT, Gateway, policy
from lablib.snapshot import left, snapshot
from lablib.stream import Stream
from lablib.topology import GATEWAY, LAN, SERVER, WEB, Topology

GROUP = "external"
TIMEOUT = 900

NAMES = ("alice", "beth", "carol")
BRANCH, BRANCH_NET, BRANCH_HOST = "203.0.113.11", "10.88.0.0/24", "10.88.0.1"
OUTSIDE = f"not src net {BRANCH_NET}"  # what came through the tunnel is seen on the wan a second time, as it was inside
BRANCH_PSK = "what only the branch knows"


def tunnel(local, remote, local_net, remote_net):
    """One end of the tunnel between the company's lan and its branch, IKEv2."""
    return {
        "version": 2, "local_addrs": [local], "remote_addrs": [remote], "proposals": ["aes256-sha256-modp2048"],
        "rekey_time": "0", "local": {"auth": "psk", "id": local}, "remote": {"auth": "psk", "id": remote},
        "children": {"branch": {"mode": "tunnel", "esp_proposals": ["aes256gcm16"], "rekey_time": "0",
                                "local_ts": [local_net], "remote_ts": [remote_net]}},
    }


def office(net):
    """The company's charon, with the tunnel to its branch (c1) up."""
    company, branch = Charon(net.gw), Charon(net.c1)
    net.gw.sysctl("net.ipv4.ip_forward", 1)
    net.c1.ip(f"addr add {BRANCH_HOST}/32 dev lo")
    for charon, ends in ((company, (GATEWAY, BRANCH, LAN, BRANCH_NET)), (branch, (BRANCH, GATEWAY, BRANCH_NET, LAN))):
        charon.start()
        load_branch(charon, ends)
    branch.vici.ask("initiate", {"child": "branch", "timeout": 60000})
    wait_until(lambda: net.srv.ping(BRANCH_HOST, count=1), 30, "the branch is reached")
    return company, branch


def load_branch(charon, ends):
    charon.vici.ask("load-shared", {"id": "branch", "type": "IKE", "data": BRANCH_PSK, "owners": [GATEWAY, BRANCH]})
    charon.connection("branch", tunnel(*ends))


def holdings(charon):
    """What charon has: connections, secrets, and the branch's SAs."""
    sas = {name: (ike["uniqueid"], sorted(child["spi-in"] for child in ike["child-sas"].values()))
           for name, ike in charon.vici.sas() if name == "branch"}
    return {"connections": sorted(charon.vici.ask("get-conns")["conns"]),
            "secrets": sorted(charon.vici.ask("get-shared")["keys"]), "branch": sas,
            "others": sorted(name for name, _ in charon.vici.sas() if name != "branch")}


def test_beside_another_connection():
    net = Topology(direct=2, nat1=2)
    company, _ = office(net)
    gateway = Gateway(net.gw)
    gateway.vici = VICI
    users = tuple((name, "wonderland") for name in NAMES)
    gateway.write_policy(policy(users, ipsec={"psk": "a shared secret", "charon": "external"}))
    before, state = holdings(company), snapshot(net.gw)
    clients = {user: Client(node, user) for user, node in zip(NAMES, (net.c0, net.c2, net.c3))}
    with Stream([net.srv], BRANCH_HOST) as stream, Capture(net.gw, "wan", OUTSIDE) as wan:
        gateway.up()
        during = holdings(company)
        equal("only ours is added",
              [len(during[kind]) - len(before[kind]) for kind in ("connections", "secrets")], [1, 1])
        equal("the branch's SA is the same", during["branch"], before["branch"])
        equal("no charon of our own is started", gateway.pids("charon-systemd"), [company.process.pid])
        equal("clients are in", connect_all(list(clients.values())), {})
        gateway.wait_sessions(len(clients))
        equal("the gateway's account agrees", disagreements(gateway, clients), [])
        equal("they reach the server", [client.ping(SERVER) for client in clients.values()], [3, 3, 3])
        somebody_unloads(company, gateway, clients["carol"])
        gateway.down()
        equal("`down` leaves charon as it was", holdings(company), before)
    equal("the branch did not lose a packet", stream.lost, {})
    equal("nothing but IPsec on the wan", only_ipsec(wan.path, allowed=[WEB]), [])
    equal("charon runs on", company.process.poll(), None)
    check("clients are told", holds(lambda: not any(client.sas() for client in clients.values()), 60))
    # The branch's SAs are the same, as charon says, but for the packets they counted.
    rest = [line for line in left(state, snapshot(net.gw)) if "/log" not in line and BRANCH not in line]
    equal("nothing is left", rest, [])


def somebody_unloads(company, gateway, client):
    """`swanctl --load-all`, which a restart of strongSwan's service runs, throws out what its files do not name."""
    company.vici.ask("unload-conn", {"name": "l2tpgw"})
    check("a connection that somebody unloads is loaded again",
          holds(lambda: "l2tpgw" in company.vici.ask("get-conns")["conns"], 90, 1))
    client.hangup()
    gateway.wait_sessions(len(NAMES) - 1)
    client.stop()
    client.connect()
    equal("and clients get in", client.ping(SERVER), 3)


def test_the_other_charon_restarts():
    net = Topology(direct=2)
    company, branch = office(net)
    gateway = Gateway(net.gw)
    gateway.vici = VICI
    gateway.write_policy(policy(ipsec={"psk": "a shared secret", "charon": "external"}))
    gateway.up()
    client = Client(net.c0).connect()
    daemon = gateway.pids()
    with Capture(net.gw, "wan", OUTSIDE) as wan:
        client.vanish()
        company.stop()
        company.start()
        load_branch(company, (GATEWAY, BRANCH, LAN, BRANCH_NET))
        check("our connection is loaded into the next charon",
              holds(lambda: "l2tpgw" in company.vici.ask("get-conns")["conns"], 90, 1), holdings(company))
        gateway.wait_state()
        client.connect()
        equal("a client gets in", client.ping(SERVER), 3)
        branch.vici.ask("initiate", {"child": "branch", "timeout": 60000})
        equal("and so does the branch", net.srv.ping(BRANCH_HOST), 3)
    equal("l2tpgwd went on", gateway.pids(), daemon)
    equal("nothing but IPsec on the wan", only_ipsec(wan.path, allowed=[WEB]), [])


def test_from_hand_to_hand():
    """ipsec.charon is changed while the gateway runs: all are dropped, and told beforehand; then it serves on."""
    net = Topology(direct=1)
    gateway, company, client = Gateway(net.gw), Charon(net.gw), Client(net.c0)
    ours = policy(ipsec={"psk": "a shared secret"})
    theirs = policy(ipsec={"psk": "a shared secret", "charon": "external"})
    gateway.write_policy(ours)
    gateway.up()
    client.connect()
    gateway.wait_sessions(1)
    gateway.write_policy(theirs)
    status, plan = gateway.answer("plan")
    equal("the plan says whom it drops", (status, plan["dropped"]), (2, 1))
    status, said = gateway.answer("apply")
    check("and it is refused", status == 1 and "alice" in said and "--allow-drop" in said, (status, said))
    equal("nobody was dropped", len(gateway.sessions()), 1)
    to_theirs(gateway, company, client)
    gateway.write_policy(ours)
    status, said = gateway.answer("apply", "--allow-drop")
    check("back: while the other one has the port it is refused",
          status == 1 and "00 is in use by charon" in said and "nothing was changed" in said, (status, said))
    equal("and who is connected stays", client.ping(SERVER), 3)
    client.hangup().stop()
    company.stop()
    status, said = gateway.answer("apply", "--allow-drop")
    equal("later it is done", (status, said if status else gateway.answer("plan")[0]), (0, 0))
    gateway.vici = Gateway.vici
    client.connect()
    equal("a client is served by ours again", client.ping(SERVER), 3)


def to_theirs(gateway, company, client):
    old = gateway.pids("charon-systemd")
    apply = gateway.node.popen([BUILD / "l2tpgw", "apply", "--allow-drop", "--json"], ENVIRONMENT, stdout=-1, stderr=-1, text=True)
    wait_until(lambda: not set(old) & set(gateway.pids("charon-systemd")), 60, "ours has ended")
    company.start()
    said = "".join(apply.communicate(timeout=120))
    check("with --allow-drop the other one takes over", apply.returncode == 0, (apply.returncode, said))
    gateway.vici = VICI
    equal("it is ready", gateway.status()["state"], "ready")
    equal("there is one charon", gateway.pids("charon-systemd"), [company.process.pid])
    equal("nothing is left to do", gateway.answer("plan")[0], 0)
    check("the client was told", holds(lambda: not client.sas(), 60), client.sas())
    client.stop()
    client.connect()
    equal("and is served again", client.ping(SERVER), 3)
