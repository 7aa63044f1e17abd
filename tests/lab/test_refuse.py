"""Who does not get in, and that the log says why."""

import pathlib
import re
import subprocess
import time

from lablib import attack
from lablib.capture import Capture, Ip, ipv4, only_ipsec, packets
from lablib.checks import check, equal, holds, wait_until
from lablib.client import Client, connect_all
from lablib.daemons import Xl2tpd
from lablib.gateway import LOCAL, LOG, Gateway, policy
from lablib.kernel import sas
from lablib.snapshot import diff, snapshot
from lablib.topology import GATEWAY, NAT_ADDRESS, SERVER, WEB, Topology
from lablib.transfer import PORT, serve

GROUP = "refusals"
TIMEOUT = 900

USERS = [{"name": "alice", "password": "wonderland"}, {"name": "beth", "password": "wonderland"},
         {"name": "dora", "password": "wonderland", "disabled": True}]
HOSTILE = "%s%n../../etc/é\x1b[2J\x9b2J\u202eecila"
# What is wrong with each client, how far it gets, and what the log has to say of it.
ATTEMPTS = {
    "a wrong pre-shared key": ({"psk": "something else"}, "ike", r"203\.0\.113\.10\b.*pre-shared key"),
    "3DES and MD5 in IKE": ({"ike": ["3des-md5-modp2048"]}, "ike", r"203\.0\.113\.11\b.*IKE proposals.*3DES"),
    "MODP1024": ({"ike": ["aes256-sha1-modp1024"]}, "ike", r"203\.0\.113\.12\b.*IKE proposals.*MODP_1024"),
    "3DES and MD5 in ESP": ({"esp": ["3des-md5"]}, "ike", r"203\.0\.113\.13\b.*ESP proposals.*3DES"),
    "a wrong password": ({"user": "beth", "password": "looking-glass"}, "ppp", r"beth\b.*wrong password"),
    "an unknown user": ({"user": "mallory"}, "ppp", r"mallory\b.*unknown user"),
    "a disabled user": ({"user": "dora"}, "ppp", r"dora\b.*disabled"),
    "CHAP with MD5": ({"ppp": "refuse-mschap-v2\nrefuse-mschap\nrefuse-pap\nrefuse-eap"}, "ppp",
                      r"203\.0\.113\.17\b.*MS-CHAPv2"),
    "PAP": ({"ppp": "refuse-mschap-v2\nrefuse-mschap\nrefuse-chap\nrefuse-eap"}, "ppp",
            r"203\.0\.113\.18\b.*MS-CHAPv2"),
    "a name that speaks to terminals": ({"user": HOSTILE}, "ppp", r"from 203\.0\.113\.19\b.*unknown user"),
    "a name of 250 bytes": ({"user": "x" * 250}, "ppp", r"from 203\.0\.113\.20\b.*(unknown user|makes no sense)"),
}
COUNTED = {"wrong-psk": 1, "proposals": 3, "wrong-password": 1, "unknown-user": 2, "disabled": 1, "method": 2}


def is_text(data):
    return all(letter == "\n" or letter.isprintable() for letter in data.decode(errors="surrogateescape"))


def started(net, **sections):
    gateway = Gateway(net.gw)
    gateway.write_policy({**policy(**sections), "users": USERS})
    gateway.up()
    return gateway


def test_wrong_credentials():
    net = Topology(direct=len(ATTEMPTS) + 1)
    gateway = started(net)
    before = snapshot(net.gw)
    nodes = net.clients()
    clients = {what: Client(node, **options) for node, (what, (options, _, _)) in zip(nodes, ATTEMPTS.items())}
    with Capture(net.gw, "wan") as wan:
        attempt(clients)
        for what, (_, _, reason) in ATTEMPTS.items():
            check(f"{what}: the log says why", gateway.logged(reason, 60), f"wanted {reason} in\n{gateway.log()}")
            check(f"{what}: does not get in", not clients[what].is_up())
        equal("nobody has a session", [one for one in gateway.sessions() if one["state"] == "up"], [])
        counted = gateway.status()["refused"]
        check("nothing in the log speaks to a terminal", is_text(gateway.node.path(LOG).read_bytes()), gateway.log())
        check("status counts them", all(counted.get(reason, 0) >= count for reason, count in COUNTED.items()), counted)
    equal("nothing but IPsec on the wan", only_ipsec(wan.path), [])
    for client in clients.values():
        client.stop()
    wait_until(lambda: not sas(net.gw) and not net.gw.run("ip l2tp show tunnel").stdout, 120,
               "the refused ones' SAs and tunnels end")
    # The first pppd of a machine makes a database for all of them; `down` takes it away (test_conserve).
    changed = [line for line in diff(before, snapshot(net.gw)) if "/run/pppd2.tdb" not in line]
    equal("nothing changed", changed, [])
    for secret in ("wonderland", "looking-glass", "a shared secret", "something else"):
        check(f"the log does not tell “{secret}”", secret not in gateway.log())
    good = Client(nodes[-1]).connect()
    equal("who has the right to gets in", good.ping(SERVER), 3)


