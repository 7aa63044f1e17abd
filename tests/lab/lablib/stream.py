"""A trickle of traffic from many clients at once, to see whether any of it is lost."""

import re
import signal
import tempfile

from .checks import holds

INTERVAL = 0.2
LATE = 10  # seconds until a packet without an answer is lost, when all is over
ANSWERED = re.compile(r"bytes from .*icmp_seq=(\d+)")
MISSED = re.compile(r"^\[(\d+\.\d+)\] no answer yet for icmp_seq=(\d+)", re.M)


class Trickle:
    """The pings of one client."""

    def __init__(self, node, target):
        self.output = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        self.process = node.popen(["ping", "-n", "-O", "-D", "-i", str(INTERVAL), target], stdout=self.output,
                                  stderr=self.output)
        self.last = None

    def look(self):
        self.output.seek(0)
        text = self.output.read()
        self.answered = {int(number) for number in ANSWERED.findall(text)}
        self.missed = {int(number): float(time) for time, number in MISSED.findall(text)}

    def end(self):
        """The last packet that counts is the newest one now; its answer is waited for."""
        self.look()
        self.last = max((*self.answered, *self.missed, 1))
        holds(lambda: self.look() or max(self.answered, default=0) >= self.last, LATE)
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        self.look()
        self.output.close()

    @property
    def lost(self):
        return [number for number in range(1, self.last + 1) if number not in self.answered]


class Stream:
    """As a context manager; afterwards `lost` tells how many packets of each client got no answer:

        with Stream(clients, SERVER) as stream:
            …
        equal("not a packet is lost", stream.lost, {})
    """

    def __init__(self, clients, target):
        self.nodes, self.target = [getattr(client, "node", client) for client in clients], target

    def __enter__(self):
        self.trickles = {node.name: Trickle(node, self.target) for node in self.nodes}
        return self

    def __exit__(self, *_):
        for trickle in self.trickles.values():
            trickle.end()

    @property
    def sent(self):
        return {name: one.last for name, one in self.trickles.items()}

    @property
    def lost(self):
        """{client: (sent, answered)} of those who lost any."""
        return {name: (one.last, one.last - len(one.lost)) for name, one in self.trickles.items() if one.lost}

    def blamed(self, done):
        """Texts: during which of [(when it began, as time.time() has it, what it was)] each packet was lost."""
        for name, one in self.trickles.items():
            for number in one.lost:
                at = one.missed.get(number, 0)
                began, what = max((entry for entry in done if entry[0] <= at), default=(0, "nothing"))
                yield f"{name} lost packet {number}, {at - began:.2f} s after this began: {what}"
