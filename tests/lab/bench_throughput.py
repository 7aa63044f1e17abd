"""TCP through l2tpgw against the same daemons set up by hand with one masquerade rule.

    client ─ router (NAT) ─ internet ─ gateway ─ server

Meant for `--icount`: one core, one instruction per ns, so that throughput is one by instructions.
"""

from bench_stream import serve, speed
from bench_table import Table, publish, ratio
from lablib.checks import note
from lablib.client import Client
from lablib.gateway import Gateway, HandBuiltGateway, policy
from lablib.node import destroy_all
from lablib.topology import SERVER, Topology

MTU = 1390
CIPHERS = {"AES-GCM": "aes256gcm16", "AES-CBC": "aes256-sha256"}
WARM, SIZE = 2_000_000, 8_000_000
GOAL = 0.97
REMARK = """
Instructions of the whole VM count, both ends of the connection included, so the gateway's own extra cost is larger than
a ratio shows. Both stacks get one transfer that does not count, so that what a new session causes is over.

Where they go (AES-GCM, thousands for each segment of 1,338 bytes, all nodes; each executed block of the kernel counted
by QEMU and summed up by function), by hand and what l2tpgw adds:
                                             up           down
  all                                   71.7   +8.6   63.6  +12.0
  rules of nftables                      0     +5.9    0     +2.7
  IPsec policies and bundles             4.6   +2.6    4.3   +3.6
  memory, reference counts, RCU         13.2   +0.4   13.1   +3.1
  address translation                    2.1   +0.8    1.6   +0.5
  routes                                 6.4   -1.8    4.1   +1.0
  the rest                              45.4   +0.6   40.5   +1.1
l2tpgwd, charon and xl2tpd take nothing while a transfer runs.

Downwards it is the worker's address translation that costs: undoing it makes the kernel look the route up once and the
policies twice, and make two XFRM bundles for each packet, where the hand-built stack uses the one that its socket
keeps. (One of the two only says "allowed": it comes from the policy that lets the worker's own address through. If the
block policies meant packets without a mark only, that one would not be needed: 0.015 down, 0.01 up; but then they
would not hold where somebody else's rules set marks.) Upwards it is the seven chains that a packet meets on its way
in, decrypted and out; zeroing the stack for each counts as 64 instructions here, which is less on a real machine.
Routes are cheaper than by hand since our charon makes no rule for a routing table. With a software flowtable for
forwarded flows 0.97 up and 0.82 down was seen, but other people's rules would not see these packets any more: it is
not used.
"""


def by_hand(node, cipher):
    HandBuiltGateway(node, esp=[cipher]).up()


def l2tpgw(node, cipher):
    gateway = Gateway(node)
    content = policy(ppp={"mtu": MTU, "mru": MTU})
    content["ipsec"]["esp_proposals"] = [cipher]
    gateway.write_policy(content)
    gateway.up()


def connected(make, cipher):
    """(network, client) with the client up through a gateway that `make` sets up."""
    net = Topology(direct=0, nat1=1)
    make(net.gw, cipher)
    net.srv.spawn(serve)
    return net, Client(net.c0, esp=[cipher], mtu=MTU, routes="lan").connect()


def speeds(client):
    """(up, down) in Mbit/s."""
    client.node.call(speed, SERVER, True, 0, WARM, timeout=900)
    return tuple(client.node.call(speed, SERVER, up, WARM, SIZE, timeout=900) for up in (True, False))


def measured(make, cipher):
    _, client = connected(make, cipher)
    found = speeds(client)
    note(f"{make.__name__} {cipher}: up {found[0]:.1f}, down {found[1]:.1f}")
    destroy_all()
    return found


def throughput():
    table = Table(f"TCP, one client behind NAT, mtu {MTU}, instructions counted, Mbit/s (goal: ratio ≥ {GOAL})",
                  ("", "by hand up", "l2tpgw up", "ratio", "by hand down", "l2tpgw down", "ratio"))
    for name, cipher in CIPHERS.items():
        hand, ours = measured(by_hand, cipher), measured(l2tpgw, cipher)
        table.add(name, hand[0], ours[0], ratio(ours[0], hand[0]), hand[1], ours[1], ratio(ours[1], hand[1]))
    publish("throughput", table, REMARK)
