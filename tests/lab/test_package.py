"""The life of the package on a machine of its own: installed, up, upgraded under traffic, rebooted, removed, purged.
(What it depends on is there.)"""

import json

from lablib.checks import OUT, check, equal, note
from lablib.client import Client, connect_all
from lablib.gateway import POLICY
from lablib.package import NEWEST, OLDER, USERS, installed, keep_journal, keeps_everybody, lasting, provide, up_and_connected
from lablib.snapshot import diff
from lablib.system import InstalledGateway, System
from lablib.topology import Topology

GROUP = "package"
TIMEOUT = 1500


def first_boot():
    system = System()
    net = Topology(direct=1, nat1=1, gateway=system)
    (OUT / "pristine.json").write_text(json.dumps(lasting(system)))
    provide(system)
    installed(system, OLDER)
    gateway, clients = up_and_connected(system, net)
    keeps_everybody("upgrade", gateway, clients, lambda: system.apt("install", NEWEST))
    # The new one's plugin, and its answers.
    clients[0].hangup()
    clients[0].stop()
    equal("upgrade: who dials anew gets in", connect_all(clients[:1]), {})
    keep_journal(system)
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
    note("removed")
    keep_journal(system)
    equal("removing leaves no process of ours", system.pids("l2tpgwd") + system.pids("pppd"), [])
    check("removing keeps the policy", system.exists(POLICY))
    check("removing leaves no table", "l2tpgw" not in system.run("nft list ruleset").stdout)
    equal("removing gives the services back", (system.is_active("strongswan"), system.is_active("xl2tpd")), (True, True))
    note("purge")
    system.apt("purge", "l2tpgw")
    equal("purging leaves nothing", [path for path in system.find("l2tpgw") if not path.startswith("/root/")], [])
    check("nor the group", "l2tpgw:" not in system.read("/etc/group"))
    for client in clients:
        client.stop()
    equal("the machine is as before the installation", diff(json.loads((OUT / "pristine.json").read_text()), lasting(system)), [])


STAGES = [first_boot, second_boot]
