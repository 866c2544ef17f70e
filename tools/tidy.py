#!/usr/bin/env python3
"""House rules that compilers do not check; runs as a test. Usage: tidy.py SOURCE_ROOT"""
import pathlib
import re
import sys

LINE_MAX = 100
FUNCTION_MAX = 70
FILE_MAX = 600
PARAMETERS_MAX = 6
MAY_INCLUDE = {  # who may include whom: the architecture, once more
    "base": {"base"},
    "core": {"core", "base"},
    "codec": {"codec", "core", "base"},
    "store": {"store", "core", "base"},
    "desk": {"desk", "store", "codec", "core", "base"},
    "http": {"http", "base"},
    "api": {"api", "desk", "http", "codec", "store", "core", "base"},
    "embed": {"embed", "api", "desk", "http", "codec", "store", "core", "base"},
    "demo": {"demo", "codec", "core", "base"},
    "interlock": {"api", "desk", "http", "codec", "store", "core", "base", "demo"},
}
LONGER_YET = {"tests/desk/drive.c", "tests/desk/life.c", "tests/desk/outcomes.c"}  # to be split
FIXED_BY_OTHERS = {"on_request"}  # a library's callback
BANNED = re.compile(r"(?<![\w.>])(strcpy|strcat|sprintf|strtok|atoi|atol|gmtime|localtime|mktime|"
                    r"alloca|rand|gets)\s*\(")
LATER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
INCLUDE = re.compile(r'^#include "([a-z_]+)/')


def functions(lines):
    """(name line number, name, body length, parameters) of each function: our layout only."""
    head = []
    start = None
    for n, line in enumerate(lines, 1):
        if line == "{":
            start = n
        elif line == "}" and start is not None:
            text = " ".join(head)
            match = re.search(r"(\w+)\((.*)\)\s*$", text)
            if match:
                inner = match.group(2)
                depth = commas = 0
                for c in inner:
                    depth += c in "([" 
                    depth -= c in ")]"
                    commas += c == "," and depth == 0
                yield start, match.group(1), n - start - 1, commas + 1
            start, head = None, []
        elif start is None:
            head = [] if not line or line.endswith((";", "*/")) or line.startswith("#") else [*head, line]


def check(root, path, faults):
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    where = path.relative_to(root)
    layer = where.parts[1] if where.parts[0] == "src" else None
    if not text.startswith(("/*", "#define _GNU_SOURCE")):
        faults.append(f"{where}:1: a file opens by saying what it is for")
    if text.endswith("\n\n") or not text.endswith("\n"):
        faults.append(f"{where}:{len(lines)}: a file ends with one newline")
    if len(lines) - 1 >= FILE_MAX and str(where) not in LONGER_YET:
        faults.append(f"{where}:1: {len(lines) - 1} lines, fewer than {FILE_MAX} are wanted")
    for n, line in enumerate(lines, 1):
        if len(line) > LINE_MAX:
            faults.append(f"{where}:{n}: {len(line)} columns, at most {LINE_MAX}")
        if line.rstrip() != line or "\t" in line:
            faults.append(f"{where}:{n}: trailing space or tab")
        if LATER.search(line):
            faults.append(f"{where}:{n}: what is left to do belongs in docs/plan.md")
        if layer and BANNED.search(re.sub(r'"[^"]*"', "", line)):
            faults.append(f"{where}:{n}: banned function")
        include = INCLUDE.match(line)
        if include and layer and include.group(1) in MAY_INCLUDE and \
                include.group(1) not in MAY_INCLUDE.get(layer, set()):
            faults.append(f"{where}:{n}: {layer} may not include {include.group(1)}")
    for n, name, length, parameters in functions(lines):
        if length > FUNCTION_MAX:
            faults.append(f"{where}:{n}: {name} has {length} lines, at most {FUNCTION_MAX}")
        if parameters > PARAMETERS_MAX and name not in FIXED_BY_OTHERS:
            faults.append(f"{where}:{n}: {name} has {parameters} parameters, at most {PARAMETERS_MAX}")


def main():
    root = pathlib.Path(sys.argv[1])
    faults = []
    for folder in ("src", "tests", "examples"):
        for path in sorted((root / folder).rglob("*.[ch]")):
            check(root, path, faults)
    print("\n".join(faults))
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
