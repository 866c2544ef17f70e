"""What clients do with the API in more than one step, told as the contract tells it."""
from harness import *

args = options(__doc__.splitlines()[0])
cases = Cases()
server = Server(args, shift=0).start()
server.take(company())
staff = server.client("staff", override=True)
second_staff = server.client("staff")
online = server.client("online", brand="denver")
days = iter(range(3, 390))  # each case has a day of its own
passed = 0


def let_pass(seconds):
    global passed
    passed += seconds
    server.set_shift(passed)


def hold(client, start, who="alice", services=("quick",), **more):
    body = {"datetime": start, "services": list(services), "_inspectorId": who, **more}
    return client.post("/schedule/holds", body)


def held(client, start, **more):
    return hold(client, start, **more).want(201).json["hold"]


def record_of(answer, status=201):
    return answer.want(status).json["inspection"]


def cancel(record, status=200):
    return staff.post(f"/inspection/{record['_id']}/cancel",
                      {"version": record["version"]}).want(status)


def starts(client, day, who="alice", services="quick", **more):
    found = client.slots(services=services, inspectors=who, days=1, limit=2000,
                         **{"from": local_date(day)}, **more)
    return [s["datetime"] for s in found["slots"]]


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
    left = instant(got["hold"]["expiresAt"]).timestamp() - time.time() - passed
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
    left = instant(got["expiresAt"]).timestamp() - time.time() - passed
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
    staff.post(f"/inspection/{record['_id']}/cancel", {"version": 2}).want(200)
    log = staff.get(f"/inspection/{record['orderNumber']}/changelog").want(200).json["entries"]
    same(len(log), 3, "entries")
    same([e["to"]["version"] for e in log], [1, 2, 3], "versions")
    same(log[1]["from"]["datetime"], at(day, "10:00"), "where it was")
    same(log[1]["reason"], "rain", "reason")
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


def replay_of_others():
    day = next(days)
    record = record_of(staff.book(booking(at(day, "10:00"))))
    event = {"type": "Event", "_inspectorId": "bob", "datetime": at(day, "10:00"),
             "endtime": at(day, "11:00")}
    calls = [("POST", "/schedule/holds", {"datetime": at(day, "14:00"), "services": ["quick"],
                                          "_inspectorId": "alice"}),
             ("POST", f"/inspection/{record['_id']}/reschedule", {"datetime": at(day, "12:00"),
                                                                  "version": 1}),
             ("POST", f"/inspection/{record['_id']}/cancel", {"version": 2}),
             ("POST", "/event", event)]
    for method, target, body in calls:
        key = unique("again")
        first, again = (staff.ask(method, target, body, key=key) for _ in range(2))
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
cases.run("holds, moves, cancellations and events are replayed too", replay_of_others)
cases.run("a refusal is decided again with the same key", refusals_decide_again)
cases.run("one key, sent by many at once, has one effect", same_key_at_once)
cases.run("a dry run keeps nothing and says the same", dry_run)

# ---- booking ----


def booked_shape():
    day = next(days)
    answer = staff.book(booking(at(day, "10:00"), services=["home", "radon"],
                                property={"address": "9 Shape Road", "lat": 39.7, "lng": -104.9,
                                          "squareFeet": 2100, "yearBuilt": 1978},
                                agents=[{"name": "Ann"}], notes="Gate code\n12"))
    got = answer.want(201).json
    record = got["inspection"]
    want = {"orderNumber", "brand", "datetime", "endtime", "_inspectorId", "inspectors",
            "assignments", "services", "status", "scheduledLocation", "createdAt", "property",
            "client", "agents", "notes", "timezone", "version"}
    check(set(record) >= want, f"missing: {want - set(record)}")
    same((record["endtime"], record["status"], record["scheduledLocation"], record["timezone"]),
         (at(day, "13:15"), "confirmed", "internal", ZONE), "the record")
    same(record["property"], {"address": "9 Shape Road", "lat": 39.7, "lng": -104.9,
                              "squareFeet": 2100, "yearBuilt": 1978}, "property")
    check(got["manage"].startswith("/m/") and len(got["manage"]) > 40, "manage link")
    same(got["seq"], answer.seq, "seq")
    same(got["warnings"], [], "warnings")
    read = staff.get(answer.header("Location")).want(200)
    same(read.json["inspection"]["orderNumber"], record["orderNumber"], "what Location names")
    same(read.header("ETag"), answer.header("ETag"), "ETag")
    by_number = staff.get(f"/v1/inspection/{record['orderNumber']}").want(200)
    same(by_number.body, read.body, "under /v1, by order number")


