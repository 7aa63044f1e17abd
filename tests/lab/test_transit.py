"""What only passes through the gateway is not taken for its own."""

import socket

from lablib.checks import check, wait_until
from lablib.gateway import Gateway, policy
from lablib.topology import WEB, Topology

GROUP = "packets"
TIMEOUT = 120

ESP_IN_UDP, IKE_IN_UDP = b"\x01\x02\x03\x04" * 8, bytes(4) + b"\x01\x02\x03\x04" * 7
PORT = 4500


def echo(address, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as service:
        service.bind((address, port))
        while True:
            data, peer = service.recvfrom(2048)
            service.sendto(data, peer)


def asked(address, port, payload, tries=5):
    """The answer to a datagram, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(1)
        for _ in range(tries):
            client.sendto(payload, (address, port))
            try:
                return client.recv(2048)
            except TimeoutError:
                continue
    return None


def test_others_ipsec_passes():
    """A host behind the gateway with a VPN client of its own, to a server elsewhere."""
    net = Topology(direct=0)
    net.inet.ip("route add 10.77.0.0/24 via 198.51.100.1")
    net.inet.spawn(echo, WEB, PORT)
    gateway = Gateway(net.gw)
    gateway.write_policy(policy())
    gateway.up()
    wait_until(lambda: "tproxy" in net.gw.run("nft list chain inet l2tpgw raw_pre").stdout, 30, "the rule is there")
    for name, payload in (("IKE", IKE_IN_UDP), ("ESP in UDP", ESP_IN_UDP)):
        check(f"{name} passes both ways", net.srv.call(asked, WEB, PORT, payload) == payload, "no answer")
