"""Other implementations: what the systems propose is answered as it should be, and libreswan gets through."""

import re

from lablib.agreement import Witness, against_itself, against_kernel
from lablib.capture import Capture, fragments, only_ipsec
from lablib.checks import check, equal, note
from lablib.client import Client
from lablib.gateway import Gateway, policy
from lablib.kernel import links, sas
from lablib.libreswan import LIBRARIES, PROGRAMS, LibreswanClient
from lablib.topology import GATEWAY, SERVER, WEB, Topology
from lablib.transfer import serve

GROUP = "peers"
TIMEOUT = 900

# RFC 2409 appendix A, and the names that ike-scan gives what it hears.
CIPHER, HASH = {"aes": 7, "3des": 5, "des": 1}, {"md5": 1, "sha1": 2, "sha256": 4, "sha384": 5, "sha512": 6}
DH = {"modp1024": 2, "modp1536": 5, "modp2048": 14, "modp3072": 15, "ecp256": 19, "ecp384": 20}
HEARD_CIPHER, HEARD_HASH = {"AES": "aes", "3DES": "3des", "DES": "des"}, {"SHA2-256": "sha256", "SHA2-512": "sha512"}

# In the order in which the systems send them.
WINDOWS = ("aes256-sha1-ecp384", "aes128-sha1-ecp256", "aes256-sha1-modp2048", "3des-sha1-modp2048",
           "3des-sha1-modp1024")
APPLE = tuple(f"aes256-{mac}-{group}" for group in ("modp2048", "modp1536", "modp1024")
              for mac in ("sha256", "sha1", "md5", "sha512")) + ("3des-sha1-modp1024",)
CHROMEOS = ("aes128-sha256-modp3072", "aes128-sha1-modp2048", "3des-sha1-modp1536", "3des-sha1-modp1024")
NETWORKMANAGER = ("aes256-sha256-modp2048", "aes256-sha256-modp1536", "aes256-sha256-modp1024", "aes256-sha1-modp2048",
                  "aes256-sha1-modp1536", "aes256-sha1-modp1024", "aes256-sha1-ecp384", "aes128-sha1-modp1024",
                  "aes128-sha1-ecp256", "3des-sha1-modp2048", "3des-sha1-modp1024")
ANDROID_11 = tuple(f"{cipher}-{mac}-modp1024" for cipher, macs in
                   (("aes256", ("sha384", "sha256", "sha512", "sha1", "md5")),
                    ("aes128", ("sha384", "sha256", "sha512", "sha1", "md5")),
                    ("3des", ("sha256", "sha1", "md5")), ("des", ("sha256", "sha1", "md5"))) for mac in macs)
ROUTER = ("3des-md5-modp1024", "3des-sha1-modp1024")
OLD_ROUTER = ("3des-md5-modp1024",)
WINDOWS_VENDORS = ("1e2b516905991c7d7c96fcbfb587e46100000009", "4a131c81070358455c5728f20e95452f",
                   "4048b7d56ebce88525e7de7f00d6c2d3")

REFUSED = "refused"
# Who, what is proposed, and the answer by the legacy switches of the policy.
REPLAYS = {
    "Windows 10": (WINDOWS, "aes256-sha1-ecp384"),
    "Windows 7 without elliptic curves": (WINDOWS[2:], "aes256-sha1-modp2048"),
    "Apple": (APPLE, "aes256-sha512-modp2048"),
    "ChromeOS": (CHROMEOS, "aes128-sha256-modp3072"),
    "NetworkManager-l2tp": (NETWORKMANAGER, "aes256-sha256-modp2048"),
}
WEAK = {"Android 11": ANDROID_11, "a router with 3DES": ROUTER, "an old router": OLD_ROUTER,
        "DES": ("des-md5-modp1024",)}
ADMITTED = {
    (): {},
    ("android-11",): {"Android 11": "aes256-sha256-modp1024"},
    ("3des-router",): {"Android 11": "3des-sha1-modp1024", "a router with 3DES": "3des-sha1-modp1024",
                       "an old router": "3des-md5-modp1024"},
}


def test_replayed_proposals():
    net = Topology(direct=1)
    gateway = Gateway(net.gw)
    for legacy, admitted in ADMITTED.items():
        gateway.write_policy(policy(ipsec={"psk": "a shared secret", "legacy": list(legacy)}))
        warned = gateway.up().stderr
        label = " and ".join(legacy) or "by default"
        equal(f"{label}: each weak switch is warned of", [name for name in legacy if name not in warned], [])
        for who, (proposals, answer) in REPLAYS.items():
            equal(f"{label}: {who}", scan(net.c0, proposals), answer)
        for who, proposals in WEAK.items():
            equal(f"{label}: {who}", scan(net.c0, proposals), admitted.get(who, REFUSED))
        if not legacy:
            check("the log says what the refused ones proposed",
                  gateway.logged(r"203\.0\.113\.10\b.*IKE proposals.*MODP_1024", 30), gateway.log())
    weak_client(net, gateway)