def spectora_link():
    day = next(days)
    body = booking(at(day, "10:00"), brand="boulder")
    staff.book(body, route="/spectora/create-job").want(422, "no_spectora_link")
    check("spectora" not in staff.book(body).want(201).json, "a brand without a link was mirrored")
    linked = booking(at(day, "12:00"), brand="denver")
    got = staff.book(linked, route="/spectora/create-job").want(201).json
    same(sorted(got["spectora"]), ["_spectoraJobId", "state"], "spectora")
    check(got["spectora"]["state"] in ("pending", "sent", "failed", "parked"), "state")
    mirrored = staff.book(booking(at(day, "14:00"), brand="denver")).want(201).json
    check("spectora" in mirrored, "book-job did not mirror a linked brand")


def external_ref():
    day = next(days)
    ref = unique("ref")
    staff.book(booking(at(day, "10:00"), externalRef=ref)).want(201)
    again = staff.book(booking(at(day, "12:00"), externalRef=ref))
    check(again.status in (409, 422), f"the same externalRef twice: {again.status}")
    second_staff.book(booking(at(day, "12:00"), externalRef=ref)).want(201)


def duplicates():
    day = next(days)
    place = {"address": f"{day} Twice Street"}
    first = record_of(staff.book(booking(at(day, "10:00"), property=place)))
    again = booking(at(day, "14:00"), "bob", property={"address": place["address"].upper()})
    refused = online.book(again).want(409, "possible_duplicate")
    same([sorted(c) for c in refused.json["conflicts"]], [["datetime", "endtime", "kind"]],
         "conflicts of a duplicate")
    same(refused.json["conflicts"][0]["datetime"], first["datetime"], "the other inspection's time")
    online.book({**again, "datetime": at(day, "10:00"), "_inspectorId": "alice"}).want(
        409, "slot_taken")  # a duplicate is judged last
    online.book({**again, "acknowledgeDuplicate": True}).want(201)
    warned = staff.book(booking(at(day, "16:00"), property=place)).want(201)
    check(warned.json["warnings"], "staff get no warning")
    cancel(first)


def unconfirmed():
    name = "careful"
    server.take(company(name, settings={"online": {"autoConfirm": False}}))
    client = server.client("online", name=name, brand="denver")
    record = record_of(client.book(booking(at(3, "10:00"))))
    same((record["status"], record["scheduledLocation"]), ("unconfirmed", "online"), "status")
    other = server.client("staff", name=name)
    same(record_of(other.book(booking(at(3, "12:00"))))["status"], "confirmed", "staff's default")
    same(record_of(other.book(booking(at(3, "14:00"), status="unconfirmed")))["status"],
         "unconfirmed", "as asked")


def any_inspector():
    day = next(days)
    got = [record_of(staff.book(booking(at(day, "10:00"), "any")))["_inspectorId"]
           for _ in range(3)]
    same(sorted(got), ["alice", "bob", "carol"], "who was chosen")
    staff.book(booking(at(day, "10:00"), "any")).want(409, "slot_taken")


def wall_time():
    day = next(days)
    record = record_of(staff.book(booking(at(day, "10:00")[:-6])))
    same(record["datetime"], at(day, "10:00"), "wall time in the company's zone")
    utc = record_of(staff.book(booking(in_utc(at(day, "12:00")))))
    same(utc["datetime"], at(day, "12:00"), "answered with the company's offset")


