"""Machines that cannot carry a gateway, not yet or not now: `up` says why, what to do, and leaves them as they were."""

import re

from lablib.checks import check, equal, wait_until
from lablib.gateway import POLICY, Gateway, policy
from lablib.node import Node
from lablib.snapshot import diff, snapshot
from lablib.topology import GATEWAY

GROUP = "obstacles"
TIMEOUT = 240

WAN = ("link add wan type dummy", f"addr add {GATEWAY}/24 dev wan", "link set wan up",
       "route add default via 198.51.100.254")
# What else there is, is the VM's and slow to look at.
OWN = ("/run", "/etc/l2tpgw", "/etc/ppp", "/var/lib/l2tpgw")


def machine(wan=True):
    node = Node("gw", debian_ppp=True)
    node.ip("link set lo up", *(WAN if wan else ()))
    node.path("/run/mount").mkdir(exist_ok=True)  # of mount(8), which is the scenario's own
    return node, Gateway(node)


def refuses(what, gateway, status, *patterns):
    answer = gateway.up(check=False)
    equal(f"{what}: exit status", answer.returncode, status)
    for pattern in patterns:
        check(f"{what}: says {pattern}", re.search(pattern, answer.stderr), answer.stderr)
    equal(f"{what}: nothing of ours runs", gateway.pids() + gateway.pids("xl2tpd") + gateway.pids("charon-systemd"), [])


def goes_up_and_down(what, gateway):
    answer = gateway.up(check=False)
    check(f"{what}: it goes up", answer.returncode == 0, answer.stderr)
    gateway.down()


def test_refusals():
    """One after another; at the end the machine is as it was."""
    node, gateway = machine()
    before = snapshot(node, OWN)
    port_taken(node, gateway)
    no_room(node, gateway)
    broken_policy(gateway)
    equal("the machine is as it was", diff(before, snapshot(node, OWN)), [])
    # What is there beforehand needs nothing to be written.
    gateway.write_policy(policy())
    node.run("mount -o remount,bind,ro /etc/l2tpgw")
    goes_up_and_down("read-only /etc with a policy", gateway)


def port_taken(node, gateway):
    other = node.start(["socat", "-u", "UDP-RECV:500", "-"], "/var/log/other.log")
    wait_until(lambda: "UDP 500" in gateway.cli("doctor", check=False).stdout, 30, "somebody has UDP 500")
    refuses("UDP 500 taken", gateway, 1, r"UDP 500 is in use by .*socat \(pid \d+\)", "run l2tpgw up again")
    other.kill()
    other.wait()


def no_room(node, gateway):
    node.run("mount -t tmpfs -o size=64k tmpfs /etc/l2tpgw")
    refuses("no room for a policy", gateway, 1, r"the disk is full: \d+ kB are left in /etc/l2tpgw", "run l2tpgw up again")
    node.run("umount /etc/l2tpgw")
    node.run("mount -t tmpfs -o ro tmpfs /etc/l2tpgw")
    refuses("read-only /etc", gateway, 1, "/etc/l2tpgw is on a read-only file system", "remount,rw")
    node.run("umount /etc/l2tpgw")
    node.run("mount -t tmpfs -o size=64k tmpfs /var/lib/l2tpgw")
    refuses("no room for the state", gateway, 1, r"the disk is full: \d+ kB are left in /var/lib/l2tpgw")
    node.run("umount /var/lib/l2tpgw")


def broken_policy(gateway):
    gateway.write_policy('{ "version": 1, "users": [ { "nam')
    refuses("half a policy", gateway, 65, r"policy\.json:1:\d+: error", "nothing was changed")
    gateway.write_policy(policy(wan="eth7"))
    refuses("a policy with an unknown key", gateway, 65, r"policy\.json:\d+:\d+: error.*wan", "nothing was changed")
    gateway.node.path(POLICY).unlink()


def test_kernel_without_ppp():
    """Its modules are not there, and nobody loads them."""
    node, gateway = machine()
    loader = node.sysctl("kernel.modprobe")
    node.run("modprobe -r l2tp_ppp ppp_generic")
    node.sysctl("kernel.modprobe", "/bin/false")
    node.run("mount -t tmpfs tmpfs /lib/modules")
    try:
        refuses("no PPP", gateway, 1, "PPP in the kernel is missing", "run l2tpgw up again")
        check("no PPP: no policy was written", not node.exists(POLICY))
        node.write("/run/systemd/container", "lxc")
        refuses("no PPP in a container", gateway, 1, "this is a container, whose host decides.*ppp_generic")
        node.path("/run/systemd/container").unlink()
    finally:
        node.sysctl("kernel.modprobe", loader)
        node.run("umount /lib/modules")
        node.run("modprobe -a l2tp_ppp l2tp_netlink")
    equal("PPP again: it goes up, with a policy of its own", gateway.up(check=False).returncode, 0)
    gateway.down()


def test_without_ipv4():
    """As at boot, before the network: it comes up, says what is missing, and serves when the address comes."""
    node, gateway = machine(wan=False)
    gateway.write_policy(policy())
    answer = gateway.up(check=False)
    equal("no IPv4: exit status", answer.returncode, 0)
    check("no IPv4: says so", "no IPv4 default route" in answer.stderr, answer.stderr)
    check("doctor says so", "no IPv4 default route" in gateway.cli("doctor", check=False).stdout)
    node.ip(*WAN)
    wait_until(lambda: gateway.status()["gateway"]["address"] == GATEWAY, 30, "the gateway knows its address")
    equal("then nothing is wrong", gateway.status()["warnings"], [])
    doctor(gateway)
    gateway.down()


def doctor(gateway):
    """Of a gateway that runs; what it measures, and what version tells of the parts."""
    before = gateway.pids()
    answer = gateway.cli("doctor", check=False)
    check("doctor has no problem with it", "PROBLEM" not in answer.stdout, answer.stdout)
    check("doctor measures AES", re.search(r"AES-GCM is accelerated: \d+\.\d MB/s on one core \(\S*aesni\S*\)", answer.stdout),
          answer.stdout)
    equal("doctor disturbs nobody", gateway.pids(), before)
    told = gateway.json("version")
    equal("version tells all parts", [name for name, version in {**told["parts"], **told["libraries"]}.items() if not version], [])
