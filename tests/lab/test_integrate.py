"""firewall.integrate: other firewalls let the gateway through, each by its own means, and get back what they had."""

from lablib.checks import check, equal, holds, note, wait_until
from lablib.client import Client
from lablib.firewalls import Docker, Firewalld, NftablesService, Ufw
from lablib.gateway import Gateway, policy
from lablib.topology import GATEWAY, SERVER, Topology

GROUP = "firewalls"
TIMEOUT = 1800

APART = policy()
TOGETHER = policy(firewall={"integrate": True})


def blocked(gateway):
    return [warning for warning in gateway.status()["warnings"] if "blocks" in warning or "integrate" in warning]


def openings(changes, action):
    return [change["object"] for change in changes
            if change["object"].startswith("opening in ") and change["action"] == action and change["impact"] == "live"]


def apply(gateway, content):
    gateway.write_policy(content)
    return gateway.json("apply")["changes"]


def dial(client):
    return client.secure().dial().wait_up().answered()


def heard(node):
    """Does IKE get an answer, whatever it is?"""
    said = node.run(["ike-scan", "--sport=0", "--retry=2", "--timeout=2000", GATEWAY], check=False).stdout
    return "0 returned handshake; 0 returned notify" not in said


def beside(firewall, gateway, client, forwards=False):
    """forwards: it refuses only what is forwarded."""
    name = firewall.name
    firewall.start()
    before = firewall.rules()
    check(f"{name}: status says what is blocked", wait_until(lambda: blocked(gateway), 30, "a warning"))
    if forwards:
        equal(f"{name}: who connects reaches nothing", dial(client).ping(SERVER, count=1), 0)
    else:
        check(f"{name}: nobody is heard", not heard(client.node))
    gateway.write_policy(TOGETHER)
    planned = openings(gateway.json("plan", check=False)["changes"], "add")
    done = openings(gateway.json("apply")["changes"], "add")
    check(f"{name}: plan shows the openings, and apply makes those", planned and planned == done, (planned, done))
    equal(f"{name}: nothing is blocked", wait_until(lambda: not blocked(gateway), 180, "no warning"), True)
    if not forwards:
        dial(client)
    equal(f"{name}: a client reaches the server", client.ping(SERVER), 3)
    identity = gateway.identity()
    firewall.reload()
    check(f"{name}: after a reload of its rules the openings are back", holds(lambda: not blocked(gateway), 120))
    equal(f"{name}: and the client goes on", client.ping(SERVER), 3)
    equal(f"{name}: in the same session", gateway.identity(), identity)
    equal(f"{name}: a plan finds nothing to do", gateway.json("plan")["changes"], [])
    client.hangup()
    removed = openings(apply(gateway, APART), "remove")
    equal(f"{name}: without integrate all of them go", sorted(removed), sorted(planned))
    # An apply waits for a slow tool only so long, and says so.
    holds(lambda: firewall.rules() == before, 180)
    equal(f"{name}: it has what it had", firewall.rules(), before)
    firewall.stop()
    note(name)


def beside_each(*makers, forwards=False):
    net = Topology(direct=1)
    gateway = Gateway(net.gw)
    gateway.write_policy(APART)
    gateway.up()
    client = Client(net.clients()[0]).start()
    check("without any of them IKE is answered", heard(client.node))
    for make in makers:
        beside(make(net.gw), gateway, client, forwards)


def test_nftables_service():
    beside_each(NftablesService)


def test_docker():
    beside_each(Docker, lambda node: Docker(node, "legacy"), forwards=True)


def test_ufw():
    beside_each(Ufw)


def test_firewalld():
    beside_each(Firewalld)


def test_down_and_crash():
    """`down` takes the openings out, also those of an l2tpgwd that was killed; a killed `up` is in as well. What the
    administrator has is left alone."""
    net = Topology(direct=1)
    gateway, ufw = Gateway(net.gw), Ufw(net.gw)
    ufw.start()
    ufw.run("allow", "500/udp")
    before = ufw.rules()
    gateway.write_policy(TOGETHER)
    gateway.up()
    check("up returns when the openings are in", not blocked(gateway), blocked(gateway))
    check("ufw has them", ufw.rules() != before)
    check("so that clients are heard", heard(net.clients()[0]))
    gateway.kill("l2tpgwd")
    gateway.down()
    equal("down of a killed l2tpgwd leaves nothing in ufw", ufw.rules(), before)
    daemon = gateway.daemon()
    wait_until(lambda: len(ufw.rules()) > len(before), 60, "the first opening", 0.05)
    gateway.kill("l2tpgwd")
    daemon.wait()
    gateway.down()
    equal("nor does one that was killed in the middle of it", ufw.rules(), before)
    check("nothing is remembered", not net.gw.exists("/var/lib/l2tpgw/openings"))
    ufw.run("deny", "4500/udp")
    before = ufw.rules()
    gateway.up()
    check("status tells of a rule of the administrator's that refuses", wait_until(
        lambda: [one for one in gateway.status()["warnings"] if "left as it is" in one], 60, "a warning"))
    gateway.down()
    equal("which stays", ufw.rules(), before)
