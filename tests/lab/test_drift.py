"""What others change of a running gateway is put back, the log says what was found, and clients notice nothing."""

import os

from lablib.agreement import disagreements
from lablib.capture import Capture, only_ipsec
from lablib.checks import check, equal, holds, note
from lablib.client import Client, connect_all
from lablib.gateway import Gateway, policy
from lablib.stream import Stream
from lablib.topology import SERVER, Topology
from lablib.vici import Vici

GROUP = "sessions"
TIMEOUT = 900

NAMES = ("alice", "beth", "carol")
RUN = "/run/l2tpgw"


def rules(node):
    return node.run("nft -s -n list table inet l2tpgw", timeout=120).stdout


def test_drift():
    net = Topology(direct=1, nat1=2)
    gateway = Gateway(net.gw)
    gateway.write_policy(policy(tuple((name, "wonderland") for name in NAMES)))
    gateway.up()
    clients = {user: Client(node, user) for user, node in zip(NAMES, net.clients())}
    equal("all connect", connect_all(list(clients.values())), {})
    gateway.wait_sessions(3)
    wanted = rules(net.gw)
    with Capture(net.gw, "wan") as wan:
        with Stream(clients.values(), SERVER) as stream:
            nftables(net.gw, gateway, wanted)
            host(net.gw, gateway)
            files(net.gw, gateway)
            own_files(net.gw, gateway)
            charon(net.gw, gateway)
            fight(net.gw, gateway)
        equal("not a packet is lost", stream.lost, {})
        equal("all agree", disagreements(gateway, clients), [])
    equal("nothing but IPsec on the wan", only_ipsec(wan.path), [])


def put_back(gateway, what, change, is_back, line):
    """Changes something, then waits until it is as before and the log has told what was found.

    l2tpgwd reads back what it put there, and what is changed meanwhile it puts back without a word; then it answers."""
    offset = len(gateway.log())
    change()
    check(f"{what}: the log says what was found", gateway.logged(line, 60, offset),
          f"wanted {line} in\n{gateway.log()[offset:]}")
    check(f"{what}: it is put back", holds(is_back, 60))
    gateway.status()


def nftables(node, gateway, wanted):
    def is_back():
        return rules(node) == wanted
    for what, command, line in (
            ("a rule more", "insert rule inet l2tpgw services accept", r"chain services has \d+ rules instead of \d+"),
            ("a rule less", "flush chain inet l2tpgw clamp", r"chain clamp has 0 rules instead of 4"),
            ("an element less", "delete element inet l2tpgw vip_of { 4000 }",
             r"map vip_of has 4095 elements instead of 4096"),
            ("a chain more", "add chain inet l2tpgw other { type filter hook forward priority 7; }",
             r"chain other was added")):
        put_back(gateway, what, lambda command=command: node.nft(command + "\n"), is_back,
                 rf"drift: nftables table inet l2tpgw .*{line}.*put back")


def host(node, gateway):
    # Not ip_forward: while it is 0 packets are lost, however soon that is noticed.
    put_back(gateway, "a sysctl", lambda: node.sysctl("net.ipv4.conf.all.accept_redirects", 1),
             lambda: node.sysctl("net.ipv4.conf.all.accept_redirects") == "0",
             r"drift: sysctl net/ipv4/conf/all/accept_redirects was set to 1; put back")
    put_back(gateway, "a route", lambda: node.ip("route del 198.18.16.0/20 dev lo"),
             lambda: "198.18.16.0/20" in node.run("ip route show dev lo").stdout,
             r"drift: route 198\.18\.16\.0/20 was removed; put back")
    put_back(gateway, "an address more", lambda: node.ip("addr add 198.18.0.9/32 dev lo"),
             lambda: "198.18.0.9" not in node.run("ip addr show dev lo").stdout,
             r"drift: address 198\.18\.0\.9 was added; put back")
    put_back(gateway, "an IPsec policy", lambda: node.ip("xfrm policy delete dir in src 0.0.0.0/0 dst 0.0.0.0/0 "
                                                         "proto udp dport 1701"),
             lambda: "dport 1701" in node.run("ip xfrm policy show dir in action block").stdout,
             r"drift: IPsec policy in block .* was removed; put back")


def files(node, gateway):
    for name in ("strongswan.conf", "ppp-options", "xl2tpd-1.conf"):
        path = node.path(f"{RUN}/{name}")
        before = path.read_bytes()

        def is_back(path=path, before=before):
            return path.exists() and path.read_bytes() == before
        put_back(gateway, f"{name} edited", lambda path=path: path.write_bytes(b"# mine\n"), is_back,
                 rf"drift: file {RUN}/{name} was changed; put back")
        put_back(gateway, f"{name} deleted", lambda path=path: os.unlink(path), is_back,
                 rf"drift: file {RUN}/{name} was removed; put back")


def own_files(node, gateway):
    """What tells others where we and our children are. A worker whose pipe is gone would end at its next command."""
    for name in ("control.sock", "admission.sock", "l2tpgwd.pid", "charon.pid", "xl2tpd-1.pid", "xl2tpd-1.control"):
        path = node.path(f"{RUN}/{name}")
        put_back(gateway, f"{name} deleted", lambda path=path: os.unlink(path), path.exists,
                 rf"drift: {RUN}/{name} was removed; put back")
    equal("it is found and asked as before", gateway.status()["state"], "ready")


def charon(node, gateway):
    vici = Vici(node.path(gateway.vici))
    put_back(gateway, "the connection", lambda: vici.ask("unload-conn", {"name": "l2tpgw"}),
             lambda: "l2tpgw" in vici.ask("get-conns", {})["conns"], r"drift: charon: our connection was unloaded")
    ours = vici.stream("list-conns", "list-conn", {"ike": "l2tpgw"})[0]["l2tpgw"]
    note(f"charon lists {ours}")
    other = {"version": 1, "proposals": ["aes256-sha256-modp2048"], "dpd_delay": "5s", "local": {"auth": "psk"},
             "remote": {"auth": "psk"}, "children": {"l2tpgw": {"mode": "transport"}}}
    put_back(gateway, "another connection of our name", lambda: vici.ask("load-conn", {"l2tpgw": other}),
             lambda: vici.stream("list-conns", "list-conn", {"ike": "l2tpgw"})[0]["l2tpgw"] == ours,
             r"drift: charon: our connection was changed \(.*\) by somebody else; loaded again")
    put_back(gateway, "the secret", lambda: vici.ask("unload-shared", {"id": "l2tpgw"}),
             lambda: "l2tpgw" in vici.ask("get-shared", {})["keys"], r"drift: charon: our secret was unloaded")
    vici.close()


def fight(node, gateway):
    """Somebody who insists: the log says so once, and is not filled."""
    path, offset = node.path(f"{RUN}/ppp-options"), len(gateway.log())
    before = path.read_bytes()

    def insisted():
        path.write_bytes(b"# mine\n")
        return "somebody else insists" in gateway.log()[offset:]
    check("a fight is noticed", holds(insisted, 60), gateway.log()[offset:])
    told = gateway.log()[offset:].count("ppp-options")
    note(f"{told} lines about it")
    check("it is told a few times only", told <= 6, gateway.log()[offset:])
    check("and is put back in the end", holds(lambda: path.read_bytes() == before, 90), path.read_bytes())
