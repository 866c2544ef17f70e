"""What bookings and lists answer; documents; the program and its exit codes."""
import re
from office import *

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


def inert_settings():
    """What a document asks for and no rule acts on yet is said on import, never passed over."""
    square = [[-105.2, 39.5], [-104.6, 39.5], [-104.6, 40.0], [-105.2, 40.0]]
    document = company("roads", settings={"travel": {"rule": "enforce"}},
                       areas=[{"_id": "metro", "name": "Metro", "polygon": square}])
    said = " ".join(server.take(document)["warnings"])
    same("travel" in said and "areas" not in said, True, "areas have an effect: " + said)
    quiet = server.take(company("plain"))["warnings"]
    same(quiet, [], "warnings of a company without")


cases.run("the nearest alternatives of a booking", nearest_alternatives, refused_booking, online)
cases.run("the nearest alternatives of a hold", nearest_alternatives, refused_hold, online)
cases.run("the nearest alternatives of a move", nearest_alternatives, refused_move, staff)
cases.run("refusals carry their seq", refusals_say_when)
cases.run("settings without effect are said", inert_settings)
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
    target = (f"/schedule/optimal-slots?services=quick&inspectors=alice&days=1"
              f"&from={local_date(day)}")
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
    booked = online.book(booking(slot["datetime"], slot["_inspectorId"], ["home"],
                                 offer=found["offer"])).want(201).json["inspection"]
    made = staff.get(f"/inspection/{booked['_id']}/changelog").want(200).json["entries"][0]
    same(made["offer"]["asOfSeq"], found["asOfSeq"], "the seq its list was computed at")
    same(made["offer"]["query"], f"online denver h0 services=home&days=1&limit=5&from={local_date(day)}",
         "what was asked for")


def a_list_for_very_many_names():
    many = ",".join(["alice", "bob", "carol"] * 100)
    day = next(days)
    found = staff.slots(services="quick", inspectors=many, days=1, **{"from": local_date(day)})
    slot = found["slots"][0]
    booked = staff.book(booking(slot["datetime"], slot["_inspectorId"],
                                offer=found["offer"])).want(201).json["inspection"]
    made = staff.get(f"/inspection/{booked['_id']}/changelog").want(200).json["entries"][0]
    check(re.fullmatch("#[0-9a-f]{16}", made["offer"]["query"]), made["offer"])


def order_of_the_list():
    found = staff.slots(services="quick", days=3, order="time", limit=2000,
                        **{"from": local_date(next(days))})["slots"]
    keys = [(instant(s["datetime"]), s["_inspectorId"].encode()) for s in found]
    same(keys, sorted(keys), "time order")
    some = staff.slots(services="quick", days=3, order="time", inspectors="carol,bob",
                       **{"from": local_date(next(days))})["slots"]
    same({s["_inspectorId"] for s in some}, {"bob", "carol"}, "inspectors filters")


def beyond_the_horizon():
    beyond = local_date(401) + datetime.timedelta(seconds=passed[0], days=1)
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
cases.run("an offer of very many names books too", a_list_for_very_many_names)
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


def import_resolves_what_it_opens():
    """Events come in before orders, so a closed time may meet an order that is about to leave it."""
    server.take(company("moved", inspections=[order(1, "alice", at(5, "10:00"), at(5, "11:00"))]))
    document = company("moved", inspections=[order(1, "alice", at(6, "10:00"), at(6, "11:00"))],
                       events=[{"_id": "e1", "type": "Event", "_inspectorId": "alice",
                                "datetime": at(5, "10:00"), "endtime": at(5, "11:00")}])
    for more in [["--dry-run"], []]:
        same(server.take(document, *more)["conflictsOpened"], 0, f"conflicts opened {more}")
    staff = server.client("readonly", name="moved")
    same(staff.get("/conflicts").want(200).json["conflicts"], [], "open conflicts")


