"""An order's life after booking: the steps of its status, other people, another house; closings that
move; conflicts that people look at."""
from urllib.parse import urlencode

from office import *


def booked(day, clock="10:00", who="alice", services=("quick",), **more):
    return staff.book(booking(at(day, clock), who, services, **more)).want(201).json["inspection"]


def step(record, word, client=None, **body):
    client = client or staff
    return client.post(f"/inspection/{record['_id']}/{word}",
                       {"version": record["version"], **body})


def taken(day, clock, who="alice"):
    return staff.book(booking(at(day, clock), who), route="/inspection/book-job?dryRun=true").status == 409


numbers = itertools.count(70001, -1)


def past():
    """An order whose time has come, and whose house nobody else has."""
    n, day = next(numbers), -next(days)
    row = order(n, "alice", at(day, "09:00"), at(day, "12:00"))
    server.take({**company(), "inspections": [row]})
    return staff.get(f"/inspection/{n}").want(200).json["inspection"]


# ---- steps ----


def a_whole_life():
    day = next(days)
    record = booked(day, status="unconfirmed")
    same(record["status"], "unconfirmed", "status")
    for word, status in (("confirm", "confirmed"), ("cancel", "cancelled")):
        record = step(record, word).want(200).json["inspection"]
        same(record["status"], status, f"status after {word}")
    step(record, "confirm").want(409, "wrong_state")
    record = step(record, "restore").want(200).json["inspection"]
    same((record["status"], record["version"]), ("confirmed", 4), "restored")
    for word in ("complete", "no-show"):
        refused = step(record, word).want(409, "wrong_state").json
        same(refused["detail"], "It has not begun yet.", word)
        staff.post(f"/inspection/{record['_id']}/{word}?dryRun=true",
                   {"version": 4}).want(409, "wrong_state")
    record = past()
    for word, status in (("complete", "completed"), ("restore", "confirmed"),
                         ("no-show", "no_show"), ("restore", "confirmed")):
        record = step(record, word).want(200).json["inspection"]
        same(record["status"], status, f"status after {word}")


def restoring_goes_through_the_door():
    day = next(days)
    record = step(booked(day), "cancel").want(200).json["inspection"]
    other = booked(day)
    overlapping(step(record, "restore"), other["orderNumber"])
    step(record, "restore", client=second_staff,
         override={"rules": ["overlap"], "reason": "both"}).want(403, "not_permitted")
    both = step(record, "restore", client=admin,
                override={"rules": ["overlap"], "reason": "both"}).want(200)
    same(both.json["inspection"]["status"], "confirmed", "status")


def who_may_step():
    record = past()
    for role in ("readonly", "online"):
        step(record, "complete", client=keys[role]).want(403, "not_permitted")
    step(record, "cancel", client=keys["inspector"]).want(403, "not_permitted")
    step(record, "complete", client=keys["inspector"]).want(200)


def a_locked_order_stays():
    day = next(days)
    record = step(booked(day), "lock").want(200).json["inspection"]
    check(record["locked"], "it is not locked")
    move = {"datetime": at(day, "14:00"), "version": record["version"]}
    staff.post(f"/inspection/{record['_id']}/reschedule", move).want(409, "locked")
    step(record, "reassign", _inspectorId="bob").want(409, "locked")
    record = step(record, "unlock").want(200).json["inspection"]
    step(record, "reassign", _inspectorId="bob").want(200)


def changelog(record):
    return staff.get(f"/inspection/{record['_id']}/changelog").json["entries"]


def locked_twice():
    """What is so already stays as it is: the same version, nothing in the changelog."""
    record = booked(next(days))
    for word, locked in (("unlock", False), ("lock", True), ("lock", True), ("unlock", False),
                         ("unlock", False)):
        before, lines = record, len(changelog(record))
        answer = step(record, word).want(200)
        record = answer.json["inspection"]
        same(record["locked"], locked, f"locked after {word}")
        news = locked != before["locked"]
        same(record["version"], before["version"] + news, f"version after {word}")
        same(answer.header("ETag"), f'"v{record["version"]}"', "ETag")
        same(len(changelog(record)), lines + news, f"lines of the changelog after {word}")
        same(answer.json["seq"], answer.seq, "seq")
        if not news:
            same(record, before, f"after {word}")
    first = record["version"]
    tried = staff.post(f"/inspection/{record['_id']}/unlock?dryRun=true", {"version": first})
    same(tried.want(200).json["inspection"], record, "tried")
    staff.post(f"/inspection/{record['_id']}/unlock", {"version": first - 1}).want(412, "stale")


