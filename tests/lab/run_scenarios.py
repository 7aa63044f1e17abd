#!/usr/bin/python3
"""Runs scenario files inside the VM; `scripts/lab test` calls it."""

import importlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from lablib import checks, logs, node  # noqa: E402


def main(files):
    for file in files:
        module = importlib.import_module(pathlib.Path(file).stem)
        for name, function in list(vars(module).items()):
            if name.startswith("test_") and callable(function):
                label = f"{module.__name__.removeprefix('test_')}.{name.removeprefix('test_')}"
                held = checks.run_scenario(label, function)
                logs.keep(label, show=not held)
                node.destroy_all()
    return 1 if checks.results.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
