"""Holds, moves, absences and idempotency: what takes more than one request."""
from office import *

# ---- holds ----


def hold_shape():
    day = next(days)
    answer = hold(online, at(day, "10:00"))
    got = answer.want(201).json
    check(set(got["hold"]) >= {"_id", "token", "kind", "datetime", "endtime", "inspectors",
                               "expiresAt"}, f"fields are missing in {got}")
    same(got["seq"], answer.seq, "seq")
    same(got["hold"]["kind"], "checkout", "kind")
    same((got["hold"]["datetime"], got["hold"]["endtime"]),
         (at(day, "10:00"), at(day, "11:00")), "interval")
    left = instant(got["hold"]["expiresAt"]).timestamp() - time.time() - passed[0]
    check(290 <= left <= 301, f"it lives {left} s, not 300")
    by_token = online.get(f"/schedule/holds/{got['hold']['token']}").want(200).json["hold"]
    same(by_token["_id"], got["hold"]["_id"], "_id by token")
    staff.get(f"/schedule/holds/{got['hold']['_id']}").want(200)
    online.get(f"/schedule/holds/{got['hold']['_id']}").want(404, "not_found")
    listed = staff.get("/schedule/holds").want(200)
    check(got["hold"]["_id"] in [h["_id"] for h in listed.json["holds"]], "not in staff's list")
    check(got["hold"]["token"] not in listed.body.decode(), "staff's list shows the token")


def hold_extended_to_the_cap():
    got = held(online, at(next(days), "10:00"))
    target = f"/schedule/holds/{got['token']}"
    ends = [got["expiresAt"]]
    while len(ends) < 2 or instant(ends[-1]) - instant(ends[-2]) >= datetime.timedelta(seconds=250):
        check(len(ends) < 60, "there is no cap")
        let_pass(250)
        answer = online.ask("PATCH", target, {"extend": True}).want(200)
        ends.append(answer.json["hold"]["expiresAt"])
    online.ask("PATCH", target, {"extend": True}).want(409, "hold_cap_reached")
    extended = len(ends) - 1
    check(extended >= 10, f"it could be extended {extended} times, not at least 10 times")
    same(sorted(ends), ends, "the ends")
    let_pass(600)
    again = online.ask("PATCH", target, {"extend": True}).want(200).json["hold"]
    check(again["expiresAt"] > ends[-1], "extending an ended hold did not decide again")


def ended_hold_extended_over_taken_time():
    day = next(days)
    got = held(online, at(day, "10:00"))
    let_pass(301)
    staff.book(booking(at(day, "10:30"))).want(201)
    online.ask("PATCH", f"/schedule/holds/{got['token']}", {"extend": True}).want(409, "slot_taken")


def hold_moved():
    day = next(days)
    got = held(online, at(day, "10:00"), services=["home"])
    target = f"/schedule/holds/{got['token']}"
    moved = online.ask("PATCH", target, {"datetime": at(day, "11:00")}).want(200).json["hold"]
    same((moved["datetime"], moved["endtime"]), (at(day, "11:00"), at(day, "14:00")), "interval")
    same(moved["token"], got["token"], "token")
    check(at(day, "10:00") in starts(staff, day), "the time it left is not free")
    check(at(day, "13:00") not in starts(staff, day), "the time it took is free")
    staff.book(booking(at(day, "15:00"))).want(201)
    online.ask("PATCH", target, {"datetime": at(day, "13:00")}).want(409, "slot_taken")
    kept = online.get(target).want(200).json["hold"]
    same(kept["datetime"], at(day, "11:00"), "where a refused move leaves it")
    other = online.ask("PATCH", target, {"_inspectorId": "bob"}).want(200).json["hold"]
    same(other["inspectors"], ["bob"], "inspectors")


def hold_that_cannot_be_read():
    """A disk that fails is not a hold that is not there."""
    target = "/schedule/holds/hffffffffffff"
    staff.get(target).want(404, "not_found")
    rows = server.sql()
    rows.execute("ALTER TABLE hold RENAME TO hidden")
    broken = staff.get(target)
    rows.execute("ALTER TABLE hidden RENAME TO hold")
    rows.close()
    broken.want(503, "overloaded")
    staff.get(target).want(404, "not_found")