def assignments():
    day = next(days)
    parts = [{"_inspectorId": "alice", "role": "lead", "datetime": at(day, "10:00"),
              "endtime": at(day, "13:00")},
             {"_inspectorId": "bob", "role": "assistant", "datetime": at(day, "10:00"),
              "endtime": at(day, "11:00")}]
    record = record_of(staff.book(booking(at(day, "10:00"), services=["home"], assignments=parts)))
    same([(a["_inspectorId"], a["endtime"]) for a in record["assignments"]],
         [("alice", at(day, "13:00")), ("bob", at(day, "11:00"))], "assignments")
    staff.book(booking(at(day, "11:00"), "bob")).want(201)
    staff.book(booking(at(day, "10:30"), "bob")).want(409, "slot_taken")


def nearest_alternatives(ask, client):
    """Nearest first, the same inspector first of those, then the earlier; each can be booked."""
    day = next(days)
    staff.book(booking(at(day, "10:00"), services=["home"])).want(201)
    refused = ask(day).want(409, "slot_taken")
    found = refused.json["alternatives"]
    same(len(found), 5, "alternatives")
    asked = instant(at(day, "11:00"))
    keys = [(abs(instant(s["datetime"]) - asked), s["_inspectorId"] != "alice",
             instant(s["datetime"])) for s in found]
    same(keys, sorted(keys), "order of the alternatives")
    same(keys[0][0], datetime.timedelta(), "distance of the nearest: another inspector is free")
    for slot in found:
        tried = client.book(booking(slot["datetime"], slot["_inspectorId"]),
                            route="/inspection/book-job?dryRun=true", key=False)
        check(tried.status in (200, 201), f"{slot} cannot be booked: {tried.body[:200]}")
    check(refused.seq > 0, "the seq of the refusal")


def refused_booking(day):
    return online.book(booking(at(day, "11:00")))


def refused_hold(day):
    return hold(online, at(day, "11:00"))


def refused_move(day):
    record = record_of(staff.book(booking(at(day, "16:00"))))
    return staff.post(f"/inspection/{record['_id']}/reschedule",
                      {"datetime": at(day, "11:00"), "version": 1})


def refusals_say_when():
    """Every decided answer carries the seq that it was decided at."""
    day = next(days)
    booked = staff.book(booking(at(day, "10:00"))).want(201)
    for answer in (staff.book(booking(at(day, "10:00"))).want(409, "slot_taken"),
                   staff.book(booking(at(day, "05:00"))).want(422, "outside_hours"),
                   online.book(booking(at(day, "12:10"))).want(422, "not_offered"),
                   hold(online, at(day, "10:00")).want(409, "slot_taken")):
        same(answer.seq, booked.seq, "seq of a refusal")


def travel():
    """A neighbour that cannot be reached in time is a conflict; one too far away a rule."""
    name, home = "roads", {"lat": 39.74, "lng": -104.99}
    rule = {"rule": "enforce", "roadFactor": 1.3, "kmPerHour": 45, "maxMinutes": 45}
    server.take(company(name, settings={"travel": rule}))
    client = server.client("staff", name=name)

    def visit(clock, km_north):
        place = {"address": unique("Road"), "lat": home["lat"] + km_north / 111.2,
                 "lng": home["lng"]}
        return client.book(booking(at(3, clock), property=place))
    visit("10:00", 0).want(201)
    near = visit("11:10", 15).want(409, "slot_taken")  # about 26 minutes away
    same(near.json["conflicts"][0]["kind"], "travel", "kind of the conflict")
    visit("11:30", 15).want(201)
    visit("16:00", 60).want(422, "travel_too_long")


