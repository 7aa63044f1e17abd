"""plan, apply, confirm and rollback with clients under traffic: what is said beforehand, what is done, what comes back."""

import json
import os

from lablib.agreement import disagreements
from lablib.checks import check, equal, holds, note, wait_until
from lablib.client import Client, connect_all
from lablib.gateway import POLICY, Gateway, policy
from lablib.strace import CHANGING, QUESTIONS, Strace, changes, messages
from lablib.stream import Stream
from lablib.topology import SERVER, Topology

GROUP = "apply"
TIMEOUT = 900

NAMES = ("alice", "beth", "carol")
USERS = tuple((name, "wonderland") for name in NAMES)


def started(count=3):
    net = Topology(direct=1, nat1=2)
    gateway = Gateway(net.gw)
    gateway.write_policy(policy(USERS))
    gateway.up()
    clients = {user: Client(node, user) for node, user in zip(net.clients(), NAMES)}
    if count:
        equal("all connect", connect_all(list(clients.values())[:count]), {})
        gateway.wait_sessions(count)
    return net, gateway, clients


def identity(gateway):
    return {one["user"]: (one["id"], one["ppp"]["pid"], one["interface"]) for one in gateway.sessions()}


def answers(gateway, *arguments):
    """Exit status and the object on standard output, if there is one."""
    result = gateway.cli(*arguments, "--json", check=False)
    return result.returncode, json.loads(result.stdout) if result.stdout.strip() else result.stderr


def objects(result):
    return [change["object"] for change in result["changes"]]


def generation(gateway):
    return int(gateway.node.read("/var/lib/l2tpgw/history/current"))


def ruleset(gateway):
    return gateway.node.run("nft list chain inet l2tpgw forward").stdout


def test_plan_and_apply():
    net, gateway, clients = started()
    equal("right after up there is nothing to do", answers(gateway, "plan")[0], 0)
    before, first = identity(gateway), generation(gateway)
    with Stream(clients.values(), SERVER) as stream:
        gateway.write_policy(policy(USERS, firewall={"isolate_clients": False}, ppp={"dns": ["9.9.9.9"]},
                                    ipsec={"dpd": "40s"}))
        status, plan = answers(gateway, "plan")
        equal("plan names the generation in force", plan["generation"], first)
        equal("plan says that there is something to do", status, 2)
        for name in ("policy firewall.isolate_clients", "policy ppp.dns", "policy ipsec.dpd", "connection l2tpgw",
                     "nftables table inet l2tpgw"):
            check(f"the plan names {name}", name in objects(plan), objects(plan))
        equal("it drops nobody", plan["dropped"], 0)
        status, applied = answers(gateway, "apply")
        equal("apply does it", status, 0)
        equal("what it did is what the plan said", sorted(objects(applied)), sorted(objects(plan)))
        equal("each effect is done", {change["result"] for change in applied["changes"]}, {"done"})
        equal("it is the next generation", applied["generation"], first + 1)
        note(f"applied {len(applied['changes'])} changes in {applied['seconds']:.2f} s")
        check("isolation is gone from the ruleset", "oifname" not in ruleset(gateway).split("jump")[0].split("tcp")[0],
              ruleset(gateway))
        equal("then there is nothing to do", answers(gateway, "plan")[0], 0)
        writes_nothing(gateway)
    equal("nobody lost a packet", stream.lost, {})
    equal("sessions are the same", identity(gateway), before)
    equal("all agree", disagreements(gateway, clients), [])


def writes_nothing(gateway):
    """An apply without a change touches no file, no rule and no connection of charon's."""
    def state():
        rules = gateway.node.run("nft -a list table inet l2tpgw").stdout
        files = gateway.node.run(["find", "/run/l2tpgw", "/var/lib/l2tpgw", "/etc/l2tpgw", "-type", "f",
                                  "-printf", "%p %T@ %i\\n"]).stdout
        return sorted(files.splitlines()), rules
    before = state()
    with Strace(gateway.node, gateway.pids()[0], CHANGING) as strace:
        status, applied = answers(gateway, "apply")
    equal("apply without a change", (status, applied["changes"]), (0, []))
    equal("touches nothing", state(), before)
    asked = {kind for _, rest in strace.calls for kind in messages(rest)}
    note(f"{len(strace.calls)} calls, of the kernel it asked {sorted(asked)}")
    check("the trace shows what it looked at", set(QUESTIONS) <= asked and len(asked) > 4, strace.calls)
    equal("no call of it writes, changes a table or loads anything", [call for call in strace.calls if changes(*call)], [])