def hold_released_twice():
    day = next(days)
    got = held(online, at(day, "10:00"))
    online.delete(f"/schedule/holds/{got['token']}").want(204)
    check(at(day, "10:00") in starts(online, day), "a released hold keeps its time")
    online.delete(f"/schedule/holds/{got['token']}").want(204)
    booked = online.book(booking(at(day, "10:00"), hold=got["token"]))
    booked.want(201)  # released counts as expired: it books if still free


def hold_released_by_staff():
    day = next(days)
    got = held(online, at(day, "10:00"))
    staff.delete(f"/schedule/holds/{got['_id']}", {"reason": "the customer called"}).want(204)
    check(at(day, "10:00") in starts(online, day), "a released hold keeps its time")


def hold_consumed():
    day = next(days)
    got = held(online, at(day, "10:00"))
    body = booking(at(day, "10:00"), hold=got["token"])
    first = record_of(online.book(body))
    answer = online.book({**body, "property": {"address": unique("Other")}})
    answer.want(409, "hold_consumed")
    check("conflicts" in answer.json and "alternatives" in answer.json, "the 409 has no lists")
    online.ask("PATCH", f"/schedule/holds/{got['token']}",
               {"extend": True}).want(409, "hold_consumed")
    online.delete(f"/schedule/holds/{got['token']}")
    same(staff.get(f"/inspection/{first['_id']}").want(200).json["inspection"]["status"],
         "confirmed", "status after releasing a consumed hold")


MISMATCHES = [("datetime", {"datetime": "12:00"}), ("services", {"services": ["home"]}),
              ("inspector", {"_inspectorId": "bob"}), ("brand", {"brand": "boulder"}),
              ("size", {"property": {"address": "1 Hold Road", "squareFeet": 2000}})]


def hold_mismatch(fields):
    day = next(days)
    client = staff if "brand" in fields else online
    got = held(client, at(day, "10:00"), brand="denver", squareFeet=1500)
    body = booking(at(day, "10:00"), hold=got["token"], **{"brand": "denver", **fields})
    if "datetime" in fields:
        body["datetime"] = at(day, fields["datetime"])
    if "property" not in fields:
        body["property"]["squareFeet"] = 1500
    client.book(body).want(422, "hold_mismatch")
    client.get(f"/schedule/holds/{got['token']}").want(200)


def hold_fills_in():
    """Only fields present in both are compared; absent ones come from the hold."""
    day = next(days)
    got = held(online, at(day, "10:00"), services=["home"], who="bob")
    body = booking(None, None, None, hold=got["token"])
    record = record_of(online.book(body))
    same((record["datetime"], record["_inspectorId"], record["services"]),
         (at(day, "10:00"), "bob", ["home"]), "what was booked")


def hold_any():
    day = next(days)
    got = held(online, at(day, "10:00"), who="any")
    same(len(got["inspectors"]), 1, "inspectors of a hold for anyone")
    record = record_of(online.book(booking(at(day, "10:00"), "any", hold=got["token"])))
    same(record["inspectors"], got["inspectors"], "inspectors")


def hold_owner_sees_through():
    day = next(days)
    got = held(online, at(day, "10:00"))
    check(at(day, "10:00") not in starts(online, day), "held time is offered")
    found = online.get(f"/schedule/optimal-slots?services=quick&inspectors=alice&days=1"
                       f"&from={local_date(day)}", headers=[("Interlock-Hold", got["token"])])
    check(at(day, "10:00") in found.want(200).body.decode(), "its owner does not see through it")


def token_of_nobody():
    day = next(days)
    got = held(online, at(day, "10:00"))
    wrong = got["token"][:-4] + "AAAA"
    online.get(f"/schedule/holds/{wrong}").want(404, "not_found")
    online.delete(f"/schedule/holds/{wrong}").want(404, "not_found")
    online.book(booking(at(day, "10:00"), hold=wrong)).want(404, "not_found")