cases.run("the nearest alternatives of a booking", nearest_alternatives, refused_booking, online)
cases.run("the nearest alternatives of a hold", nearest_alternatives, refused_hold, online)
cases.run("the nearest alternatives of a move", nearest_alternatives, refused_move, staff)
cases.run("refusals carry their seq", refusals_say_when)
cases.run("travel between neighbours", travel)
cases.run("what a booking answers", booked_shape)
cases.run("create-job needs a Spectora link", spectora_link)
cases.run("an externalRef is unique for its key", external_ref)
cases.run("the same address within 7 days", duplicates)
cases.run("without autoConfirm online bookings are unconfirmed", unconfirmed)
cases.run("any inspector: each is chosen once, then nobody is left", any_inspector)
cases.run("wall time and UTC become the company's time", wall_time)
cases.run("assignments take each inspector's own time", assignments)

# ---- the list of slots ----


def the_list_is_never_older():
    day = next(days)
    for clock in ("08:00", "10:00", "12:00", "14:00"):
        booked = staff.book(booking(at(day, clock))).want(201)
        found = online.slots(services="quick", inspectors="alice", days=1,
                             **{"from": local_date(day)})
        check(booked.seq <= found["asOfSeq"], f"{found['asOfSeq']} is before {booked.seq}")
        check(at(day, clock) not in [s["datetime"] for s in found["slots"]], f"{clock} is offered")


def etag():
    day = next(days)
    target = f"/schedule/optimal-slots?services=quick&inspectors=alice&days=1&from={local_date(day)}"
    first = online.get(target).want(200)
    tag = [("If-None-Match", first.header("ETag"))]
    same((online.get(target, headers=tag).status, online.get(target, headers=tag).body), (304, b""),
         "asked again")
    staff.book(booking(at(day, "10:00"))).want(201)
    changed = online.get(target, headers=tag).want(200)
    check(changed.header("ETag") != first.header("ETag"), "another answer with the same ETag")


def who_sees_what():
    day = next(days)
    inside = staff.slots(services="quick", **{"from": local_date(day)})
    outside = online.slots(services="quick", **{"from": local_date(day)})
    check("reasons" in inside["days"][0] and "scoreParts" in inside["slots"][0], "staff's details")
    check("reasons" not in outside["days"][0] and "scoreParts" not in outside["slots"][0],
          "an online key sees reasons or scoreParts")
    times = [s["datetime"] for s in outside["slots"]]
    same(len(set(times)), len(times), "starts of an online list, which is grouped by time")


def what_is_listed_is_bookable():
    day = next(days)
    found = online.slots(services="home", days=1, limit=5, **{"from": local_date(day)})
    check(len(found["slots"]) == 5 and found["days"][0]["count"] > 5, "limit and count")
    slot = found["slots"][0]
    online.book(booking(slot["datetime"], slot["_inspectorId"], ["home"],
                        offer=found["offer"])).want(201)


def order_of_the_list():
    found = staff.slots(services="quick", days=3, order="time", limit=2000,
                        **{"from": local_date(next(days))})["slots"]
    keys = [(instant(s["datetime"]), s["_inspectorId"].encode()) for s in found]
    same(keys, sorted(keys), "time order")
    some = staff.slots(services="quick", days=3, order="time", inspectors="carol,bob",
                       **{"from": local_date(next(days))})["slots"]
    same({s["_inspectorId"] for s in some}, {"bob", "carol"}, "inspectors filters")


def beyond_the_horizon():
    beyond = local_date(401) + datetime.timedelta(seconds=passed, days=1)
    found = staff.slots(services="quick", days=2, **{"from": beyond})
    same((found["slots"], len(found["days"])), ([], 2), "beyond the horizon")
    last = local_date(400)  # the server's today is this one or the next
    check(staff.slots(services="quick", days=1, **{"from": last})["slots"], "its last day is empty")


def overlapping_marked():
    day = next(days)
    booked = record_of(staff.book(booking(at(day, "10:00"))))
    found = staff.slots(services="quick", inspectors="alice", days=1, excludeOverlapping="false",
                        limit=2000, **{"from": local_date(day)})["slots"]
    over = [s for s in found if s["datetime"] == at(day, "10:00")]
    same([s["overlapping"] for s in over], [True], "overlapping")
    same([c.get("orderNumber") for c in over[0]["conflicts"]], [booked["orderNumber"]],
         "conflicts of the slot")


