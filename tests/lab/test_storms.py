"""Changes in a row (LAB_CHANGES of them), at once, and at bad moments (LAB_STORM clients that all dial again): nobody is lost,
and nothing is left over."""

import copy
import json
import os
import random
import re
import time

from lablib.agreement import disagreements
from lablib.checks import check, equal, holds, note, wait_until
from lablib.client import Client, connect_all
from lablib.gateway import BUILD, ENVIRONMENT, Gateway, policy
from lablib.stream import Stream
from lablib.topology import GATEWAY, SERVER, Topology

GROUP = "storms"
TIMEOUT = 4800
SEED = int(os.environ.get("LAB_SEED", "3"))
CHANGES = int(os.environ.get("LAB_CHANGES", "20"))
STORM = int(os.environ.get("LAB_STORM", "6"))

NAMES = ("alice", "beth", "carol", "dora", "emma")
# One of these is set in each change, or one of the other users is changed.
CHOICES = {
    ("gateway", "name"): [GATEWAY, "vpn.example.net"],
    ("ipsec", "psk"): ["a shared secret", "another shared secret"],
    ("ipsec", "ike_proposals"): [["aes256-sha256-modp2048"], ["aes128-sha1-modp2048", "aes256-sha256-modp2048"]],
    ("ipsec", "esp_proposals"): [["aes128gcm16"], ["aes256-sha1", "aes128gcm16"]],
    ("ipsec", "legacy"): [[], ["android-11"]],
    ("ipsec", "ike_lifetime"): ["8h", "9h", "24h"],
    ("ipsec", "esp_lifetime"): ["1h", "2h"],
    ("ipsec", "dpd"): ["30s", "45s", 0],
    ("ipsec", "idle_sa"): ["5m", "10m", 0],
    ("l2tp", "max_sessions"): [300, 800],
    ("l2tp", "retries"): [5, 6, 7],
    ("l2tp", "drain"): [0, "24h"],
    ("ppp", "mtu"): ["auto", 1300],
    ("ppp", "dns"): ["auto", ["9.9.9.9"], ["9.9.9.9", "149.112.112.112"]],
    ("ppp", "echo_failures"): [4, 5],
    ("ppp", "session_timeout"): [0, "12h"],
    ("addresses", "pool"): ["10.99.0.0/22", "10.99.0.0/21"],
    ("routing", "nat"): ["masquerade", "none", {"snat": GATEWAY}],
    ("firewall", "allow_from"): [[], ["203.0.113.0/24"]],
    ("firewall", "deny_from"): [[], ["192.0.2.0/24", "198.18.200.0/24"]],
    ("firewall", "isolate_clients"): [True, False],
    ("firewall", "gateway_services"): [["dns", "icmp"], [], ["icmp", "ssh", "ntp"]],
}


def started(direct, natted, **sections):
    net = Topology(direct=direct, nat1=natted)
    names = NAMES[:direct + natted] if direct + natted <= len(NAMES) else [f"user{number:02}" for number in range(direct + natted)]
    now = policy(tuple((name, "wonderland") for name in names), addresses={"pool": "10.99.0.0/22"}, **sections)
    gateway = Gateway(net.gw)
    gateway.write_policy(now)
    gateway.up()
    clients = {user: Client(node, user) for node, user in zip(net.clients(), names)}
    equal("all connect", connect_all(list(clients.values())), {})
    gateway.wait_sessions(len(clients))
    return net, gateway, clients, now


# ---- in a row ------------------------------------------------------------------------------------------------------------

def changed(dice, now):
    now = copy.deepcopy(now)
    for _ in range(dice.choice((1, 1, 2, 4))):
        if dice.random() < 0.25:
            change_user(dice, now["users"])
        else:
            (part, key), values = dice.choice(list(CHOICES.items()))
            now.setdefault(part, {})[key] = dice.choice(values)
    return now


def change_user(dice, users):
    """One of those who are not connected comes, goes, or has something changed."""
    name = f"guest{dice.randrange(6)}"
    found = next((user for user in users if user["name"] == name), None)
    if not found:
        users.append({"name": name, "password": f"secret {dice.randrange(1000)}"})
    elif dice.random() < 0.3:
        users.remove(found)
    else:
        found.update(dice.choice(({"disabled": True}, {"disabled": False}, {"password": f"secret {dice.randrange(1000)}"},
                                  {"expires": "2037-01-01T00:00:00Z"})))


def workers_of(gateway):
    return {part["name"] for part in gateway.status()["parts"] if part["name"].startswith("xl2tpd")}


def needed(gateway, now):
    """Nobody drains but the one with sessions on it."""
    serving = {part["name"] for part in gateway.status()["parts"]
               if part["name"].startswith("xl2tpd") and part["state"] == "ready"}
    used = {f"xl2tpd-{one['worker']}" for one in gateway.sessions()}
    wanted = 2 if now.get("l2tp", {}).get("max_sessions", 400) > 400 else 1
    return len(serving) == wanted and workers_of(gateway) == serving | used


def test_changes_in_a_row():
    net, gateway, clients, now = started(1, 4)
    before, dice, began, effects = gateway.identity(), random.Random(SEED), time.monotonic(), 0
    done = []  # (when it began, what it did) of each
    with Stream(clients.values(), SERVER) as stream:
        for number in range(CHANGES):
            now, at = changed(dice, now), time.time()
            gateway.write_policy(now)
            status, said = gateway.answer("apply")
            done.append((at, [change["object"] for change in said["changes"]] if not status else [said]))
            if status or said["dropped"]:
                check(f"seed {SEED}, change {number}", False, (status, said, now))
                break
            effects += len(said["changes"])
            if number % 10 == 9:
                equal(f"after {number + 1} changes: sessions are the same", gateway.identity(), before)
                equal(f"after {number + 1} changes: nothing is left to do", gateway.answer("plan")[0], 0)
    seconds = time.monotonic() - began
    note(f"seed {SEED}: {CHANGES} changes with {effects} effects in {seconds:.0f} s, {sum(stream.sent.values())} pings")
    equal(f"{CHANGES} changes in a row: nobody lost a packet", stream.lost, {})
    for line in stream.blamed(done):
        note(line)
    equal("or a session", gateway.identity(), before)
    check("no worker is left that nobody needs", holds(lambda: needed(gateway, now), 60), gateway.status()["parts"])
    left_over(net.gw, gateway)


