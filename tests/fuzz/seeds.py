"""Writes what a fuzzer begins with: requests from the table of bad input, documents and time zones.

Usage: seeds.py DIRECTORY, which gets a directory a target.
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
ZONES = pathlib.Path("/usr/share/zoneinfo")
NAMES = ("America/Denver", "Europe/Dublin", "Australia/Lord_Howe", "Africa/Casablanca", "UTC",
         "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Apia")
# The table's company has other names than the fuzzer's.
NAMED = (("alice", "i0"), ("bob", "i1"), ("carol", "i2"), ("quick", "short"), ("denver", "main"))


def write(directory, name, data):
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_bytes(data)


def requests():
    for i, line in enumerate((ROOT / "cases" / "bad_input.cases").read_text().splitlines()):
        if not line.startswith("== "):
            continue
        method, path, role, *body = line[3:].split(" ", 3)
        text = body[0] if body else ""
        for name, other in NAMED:
            text, path = (re.sub(rf"\b{name}\b", other, t) for t in (text, path))
        who = "LOCAL" if role == "local" else f"KEY {role if role != 'override' else 'admin'}"
        yield f"{i:04}", (f"{who}\n{method} {path}\nContent-Type: application/json\n"
                          f"Idempotency-Key: k{i}\n\n{text}").encode()


def documents():
    yield "rich", (ROOT / "codec" / "rich.json").read_bytes()
    yield "life", (ROOT / "cases" / "life.json").read_bytes()
    yield "least", json.dumps({"interlock": 1, "company": {"_id": "a", "name": "A",
                                                            "timezone": "UTC"}}).encode()


def zones():
    for name in NAMES:
        yield name.replace("/", "_"), (ZONES / name).read_bytes()


target = pathlib.Path(sys.argv[1])
for kind, seeds in (("request", requests), ("document", documents), ("tzif", zones)):
    for name, data in seeds():
        write(target / kind, name, data)
