"""The lab proves itself: a gateway configured by hand and real clients, without l2tpgw."""

import re
import time

from lablib.capture import Capture, fragments, only_ipsec
from lablib.checks import check, equal, note
from lablib.client import Client, connect_all
from lablib.gateway import HandBuiltGateway
from lablib.snapshot import diff, snapshot
from lablib.topology import GATEWAY, SERVER, WEB, Topology
from lablib.transfer import serve

GROUP = "lab"
TIMEOUT = 600


def test_direct_client():
    net = Topology(direct=1)
    gateway = HandBuiltGateway(net.gw).up()
    client = Client(net.c0)
    net.srv.spawn(serve)
    net.inet.spawn(serve)
    with Capture(net.gw, "wan") as wan:
        client.connect()
        note("client is up")
        equal("ping through the tunnel", client.ping(SERVER), 3)
        both = client.transfer(SERVER, up=200_000, down=200_000)
        check("TCP both ways", both["ok"], both)
        equal("the internet sees the gateway", client.transfer(WEB, up=1000, down=1000)["peer"], GATEWAY)
        view = client.view()
        client.rekey_child()
        equal("ping after a rekey", client.ping(SERVER), 3)
        check("the rekey gave a new SPI", client.view()["spi_in"] != view["spi_in"], view)
        client.hangup()
    equal("nothing but IPsec on the wan", only_ipsec(wan.path, allowed=[WEB]), [])
    equal("no fragments", fragments(wan.path), 0)
    check("the capture can see L2TP", only_ipsec(wan.path), "the open traffic to the internet was not noticed")
    equal("ESP as configured", view["esp"], "AES_GCM_16/128")
    check("its own view is whole", None not in view.values(), view)
    gateway.down()


def test_three_behind_one_nat():
    net = Topology(direct=1, nat1=3, nat2=1)
    HandBuiltGateway(net.gw, with_fabric=True).up()
    clients = [Client(node, port=0 if node.name == "c4" else 1701) for node in net.clients()]
    started = time.monotonic()
    equal("all connect at once", connect_all(clients), {})
    note(f"{len(clients)} clients in {time.monotonic() - started:.1f} s")
    net.srv.spawn(serve)
    for client in clients:
        answer = client.transfer(SERVER, up=50_000, down=50_000)
        check(f"{client.node}: full-size TCP both ways", answer["ok"] and answer["peer"] == client.address(), answer)
    clients[1].vanish()
    equal("another is not touched by one that vanishes", clients[2].ping(SERVER), 3)
    # One that dials anew from its old port may reach its old tunnel only: that is what the bare stack does.
    clients[4].vanish()
    clients[4].connect()
    check("one that vanished dials again", clients[4].is_up())


# What ip_forward and charon change of themselves.
OWN_SYSCTLS = re.compile(r"sysctls .*/(ip_forward|forwarding|accept_redirects|xfrm_acq_expires) ")


def test_conservation():
    net = Topology(direct=1)
    before = snapshot(net.gw)
    gateway = HandBuiltGateway(net.gw).up()
    check("the snapshot sees a gateway", any("xl2tpd" in line for line in diff(before, snapshot(net.gw))))
    gateway.down()
    left = [line for line in diff(before, snapshot(net.gw)) if " files /" not in line and not OWN_SYSCTLS.search(line)]
    equal("nothing is left", left, [])


def test_twenty_behind_one_nat():
    net = Topology(direct=0, nat1=20)
    HandBuiltGateway(net.gw, with_fabric=True).up()
    clients = [Client(node) for node in net.clients()]
    started = time.monotonic()
    equal("all connect at once", connect_all(clients), {})
    note(f"{len(clients)} clients in {time.monotonic() - started:.1f} s")
    equal("every one of them reaches the server", [client.ping(SERVER, count=1) for client in clients], [1] * 20)
