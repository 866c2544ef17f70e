#!/usr/bin/env python3
"""Benches: every figure next to its peer or limit, from the same run.

Usage: bench.py BUILD [PART...]      (all parts when none is named: slots http book busy million streams
                                      reads postgres calcom)
       bench.py BUILD --document     writes docs/performance.md from what was measured

Prints a table and writes BUILD/bench/results.json and a plot a part, BUILD/bench/PART.svg; a part that was
not run keeps its last figures. Figures are medians of 5; machines differ, so read the ratios. Load goes to
loopback only and ends by itself.
"""
import datetime
import json
import os
import pathlib
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import streams
from busy import bench_busy, percentile_ms
from peers import bench_calcom, bench_postgres
from postgres import Missing
from reads import bench_reads
from results import Results

RUNS = 5
SECONDS = 3
INSPECTORS = 100


class Bench:
    def __init__(self, build):
        self.build = pathlib.Path(build).resolve()
        self.interlock = str(self.build / "interlock")
        self.folder = self.build / "bench"
        self.folder.mkdir(exist_ok=True)
        self.tests = self.build / "tests" / "bench"
        self.here = pathlib.Path(__file__).parent
        self.seconds = SECONDS
        self.wrk, self.wrk_book, self.book_once = wrk, wrk_book, book_once

    def run(self, *args, **kwargs):
        return subprocess.run([self.interlock, *args], check=True, capture_output=True, **kwargs)

    def company(self, db, name, **size):
        """A generated company, imported document by document; kept for the day and its schema."""
        stamp = db.with_suffix(".day")
        schema = len(list((self.here.parents[1] / "sql" / "sqlite").glob("*.sql")))
        today = f"{datetime.date.today()} {size} schema {schema}"
        if db.exists() and stamp.exists() and stamp.read_text() == today:
            return
        for old in db.parent.glob(db.name + "*"):
            old.unlink()
        args = ["generate", "--company", name]
        for key, value in size.items():
            args += ["--" + key.replace("_", "-"), str(value)]
        count = int(self.run(*args, "--count").stdout.split()[0])
        for k in range(count):
            text = self.run(*args, "--document", str(k)).stdout
            self.run("import", "--db", str(db), "-", input=text)
        stamp.write_text(today)

    def key(self, db, company, role="staff"):
        made = self.run("key", "create", "--db", str(db), "--company", company, "--role", role,
                        "--name", "bench", "--json")
        return json.loads(made.stdout)["secret"]

    def slot_bench(self, db, company, days, limit):
        done = subprocess.run([self.tests / "slot_bench", db, company, str(days), str(limit),
                               str(RUNS)], check=True, capture_output=True)
        return json.loads(done.stdout)


class Server:
    """One process that prints its address on stdout."""

    def __init__(self, *command, stdin=None):
        self.started = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        stdin=stdin, text=True)
        self.url = re.search(r"http://\S+", self.process.stdout.readline()).group(0).rstrip("/")
        self.ready_s = time.monotonic() - self.started

    def cpu_s(self, of="stat"):
        text = pathlib.Path(f"/proc/{self.process.pid}", of).read_text()
        fields = text.rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def writer_cpu_s(self):
        """Of the desk's writer: it is the first thread made, HTTP's come after it."""
        threads = sorted(int(t) for t in os.listdir(f"/proc/{self.process.pid}/task"))
        return self.cpu_s(f"task/{threads[1]}/stat")

    def stop(self):
        if self.process.stdin:
            self.process.stdin.close()
            self.process.stdin = None
        self.process.send_signal(signal.SIGTERM)
        _, log = self.process.communicate(timeout=60)
        return log


def wrk(url, *args, connections=32, seconds=SECONDS, script=()):
    done = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}", *args, url, *script],
                          check=True, capture_output=True, text=True)
    if "Non-2xx" in done.stdout:
        raise SystemExit(done.stdout)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1)), done.stdout


def bench_slots(bench, report):
    small = bench.folder / "twenty.db"
    bench.company(small, "twenty", inspectors=20, days_ahead=60, jobs=2)
    large = bench.folder / "twohundred.db"
    bench.company(large, "twohundred", inspectors=200, days_ahead=60, jobs=2)
    base = bench.slot_bench(small, "twenty", 30, 200)
    more = bench.slot_bench(large, "twohundred", 30, 200)
    longer = bench.slot_bench(small, "twenty", 60, 200)
    report("slot search in process, 20 inspectors x 30 days, CPU", f"{base['us'] / 1000:.3f} ms",
           "<= 0.2 ms", base["us"] <= 200)
    ratio = more["us"] / base["us"]
    report("the same with 10 times the inspectors", f"{ratio:.1f} times", "<= 11", ratio <= 11)
    ratio = longer["us"] / base["us"]
    report("the same with twice the days", f"{ratio:.1f} times", "<= 2.2", ratio <= 2.2)
    report(f"snapshot, {base['commitments']} commitments of 20 inspectors",
           f"{base['bytes_per_commitment']:.0f} bytes per commitment", "<= 200",
           base["bytes_per_commitment"] <= 200)