def quote_hold():
    day = next(days)
    got = held(online, at(day, "10:00"), kind="quote")
    same(got["kind"], "quote", "kind")
    left = instant(got["expiresAt"]).timestamp() - time.time() - passed[0]
    check(86390 <= left <= 86401, f"it lives {left} s, not 24 hours")
    near = held(online, at(1, "18:00"), kind="quote")
    latest = instant(at(1, "18:00")) - datetime.timedelta(minutes=120)
    check(instant(near["expiresAt"]) <= latest, "it ends later than start minus notice")
    overlap = staff.book(booking(at(day, "10:30")))
    overlapping(overlap, kind="hold")


def holds_are_counted():
    """One key cannot hoard a calendar; what it releases it may hold again."""
    name = "hoarded"
    server.take(company(name))
    client = server.client("online", name=name, brand="denver")
    answers = []
    for i in range(1000):
        who, day, hour = ("alice", "bob", "carol")[i % 3], 3 + i // 30, 6 + i // 3 % 10
        answers.append(hold(client, at(day, f"{hour:02}:00"), who))
        if answers[-1].status != 201:
            break
    refused = answers[-1].want(429, "too_many_holds")
    check(refused.header("Retry-After") is not None, "no Retry-After")
    token = answers[0].json["hold"]["token"]
    client.delete(f"/schedule/holds/{token}").want(204)
    hold(client, at(3, "06:00")).want(201)


cases.run("one key holds only so much at once", holds_are_counted)
cases.run("a hold says what it keeps, and who may see it", hold_shape)
cases.run("a hold moves in one step, and stays where it is if it cannot", hold_moved)
cases.run("a hold that cannot be read is a fault, not a missing one", hold_that_cannot_be_read)
cases.run("a hold can be released twice", hold_released_twice)
cases.run("staff release a hold by its _id", hold_released_by_staff)
cases.run("a hold becomes one booking", hold_consumed)
for word, fields in MISMATCHES:
    cases.run(f"a booking of another {word} than its hold's is refused", hold_mismatch, fields)
cases.run("what a booking leaves out comes from its hold", hold_fills_in)
cases.run("a hold for any inspector keeps the one it chose", hold_any)
cases.run("the owner of a hold sees its time", hold_owner_sees_through)
cases.run("a token with other last letters is unknown", token_of_nobody)
cases.run("a quote hold lives a day, and ends before the notice does", quote_hold)
cases.run("an ended hold over taken time is not extended", ended_hold_extended_over_taken_time)
cases.run("a hold is extended up to a cap", hold_extended_to_the_cap)

# ---- rescheduling and cancelling ----


def move(record, body, client=staff, **more):
    return client.post(f"/inspection/{record['orderNumber']}/reschedule", body, **more)


def reschedule_versions():
    day = next(days)
    record = record_of(staff.book(booking(at(day, "10:00"))))
    body = {"datetime": at(day, "12:00")}
    move(record, body).want(428, "version_required")
    answer = move(record, body, headers=[("If-Match", '"v1"')])
    moved = record_of(answer, 200)
    same((moved["datetime"], moved["version"]), (at(day, "12:00"), 2), "moved to")
    check(answer.header("ETag") is not None, "no ETag")
    move(record, {"datetime": at(day, "14:00"), "version": 1}).want(412, "stale")
    move(record, {"datetime": at(day, "14:00"), "version": 2}).want(200)
    check(at(day, "10:00") in starts(staff, day), "the time it left is not free")


def reschedule_over_itself():
    day = next(days)
    record = record_of(staff.book(booking(at(day, "10:00"), services=["home"])))
    offered = starts(staff, day, services="home", reschedule=record["_id"])
    check(at(day, "11:00") in offered, "its own time does not count as free in the list")
    check(at(day, "11:00") not in starts(staff, day, services="home"), "it counts for others too")
    moved = record_of(move(record, {"datetime": at(day, "11:00"), "version": 1}), 200)
    same(moved["endtime"], at(day, "14:00"), "endtime")


def reschedule_refused():
    day = next(days)
    record = record_of(staff.book(booking(at(day, "10:00"))))
    other = record_of(staff.book(booking(at(day, "12:00"))))
    answer = move(record, {"datetime": at(day, "11:30"), "version": 1})
    overlapping(answer, other["orderNumber"])
    check(answer.json["alternatives"], "no alternatives")
    kept = staff.get(f"/inspection/{record['_id']}").want(200).json["inspection"]
    same((kept["datetime"], kept["version"]), (at(day, "10:00"), 1), "after a refusal")


