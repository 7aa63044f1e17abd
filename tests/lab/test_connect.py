"""Clients of every kind at once, and what the gateway says of them."""

import contextlib
import pathlib
import re
import time

from lablib.agreement import disagreements
from lablib.capture import Capture, fragments, ipv4, only_ipsec
from lablib.checks import check, equal, note
from lablib.client import Client, connect_all
from lablib.gateway import Gateway, policy
from lablib.topology import GATEWAY, NAT_ADDRESS, SERVER, WEB, Topology
from lablib.transfer import serve

GROUP = "clients"
TIMEOUT = 600

USERS = tuple((name, f"{name} has a secret of her own") for name in ("alice", "beth", "carol", "dora", "emma"))
# What the systems propose (only those the gateway shall take), one kind for each client.
PROPOSALS = (
    {"ike": ["aes256-sha1-ecp384"], "esp": ["aes256-sha1", "aes128-sha1"]},               # Windows
    {"ike": ["aes256-sha1-ecp384"], "esp": ["aes256-sha1", "aes128-sha1"]},
    {"ike": ["aes256-sha256-modp2048", "aes256-sha1-modp2048"], "esp": ["aes256-sha1"]},  # Apple
    {"ike": ["aes128-sha1-modp2048"], "esp": ["aes128gcm16", "aes128-sha256"]},           # ChromeOS
    {"ike": ["aes256-sha256-modp2048"], "esp": ["aes256-sha1", "aes128-sha1"]},           # NetworkManager-l2tp
)


MODPROBE = pathlib.Path("/proc/sys/kernel/modprobe")


@contextlib.contextmanager
def modules_asked_for(node):
    """The kernel's requests for modules meanwhile, as a function that lists them."""
    before, log = MODPROBE.read_text(), node.path("/run/modprobe.log")
    node.write("/run/modprobe", f'#!/bin/sh\necho "$*" >>{log}\nexec {before.strip()} "$@"\n', 0o755)
    MODPROBE.write_text(str(node.path("/run/modprobe")))
    try:
        yield lambda: log.read_text().splitlines() if log.exists() else []
    finally:
        MODPROBE.write_text(before)


def test_one_direct_and_four_behind_one_nat():
    net = Topology(direct=1, nat1=4)
    gateway = Gateway(net.gw)
    gateway.write_policy(policy(USERS))
    gateway.up()
    net.srv.spawn(serve)
    net.inet.spawn(serve)
    clients = {user: Client(node, user, password, port=0 if node.name == "c4" else 1701, **proposals)
               for node, (user, password), proposals in zip(net.clients(), USERS, PROPOSALS)}
    with Capture(net.gw, "wan") as wan:
        with modules_asked_for(net.gw) as requests:
            connect(clients, gateway)
            equal("no login makes the kernel look for a module", [one for one in requests() if "l2tpgw" in one], [])
        equal("the gateway's account agrees with charon, the kernel and the clients",
              disagreements(gateway, clients), [])
        traffic(clients)
        equal("and it agrees after traffic", disagreements(gateway, clients), [])
        table(gateway, clients)
    equal("nothing but IPsec on the wan", only_ipsec(wan.path, allowed=[WEB]), [])
    equal("no fragments", fragments(wan.path), 0)
    largest = max((packet.size for _, packet in ipv4(wan.path) if WEB not in (str(packet.source), str(packet.target))),
                  default=0)
    check("full-size packets went through it", largest > max(one["mtu"] for one in gateway.sessions()), largest)
    leave(clients, gateway)


def connect(clients, gateway):
    started = time.monotonic()
    equal("all connect at once", connect_all(list(clients.values())), {})
    note(f"{len(clients)} clients in {time.monotonic() - started:.1f} s")
    records = gateway.wait_sessions(len(clients))
    natted = [one for one in records if one["peer"]["behind_nat"]]
    equal("those behind the NAT share its address", {one["peer"]["address"] for one in natted}, {NAT_ADDRESS["nat1"]})
    equal("and have ports of their own", len({one["peer"]["port"] for one in natted}), 4)


def traffic(clients):
    for user, client in clients.items():
        inside = client.transfer(SERVER, up=200_000, down=200_000)
        check(f"{user} and the server: TCP both ways", inside["ok"], inside)
        equal(f"the server sees the gateway for {user}", inside["peer"], "10.77.0.1")
        outside = client.transfer(WEB, up=100_000, down=100_000)
        check(f"{user} and the internet: TCP both ways", outside["ok"], outside)
        equal(f"the internet sees the gateway for {user}", outside["peer"], GATEWAY)


def table(gateway, clients):
    lines = gateway.cli("sessions").stdout.splitlines()
    equal("the table has one line for each", len(lines), len(clients) + 1)
    for user, client in clients.items():
        line = next((line for line in lines if line.startswith(user)), "")
        check(f"the table tells {user}'s address", re.search(rf"\b{re.escape(client.address())}\b", line), lines)


def leave(clients, gateway):
    first = next(iter(clients))
    clients[first].hangup()
    gateway.wait_sessions(len(clients) - 1)
    rest = {user: client for user, client in clients.items() if user != first}
    equal("one leaves and the others are as they were", disagreements(gateway, rest), [])
