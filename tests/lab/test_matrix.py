"""l2tpgwd killed, or let down by the machine, at one system call after the other of an apply: what was, or what was wanted,
and nothing in between.

Of each way to fail it tries LAB_MATRIX points of those that change something, spread evenly (and, if there are enough of
them, over each kind of call); LAB_MATRIX=all tries every one. LAB_MATRIX_PARTS=killed,undo: only these ways (see PARTS)."""

import collections
import json
import os
import re
import signal
import time

from lablib.checks import check, equal, holds, note, wait_until
from lablib.client import Client, connect_all
from lablib.gateway import BUILD, ENVIRONMENT, LOG, POLICY, Gateway, policy
from lablib.node import CommandFailed
from lablib.strace import Strace, changes
from lablib.stream import Stream
from lablib.topology import SERVER, Topology
from lablib.vici import Vici, ViciError

GROUP = "matrix"
WANTED = os.environ.get("LAB_MATRIX", "4")
TIMEOUT = 5400

USERS = (("alice", "wonderland"), ("beth", "wonderland"))
LATER = ("carol", "wonderland")  # dials when all is over
OLD = policy((*USERS, LATER))
# Something of each kind: users, rendered files, a worker with its address, the ruleset, charon's secret and connection.
NEW = policy((*USERS, LATER, ("emma", "wonderland")), psk="another shared secret", l2tp={"retries": 7}, ppp={"dns": ["9.9.9.9"]},
             firewall={"isolate_clients": False, "deny_from": ["192.0.2.0/24"]})
TRIED = "/etc/l2tpgw/tried.json"
TABLES = "address show dev lo\nroute show dev lo\nxfrm policy show\n"
SYSCTLS = ("net.ipv4.ip_forward", "net.ipv4.conf.all.accept_redirects", "net.ipv4.conf.all.send_redirects")
RENDERED = re.compile(r"(strongswan\.conf|ppp-options|xl2tpd-\d+\.conf)$")
FOLDERS = ("/run/l2tpgw", "/var/lib/l2tpgw", "/etc/l2tpgw")
HALF = re.compile(r"\.[A-Za-z0-9]{6}~$|/\.half-")

# A process that ends between two of them has changed what it has until then.
KILLS = ("mkdir", "rename", "unlink", "rmdir", "write", "sendto", "sendmsg", "clone")
# A transaction of nftables fails before the kernel has it (sendmsg), or is done and nobody is told so (recvmsg). That the kernel
# refuses one is tried in tests/unit/apply/test_ruleset.c, and what then becomes of an apply in test_model.c.
ERRORS = {"openat": "EACCES", "mkdir": "ENOSPC", "write": "ENOSPC", "fsync": "EIO", "rename": "ENOSPC", "unlink": "EACCES",
          "sendto": "ENOBUFS", "sendmsg": "ENOBUFS", "recvmsg": "ENOBUFS", "clone": "EAGAIN"}
UNDO_KILLS = ("write", "fsync", "unlink", "sendto", "sendmsg", "clone")
GOT_THROUGH = "got through"  # it was not killed: each time there were fewer calls
TRIES = 3
FREEZES = ("rename", "sendto", "sendmsg", "clone")


