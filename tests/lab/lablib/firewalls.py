"""Other people's firewalls on the gateway, as Debian packages them. Their programs are in LAB_EXTRAS; they are linked
to where they belong, and their configuration is as it is after their installation."""

import os
import pathlib
import re
import shutil

from .checks import wait_until

EXTRAS = pathlib.Path(os.environ.get("LAB_EXTRAS", "/nowhere"))
LIBRARIES = "/usr/lib/x86_64-linux-gnu"
PYTHON = "/usr/lib/python3/dist-packages"
IPTABLES = ("/usr/sbin/xtables-*-multi", "/usr/sbin/ip*tables*", f"{LIBRARIES}/xtables", f"{LIBRARIES}/lib*.so.*")


def lay(*patterns):
    """Links what is missing on this machine to where LAB_EXTRAS has it."""
    for pattern in patterns:
        # What is below /lib in one package is below /usr/lib in another.
        for base in {pattern, pattern.removeprefix("/usr")}:
            for found in EXTRAS.glob(base.lstrip("/")):
                _link(found, pathlib.Path("/") / found.relative_to(EXTRAS))


def _link(found, target):
    if not os.path.lexists(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(found)
    elif found.is_dir() and not found.is_symlink() and target.is_dir() and not target.is_symlink():
        for entry in found.iterdir():
            _link(entry, target / entry.name)


def lay_iptables(variant="nft"):
    """Both kinds of iptables, and the plain names for one of them, as update-alternatives does it."""
    lay(*IPTABLES)
    for name in ("iptables", "iptables-save", "iptables-restore", "ip6tables", "ip6tables-save", "ip6tables-restore"):
        plain = pathlib.Path("/usr/sbin") / name
        plain.unlink(missing_ok=True)
        plain.symlink_to(f"xtables-{variant}-multi")


# A table that an administrator wrote without l2tpgw in mind.
HOSTILE = """\
table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		iifname "lo" accept
		tcp dport 22 accept
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
	}
}
"""


class Firewall:
    """One of them in a node: it begins to filter, and forgets what it was only told at run time."""

    def __init__(self, node):
        self.node = node

    def rules(self):
        """What is in it, without counters: equal if nothing was left there."""
        # Ours may stand anywhere between them.
        lines = re.sub(r"(?ms)^table inet l2tpgw \{.*?^\}$", "", self.node.run("nft -s list ruleset").stdout)
        return [line for line in lines.splitlines() if line.strip()]

    def stop(self):
        """Without a trace in nftables, but for the table of l2tpgw."""
        tables = [line.split()[1:3] for line in self.node.run("nft list tables").stdout.splitlines()]
        self.node.nft("".join(f"delete table {family} {name}\n" for family, name in tables if name != "l2tpgw"))


class Ufw(Firewall):
    name = "ufw"

    def start(self):
        lay_iptables()
        lay("/usr/sbin/ufw", f"{PYTHON}/ufw", "/usr/lib/ufw", "/usr/share/ufw", "/etc/default/ufw")
        shutil.rmtree("/etc/ufw", ignore_errors=True)
        shutil.copytree(EXTRAS / "etc/ufw", "/etc/ufw")
        templates = EXTRAS / "usr/share/ufw"
        for template in [*templates.glob("iptables/*.rules"), *templates.glob("*.init"), templates / "ufw.conf"]:
            shutil.copy(template, "/etc/ufw")
        self.run("--force", "enable")

    def run(self, *words):
        return self.node.run(["/usr/sbin/ufw", *words], timeout=120).stdout

    def rules(self):
        return pathlib.Path("/etc/ufw/user.rules").read_text().split("### RULES ###")[1].split("### END RULES")[0].split()

    def reload(self):
        self.run("reload")

    def stop(self):
        self.run("disable")
        super().stop()


BUS = """<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/></policy></busconfig>
"""
# firewalld asks polkit for everybody, root too. This one says yes.
POLKIT = """
import dbus, dbus.mainloop.glib, dbus.service
from gi.repository import GLib
class Authority(dbus.service.Object):
    @dbus.service.method("org.freedesktop.PolicyKit1.Authority", "(sa{sv})sa{ss}us", "(bba{ss})")
    def CheckAuthorization(self, subject, action, details, flags, cancellation):
        return True, False, {}
dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.SystemBus()
name = dbus.service.BusName("org.freedesktop.PolicyKit1", bus)
authority = Authority(bus, "/org/freedesktop/PolicyKit1/Authority")
GLib.MainLoop().run()
"""


def start_bus(node, log):
    lay("/usr/bin/dbus-daemon", f"{LIBRARIES}/lib*.so.*")
    node.path("/run/dbus").mkdir(exist_ok=True)
    node.write("/run/dbus/lab.conf", BUS)
    daemon = node.start(["/usr/bin/dbus-daemon", "--config-file=/run/dbus/lab.conf", "--nofork", "--nopidfile"], log)
    node.wait_for_file("/run/dbus/system_bus_socket")
    return daemon


class Firewalld(Firewall):
    name = "firewalld"
    log = "/var/log/firewalld-lab.log"

    def start(self):
        lay("/usr/sbin/firewalld", "/usr/bin/firewall-cmd", "/usr/lib/firewalld", f"{LIBRARIES}/girepository-1.0",
            *(f"{PYTHON}/{name}" for name in ("firewall", "nftables", "gi", "dbus", "_dbus*")))
        shutil.rmtree("/etc/firewalld", ignore_errors=True)
        shutil.copytree(EXTRAS / "etc/firewalld", "/etc/firewalld")
        self.daemons = [start_bus(self.node, self.log)]
        self.daemons.append(self._daemon("/usr/bin/python3", "-c", POLKIT))
        self.daemons.append(self._daemon("/usr/bin/python3", "/usr/sbin/firewalld", "--nofork", "--nopid"))
        wait_until(lambda: any("jump filter_INPUT_" in line for line in super(Firewalld, self).rules()), 300, "firewalld filters", 0.5)
        wait_until(lambda: self.node.run("firewall-cmd --state", check=False, timeout=120).returncode == 0, 300,
                   "firewalld answers", 0.5)

    def rules(self):
        """As it sees them: it leaves the chains of a zone that was used once."""
        return self.node.run("firewall-cmd --list-all-zones", timeout=120).stdout.splitlines()

    def _daemon(self, *words):
        return self.node.start(words, self.log)

    def reload(self):
        self.node.run("firewall-cmd --reload", timeout=120)

    def stop(self):
        for daemon in reversed(self.daemons):
            daemon.terminate()
            daemon.wait(60)
        super().stop()


DOCKER = """-P FORWARD DROP
-N DOCKER
-N DOCKER-USER
-N DOCKER-ISOLATION-STAGE-1
-N DOCKER-ISOLATION-STAGE-2
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-ISOLATION-STAGE-1
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A FORWARD -i docker0 -o docker0 -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -j RETURN
-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
-A DOCKER-ISOLATION-STAGE-2 -j RETURN
-A DOCKER-USER -j RETURN
"""


class Docker(Firewall):
    """The rules that dockerd 20.10 makes with the real iptables, without containers."""

    def __init__(self, node, variant="nft"):
        super().__init__(node)
        self.variant, self.name = variant, f"Docker with iptables-{variant}"

    def iptables(self, words):
        return self.node.run(f"/usr/sbin/iptables-{self.variant} -w {words}").stdout

    def start(self):
        lay_iptables(self.variant)
        for line in DOCKER.splitlines():
            self.iptables(line)

    def rules(self):
        return self.iptables("-S").splitlines()

    def reload(self):
        """Somebody empties the chain that Docker leaves to others."""
        self.iptables("-F DOCKER-USER")
        self.iptables("-A DOCKER-USER -j RETURN")

    def stop(self):
        self.iptables("-P FORWARD ACCEPT")
        self.iptables("-F")
        self.iptables("-X")
        if self.variant == "nft":
            super().stop()


class NftablesService(Firewall):
    """nftables.service: "systemctl reload" runs nft -f on a file that begins with "flush ruleset"."""
    name = "nftables.service"
    text = f"#!/usr/sbin/nft -f\nflush ruleset\n{HOSTILE}"

    def start(self):
        self.node.write("/run/nftables.conf", self.text)
        self.reload()

    def reload(self):
        self.node.run("/usr/sbin/nft -f /run/nftables.conf")


NETWORK_MANAGER = """[main]
plugins=keyfile
auth-polkit=false
[keyfile]
path=/run/network-manager/connections
"""


class NetworkManager:
    """With what it finds by itself in /usr/lib, of which our package brings one file."""
    log = "/var/log/network-manager.log"
    packaged = pathlib.Path("/usr/lib/NetworkManager/conf.d/l2tpgw.conf")

    def __init__(self, node):
        self.node = node

    def start(self):
        self.packaged.unlink(missing_ok=True)
        self.packaged.parent.mkdir(parents=True, exist_ok=True)
        lay("/usr/sbin/NetworkManager", "/usr/bin/nmcli", "/usr/lib/NetworkManager", f"{LIBRARIES}/NetworkManager")
        # It waits for udev where it could be: a machine without it has a /sys that cannot be written.
        self.node.run("mount -o remount,ro /sys")
        start_bus(self.node, self.log)
        self.node.path("/run/network-manager/connections").mkdir(parents=True)
        self.node.write("/run/network-manager/lab.conf", NETWORK_MANAGER)
        self.node.start(["/usr/sbin/NetworkManager", "--no-daemon", "--config=/run/network-manager/lab.conf",
                         "--state-file=/run/network-manager/state", "--intern-config=/run/network-manager/intern"], self.log)
        wait_until(lambda: "wan" in self.devices(), 120, "NetworkManager knows the machine", 0.5)

    def devices(self):
        """State by name of interface."""
        said = self.node.run("nmcli -t -f DEVICE,STATE device", check=False, timeout=120).stdout
        return dict(line.rsplit(":", 1) for line in said.splitlines() if ":" in line)

    def install(self, file):
        """As the package does it; then it reads its configuration again."""
        shutil.copy(file, self.packaged)
        self.node.run("nmcli general reload conf", timeout=120)
