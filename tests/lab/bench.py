#!/usr/bin/python3
"""Runs benchmarks inside the VM; `scripts/bench` calls it with the names of some."""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from bench_groups import groups  # noqa: E402
from bench_memory import memory  # noqa: E402
from bench_radius import radius  # noqa: E402
from bench_recovery import recovery  # noqa: E402
from bench_setup import setup  # noqa: E402
from bench_throughput import throughput  # noqa: E402
from bench_users import users  # noqa: E402
from lablib import logs, node  # noqa: E402

BENCHMARKS = {"throughput": throughput, "setup": setup, "memory": memory, "recovery": recovery,
              "users": users, "radius": radius, "groups": groups}


def main(names):
    worked = False
    try:
        for name in names:
            BENCHMARKS[name]()
            node.destroy_all()
        worked = True
    finally:
        logs.keep("bench", show=not worked)
        node.destroy_all()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
