"""README's first command, on a machine with nothing of ours: from the sources to a client that is connected.
(What it would fetch from the network is there. So is the package that scripts/package made last: if that is newer than the
sources it is taken, because an emulated CPU needs half an hour to make it. LAB_FROM_SOURCES=1 leaves it out.)"""

import json
import os
import shutil

from lablib.checks import check, equal, note
from lablib.client import Client, connect_all
from lablib.gateway import POLICY, REPOSITORY
from lablib.package import keep_journal
from lablib.system import InstalledGateway, System
from lablib.topology import WEB, Topology

GROUP = "quickstart"
TIMEOUT = 2700
MACHINE = "sources"

SOURCES = "/root/l2tpgw"
# What the repository does not track.
MADE = shutil.ignore_patterns(".git", "build", "build-*", "bt-*", "__pycache__")
PACKAGE = f"build/package/{os.environ['LAB_OS']}"


def checkout(system):
    shutil.copytree(REPOSITORY, system.path(SOURCES), symlinks=True, ignore=MADE)
    if "LAB_FROM_SOURCES" in os.environ:
        return
    made = system.path(f"{SOURCES}/{PACKAGE}")
    made.mkdir(parents=True)
    for package in (REPOSITORY / PACKAGE).glob("l2tpgw_*.deb"):
        shutil.copy2(package, made)


def quickstart(system):
    answer = system.inside(["sh", "-c", f"cd {SOURCES} && exec scripts/quickstart 2>&1"], check=False, timeout=2400)
    equal("scripts/quickstart: exit status", answer.returncode, 0) or note(answer.stdout)
    return answer.stdout


def first_command():
    system = System()
    net = Topology(direct=1, gateway=system)
    checkout(system)
    note("scripts/quickstart")
    said = quickstart(system)
    note("it has ended")
    check("it shows how to connect", "How to connect" in said, said)
    check("and the gateway's state", "ready" in said, said)
    check("and no secret", "generated" in said and json.loads(system.read(POLICY))["ipsec"]["psk"] not in said, said)
    equal("the package is installed", system.inside("dpkg-query -W -f ${db:Status-Status} l2tpgw").stdout, "installed")
    equal("systemd runs it, also after a reboot", (system.is_active("l2tpgw"), system.is_enabled("l2tpgw")), (True, True))
    written = json.loads(system.read(POLICY))
    user = written["users"][0]
    client = Client(net.clients()[0], user["name"], user["password"], written["ipsec"]["psk"])
    equal("a client with what it wrote connects", connect_all([client]), {})
    equal("and reaches the internet", client.ping(WEB), 3)
    gateway = InstalledGateway(system)
    before = gateway.identity()
    quickstart(system)
    equal("said again it drops nobody", gateway.identity(), before)
    equal("who still reaches the internet", client.ping(WEB), 3)
    keep_journal(system)


STAGES = [first_command]
