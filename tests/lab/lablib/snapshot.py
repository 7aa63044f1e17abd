"""The whole state of a node as data, to prove that what was made is gone again."""

import json
import os
import pathlib
import re
import stat

FOLDERS = ("/run", "/etc", "/var/lib")
# Things that change by themselves, or that looking at them changes.
VOLATILE_FILES = re.compile(r"^/run/(lock|utmp)|^/etc/ld\.so\.cache|^/var/lib/systemd/random-seed")
VOLATILE_SYSCTLS = re.compile(r"(nf_conntrack_count|fib_hash|/route/gc_|stable_secret|/flush$|nf_log/)")


def snapshot(node, folders=FOLDERS):
    """{"processes", "links", "addresses", "routes", "rules", "nft", "xfrm_state", "xfrm_policy", "l2tp", "sockets",
    "sysctls", "files"}: each a dict of what is there."""
    return {
        "processes": {str(pid): _command(pid) for pid in node.pids()},
        "links": {link["ifname"]: (link["operstate"], link.get("mtu")) for link in node.json("ip -j link")},
        "addresses": _lines(node, "ip -o addr", _address),
        "routes": _lines(node, "ip route show table all"),
        "rules": _lines(node, "ip rule"),
        "nft": _lines(node, "nft -s list ruleset", str.rstrip, numbered=True),
        "xfrm_state": _lines(node, "ip -o xfrm state"),
        "xfrm_policy": _lines(node, "ip -o xfrm policy"),
        "l2tp": _lines(node, "ip l2tp show tunnel"),
        "sockets": _lines(node, "ss -Hlnxtu", _socket),
        "sysctls": node.call(_sysctls),
        "files": node.call(files_of, folders),
    }


def diff(before, after):
    """What is new, gone or different, as texts: `+ links ppp0 …`."""
    found = []
    for part in before:
        old, new = before[part], after[part]
        found += [f"+ {part} {key} {new[key]}" for key in sorted(new.keys() - old.keys())]
        found += [f"- {part} {key} {old[key]}" for key in sorted(old.keys() - new.keys())]
        found += [f"~ {part} {key} {old[key]} -> {new[key]}" for key in sorted(old.keys() & new.keys())
                  if old[key] != new[key]]
    return found


def save(snap, path):
    pathlib.Path(path).write_text(json.dumps(snap, indent=1, default=str))


def _lines(node, command, shape=str.strip, numbered=False):
    lines = [shape(line) for line in node.run(command).stdout.splitlines() if line.strip()]
    if numbered:
        return {f"{number:05}": line for number, line in enumerate(lines)}
    return {line: "" for line in lines}


def _address(line):
    return re.sub(r"\s+", " ", re.sub(r"valid_lft.*|tentative|\\", "", line)).strip()


def _socket(line):
    """Protocol, address and name; queue lengths and inode numbers are of no interest."""
    return " ".join(word for word in line.split() if not word.isdigit() and word != "*")


def _command(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def _sysctls():
    """Every writable value below /proc/sys/net; those of interfaces that come and go are the links' business."""
    found = {}
    for folder, _, names in os.walk("/proc/sys/net"):
        for name in names:
            path = os.path.join(folder, name)
            if VOLATILE_SYSCTLS.search(path):
                continue
            try:
                if os.stat(path).st_mode & stat.S_IWUSR:
                    found[path] = pathlib.Path(path).read_text().strip()
            except OSError:
                continue
    return found


def files_of(folders=FOLDERS):
    """Type, mode, owner, and for files size and time of change, for files below these folders."""
    found = {}
    for top in folders:
        for folder, names, files in os.walk(top):
            for name in names + files:
                path = os.path.join(folder, name)
                if VOLATILE_FILES.search(path):
                    continue
                try:
                    entry = os.lstat(path)
                except OSError:
                    continue
                shape = (stat.filemode(entry.st_mode), entry.st_uid, entry.st_gid)
                found[path] = shape + ((entry.st_size, entry.st_mtime_ns) if stat.S_ISREG(entry.st_mode) else ())
    return found


def left(before, after):
    """What differs behind a gateway that is down, but for the history, which outlives it."""
    return [line for line in diff(before, after) if " files /var/lib/l2tpgw" not in line]
