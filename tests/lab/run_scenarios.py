#!/usr/bin/python3
"""Runs scenario files inside the VM; `scripts/lab test` calls it."""

import importlib
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from lablib import checks, logs, node  # noqa: E402


# An emulated CPU that is starved for some seconds misses real protocols' timers: a scenario that fails is tried
# once more, and its first attempt is shown. What fails twice has failed. LAB_ATTEMPTS=1 gives it one attempt.
ATTEMPTS = int(os.environ.get("LAB_ATTEMPTS", "2"))


def run(label, function):
    for attempt in range(1, ATTEMPTS + 1):
        held = checks.run_scenario(label, function, last_attempt=attempt == ATTEMPTS)
        logs.keep(label if held or attempt == ATTEMPTS else f"{label}.first-attempt", show=not held)
        node.destroy_all()
        if held:
            return


def main(files):
    for file in files:
        module = importlib.import_module(pathlib.Path(file).stem)
        for name, function in list(vars(module).items()):
            if name.startswith("test_") and callable(function):
                label = f"{module.__name__.removeprefix('test_')}.{name.removeprefix('test_')}"
                run(label, function)
    return 1 if checks.results.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