def left_over(node, gateway):
    numbers = {name.removeprefix("xl2tpd-") for name in workers_of(gateway)}
    addresses = set(re.findall(r"inet 198\.18\.0\.(\d+)/", node.run("ip -o address show dev lo").stdout))
    check("no address", numbers <= addresses and len(addresses - numbers) <= 1, (addresses, numbers))
    equal("no file of a worker", {name.split(".")[0].removeprefix("xl2tpd-") for name in os.listdir(node.path("/run/l2tpgw"))
                                  if name.startswith("xl2tpd-")}, numbers)
    equal("no process", len(gateway.pids("xl2tpd")), len(numbers))
    check("of what was applied as much is kept as should be",
          len([name for name in os.listdir(node.path("/var/lib/l2tpgw/history")) if name.isdigit()]) <= 50)


# ---- at once -------------------------------------------------------------------------------------------------------------

def offered(gateway, name, content):
    return gateway.node.write(f"/etc/l2tpgw/{name}.json", json.dumps(content), 0o600)


def test_two_admins():
    net, gateway, clients, now = started(1, 1)
    before = gateway.identity()
    with Stream(clients.values(), SERVER) as stream:
        for attempt in range(3):
            texts = [offered(gateway, f"admin{number}", {**now, "l2tp": {"retries": 6 + (attempt + number) % 3}})
                     for number in range(2)]
            both = [net.gw.popen([BUILD / "l2tpgw", "apply", text], ENVIRONMENT, stdout=-1, stderr=-1, text=True)
                    for text in texts]
            said = [process.communicate(timeout=60)[1] for process in both]
            codes = sorted(process.returncode for process in both)
            note(f"two admins at once: {codes}")
            if codes == [0, 75]:
                break
    equal("one of them gets in", codes, [0, 75])
    refused = next(text for text, process in zip(said, both) if process.returncode == 75)
    check("the other is told who is at it", "root" in refused and "is at it" in refused, refused)
    winner = texts[[process.returncode for process in both].index(0)]
    equal("what the first one wanted is in force", json.loads(net.gw.read("/etc/l2tpgw/policy.json")),
          json.loads(net.gw.read(winner)))
    equal("nothing is left to do", gateway.answer("plan")[0], 0)
    equal("nobody lost a packet, or a session", (stream.lost, gateway.identity()), ({}, before))


# ---- at bad moments ------------------------------------------------------------------------------------------------------

APPLIES = ("storm0", "storm1", "storm0", "storm1")  # no more: on an emulated CPU nobody else would get anything done
LOOP = """
for one in {applies}; do
  [ -e /run/storm ] || break
  {l2tpgw} apply /etc/l2tpgw/$one.json >>/var/log/storm.log 2>&1; echo $? >>/run/storm.codes
done
"""


def test_all_dial_again():
    net, gateway, clients, now = started(0, STORM)
    for number, dns in enumerate((["9.9.9.9"], "auto")):
        offered(gateway, f"storm{number}", {**now, "ppp": {"dns": dns}, "firewall": {"isolate_clients": number == 0},
                                            "l2tp": {"retries": 5 + number}})
    for client in clients.values():
        client.vanish()
    net.gw.write("/run/storm", "")
    began = time.monotonic()
    loop = net.gw.popen(["sh", "-c", LOOP.format(l2tpgw=BUILD / "l2tpgw", applies=" ".join(APPLIES))], ENVIRONMENT)
    equal("all are in at their first dial", connect_all(list(clients.values())), {})
    os.unlink(net.gw.path("/run/storm"))
    loop.wait(120)
    codes = net.gw.read("/run/storm.codes").split()
    note(f"{STORM} dialed again in {time.monotonic() - began:.0f} s, during {len(codes)} applies")
    equal("each apply was done", set(codes), {"0"})
    gateway.wait_sessions(STORM, 180)
    equal("all agree", disagreements(gateway, clients), [])
    equal("nothing is left to do", gateway.answer("plan")[0], 0)


def test_charon_is_being_restarted():
    net, gateway, clients, now = started(1, 1)
    before, applied = gateway.identity(), []
    for attempt, psk in enumerate(("another shared secret", "a shared secret")):
        then = copy.deepcopy(now)
        then["ipsec"]["psk"], then["firewall"] = psk, {"isolate_clients": bool(attempt)}
        gateway.write_policy(then)
        equal("charon is killed", gateway.kill("charon-systemd"), 1)
        status, said = gateway.answer("apply")
        applied.append(status)
        if status:
            check("it says that nothing was changed", "nothing was changed" in said, (status, said))
            wait_until(lambda: gateway.part("charon")["state"] == "ready", 60, "charon is back")
            equal("later it is done", gateway.answer("apply")[0], 0)
        check("nothing is left to do", holds(lambda: gateway.answer("plan")[0] == 0, 60), gateway.answer("plan"))
    note(f"applied while charon was being restarted: exit {applied}")
    equal("sessions are the same", gateway.identity(), before)
    equal("and served", [client.ping(SERVER) for client in clients.values()], [3, 3])
    equal("all agree", disagreements(gateway, clients, charon=False), [])
