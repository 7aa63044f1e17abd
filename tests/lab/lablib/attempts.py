"""Logins that fail, one after the other."""

from .checks import check, wait_until


class Attempts:
    """Failed logins of one client that is secured; each is told by the gateway before the next one is made."""

    def __init__(self, gateway, client):
        self.gateway, self.client, self.node = gateway, client, client.node

    def fail(self, times, reason="wrong password|unknown user", timeout=60):
        for number in range(times):
            since = len(self.gateway.log())
            self.client.dial()
            check(f"{self.node}: attempt {number + 1} is refused",
                  self.gateway.logged(rf"refused .*({reason})", timeout, since), self.gateway.log()[since:])
            self.over()
        return self

    def over(self):
        """xl2tpd takes no order for a new call while it is ending the one before, which takes it half a minute if both
        ends do so at the same time: the next attempt is another one's."""
        wait_until(lambda: not self.node.pids("pppd"), 60, "pppd ends")
        self.client.xl2tpd.stop()
        self.client.xl2tpd.start()

    def stop(self):
        self.client.stop()
        return self