def test_refusals_change_nothing():
    net, gateway, clients = started()
    before, first = identity(gateway), generation(gateway)
    with Stream(clients.values(), SERVER) as stream:
        gateway.write_policy(policy(USERS[:2]))
        status, said = answers(gateway, "apply")
        equal("who is removed would be dropped: refused", status, 1)
        check("and named", "carol" in said, said)
        equal("the plan names her too", answers(gateway, "plan")[1]["dropped"], 1)
        gateway.write_policy(policy(USERS).copy() | {"ipsec": {"psk": "a shared secret",
                                                               "ike_proposals": ["aes256-sha256-modp2048"],
                                                               "esp_proposals": ["chacha20poly1305"]}})
        status, said = answers(gateway, "apply")
        note(f"proposals that charon lacks: {status} {said if isinstance(said, str) else objects(said)}")
    equal("nobody lost a packet", stream.lost, {})
    equal("sessions are the same", identity(gateway), before)
    equal("all agree", disagreements(gateway, clients), [])


# Exit status, what the error says, and the order.
BAD_ORDERS = (
    (1, "there is no generation 99", ("rollback", "99")),
    (64, "no number of a generation", ("rollback", "the one before")),
    (1, "there is no generation 99", ("history", "99")),
    (1, "nothing waits for a confirmation", ("confirm",)),
    (1, "neither a session nor a user", ("kick", "nobody")),
    (1, "nobody", ("user", "remove", "nobody")),
)


def spoil_mode(path):
    path.chmod(0o644)


def spoil_owner(path):
    os.chown(path, 65534, 65534)


def spoil_link(path):
    path.rename(path.with_suffix(".real"))
    path.symlink_to(path.with_suffix(".real").name)
    os.chown(path, 65534, 65534, follow_symlinks=False)


def spoil_kind(path):
    path.unlink()
    path.mkdir()


def spoil_text(path):
    path.write_text(path.read_text()[:-20])


BAD_POLICIES = ((77, "chmod 600", spoil_mode), (77, "chown root", spoil_owner), (77, "chown -h root", spoil_link),
                (1, "not a regular file", spoil_kind), (65, "ends too early", spoil_text))


def spoiled(gateway, verb, spoil):
    """A policy that says something else than the one in force, and is no good."""
    name = f"/etc/l2tpgw/{verb}-{spoil.__name__}.json"
    gateway.node.write(name, json.dumps(policy(USERS, ppp={"dns": ["9.9.9.9"]})), 0o600)
    spoil(gateway.node.path(name))
    return name


def test_bad_input_changes_nothing():
    net, gateway, clients = started(1)
    before, first, rules = identity(gateway), generation(gateway), ruleset(gateway)
    for status, words, order in BAD_ORDERS:
        answer = gateway.cli(*order, check=False)
        check(f"{' '.join(order)}: refused", (answer.returncode, words in answer.stderr) == (status, True),
              (answer.returncode, answer.stderr))
    for status, words, spoil in BAD_POLICIES:
        for verb in ("plan", "apply"):
            answer = gateway.cli(verb, spoiled(gateway, verb, spoil), check=False)
            check(f"{verb}, {spoil.__name__}: refused", (answer.returncode, words in answer.stderr) == (status, True),
                  (answer.returncode, answer.stderr))
    equal("nothing was changed", (identity(gateway), generation(gateway), ruleset(gateway)), (before, first, rules))
    equal("and nothing is to be", answers(gateway, "plan")[0], 0)


SQUATTER = """
import socket, time
held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
held.setsockopt(socket.IPPROTO_IP, 15, 1)  # IP_FREEBIND: the address is not there yet
held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # l2tpgwd's silent socket has the port on all addresses
held.bind(("198.18.0.2", 1701))
held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)  # and nobody else shall come
time.sleep(1000)
"""