def nothing_to_change():
    """Whoever asks for what stands has it: the same version, nothing in the changelog."""
    record = booked(next(days), services=["home"], property={
        "address": "1 Elm St", "squareFeet": 2000, "lat": 39.7, "lng": -104.9},
        agents=[{"name": "Ann"}], notes="dog")
    path, lines = f"/inspection/{record['_id']}", changelog(record)
    same_one = {"datetime": record["datetime"]}
    for name, ask, body in (
            ("amend", staff.patch, {}), ("amend", staff.patch, {"notes": "dog", "reason": "so"}),
            ("amend", staff.patch, {"property": {"squareFeet": 2000}, "services": ["home"]}),
            ("amend", staff.patch, {"client": record["client"], "agents": [{"name": "Ann"}]}),
            ("reassign", staff.post, {"_inspectorId": "alice"}),
            ("reassign", staff.post, {"inspectors": ["alice"]}),
            ("reassign", staff.post, {"assignments": record["assignments"]}),
            ("reschedule", staff.post, same_one),
            ("reschedule", staff.post, {**same_one, "_inspectorId": "alice", "services": ["home"]}),
            ("reschedule", staff.post, {**same_one, "endtime": record["endtime"]})):
        to = path + ("" if name == "amend" else f"/{name}")
        for more in ("?dryRun=true", ""):
            answer = ask(to + more, {"version": 1, **body}).want(200)
            same(answer.json["inspection"], record, f"after {name} {body}")
            same((answer.header("ETag"), answer.json["seq"]), ('"v1"', answer.seq), f"of {name}")
        ask(to, {"version": 7, **body}).want(412, "stale")
    same(changelog(record), lines, "changelog")
    again = [staff.patch(path, {"version": 1, "notes": "dog"}, key="twice").want(200)
             for _ in range(2)]
    same([a.json["inspection"] for a in again], [record] * 2, "with the same key")
    staff.patch(path, {"version": 1, "notes": "cat"}, key="twice").want(200)
    answer = staff.patch(path, {"version": 1, "notes": "cat"}, key="twice").want(200)
    same(answer.header("Idempotent-Replayed"), "true", "what was done is replayed")
    staff.post(f"{path}/reschedule", {"version": 2, "datetime": record["datetime"],
                                      "services": ["home", "radon"]}).want(200)
    staff.post(f"{path}/reassign", {"version": 3, "inspectors": ["alice", "bob"]}).want(200)
    same(len(changelog(record)), len(lines) + 3, "what did change")


def permission_where_nothing_is_overridden():
    """Whoever may not override is told so, also where the rules would have let it pass."""
    record = step(past(), "complete").want(200).json["inspection"]
    over = {"rules": ["overlap"], "reason": "both"}
    step(record, "restore", client=second_staff, override=over).want(403, "not_permitted")
    record = step(record, "restore", override=over).want(200).json["inspection"]
    second_staff.patch(f"/inspection/{record['_id']}", {
        "version": record["version"], "notes": "x", "override": over}).want(403, "not_permitted")
    staff.patch(f"/inspection/{record['_id']}", {
        "version": record["version"], "notes": "x", "override": over}).want(200)


def versions_are_needed():
    record = booked(next(days))
    staff.post(f"/inspection/{record['_id']}/confirm", {}).want(428, "version_required")
    staff.post(f"/inspection/{record['_id']}/confirm", {"version": 9}).want(412, "stale")


# ---- other people ----


def reassigned():
    day = next(days)
    record = booked(day)
    moved = step(record, "reassign", _inspectorId="bob").want(200).json["inspection"]
    same((moved["_inspectorId"], moved["datetime"], moved["endtime"]),
         ("bob", record["datetime"], record["endtime"]), "who and when")
    check(not taken(day, "10:00"), "the old inspector's time is not free")
    check(taken(day, "10:00", "bob"), "the new inspector's time is free")
    other = booked(day, "10:00", "carol")
    overlapping(step(moved, "reassign", _inspectorId="carol"), other["orderNumber"])
    found = step(moved, "reassign", _inspectorId="any").want(200).json["inspection"]
    check(found["_inspectorId"] != "carol", "any is somebody who is free")


# ---- many at once ----


def move(record, **to):
    return {"_id": record["_id"], "version": record["version"], **to}


def moves(*list_of, client=None, **more):
    return (client or staff).post("/reassignments", {"moves": list(list_of), **more})


