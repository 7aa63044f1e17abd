"""The gateway: l2tpgw itself, and the same service configured by hand for comparison."""

import contextlib
import json
import os
import pathlib
import pty
import re
import signal
import subprocess

from .checks import holds, wait_until
from .daemons import CHARON_LOG, XL2TPD_LOG, Charon, Xl2tpd
from .topology import GATEWAY

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("LAB_BUILD", REPOSITORY / "build"))
POLICY = "/etc/l2tpgw/policy.json"
POOL = "10.99.0.0/24"
LOCAL = "10.99.0.1"
LOG = "/var/log/l2tpgw.log"
# What the installed programs find by themselves, and a log that scenarios can read.
ENVIRONMENT = {"L2TPGW_PLUGIN": str(BUILD / "hooks/l2tpgw.so"), "L2TPGW_LOG": LOG}


def policy(users=(("alice", "wonderland"),), psk="a shared secret", **sections):
    """A policy of the smallest kind; sections are merged over it."""
    whole = {
        "version": 1,
        "gateway": {"name": GATEWAY},
        "ipsec": {"psk": psk},
        "addresses": {"pool": POOL, "local": LOCAL},
        "users": [{"name": name, "password": password} for name, password in users],
    }
    for key, value in sections.items():
        whole[key] = {**whole[key], **value} if isinstance(value, dict) and key in whole else value
    return whole


class Gateway:
    """l2tpgw in a node, driven through its command line."""

    vici = "/run/l2tpgw/charon.vici"

    def __init__(self, node):
        self.node = node

    def write_policy(self, content):
        text = content if isinstance(content, (str, bytes)) else json.dumps(content, indent=2)
        self.node.write(POLICY, text, 0o600)

    def cli(self, *arguments, check=True, timeout=120, input=None):
        return self.node.run([BUILD / "l2tpgw", *arguments], check=check, timeout=timeout, input=input,
                             env=ENVIRONMENT)

    def on_terminal(self, *arguments):
        """What a command prints for people; secrets, say, are told to a terminal only."""
        ours, theirs = pty.openpty()
        process = self.node.popen([BUILD / "l2tpgw", *arguments], ENVIRONMENT, stdout=theirs, stderr=subprocess.DEVNULL,
                                  stdin=subprocess.DEVNULL)
        os.close(theirs)
        said = b""
        with contextlib.suppress(OSError):  # EIO is how a terminal ends
            while part := os.read(ours, 4096):
                said += part
        os.close(ours)
        if process.wait(30):
            raise RuntimeError(f"l2tpgw {' '.join(arguments)}: exit {process.returncode}")
        return said.decode(errors="replace").replace("\r\n", "\n")

    def json(self, *arguments, check=True):
        return json.loads(self.cli(*arguments, "--json", check=check).stdout)

    def answer(self, *arguments):
        """(exit status, the object on standard output; or, if there is none, what stands on standard error)."""
        result = self.cli(*arguments, "--json", check=False)
        return result.returncode, json.loads(result.stdout) if result.stdout.strip() else result.stderr

    def up(self, *arguments, check=True, timeout=180):
        return self.cli("up", *arguments, check=check, timeout=timeout)

    def down(self, *arguments, check=True, timeout=120):
        return self.cli("down", *arguments, check=check, timeout=timeout)

    def status(self):
        return self.json("status")

    def sessions(self):
        """The list of sessions, as `sessions --json` has it."""
        return self.json("sessions")["sessions"]

    def identity(self):
        """What must stay the same of each session, whatever is changed."""
        return {one["user"]: (one["id"], one["since"], one["ppp"]["pid"], one["interface"], one["esp"]["mark"], one["worker"])
                for one in self.sessions()}

    def session_of(self, user):
        return next((one for one in self.sessions() if one["user"] == user), None)

    def wait_sessions(self, count, timeout=60):
        """Until there are so many, each of them up: a client knows that it is in before the gateway has written it."""
        def settled():
            found = self.sessions()
            return len(found) == count and all(one["state"] == "up" for one in found) and (found or True)
        return wait_until(settled, timeout, f"{count} sessions", 0.5)

    def pids(self, name="l2tpgwd"):
        """Processes of a part: l2tpgwd, charon-systemd, xl2tpd, pppd."""
        return self.node.pids(name)

    def kill(self, name, number=signal.SIGKILL):
        return self.node.kill(name, number)

    def daemon(self, log="/var/log/l2tpgwd.log"):
        """Starts l2tpgwd in the foreground, as the systemd unit would; returns its Popen."""
        return self.node.start([BUILD / "l2tpgwd"], log, ENVIRONMENT)

    def log(self):
        return self.node.read(LOG) if self.node.exists(LOG) else ""

    def logged(self, pattern, timeout=30, since=0):
        """Waits for a line of the log (from offset `since` on) that matches; returns it, or None."""
        def line():
            return next((one for one in self.log()[since:].splitlines() if re.search(pattern, one)), None)
        return holds(line, timeout)

    def wait_state(self, state="ready", timeout=120):
        """Also while there is no l2tpgwd yet."""
        def reached():
            answer = self.cli("status", "--json", check=False)
            return answer.returncode == 0 and json.loads(answer.stdout)["state"] == state
        return wait_until(reached, timeout, f"gateway is {state}", 0.5)

    def part(self, name):
        """One entry of `status --json`'s parts: charon, xl2tpd-1, …"""
        return next((part for part in self.status()["parts"] if part["name"] == name), None)


