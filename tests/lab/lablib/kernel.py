"""What the kernel of a node holds, parsed: SAs, L2TP sessions, links, processes. The witness against which the gateway's
own account is checked."""

import pathlib
import re


def sas(node):
    """{SPI: {"source", "target", "mark", "encap" (source port, target port) or None, "cipher", "bits"}}."""
    found = {}
    for line in node.run("ip -o xfrm state").stdout.replace("\\", " ").splitlines():
        head = re.match(r"src (\S+) dst (\S+).*?proto esp spi 0x([0-9a-f]{8})", line)
        if head:
            cipher, bits = _cipher(line)
            # The inbound SA is found without a mark and puts it on the packets (mark_in_sa = no, set_mark_in).
            mark = re.search(r"(?:output-)?mark (\w+)/", line)
            encap = re.search(r"espinudp sport (\d+) dport (\d+)", line)
            found[int(head[3], 16)] = {
                "source": head[1], "target": head[2], "mark": int(mark[1], 0) if mark else 0,
                "encap": (int(encap[1]), int(encap[2])) if encap else None, "cipher": cipher, "bits": bits,
            }
    return found


GCM_SALT = 32


def _cipher(line):
    """("GCM" or "CBC/hmac", bits of the key)."""
    aead = re.search(r"aead rfc4106\(gcm\(aes\)\) 0x([0-9a-f]+)", line)
    if aead:
        return "GCM", len(aead[1]) * 4 - GCM_SALT
    cipher = re.search(r"enc cbc\((\w+)\) 0x([0-9a-f]+)", line)
    mac = re.search(r"auth-trunc hmac\((\w+)\)", line)
    return f"CBC/{mac and mac[1]}", len(cipher[2]) * 4 if cipher else 0


def block_policies(node):
    """How many policies of the SPD block."""
    return node.run("ip -o xfrm policy").stdout.count("action block")


def l2tp_sessions(node):
    """{(tunnel, session): (peer's tunnel, peer's session)}; session 0 is the kernel's handle of the tunnel itself."""
    listing = node.run("ip l2tp show session").stdout
    ids = re.findall(r"Session ([1-9]\d*) in tunnel (\d+)\s+Peer session (\d+), tunnel (\d+)", listing)
    return {(int(tunnel), int(session)): (int(peer_tunnel), int(peer_session))
            for session, tunnel, peer_session, peer_tunnel in ids}


def links(node):
    """{interface: {"mtu", "local", "remote", "rx_bytes", "tx_bytes"}} of the PPP interfaces that have an address."""
    found = {}
    for link in node.json("ip -j -s addr show"):
        address = next((one for one in link.get("addr_info", []) if one.get("family") == "inet"), None)
        if "POINTOPOINT" in link.get("flags", []) and address:
            stats = link.get("stats64", {})
            found[link["ifname"]] = {
                "mtu": link["mtu"], "local": address["local"], "remote": address.get("address"),
                "rx_bytes": stats.get("rx", {}).get("bytes"), "tx_bytes": stats.get("tx", {}).get("bytes"),
            }
    return found


def arguments(pid):
    """A process's argument list; [] if it is gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def parent(pid):
    try:
        return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return None


def memory(pid):
    """Proportional set size of a process in bytes (its own pages and its share of those it shares)."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+) kB", text, re.M)[1]) * 1024


def conntrack(node, pattern):
    """Entries of conntrack that match a regular expression."""
    listing = node.run("conntrack -L", check=False).stdout
    return [line for line in listing.splitlines() if re.search(pattern, line)]
