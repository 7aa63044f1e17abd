"""Logs of all nodes: kept in LAB_OUT for every scenario, their ends shown when it failed."""

import shutil

from .checks import OUT
from .node import Node

TAIL = 12


def keep(scenario, show):
    for node in Node.all.values():
        for path in sorted(node.path("/var/log").glob("*.log")):
            target = OUT / scenario / f"{node}-{path.name}"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            if show:
                lines = path.read_text(errors="replace").splitlines()[-TAIL:]
                print(f"--- {node} {path.name}", *lines, sep="\n    ", flush=True)