def bench_http(bench, report):
    db = bench.folder / "sixtyfive.db"
    bench.company(db, "sixtyfive", inspectors=65, days_ahead=60, jobs=2)
    server = Server(bench.interlock, "serve", "--db", str(db), "--listen", "127.0.0.1:0",
                    "--threads", "2")
    auth = "Authorization: Bearer " + bench.key(db, "sixtyfive")
    day = datetime.date.today() + datetime.timedelta(days=1)
    url = f"{server.url}/schedule/optimal-slots?minutes=120&from={day}&days=14&limit=500"
    request = urllib.request.Request(url, headers=dict([auth.split(": ", 1)]))
    body = urllib.request.urlopen(request).read()
    slots = len(json.loads(body)["slots"])
    assert slots == 500, f"{slots} slots: the figure would mean nothing"
    fixed = Server(bench.tests / "fixed_body", str(len(body)), "2", stdin=subprocess.PIPE)
    ratios = []
    for _ in range(RUNS):
        peer, _text = wrk(fixed.url + "/")
        ours, _text = wrk(url, "-H", auth)
        ratios.append(ours / peer)
    fixed.stop()
    server.stop()
    ratio = statistics.median(ratios)
    report(f"slots over HTTP, 65 x 14 days, {slots} slots, {len(body)} bytes, vs fixed body",
           f"{ratio:.2f} ({min(ratios):.2f}-{max(ratios):.2f}), last {ours:.0f}/s", ">= 0.5",
           ratio >= 0.5)