class Trial:
    """A gateway with two clients, whose policy goes from OLD to NEW and back."""

    def __init__(self):
        self.net = Topology(direct=1, nat1=2)
        self.node, self.gateway = self.net.gw, Gateway(self.net.gw)
        self.gateway.write_policy(json.dumps(OLD))
        self.gateway.up()
        self.clients = [Client(node, user) for node, (user, _) in zip(self.net.clients(), USERS)]
        equal("all connect", connect_all(self.clients), {})
        self.gateway.wait_sessions(len(self.clients))
        self.identity = self.gateway.identity()
        self.tried, self.fresh = 0, None
        self.judged = []  # (when, what was tried until then)
        self.gateway.kill("l2tpgwd")
        self.restart()
        self.states = {"old": self.settled()}
        equal("the first time", self.apply(NEW)[0], 0)
        self.states["new"] = self.settled()
        self.go_back("new")

    def apply(self, content):
        self.node.write(TRIED, json.dumps(content), 0o600)
        return self.gateway.answer("apply", TRIED)

    def go_back(self, found):
        """Nothing to do if the old state was found, all of it, a moment ago."""
        if found == "old":
            return
        equal("back to the old policy", self.apply(OLD)[0], 0)
        check("that is as at the beginning", holds(lambda: self.state() == self.states["old"], 60),
              self.differences(self.state(), "old"))

    def pid(self):
        return int(self.node.read("/run/l2tpgw/l2tpgwd.pid"))

    # ---- state ------------------------------------------------------------------------------------------------------------

    def state(self):
        """Few programs: each costs more than what it tells."""
        node = self.node
        return {
            "rules": node.run("nft -s -n -t list table inet l2tpgw").stdout,
            "workers of shards": node.run("nft -s list map inet l2tpgw worker_of").stdout,
            "kernel": self.kernel(),
            "sysctls": [node.sysctl(name) for name in SYSCTLS],
            "files": {str(path.name): path.read_text() for path in sorted(node.path("/run/l2tpgw").iterdir())
                      if RENDERED.search(path.name)},
            "policy": node.read(POLICY),
            "in force": self.in_force(),
            "unfinished": [name for name in ("journal", "policy.before") if node.exists(f"/var/lib/l2tpgw/{name}")],
            "charon": self.charon(),
            "parts": {part["name"]: part["state"] for part in self.gateway.status()["parts"]},
        }

    def kernel(self):
        """Addresses and routes of lo, and the XFRM policies but those of sessions."""
        said = self.node.run(["ip", "-o", "-batch", "-"], input=TABLES).stdout
        return sorted(line for line in said.splitlines() if " dir " not in line or "action block" in line)

    def in_force(self):
        number = self.node.read("/var/lib/l2tpgw/history/current").strip()
        return self.node.read(f"/var/lib/l2tpgw/history/{number}/policy.json")

    def charon(self):
        vici = Vici(self.node.path(self.gateway.vici))
        found = (vici.stream("list-conns", "list-conn"), vici.ask("get-shared"))
        vici.close()
        return found

    def settled(self):
        """The state when it is the same twice."""
        states = [None]

        def same():
            states.append(self.state())
            return states[-1] == states[-2]
        wait_until(same, 60, "the state settles")
        return states[-1]

    def which(self, timeout=40):
        """"old" or "new", or None if it is neither, and does not become one of them."""
        def name():
            try:
                now = self.state()
            except (OSError, ViciError, CommandFailed):  # charon or l2tpgwd is just being started anew
                return None
            return next((name for name, state in self.states.items() if state == now), None)
        return holds(name, timeout)

    def differences(self, state, name):
        wanted = self.states[name]
        return "\n".join(f"{key}: is {state[key]}\n    {name}: {wanted[key]}" for key in wanted if state[key] != wanted[key])

    # ---- trying -------------------------------------------------------------------------------------------------------------

    def traced(self, calls, *inject):
        """An apply of NEW under strace: (exit status, what it said, the calls)."""
        with Strace(self.node, self.pid(), calls, *inject) as strace:
            status, said = self.apply(NEW)
        return status, said, strace.calls

    def restart(self):
        if self.fresh:
            self.fresh.poll()
        self.fresh = self.gateway.daemon(LOG)
        self.gateway.wait_state()

    def verdict(self, what, allowed=("old", "new")):
        """Whether the state is one of those, with all sessions; the name of the state."""
        self.tried += 1
        self.judged.append((time.time(), f"the verdict on: {what}"))
        found = self.which()
        if found not in allowed:
            now = self.state()
            check(f"{what}: {' or '.join(allowed)}", False,
                  "\n".join(f"--- {self.differences(now, name)}" for name in allowed) + "\n" + self.gateway.log()[-2500:])
        now = self.gateway.identity()
        if now != self.identity:
            equal(f"{what}: the sessions", now, self.identity)
        return found

    def truthful(self, what, status, said):
        """The verdict, and that what the apply said is so."""
        found = self.verdict(what)
        if (status == 0) != (found == "new"):
            check(f"{what}: what it says is so", False, f"exit {status}, but what is in force is {found}: {said}")
        return found

    def apply_with_frozen_charon(self, call, number):
        """charon is frozen after that call; l2tpgwd holds still meanwhile."""
        daemon, charon = self.pid(), self.gateway.part("charon")["pid"]
        self.node.write(TRIED, json.dumps(NEW), 0o600)
        with Strace(self.node, daemon, [call], f"{call}:signal=STOP:when={number}") as strace:
            apply = self.node.popen([BUILD / "l2tpgw", "apply", TRIED, "--json"], ENVIRONMENT, stdout=-1, stderr=-1, text=True)
            wait_until(lambda: apply.poll() is not None or strace.is_stopped(number), 60, f"{call} {number}")
            os.kill(charon, signal.SIGSTOP)
            os.kill(daemon, signal.SIGCONT)
            said = "".join(apply.communicate(timeout=120))
        return apply.returncode, said

    def dial_with_the_old_key(self):
        """What charon holds of the secret only a client finds out."""
        client = Client(self.net.clients()[len(USERS)], *LATER)
        client.connect()
        equal("one who dials now with the old key is in", client.ping(SERVER), 3)

    def half_written(self):
        return [str(path) for folder in FOLDERS for path in self.node.path(folder).rglob("*")
                if HALF.search(str(path)) and path.exists()]


