"""How long a session takes to come up, by stage, as the client sees it: l2tpgw against the stack set up by hand.

The clients are direct ones: the stack set up by hand cannot serve several behind one NAT.
"""

import datetime
import re
import statistics
import struct

from bench_table import Table, publish, ratio
from lablib.capture import Capture
from lablib.checks import note
from lablib.client import Client, connect_all
from lablib.daemons import CHARON_LOG
from lablib.gateway import Gateway, HandBuiltGateway, policy
from lablib.node import destroy_all
from lablib.topology import GATEWAY, Topology

STAGES = ("Main Mode", "Quick Mode", "SCCRQ to ICCN", "ICCN to LCP (pppd starts)", "LCP", "CHAP", "IPCP")
DIALS = 5  # of a single client
MANY = 20
GOAL = 1.05
GROUP = 7
# L2TP as it is before encryption and after decryption. Each packet is handed over by itself: in heaps, as by default,
# all of one heap would seem to have come at the same time.
LOG = f"log group {GROUP} queue-threshold 1"
TAP = f"""
table ip tap {{
    chain in {{ type filter hook input priority 0; policy accept; udp sport 1701 {LOG}
    }}
    chain out {{ type filter hook output priority 0; policy accept; udp dport 1701 {LOG}
    }}
}}
"""
MILLISECONDS = "    filelog { log { time_add_ms = yes } }\n"
NFLOG_HEADER, NFULA_PAYLOAD = 4, 9
CONTROL, LENGTH, SEQUENCE, OFFSET = 0x8000, 0x4000, 0x0800, 0x0200
SCCRQ, ICCN = 1, 12
LCP, CHAP, IPCP = 0xc021, 0xc223, 0x8021
CONFIGURE_ACK, CHALLENGE, SUCCESS = 2, 1, 3


def logged(path):
    """(time, IPv4 packet) of each packet in a capture of an nflog group."""
    data, position = path.read_bytes(), 24
    while position + 16 <= len(data):
        seconds, fraction, size, _ = struct.unpack_from("<IIII", data, position)
        packet = attribute(data[position + 16:position + 16 + size])
        position += 16 + size
        if packet:
            yield seconds + fraction / 1e6, packet


def attribute(frame, wanted=NFULA_PAYLOAD):
    position = NFLOG_HEADER
    while position + 4 <= len(frame):
        size, kind = struct.unpack_from("<HH", frame, position)
        if kind == wanted:
            return frame[position + 4:position + size]
        position += max(4, size + 3 & ~3)
    return None


def message(l2tp):
    """("control", message type) or (PPP protocol, code); None for what is neither."""
    flags, position = struct.unpack_from(">H", l2tp)[0], 2
    if flags & CONTROL:
        return ("control", struct.unpack_from(">H", l2tp, 18)[0]) if len(l2tp) >= 20 else None
    position += 2 * bool(flags & LENGTH) + 4 + 4 * bool(flags & SEQUENCE)
    if flags & OFFSET:
        position += 2 + struct.unpack_from(">H", l2tp, position)[0]
    position += 2 * (l2tp[position:position + 2] == b"\xff\x03")
    if len(l2tp) < position + 3:
        return None
    return struct.unpack_from(">H", l2tp, position)[0], l2tp[position + 2]


def packet_times(path):
    """Of each dial: {milestone: time}."""
    dials = []
    for time, packet in logged(path):
        received = ".".join(map(str, packet[12:16])) == GATEWAY
        what = message(packet[(packet[0] & 15) * 4 + 8:])
        if what == ("control", SCCRQ) and (not dials or "ICCN" in dials[-1]):
            dials.append({"SCCRQ": time})
        elif dials and what:
            milestone(dials[-1], what, received, time)
    return [dial for dial in dials if "IPCP" in dial]


def milestone(dial, what, received, time):
    kind, code = what
    if what == ("control", ICCN):
        dial.setdefault("ICCN", time)
    elif kind == LCP and received:
        dial.setdefault("LCP", time)
    elif what == (CHAP, CHALLENGE):
        dial.setdefault("LCP done", time)
    elif what == (CHAP, SUCCESS):
        dial.setdefault("CHAP done", time)
    elif what == (IPCP, CONFIGURE_ACK):  # each side sends one
        dial["IPCP"] = time


def ike_times(text):
    """Seconds of (Main Mode, Quick Mode) of each dial."""
    def times(pattern):
        return [datetime.datetime.strptime(stamp, "%H:%M:%S.%f").timestamp()
                for stamp in re.findall(rf"^(\d\d:\d\d:\d\d\.\d{{3}}) .*{pattern}", text, re.M)]
    starts, phases, children = (times(pattern) for pattern in (
        r"initiating Main Mode", r"IKE_SA gateway\[\d+\] established", r"CHILD_SA l2tp\{\d+\} established"))
    return [(phase - start, child - phase) for start, phase, child in zip(starts, phases, children)]


def stages(client, path):
    """Of each dial: seconds of each of STAGES."""
    found = []
    for ike, at in zip(ike_times(client.node.read(CHARON_LOG)), packet_times(path)):
        marks = [at[name] for name in ("ICCN", "LCP", "LCP done", "CHAP done", "IPCP")]
        found.append((*ike, marks[0] - at["SCCRQ"], *(after - before for before, after in zip(marks, marks[1:]))))
    return found


def by_hand(node, users):
    HandBuiltGateway(node, users).up()


def l2tpgw(node, users):
    gateway = Gateway(node)
    gateway.write_policy(policy(users))
    gateway.up()


def dialled(make, count, dials):
    """Stages of all dials of all clients."""
    net = Topology(direct=count)
    users = tuple((f"user{number}", "wonderland") for number in range(count))
    make(net.gw, users)
    clients = [Client(node, user, charon=MILLISECONDS) for node, (user, _) in zip(net.clients(), users)]
    for client in clients:
        client.node.nft(TAP)
    taps = [Capture(client.node, f"nflog:{GROUP}") for client in clients]
    for tap in taps:
        tap.__enter__()
    failed = connect_all(clients)
    if failed:
        raise RuntimeError(f"{make.__name__}: {failed}")
    for _ in range(dials - 1):
        for client in clients:
            client.hangup().secure().dial().wait_up()
    for tap in taps:
        tap.__exit__()
    found = [one for client, tap in zip(clients, taps) for one in stages(client, tap.path)]
    note(f"{make.__name__}, {count} clients: {len(found)} of {count * dials} dials measured")
    destroy_all()
    return found


def setup():
    tables = []
    for count, dials in ((1, DIALS), (MANY, 1)):
        hand, ours = dialled(by_hand, count, dials), dialled(l2tpgw, count, dials)
        table = Table(f"Setup of a session, {count} client(s) at once, median of {len(hand)} and {len(ours)} dials, ms "
                      f"(goal: ratio ≤ {GOAL})", ("stage", "by hand", "l2tpgw", "ratio"))
        rows = [[statistics.median(column) * 1000 for column in zip(*found)] for found in (hand, ours)]
        totals = [statistics.median(map(sum, found)) * 1000 for found in (hand, ours)]
        for name, before, after in zip((*STAGES, "all of them"), rows[0] + totals[:1], rows[1] + totals[1:]):
            table.add(name, before, after, ratio(after, before))
        tables.append(table)
    publish("setup", *tables)
