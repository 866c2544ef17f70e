"""The harness's one record: rows by part, kept in results.json, and the document written from it."""
import datetime
import json
import os
import pathlib
import platform
import re
import subprocess

import plots

HEAD = """# Performance

Written by `python3 tests/bench/bench.py build --document` from `build/bench/results.json`, the record of
the last run of each part; edit neither figures nor words here. Every figure stands beside its goal, or
beside its peer from the same run.

The machine is shared with other work, so absolute figures are noisy and may be far from what an idle
machine gives; read the ratios, which compare things measured one after the other in the same run.
Figures are medians of {runs} runs where nothing else is said.

"""

ORDER = ("slots", "http", "book", "busy", "million", "streams", "reads", "postgres", "calcom")

PEERS = """## What noise does

`busy` depends on the machine most: on 2026-11-24 at 17:03, with a load of 3 on two cores from other work,
its p99 was 8.04 times its p50 (1.84-11.68 over five runs), which misses the goal.

## The peers

- **A fixed body** (`http`): the same HTTP library answering the same number of bytes from memory.
- **Batch 1** (`book`): Interlock itself with one booking a sync.
- **PostgreSQL** (`postgres`): tests/bench/peers/postgres.js, a Node cluster of as many workers as cores,
  a GiST exclusion constraint and an idempotency row. Booking and row are one statement, so one round trip
  and one sync, which is kinder to it than a transaction of several statements. Default settings, fsync on,
  unix socket; a pool of 8 connections: of 4, 8, 12, 20 and 64 tried on two cores 4 had the shortest waits,
  12 the most bookings, 8 stands between, and 20 and 64 were mostly worse. It checks no key, no hours and
  keeps no changelog, which Interlock does. Both servers get the same wrk script, and both run on the
  machine that makes the load.
- **Cal.com** (`calcom`): the npm package `@calcom/platform-libraries` 0.0.360. `npm install` of it fails
  (404): it depends on `@calcom/lib` and `@calcom/features`, which are not on npm. So the bench takes its
  tarball (`npm pack`) and loads the compiled `slots.cjs` and `date-ranges` files as they are; what
  `slots.cjs` imports beside them and `dayjs` (database, mail, redis, reporting) is stubbed, and `getSlots`,
  which the file does not export, is exported by one line added in memory. Timed is, for each inspector,
  `buildDateRanges`, `subtract` of the taken times and `getSlots`, after a warm-up: neither its database nor
  its network. Interlock's side is one search of a snapshot that is made before, which is how it serves.
  `dayjs` is the public 1.11.11, since the package does not say which it was built for.
  The first row of the part says whether both found the same starts.
"""


def parsed(text):
    """The first number of a figure or a goal, or None."""
    found = re.match(r"[<>=\s]*(\d+(?:\.\d+)?)", text or "")
    return float(found.group(1)) if found else None


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.split("\n")[0]
    except OSError:
        return "unknown"


def machine(build):
    log = (build / "meson-logs" / "meson-log.txt").read_text()
    compiler = re.search(r"C compiler for the host machine: \S+ \((\S+ \S+)", log)
    total_kb = int(re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text()).group(1))
    model = re.search(r"model name\s*:\s*(.+)", pathlib.Path("/proc/cpuinfo").read_text())
    return {"cores": os.cpu_count(), "processor": model.group(1) if model else platform.machine(),
            "memory": f"{total_kb / 1024 / 1024:.1f} GiB", "kernel": platform.release(),
            "compiler": compiler.group(1) if compiler else "unknown", "node": first_line("node", "--version")}


class Results:
    def __init__(self, build, runs):
        self.path, self.build, self.runs = build / "bench" / "results.json", build, runs
        self.parts, self.part = {}, None
        if self.path.exists():
            self.parts = json.loads(self.path.read_text()).get("parts", {})

    def begin(self, part):
        load = os.getloadavg()[0]
        self.part = {"at": datetime.datetime.now().isoformat(timespec="minutes"), "load": round(load, 1),
                     "command": f"python3 tests/bench/bench.py build {part}", "rows": [], "left_out": None}
        self.parts[part] = self.part

    def report(self, what, figure, goal=None, met=None, **drawn):
        """A figure and its goal, or one that is told for information: without a goal it is never ok.
        drawn: `value`, when the figure does not begin with what the goal limits; `bars` of peers."""
        value = drawn.get("value", parsed(figure) if goal else None)
        self.part["rows"].append({"what": what, "figure": figure, "goal": goal, "met": met, "value": value,
                                  "limit": parsed(goal) if goal else None, "bars": drawn.get("bars")})
        verdict = "" if goal is None else f" goal {goal:<16} {'ok' if met else 'MISSED'}"
        print(f"{what:<72} {figure:<34}{verdict}".rstrip(), flush=True)

    def left_out(self, why):
        self.part["left_out"] = why
        print(f"left out: {why}", flush=True)

    def save(self):
        self.path.write_text(json.dumps({"machine": machine(self.build), "runs": self.runs,
                                         "parts": self.parts}, indent=1))
        for name, part in self.parts.items():
            text, plot = plots.drawn(name, part["rows"]), self.path.parent / f"{name}.svg"
            if text:
                plot.write_text(text)
            else:
                plot.unlink(missing_ok=True)

    def document(self, path):
        kept = json.loads(self.path.read_text())
        host = kept["machine"]
        order = [name for name in ORDER if name in kept["parts"]]
        out = [HEAD.format(runs=kept["runs"]),
               "Machine: " + ", ".join([f"{host['cores']} cores ({host['processor']})", host["memory"],
                                        f"Linux {host['kernel']}", host["compiler"],
                                        f"Node {host['node']}"]) + ".\n"]
        missed = []
        for name in order:
            part = kept["parts"][name]
            out.append(part_text(name, part))
            missed += [(name, row) for row in part["rows"] if row["goal"] and not row["met"]]
        unmeasured = [f"`{name}`" for name in ORDER if name not in kept["parts"]]
        if unmeasured:
            out.append(f"Not measured on this machine yet: {', '.join(unmeasured)}.\n")
        out.append("## Goals missed\n")
        out += [f"- `{name}`: {row['what']}: {row['figure']}, goal {row['goal']}." for name, row in missed]
        out.append(("" if missed else "None in these runs.\n") + "\n" + PEERS)
        path.write_text("\n".join(out))


def part_text(name, part):
    lines = [f"## {name}\n", f"{part['at'].replace('T', ' ')}, load {part['load']} at its start: "
             f"`{part['command']}`\n"]
    if part["left_out"]:
        lines.append(f"Left out: {part['left_out']}.\n")
    if part["rows"]:
        lines += ["| what | figure | goal | |", "|---|---|---|---|"]
        for row in part["rows"]:
            verdict = "" if row["goal"] is None else ("met" if row["met"] else "**missed**")
            lines.append(f"| {row['what']} | {row['figure']} | {row['goal'] or ''} | {verdict} |")
    return "\n".join(lines) + "\n"
