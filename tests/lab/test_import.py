"""Arriving from another gateway, and moving to another machine: clients connect as before, with nothing of theirs changed."""

from lablib.checks import check, equal, note
from lablib.client import Client, connect_all
from lablib.gateway import POLICY, Gateway
from lablib.topology import GATEWAY, SERVER, Topology

GROUP = "lab"
TIMEOUT = 300

# What setup-ipsec-vpn (hwdsl2) writes on a machine with this address.
PSK = "8mDUz5YkfFvRqZ2pJwXt"
USERS = (("vpnuser", "tJ5hRw9xQzLk3VnB", None), ("bob", "Xy7!pq Ws#2", "192.168.42.77"))
FILES = {
    "/etc/ipsec.conf": f"""version 2.0

config setup
  ikev1-policy=accept
  virtual-private=%v4:10.0.0.0/8,%v4:192.168.0.0/16,%v4:172.16.0.0/12,%v4:!192.168.42.0/24,%v4:!192.168.43.0/24
  uniqueids=no

conn shared
  left=%defaultroute
  leftid={GATEWAY}
  right=%any
  encapsulation=yes
  authby=secret
  pfs=no
  rekey=no
  dpddelay=30
  dpdtimeout=300
  ikev2=never
  ike=aes256-sha2;modp2048,aes128-sha2;modp2048,aes256-sha1;modp2048,aes128-sha1;modp2048
  phase2alg=aes_gcm-null,aes128-sha1,aes256-sha1,aes256-sha2_512,aes128-sha2,aes256-sha2
  ikelifetime=24h
  salifetime=24h
  sha2-truncbug=no

conn l2tp-psk
  auto=add
  leftprotoport=17/1701
  rightprotoport=17/%any
  type=transport
  also=shared

conn xauth-psk
  auto=add
  leftsubnet=0.0.0.0/0
  rightaddresspool=192.168.43.10-192.168.43.250
  modecfgdns="8.8.8.8 8.8.4.4"
  leftxauthserver=yes
  rightxauthclient=yes
  leftmodecfgserver=yes
  rightmodecfgclient=yes
  modecfgpull=yes
  cisco-unity=yes
  also=shared

include /etc/ipsec.d/*.conf
""",
    "/etc/ipsec.secrets": f'%any  %any  : PSK "{PSK}"\n',
    "/etc/xl2tpd/xl2tpd.conf": """[global]
port = 1701

[lns default]
ip range = 192.168.42.10-192.168.42.250
local ip = 192.168.42.1
require chap = yes
refuse pap = yes
require authentication = yes
name = l2tpd
pppoptfile = /etc/ppp/options.xl2tpd
length bit = yes
""",
    "/etc/ppp/options.xl2tpd": """+mschap-v2
ipcp-accept-local
ipcp-accept-remote
noccp
auth
mtu 1280
mru 1280
proxyarp
lcp-echo-failure 4
lcp-echo-interval 30
connect-delay 5000
ms-dns 8.8.8.8
ms-dns 8.8.4.4
""",
    "/etc/ppp/chap-secrets": "".join(f'"{name}" l2tpd "{password}" {address or "*"}\n'
                                     for name, password, address in USERS),
}
OLD = "/run/old"


def documented_client(node, user, password):
    """A Linux client as setup-ipsec-vpn's documentation configures it, for the address of the gateway."""
    return Client(node, user, password, PSK, ike=["aes128-sha1-modp2048"], esp=["aes128-sha1"], mtu=1280,
                  ppp="refuse-eap\nusepeerdns", rekey_time="1h",
                  connection={"remote": {"auth": "psk", "id": GATEWAY}, "rekey_time": "3h"})


def they_connect(where, clients):
    equal(f"{where}: they connect", connect_all(clients), {})
    for client, (name, _, address) in zip(clients, USERS):
        got = client.address() or ""
        check(f"{where}: {name} has an address as before", got == address or (not address and got.startswith("192.168.42.")), got)
        equal(f"{where}: {name} reaches the server", client.ping(SERVER), 3)
    for client in clients:
        client.hangup()
        client.stop()
    note(f"{where}: done")


def test_from_setup_ipsec_vpn():
    net = Topology(direct=1, nat1=1)
    clients = [documented_client(node, name, password) for node, (name, password, _) in zip(net.clients(), USERS)]
    for path, text in FILES.items():
        net.gw.write(OLD + path, text, 0o600)
    gateway = Gateway(net.gw)
    said = gateway.cli("import", OLD, "--output", POLICY).stderr
    equal("what is not carried over is said", [word for word in ("xauth-psk", "mtu 1280") if word not in said], [])
    check("secrets are not", PSK not in said and USERS[0][1] not in said, said)
    gateway.up()
    they_connect("imported", clients)

    policy = net.gw.read(POLICY)
    gateway.cli("backup", "--output", "/run/backup.json")
    gateway.down()
    for folder in ("/etc/l2tpgw", "/var/lib/l2tpgw"):  # as on another machine
        net.gw.run(["find", folder, "-mindepth", "1", "-delete"])
    gateway.cli("restore", "/run/backup.json")
    equal("the policy is the same", net.gw.read(POLICY), policy)
    gateway.up()
    they_connect("restored", clients)
    gateway.down()
