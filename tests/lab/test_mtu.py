"""The computed MTU is the largest that fits, seen on the wire; MSS and the printed sum say the same."""

import json
import re
import struct

from lablib.capture import Capture, fragments, ipv4, only_ipsec
from lablib.checks import check, equal, wait_until
from lablib.client import Client
from lablib.gateway import POLICY, Gateway, policy
from lablib.topology import SERVER, Topology
from lablib.transfer import PORT, serve, transfer

GROUP = "packets"
TIMEOUT = 900

HEADERS = 28  # IPv4 and ICMP
TCP, SYN = 6, 2
# Ciphers, and what fits behind NAT into 1500 with L2TP's 6 and PPP's 4 bytes (the kernel sends no other).
CIPHERS = {"aes128gcm16": 1420, "aes256-sha256": 1404, "aes256-sha1": 1404}


def test_gcm():
    fits("aes128gcm16")


def test_cbc():
    fits("aes256-sha256")


def fits(cipher):
    net = Topology(direct=0, nat1=1)
    gateway = Gateway(net.gw)
    content = policy()
    content["ipsec"]["esp_proposals"] = [cipher]
    gateway.write_policy(content)
    gateway.up()
    client = Client(net.c0, esp=[cipher], mtu=1500).connect()
    wait_until(lambda: [one["state"] for one in gateway.sessions()] == ["up"], 30, "the session is up")
    record = gateway.sessions()[0]
    mtu = record["mtu"]
    equal("the MTU is the largest that fits", mtu, CIPHERS[cipher])
    printed(gateway, mtu)
    with Capture(net.gw, "wan") as wan, Capture(net.gw, "lan") as lan, Capture(net.c0, client.ifname()) as inside:
        # The client believes in 1500 whatever was agreed: only the clamp stands between it and fragments.
        agreed = net.c0.json(f"ip -j link show {client.ifname()}")[0]["mtu"]
        net.c0.ip(f"link set {client.ifname()} mtu 1500")
        bulk(net, client)
        net.c0.ip(f"link set {client.ifname()} mtu {agreed}")
        pings(net, client, mtu)
    equal("not one outer fragment", fragments(wan.path), 0)
    largest = max(packet.size for _, packet in ipv4(wan.path))
    check("full packets fill the outer MTU but for the padding", 1500 - 16 < largest <= 1500, largest)
    segments(lan, inside, mtu, gateway.json("mtu")["mru"]["value"])
    equal("nothing but IPsec on the wan", only_ipsec(wan.path), [])
    one_more(net, record, mtu, client)
    too_large(net, gateway, mtu)


def printed(gateway, mtu):
    """The sum that `mtu` prints predicts it, and ends with it."""
    text = gateway.cli("mtu").stdout
    check("mtu prints a sum of several lines", len(text.splitlines()) >= 5, text)
    check("it says the MTU", re.search(rf"\b{mtu}\b", text), text)
    check("it says the MTU of the wan", re.search(r"\b1500\b", text), text)
    told = gateway.json("mtu")
    for key in ("mtu", "mru"):
        first, *rest = [line["bytes"] for line in told[key]["sum"]]
        equal(f"the JSON's sum for {key} comes out", first - sum(rest), told[key]["largest"])
    equal("and its MTU is that", (told["outer"], told["mtu"]["value"], told["mtu"]["largest"]), (1500, mtu, mtu))


def bulk(net, client):
    """TCP sets DF on every packet by default."""
    net.srv.spawn(serve)
    net.c0.spawn(serve)
    both = client.transfer(SERVER, up=1_000_000, down=1_000_000)
    check("bulk transfer both ways from the client", both["ok"], both)
    address = client.address()
    back = net.srv.call(transfer, address, 300_000, 300_000, timeout=120)
    check("bulk transfer both ways from the server", back["ok"], back)


def pings(net, client, mtu):
    address = client.address()
    equal("a DF packet of exactly the MTU passes from the server",
          net.srv.ping(address, size=mtu - HEADERS, df=True, count=2), 2)
    equal("one more byte is refused, and the server told", net.srv.ping(address, size=mtu + 1 - HEADERS, df=True), 0)
    equal("a large packet without DF passes in pieces",
          net.srv.run(f"ping -M dont -n -q -c 2 -s 3000 {address}", check=False).stdout.count(" 2 received"), 1)


def segments(lan, inside, mtu, mru):
    """MSS of the SYNs that were forwarded: what a client tells limits what it gets, what it is told what it sends."""
    to_lan, to_client = syns(lan, "lan"), syns(inside, "client")
    equal("SYNs of the client tell a segment that fills our MTU", to_lan, {mtu - 40})
    equal("SYNs to the client tell one that fills our MRU", to_client, {min(mtu, mru) - 40})


def syns(capture, side):
    """MSS of the SYNs, of both kinds, that came out there."""
    found = set()
    for _, packet in ipv4(capture.path):
        if packet.protocol == TCP and PORT in packet.ports and packet.payload[13] & SYN:
            if (str(packet.source) == SERVER) == (side == "client"):
                found.add(maximum_segment(packet.payload))
    return found


def maximum_segment(tcp):
    options, position = tcp[20:(tcp[12] >> 4) * 4], 0
    while position < len(options) and options[position]:
        if options[position] == 1:
            position += 1
            continue
        if options[position] == 2:
            return struct.unpack(">H", options[position + 2:position + 4])[0]
        position += options[position + 1]
    return None


def one_more(net, record, mtu, client):
    """The sum is tight: at one byte more the wire has fragments, which also shows that the capture can see them."""
    name = record["interface"]
    with Capture(net.gw, "wan") as wan:
        net.gw.ip(f"link set {name} mtu {mtu + 1}")
        net.srv.ip("route flush cache")
        net.srv.ping(client.address(), size=mtu + 1 - HEADERS, df=True, count=2)
        net.gw.ip(f"link set {name} mtu {mtu}")
    check("one byte more is fragmented", fragments(wan.path) > 0, [str(packet) for _, packet in ipv4(wan.path)])


def too_large(net, gateway, mtu):
    content = json.loads(net.gw.read(POLICY))
    content["ppp"] = {"mtu": mtu + 1}
    refused = gateway.cli("check", "-", check=False, input=json.dumps(content, indent=2))
    equal("a hand-set MTU that would fragment is an invalid policy", refused.returncode, 65)
    said = refused.stdout + refused.stderr
    check("the error has the sum", re.search(rf"\b{mtu}\b", said) and "1500" in said, said)
    content["ppp"] = {"mtu": mtu}
    equal("one that fits is a valid one", gateway.cli("check", "-", input=json.dumps(content)).returncode, 0)
