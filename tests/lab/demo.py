#!/usr/bin/python3
"""The gateway at work, for people: what scripts/quickstart shows in a throwaway VM.

    alice ──────────────┐
    beth, carol ─ router ┼─ internet ─ gateway ─ server
"""

import json
import os
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from lablib import logs, node  # noqa: E402
from lablib.client import Client, connect_all  # noqa: E402
from lablib.gateway import POLICY, Gateway  # noqa: E402
from lablib.topology import GATEWAY, SERVER, WEB, Topology  # noqa: E402
from lablib.transfer import serve  # noqa: E402

SIZE = 500_000
PICTURE = f"""
    alice ────────────────────┐
    beth, carol ─ home router ┼─ internet ─ gateway ({GATEWAY}) ─ server ({SERVER})
                                          (host of the internet: {WEB})
"""


def say(text):
    print(f"\n\033[1m{text}\033[0m" if os.environ.get("LAB_COLOUR") else f"\n{text}", flush=True)


def show(gateway, *arguments):
    say("$ l2tpgw " + " ".join(arguments))
    print(gateway.cli(*arguments).stdout.rstrip(), flush=True)


def add_users(gateway, names):
    """To the policy that `up` wrote; returns its pre-shared key and everybody's password."""
    policy = json.loads(gateway.node.read(POLICY))
    policy["users"] += [{"name": name, "password": f"{name}'s own password"} for name in names]
    gateway.write_policy(policy)
    return policy["ipsec"]["psk"], {user["name"]: user["password"] for user in policy["users"]}


def use(client, name):
    inside, outside = client.transfer(SERVER, SIZE, SIZE), client.transfer(WEB, SIZE, SIZE)
    print(f"  {name}: {2 * SIZE // 1000} kB with the server, who sees {inside['peer']}; as much with the internet, "
          f"who sees {outside['peer']}; {'all intact' if inside['ok'] and outside['ok'] else 'BROKEN'}", flush=True)
    return inside["ok"] and outside["ok"]


def demo():
    print(PICTURE, flush=True)
    net = Topology(direct=1, nat1=2)
    gateway = Gateway(net.gw)
    say("One command, without any configuration:\n$ l2tpgw up")
    print(gateway.on_terminal("up"), flush=True)
    psk, passwords = add_users(gateway, ("beth", "carol"))
    say("Two more users in the policy, and again:")
    print("$ l2tpgw up", flush=True)
    gateway.up()
    net.srv.spawn(serve)
    net.inet.spawn(serve)
    clients = {user: Client(one, user, password, psk)
               for one, (user, password) in zip(net.clients(), passwords.items())}
    say(f"{', '.join(clients)} connect, the last two from behind one router and both from UDP port 1701:")
    failed = connect_all(list(clients.values()))
    for user, client in clients.items():
        print(f"  {user}: {failed.get(str(client.node)) or 'connected as ' + str(client.address())}", flush=True)
    intact = not failed and all([use(client, user) for user, client in clients.items()])
    show(gateway, "sessions")
    show(gateway, "status")
    say("And nothing stays behind:")
    show(gateway, "down")
    left = {"processes": net.gw.pids(), "tables": net.gw.run("nft list tables").stdout.split(),
            "interfaces": [name for name in net.gw.interfaces() if name not in ("lo", "wan", "lan")]}
    print("  left over: " + (", ".join(f"{what} {found}" for what, found in left.items() if found) or "nothing"))
    return intact and not any(left.values())


def main():
    worked = False
    try:
        worked = demo()
    finally:
        if not worked:
            logs.keep("demo", show=True)
        node.destroy_all()
    print("\nIt works." if worked else "\nIt did not work; the logs are above.", flush=True)
    return 0 if worked else 1


if __name__ == "__main__":
    sys.exit(main())