def scan(node, proposals):
    """What ike-scan is answered to a main mode with these proposals: one of them, or REFUSED."""
    argv = ["ike-scan", "--nodns", "--retry=4", "--timeout=3000"]
    argv += [f"--trans={transform(one)}" for one in proposals]
    argv += [f"--vendor={vendor}" for vendor in WINDOWS_VENDORS if proposals[-1] in WINDOWS]
    said = node.run([*argv, GATEWAY]).stdout
    if "NO-PROPOSAL-CHOSEN" in said:
        return REFUSED
    match = re.search(r"Main Mode Handshake returned.*?SA=\((.*?)\)", said, re.S)
    return heard(match[1]) if match else f"nothing that is understood: {said}"


def transform(proposal):
    cipher, mac, group = proposal.split("-")
    name = re.match(r"(3des|des|aes)", cipher)[1]
    length = f",14={cipher.removeprefix('aes')}" if name == "aes" else ""
    return f"(1={CIPHER[name]}{length},2={HASH[mac]},3=1,4={DH[group]},11=1,12=0x00007080)"


def heard(text):
    words = dict(word.split("=", 1) for word in text.split() if "=" in word)
    mac = HEARD_HASH.get(words["Hash"], words["Hash"].lower())
    number = int(re.match(r"\d+", words["Group"])[0])
    group = next(name for name, value in DH.items() if value == number)
    return f"{HEARD_CIPHER[words['Enc']]}{words.get('KeyLength', '')}-{mac}-{group}"


def weak_client(net, gateway):
    """The last switch in use: such a client works to the end."""
    client = Client(net.c0, ike=["3des-sha1-modp1024"], esp=["3des-sha1"]).connect()
    equal("a 3DES router reaches the server", client.ping(SERVER), 3)
    record = gateway.wait_sessions(1)[0]
    check("its proposals are told", "3DES" in record["ike"]["proposal"] and "3DES" in record["esp"]["proposal"], record)


def test_libreswan():
    check("libreswan is there", (PROGRAMS / "pluto").exists(), f"{PROGRAMS}: scripts/lab prepare")
    net = Topology(direct=2, nat1=2)
    gateway = Gateway(net.gw)
    names = ("alice", "beth", "carol", "dora")
    gateway.write_policy(policy(tuple((name, "wonderland") for name in names)))
    gateway.up()
    net.srv.spawn(serve)
    note(net.c0.run([PROGRAMS / "pluto", "--version"], env=LIBRARIES).stdout.strip())
    kinds = (LibreswanClient, Client, LibreswanClient, LibreswanClient)
    clients = {user: kind(node, user, port=40001 if user == "dora" else 1701)
               for user, kind, node in zip(names, kinds, net.clients())}
    with Capture(net.gw, "wan") as wan:
        for user, client in clients.items():
            client.connect()
        traffic(gateway, clients)
        clients["alice"].hangup()
        gateway.wait_sessions(len(clients) - 1)
        equal("one leaves and the others are as they were",
              [clients[name].ping(SERVER) for name in names[1:]], [3, 3, 3])
    equal("nothing but IPsec on the wan", only_ipsec(wan.path, allowed=[WEB]), [])
    equal("no fragments", fragments(wan.path), 0)


def traffic(gateway, clients):
    records = {one["user"]: one for one in gateway.wait_sessions(len(clients))}
    for user, client in clients.items():
        both = client.transfer(SERVER, up=200_000, down=200_000)
        check(f"{user}: TCP both ways", both["ok"], both)
        witness, records = Witness(gateway), {one["user"]: one for one in gateway.sessions()}
        record, after = records[user], links(gateway.node)
        equal(f"{user}: the gateway's account is right",
              [*against_itself(record), *against_kernel(record, witness, after)], [])
        equal(f"{user}: the client has the same SAs",
              {int(record["esp"][name], 16) for name in ("spi_in", "spi_out")} - set(sas(client.node)), set())
        equal(f"{user}: and the same address", record["address"], client.address())
        note(f"{user}: {record['client']}, {record['ike']['proposal']}, {record['esp']['proposal']}")