def reschedule_with_hold():
    day = next(days)
    record = record_of(staff.book(booking(at(day, "10:00"))))
    got = held(staff, at(day, "15:00"))
    overlapping(move(record, {"datetime": at(day, "15:00"), "version": 1}, second_staff),
                kind="hold")
    moved = record_of(move(record, {"datetime": at(day, "15:00"), "version": 1,
                                    "hold": got["token"]}), 200)
    same(moved["datetime"], at(day, "15:00"), "datetime")
    move(record, {"datetime": at(day, "15:00"), "version": 2,
                  "hold": got["token"]}).want(409, "hold_consumed")


def reschedule_to_another():
    day = next(days)
    record = record_of(staff.book(booking(at(day, "10:00"))))
    moved = record_of(move(record, {"datetime": at(day, "10:00"), "_inspectorId": "carol",
                                    "services": ["home"], "version": 1}), 200)
    same((moved["inspectors"], moved["endtime"]), (["carol"], at(day, "13:00")), "moved to")
    check(at(day, "10:00") in starts(staff, day), "the inspector it left is not free")


def cancelled_at_once():
    day = next(days)
    record = record_of(staff.book(booking(at(day, "10:00"))))
    same(record_of(cancel(record), 200)["status"], "cancelled", "status")
    check(at(day, "10:00") in starts(online, day), "the time is not free")
    staff.post(f"/inspection/{record['_id']}/cancel", {"version": 2}).want(409, "wrong_state")
    move(record, {"datetime": at(day, "12:00"), "version": 2}).want(409, "wrong_state")
    online.book(booking(at(day, "10:00"))).want(201)


def changelog():
    day = next(days)
    record = record_of(staff.book(booking(at(day, "10:00"))))
    move(record, {"datetime": at(day, "12:00"), "version": 1, "reason": "rain"}).want(200)
    chief = server.client("staff", override=True)
    chief.post(f"/inspection/{record['_id']}/reschedule",
               {"datetime": at(day, "03:00"), "version": 2, "reason": "dawn",
                "override": {"rules": ["hours"], "reason": "the owner insists"}},
               key=unique("dawn")).want(200)
    staff.post(f"/inspection/{record['_id']}/cancel", {"version": 3}).want(200)
    log = staff.get(f"/inspection/{record['orderNumber']}/changelog").want(200).json["entries"]
    same([e["to"]["version"] for e in log], [1, 2, 3, 4], "versions")
    same(log[1]["from"]["datetime"], at(day, "10:00"), "where it was")
    same([e.get("reason") for e in log], [None, "rain", "dawn", None], "reasons")
    same([e.get("override") for e in log],
         [None, None, {"rules": ["outside_hours"], "reason": "the owner insists"}, None], "overrides")
    seqs = [e["seq"] for e in log]
    same(sorted(set(seqs)), seqs, "order of the entries")


cases.run("moving an inspection needs its version", reschedule_versions)
cases.run("an inspection can be moved over its own time", reschedule_over_itself)
cases.run("a refused move leaves it where it is", reschedule_refused)
cases.run("a move uses a hold", reschedule_with_hold)
cases.run("a move takes another inspector and other services along", reschedule_to_another)
cases.run("a cancelled inspection frees its time at once", cancelled_at_once)
cases.run("the changelog tells what became of it", changelog)

# ---- absences ----


def affected(target, body, day):
    record = record_of(staff.book(booking(at(day, "10:00"), "bob")))
    refused = staff.post(target, body).want(409, "slot_taken")
    check(record["orderNumber"] in [c.get("orderNumber") for c in refused.json["conflicts"]],
          f"the affected order is not listed: {refused.body[:300]}")
    added = staff.post(target, {**body, "affected": "open"}).want(201).json
    found = staff.get("/conflicts").want(200).json["conflicts"]
    check(record["orderNumber"] in [c[s].get("orderNumber") for c in found for s in "ab"],
          "no conflict was opened")
    same(starts(staff, day, "bob"), [s for s in starts(staff, day, "bob")
                                     if not at(day, "12:00") <= s < at(day, "13:00")],
         "starts in the closed time")
    staff.book(booking(at(day, "12:00"), "bob")).want(409, "slot_taken")
    return added


