"""What is read: capacity, many times at once, calendars, services, the public storefront."""
from office import *


def services_are_the_documents():
    document = json.loads(server.export())["services"]
    got = staff.get("/services").want(200).json
    same(got["services"], document, "services")
    same(got["currency"], "USD", "currency")


def what_is_not_sold_is_not_public():
    doc = company("seasonal")
    doc["services"].append({"_id": "old", "name": "Old", "type": "addon", "minutes": 10,
                            "priceCents": 100, "active": False})
    server.take(doc)
    for role, more, want in (("online", {"brand": "denver"}, False), ("staff", {}, True)):
        client = server.client(role, name="seasonal", **more)
        for path in ("/services", "/brand/public"):
            ids = [s["_id"] for s in client.get(path).want(200).json["services"]]
            same("old" in ids, want, f"{path} of {role} shows what is not sold")


def storefront():
    got = online.get("/brand/public").want(200).json
    same((got["brand"]["_id"], got["timezone"]), ("denver", ZONE), "brand and zone")
    same(sorted(got), ["asOfSeq", "brand", "company", "currency", "firstDate", "lastDate",
                       "services", "settings", "timezone"], "members")
    same(got["firstDate"], str(local_date(0)), "firstDate")
    for word in ("alice", "Alice", "bob"):
        check(word not in json.dumps(got), f"{word} is shown to the public")
    online.get("/brand/public?brand=boulder").want(403, "not_permitted")
    same(staff.get("/brand/public?brand=boulder").want(200).json["brand"]["_id"], "boulder",
         "the brand named")


def nothing_is_unplaced():
    same(staff.get("/unplaced").want(200).json["unplaced"], [], "unplaced")
    online.get("/unplaced").want(403, "not_permitted")


# ---- capacity ----


def capacity(**query):
    asked = "&".join(f"{k}={v}" for k, v in query.items())
    return staff.get("/schedule/capacity?" + asked).want(200).json


def what_fits_is_what_can_be_booked():
    """The earliest start that is listed is booked until none is; the count goes down by one each."""
    day = next(days)
    ask = {"services": "home", "inspectors": "alice", "from": local_date(day), "days": 1}
    first = capacity(**ask)["days"][0]
    check(first["fits"] >= 2, f"only {first['fits']} fit: the case means nothing")
    for left in range(first["fits"], -1, -1):
        now = capacity(**ask)["days"][0]
        same(now["fits"], left, "what fits")
        same(now["takenMinutes"], (first["fits"] - left) * 180, "taken")
        same(now["freeMinutes"], now["openMinutes"] - now["takenMinutes"], "free")
        same({k: now["inspectors"][0][k] for k in ("openMinutes", "takenMinutes", "fits")},
             {k: now[k] for k in ("openMinutes", "takenMinutes", "fits")}, "the one inspector")
        offered = starts(staff, day, "alice", "home")
        same(bool(offered), left > 0, "whether a start is offered")
        if left:
            staff.book(booking(min(offered), "alice", services=["home"])).want(201)


def capacity_counts_everybody():
    got = capacity(minutes=60, days=3, **{"from": local_date(next(days))})
    for day in got["days"]:
        for name in ("openMinutes", "takenMinutes", "freeMinutes", "fits"):
            same(sum(i[name] for i in day["inspectors"]), day[name], f"{name} of all")
    same(got["durationMinutes"], 60, "durationMinutes")


# ---- many times ----


def checked(client, *candidates):
    return client.ask("POST", "/schedule/check",
                      json.dumps({"candidates": candidates}).encode()).want(200).json["verdicts"]


def a_check_says_what_a_booking_would_hear():
    day = next(days)
    taken = record_of(staff.book(booking(at(day, "10:00"), services=["home"])))
    event = {"type": "Event", "_inspectorId": "bob", "datetime": at(day, "09:00"),
             "endtime": at(day, "10:00")}
    staff.post("/event", event).want(201)
    asked = [{"datetime": at(day, t), "services": ["quick"], "_inspectorId": who}
             for t in ("03:00", "09:00", "09:07", "10:00", "12:30", "13:00", "23:50")
             for who in ("alice", "bob", "any", "nobody")]
    asked.append({"datetime": at(day, "10:00"), "services": ["nothing"], "_inspectorId": "alice"})
    asked.append({"datetime": at(-3, "10:00"), "services": ["quick"], "_inspectorId": "alice"})
    asked.append({"datetime": at(day, "10:00"), "services": ["quick"], "brand": "nowhere",
                  "_inspectorId": "alice"})
    seq = staff.slots(services="quick")["asOfSeq"]
    got = checked(staff, *asked)
    same(len(got), len(asked), "verdicts")
    seen = set()
    for candidate, verdict in zip(asked, got):
        body = {**candidate, "property": {"address": unique("road")}, "client": {"name": "Pat"}}
        answer = staff.post("/inspection/book-job?dryRun=true", body)
        code = "free" if answer.status == 200 else answer.json["code"]
        same(verdict["code"], code, f"the verdict of {candidate}")
        seen.add(code)
        if code == "free":
            want = answer.json["inspection"]
            same((verdict["_inspectorId"], verdict["endtime"]),
                 (want["_inspectorId"], want["endtime"]), "who and until when")
        else:
            same(verdict["overridable"], answer.json["overridable"], "overridable")
            same(verdict["conflicts"], answer.json.get("conflicts", []), "conflicts")
    check({"free", "slot_taken", "outside_hours", "not_offered", "in_past"} <= seen, f"only {seen}")
    same(staff.slots(services="quick")["asOfSeq"], seq, "seq: nothing was kept")
    moved = {"datetime": at(day, "10:30"), "reschedule": taken["_id"]}
    stays = {"datetime": at(day, "10:30"), "services": ["home"], "_inspectorId": "alice"}
    same([v["code"] for v in checked(staff, moved, stays)], ["free", "slot_taken"],
         "a move frees its own time")


