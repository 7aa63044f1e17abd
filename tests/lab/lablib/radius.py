"""A FreeRADIUS server in a node, as Debian has it, with a configuration that fits on a page."""

import re
import signal

from .checks import wait_until
from .daemons import stop

SECRET = "a secret that both ends have"
DICTIONARY = "/usr/share/freeradius"

CONFIG = """
prefix = /usr
libdir = /usr/lib/freeradius
logdir = {folder}
run_dir = {folder}
pidfile = {folder}/pid
security {{
  status_server = yes
  reject_delay = 0
}}
log {{
  destination = files
  file = {folder}/log
  auth = yes
}}
client gateway {{
  ipaddr = 10.77.0.1
  secret = "{secret}"
  require_message_authenticator = yes
}}
modules {{
  mschap {{
    use_mppe = no
  }}
  files {{
    filename = {folder}/users
  }}
  detail {{
    filename = {folder}/accounting
  }}
  detail requests {{
    filename = {folder}/requests
  }}
}}
server default {{
  listen {{
    type = auth
    ipaddr = *
    port = {auth}
  }}
  listen {{
    type = acct
    ipaddr = *
    port = {acct}
  }}
  authorize {{
    requests
    mschap
    files
  }}
  authenticate {{
    Auth-Type MS-CHAP {{
      mschap
    }}
  }}
  accounting {{
    detail
  }}
  {signed}
}}
"""
# Releases before 3.2.5 sign an answer only if they are told to.
SIGNED = """post-auth {
    update reply {
      Message-Authenticator := 0x00
    }
    Post-Auth-Type REJECT {
      update reply {
        Message-Authenticator := 0x00
      }
    }
  }"""


class Radius:
    def __init__(self, node, users, name="one", auth=1812, signed=True):
        """users: text of the module `files`."""
        self.node, self.auth, self.acct = node, auth, auth + 1
        self.folder = f"/run/radius-{name}"
        node.path(self.folder).mkdir()
        node.write(f"{self.folder}/radiusd.conf", CONFIG.format(
            folder=self.folder, auth=self.auth, acct=self.acct, secret=SECRET, signed=SIGNED if signed else ""))
        node.write(f"{self.folder}/users", users)
        self.process = None

    def start(self):
        self.process = self.node.start(["freeradius", "-f", "-s", "-d", self.folder], f"/var/log/radius-{self.auth}.log")
        wait_until(lambda: "Ready to process requests" in self.read("log"), 90, f"FreeRADIUS at {self.auth} is ready")
        return self

    def kill(self):
        stop(self.process, signal.SIGKILL, 30)
        self.node.path(f"{self.folder}/log").unlink(missing_ok=True)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def read(self, name):
        path = f"{self.folder}/{name}"
        return self.node.read(path) if self.node.exists(path) else ""

    def records(self, name="accounting"):
        """What it wrote down, one dictionary a packet."""
        blocks = re.split(r"\n\n+", self.read(name).strip())
        return [dict(re.findall(r'^\t(\S+) = "?(.*?)"?$', block, re.M)) for block in blocks if block]

    def of(self, user, status):
        return [one for one in self.records() if one.get("User-Name") == user and one.get("Acct-Status-Type") == status]

    def wait_record(self, user, status, count=1, timeout=60):
        return wait_until(lambda: len(found := self.of(user, status)) >= count and found[-1], timeout,
                          f"{status} of {user} is recorded", 0.3)

    def order(self, kind, attributes, secret=SECRET, node=None, port=3799, to="10.77.0.1"):
        """radclient's Disconnect ("disconnect") or CoA ("coa"); what it printed."""
        text = "".join(f"{name} = {value}\n" for name, value in attributes.items())
        answer = (node or self.node).run(["radclient", "-x", "-r", "1", "-t", "3", f"{to}:{port}", kind, secret],
                                         check=False, input=text)
        return answer.stdout + answer.stderr


def total(record, direction):
    """Octets of an accounting record: "Input" or "Output"."""
    return (int(record.get(f"Acct-{direction}-Gigawords", 0)) << 32) + int(record[f"Acct-{direction}-Octets"])