def now_of(record):
    return staff.get(f"/inspection/{record['_id']}").want(200).json["inspection"]


def two_change_places():
    day = next(days)
    first, second = booked(day, "10:00"), booked(day, "12:00", "bob")
    done = moves(move(first, datetime=at(day, "12:00"), _inspectorId="bob"),
                 move(second, datetime=at(day, "10:00"), _inspectorId="alice")).want(200).json
    same([(i["_id"], i["_inspectorId"], i["datetime"], i["version"]) for i in done["inspections"]],
         [(first["_id"], "bob", at(day, "12:00"), 2), (second["_id"], "alice", at(day, "10:00"), 2)],
         "who is where")
    log = staff.get(f"/inspection/{first['_id']}/changelog").want(200).json["entries"]
    same(log[-1]["what"], "reassignments", "what the changelog says")
    same(log[-1]["seq"], done["seq"], "one entry for both")


def all_or_nothing():
    day = next(days)
    first, second = booked(day, "10:00"), booked(day, "12:00")
    other = booked(day, "15:00", "bob")
    answer = moves(move(first, _inspectorId="bob"), move(second, datetime=at(day, "15:30"),
                                                          _inspectorId="bob"))
    overlapping(answer, other["orderNumber"])
    same(answer.json["field"], "/moves/1", "which move")
    check(answer.json["overridable"], "an override would pass")
    same((now_of(first)["_inspectorId"], now_of(first)["version"]), ("alice", 1), "nothing moved")
    both = moves(move(first, _inspectorId="bob"),
                 move(second, datetime=at(day, "15:30"), _inspectorId="bob"), client=admin,
                 override={"rules": ["overlap"], "reason": "both want it"}).want(200).json
    same(len(both["inspections"]), 2, "with an override")


def a_move_into_the_way_of_another():
    day = next(days)
    first, second = booked(day, "10:00"), booked(day, "12:00", "bob")
    answer = moves(move(first, datetime=at(day, "14:00"), _inspectorId="carol"),
                   move(second, datetime=at(day, "14:00"), _inspectorId="carol"))
    overlapping(answer, first["orderNumber"])
    same(answer.json["field"], "/moves/1", "the later one is in the way")


def what_is_refused_of_many():
    day = next(days)
    first, second = booked(day, "10:00"), booked(day, "12:00")
    locked = step(booked(day, "14:00"), "lock").want(200).json["inspection"]
    good = move(first, _inspectorId="bob")
    for bad, status, code, field in (
            (move(second), 422, "type", "/moves/1/datetime"),
            ({**move(second, _inspectorId="bob"), "version": 9}, 412, "stale", "/moves/1"),
            ({"_id": second["_id"], "_inspectorId": "bob"}, 428, "version_required", "/moves/1"),
            (move(locked, _inspectorId="bob"), 409, "locked", "/moves/1"),
            ({"_id": "nobody", "version": 1, "_inspectorId": "bob"}, 404, "not_found", "/moves/1"),
            (move(first, datetime=at(day, "16:00")), 422, "out_of_range", "/moves/1"),
            (move(second, _inspectorId="zoe"), 422, "not_offered", "/moves/1/_inspectorId"),
            (move(second, datetime="2020-01-01T10:00:00Z"), 422, "in_past", "/moves/1/datetime")):
        answer = moves(good, bad).want(status, code)
        same(answer.json.get("field"), field, f"field of {code}")
    same(now_of(first)["version"], 1, "nothing moved")
    tried = staff.post("/reassignments?dryRun=true", {"moves": [good]}).want(200)
    same(tried.json["inspections"][0]["_inspectorId"], "bob", "tried")
    same(now_of(first)["version"], 1, "nothing moved by a try")
    number = {"_id": str(first["orderNumber"]), "version": 1, "_inspectorId": "bob"}
    same(moves(number).want(200).json["inspections"][0]["_id"], first["_id"], "by number")


# ---- another house ----


