"""Weeks that change: booked start slots keep their day (docs/adr/0011).

 1  A start slot of the old week at which somebody is booked stays one, in the entry that changes the
    week; a free one goes.
 2  The rows are made anew at the next change, and go when they are not needed.
 3  An import changes weeks as a PATCH does, and what is exported can be imported again.
"""
import datetime
from harness import *

args = options(__doc__.splitlines()[0])
cases = Cases()
server = Server(args).start()
ANY = [("If-Match", "*")]
DAY = local_date(20)
NEXT = local_date(21)


def week(*starts, **more):
    return [{"day": day, "starts": list(starts), **more} for day in WEEK]


def spans(*pairs):
    return [{"day": day, "spans": [list(p) for p in pairs]} for day in WEEK]


base = company()
for who in base["inspectors"]:
    who["weekly"] = week("08:00", "10:00", "14:00")
server.take(base)
admin = server.client("admin")
staff = server.client("staff", override=True)


def change(who, weekly, want=200):
    return admin.patch(f"/settings/inspectors/{who}", {"weekly": weekly}, headers=ANY).want(want)


def dated(who):
    listed = admin.get("/settings/openings").want(200).json["settings"]
    rows = {o["_id"]: o for o in listed if o["_inspectorId"] == who}
    for name, row in rows.items():
        same((row["slotOrigin"], row["visibility"]), ("template", "both"), f"origin of {name}")
    return {name: row.get("starts", row.get("spans")) for name, row in rows.items()}


def name(who, date, spans=False):
    return f"history:{who}:{date}" + (":spans" if spans else "")


def offered(who, date):
    answer = staff.get(f"/schedule/optimal-slots?services=quick&inspectors={who}&order=time"
                       f"&from={date}&days=1").want(200)
    return [slot["datetime"][11:16] for slot in answer.json["slots"]]


def book(who, date, clock):
    return staff.book(booking(at(date, clock), who=who)).want(201).json["inspection"]


def booked_start_stays():
    book("alice", DAY, "10:00")
    book("alice", DAY, "08:00")
    before = admin.get("/changes?limit=1").json["asOfSeq"]
    change("alice", week("08:00", "12:00"))
    same(admin.get("/changes?limit=1").json["asOfSeq"], before + 1, "one entry")
    same(dated("alice"), {name("alice", DAY): ["08:00", "10:00", "12:00"]}, "the dated rows")
    same(offered("alice", DAY), ["12:00"], "what is left of the day")
    same(offered("alice", NEXT), ["08:00", "12:00"], "the next day")
    same(dated("bob"), {}, "rows of another")


def made_anew():
    change("alice", week("16:00"))
    same(dated("alice"), {name("alice", DAY): ["08:00", "10:00", "16:00"]}, "the dated rows")
    change("alice", week("10:00", "16:00"))
    same(dated("alice"), {name("alice", DAY): ["08:00", "10:00", "16:00"]}, "08:00 is still kept")
    change("alice", week("08:00", "10:00"))
    same(dated("alice"), {}, "nothing is needed")


def spans_stand_beside():
    change("alice", spans(("09:00", "11:00"), ("22:00", "02:00")))
    same(dated("alice"), {name("alice", DAY): ["08:00", "10:00"],
                          name("alice", DAY, True): [["09:00", "11:00"], ["22:00", "02:00"]]},
         "the dated rows")
    change("alice", week("09:00"))
    same(dated("alice"), {name("alice", DAY): ["08:00", "09:00", "10:00"]}, "no spans any more")


def cancelled_goes():
    other = book("bob", DAY, "14:00")
    change("bob", week("09:00"))
    same(dated("bob"), {name("bob", DAY): ["09:00", "14:00"]}, "the dated rows")
    staff.post(f"/inspection/{other['_id']}/cancel", {"version": other["version"]}).want(200)
    same(dated("bob"), {name("bob", DAY): ["09:00", "14:00"]}, "nothing is written by an order")
    admin.patch("/settings/inspectors/bob", {"dailyMax": 5}, headers=ANY).want(200)
    same(dated("bob"), {name("bob", DAY): ["09:00", "14:00"]}, "the week did not change")
    change("bob", week("09:30"))
    same(dated("bob"), {}, "the dated rows")


def opening_of_the_office_stands():
    book("carol", DAY, "10:00")
    admin.post("/settings/openings", {"_id": "o1", "_inspectorId": "carol", "date": str(DAY),
                                      "starts": ["10:00"], "slotOrigin": "template"}).want(201)
    for clock in ("15:00", "16:00"):
        admin.post("/settings/openings",
                   {"_inspectorId": "carol", "date": str(DAY), "starts": [clock],
                    "slotOrigin": "template"}).want(201)
    change("carol", week("11:00"))
    same(len(dated("carol")), 3, "openings of carol")


def openings_have_room():
    book("carol", NEXT, "11:00")
    for clock in ("06:00", "07:00", "18:00"):
        admin.post("/settings/openings", {"_inspectorId": "carol", "date": str(NEXT),
                                          "starts": [clock]}).want(201)
    change("carol", week("12:00"))
    same(offered("carol", NEXT), ["06:00", "07:00", "12:00", "18:00"], "what is left of the day")
    change("carol", spans(("12:00", "13:00")))
    same(offered("carol", NEXT)[:2], ["06:00", "07:00"], "what is left of the day")


def import_does_the_same():
    document = json.loads(server.export())
    for who in document["inspectors"]:
        if who["_id"] == "alice":
            who["weekly"] = week("13:00")
    server.take(document, "--prune")
    same(dated("alice"), {name("alice", DAY): ["08:00", "10:00", "13:00"]}, "the dated rows")
    document["openings"] = []
    for who in document["inspectors"]:
        if who["_id"] == "alice":
            who["weekly"] = week("15:00")
    server.take(document, "--prune")
    same(dated("alice"), {name("alice", DAY): ["08:00", "10:00", "15:00"]}, "after a prune")
    before = admin.get("/changes?limit=1").json["asOfSeq"]
    server.take(json.loads(server.export()), "--prune")
    same(admin.get("/changes?limit=1").json["asOfSeq"], before, "an export changes nothing")


def dry_run_keeps_nothing():
    before = server.export()
    admin.patch("/settings/inspectors/alice?dryRun=true", {"weekly": week("07:00")},
                headers=ANY).want(200)
    unchanged(server.export(), before)


def weeks_have_dates():
    far = str(DAY + datetime.timedelta(days=1))
    change("alice", week("15:00") + week("17:00", validFrom=far))
    same(dated("alice"), {name("alice", DAY): ["08:00", "10:00", "15:00"]}, "the dated rows")
    same(offered("alice", NEXT), ["17:00"], "the week from then on")


cases.run("a booked start stays, a free one goes", booked_start_stays)
cases.run("rows are made anew and go", made_anew)
cases.run("spans stand beside the starts", spans_stand_beside)
cases.run("what was cancelled is kept for nobody", cancelled_goes)
cases.run("an opening of the office stands", opening_of_the_office_stands)
cases.run("three openings of a day have room beside", openings_have_room)
cases.run("an import does the same", import_does_the_same)
cases.run("a dry run keeps nothing", dry_run_keeps_nothing)
cases.run("weeks with dates", weeks_have_dates)
cases.run("check finds nothing", server.must_be_clean)
cases.run("the server ends well", lambda: same(server.stop(), 0, "exit code"))
server.close()
cases.finish()