def attempt(clients):
    """All at once; the ones that IKE refuses wait for charon's answer in vain, so nobody waits for it."""
    for client in clients.values():
        client.start()
    for client in clients.values():
        client.secure(wait=False)
    for what, client in clients.items():
        if ATTEMPTS[what][1] == "ppp":
            client.secured().dial()


def test_plain_l2tp_and_the_fabrics_addresses():
    net = Topology(direct=2, nat1=1)
    gateway = started(net)
    alice, beth = Client(net.c0, "alice"), Client(net.c2, "beth")
    equal("two are in", connect_all([alice, beth]), {})
    the_probe_can_see(net)
    net.inet.ip("route add 198.18.0.0/15 via 198.51.100.1")
    net.c1.ip("route add 198.18.0.0/15 via 203.0.113.254")
    vip = gateway.session_of("alice")["vip"]
    logged = tunnels(gateway)
    with Capture(net.gw, "wan", "not port 500 and not port 4500 and not esp and not arp") as wan:
        for target in (GATEWAY, "198.18.0.1", vip, LOCAL):
            equal(f"L2TP in clear to {target} from the internet", net.c1.call(attack.l2tp, target, 1701), [])
            equal(f"ping {target} from there", net.c1.ping(target, count=2) if target != GATEWAY else 0, 0)
        equal("L2TP in clear from a client's own host, past its tunnel",
              net.c2.call(attack.l2tp, GATEWAY, 40001), [])
    sent = [str(Ip(data)) for _, data in packets(wan.path) if str(Ip(data).source) == GATEWAY]
    equal("not one byte is answered", sent, [])
    for target in ("198.18.0.1", vip):
        equal(f"L2TP in clear to {target} from the lan", net.srv.call(attack.l2tp, target), [])
        equal(f"ping {target} from the lan", net.srv.ping(target, count=2), 0)
    equal("L2TP in clear to the gateway from the lan", net.srv.call(attack.l2tp, "10.77.0.1"), [])
    for target in ("198.18.0.1", vip, gateway.session_of("beth")["vip"], LOCAL):
        equal(f"L2TP to {target} from inside a tunnel", net.c0.call(attack.l2tp, target), [])
    for target in ("198.18.0.1", gateway.session_of("beth")["vip"]):
        equal(f"ping {target} from inside a tunnel", alice.ping(target, count=2), 0)
    equal("no worker heard of it", tunnels(gateway), logged)
    equal("the clients are as they were", [alice.ping(SERVER), beth.ping(SERVER)], [3, 3])


def the_probe_can_see(net):
    """An xl2tpd that listens openly answers the probe."""
    node = net.inet
    open_one = Xl2tpd(node, f"[global]\nlisten-addr = {WEB}\nport = 1701\naccess control = no\n"
                            "[lns default]\nlocal ip = 10.1.1.1\nip range = 10.1.1.2-10.1.1.9\n")
    open_one.start()
    check("the probe hears an open xl2tpd",
          holds(lambda: any("bytes" in answer for answer in net.c1.call(attack.l2tp, WEB, 1701)), 30))
    open_one.stop()


def tunnels(gateway):
    """Tunnel requests that any worker saw, by the kernel's count of datagrams that a socket on 1701 got."""
    with gateway.node.network(), open("/proc/thread-self/net/udp", encoding="ascii") as table:
        drops = sum(int(line.split()[-1]) for line in table if line.split()[1].endswith(":06A5"))
    return {"l2tp": len(gateway.node.run("ip l2tp show tunnel").stdout.splitlines()), "drops": drops}


SPOOFED = ("10.99.0.201", "192.168.55.5", "10.77.0.55", "198.51.100.77")


