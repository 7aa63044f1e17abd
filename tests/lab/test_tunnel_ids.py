"""xl2tpd draws the id of a tunnel that is there: whoever has it keeps it, the newcomer is told to dial again."""

import contextlib
import struct

from lablib.agreement import disagreements, number
from lablib.checks import check, equal, holds
from lablib.client import Client
from lablib.daemons import XL2TPD_LOG
from lablib.gateway import Gateway, policy
from lablib.topology import SERVER, Topology

GROUP = "tunnels"
TIMEOUT = 600

RANDOM = "/dev/urandom"
HELLO = 60  # seconds between two of xl2tpd's; it gives up who does not acknowledge one for some 31 s


@contextlib.contextmanager
def draws(node, number):
    """xl2tpd, which opens the device for each number, finds always the same there."""
    node.write("/run/always", struct.pack("=H", number) * 2048)
    node.run(["mount", "--bind", "/run/always", RANDOM])
    try:
        yield
    finally:
        node.run(["umount", RANDOM])


def test_a_tunnel_id_in_use():
    net = Topology(direct=2)
    gateway = Gateway(net.gw)
    gateway.write_policy(policy((("alice", "wonderland"), ("beth", "wonderland")), l2tp={"max_sessions": 100}))
    gateway.up()
    alice, beth = (Client(node, user) for user, node in zip(("alice", "beth"), net.clients()))
    alice.connect()
    record = gateway.wait_sessions(1)[0]
    beth.start().secure()
    with draws(net.gw, number(record["l2tp"]["tunnel"])):
        beth.dial()
        check("the log says why", gateway.logged(r"gave slot \d+ the tunnel id of slot \d+", 30), gateway.log()[-2000:])
        check("the newcomer is told", holds(lambda: "onnection closed" in beth.node.read(XL2TPD_LOG), 30),
              beth.node.read(XL2TPD_LOG))
    beth.stop()
    beth.connect()
    time_out = not holds(lambda: "Maximum retries exceeded" in gateway.log(), HELLO + 35, 2)
    check("xl2tpd gives nobody up", time_out, gateway.log()[-2000:])
    equal("the one who has the tunnel keeps it", gateway.session_of("alice")["id"], record["id"])
    equal("and is served", alice.ping(SERVER), 3)
    equal("as is the newcomer", beth.ping(SERVER), 3)
    equal("all agree", disagreements(gateway, {"alice": alice, "beth": beth}), [])
