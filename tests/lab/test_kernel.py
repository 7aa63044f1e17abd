"""Unit tests that need ESP and L2TP of the kernel (tests/kernel), which many a machine that builds them has not."""

import re

from lablib.checks import check, equal
from lablib.gateway import REPOSITORY
from lablib.node import Node

GROUP = "lab"
TIMEOUT = 120

# scripts/test builds them before it comes here.
PROGRAMS = REPOSITORY / "build/test/gcc"
RESULT = re.compile(r"^(ok|not ok) \d+ - (\w+)", re.M)


def test_unit_tests():
    node = Node("alone")
    names = sorted(path.stem for path in (REPOSITORY / "tests/kernel").glob("test_*.c"))
    check("there are some", names)
    for name in names:
        ran = node.run([PROGRAMS / f"kernel_{name}"], check=False, timeout=60, env={"CMOCKA_MESSAGE_OUTPUT": "TAP"})
        output = ran.stdout + ran.stderr
        for held, what in RESULT.findall(output):
            check(f"{name}: {what}", held == "ok", output)
        equal(f"{name}: exit status", ran.returncode, 0)