def test_inside_the_tunnel():
    net = Topology(direct=1, nat1=1)
    gateway = started(net, routing={"nat": "none"})  # sources are seen as they were sent
    alice, beth = Client(net.c0, "alice"), Client(net.c1, "beth")
    equal("both are in", connect_all([alice, beth]), {})
    net.gw.spawn(serve)
    wait_until(lambda: net.srv.call(attack.tcp, "10.77.0.1", PORT) == "connected", 20, "the gateway's own service")
    spoofing(net, alice, beth)
    with Capture(beth.node, beth.ifname()) as heard:
        equal("clients do not reach each other", alice.ping(beth.address()), 0)
        equal("nor by TCP", net.c0.call(attack.tcp, beth.address(), 9), "silence")
    from_alice = [str(packet) for _, packet in ipv4(heard.path) if str(packet.source) == alice.address()]
    equal("not one packet arrives", from_alice, [])
    for target in (LOCAL, "10.77.0.1"):
        check(f"a service of the gateway that is not named is closed at {target}",
              net.c0.call(attack.tcp, target, PORT) != "connected")
    equal("ping is a service that is named", alice.ping(LOCAL), 3)
    equal("both still work", [alice.ping(SERVER), beth.ping(SERVER)], [3, 3])
    equal("and are still up", len([one for one in gateway.sessions() if one["state"] == "up"]), 2)


def spoofing(net, alice, beth):
    net.c0.ip(*(f"addr add {address}/32 dev lo" for address in SPOOFED), f"addr add {beth.address()}/32 dev lo")
    net.srv.ip(*(f"route add {address}/32 via 10.77.0.1" for address in SPOOFED if address.startswith("10.77.")))
    with Capture(net.gw, "lan") as lan, Capture(net.gw, "wan", "icmp") as wan:
        equal("its own address is good", alice.ping(SERVER), 3)
        for address in (*SPOOFED, beth.address()):
            for target in (SERVER, WEB):
                net.c0.run(f"ping -n -q -c 2 -i 0.2 -W 1 -I {address} {target}", check=False)
    own = alice.address()
    seen = {str(packet.source) for _, packet in ipv4(lan.path) if str(packet.target) == SERVER}
    equal("the server sees one source only", seen, {own})
    equal("and the internet none of the others", [str(Ip(data)) for _, data in packets(wan.path)], [])
    net.c0.ip(*(f"addr del {address}/32 dev lo" for address in SPOOFED), f"addr del {beth.address()}/32 dev lo")


def test_allow_from():
    net = Topology(direct=2, nat1=1, nat2=1)
    gateway = started(net, firewall={"allow_from": ["203.0.113.0/28"], "deny_from": [NAT_ADDRESS["nat2"] + "/32"],
                                     "isolate_clients": False})
    net.c1.ip("addr flush dev eth0", "addr add 203.0.113.77/24 dev eth0", "route replace default via 203.0.113.254")
    alice, beth = Client(net.c0, "alice"), Client(net.c2, "beth")
    # The kernel logs for its first network namespace only, unless it is told otherwise.
    pathlib.Path("/proc/sys/net/netfilter/nf_log_all_netns").write_text("1")
    outside = {"203.0.113.77": Client(net.c1, "alice"), NAT_ADDRESS["nat2"]: Client(net.c3, "alice")}
    with Capture(net.gw, "wan") as wan:
        for client in outside.values():
            client.start().secure(wait=False)
        equal("who is allowed gets in", connect_all([alice, beth]), {})
        wait_until(lambda: heard(wan, set(outside)) == set(outside), 60, "both others have tried")
        time.sleep(5)  # for an answer that must not come there is no condition to wait for
        counted = net.gw.call(attack.xfrm_errors)
        for node in (net.c1, net.c3):
            node.call(attack.esp, GATEWAY)
        equal("ESP from outside does not reach the kernel's IPsec", net.gw.call(attack.xfrm_errors), counted)
        net.c0.call(attack.esp, GATEWAY)
        equal("from inside it does", net.gw.call(attack.xfrm_errors), counted + 5)
    answered = {str(packet.target) for _, packet in ipv4(wan.path) if str(packet.source) == GATEWAY} & set(outside)
    equal("who is not allowed is not answered", answered, set())
    equal("clients reach each other when not isolated", alice.ping(beth.address()), 3)
    kernel_log = subprocess.run("dmesg", capture_output=True, text=True, check=True).stdout
    for address in outside:
        check(f"the kernel's log tells that {address} was refused, and why",
              re.search(rf"l2tpgw: refused by firewall.*SRC={address} ", kernel_log), kernel_log[-2000:])


def heard(capture, addresses):
    return {str(packet.source) for _, packet in ipv4(capture.path)} & addresses
