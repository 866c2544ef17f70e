"""The parts that compare with somebody else's program: `postgres` and `calcom`."""
import datetime
import json
import shutil
import sqlite3
import statistics
import subprocess
import urllib.request
import zoneinfo

import postgres
from postgres import PEERS, Missing

CALCOM = "@calcom/platform-libraries@0.0.360"
CONNECTIONS = 64
POOL = 8  # on two cores 4 had the shortest waits and 12 the most bookings, each by a tenth or two
MINUTES, STEP, DAYS = 120, 30, 30
WEEK = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def bench_postgres(bench, report, server, runs):
    """Pairs, one after the other: ours, theirs. A pair's ratio is of the same ten seconds."""
    postgres.installed(bench)
    cluster = postgres.Cluster(bench)
    ours, theirs = [], []
    try:
        for run in range(runs):
            ours.append(bench.book_once(bench, f"p{run}"))
            theirs.append(book_theirs(bench, cluster, server))
    finally:
        cluster.stop()
    middle = statistics.median
    version = subprocess.run([postgres.program("postgres"), "--version"], capture_output=True,
                             text=True).stdout.split()[2]
    name = f"PostgreSQL {version}"
    rates = [middle(r["rate"] for r in side) for side in (ours, theirs)]
    p99s = [middle(r["p99_ms"] for r in side) for side in (ours, theirs)]
    ratios = [a["rate"] / b["rate"] for a, b in zip(ours, theirs)]
    report(f"bookings/s, {CONNECTIONS} connections, Interlock / {name} + constraint + Node",
           f"{rates[0]:.0f}/s / {rates[1]:.0f}/s", bars=list(zip(("Interlock", name), rates)))
    ratio = middle(ratios)
    report("the same, in pairs", f"{ratio:.2f} times ({min(ratios):.2f}-{max(ratios):.2f})", "> 1",
           ratio > 1)
    report("p99 of these bookings, Interlock / the peer", f"{p99s[0]:.1f} ms / {p99s[1]:.1f} ms",
           bars=list(zip(("Interlock", name), p99s)))
    slower = middle(a["p99_ms"] / b["p99_ms"] for a, b in zip(ours, theirs))
    report("the same, in pairs", f"{slower:.2f} times", "< 1", slower < 1)


def book_theirs(bench, cluster, server):
    peer = server(*postgres.server_command(bench, cluster, POOL))
    try:
        first = (datetime.date.today() - datetime.date(1970, 1, 1)).days + 1
        return bench.wrk_book(bench, peer.url + "/book", first, CONNECTIONS)
    finally:
        peer.stop()


def unpacked(folder):
    """npm pack and tar: its dependencies are not on npm, so that npm install fails."""
    home = folder / "calcom"
    if (home / "package" / "dist" / "slots.cjs").exists():
        return
    home.mkdir(exist_ok=True)
    done = subprocess.run(["npm", "pack", "--silent", CALCOM], cwd=home, capture_output=True, text=True)
    if done.returncode != 0:
        raise Missing(f"npm pack {CALCOM} failed: " + done.stderr.strip().split("\n")[-1])
    subprocess.run(["tar", "-xzf", done.stdout.split()[-1]], cwd=home, check=True)


def calcom_task(bench, db, company, first):
    """The company's inspectors, hours and taken times, in the peer's units."""
    text = json.loads(bench.run("generate", "--company", company, "--inspectors", "20", "--days-ahead",
                                "60", "--jobs", "2", "--document", "0").stdout)
    zone = zoneinfo.ZoneInfo(text["company"]["timezone"])
    midnight = [datetime.datetime.combine(first + datetime.timedelta(days=d), datetime.time(), zone)
                for d in (0, DAYS)]
    busy = {one["_id"]: [] for one in text["inspectors"]}
    stored = sqlite3.connect(db).execute("select doc from inspection where status <> 'cancelled'")
    for doc, in stored:
        for part in json.loads(doc)["assignments"]:
            if part["end"] > midnight[0].timestamp() and part["start"] < midnight[1].timestamp():
                busy[part["inspector"]].append([part["start"] * 1000, part["end"] * 1000])

    def minutes(text):
        return int(text[:2]) * 60 + int(text[3:])

    inspectors = []
    for one in text["inspectors"]:
        spans = {}  # days of the same hours are one row, as its own editor stores them
        for day in one["weekly"]:
            for span in day["spans"]:
                spans.setdefault(tuple(span), []).append(WEEK.index(day["day"]))
        inspectors.append({"_id": one["_id"], "busy": busy[one["_id"]],
                           "weekly": [{"days": days, "start": minutes(span[0]), "end": minutes(span[1])}
                                      for span, days in spans.items()]})
    return {"timezone": str(zone), "from": midnight[0].timestamp() * 1000,
            "to": midnight[1].timestamp() * 1000, "minutes": MINUTES, "step": STEP,
            "inspectors": inspectors}


def our_starts(bench, db, company, server, first, ids):
    """Every start of everybody, as the server answers."""
    one = server(bench.interlock, "serve", "--db", str(db), "--listen", "127.0.0.1:0")
    secret, starts = bench.key(db, company), set()
    for inspector in ids:
        url = (f"{one.url}/schedule/optimal-slots?minutes={MINUTES}&from={first}&days={DAYS}"
               f"&limit=2000&order=time&inspectors={inspector}")
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {secret}"})
        for slot in json.loads(urllib.request.urlopen(request).read())["slots"]:
            at = datetime.datetime.fromisoformat(slot["datetime"]).timestamp()
            starts.add((int(at * 1000), slot["_inspectorId"]))
    one.stop()
    return starts


def bench_calcom(bench, report, server, runs):
    folder = postgres.installed(bench)
    unpacked(folder)
    shutil.copy(PEERS / "calcom.js", folder)
    db = bench.folder / "twenty.db"
    bench.company(db, "twenty", inspectors=20, days_ahead=60, jobs=2)
    zone = zoneinfo.ZoneInfo("America/Denver")
    first = datetime.datetime.now(zone).date() + datetime.timedelta(days=1)
    task = calcom_task(bench, db, "twenty", first)
    (folder / "task.json").write_text(json.dumps(task))
    ours, theirs, answer = [], [], None
    for _ in range(runs):
        done = subprocess.run(["node", "calcom.js", "task.json", "1"], cwd=folder, capture_output=True,
                              text=True)
        if done.returncode != 0:
            raise Missing("its slot code did not run: " + done.stderr.strip().split("\n")[-1])
        answer = json.loads(done.stdout)
        theirs += answer["us"]
        mine = bench.slot_bench(db, "twenty", DAYS, 2 * len(answer["starts"]))
        assert mine["slots"] == len(answer["starts"]), "the two did not do the same work"
        ours.append(mine["us"])
    mine = our_starts(bench, db, "twenty", server, first, [one["_id"] for one in task["inspectors"]])
    peer = {tuple(one) for one in answer["starts"]}
    report(f"starts found by both of {len(mine)} (ours) and {len(peer)} (Cal.com's)",
           f"{len(mine & peer)}", "the same", mine == peer)
    middle = statistics.median
    us = (middle(ours), middle(theirs))
    report("slot search in process, 20 inspectors x 30 days, CPU, Interlock / Cal.com's published code",
           f"{us[0] / 1000:.3f} ms / {us[1] / 1000:.1f} ms", bars=list(zip(("Interlock", "Cal.com"), us)))
    ratio = middle(b / a for a, b in zip(ours, theirs))
    report("the same, in pairs", f"{ratio:.0f} times", "> 1", ratio > 1)
