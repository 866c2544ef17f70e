"""The audit, as a company runs it on its first day: on a document, on what it became, beside a server.
"""
from harness import *

args = options(__doc__.splitlines()[0])
cases = Cases()
NINE = datetime.date(2026, 11, 30)  # a Monday in winter


def at_denver(clock, day=NINE, zone=ZONE):
    return at(day, clock, zone)


def calendar(*orders, settings=None, **more):
    return company(inspections=list(orders), settings=settings, **more)


def one(number, who, start, end, address=None, client=None, day=NINE, zone=ZONE, **more):
    return order(number, who, at_denver(start, day, zone), at_denver(end, day, zone),
                 property={"address": address or f"{number} Elm Street"},
                 client=client or {"name": f"Client {number}"}, **more)


def audit_file(document, *more):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(document, file)
        file.flush()
        done = subprocess.run([args.interlock, "audit", "--file", file.name, *more],
                              capture_output=True, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def found(document, *more):
    code, out, err = audit_file(document, "--json", *more)
    check(code in (0, 6), f"the audit ended with {code}: {err}")
    (said,) = json.loads(out)["companies"]
    same(code, 6 if said["findings"] else 0, "exit code")
    return said


def pairs(said):
    return [(f["kind"], f["a"].get("orderNumber"), f.get("b", {}).get("orderNumber"))
            for f in said["findings"]]


INCIDENT = [one(1008593660, "alice", "09:00", "12:00"), one(1008594585, "alice", "10:00", "13:00")]


def incident():
    said = found(calendar(*INCIDENT))
    same(pairs(said), [("overlap", 1008593660, 1008594585)], "findings")
    (finding,) = said["findings"]
    same(finding["_inspectorId"], "alice", "inspector")
    same(finding["overlapMinutes"], 120, "minutes")
    same(finding["a"], {"kind": "inspection", "_id": "order-1008593660", "orderNumber": 1008593660,
                        "datetime": "2026-11-30T09:00:00-07:00",
                        "endtime": "2026-11-30T12:00:00-07:00"}, "the first")


def words():
    code, out, err = audit_file(calendar(*INCIDENT))
    same(code, 6, f"exit code ({err})")
    for what in ("Double booked at different starts (1)", "order 1008593660  2026-11-30 09:00-12:00",
                 "order 1008594585  2026-11-30 10:00-13:00", "120 min together", "Move one.",
                 "times in America/Denver", "alice"):
        check(what in out, f"{what!r} is not in {out}")


def nothing():
    code, out, err = audit_file(calendar(one(1, "alice", "09:00", "12:00")))
    same((code, err), (0, ""), "exit code and complaint")
    check("Nothing was found." in out, out)


def cancelled():
    same(pairs(found(calendar(INCIDENT[0], {**INCIDENT[1], "status": "cancelled"}))), [], "findings")


def assistants():
    """An order of two people: the time of each counts."""
    both = one(1, "alice", "09:00", "12:00")
    both["inspectors"] = ["alice", "bob"]
    said = found(calendar(both, one(2, "bob", "11:00", "13:00")))
    same([(f["kind"], f["_inspectorId"]) for f in said["findings"]], [("overlap", "bob")], "found")


def absences():
    said = found(calendar(one(1, "alice", "09:00", "12:00"), one(2, "bob", "09:00", "12:00"),
                          events=[{"_id": "e", "type": "Block", "_inspectorId": "alice",
                                   "datetime": at_denver("11:00"), "endtime": at_denver("14:00"),
                                   "title": "Van"}],
                          vacations=[{"_id": "v", "_inspectorId": "bob", "from": "2026-11-30",
                                      "to": "2026-12-01"}]))
    same([(f["kind"], f["a"]["kind"], f["b"]["kind"]) for f in said["findings"]],
         [("overlap", "inspection", "block"), ("overlap", "vacation", "inspection")], "findings")


def buffers():
    close = [one(1, "alice", "09:00", "12:00"), one(2, "alice", "12:15", "13:00")]
    same(pairs(found(calendar(*close, settings={"bufferMinutes": 30}))), [("too_close", 1, 2)], "30")
    same(pairs(found(calendar(*close, settings={"bufferMinutes": 15}))), [], "15")


def twice(a, b, kind):
    """Two spellings of one address and one client, a day apart."""
    def run():
        said = found(calendar(
            one(1, "alice", "09:00", "12:00", *a),
            one(2, "bob", "10:00", "12:00", *b, day=NINE + datetime.timedelta(days=1))))
        same(pairs(said), [(kind, 1, 2)] if kind else [], "findings")
    return run


def shifted_twins():
    said = found(calendar(one(1, "alice", "09:00", "12:00", "1 Elm St", {"name": "Ann"}),
                          one(2, "bob", "09:00", "12:00", "1 Elm St", {"name": "Ann"}, zone="UTC")))
    same(pairs(said), [("shifted", 2, None), ("shifted_twin", 2, 1)][::-1], "findings")
    same(said["findings"][0]["shiftMinutes"], -420, "the twin's shift")
    same(said["findings"][1]["shiftMinutes"], 420, "the order's shift")


def days():
    orders = [one(n, "alice", start, "13:00", day=NINE + datetime.timedelta(days=n // 10))
              for n in (1, 2, 11, 12, 21, 22) for start in (f"{8 + n % 10:02}:00",)]
    document = calendar(*orders)
    same(len(found(document)["findings"]), 3, "all")
    same(pairs(found(document, "--from", "2026-12-01", "--to", "2026-12-01")),
         [("overlap", 11, 12)], "one day")
    same(len(found(document, "--from", "2026-12-01")["findings"]), 2, "from")
    same(len(found(document, "--to", "2026-11-30")["findings"]), 1, "to")


def same_of_both():
    """What is said of a document is said of the database that it becomes, beside a server too."""
    document = calendar(*INCIDENT, one(7, "bob", "09:00", "12:00", "1 Elm St", {"name": "Ann"}),
                        one(8, "carol", "10:00", "12:00", "1 Elm Street", {"name": "ANN"}),
                        one(9, "carol", "09:00", "10:00", zone="UTC"))
    with Server(args) as server:
        server.take(document)
        server.start()
        ours = found(document)
        same(len(ours["findings"]), 3, "findings")
        for more in ([], ["--company", "frontrange"]):
            code, out, err = server.cli("audit", "--json", *more)
            same(code, 6, f"exit code ({err})")
            (theirs,) = json.loads(out)["companies"]
            for said in (ours, theirs):
                said.pop("loadMs", None)
                said.pop("elapsedMs", None)
            same(theirs, ours, "what is said of the database")
        server.must_be_clean()
        server.take(company("other"))
        code, out, err = server.cli("audit", "--json")
        same([c["company"] for c in json.loads(out)["companies"]], ["frontrange", "other"], "all")
        same(server.cli("audit", "--json", "--company", "other")[0], 0, "exit code of a clean one")


def refused():
    def bad(*words, code, said):
        done = subprocess.run([args.interlock, "audit", *words], capture_output=True, timeout=60)
        same((done.returncode, done.stdout), (code, b""), f"exit code of {words}")
        check(said in done.stderr.decode(), f"{said!r} is not in {done.stderr.decode()!r}")
    bad(code=2, said="either --db or --file")
    bad("--db", "x", "--file", "y", code=2, said="either --db or --file")
    bad("--file", "y", "--company", "z", code=2, said="--company goes with --db")
    bad("--file", "y", "--from", "yesterday", code=2, said="--from must be a date")
    bad("--file", "/nonexistent", code=1, said="cannot be read")
    bad("--db", "/nonexistent/x.db", code=1, said="no database file")
    with Server(args) as server:
        server.take(company())
        code, out, err = server.cli("audit", "--company", "nobody")
        same((code, out), (5, ""), "an unknown company")
        wrong = calendar(one(1, "nobody", "09:00", "12:00"))
        code, out, err = audit_file(wrong)
        imported = server.cli("import", "-", document=wrong)
        same((code, out), (1, ""), "a document that no import takes")
        check("/inspections/0" in err and "nobody" in imported[2], f"{err!r}, {imported[2]!r}")


cases.run("the incident is found, with both orders and their times", incident)
cases.run("it is told in words that say what to do", words)
cases.run("a calendar without faults: exit code 0", nothing)
cases.run("a cancelled order takes no time", cancelled)
cases.run("an assistant's time counts", assistants)
cases.run("orders over a block and a vacation", absences)
cases.run("less than the buffer between two", buffers)
ANN = {"name": "Ann Lee", "email": "Ann@Example.com", "phone": "+1 (303) 555-0101"}
for name, client in [("an email in other letters", {"name": "A. Lee", "email": "ann@example.COM "}),
                     ("a phone number without its country", {"name": "?", "phone": "303.555.0101"}),
                     ("a name in other letters", {"name": "ANN LEE"})]:
    cases.run(f"a duplicate by {name}", twice(("12 Elm Street", ANN), ("12 elm st.", client),
                                              "duplicate"))
cases.run("another client at the same address is none",
          twice(("12 Elm Street", ANN), ("12 Elm St", {"name": "Ben"}), None))
cases.run("the same client elsewhere is none",
          twice(("12 Elm Street", ANN), ("13 Elm Street", ANN), None))
cases.run("an order twice, the second as if Denver were on UTC", shifted_twins)
cases.run("a range of days", days)
cases.run("a document and its database are told alike, also beside a server", same_of_both)
cases.run("what cannot be asked", refused)
cases.finish()
