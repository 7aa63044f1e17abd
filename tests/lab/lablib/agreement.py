"""Does what the gateway says of its sessions agree with charon, the kernel and the clients themselves, field by field?"""

import ipaddress
import re

from . import kernel
from .gateway import LOCAL
from .vici import Vici

VIP = int(ipaddress.ip_address("198.18.16.0"))
SLOTS = 4096
# The shape of one entry of `sessions --json`.
SHAPE = {
    "id": None, "user": None, "group": None, "state": None, "since": None, "address": None, "interface": None,
    "mtu": None, "rx_bytes": None, "tx_bytes": None, "slot": None, "vip": None, "worker": None, "client": None,
    "pool": None, "source": None, "class": None, "limits": ("idle", "session", "expires", "hours"), "rate": ("down", "up"),
    "peer": ("address", "port", "behind_nat"), "ike": ("id", "proposal", "identity"),
    "esp": ("proposal", "spi_in", "spi_out", "mark"), "l2tp": ("tunnel", "session"), "ppp": ("pid", "auth"),
}
# One side may have seen a packet that the other has not yet, or not any more.
STRAY_BYTES = 500
LOSS = 0.05  # what a queue in between may drop of a bulk transfer
CLIENTS = {"windows", "apple", "android", "chromeos", "linux", "unknown"}


class Witness:
    """Everything but the gateway's own word, seen at one moment."""

    def __init__(self, gateway):
        node = gateway.node
        self.links, self.sas, self.l2tp = kernel.links(node), kernel.sas(node), kernel.l2tp_sessions(node)
        self.workers = {part["name"]: part["pid"] for part in gateway.status()["parts"]}
        vici = Vici(node.path(gateway.vici))
        self.children = {}
        for _, ike in vici.sas():
            for child in ike.get("child-sas", {}).values():
                if child["state"] == "INSTALLED":
                    self.children[int(child["spi-in"], 16)] = (ike, child)
        vici.close()


def disagreements(gateway, clients, charon=True, quiet=True):
    """What does not agree, as texts; [] is good. `clients`: {user: Client}, all of them up and nobody else.
    `charon`: whether the running charon knows these SAs (it does not after a crash of an earlier one).
    `quiet`: there is no traffic, so that counters on both sides are the same at different moments."""
    before = Witness(gateway)
    records = gateway.sessions()
    after = kernel.links(gateway.node)
    found = []
    names = sorted(record["user"] or "" for record in records)
    if names != sorted(clients):
        found.append(f"users {names}, wanted {sorted(clients)}")
    for record in records:
        problems = list(shape(record))
        if not problems and record["user"] in clients:
            problems = [*against_itself(record), *against_kernel(record, before, after),
                        *(against_charon(record, before) if charon else ()),
                        *against_client(record, clients[record["user"]].view(), quiet)]
        found += [f"{record.get('user')}: {problem}" for problem in problems]
    for name in ("id", "address", "interface", "slot", "vip"):
        values = [record.get(name) for record in records]
        if len(set(values)) != len(values):
            found.append(f"{name} is not unique: {values}")
    return found


def shape(record):
    if record.keys() != SHAPE.keys():
        yield f"members differ: {sorted(record.keys() ^ SHAPE.keys())}"
    for name, members in SHAPE.items():
        if members and set(record.get(name) or ()) != set(members):
            yield f"members of {name}: {sorted(record.get(name) or ())}"
    for name in ("rx_bytes", "tx_bytes", "mtu", "slot"):
        if not isinstance(record.get(name), int):
            yield f"{name} is {record.get(name)!r}, not an integer"
    if not isinstance(record.get("id"), str):
        yield f"id is {record.get('id')!r}, not a string"


def differ(what, said, seen):
    if said != seen:
        yield f"{what}: says {said!r}, is {seen!r}"


def number(value, base=10):
    """Ids are texts in JSON."""
    return int(value, base) if isinstance(value, str) else value


def spi(record, name):
    return number(record["esp"][name], 16)


def against_itself(record):
    slot = number(record["slot"])
    yield from differ("slot of the mark", slot, number(record["esp"]["mark"], 0) % SLOTS)
    yield from differ("vip of the slot", record["vip"], str(ipaddress.ip_address(VIP + slot)))
    match = re.fullmatch(r"l2tpgw(\d+)", record["interface"])
    yield from differ("slot of the interface", slot, match and int(match[1]) % SLOTS)
    yield from differ("state", record["state"], "up")
    yield from differ("authentication", record["ppp"]["auth"], "mschapv2")
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record["since"] or ""):
        yield f"since: {record['since']!r}"
    if record["client"] not in CLIENTS:
        yield f"client: {record['client']!r}"