def event_affected():
    day = next(days)
    body = {"type": "Block", "_inspectorId": "bob", "datetime": at(day, "10:30"),
            "endtime": at(day, "13:00"), "title": "Car"}
    event = affected("/event", body, day)["event"]
    staff.delete(f"/event/{event['_id']}").want(428, "version_required")
    staff.delete(f"/event/{event['_id']}", {"version": 7}).want(412, "stale")
    staff.delete(f"/event/{event['_id']}", headers=[("If-Match", '"v1"')]).want(204)
    staff.book(booking(at(day, "12:00"), "bob")).want(201)


def vacation_affected():
    day = next(days)
    next(days)
    body = {"_inspectorId": "bob", "from": str(local_date(day)), "to": str(local_date(day + 1))}
    vacation = affected("/vacation", body, day)["vacation"]
    same(starts(staff, day + 1, "bob"), [], "starts on its last day")
    check(starts(staff, day + 2, "bob"), "the day after it is closed")
    staff.delete(f"/vacation/{vacation['_id']}", {"version": 1}).want(204)
    check(starts(staff, day + 1, "bob"), "its last day is closed still")


def event_free():
    day = next(days)
    body = {"type": "Event", "_inspectorId": "alice", "datetime": at(day, "09:00"),
            "endtime": at(day, "12:00")}
    answer = staff.post("/event", body).want(201)
    check(answer.header("Location") and answer.header("ETag"), "Location or ETag is missing")
    refused = staff.book(booking(at(day, "11:30")))
    overlapping(refused, kind="event")
    staff.post("/event", {**body, "type": "Block"}).want(201)  # absences may overlap each other


cases.run("an event over an order is refused, or opens a conflict", event_affected)
cases.run("a vacation over an order is refused, or opens a conflict", vacation_affected)
cases.run("an event keeps bookings out, not other absences", event_free)

# ---- idempotency ----


def replay():
    day = next(days)
    body, key = booking(at(day, "10:00")), unique("again")
    first, again = (staff.book(body, key=key).want(201) for _ in range(2))
    same(first.header("Idempotent-Replayed"), None, "Idempotent-Replayed of the first")
    same(again.header("Idempotent-Replayed"), "true", "Idempotent-Replayed of the second")
    same((again.body, again.seq), (first.body, first.seq), "the answer")
    same([again.header(h) for h in ("Location", "ETag")],
         [first.header(h) for h in ("Location", "ETag")], "headers")
    other = {**body, "notes": "another"}
    staff.book(other, key=key).want(422, "idempotency_key_reused")
    staff.book(body, route="/spectora/create-job", key=key).want(422, "idempotency_key_reused")
    staff.book(body, key=unique("new")).want(409, "slot_taken")
    second_staff.book(body, key=key).want(409, "slot_taken")


def replay_after_change():
    """The first answer, whatever became of the booking since."""
    day = next(days)
    body, key = booking(at(day, "10:00")), unique("again")
    first = staff.book(body, key=key).want(201)
    cancel(first.json["inspection"])
    again = staff.book(body, key=key).want(201)
    same(again.json["inspection"]["status"], "confirmed", "status in the first answer")
    same(again.body, first.body, "the answer")


def replay_with_warnings():
    """What was said beside the booking is said again: it stands in the entry."""
    day = next(days)
    place = {"address": f"{day} Warned Street"}
    twins = [record_of(staff.book(booking(at(day, clock), property=place)))
             for clock in ("08:00", "10:00")]
    body, key = booking(at(day, "14:00"), property=place), unique("warned")
    tried = staff.book(body, route="/inspection/book-job?dryRun=true").want(200)
    first, again = (staff.book(body, key=key).want(201) for _ in range(2))
    for twin in twins:
        check(any(str(twin["orderNumber"]) in w for w in first.json["warnings"]),
              f"order {twin['orderNumber']} is not in {first.json['warnings']}")
    same(tried.json["warnings"], first.json["warnings"], "warnings of the dry run")
    same(again.header("Idempotent-Replayed"), "true", "Idempotent-Replayed")
    same((again.body, again.seq), (first.body, first.seq), "the answer")
    same([h for h in again.headers if h[0] not in ("Date", "Idempotent-Replayed")],
         [h for h in first.headers if h[0] != "Date"], "headers")