def test_a_failing_worker_is_undone():
    """Somebody has the port that the new worker needs: what came before its start is undone."""
    net, gateway, clients = started()
    before, first, rules = identity(gateway), generation(gateway), ruleset(gateway)
    old = gateway.node.read(POLICY)
    squatter = gateway.node.start(["/usr/bin/python3", "-c", SQUATTER], "/var/log/squatter.log", {})
    wait_until(lambda: "198.18.0.2:1701" in gateway.node.run("ss -lun").stdout, 30, "the port is taken")
    gateway.node.write("/etc/l2tpgw/other.json", json.dumps(policy(
        USERS, l2tp={"retries": 9}, firewall={"isolate_clients": False})), 0o600)
    with Stream(clients.values(), SERVER) as stream:
        status, said = answers(gateway, "apply", "/etc/l2tpgw/other.json")
        equal("it fails", status, 1)
        check("and says what, and that nothing was changed", "xl2tpd-2" in said and "nothing was changed" in said, said)
        equal("the generation in force is the old one", generation(gateway), first)
        equal("so is the policy file", gateway.node.read(POLICY), old)
        equal("the rules are the old ones", ruleset(gateway), rules)
        check("nothing of the new worker is left",
              holds(lambda: not gateway.part("xl2tpd-2") and "198.18.0.2" not in gateway.node.run("ip addr show lo").stdout, 30))
        equal("nothing is left to do", answers(gateway, "plan")[0], 0)
        squatter.kill()
        squatter.wait()
        equal("later it can be applied", answers(gateway, "apply", "/etc/l2tpgw/other.json")[0], 0)
        wait_until(lambda: (gateway.part("xl2tpd-2") or {"state": ""})["state"] == "ready", 60, "the new worker serves")
    equal("nobody lost a packet", stream.lost, {})
    equal("sessions are the same", identity(gateway), before)


def test_confirmation():
    net, gateway, clients = started()
    before, first = identity(gateway), generation(gateway)
    old = gateway.node.read(POLICY)
    with Stream(clients.values(), SERVER) as stream:
        gateway.write_policy(policy(USERS, firewall={"isolate_clients": False}))
        tried = gateway.node.read(POLICY)
        status, applied = answers(gateway, "apply", "--confirm-within", "10s")
        equal("applied, to be confirmed", (status, bool(applied["confirm_by"])), (0, True))
        equal("another apply has to wait", answers(gateway, "apply")[0], 75)
        wait_until(lambda: generation(gateway) == first, 60, "it is taken back")
        equal("the policy file is the old one", gateway.node.read(POLICY), old)
        equal("to confirm is too late", answers(gateway, "confirm")[0], 4)
        equal("nothing is left to do", answers(gateway, "plan")[0], 0)
        gateway.node.write(POLICY, tried, 0o600)
        equal("applied again", answers(gateway, "apply", "--confirm-within", "60s")[0], 0)
        equal("and confirmed", answers(gateway, "confirm")[0], 0)
        equal("it stays", answers(gateway, "plan")[0], 0)
        equal("no guard is left", gateway.node.exists("/run/l2tpgw/guard.pid"), False)
        status, back = answers(gateway, "rollback")
        equal("rollback goes back to what was before", (status, gateway.node.read(POLICY)), (0, old))
    equal("nobody lost a packet", stream.lost, {})
    equal("sessions are the same", identity(gateway), before)
    history = answers(gateway, "history")[1]
    note(f"history: {[(one['number'], one['what'], one['result']) for one in history['generations']]}")


def test_confirmation_without_l2tpgwd():
    net, gateway, clients = started()
    before, first = identity(gateway), generation(gateway)
    old = gateway.node.read(POLICY)
    with Stream(clients.values(), SERVER) as stream:
        gateway.write_policy(policy(USERS, firewall={"isolate_clients": False}, l2tp={"retries": 9}))
        equal("applied, to be confirmed", answers(gateway, "apply", "--confirm-within", "10s")[0], 0)
        daemon = int(gateway.node.read("/run/l2tpgw/l2tpgwd.pid"))
        gateway.node.run(f"kill -KILL {daemon}")
        wait_until(lambda: gateway.node.read(POLICY) == old, 90, "it is taken back without l2tpgwd")
        gateway.wait_state()
        equal("what was before is in force", generation(gateway), first)
        equal("nothing is left to do", answers(gateway, "plan")[0], 0)
    equal("nobody lost a packet", stream.lost, {})
    equal("sessions are the same", identity(gateway), before)
    equal("all agree", disagreements(gateway, clients), [])


