#!/usr/bin/python3
"""Runs scenario files inside the VM; `scripts/lab test` calls it."""

import importlib
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from lablib import checks, logs, node, syslog  # noqa: E402


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


# What a stage of a scenario ends with when there is another one: the machine reboots in between.
REBOOT = 99


def run_stage(module):
    """One boot's part of a scenario that goes on after a reboot."""
    count = checks.OUT / "stage"
    stage = int(count.read_text()) if count.exists() else 0
    function = module.STAGES[stage]
    label = f"{module.__name__.removeprefix('test_')}.{function.__name__}"
    held = checks.run_scenario(label, function)
    logs.keep(label, show=not held)
    count.write_text(str(stage + 1))
    return REBOOT if held and stage + 1 < len(module.STAGES) else int(not held)


def main(files):
    syslog.listen()
    for file in files:
        module = importlib.import_module(pathlib.Path(file).stem)
        if hasattr(module, "STAGES"):
            return run_stage(module)
        for name, function in list(vars(module).items()):
            if name.startswith("test_") and callable(function):
                label = f"{module.__name__.removeprefix('test_')}.{name.removeprefix('test_')}"
                run(label, function)
    return 1 if checks.results.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