def against_kernel(record, before, after):
    name = record["interface"]
    link, later = before.links.get(name), after.get(name)
    if not link or not later:
        yield f"no link {name}"
        return
    yield from differ("mtu", record["mtu"], link["mtu"])
    yield from differ("address", record["address"], link["remote"])
    yield from differ("local address", LOCAL, link["local"])
    for counter in ("rx_bytes", "tx_bytes"):
        if not link[counter] <= record[counter] <= later[counter]:
            yield f"{counter}: says {record[counter]}, is between {link[counter]} and {later[counter]}"
    yield from sa_in_kernel(record, before.sas)
    ids = number(record["l2tp"]["tunnel"]), number(record["l2tp"]["session"])
    if ids not in before.l2tp:
        yield f"the kernel has no session {ids}, but {sorted(before.l2tp)}"
    yield from process(record, before.workers, ids)


def sa_in_kernel(record, sas):
    peer, mark = record["peer"], number(record["esp"]["mark"], 0)
    inward, outward = sas.get(spi(record, "spi_in")), sas.get(spi(record, "spi_out"))
    if not inward or not outward:
        yield f"SPIs {record['esp']} are not in the kernel"
        return
    yield from differ("peer of the inbound SA", peer["address"], inward["source"])
    yield from differ("peer of the outbound SA", peer["address"], outward["target"])
    yield from differ("marks of the SAs", (mark, mark), (inward["mark"], outward["mark"]))
    if peer["behind_nat"]:
        yield from differ("port of the inbound SA", (peer["port"], 4500), inward["encap"])
        yield from differ("port of the outbound SA", (4500, peer["port"]), outward["encap"])
    else:
        yield from differ("no encapsulation without NAT", None, inward["encap"])
    yield from differ("ESP cipher", esp_of_kernel(inward), esp_of_kernel(outward))
    yield from differ("ESP proposal", record["esp"]["proposal"], esp_of_kernel(inward))


def esp_of_kernel(sa):
    """As strongSwan writes proposals."""
    if sa["cipher"] == "GCM":
        return f"AES_GCM_16-{sa['bits']}"
    mac = {"sha1": "HMAC_SHA1_96", "sha256": "HMAC_SHA2_256_128", "sha384": "HMAC_SHA2_384_192",
           "sha512": "HMAC_SHA2_512_256"}.get(sa["cipher"].partition("/")[2])
    return f"AES_CBC-{sa['bits']}/{mac}"


def process(record, workers, ids):
    pid = number(record["ppp"]["pid"])
    words = kernel.arguments(pid)
    if not words or not words[0].endswith("pppd"):
        yield f"process {pid} is {words[:1]}, not pppd"
        return
    for option, value in (("ipparam", record["vip"]), ("pppol2tp_tunnel_id", str(ids[0])),
                          ("pppol2tp_session_id", str(ids[1]))):
        said = words[words.index(option) + 1] if option in words else None
        yield from differ(f"{option} of pppd", value, said)
    worker = str(record["worker"])
    worker = worker if worker.startswith("xl2tpd") else f"xl2tpd-{worker}"
    yield from differ("worker", workers.get(worker), kernel.parent(pid))


def against_charon(record, witness):
    ike, child = witness.children.get(spi(record, "spi_in"), (None, None))
    if not ike:
        yield f"charon has no CHILD_SA {record['esp']['spi_in']}"
        return
    peer = record["peer"]
    yield from differ("peer", (peer["address"], peer["port"]), (ike["remote-host"], int(ike["remote-port"])))
    yield from differ("behind NAT", peer["behind_nat"], ike.get("nat-remote") == "yes")
    yield from differ("IKE id", record["ike"]["id"], ike["uniqueid"])
    yield from differ("IKE identity", record["ike"]["identity"], ike["remote-id"])
    yield from differ("mark", number(record["esp"]["mark"], 0), int(child["mark-in"], 16))
    yield from differ("outbound SPI", spi(record, "spi_out"), int(child["spi-out"], 16))


def against_client(record, view, quiet):
    yield from differ("client's address", record["address"], view["address"])
    yield from differ("client's outbound SPI", spi(record, "spi_in"), number(view["spi_out"], 16))
    yield from differ("client's inbound SPI", spi(record, "spi_out"), number(view["spi_in"], 16))
    yield from differ("client's IKE proposal", words(record["ike"]["proposal"]), words(view["ike"]))
    yield from differ("client's ESP proposal", words(record["esp"]["proposal"]), words(view["esp"]))
    yield from differ("client's NAT", record["peer"]["behind_nat"], view["nat"])
    yield from differ("tunnel and session as the client has them",
                      (number(record["l2tp"]["tunnel"]), number(record["l2tp"]["session"])),
                      (view["peer_tunnel"], view["peer_session"]))
    for ours, theirs in (("rx_bytes", "tx_bytes"), ("tx_bytes", "rx_bytes")):
        difference = record[ours] - view[theirs]
        if (abs(difference) if quiet else difference) > STRAY_BYTES + record[ours] * LOSS:
            yield f"{ours}: says {record[ours]}, the client counted {view[theirs]}"


def words(proposal):
    return re.split(r"[-/]", proposal or "")