cases.run("a list asked after a booking reflects it", the_list_is_never_older)
cases.run("304 only while the answer is the same", etag)
cases.run("who sees what of a list", who_sees_what)
cases.run("what is listed can be booked", what_is_listed_is_bookable)
cases.run("time order, and inspectors as a filter", order_of_the_list)
cases.run("beyond the horizon lists are empty", beyond_the_horizon)
cases.run("overlapping slots are kept and marked for staff", overlapping_marked)

# ---- documents, and the program ----


def export_is_a_fixed_point():
    before = server.export()
    report = server.take(json.loads(before))
    for part in ("settings", "absences", "inspections"):
        same([report[part][n] for n in ("created", "changed", "removed")], [0, 0, 0], part)
    same(report["conflictsOpened"], 0, "conflicts opened")
    unchanged(server.export(), before)


def import_prunes():
    doc = company("pruned", events=[
        {"_id": "kept", "type": "Event", "_inspectorId": "bob", "datetime": at(4, "10:00"),
         "endtime": at(4, "11:00")},
        {"_id": "gone", "type": "Event", "_inspectorId": "bob", "datetime": at(5, "10:00"),
         "endtime": at(5, "11:00")}],
        inspections=[order(8001, "alice", at(6, "10:00"), at(6, "13:00"))])
    server.take(doc)
    doc["events"].pop()
    doc["inspections"] = []
    server.take(doc)
    check('"gone"' in server.export("pruned"), "an absent row went without --prune")
    del doc["events"]
    server.take(doc, "--prune")
    check('"gone"' in server.export("pruned"), "--prune touched an absent array")
    doc["events"] = [{"_id": "kept", "type": "Event", "_inspectorId": "bob",
                      "datetime": at(4, "10:00"), "endtime": at(4, "11:00")}]
    tried = server.take(doc, "--prune", "--dry-run")
    check('"gone"' in server.export("pruned"), "--dry-run did something")
    report = server.take(doc, "--prune")
    same(report["absences"], tried["absences"], "what the dry run said")
    text = server.export("pruned")
    check('"gone"' not in text and '"kept"' in text, "--prune left the row, or took another")
    check("8001" in text, "--prune removed an inspection")


def import_conflicts():
    three = [order(8100 + i, "alice", at(8, f"{10 + i}:00"), at(8, f"{13 + i}:00"))
             for i in range(3)]
    code, out, err = server.cli("import", "-", "--json",
                                document=company("crowded", inspections=three))
    same(code, 0, f"exit code ({err})")
    same(json.loads(out)["conflictsOpened"], 3, "conflicts opened by three that overlap each other")
    found = server.client("readonly", name="crowded").get("/conflicts").want(200).json["conflicts"]
    same(len(found), 3, "open conflicts")
    again = server.take(company("crowded", inspections=three))
    same(again["conflictsOpened"], 0, "conflicts opened by importing it again")


def import_refused():
    before = server.export()
    wrong = company()
    wrong["inspectors"][1]["surname"] = "x"
    code, _, err = server.cli("import", "-", document=wrong)
    check(code != 0 and "inspectors/1/surname" in err, f"exit {code}: {err}")
    bad = company(events=[{"_id": "z", "type": "Event", "_inspectorId": "bob",
                           "datetime": at(4, "10:00"), "endtime": at(4, "10:00")}])
    code, _, err = server.cli("import", "-", document=bad)
    check(code != 0, "a busy interval of zero length was taken")
    unchanged(server.export(), before)


