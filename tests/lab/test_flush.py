"""Somebody else flushes the ruleset while clients are connected: nothing leaves in clear, nothing plain gets in."""

import time

from lablib import attack
from lablib.agreement import disagreements
from lablib.capture import Capture, only_ipsec
from lablib.checks import check, equal, holds, note, wait_until
from lablib.client import Client, connect_all
from lablib.gateway import Gateway, policy
from lablib.kernel import block_policies
from lablib.topology import GATEWAY, SERVER, WEB, Topology

GROUP = "packets"
TIMEOUT = 900

# Somebody else's table that needs NAT: its hooks keep translating what conntrack knows.
FOREIGN = """
table ip foreign {
 chain post { type nat hook postrouting priority 90; policy accept; ip saddr 172.31.0.0/16 masquerade
 }
 chain pre { type nat hook prerouting priority -90; policy accept; ip daddr 172.31.0.1 dnat to 172.31.0.2
 }
 chain input { type nat hook input priority 90; policy accept;
 }
 chain output { type nat hook output priority -90; policy accept;
 }
}
"""
OBSERVED = 8  # seconds without the table


def test_flush():
    net = Topology(direct=2, nat1=2)
    gateway = Gateway(net.gw)
    names = ("alice", "beth", "carol")
    gateway.write_policy(policy(tuple((name, "wonderland") for name in names)))
    gateway.up()
    clients = {user: Client(node, user) for user, node in zip(names, (net.c0, net.c2, net.c3))}
    equal("all connect", connect_all(list(clients.values())), {})
    check("block policies stand behind the table", block_policies(net.gw) >= 2)
    for foreign in (False, True):
        flushed(net, gateway, clients, foreign, alive=True)
        flushed(net, gateway, clients, foreign, alive=False)


def flushed(net, gateway, clients, foreign, alive):
    label = ("with a foreign table" if foreign else "alone") + (", l2tpgwd running" if alive else ", l2tpgwd killed")
    if not alive:
        gateway.kill("l2tpgwd")
    # What others send to the gateway in clear is theirs; what it sends is what counts. (The clients' own way to
    # the internet shows as the gateway and WEB: that is so with the table, and without it as an inner address.)
    with Capture(net.gw, "wan", f"src host {GATEWAY} or src net 10.0.0.0/8 or src net 198.18.0.0/15") as wan:
        ways = [(client.node, target) for client in clients.values() for target in (SERVER, WEB)]
        ways += [(net.srv, client.address()) for client in clients.values()]
        streams = [node.popen(["ping", "-n", "-q", "-i", "0.2", target], stdout=-3, stderr=-3)
                   for node, target in ways]
        time.sleep(1)
        net.gw.run("nft flush ruleset")
        if foreign:
            net.gw.nft(FOREIGN)
        if alive:
            check(f"{label}: the table is restored", holds(lambda: has_table(net.gw), 60), "no table after 60 s")
        else:
            time.sleep(OBSERVED)
            check(f"{label}: it is really gone", not has_table(net.gw))
            for target in (GATEWAY, "198.18.0.1"):
                equal(f"{label}: plain L2TP to {target} is not answered", net.c1.call(attack.l2tp, target, 1701), [])
            new_client_gets_nothing(net, label)
            gateway.up()
            check(f"{label}: `up` restores the table", has_table(net.gw))
        resumed(clients, label)
        for stream in streams:
            stream.kill()
            stream.wait()
    equal(f"{label}: not one byte in clear", only_ipsec(wan.path, allowed=[WEB]), [])
    # What was sent while nothing came through was counted by its sender alone.
    equal(f"{label}: all agree",
          [text for text in disagreements(gateway, clients) if "the client counted" not in text], [])
    if foreign:
        check(f"{label}: the foreign table is as it was", "table ip foreign" in net.gw.run("nft list tables").stdout)


def has_table(node):
    return "table inet l2tpgw" in node.run("nft list tables").stdout


def resumed(clients, label):
    began = time.monotonic()
    for user, client in clients.items():
        check(f"{label}: {user}'s traffic resumes", holds(lambda client=client: client.ping(SERVER, count=1), 60))
    note(f"{label}: all traffic is back after {time.monotonic() - began:.1f} s")


def new_client_gets_nothing(net, label):
    """An SA alone, made now, leads to no worker and to no answer in clear."""
    stranger = Client(net.c1, "alice")
    stranger.start().secure().dial()
    wait_until(lambda: stranger.sas(), 30, "the stranger's SA")
    time.sleep(2)
    check(f"{label}: who dials now is not connected", not stranger.is_up())
    stranger.stop()