def replay_of_an_ended_hold():
    """The hold as it was made, though it has expired since."""
    body = {"datetime": at(next(days), "10:00"), "services": ["quick"], "_inspectorId": "alice"}
    key = unique("ended")
    first = staff.post("/schedule/holds", body, key=key).want(201)
    let_pass(400)
    again = staff.post("/schedule/holds", body, key=key).want(201)
    same(again.header("Idempotent-Replayed"), "true", "Idempotent-Replayed")
    same(again.body, first.body, "the answer")


def replay_of_others():
    day = next(days)
    record = record_of(staff.book(booking(at(day, "10:00"))))
    event = {"type": "Event", "_inspectorId": "bob", "datetime": at(day, "10:00"),
             "endtime": at(day, "11:00")}
    calls = [("POST", "/schedule/holds", {"datetime": at(day, "14:00"), "services": ["quick"],
                                          "_inspectorId": "alice"}),
             ("POST", f"/inspection/{record['_id']}/reschedule", {"datetime": at(day, "12:00"),
                                                                  "version": 1}),
             ("POST", f"/inspection/{record['_id']}/reassign", {"_inspectorId": "bob",
                                                                "version": 2}),
             ("PATCH", f"/inspection/{record['_id']}", {"notes": "dog", "version": 3}),
             *(("POST", f"/inspection/{record['_id']}/{word}", {"version": version})
               for version, word in enumerate(("lock", "unlock", "cancel", "restore"), 4)),
             ("POST", "/event", event),
             ("PATCH", "/event/{event}", {"datetime": at(day, "12:00"), "affected": "open",
                                          "endtime": at(day, "12:30"), "version": 1}),
             ("POST", "/conflicts/{conflict}/acknowledge", {"note": "seen"}),
             ("POST", "/conflicts/{conflict}/resolve", {"note": "so be it"})]
    made = {}
    for method, target, body in calls:
        key = unique("again")
        target = target.format(**made)
        first, again = (staff.ask(method, target, body, key=key) for _ in range(2))
        made.update({"event": first.json["event"]["_id"]} if "event" in first.json else {})
        made["conflict"] = staff.get("/conflicts").json["conflicts"][-1]["_id"] \
            if first.json.get("conflictsOpened") else made.get("conflict")
        check(first.status in (200, 201), f"{target}: {first.status} {first.body}")
        same((again.status, again.body), (first.status, first.body), target)
        same(again.header("Idempotent-Replayed"), "true", f"{target}: Idempotent-Replayed")


def refusals_decide_again():
    day = next(days)
    record = record_of(staff.book(booking(at(day, "10:00"))))
    body, key = booking(at(day, "10:00")), unique("retry")
    staff.book(body, key=key).want(409, "slot_taken")
    cancel(record)
    staff.book(body, key=key).want(201)


def same_key_at_once():
    """Many send the same request with the same key: one effect, and no other answer than it."""
    clients = [Client(server.port, staff.secret) for _ in range(16)]
    for _ in range(20):
        body, key = booking(at(next(days), "10:00")), unique("at-once")
        for client in clients:
            client.wire.open()
            client.wire.socket.sendall(client.bytes("POST", "/inspection/book-job", body, key))
        answers = [client.wire.read("POST") for client in clients]
        done = [a for a in answers if a.status == 201]
        same(len({a.body for a in done}), 1, "different answers to one request")
        same(sum(a.header("Idempotent-Replayed") is None for a in done), 1, "first answers")
        for answer in answers:
            if answer.status != 201:
                answer.want(409, "idempotency_in_progress")