def an_import_keeps_what_it_does_not_say():
    """The price an order was sold at and the reason it was cancelled for are in no document."""
    row = order(8300, "alice", at(7, "10:00"), at(7, "13:00"))
    document = company("sold", inspections=[row])
    server.take(document)
    office = server.client("staff", name="sold")

    def record():
        return office.get("/inspection/order-8300").want(200).json["inspection"]

    sold = record()
    document["services"][0]["priceCents"] += 5000
    row["client"] = {"name": "Somebody Else"}
    server.take(document)
    same(record()["client"]["name"], "Somebody Else", "the client")
    same(record()["price"], sold["price"], "the price")
    office.post("/inspection/order-8300/cancel",
                {"version": record()["version"], "reason": "client is ill"}).want(200)
    row["status"] = "cancelled"
    row["client"] = {"name": "A Third"}
    server.take(document)
    same((record()["status"], record()["cancelReason"]), ("cancelled", "client is ill"), "why")


def holds_take_no_override():
    body = {"datetime": at(9, "23:30"), "services": ["quick"], "_inspectorId": "alice"}
    refused = staff.post("/schedule/holds", body).want(422, "outside_hours")
    same(refused.json["overridable"], False, "overridable")
    booked = staff.book(booking(at(9, "23:30"))).want(422, "outside_hours")
    same(booked.json["overridable"], True, "overridable of a booking")


def words_that_are_no_text():
    code, _, err = server.cli("key", "create", "--company", "frontrange", "--role", "staff",
                              "--name", "x", "--brand", b"\xff")
    same(code, 2, f"exit code ({err})")
    check("--brand" in err or "brand" in err, f"the option is not named: {err}")


def a_mistyped_file():
    """Only import and serve make a file."""
    with tempfile.TemporaryDirectory() as folder:
        for words in (["book", "--company", "frontrange", "--services", "quick", "--datetime",
                       at(9, "10:00"), "--address", "1 Typo Road", "--name", "Pat"],
                      ["key", "create", "--company", "frontrange", "--role", "staff", "--name", "x"],
                      ["slots", "--company", "frontrange", "--services", "quick"]):
            done = subprocess.run([server.program, *words, "--db", "typo.db"], cwd=folder,
                                  env=server.env, capture_output=True, timeout=60)
            check(done.returncode != 0 and b"typo.db" in done.stderr, f"{words[0]}: {done.stderr}")
            same(os.listdir(folder), [], f"files that {words[0]} left")
        done = subprocess.run([server.program, "import", "-", "--dry-run", "--json", "--db",
                               "typo.db"], cwd=folder, env=server.env, capture_output=True,
                              input=json.dumps(company()).encode(), timeout=60)
        same(done.returncode, 0, f"exit code of a dry run ({done.stderr})")
        check(json.loads(done.stdout)["settings"]["created"] > 0, f"said: {done.stdout}")
        same(os.listdir(folder), [], "files that a dry run left")


def a_file_with_a_long_name():
    name = "d" * 120 + ".db"
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([server.program, "import", "-", "--db", name], cwd=folder,
                              input=json.dumps(company()).encode(), env=server.env,
                              capture_output=True, timeout=60)
    same(done.returncode, 0, f"exit code ({done.stderr.decode()[:300]})")


def import_of_the_last_number():
    """The next order's number is still a number, to the digit, and its export comes in again."""
    last = 9_000_000_000_000_000
    over = company("numbered", inspections=[order(last + 1, "alice", at(6, "10:00"),
                                                  at(6, "13:00"))])
    code, _, err = server.cli("import", "-", document=over)
    check(code == 1 and "/inspections/0/orderNumber" in err and str(last) in err,
          f"exit {code}: {err}")
    server.take(company("numbered", inspections=[order(last - 1, "alice", at(6, "10:00"),
                                                       at(6, "13:00"))]))
    office = server.client("staff", name="numbered")
    record = record_of(office.book(booking(at(7, "10:00"))))
    same(record["orderNumber"], last, "the number after the imported one")
    same(office.get(f"/inspection/{last}").want(200).json["inspection"]["_id"], record["_id"],
         "the order by its number")
    text = server.export("numbered")
    server.take(json.loads(text))
    unchanged(server.export("numbered"), text)
    same(record_of(office.book(booking(at(7, "12:00"))))["orderNumber"], last + 1,
         "the number after that")


