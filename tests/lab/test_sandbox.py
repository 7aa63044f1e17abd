"""firewall.integrate from inside the unit's sandbox, which other people's programs inherit: ufw, a Python that starts iptables."""

from lablib.checks import check, equal, wait_until
from lablib.client import Client, connect_all
from lablib.gateway import policy
from lablib.package import NEWEST, USERS, installed, keep_journal, provide
from lablib.system import InstalledGateway, System
from lablib.topology import SERVER, Topology

GROUP = "sandbox"
TIMEOUT = 1200
MACHINE = "ufw"


def rules(system):
    return system.read("/etc/ufw/user.rules").split("### RULES ###")[1].split("### END RULES")[0].split()


def blocked(gateway):
    return [warning for warning in gateway.status()["warnings"] if "blocks" in warning or "integrate" in warning]


def beside_ufw():
    system = System()
    net = Topology(direct=1, gateway=system)
    provide(system)
    installed(system, NEWEST)
    system.inside("ufw --force enable", timeout=300)
    before = rules(system)
    gateway = InstalledGateway(system)
    gateway.write_policy(policy(users=USERS, firewall={"integrate": True}))
    gateway.up()
    check("ufw lets the gateway through", wait_until(lambda: not blocked(gateway), 300, "no warning"))
    check("by rules of its own", len(rules(system)) > len(before))
    user, password = USERS[0]
    client = Client(net.clients()[0], user, password)
    equal("a client connects", connect_all([client]), {})
    equal("and reaches the server", client.ping(SERVER), 3)
    client.stop()
    gateway.down()
    equal("down gives ufw back what it had", rules(system), before)
    keep_journal(system)


STAGES = [beside_ufw]