def spread(points, count):
    return {points[int((number + 0.5) * len(points) / count)] for number in range(count)}


def choose(points):
    """In the order of the calls."""
    if WANTED == "all" or len(points) <= int(WANTED):
        return points
    kinds = collections.defaultdict(list)
    for point in points:
        kinds[point[0]].append(point)
    chosen = set() if len(kinds) < int(WANTED) else spread(points, int(WANTED))
    for same in kinds.values() if not chosen else ():
        chosen |= spread(same, max(1, round(int(WANTED) * len(same) / len(points))))
    return [point for point in points if point in chosen]


def points_of(calls, wanted):
    """[(name, how many of that name until then)] of those that change something, in the order of the calls; and of the first
    word about a transaction of nftables."""
    counts, found, asked = collections.Counter(), [], False
    for name, rest in calls:
        counts[name] += 1
        if name in wanted and (asked if name == "recvmsg" else changes(name, rest)):
            found.append((name, counts[name]))
        asked = name == "sendmsg" and changes(name, rest)
    return found


def killed(trial, points):
    """Each time before the call is made."""
    return collections.Counter(killed_at(trial, f"killed before {call} {number}", [call], f"{call}:signal=KILL:when={number}")
                               for call, number in points)


def killed_at(trial, what, calls, *inject, allowed=("old", "new")):
    """The state found, and left; tried again if there were fewer calls than that."""
    for _ in range(TRIES):
        pid = trial.pid()
        trial.traced(calls, *inject)
        died = pid not in trial.gateway.pids()
        if died:
            trial.restart()
        found = trial.verdict(what, allowed if died else ("old", "new"))
        trial.go_back(found)
        if died:
            return found
    return GOT_THROUGH


def let_down(trial, points):
    outcomes = collections.Counter()
    for call, number in points:
        what = f"{ERRORS[call]} of {call} {number}"
        pid = trial.pid()
        status, said, calls = trial.traced([call], f"{call}:error={ERRORS[call]}:when={number}")
        if pid not in trial.gateway.pids():
            note(f"{what}: l2tpgwd ended ({trial.fresh.poll()}): {[rest[:150] for _, rest in calls if 'INJECTED' in rest]}")
            trial.restart()
            found = trial.verdict(what)
        else:
            found = trial.truthful(what, status, said)
        outcomes[found] += 1
        trial.go_back(found)
    return outcomes