def amended():
    day = next(days)
    record = booked(day, services=["home"], property={"address": "1 Elm St", "squareFeet": 2000},
                    agents=[{"name": "Ann"}], notes="dog")
    path = f"/inspection/{record['_id']}"
    answer = staff.patch(path, {"version": 1, "client": {"phone": "+1 303 555 0100"},
                                "notes": None}).want(200).json["inspection"]
    same(answer["client"], {**record["client"], "phone": "+1 303 555 0100"}, "client")
    check("notes" not in answer and answer["agents"] == [{"name": "Ann"}], "the rest")
    same(answer["endtime"], record["endtime"], "endtime")
    longer = staff.patch(path, {"version": 2, "services": ["home", "radon"]}).want(200)
    same(longer.json["inspection"]["endtime"], at(day, "13:15"), "endtime with radon")
    other = booked(day, "13:30")
    overlapping(staff.patch(path, {"version": 3, "services": ["home", "quick"]}),
                other["orderNumber"])
    staff.patch(path, {"version": 3, "property": {"address": None}}).want(422, "type")
    staff.patch(path, {"version": 3, "client": {"name": 7}}).want(422, "type")
    staff.patch(path, {"version": 3, "colour": 1}).want(422, "unknown_field")
    staff.patch(path, {"version": 2, "notes": "x"}).want(412, "stale")
    same(staff.get(path).json["inspection"]["version"], 3, "version")


def work_without_services():
    """What was booked by the minute takes as long whatever the house is like."""
    asked = booking(at(next(days), "10:00"), minutes=45)
    del asked["services"]
    record = staff.book(asked).want(201).json["inspection"]
    larger = {"version": 1, "property": {"squareFeet": 5000}}
    after = staff.patch(f"/inspection/{record['_id']}", larger).want(200).json["inspection"]
    same((after["endtime"], after["property"]["squareFeet"]), (record["endtime"], 5000), "after")


def times_of_another_system():
    """Orders that no booking here could be keep their time when people change or it comes back."""
    day = next(days)
    next(days), next(days)  # the second lasts until then
    orders = [{"_id": f"other-{n}", "brand": "denver", "datetime": at(day, begin), "endtime": end,
               "_inspectorId": "carol", "services": ["quick"], "status": "confirmed",
               "createdAt": at(0, "01:00"), "property": {"address": f"{n} Import Road"},
               "client": {"name": "Imported"}}
              for n, (begin, end) in enumerate((("09:00", at(day, "10:00:30")),
                                                ("11:00", at(day + 2, "10:00"))))]
    server.take({**company(), "inspections": orders})
    hours = {"rules": ["hours"], "reason": "it happened"}
    for order in orders:
        record = staff.get(f"/inspection/{order['_id']}").json["inspection"]
        for word, more in (("reassign", {"_inspectorId": "bob", "override": hours}), ("cancel", {}),
                           ("restore", {"override": hours})):
            record = step(record, word, **more).want(200).json["inspection"]
            same((record["endtime"], record["assignments"][0]["endtime"]),
                 (order["endtime"], order["endtime"]), f"end after {word}")
    staff.book(booking(at(day, "10:00"), "bob")).want(409, "slot_taken")
    server.must_be_clean()


def amended_by_tags():
    """If-Match may list versions: the one that stands is amended."""
    record = booked(next(days))
    path = f"/inspection/{record['_id']}"
    for tags, status, code in (('"v7", "v9"', 412, "stale"), ('"v9", "v1"', 200, None),
                               ('"v1"', 412, "stale"), ("*", 200, None), ("three", 422, "out_of_range")):
        staff.patch(path, {"notes": tags}, headers=[("If-Match", tags)]).want(status, code)
    after = staff.get(path).json["inspection"]
    same((after["version"], after["notes"]), (3, "*"), "version and notes")


# ---- closings ----


def closings_move():
    day = next(days)
    event = staff.post("/event", {"type": "Event", "_inspectorId": "alice", "title": "A",
                                  "datetime": at(day, "10:00"), "endtime": at(day, "11:00")})
    event = event.want(201).json["event"]
    path = f"/event/{event['_id']}"
    answer = staff.patch(path, {"version": 1, "title": "B"}).want(200).json
    named = answer["event"]
    same((named["title"], answer["version"], named["datetime"]), ("B", 2, event["datetime"]), "event")
    order = booked(day, "14:00")
    later = {"version": 2, "datetime": at(day, "14:30"), "endtime": at(day, "15:00")}
    overlapping(staff.patch(path, later), order["orderNumber"])
    opened = staff.patch(path, {**later, "affected": "open"}).want(200)
    same(opened.json["conflictsOpened"], 1, "conflicts")
    check(not taken(day, "10:00"), "the old time is not free")
    staff.patch(f"/vacation/{event['_id']}", {"version": 3, "title": "C"}).want(404, "not_found")
    staff.patch(path, {"version": 3, "datetime": at(day, "16:00")}).want(422, "type")


# ---- conflicts ----


