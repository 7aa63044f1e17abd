"""A trickle of traffic from many clients at once, to see whether any of it is lost."""

import signal

INTERVAL = 0.2


class Stream:
    """As a context manager; afterwards `lost` tells how many packets of each client got no answer:

        with Stream(clients, SERVER) as stream:
            …
        equal("not a packet is lost", stream.lost, {})
    """

    def __init__(self, clients, target):
        self.nodes, self.target = [getattr(client, "node", client) for client in clients], target
        self.sent, self.received = {}, {}

    def __enter__(self):
        argv = ["ping", "-n", "-q", "-i", str(INTERVAL), "-W", "5", self.target]
        self.running = {node.name: node.popen(argv, stdout=-1, stderr=-1, text=True) for node in self.nodes}
        return self

    def __exit__(self, *_):
        for name, process in self.running.items():
            process.send_signal(signal.SIGINT)
            output = process.communicate(timeout=30)[0]
            words = [part.split()[0] for part in output.split(",") if "transmitted" in part or "received" in part]
            # The first part is "--- … ---\nN packets transmitted".
            line = next(line for line in output.splitlines() if "transmitted" in line)
            self.sent[name], self.received[name] = int(line.split()[0]), int(words[1])

    @property
    def lost(self):
        """{client: (sent, answered)} of those whose count differs by more than the one that SIGINT cut off."""
        return {name: (self.sent[name], self.received[name]) for name in self.sent
                if not self.sent[name] or self.sent[name] - self.received[name] > 1}