def exit_codes(where):
    day = next(days)
    book = ["book", "--company", "frontrange", "--services", "quick", "--inspector", "carol",
            "--name", "Pat", "--address", unique("CLI"), "--datetime", at(day, "10:00")]
    for words, want in [
            (["slots", "--company", "frontrange", "--services", "quick"], 0),
            (["slots", "--company", "frontrange", "--services", "nothing"], 4),
            (["slots", "--company", "nobody", "--services", "quick"], 5),
            (["slots", "--services", "quick"], 2), (["slots", "--colour"], 2),
            (book + ["--dry-run"], 0), (book, 0), (book, 4),
            (["book", "--company", "frontrange"], 2),
            (["export", "--company", "frontrange"], 0), (["export", "--company", "nobody"], 5),
            (["key", "create", "--company", "nobody", "--role", "staff", "--name", "x"], 5),
            (["key", "create", "--company", "frontrange", "--role", "king", "--name", "x"], 2),
            (["key", "create", "--company", "frontrange", "--role", "online", "--name", "x"], 2),
            (["import", "/nonexistent.json"], 1), (["check"], 0), (["nothing"], 2)]:
        code, out, err = server.cli(*words)
        same(code, want, f"{where}, {' '.join(words)[:60]} ({err.strip()[:200]})")
        check("Traceback" not in err and (code == 0 or err), "an error without words")
    code, out, _ = server.cli("slots", "--company", "frontrange", "--services", "quick", "--json")
    check(json.loads(out)["slots"], "no slots in --json")


def keys_by_command():
    out = server.run("key", "create", "--company", "frontrange", "--role", "staff", "--name", "t",
                     "--json")
    got = json.loads(out)
    same(sorted(got), ["key", "secret"], "the object")
    same(sorted(got["key"]), ["_id", "name", "role"], "the key")
    Client(server.port, got["secret"]).get("/schedule/holds").want(200)
    check(got["secret"] not in pathlib.Path(server.db).read_bytes().decode("latin-1"),
          "the secret is in the database")


def health():
    for path in ("/healthz", "/readyz", "/v1/healthz"):
        server.anyone().get(path).want(200)


def second_server():
    code, _, err = server.cli("serve", "--listen", "127.0.0.1:0")
    same(code, 1, f"exit code of a second server on the same file ({err})")
    check(err, "no words")
    server.anyone().get("/healthz").want(200)


def drains():
    """Whatever runs at SIGTERM is answered, and what was answered is kept."""
    day = next(days)
    keys = [unique("drain") for _ in range(40)]
    clients = [Client(server.port, staff.secret) for _ in keys]
    bodies = [booking(at(day, f"{6 + i // 3:02}:00"), ("alice", "bob", "carol")[i % 3])
              for i in range(len(keys))]
    for client, key, body in zip(clients, keys, bodies):
        client.wire.open()
        client.wire.socket.sendall(client.bytes("POST", "/inspection/book-job", body, key))
    first = clients[0].wire.read("POST").want(201)
    same(server.stop(), 0, "exit code after SIGTERM")
    booked = [first.json["inspection"]["orderNumber"]]
    for client in clients[1:]:
        try:
            answer = client.wire.read("POST")
        except (Lost, OSError):
            continue
        check(answer.status in (201, 503), f"{answer.status}: {answer.body}")
        if answer.status == 201:
            booked.append(answer.json["inspection"]["orderNumber"])
    text = server.export()
    for number in booked:
        same(text.count(f'"orderNumber":{number},'), 1, f"order {number} in the export")
    check(not os.path.exists(server.db + ".sock"), "the socket is left behind")


cases.run("importing an export changes nothing", export_is_a_fixed_point)
cases.run("--prune removes what is absent from a present array, never inspections", import_prunes)
cases.run("overlapping orders come in and open a conflict each", import_conflicts)
cases.run("a document with a fault changes nothing", import_refused)
cases.run("exit codes beside a running server", exit_codes, "beside a server")
cases.run("keys made beside a running server are valid at once", keys_by_command)
cases.run("health and readiness need no key", health)
cases.run("a second server on the same file refuses", second_server)
cases.run("check finds nothing", server.must_be_clean)
cases.run("SIGTERM drains and exits 0", drains)
cases.run("exit codes without a server", exit_codes, "alone")
cases.run("check finds nothing, alone", server.must_be_clean)
server.close()
cases.finish()
