"""The package on a machine that systemd boots: what its scenarios share.
LAB_PREVIOUS=FILE.deb is the version that is installed first; without one it is the same under a lower version."""

import json
import os
import pathlib
import re
import shutil

from .checks import OUT, check, equal, note
from .client import Client, connect_all
from .gateway import REPOSITORY, policy
from .snapshot import files_of, snapshot
from .stream import Stream
from .system import InstalledGateway
from .topology import SERVER

PACKAGE = sorted((REPOSITORY / "build/package" / os.environ["LAB_OS"]).glob("l2tpgw_*.deb"))[-1]
USERS = (("alice", "wonderland"), ("bob", "builder"))
# Of dpkg and systemd, and files that are written anew with the same contents.
NOT_OURS = ("/var/lib/dpkg", "/var/lib/apt", "/var/lib/systemd", "/run/systemd", "/run/udev", "/etc/group", "/etc/gshadow",
            "/etc/.pwd.lock", "/run/log", "/run/credentials",
            # of a service that was started again
            "/run/xl2tpd.pid")
# Kept for the next time.
KEPT = ("/etc/l2tpgw", "/var/lib/l2tpgw")
NEWEST, OLDER = "/root/l2tpgw.deb", "/root/l2tpgw-before.deb"


def provide(system):
    """The package, and one of a lower version to begin with."""
    shutil.copy(PACKAGE, system.path(NEWEST))
    if "LAB_PREVIOUS" in os.environ:
        shutil.copy(os.environ["LAB_PREVIOUS"], system.path(OLDER))
    else:
        repackage(system, 0, OLDER)


def repackage(system, revision, target):
    """The same package under another version."""
    folder = pathlib.Path("/tmp/repackaged")
    shutil.rmtree(folder, ignore_errors=True)
    system.run(["dpkg-deb", "-R", PACKAGE, folder])
    control = folder / "DEBIAN/control"
    control.write_text(control.read_text().replace("Version: 0.1.0-1", f"Version: 0.1.0-{revision}"))
    system.run(["dpkg-deb", "-b", "-Znone", folder, system.path(target)])


def files(system, left_out):
    return {path: list(shape) for path, shape in system.call(files_of).items() if not path.startswith(left_out)}


def units(system):
    return {line: "" for line in system.inside(
        "systemctl list-unit-files --no-legend --plain strongswan.service xl2tpd.service").stdout.splitlines()}


def state(system):
    """What an administrator would call the machine's state; logs and other packages' own affairs left out."""
    whole = snapshot(system)
    del whole["processes"]
    whole["files"] = {path: shape for path, shape in whole["files"].items() if not path.startswith(NOT_OURS + KEPT)}
    whole["units"] = units(system)
    whole["active"] = {name: system.is_active(name) for name in ("strongswan", "xl2tpd", "l2tpgw")}
    return whole


def lasting(system):
    """What has to be the same before the installation and after the purge, with a reboot in between."""
    whole = state(system)
    whole["files"] = {path: shape for path, shape in files(system, NOT_OURS).items() if path.startswith(("/etc/", "/var/lib/"))}
    for part in ("addresses", "routes"):  # the lab's cables have other link-local addresses after each boot
        whole[part] = {line: "" for line in whole[part] if "fe80::" not in line}
    return json.loads(json.dumps(whole))


def keep_journal(system):
    (OUT / "journal.txt").write_text(system.inside("journalctl --boot --no-pager").stdout)


def failed_units(system):
    return set(system.inside("systemctl --failed --no-legend --plain").stdout.split("\n"))


def parts(system):
    """Processes of the gateway without the supervisor: who must not change when that does."""
    return {name: system.pids(name) for name in ("charon-systemd", "xl2tpd", "pppd")}


def unexplained(system):
    """What `systemd-analyze security` counts and the comments of the unit do not name."""
    unit = system.inside("systemctl show --value --property FragmentPath l2tpgw.service").stdout.strip()
    comments = [line for line in system.read(unit).splitlines() if line.startswith("#")]
    points = json.loads(system.inside("systemd-analyze security --json=short l2tpgw.service").stdout)
    names = [point_name(one["name"]) for one in points if float(one["exposure"] or 0) > 0]
    return [name for name in names if name not in "\n".join(comments)] if names else ["no point at all"]


def point_name(title):
    """CAP_NET_RAW of "CapabilityBoundingSet=~CAP_NET_(RAW|…)", User= of "User=/DynamicUser=", "exotic" of "…=~…"."""
    name = title.split("=~")[-1] if "=~" in title else title.split("/")[0]
    return "exotic" if name == "…" else re.sub(r"\((\w+)\|[^)]*\)", r"\1", name)


def installed(system, package):
    note("apt-get install")
    system.apt("install", package)
    note("installed")
    equal("installing starts nothing of ours", (system.is_active("l2tpgw"), system.is_enabled("l2tpgw")), (False, False))
    equal("systemd finds nothing wrong with the unit",
          system.inside("systemd-analyze verify --man=no l2tpgw.service", check=False).stderr.strip(), "")
    equal("and its exposure is 3.0 at most",
          system.inside("systemd-analyze security --threshold=30 l2tpgw.service", check=False).returncode, 0)
    equal("each point of it that is open is explained", unexplained(system), [])
    check("the group is there", "l2tpgw:" in system.read("/etc/group"))


def up_and_connected(system, net):
    gateway = InstalledGateway(system)
    gateway.write_policy(policy(users=USERS))
    gateway.up()
    note("up")
    equal("systemd runs it", (system.is_active("l2tpgw"), system.is_enabled("l2tpgw")), (True, True))
    clients = [Client(node, user, password) for node, (user, password) in zip(net.clients(), USERS)]
    equal("clients connect", connect_all(clients), {})
    return gateway, clients


def keeps_everybody(name, gateway, clients, change):
    before, daemon = parts(gateway.system), gateway.daemon_pid()
    with Stream(clients, SERVER) as stream:
        change()
        gateway.wait_state()
    equal(f"{name}: nobody loses a packet", stream.lost, {})
    equal(f"{name}: charon, xl2tpd and pppd go on", parts(gateway.system), before)
    check(f"{name}: l2tpgwd is a new one", gateway.daemon_pid() not in (0, daemon))
    equal(f"{name}: it knows its sessions", len(gateway.sessions()), len(clients))


