"""Whoever has no rights cannot disturb the gateway over its sockets."""

import contextlib
import grp
import os
import socket
import subprocess

from lablib import garbage
from lablib.checks import check, equal, holds, note
from lablib.client import Client
from lablib.gateway import Gateway, policy
from lablib.stream import Stream
from lablib.topology import SERVER, Topology

GROUP = "refusals"
TIMEOUT = 300

CONTROL, ADMISSION = "/run/l2tpgw/control.sock", "/run/l2tpgw/admission.sock"
MEMORY, LOG = 48 << 20, 200_000  # bytes that it may cost


@contextlib.contextmanager
def members():
    """The group that may look at the gateway; its number."""
    subprocess.run(["groupadd", "--system", "l2tpgw"], check=True)
    try:
        yield grp.getgrnam("l2tpgw").gr_gid
    finally:
        subprocess.run(["groupdel", "l2tpgw"], check=True)


def held(gateway):
    """Bytes in memory and descriptors of l2tpgwd."""
    pid, = gateway.pids()
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        memory = next(int(line.split()[1]) << 10 for line in status if line.startswith("VmRSS"))
    return memory, len(os.listdir(f"/proc/{pid}/fd"))


def test_garbage():
    net = Topology(direct=2)
    gateway = Gateway(net.gw)
    gateway.write_policy(policy((("alice", "wonderland"), ("beth", "wonderland"))))
    with members() as group:
        gateway.up()
        alice, beth = Client(net.c0, "alice"), Client(net.c1, "beth")
        alice.connect()
        for path, kind in ((CONTROL, socket.SOCK_STREAM), (ADMISSION, socket.SOCK_SEQPACKET)):
            equal(f"a stranger cannot speak to {path}", net.gw.call(garbage.try_connect, path, kind), "PermissionError")
        check("a member of the group is answered", '"ok"' in net.gw.call(garbage.ask, CONTROL, group))
        check("but may change nothing", "only root" in net.gw.call(garbage.ask, CONTROL, group, "down"))
        pids, before, logged = gateway.pids(), held(gateway), len(gateway.log())
        with Stream([alice], SERVER) as stream:
            siege(net.gw, gateway, beth, group)
        equal("who was there lost nothing", stream.lost, {})
        equal("the same l2tpgwd goes on", gateway.pids(), pids)
        check("what it took it gives back", holds(lambda: held(gateway)[1] <= before[1] + 4, 60), held(gateway))
        check("its memory was bounded", held(gateway)[0] - before[0] < MEMORY, (before, held(gateway)))
        check("and so was its log", len(gateway.log()) - logged < LOG, gateway.log()[-2000:])
        check("a member is answered again", holds(lambda: '"ok"' in net.gw.call(garbage.ask, CONTROL, group), 60, 1))
        gateway.down()


def siege(node, gateway, newcomer, group):
    reader, writer = os.pipe()
    task = node.spawn(garbage.besiege, CONTROL, group, writer)
    os.close(writer)
    equal("hundreds of connections speak garbage", os.read(reader, 1), b"r")
    os.close(reader)
    equal("root is answered all the same", [gateway.status()["state"] for _ in range(3)], ["ready"] * 3)
    check("so is the question for sessions", gateway.session_of("alice"))
    note(f"memory and descriptors under siege: {held(gateway)}")
    newcomer.connect()
    equal("who dials now gets in", newcomer.ping(SERVER), 3)
    check("garbage from root at the other socket is sent", node.call(garbage.pester, ADMISSION) > 400)
    check("and changes nothing", holds(lambda: [one["state"] for one in gateway.sessions()] == ["up", "up"], 30))
    task.kill()