XL2TPD = """
[global]
listen-addr = {listen}
port = 1701
access control = no
[lns default]
ip range = 10.99.0.10-10.99.0.250
local ip = 10.99.0.1
require authentication = yes
refuse pap = yes
name = l2tpgw
pass peer = yes
pppoptfile = {options}
length bit = yes
bps = 1000000000
"""
PPP = """
name l2tpgw
auth
require-mschap-v2
noccp
nobsdcomp
nodeflate
novj
noipv6
nodefaultroute
mtu 1400
mru 1400
lcp-echo-interval 30
lcp-echo-failure 4
hide-password
"""
MASQUERADE = """
table ip nat { chain post { type nat hook postrouting priority 100; policy accept;
    ip saddr 10.99.0.0/24 oifname "wan" masquerade
}
}
"""
RING = 4096
# The ruleset that tells clients behind one NAT apart, for gateways without l2tpgw.
FABRIC = """
table inet l2tpgw {{
 map zone_of   {{ typeof meta mark : ct zone;  elements = {{ {zones} }} }}
 map vip_of    {{ typeof meta mark : ip saddr; elements = {{ {addresses} }} }}
 chain raw_pre  {{ type filter hook prerouting priority raw; policy accept;
   meta ipsec exists meta mark != 0 udp dport 1701 ct original zone set meta mark & 0xfff map @zone_of
   iifname "ppp*" meta mark set 0
 }}
 chain dispatch {{ type nat hook prerouting priority dstnat; policy accept;
   meta ipsec exists meta mark != 0 udp dport 1701 dnat ip to 198.18.0.1
 }}
 chain guard    {{ type filter hook input priority mangle; policy accept;
   udp dport 1701 meta ipsec missing counter drop
   ip daddr 198.18.0.0/15 meta ipsec missing counter drop
   ip daddr 198.18.0.0/28 ct mark set meta mark
 }}
 chain disguise {{ type nat hook input priority 100; policy accept;
   ip daddr 198.18.0.0/28 snat ip to meta mark & 0xfff map @vip_of
 }}
 chain restore  {{ type filter hook output priority mangle; policy accept;
   ip saddr 198.18.0.0/28 ct mark != 0 meta mark set ct mark
 }}
 chain leak     {{ type filter hook postrouting priority 150; policy accept;
   ip daddr 198.18.0.0/15 counter drop
   ip saddr 198.18.0.0/15 counter drop
   udp sport 1701 rt ipsec missing counter drop
 }}
 chain clamp    {{ type filter hook forward priority mangle; policy accept;
   tcp flags & (syn|rst) == syn tcp option maxseg size set rt mtu
 }}
}}
"""


def fabric():
    zones = ", ".join(f"{slot} : {slot + 1}" for slot in range(RING))
    addresses = ", ".join(f"{slot} : 198.18.{16 + slot // 256}.{slot % 256}" for slot in range(RING))
    return FABRIC.format(zones=zones, addresses=addresses)


class HandBuiltGateway:
    """strongSwan, xl2tpd, pppd and one masquerade rule, as a careful administrator would set them up; with
    `with_fabric` also the ruleset of l2tpgw, loaded by hand."""

    def __init__(self, node, users=(("alice", "wonderland"),), psk="a shared secret", ike=None, esp=None,
                 with_fabric=False):
        self.node, self.psk, self.with_fabric = node, psk, with_fabric
        secrets = "".join(f'"{name}" l2tpgw "{password}" *\n' for name, password in users)
        node.write("/etc/ppp/chap-secrets", secrets, 0o600)
        options = node.write("/etc/ppp/options.xl2tpd", PPP)
        self.charon = Charon(node, threads=16)
        listen = "198.18.0.1" if with_fabric else GATEWAY
        self.xl2tpd = Xl2tpd(node, XL2TPD.format(listen=listen, options=options))
        marks = {"mark_in": "%unique", "mark_out": "%unique", "set_mark_in": "%same"} if with_fabric else {}
        self.settings = {
            "version": 1, "local_addrs": [GATEWAY], "unique": "never", "rekey_time": "0",
            "proposals": ike or ["aes256-sha256-modp2048", "aes256-sha1-ecp384", "aes256-sha1-modp2048",
                                 "aes128-sha1-modp2048"],
            "dpd_delay": "30s", "dpd_timeout": "120s",
            "local": {"auth": "psk"}, "remote": {"auth": "psk", "id": "%any"},
            "children": {"l2tp": {
                "mode": "transport", "rekey_time": "0", "local_ts": ["dynamic[17/1701]"], "remote_ts": ["dynamic[17]"],
                "esp_proposals": esp or ["aes256gcm16", "aes128gcm16", "aes256-sha1", "aes128-sha1", "aes256-sha256"],
                **marks,
            }},
        }

    def up(self):
        self.node.sysctl("net.ipv4.ip_forward", 1)
        self.node.nft(MASQUERADE + (fabric() if self.with_fabric else ""))
        if self.with_fabric:
            self.node.ip("addr add 198.18.0.1/32 dev lo")
        self.charon.start()
        self.xl2tpd.start()
        self.charon.secret(self.psk)
        self.charon.connection("l2tp", self.settings)
        self.node.wait_for_file(self.xl2tpd.control)
        return self

    def down(self):
        self.xl2tpd.stop()
        self.charon.stop()
        wait_until(lambda: not self.node.pids("pppd"), 30, "pppd ends")
        self.node.run("nft delete table ip nat")
        if self.with_fabric:
            self.node.run("nft delete table inet l2tpgw")
            self.node.ip("addr del 198.18.0.1/32 dev lo")

    def logs(self, lines=25):
        parts = []
        for path in (CHARON_LOG, XL2TPD_LOG):
            if self.node.exists(path):
                parts += [f"--- {self.node} {path}", *self.node.read(path).splitlines()[-lines:]]
        return "\n".join(parts)