def candidates_are_bounded():
    one = {"datetime": at(5, "10:00"), "minutes": 15, "_inspectorId": "alice"}
    same(len(checked(staff, *[one] * 500)), 500, "500 candidates")
    staff.ask("POST", "/schedule/check", json.dumps({"candidates": [one] * 501}).encode()).want(
        422, "too_long")


# ---- the calendar ----


def board(client, day, who="alice", n=1):
    got = client.get(f"/calendar?from={local_date(day)}&days={n}&inspectors={who}").want(200).json
    same([i["_inspectorId"] for i in got["inspectors"]], who.split(","), "inspectors")
    return got["inspectors"][0]


def a_day_shows_what_lies_in_it():
    day = next(days)
    record = record_of(staff.book(booking(at(day, "10:00"))))
    staff.post(f"/inspection/{record['_id']}/lock", {"version": 1}).want(200)
    gone = record_of(staff.book(booking(at(day, "12:00"))))
    cancel(gone)
    kept = held(staff, at(day, "14:00"))
    event = {"type": "Event", "_inspectorId": "alice", "datetime": at(day, "09:00"),
             "endtime": at(day, "09:30"), "title": "Dentist"}
    staff.post("/event", event).want(201)
    staff.post("/event", {**event, "type": "Block", "datetime": at(day, "10:30"),
                          "endtime": at(day, "11:00"), "affected": "open"}).want(201)
    lane = board(staff, day)
    got = lane["days"][0]
    same((got["date"], got["state"]), (str(local_date(day)), "open"), "the day")
    check(got["spans"] or got["starts"], "no hours")
    same([i["kind"] for i in got["items"]], ["event", "inspection", "block", "hold"], "items")
    shown = got["items"][1]
    same((shown["orderNumber"], shown["status"], shown["locked"], shown["_id"]),
         (record["orderNumber"], "confirmed", True, record["_id"]), "the inspection")
    same(got["items"][0]["title"], "Dentist", "the event")
    same(got["items"][3]["_id"], kept["_id"], "the hold")
    same([c["cause"] for c in lane["conflicts"]], ["absence"], "conflicts")


def days_long_past_are_shown():
    number = 880001
    old = order(number, "alice", at(-200, "10:00"), at(-200, "13:00"))
    server.take(company(inspections=[old]))
    items = board(staff, -200)["days"][0]["items"]
    same([i["orderNumber"] for i in items], [number], "orders of a day long past")


def what_takes_days_stands_in_each():
    day = next(days)
    body = {"_inspectorId": "bob", "from": str(local_date(day)), "to": str(local_date(day + 1))}
    staff.post("/vacation", body).want(201)
    next(days)
    after = next(days)
    for at_day in (day - 1, after):
        staff.post("/event", {"type": "Event", "_inspectorId": "bob", "endtime": at(at_day, "22:00"),
                              "datetime": at(at_day, "21:00")}).want(201)
    lane = board(staff, day - 1, "bob", 4)
    same([[i["kind"] for i in d["items"]] for d in lane["days"]],
         [["event"], ["vacation"], ["vacation"], ["event"]], "the days of a vacation")


def another_brand_is_time_taken():
    day = next(days)
    staff.book(booking(at(day, "10:00"), brand="boulder")).want(201)
    staff.post("/schedule/holds", {"datetime": at(day, "12:00"), "services": ["quick"],
                                   "_inspectorId": "alice", "brand": "boulder"}).want(201)
    mine = record_of(staff.book(booking(at(day, "15:00"), brand="denver")))
    denver = server.client("staff", brand="denver")
    items = board(denver, day)["days"][0]["items"]
    same([sorted(i) for i in items[:2]], [["datetime", "endtime", "kind"]] * 2, "of another brand")
    same([i["kind"] for i in items], ["busy", "busy", "inspection"], "kinds")
    same(items[2]["_id"], mine["_id"], "the key's own")
    other = board(staff, day)["days"][0]["items"][0]["_id"]
    same([v["code"] for v in checked(denver, {"datetime": at(day, "11:00"), "reschedule": other},
                                     {"datetime": at(day, "11:00"), "reschedule": "nobody"})],
         ["not_found"] * 2, "a move of another brand's order")


cases.run("what fits is what can be booked", what_fits_is_what_can_be_booked)
cases.run("capacity counts everybody", capacity_counts_everybody)
cases.run("a check says what a booking would hear", a_check_says_what_a_booking_would_hear)
cases.run("500 candidates and no more", candidates_are_bounded)
cases.run("a day shows what lies in it", a_day_shows_what_lies_in_it)
cases.run("days long past are shown", days_long_past_are_shown)
cases.run("what takes days stands in each", what_takes_days_stands_in_each)
cases.run("another brand is time that is taken", another_brand_is_time_taken)
cases.run("services are the document's", services_are_the_documents)
cases.run("what is not sold is not public", what_is_not_sold_is_not_public)
cases.run("a storefront tells what a scheduler needs and nothing of people", storefront)
cases.run("nothing is unplaced", nothing_is_unplaced)
cases.run("check finds nothing", server.must_be_clean)
server.close()
cases.finish()
