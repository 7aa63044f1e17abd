"""What somebody without rights sends, and what came back. Functions for `node.call`; they need nothing of the lab."""

import errno
import random
import socket
import struct
import time

L2TP = 1701
ESP = 50


def avp(kind, value):
    return struct.pack(">HHH", 0x8000 | (6 + len(value)), 0, kind) + value


def start_control_connection():
    """An SCCRQ as any L2TP client sends it first (RFC 2661, 6.1); of a new tunnel each time."""
    tunnel = random.randint(1, 65535)
    body = (avp(0, b"\0\1") + avp(2, b"\1\0") + avp(3, b"\0\0\0\3") + avp(7, b"intruder")
            + avp(9, struct.pack(">H", tunnel)) + avp(10, b"\0\4"))
    return struct.pack(">HHHHHH", 0xc802, 12 + len(body), 0, 0, 0, 0) + body


def l2tp(host, source_port=0, source="", port=L2TP, tries=3, wait=1.0):
    """Sends an SCCRQ a few times; what came back, as texts (ICMP errors are answers too)."""
    answers = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((source, source_port))
        probe.settimeout(wait)
        try:
            probe.connect((host, port))
        except OSError as error:
            return [f"cannot even be sent: {errno.errorcode[error.errno]}"]
        for _ in range(tries):
            try:
                probe.send(start_control_connection())
                answers.append(f"{len(probe.recv(4096))} bytes")
            except TimeoutError:
                continue
            except OSError as error:
                answers.append(errno.errorcode[error.errno])
    return answers


def tcp(host, port, wait=3.0):
    """"connected", "refused" or "silence"."""
    try:
        socket.create_connection((host, port), timeout=wait).close()
        return "connected"
    except ConnectionRefusedError:
        return "refused"
    except OSError:
        return "silence"


def esp(host, count=5, spi=0xbadc0de):
    """Sends ESP packets of an SA that nobody has."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, ESP) as raw:
        for number in range(count):
            raw.sendto(struct.pack(">II", spi, number + 1) + bytes(64), (host, 0))
            time.sleep(0.05)


def xfrm_errors(name="XfrmInNoStates"):
    """A counter of /proc/net/xfrm_stat of the node this runs in."""
    with open("/proc/self/net/xfrm_stat", encoding="ascii") as table:
        return next(int(line.split()[1]) for line in table if line.split()[0] == name)