def frozen(trial, points):
    """charon is stopped (SIGSTOP) after the call."""
    outcomes = collections.Counter()
    for call, number in points:
        status, said = trial.apply_with_frozen_charon(call, number)
        found = trial.truthful(f"charon frozen after {call} {number}", status, said)
        outcomes[found] += 1
        trial.go_back(found)
    return outcomes


def committing(calls):
    """Which rename puts the new generation in force."""
    renames = [rest for name, rest in calls if name == "rename"]
    return 1 + next(number for number, rest in enumerate(renames)
                    if rest.split(", ")[1].startswith('"/var/lib/l2tpgw/history/current"'))


def undone(trial, calls):
    """The commit fails, and all is taken back: (the failing call for strace, the points of taking back)."""
    fault = f"rename:error=ENOSPC:when={committing(calls)}"
    status, said, calls = trial.traced({*UNDO_KILLS, "rename"}, fault)
    check("a commit that fails is undone", status == 1 and "nothing was changed" in said, (status, said))
    equal("and the state is the old one", trial.verdict("a failed commit", ("old",)), "old")
    at = next(number for number, (_, rest) in enumerate(calls) if "INJECTED" in rest)
    return fault, points_of(calls, UNDO_KILLS)[len(points_of(calls[:at], UNDO_KILLS)):]


def killed_in_undo(trial, points, fault):
    return collections.Counter(killed_at(trial, f"killed in the undo, before {call} {number}", [call, "rename"], fault,
                                         f"{call}:signal=KILL:when={number}", allowed=("old",)) for call, number in points)


def try_part(what, points, trying):
    began, chosen = time.monotonic(), choose(points)
    outcomes = trying(chosen)
    note(f"{what}: {len(chosen)} of {len(points)} points tried, {dict(outcomes)}, {time.monotonic() - began:.0f} s")
    check(f"{what}: old or new at each of {len(chosen)} points", set(outcomes) <= {"old", "new", GOT_THROUGH}, outcomes)


# Ways to fail, by what LAB_MATRIX_PARTS calls them.
PARTS = ("killed", "let down", "frozen", "undo")
SOME = os.environ.get("LAB_MATRIX_PARTS", ",".join(PARTS)).split(",")


def each_part(trial, calls):
    if "killed" in SOME:
        try_part("killed", points_of(calls, KILLS), lambda points: killed(trial, points))
    if "let down" in SOME:
        try_part("let down", points_of(calls, ERRORS), lambda points: let_down(trial, points))
    if "frozen" in SOME:
        try_part("charon frozen", points_of(calls, FREEZES), lambda points: frozen(trial, points))
    if "undo" in SOME:
        fault, points = undone(trial, calls)
        try_part("killed in the undo", points, lambda points: killed_in_undo(trial, points, fault))


def test_matrix():
    equal("LAB_MATRIX_PARTS names parts", set(SOME) - set(PARTS), set())
    trial = Trial()
    with Stream(trial.clients, SERVER) as stream:
        _, _, calls = trial.traced({*KILLS, *ERRORS})
        equal("traced, it gets through", trial.verdict("traced", ("new",)), "new")
        trial.go_back("new")
        note(f"calls of an apply: {dict(collections.Counter(name for name, _ in calls))}")
        each_part(trial, calls)
    note(f"{trial.tried} points tried, {sum(stream.sent.values())} pings")
    equal("nobody lost a packet", stream.lost, {})
    for line in stream.blamed(trial.judged):
        note(line)
    equal("no half-written file is left", trial.half_written(), [])
    trial.dial_with_the_old_key()
