"""Captures and what may be read out of them."""

import ipaddress
import signal
import struct

from .checks import OUT, holds, results, wait_until
from .topology import GATEWAY

ETHERNET, RAW_IP, LINUX_SLL, LINUX_SLL2 = 1, 101, 113, 276
PREFIX = {ETHERNET: 14, LINUX_SLL: 16, LINUX_SLL2: 20, RAW_IP: 0}
ICMP, UDP, ESP = 1, 17, 50
IKE_PORTS = {500, 4500}
INNER = [ipaddress.ip_network(text) for text in ("10.0.0.0/8", "192.168.0.0/16", "198.18.0.0/15")]
IP_AT_LEAST = 20
LAST_WORDS = 3  # seconds


class Capture:
    """tcpdump on an interface of a node, as a context manager:

        with Capture(net.gw, "wan") as wan:
            …
        problems = only_ipsec(wan.path)
    """

    number = 0

    def __init__(self, node, interface, expression=""):
        Capture.number += 1
        self.node, self.interface, self.expression = node, interface, expression
        label = results.scenario.replace("/", "-") or "capture"
        self.path = OUT / f"{label}-{Capture.number}-{node}-{interface}.pcap"
        self.size = -1

    def __enter__(self):
        log = f"/var/log/tcpdump-{Capture.number}.log"
        argv = ["tcpdump", "-Z", "root", "-n", "-U", "-s", "0", "-B", "16384", "--immediate-mode",
                "-i", self.interface, "-w", self.path]
        self.process = self.node.start(argv + self.expression.split(), log)
        wait_until(lambda: "listening on" in self.node.read(log), 30, "tcpdump listens")
        return self

    def __exit__(self, *_):
        """What is still in the kernel's buffer when tcpdump is told to end would be lost: it is given time to write it,
        but not for ever, for others may go on sending."""
        holds(self._is_quiet, LAST_WORDS, 0.3)
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)

    def _is_quiet(self):
        before, self.size = self.size, self.path.stat().st_size
        return before == self.size


def packets(path):
    """(time, bytes from the IP or ARP header on) of each packet; other protocols than IPv4 come as they are."""
    for time, protocol, data in frames(path):
        if protocol == 0x0800:
            yield time, data


def frames(path):
    """(time, EtherType, payload) of each frame of a pcap file."""
    with open(path, "rb") as file:
        head = file.read(24)
        if len(head) < 24:
            return
        order = "<" if head[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
        link = struct.unpack(order + "I", head[20:24])[0] & 0xffff
        skip = PREFIX[link]
        while len(header := file.read(16)) == 16:
            seconds, fraction, size, _ = struct.unpack(order + "IIII", header)
            data = file.read(size)
            yield seconds + fraction / 1e6, ether_type(link, data), data[skip:]


def ether_type(link, data):
    if link == RAW_IP:
        return 0x0800 if data and data[0] >> 4 == 4 else 0x86dd
    offset = {ETHERNET: 12, LINUX_SLL: 14, LINUX_SLL2: 0}[link]
    return int.from_bytes(data[offset:offset + 2], "big")


class Ip:
    """The fields of an IPv4 packet that the oracles look at; works on the truncated ones that ICMP quotes too."""

    def __init__(self, data):
        length = (data[0] & 15) * 4
        flags = int.from_bytes(data[6:8], "big")
        self.size = int.from_bytes(data[2:4], "big")
        self.df, self.more, self.offset = bool(flags & 0x4000), bool(flags & 0x2000), (flags & 0x1fff) * 8
        self.protocol = data[9]
        self.source, self.target = ipaddress.ip_address(data[12:16]), ipaddress.ip_address(data[16:20])
        self.payload = data[length:]

    @property
    def fragment(self):
        return self.more or self.offset > 0

    @property
    def ports(self):
        if self.offset or self.protocol not in (6, UDP) or len(self.payload) < 4:
            return ()
        return struct.unpack(">HH", self.payload[:4])

    @property
    def quoted(self):
        """The packet that an ICMP error quotes, or None."""
        if self.protocol != ICMP or self.offset or len(self.payload) < 8 + IP_AT_LEAST:
            return None
        return Ip(self.payload[8:]) if self.payload[0] in (3, 4, 5, 11, 12) else None

    def __str__(self):
        ports = ":".join(map(str, self.ports))
        inner = f" quoting [{self.quoted}]" if self.quoted else ""
        return f"{self.source} > {self.target} protocol {self.protocol} {ports}{inner}"


def ipv4(path):
    for time, data in packets(path):
        if len(data) >= IP_AT_LEAST:
            yield time, Ip(data)


def only_ipsec(path, allowed=()):
    """What a capture of the wan holds besides IKE and ESP, as texts; empty is good. `allowed`: addresses of hosts that
    may talk openly (the internet behind the gateway's NAT). ARP and IPv6's neighbour noise are let through."""
    permitted = {ipaddress.ip_address(text) for text in allowed}
    bad = [f"{time:.3f} {problem}: {packet}" for time, packet in ipv4(path)
           if (problem := _problem(packet, permitted))]
    bad += [f"{time:.3f} IPv6 protocol {data[6]}" for time, protocol, data in frames(path)
            if protocol == 0x86dd and data[6] not in (0, 58)]
    return bad


def _clients_complaint(packet):
    """The host of a client whose xl2tpd has just ended says so, in clear, of what has come out of its SA."""
    quoted = packet.quoted
    return quoted and 1701 in quoted.ports and str(packet.target) == str(quoted.source) == GATEWAY


def _problem(packet, permitted):
    if _clients_complaint(packet):
        return None
    for address in (packet.source, packet.target):
        if any(address in network for network in INNER):
            return "inner address"
    if 1701 in packet.ports:
        return "L2TP in clear"
    if packet.source in permitted or packet.target in permitted:
        return None
    if packet.quoted:
        return _problem(packet.quoted, permitted) and "ICMP quotes " + _problem(packet.quoted, permitted)
    if packet.protocol == ESP or (packet.protocol == UDP and (packet.offset or IKE_PORTS & set(packet.ports))):
        return None
    return "neither IKE nor ESP"


def count(path, wanted):
    """How many IPv4 packets satisfy the function `wanted`."""
    return sum(1 for _, packet in ipv4(path) if wanted(packet))


def fragments(path):
    return count(path, lambda packet: packet.fragment)
