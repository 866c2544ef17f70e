#!/usr/bin/env python3
"""Runs the suite and ends with one line `N passed, N failed`.

Usage: run_tests.py BUILD [--suite NAME] [meson test options]

A program that reports its own cases (cmocka's "[  PASSED  ] N test(s).", or a closing line
"N passed, N failed") counts as that many; any other program counts as one.
"""
import json
import re
import subprocess
import sys

CMOCKA_PASSED = re.compile(r"^\[  PASSED  \] (\d+) test\(s\)", re.M)
CMOCKA_FAILED = re.compile(r"^\[  FAILED  \] (\d+) test\(s\)", re.M)
OWN_LINE = re.compile(r"^(\d+) passed, (\d+) failed$", re.M)


def count(test):
    text = test.get("stdout", "") + "\n" + test.get("stderr", "")
    own = OWN_LINE.findall(text)
    if own:
        passed, failed = (sum(int(line[i]) for line in own) for i in (0, 1))
    else:
        passed = sum(map(int, CMOCKA_PASSED.findall(text)))
        failed = sum(map(int, CMOCKA_FAILED.findall(text)))
    if test["result"] not in ("OK", "EXPECTEDFAIL"):
        return passed, max(failed, 1)
    return max(passed, 1), failed


def main():
    build, rest = sys.argv[1], sys.argv[2:]
    command = ["meson", "test", "-C", build, "--no-rebuild", "--print-errorlogs", *rest]
    run = subprocess.run(command, check=False)
    passed = failed = 0
    with open(f"{build}/meson-logs/testlog.json", encoding="utf-8") as log:
        for line in log:
            p, f = count(json.loads(line))
            passed, failed = passed + p, failed + f
    if run.returncode != 0 and failed == 0:
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