def replaced():
    """Who falls ill: the office sees at once who could go instead, or when."""
    day = next(days)
    order, bobs = booked(day, "14:00"), booked(day, "14:00", "bob")
    staff.post("/event", {"type": "Block", "_inspectorId": "alice", "affected": "open",
                          "datetime": at(day, "06:00"), "endtime": at(day, "20:00")}).want(201)
    seen = next(c for c in staff.get("/conflicts?replacements=true").json["conflicts"]
                if order["orderNumber"] in (c["a"].get("orderNumber"), c["b"].get("orderNumber")))
    (instead,) = seen["replacements"]
    same((instead["_id"], instead["version"]), (order["_id"], 1), "whom it is about")
    first = instead["slots"][0]
    same((first["_inspectorId"], first["datetime"]), ("carol", order["datetime"]), "who is free then")
    blocked = [s for s in instead["slots"] if s["_inspectorId"] == "alice"
               and s["datetime"][:10] == order["datetime"][:10]]
    taken_by_bob = [s for s in instead["slots"] if s["_inspectorId"] == "bob"
                    and s["datetime"] == bobs["datetime"]]
    same(blocked + taken_by_bob, [], "slots that are none")
    for slot in instead["slots"]:
        tried = staff.post(f"/inspection/{order['_id']}/reschedule?dryRun=true",
                           {"version": 1, "datetime": slot["datetime"],
                            "_inspectorId": slot["_inspectorId"]})
        tried.want(200)
    moves(move(order, _inspectorId=first["_inspectorId"])).want(200)
    check("replacements" not in json.dumps(staff.get("/conflicts").json), "only who asks is told")
    staff.get("/conflicts?replacements=perhaps").want(422, "out_of_range")


def affected_by_a_closing():
    """Whoever closes time over orders is told at once which, and where each could go."""
    day = next(days)
    orders = [booked(day, f"{hour:02}:00") for hour in (8, 10, 14)]
    block = {"type": "Block", "_inspectorId": "alice", "affected": "open",
             "datetime": at(day, "06:00"), "endtime": at(day, "13:00")}
    refused = staff.post("/event", {**block, "affected": "refuse"}).want(409, "slot_taken")
    check("alternatives" not in refused.json, "alternatives of a closing")
    tried = staff.post("/event?dryRun=true", block).want(200).json
    made = staff.post("/event", block).want(201).json
    told = {c["_id"]: c for c in staff.get("/conflicts?replacements=true").json["conflicts"]}
    for answer in (tried, made):
        same((answer["conflictsOpened"], len(answer["affected"])), (2, 2), "how many")
        check("affectedMore" not in answer, "more")
        for order, one in zip(orders, answer["affected"]):
            same([one[k] for k in ("_inspectionId", "orderNumber", "version", "datetime", "endtime")],
                 [order[k] for k in ("_id", "orderNumber", "version", "datetime", "endtime")], "whom")
            same((one["replacements"][0]["_inspectorId"], one["replacements"][0]["datetime"]),
                 ("bob", order["datetime"]), "who is free then")
            check(not [s for s in one["replacements"] if s["_inspectorId"] == "alice" and
                       at(day, "06:00") <= s["datetime"] < at(day, "13:00")], "she is not there")
    for one in made["affected"]:
        (stands,) = told[one["_conflictId"]]["replacements"]
        same(one["replacements"], stands["slots"], "as the conflict says")
    rest = {"_inspectorId": "alice", "from": at(day, "00:00")[:10], "to": at(day, "00:00")[:10],
            "affected": "open"}
    same([a["orderNumber"] for a in staff.post("/vacation", rest).want(201).json["affected"]],
         [o["orderNumber"] for o in orders], "of a vacation")
    free = {**block, "datetime": at(day, "17:00"), "endtime": at(day, "18:00"), "_inspectorId": "bob"}
    same(staff.post("/event", free).want(201).json["affected"], [], "of a free hour")


