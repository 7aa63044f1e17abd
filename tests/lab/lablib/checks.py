"""Checks and waiting: what a scenario says, printed for people and written to LAB_OUT for machines."""

import json
import os
import pathlib
import sys
import time
import traceback

OUT = pathlib.Path(os.environ.get("LAB_OUT", "/tmp"))


class Skipped(Exception):
    """The rest of the scenario does not apply here; the message says why."""


class Timeout(Exception):
    """A condition did not come true in time."""


class Results:
    """The outcomes of one boot."""

    def __init__(self, path=OUT / "results.jsonl"):
        self.path = path
        self.scenario = ""
        self.failed = 0
        self.last_attempt = True

    def begin(self, scenario, last_attempt):
        """Returns where the results stand, for `take_back`."""
        self.scenario = scenario
        self.last_attempt = last_attempt
        return self.failed, self.path.stat().st_size if self.path.exists() else 0

    def take_back(self, mark):
        """Forgets what was added since: the attempt is made again."""
        self.failed, size = mark
        os.truncate(self.path, size)

    def add(self, name, outcome, detail=""):
        full = f"{self.scenario}: {name}" if self.scenario else name
        failed = "not ok" if self.last_attempt else "# first attempt: not ok"
        word = {"passed": "ok", "failed": failed, "skipped": "ok (skipped)"}[outcome]
        print(f"{word} {full}" + (" — " + " | ".join(detail.split("\n")) if detail else ""), flush=True)
        self.failed += outcome == "failed"
        with open(self.path, "a", encoding="utf-8") as log:
            log.write(json.dumps({"name": full, "outcome": outcome, "detail": detail}) + "\n")


results = Results()


def check(name, condition, detail=""):
    """Records one check and goes on; returns whether it held. `detail` is shown when it did not."""
    results.add(name, "passed" if condition else "failed", "" if condition else str(detail))
    return bool(condition)


def equal(name, got, wanted):
    return check(name, got == wanted, f"got {got!r}, wanted {wanted!r}")


def note(text):
    """A remark in the output, with the time since boot: for measurements and for finding out what took long."""
    print(f"# {time.monotonic():7.1f}  {text}", flush=True)


def skip(why):
    raise Skipped(why)


def holds(condition, timeout=30, interval=0.1):
    """Polls until the condition is true and returns its value; returns None if it never was."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            return None
        time.sleep(interval)


def wait_until(condition, timeout=30, what="condition", interval=0.1):
    value = holds(condition, timeout, interval)
    if not value:
        raise Timeout(f"{what}: not within {timeout} s")
    return value


def run_scenario(name, function, last_attempt=True):
    """
    Runs one scenario function; whatever it raises is a failure of its own. Returns whether all of it held.
    A failed attempt that is not the last one is told, but does not count.
    """
    mark = results.begin(name, last_attempt)
    started = time.monotonic()
    try:
        function()
    except Skipped as reason:
        results.add("rest", "skipped", str(reason))
    except Exception as error:  # a scenario must not end the others
        results.add("ran to its end", "failed", f"{type(error).__name__}: {error}")
        traceback.print_exc(file=sys.stdout)
    finally:
        note(f"{name} took {time.monotonic() - started:.1f} s")
        results.scenario = ""
    held = results.failed == mark[0]
    if not held and not last_attempt:
        results.take_back(mark)
    return held