def book_document(inspectors):
    week = [{"day": d, "spans": [["00:00", "24:00"]]}
            for d in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")]
    return {"interlock": 1,
            "company": {"_id": "bench", "name": "Bench", "timezone": "UTC",
                        "settings": {"horizonDays": 90}},
            "services": [{"_id": "home", "name": "Home", "type": "primary", "minutes": 30,
                          "priceCents": 1}],
            "inspectors": [{"_id": f"i{i:05d}", "name": f"I {i}", "services": ["home"],
                            "weekly": week} for i in range(inspectors)]}


def wrk_book(bench, url, first_day, connections, headers=(), seconds=SECONDS):
    """Distinct times of 100 inspectors, as fast as they are answered."""
    script = ("--", str(INSPECTORS), str(first_day), "80")
    rate, text = wrk(url, "--latency", "-s", str(bench.here / "book.lua"), *headers, "-H",
                     "Content-Type: application/json", connections=connections, seconds=seconds,
                     script=script)
    return {"rate": rate, "p99_ms": percentile_ms(text, 99),
            "acknowledged": int(re.search(r"requests (\d+)", text).group(1))}


def book_once(bench, name, *options, seconds=SECONDS):
    """Bookings per second, per sync and CPU; how many the file has beside those acknowledged."""
    connections = 64
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        db = pathlib.Path(folder) / f"{name}.db"
        bench.run("import", "--db", str(db), "-", input=json.dumps(book_document(INSPECTORS)).encode())
        server = Server(bench.interlock, "serve", "--db", str(db), "--listen", "127.0.0.1:0",
                        "--threads", "2", *options)
        auth = "Authorization: Bearer " + bench.key(db, "bench")
        first = (datetime.date.today() - datetime.date(1970, 1, 1)).days + 1
        before, writer_before = server.cpu_s(), server.writer_cpu_s()
        loaded = wrk_book(bench, server.url + "/inspection/book-job", first, connections, ("-H", auth),
                          seconds)
        cpu, writer = server.cpu_s() - before, server.writer_cpu_s() - writer_before
        counted = loaded["acknowledged"]
        log = server.stop()
        stats = {k: int(v) for k, v in re.findall(r"(\w+) (\d+)", json.loads(
            log.strip().split("\n")[-1])["detail"])}
        stored = sqlite3.connect(db).execute("select count(*) from inspection").fetchone()[0]
    # wrk ends with up to one answer per connection unread: stored, and not counted by it.
    return {**loaded, "per_sync": stored / stats["syncs"], "unread": stored - counted,
            "honest": 0 <= stored - counted <= connections,
            "cpu_us": cpu / max(stored, 1) * 1e6, "writer_us": writer / max(stored, 1) * 1e6,
            "stored": stored}


def bench_book(bench, report):
    grouped, single, slow, slow_single = [], [], [], []
    for run in range(RUNS):
        grouped.append(book_once(bench, f"g{run}"))
        single.append(book_once(bench, f"s{run}", "--batch", "1"))
        slow.append(book_once(bench, f"d{run}", "--sync-delay", "3"))
        slow_single.append(book_once(bench, f"e{run}", "--sync-delay", "3", "--batch", "1"))
    middle = statistics.median
    per_sync = middle(r["per_sync"] for r in grouped)
    report("durable bookings over HTTP, 64 connections", f"{middle(r['rate'] for r in grouped):.0f}/s, "
           f"{middle(r['cpu_us'] for r in grouped):.0f} us server CPU each")
    writer_us = middle(r["writer_us"] for r in grouped)
    report("the writer's CPU for each", f"{writer_us:.0f} us", "<= 70 us", writer_us <= 70)
    report("bookings per sync", f"{per_sync:.1f}", ">= 20", per_sync >= 20)
    ratio = middle(a["rate"] / b["rate"] for a, b in zip(grouped, single))
    report("against batch size 1, as is", f"{ratio:.1f} times", ">= 4", ratio >= 4)
    ratio = middle(a["rate"] / b["rate"] for a, b in zip(slow, slow_single))
    report("against batch size 1, with 3 ms more per sync", f"{ratio:.1f} times", ">= 15", ratio >= 15)
    every = grouped + single + slow + slow_single
    unread = [r["unread"] for r in every]
    last = grouped[-1]
    report("bookings in the file - acknowledged: answers unread at the end, all runs",
           f"{min(unread)}..{max(unread)}, last {last['stored']} - {last['acknowledged']}",
           "0..64", all(r["honest"] for r in every))


def bench_million(bench, report):
    bare = bench.folder / "bare.db"
    bench.company(bare, "million", inspectors=200, days_ahead=30, jobs=2)
    full = bench.folder / "million.db"
    bench.company(full, "million", inspectors=200, days_back=2920, days_ahead=30, jobs=2)
    stored = sqlite3.connect(full).execute("select count(*) from inspection").fetchone()[0]
    readies, firsts = [], []
    for _ in range(RUNS):
        server = Server(bench.interlock, "serve", "--db", str(full), "--listen", "127.0.0.1:0")
        auth = "Bearer " + bench.key(full, "million")
        began = time.monotonic()
        request = urllib.request.Request(
            f"{server.url}/schedule/optimal-slots?minutes=60", headers={"Authorization": auth})
        urllib.request.urlopen(request).read()
        firsts.append(server.ready_s + time.monotonic() - began)
        readies.append(server.ready_s)
        server.stop()
    ready = statistics.median(readies)
    report(f"start-up to ready with {stored} stored inspections",
           f"{ready:.3f} s, first slot list {statistics.median(firsts):.3f} s", "<= 2 s",
           statistics.median(firsts) <= 2, value=statistics.median(firsts))
    without, with_history = [], []
    for _ in range(RUNS):
        without.append(bench.slot_bench(bare, "million", 30, 200)["us"])
        with_history.append(bench.slot_bench(full, "million", 30, 200)["us"])
    ratio = statistics.median(b / a for a, b in zip(without, with_history))
    report(f"slot search with {stored} inspections against none past", f"{ratio:.2f} times", "<= 1.1",
           ratio <= 1.1)


def bench_streams(bench, report):
    costs, longest, middle = [], [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
            db = pathlib.Path(folder) / "streams.db"
            bench.run("import", "--db", str(db), "-", input=json.dumps(book_document(4)).encode())
            server = Server(bench.interlock, "serve", "--db", str(db), "--listen", "127.0.0.1:0")
            secrets = [bench.key(db, "bench") for _ in range(streams.STREAMS // streams.PER_KEY)]
            cost, long, usual = streams.measure(server.url, server.process.pid, secrets)
            server.stop()
        costs.append(cost / 1024)
        longest.append(long)
        middle.append(usual)
    cost = statistics.median(costs)
    report(f"{streams.STREAMS} idle streams, resident memory", f"{cost:.1f} MB", "<= 50 MB", cost <= 50)
    report("a change, from its request until all of them were told",
           f"{statistics.median(middle) * 1000:.0f} ms, longest {max(longest) * 1000:.0f} ms", "<= 1 s",
           max(longest) <= 1, value=max(longest))


PARTS = {"slots": bench_slots, "http": bench_http, "book": bench_book,
         "busy": lambda b, r: bench_busy(b, r, Server, RUNS), "million": bench_million,
         "streams": bench_streams, "reads": lambda b, r: bench_reads(b, r, Server),
         "postgres": lambda b, r: bench_postgres(b, r, Server, RUNS),
         "calcom": lambda b, r: bench_calcom(b, r, Server, RUNS)}


def main():
    bench = Bench(sys.argv[1])
    results = Results(bench.build, RUNS)
    if "--document" in sys.argv:
        results.document(bench.here.parents[1] / "docs" / "performance.md")
        return
    names = sys.argv[2:] or list(PARTS)
    for name in names:
        results.begin(name)
        try:
            PARTS[name](bench, results.report)
        except Missing as why:
            results.left_out(str(why))
        results.save()
    goals = [r["met"] for name in names for r in results.parts[name]["rows"] if r["goal"] is not None]
    print(f"{sum(goals)} goals met, {len(goals) - sum(goals)} missed")


if __name__ == "__main__":
    main()
