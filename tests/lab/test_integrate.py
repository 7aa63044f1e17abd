"""firewall.integrate: other firewalls let the gateway through, each by its own means, and get back what they had."""

from lablib.checks import check, equal, holds, note, wait_until
from lablib.client import Client, connect_all
from lablib.firewalls import Docker, Firewalld, NetworkManager, NftablesService, Ufw
from lablib.gateway import REPOSITORY, Gateway, policy
from lablib.topology import GATEWAY, SERVER, Topology

GROUP = "firewalls"
TIMEOUT = 1200

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
    equal(f"{name}: nothing is blocked", wait_until(lambda: not blocked(gateway), 30, "no warning"), True)
    if not forwards:
        dial(client)
    equal(f"{name}: a client reaches the server", client.ping(SERVER), 3)
    identity = gateway.identity()
    firewall.reload()
    check(f"{name}: after a reload of its rules the openings are back", holds(lambda: not blocked(gateway), 60))
    equal(f"{name}: and the client goes on", client.ping(SERVER), 3)
    equal(f"{name}: in the same session", gateway.identity(), identity)
    equal(f"{name}: a plan finds nothing to do", gateway.json("plan")["changes"], [])
    client.hangup()
    removed = openings(apply(gateway, APART), "remove")
    equal(f"{name}: without integrate all of them go", sorted(removed), sorted(planned))
    equal(f"{name}: it has what it had", firewall.rules(), before)
    firewall.stop()
    note(name)


def test_each_neighbour():
    net = Topology(direct=1)
    gateway = Gateway(net.gw)
    gateway.write_policy(APART)
    gateway.up()
    client = Client(net.clients()[0]).start()
    check("without any of them IKE is answered", heard(client.node))
    beside(NftablesService(net.gw), gateway, client)
    beside(Docker(net.gw), gateway, client, forwards=True)
    beside(Docker(net.gw, "legacy"), gateway, client, forwards=True)
    beside(Ufw(net.gw), gateway, client)
    beside(Firewalld(net.gw), gateway, client)


RULES = """
rule add fwmark 1 lookup 100
route add blackhole default table 100
rule add fwmark 0xca6c lookup 51820
route add blackhole default table 51820
rule add fwmark 0x80000/0xff0000 pref 5210 lookup main
rule add fwmark 0x80000/0xff0000 pref 5250 unreachable
"""
MARKED = """
table inet marked {
	chain forward {
		type filter hook forward priority 0; policy accept;
		iifname "l2tpgw*" meta mark != 0 counter
		oifname "l2tpgw*" meta mark != 0 counter
	}
}
"""


def test_marks_of_others():
    """Rules of a transparent proxy (mark 1), wg-quick (51820) and Tailscale (0x80000/0xff0000)."""
    net = Topology(direct=2)
    net.gw.ip(*RULES.split("\n")[1:-1])
    net.gw.nft(MARKED)
    gateway = Gateway(net.gw)
    gateway.write_policy(policy([("alice", "wonderland"), ("bob", "builder")]))
    gateway.up()
    first, second = (Client(node, user, password) for node, user, password
                     in zip(net.clients(), ("alice", "bob"), ("wonderland", "builder")))
    equal("the first client connects", connect_all([first]), {})
    equal("over the first SA whose mark is nobody's", gateway.session_of("alice")["esp"]["mark"], 2)
    equal("and reaches the server", first.ping(SERVER), 3)
    net.gw.ip("rule add fwmark 3 lookup 100")
    wait_until(lambda: any("mark 0x3 " in one["text"] for one in gateway.json("doctor", check=False)["findings"]), 20,
               "doctor tells of the rule")
    second.start().secure()
    check("an SA that gets the mark of a rule is closed", gateway.logged("its mark 3 is also that of a routing rule"))
    wait_until(lambda: not any(sa.get("child-sas") for _, sa in second.sas()), 30, "the client hears of it")
    second.secure().dial().wait_up().answered()
    equal("the next one is not", gateway.session_of("bob")["esp"]["mark"], 4)
    equal("and its client reaches the server", second.ping(SERVER), 3)
    equal("the first one too", first.ping(SERVER), 3)
    listing = net.gw.run("nft list table inet marked").stdout
    equal("no packet of a client carries a mark", listing.count("packets 0 "), 2)


def test_network_manager():
    net = Topology(direct=1)
    gateway, manager = Gateway(net.gw), NetworkManager(net.gw)
    gateway.write_policy(APART)
    gateway.up()
    manager.start()
    client = Client(net.clients()[0])
    equal("a client connects", connect_all([client]), {})
    name = gateway.session_of("alice")["interface"]
    check("NetworkManager thinks the session is its business", holds(lambda: manager.devices().get(name, "unmanaged") != "unmanaged", 30),
          manager.devices())
    manager.install(REPOSITORY / "packaging/NetworkManager.conf")
    check("with what the package brings it does not", holds(lambda: manager.devices()[name] == "unmanaged", 30),
          manager.devices())
    check("nor are others left alone by that", "unmanaged" not in (manager.devices()["wan"], manager.devices()["lan"]))
    equal("the client reaches the server", client.ping(SERVER), 3)


def test_down_and_crash():
    """`down` takes the openings out, also those of an l2tpgwd that was killed; a killed `up` is in as well."""
    net = Topology(direct=1)
    gateway, ufw = Gateway(net.gw), Ufw(net.gw)
    ufw.start()
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
