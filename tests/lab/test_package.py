"""The life of the package on a machine of its own, from the installation to the purge. (What it depends on is there.)
LAB_PREVIOUS=FILE.deb: the version that is installed first; without one it is the same under a lower version."""

import json
import os
import pathlib
import shutil

from lablib.checks import OUT, check, equal, note
from lablib.client import Client, connect_all
from lablib.gateway import POLICY, REPOSITORY, policy
from lablib.snapshot import diff, snapshot
from lablib.stream import Stream
from lablib.system import InstalledGateway, System
from lablib.topology import SERVER, Topology

GROUP = "package"
TIMEOUT = 1500

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


def state(system):
    """What an administrator would call the machine's state; logs and other packages' own affairs left out."""
    whole = snapshot(system)
    del whole["processes"]
    whole["files"] = {path: shape for path, shape in whole["files"].items()
                      if not path.startswith(NOT_OURS + KEPT)}
    whole["units"] = {line: "" for line in system.inside(
        "systemctl list-unit-files --no-legend --plain strongswan.service xl2tpd.service").stdout.splitlines()}
    whole["active"] = {name: system.is_active(name) for name in ("strongswan", "xl2tpd", "l2tpgw")}
    return whole


def on_disk(system):
    """What has to be the same before the installation and after the purge, with a reboot in between."""
    files = {path: list(shape) for path, shape in snapshot(system)["files"].items()
             if path.startswith(("/etc/", "/var/lib/")) and not path.startswith(NOT_OURS)}
    return {"files": files, "units": state(system)["units"]}


def failed_units(system):
    return set(system.inside("systemctl --failed --no-legend --plain").stdout.split("\n"))


def parts(system):
    """Processes of the gateway without the supervisor: who must not change when that does."""
    return {name: system.pids(name) for name in ("charon-systemd", "xl2tpd", "pppd")}


def installed(system):
    note("apt-get install")
    system.apt("install", OLDER)
    note("installed")
    equal("installing starts nothing of ours", (system.is_active("l2tpgw"), system.is_enabled("l2tpgw")), (False, False))
    equal("systemd finds nothing wrong with the unit",
          system.inside("systemd-analyze verify --man=no l2tpgw.service", check=False).stderr.strip(), "")
    equal("and its exposure is 3.0 at most",
          system.inside("systemd-analyze security --threshold=30 l2tpgw.service", check=False).returncode, 0)
    check("the group is there", "l2tpgw:" in system.read("/etc/group"))


OFFICE = """
connections {
    office { remote_addrs = 192.0.2.99
        local { auth = psk }
        remote { auth = psk }
        children { lan { remote_ts = 10.5.0.0/16 } }
    }
}
"""


def connections_are_left_alone(system, gateway):
    """A charon that an administrator uses is an obstacle that is named; everything stays as it was."""
    system.write("/etc/swanctl/conf.d/office.conf", OFFICE)
    system.inside("swanctl --load-all")
    answer = gateway.up(check=False)
    equal("up refuses beside a charon that is in use", answer.returncode, 1)
    check("and says who is in the way", "UDP 500" in answer.stderr and "external" in answer.stderr, answer.stderr)
    equal("both services go on", (system.is_active("strongswan"), system.is_active("xl2tpd")), (True, True))
    equal("and are enabled", (system.is_enabled("strongswan"), system.is_enabled("xl2tpd")), (True, True))
    system.path("/etc/swanctl/conf.d/office.conf").unlink()
    system.inside("swanctl --load-all")


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


def upgrades_and_downgrades(system, gateway, clients):
    keeps_everybody("restart", gateway, clients, lambda: system.inside("systemctl restart l2tpgw"))
    keeps_everybody("upgrade", gateway, clients, lambda: system.apt("install", NEWEST))
    # The new one's plugin, and its answers.
    clients[0].hangup()
    clients[0].stop()
    equal("upgrade: who dials anew gets in", connect_all(clients[:1]), {})
    if "LAB_PREVIOUS" in os.environ:  # which may know less than this one
        return
    whole = system.read(POLICY)
    gateway.write_policy(whole[:len(whole) // 2])
    keeps_everybody("downgrade, with half a policy on disk", gateway, clients,
                    lambda: system.apt("--allow-downgrades", "install", OLDER))
    gateway.write_policy(whole)
    system.apt("install", NEWEST)
    gateway.wait_state()


def its_own_tests(system):
    """What autopkgtest would run."""
    test = system.write("/root/gateway-test", (REPOSITORY / "packaging/debian/tests/gateway").read_text())
    answer = system.inside(["sh", "-x", test], check=False, timeout=600)
    equal("the package's own test", answer.returncode, 0) or note(answer.stdout + answer.stderr)


def first_boot():
    system = System()
    net = Topology(direct=1, nat1=1, gateway=system)
    failed = failed_units(system)
    (OUT / "pristine.json").write_text(json.dumps(on_disk(system)))
    provide(system)
    installed(system)
    before = state(system)
    connections_are_left_alone(system, InstalledGateway(system))
    gateway, clients = up_and_connected(system, net)
    upgrades_and_downgrades(system, gateway, clients)
    equal("no unit has failed that had not before", failed_units(system) - failed, set())
    note("down")
    gateway.down()
    equal("down leaves no process of ours", system.pids("l2tpgwd") + system.pids("pppd"), [])
    equal("down gives the machine back", diff(before, state(system)), [])
    for client in clients:
        client.stop()
    note("its own test")
    its_own_tests(system)
    gateway.up()
    note("reboot")


def second_boot():
    system = System()
    gateway = InstalledGateway(system)
    equal("it came back by itself, within the boot", (system.is_active("l2tpgw"), system.is_active("multi-user.target")),
          (True, True))
    net = Topology(direct=1, nat1=1, gateway=system)
    gateway.wait_state()
    clients = [Client(node, user, password) for node, (user, password) in zip(net.clients(), USERS)]
    equal("clients connect after the reboot", connect_all(clients), {})
    note("remove")
    system.apt("remove", "l2tpgw")
    equal("removing leaves no process of ours", system.pids("l2tpgwd") + system.pids("pppd"), [])
    check("removing keeps the policy", system.exists(POLICY))
    check("removing leaves no table", "l2tpgw" not in system.run("nft list ruleset").stdout)
    equal("removing gives the services back", (system.is_active("strongswan"), system.is_active("xl2tpd")), (True, True))
    note("reinstall")
    system.apt("install", NEWEST)
    equal("a removed gateway does not come back unasked", system.is_active("l2tpgw"), False)
    gateway.up()
    note("purge")
    system.apt("purge", "l2tpgw")
    equal("purging leaves nothing", [path for path in system.find("l2tpgw") if not path.startswith("/root/")], [])
    check("nor the group", "l2tpgw:" not in system.read("/etc/group"))
    equal("the disk is as before the installation", diff(json.loads((OUT / "pristine.json").read_text()), on_disk(system)), [])
    (OUT / "journal.txt").write_text(system.inside("journalctl --boot --no-pager").stdout)


STAGES = [first_boot, second_boot]