def many_affected():
    """What is listed has a bound, and the rest is counted."""
    first = next(days)
    for _ in range(2):
        next(days)
    for n in range(24):
        booked(first + n // 12, f"{6 + n % 12:02}:00", "carol")
    answer = staff.post("/vacation", {"_inspectorId": "carol", "from": at(first, "00:00")[:10],
                                      "to": at(first + 1, "00:00")[:10], "affected": "open"})
    answer = answer.want(201).json
    same((len(answer["affected"]), answer["affectedMore"], answer["conflictsOpened"]), (20, 4, 24),
         "how many")


def conflicts_of_people():
    day = next(days)
    order = booked(day, "14:00")
    staff.post("/event", {"type": "Block", "_inspectorId": "alice", "affected": "open",
                          "datetime": at(day, "14:30"), "endtime": at(day, "15:00")}).want(201)
    mine = [c for c in staff.get("/conflicts").json["conflicts"]
            if order["orderNumber"] in (c["a"].get("orderNumber"), c["b"].get("orderNumber"))]
    same(len(mine), 1, "open conflicts of the order")
    path = f"/conflicts/{mine[0]['_id']}"
    seen = staff.post(f"{path}/acknowledge", {"note": "calling"}).want(200).json["conflict"]
    same((seen["state"], seen["note"]), ("acknowledged", "calling"), "state and note")
    staff.post(f"{path}/resolve", {}).want(422, "type")
    done = staff.post(f"{path}/resolve", {"note": "he drives both"}).want(200).json["conflict"]
    same(done["state"], "accepted", "state")
    staff.post(f"{path}/acknowledge", {}).want(409, "wrong_state")
    third = booking(at(day, "14:00"))
    staff.book(third).want(409, "slot_taken")
    step(order, "cancel").want(200)
    ended = staff.get("/conflicts?state=resolved").json["conflicts"]
    check(mine[0]["_id"] in [c["_id"] for c in ended], "it is not resolved by the cancel")
    staff.post("/conflicts/c1/acknowledge", {}).want(404, "not_found")


# ---- why ----


def why(day, clock, client=None, who="alice", services="quick"):
    query = urlencode({"services": services, "_inspectorId": who, "datetime": at(day, clock)})
    return (client or staff).get(f"/schedule/why?{query}").want(200).json


def states(answer, *wanted):
    return [r["rule"] for r in answer["rules"] if r["state"] in wanted]


def every_rule_of_a_start():
    """What is offered passes every rule; each refusal has its reason, and every one that fails."""
    day = next(days)
    start = instant(starts(staff, day)[0]).strftime("%H:%M")
    free = why(day, start)
    same((free["bookable"], free["conflicts"], states(free, "fail", "moot")), (True, [], []), "free")
    check({"in_past", "too_soon", "outside_hours", "daily_maximum", "slot_taken"}
          <= set(states(free, "pass")), f"rules: {free['rules']}")
    order = booked(day, start)
    gone = why(day, start)
    same((gone["bookable"], states(gone, "fail")), (False, ["slot_taken"]), "taken")
    same([c["orderNumber"] for c in gone["conflicts"]], [order["orderNumber"]], "in the way")
    same(gone["asOfSeq"], staff.slots(services="quick")["asOfSeq"], "asOfSeq")
    both = why(day, start, services="mold")
    same(sorted(states(both, "fail")), ["inspector_unable", "slot_taken"], "unable and taken")
    same(states(why(day, "23:30"), "fail"), ["outside_hours"], "at night")
    past = why(-1, start)
    same((past["bookable"], states(past, "fail")[0]), (False, "in_past"), "yesterday")
    far = why(401, "23:30")
    same(sorted(states(far, "fail")), ["out_of_horizon", "outside_hours"], "far away and at night")


admin = server.client("admin", override=True)
keys = {"online": online, **{role: server.client(role) for role in ("readonly", "inspector")}}
cases.run("a whole life", a_whole_life)
cases.run("restoring goes through the door", restoring_goes_through_the_door)
cases.run("who may take a step", who_may_step)
cases.run("a locked order stays where it is", a_locked_order_stays)
cases.run("locked twice, unlocked twice", locked_twice)
cases.run("nothing to change", nothing_to_change)
cases.run("who may not override is told so", permission_where_nothing_is_overridden)
cases.run("versions are needed", versions_are_needed)
cases.run("other people, the same time", reassigned)
cases.run("two orders change places", two_change_places)
cases.run("who could go instead", replaced)
cases.run("who is affected by a closing", affected_by_a_closing)
cases.run("many are affected by a closing", many_affected)
cases.run("many move or none", all_or_nothing)
cases.run("a move may not lie over the one before it", a_move_into_the_way_of_another)
cases.run("what is refused of many moves", what_is_refused_of_many)
cases.run("another house, other work", amended)
cases.run("amended by tags", amended_by_tags)
cases.run("work without services", work_without_services)
cases.run("times of another system", times_of_another_system)
cases.run("closings move", closings_move)
cases.run("conflicts in people's hands", conflicts_of_people)
cases.run("every rule of a start", every_rule_of_a_start)
finish()
