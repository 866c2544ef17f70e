"""Slot lists while bookings go on: the spread of 64 connections' waits beside 100 bookings a second."""
import concurrent.futures
import datetime
import http.client
import json
import pathlib
import re
import shutil
import statistics
import tempfile
import threading
import time
import urllib.parse
import urllib.request

RATE = 100
CONNECTIONS = 64
BOOKERS = 16
ENOUGH = .9  # of RATE: fewer would make the figure an easier one
JOB_MIN = 15
DAYS = 28
UNIT_MS = {"us": .001, "ms": 1, "s": 1000}


def percentile_ms(text, which):
    value, unit = re.search(rf"\s{which}%\s+([\d.]+)(us|ms|s)\b", text).groups()
    return float(value) * UNIT_MS[unit]


def free_slots(url, secret, wanted):
    """Starts that do not overlap each other, latest days last."""
    day, ends, free = datetime.date.today() + datetime.timedelta(days=1), {}, []
    for ahead in range(DAYS):
        request = urllib.request.Request(
            f"{url}/schedule/optimal-slots?minutes={JOB_MIN}&days=1&limit=2000&order=time"
            f"&from={day + datetime.timedelta(days=ahead)}", headers={"Authorization": "Bearer " + secret})
        for slot in json.loads(urllib.request.urlopen(request).read())["slots"]:
            at = datetime.datetime.fromisoformat(slot["datetime"])
            who = slot["_inspectorId"]
            if who not in ends or at >= ends[who]:
                ends[who] = at + datetime.timedelta(minutes=JOB_MIN)
                free.append((slot["datetime"], who))
        if len(free) >= wanted:
            return free[:wanted]
    raise SystemExit(f"only {len(free)} free times")


class Booker:
    """RATE a second by the clock, however long each takes; one connection a thread."""

    def __init__(self, url, secret, slots):
        self.host = urllib.parse.urlsplit(url).netloc
        self.secret, self.slots, self.wire = secret, slots, threading.local()
        self.booked, self.refused = [], 0

    def book(self, number, at):
        time.sleep(max(0, at - time.monotonic()))
        if not hasattr(self.wire, "http"):
            self.wire.http = http.client.HTTPConnection(self.host)
        start, who = self.slots[number]
        body = {"datetime": start, "minutes": JOB_MIN, "_inspectorId": who,
                "property": {"address": f"{number} Busy Street"}, "client": {"name": f"Client {number}"}}
        self.wire.http.request("POST", "/inspection/book-job", json.dumps(body), {
            "Authorization": "Bearer " + self.secret, "Content-Type": "application/json",
            "Idempotency-Key": f"busy-{number}"})
        answer = self.wire.http.getresponse()
        answer.read()
        if answer.status == 201:
            self.booked.append(time.monotonic())
        else:
            self.refused += 1

    def run(self):
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(BOOKERS) as pool:
            list(pool.map(lambda n: self.book(n, began + n / RATE), range(len(self.slots))))


def once(bench, server, seconds):
    """(p50, p99, lists a second, bookings a second) of one run on a fresh copy."""
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        db = pathlib.Path(folder) / "busy.db"
        shutil.copy(bench.folder / "sixtyfive.db", db)
        one = server(bench.interlock, "serve", "--db", str(db), "--listen", "127.0.0.1:0", "--threads", "2")
        secret = bench.key(db, "sixtyfive")
        day = datetime.date.today() + datetime.timedelta(days=1)
        booker = Booker(one.url, secret, free_slots(one.url, secret, RATE * (seconds + 1)))
        beside = threading.Thread(target=booker.run)
        beside.start()
        time.sleep(.3)
        began = time.monotonic()
        rate, text = bench.wrk(f"{one.url}/schedule/optimal-slots?minutes=120&from={day}&days=14&limit=500",
                               "--latency", "-H", "Authorization: Bearer " + secret,
                               connections=CONNECTIONS, seconds=seconds)
        ended = time.monotonic()
        beside.join()
        one.stop()
    during = sum(began <= at <= ended for at in booker.booked) / (ended - began)
    assert booker.refused == 0, f"{booker.refused} bookings were refused"
    return percentile_ms(text, 50), percentile_ms(text, 99), rate, during


def bench_busy(bench, report, server, runs):
    bench.company(bench.folder / "sixtyfive.db", "sixtyfive", inspectors=65, days_ahead=60, jobs=2)
    every = [once(bench, server, bench.seconds) for _ in range(runs)]
    p50, p99, rate, booked = (statistics.median(column) for column in zip(*every))
    report(f"bookings/s beside, {RATE} asked for", f"{booked:.0f}/s", f">= {RATE * ENOUGH:.0f}",
           booked >= RATE * ENOUGH)
    report(f"slot lists, 65 x 14 days, {CONNECTIONS} connections, p50 / p99",
           f"{p50:.1f} ms / {p99:.1f} ms, {rate:.0f}/s")
    ratios = [one[1] / one[0] for one in every]
    ratio = statistics.median(ratios)
    report("their p99 against their p50", f"{ratio:.2f} times ({min(ratios):.2f}-{max(ratios):.2f})",
           "<= 3", ratio <= 3)