def test_a_restart_takes_over_what_is_in_force():
    net, gateway, clients = started()
    before, first, rules = identity(gateway), generation(gateway), ruleset(gateway)
    gateway.write_policy(policy(USERS, firewall={"isolate_clients": False}))
    gateway.kill("l2tpgwd")
    gateway.daemon()
    gateway.wait_state()
    equal("the edited file is not applied by a restart", (generation(gateway), ruleset(gateway)), (first, rules))
    equal("the plan shows it", answers(gateway, "plan")[0], 2)
    gateway.write_policy("{ nonsense")
    gateway.kill("l2tpgwd")
    gateway.daemon()
    gateway.wait_state()
    equal("not even a broken one matters", (generation(gateway), ruleset(gateway)), (first, rules))
    equal("plan says what is wrong with it", answers(gateway, "plan")[0], 65)
    equal("and so does apply", answers(gateway, "apply")[0], 65)
    equal("sessions are the same", identity(gateway), before)
    equal("all agree", disagreements(gateway, clients), [])


def refuses(gateway, number):
    """l2tpgwd with state of another version; what it says."""
    path, log = gateway.node.path("/run/l2tpgw/format"), "/var/log/refused.log"
    before = path.read_text()
    path.write_text(f"{number}\n")
    status = gateway.daemon(log).wait(60)
    path.write_text(before)
    return status, gateway.node.read(log)


def test_state_of_another_version():
    net, gateway, clients = started()
    before, rules = identity(gateway), ruleset(gateway)
    with Stream(clients.values(), SERVER) as stream:
        gateway.kill("l2tpgwd")
        status, said = refuses(gateway, 9)
        check("state of a newer version is refused with the reason", status != 0 and "of format 9" in said
              and "another version wrote it" in said and "Nothing was touched" in said, (status, said))
        equal("and nothing was touched", ruleset(gateway), rules)
        gateway.node.path("/run/l2tpgw/format").write_text("0\n")
        gateway.daemon()
        gateway.wait_state()
        equal("state of an older one is taken over", identity(gateway), before)
    equal("nobody lost a packet", stream.lost, {})
    equal("all agree", disagreements(gateway, clients), [])


def test_a_secret_in_a_file_that_changed():
    """l2tpgwd reads it anew when it starts, so something else is in force than what was applied: it says so."""
    net, gateway, clients = started(1)
    gateway.node.write("/etc/l2tpgw/psk", "a shared secret", 0o600)
    gateway.write_policy(policy(USERS, ipsec={"psk": {"file": "/etc/l2tpgw/psk"}}))
    equal("the key is in a file now", answers(gateway, "apply")[0], 0)

    def warned():
        return any("the pre-shared key changed" in warning for warning in gateway.status()["warnings"])

    def restarted():
        gateway.kill("l2tpgwd")
        gateway.daemon()
        gateway.wait_state()
        return warned()
    check("a restart has nothing to say", not restarted())
    gateway.node.write("/etc/l2tpgw/psk", "another shared secret", 0o600)
    equal("the plan sees that it differs", answers(gateway, "plan")[0], 2)
    check("after a restart it is in force, and told", restarted(), gateway.status()["warnings"])
    client = Client(net.clients()[1], "beth", psk="another shared secret").connect()
    equal("whoever dials now needs it", client.ping(SERVER), 3)
    equal("there is nothing to apply", answers(gateway, "plan")[0], 0)
    gateway.write_policy(policy(USERS, ipsec={"psk": {"file": "/etc/l2tpgw/psk"}}, ppp={"dns": ["9.9.9.9"]}))
    equal("the next apply", answers(gateway, "apply")[0], 0)
    check("is the end of the warning", not warned())