def longest_absences():
    """What the API takes, a document takes: 3660 days, the last of them whole."""
    server.take(company("absent"))
    office = server.client("staff", name="absent")
    first, length = local_date(3), datetime.timedelta(days=3660)
    start = instant(at(3, "10:00"))
    for body in ({"from": str(first), "to": str(first + length - datetime.timedelta(days=1))},
                 {"datetime": in_utc(start.isoformat()),
                  "endtime": in_utc((start + length).isoformat())}):
        office.post("/vacation", {"_inspectorId": "alice", **body}).want(201)
    text = server.export("absent")
    server.take(json.loads(text))
    unchanged(server.export("absent"), text)


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
            *((["key", "create", "--company", "frontrange", "--role", role, "--name", "x",
                "--allow", "override", "--brand", "denver"], code)
              for role, code in [("online", 2), ("readonly", 2), ("inspector", 2), ("staff", 0),
                                 ("admin", 0)]),
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


def letters_of_any_case():
    """RFC 9110: media types and schemes have no case; a key's story is told by all of its bytes."""
    raw = json.dumps(booking(at(next(days), "10:00"))).encode()
    lines = [("Authorization", f"bEARER {staff.secret}"), ("Accept", "text/html, Application/JSON"),
             ("Content-Type", "Application/JSON; Charset=UTF-8"),
             ("Idempotency-Key", f"{unique('two')} ~words!")]
    request = request_bytes("POST", "/inspection/book-job", lines, raw)
    wire = server.anyone().wire
    first = wire.exchange(request, "POST").want(201)
    again = wire.exchange(request, "POST").want(201)
    same(again.header("Idempotent-Replayed"), "true", "the key with a blank, again")
    same(again.body, first.body, "the answer, again")
    lines[1] = ("Accept", "*/*")
    lines[3] = ("Idempotency-Key", lines[3][1].replace(" ", ""))
    wire.exchange(request_bytes("POST", "/inspection/book-job", lines, raw),
                  "POST").want(409, "slot_taken")


def clock_set_back():
    """What is offered can be booked, also when the clock stands before the newest entry."""
    with Server(args, shift=0) as office:
        week = [("00:00", "24:00")]
        document = company(settings={"stepMinutes": 5, "online": {"noticeMinutes": 120}})
        document["inspectors"] = [inspector("alice", ["quick"], week)]
        office.take(document)
        office.start()
        desk, public = office.client("staff"), office.client("online", brand="denver")
        for ahead in (3000, 40 * 86400):
            office.set_shift(ahead)
            desk.book(booking(at(100 + ahead // 86400, "10:00"))).want(201)
            office.set_shift(0)
            newest = datetime.datetime.now(datetime.timezone.utc)
            newest += datetime.timedelta(seconds=ahead)
            asked = newest.astimezone(zoneinfo.ZoneInfo(ZONE)).date()
            first = public.slots(services="quick", days=2, order="time", limit=1,
                                 **{"from": asked})["slots"][0]
            public.book(booking(first["datetime"])).want(201)
            kept = hold(public, at(120, "10:00" if ahead > 3000 else "12:00")).want(201)
            seen = public.get(f"/schedule/holds/{kept.json['hold']['token']}").want(200)
            same(seen.json["hold"]["state"], "live", "a hold just made")
        same(public.slots(services="quick", days=1)["days"][0]["date"], str(asked), "the first day")
        same(len(desk.get("/schedule/holds").want(200).json["holds"]), 1, "holds that live")


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
cases.run("the longest absence goes out and comes in", longest_absences)
cases.run("a conflict that the same document resolves is not counted",
          import_resolves_what_it_opens)
cases.run("an import keeps what it does not say", an_import_keeps_what_it_does_not_say)
cases.run("what a hold is refused for no override lets pass", holds_take_no_override)
cases.run("an option that is no text is refused", words_that_are_no_text)
cases.run("a database with a long name", a_file_with_a_long_name)
cases.run("a mistyped database is not made", a_mistyped_file)
cases.run("order numbers end before numbers do", import_of_the_last_number)
cases.run("a document with a fault changes nothing", import_refused)
cases.run("exit codes beside a running server", exit_codes, "beside a server")
cases.run("keys made beside a running server are valid at once", keys_by_command)
cases.run("health and readiness need no key", health)
cases.run("names without case, keys with blanks", letters_of_any_case)
cases.run("what is offered can be booked after the clock was set back", clock_set_back)
cases.run("a second server on the same file refuses", second_server)
cases.run("check finds nothing", server.must_be_clean)
cases.run("SIGTERM drains and exits 0", drains)
cases.run("exit codes without a server", exit_codes, "alone")

finish()
