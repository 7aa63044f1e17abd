"""What the package does on a machine that is in use: an administrator's connections, restarts, a downgrade, its own test."""

from lablib.checks import check, equal, note
from lablib.gateway import POLICY, REPOSITORY
from lablib.package import (NEWEST, OLDER, failed_units, installed, keep_journal, keeps_everybody, provide, state,
                            up_and_connected)
from lablib.snapshot import diff
from lablib.system import InstalledGateway, System
from lablib.topology import Topology

GROUP = "service"
TIMEOUT = 1500

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


def comes_and_goes(system, gateway, clients):
    keeps_everybody("restart", gateway, clients, lambda: system.inside("systemctl restart l2tpgw"))
    whole = system.read(POLICY)
    gateway.write_policy(whole[:len(whole) // 2])
    keeps_everybody("downgrade, with half a policy on disk", gateway, clients,
                    lambda: system.apt("--allow-downgrades", "install", OLDER))
    gateway.write_policy(whole)


def its_own_tests(system):
    """What autopkgtest would run."""
    test = system.write("/root/gateway-test", (REPOSITORY / "packaging/debian/tests/gateway").read_text())
    answer = system.inside(["sh", "-x", test], check=False, timeout=600)
    equal("the package's own test", answer.returncode, 0) or note(answer.stdout + answer.stderr)


def in_use():
    system = System()
    net = Topology(direct=1, nat1=1, gateway=system)
    failed = failed_units(system)
    provide(system)
    installed(system, NEWEST)
    before = state(system)
    connections_are_left_alone(system, InstalledGateway(system))
    gateway, clients = up_and_connected(system, net)
    comes_and_goes(system, gateway, clients)
    equal("no unit has failed that had not before", failed_units(system) - failed, set())
    note("down")
    gateway.down()
    equal("down leaves no process of ours", system.pids("l2tpgwd") + system.pids("pppd"), [])
    equal("down gives the machine back", diff(before, state(system)), [])
    for client in clients:
        client.stop()
    note("its own test")
    its_own_tests(system)
    note("remove and reinstall")
    system.apt("remove", "l2tpgw")
    system.apt("install", NEWEST)
    equal("a removed gateway does not come back unasked", system.is_active("l2tpgw"), False)
    keep_journal(system)


STAGES = [in_use]