def key_before_the_rest():
    """While the first request runs, its key is taken: whatever else is wrong with a second one."""
    day = next(days)
    body, key = booking(at(day, "10:00")), unique("running")
    other = Client(server.port, staff.secret)
    lock = server.sql()
    lock.execute("BEGIN IMMEDIATE")  # the writer waits, and so does the first request
    staff.wire.open()
    staff.wire.socket.sendall(staff.bytes("POST", "/inspection/book-job", body, key))
    deadline = time.monotonic() + PATIENCE_S
    while other.book({**body, "price": 1}, key=key).code != "idempotency_in_progress":
        check(time.monotonic() < deadline, "the first request's key is not known")
    for wrong in ({}, {**body, "datetime": 5}, {**body, "hold": "forged"}, body):
        other.book(wrong, key=key).want(409, "idempotency_in_progress")
    other.delete("/schedule/holds/nothing", key=key).want(409, "idempotency_in_progress")
    other.book({**body, "notes": "a\u001b"}, key=key).want(400, "control_character")
    lock.execute("ROLLBACK")
    lock.close()
    staff.wire.read("POST").want(201)
    for wrong in ({}, {**body, "datetime": 5}, {**body, "hold": "forged"}):
        other.book(wrong, key=key).want(422, "idempotency_key_reused")
    other.book(body, key=key).want(201)


def replay_of_a_damaged_row():
    """The row of one key is made to name the entry of another, of every kind by every kind."""
    day = next(days)
    asked = {
        "booking": ("/inspection/book-job", booking(at(day, "10:00"))),
        "another booking": ("/inspection/book-job", booking(at(day, "12:00"))),
        "hold": ("/schedule/holds", {"datetime": at(day, "14:00"), "services": ["quick"],
                                     "_inspectorId": "alice"}),
        "event": ("/event", {"type": "Event", "_inspectorId": "bob", "datetime": at(day, "10:00"),
                             "endtime": at(day, "11:00")})}
    record = record_of(staff.book(booking(at(day, "16:00"))))
    for version, (word, more) in enumerate(
            (("reassign", {"_inspectorId": "bob"}), ("lock", {}), ("unlock", {}), ("cancel", {}),
             ("restore", {})), 1):
        asked[word] = (f"/inspection/{record['_id']}/{word}", {"version": version, **more})
    keys = {what: unique(what.replace(" ", "-")) for what in asked}
    seqs = {}
    for what, (route, body) in asked.items():
        first = staff.post(route, body, key=keys[what])
        check(first.status in (200, 201), f"{what}: {first.status} {first.body}")
        seqs[what] = first.seq
    for what, (route, body) in asked.items():
        for other in set(asked) - {what}:
            sql = server.sql()
            changed = sql.execute("UPDATE idempotency SET seq = ? WHERE key_text = ?",
                                  (seqs[other], keys[what]))
            same(changed.rowcount, 1, "rows damaged")
            sql.close()
            staff.post(route, body, key=keys[what]).want(503, "overloaded")
        sql = server.sql()
        sql.execute("UPDATE idempotency SET seq = ? WHERE key_text = ?", (seqs[what], keys[what]))
        sql.close()
        again = staff.post(route, body, key=keys[what])
        check(again.status in (200, 201), f"{what}: {again.status} {again.body}")


def dry_run():
    day = next(days)
    body = booking(at(day, "10:00"))
    before = server.export()
    for client, route in ((staff, "/inspection/book-job"), (online, "/spectora/create-job")):
        tried = client.book(body, route=route + "?dryRun=true", key=False)
        check(tried.status in (200, 201), f"{tried.status}: {tried.body}")
    check(hold(online, at(day, "12:00")).status == 201, "a hold")
    unchanged(server.export(), before)
    staff.post("/inspection/book-job?dryRun=true", booking(at(day, "12:30")),
               key=False).want(409, "slot_taken")
    staff.book(body).want(201)
    staff.post("/inspection/book-job?dryRun=true", body, key=False).want(409, "slot_taken")


cases.run("the same key gives the first answer", replay)
cases.run("the first answer stays what it was", replay_after_change)
cases.run("warnings are part of the first answer", replay_with_warnings)
cases.run("a hold that has ended since is told as it was made", replay_of_an_ended_hold)
cases.run("holds, moves, cancellations and events are replayed too", replay_of_others)
cases.run("a refusal is decided again with the same key", refusals_decide_again)
cases.run("one key, sent by many at once, has one effect", same_key_at_once)
cases.run("a key in use is told before what is wrong with the body", key_before_the_rest)
cases.run("a key's row in a damaged file ends nothing", replay_of_a_damaged_row)
cases.run("a dry run keeps nothing and says the same", dry_run)

finish()
