"""Walls: to one company, what is another's is exactly what does not exist; and to a key of one brand
the orders and holds of another.

Each route is asked with the key of one company and an id of the other, then with an id that nobody
has. The two answers are the same: status, headers but Date and Interlock-Seq, and body.
"""
import secrets
from harness import *

args = options(__doc__.splitlines()[0])
cases = Cases()
server = Server(args).start()


def fill(name):
    """A company with one of everything; gives what its things are called."""
    number = {"ours": 7001, "theirs": 7002}[name]
    pair = [order(number, "alice", at(9, "10:00"), at(9, "13:00")),
            order(number + 10, "alice", at(9, "12:00"), at(9, "15:00"))]
    for record in pair:
        record["_id"] = f"{name}-{record['orderNumber']}"
    server.take(company(name, inspections=pair))
    staff = Client(server.port, server.secret("admin", name=name, override=True))
    for i in range(10 if name == "theirs" else 0):  # so that no id of theirs is one of ours too
        staff.book(booking(at(10 + i, "06:00"))).want(201)
    booked = staff.book(booking(at(3, "10:00"))).want(201).json["inspection"]
    hold = staff.post("/schedule/holds", {"datetime": at(4, "10:00"), "services": ["quick"],
                                          "_inspectorId": "alice"}).want(201).json["hold"]
    event = {"type": "Event", "_inspectorId": "alice", "datetime": at(5, "10:00"),
             "endtime": at(5, "11:00")}
    days = {"_inspectorId": "bob", "from": str(local_date(6)), "to": str(local_date(7))}
    staff.post("/event", {**event, "datetime": at(3, "10:00"), "endtime": at(3, "11:00"),
                          "affected": "open"}).want(201)
    conflict = next(c for c in staff.get("/conflicts").want(200).json["conflicts"]
                    if c["cause"] == "absence")
    staff.post("/settings/services", {"_id": f"only-{name}", "name": "X", "minutes": 5}).want(201)
    key = staff.get("/keys").want(200).json["keys"][0]["_id"]
    return {"conflict": conflict["_id"], "key": key, "service": f"only-{name}", "inspection": booked["_id"], "imported": pair[0]["_id"],
            "order": str(booked["orderNumber"]), "imported order": str(number),
            "hold token": hold["token"], "hold": hold["_id"],
            "event": staff.post("/event", event).want(201).json["event"]["_id"],
            "vacation": staff.post("/vacation", days).want(201).json["vacation"]["_id"]}


def unknown(kind, thing):
    """An id of the same make and length that nothing has."""
    if kind.endswith("order"):
        return "9" * len(thing)
    kept = {"vacation": 2, "key": 2, "service": 5}.get(kind, 1)
    return thing[:kept] + "".join(secrets.choice("abcdef") for _ in thing[kept:])


# What may be asked of each kind of id: @ stands for it.
MOVE = {"datetime": at(20, "10:00"), "version": 1}
WHY = f"services=quick&_inspectorId=alice&datetime={at(20, '10:00')}"
INSPECTION = [("GET", "/inspection/@", None), ("GET", "/inspection/@/changelog", None),
              ("POST", "/inspection/@/reschedule", MOVE),
              ("POST", "/inspection/@/reschedule", {**MOVE, "version": 99}),
              ("POST", "/inspection/@/reschedule", {"datetime": at(20, "10:00")}),
              ("POST", "/inspection/@/reschedule?dryRun=true", MOVE),
              ("POST", "/inspection/@/cancel", {"version": 1}),
              ("POST", "/inspection/@/cancel", {}),
              ("PATCH", "/inspection/@", {"notes": "x", "version": 1}),
              ("PATCH", "/inspection/@", {"notes": "x"}),
              ("PATCH", "/inspection/@", {"client": {"name": None}, "version": 1}),
              ("POST", "/inspection/@/reassign", {"_inspectorId": "bob", "version": 1}),
              ("POST", "/reassignments", {"moves": [{"_id": "@", "_inspectorId": "bob", "version": 1}]}),
              *(("POST", f"/inspection/@/{word}", {"version": 1})
                for word in ("confirm", "complete", "no-show", "restore", "lock", "unlock")),
              ("GET", f"/schedule/why?{WHY}&reschedule=@", None),
              ("GET", "/schedule/optimal-slots?services=quick&reschedule=@", None)]
HOLD = [("GET", "/schedule/holds/@", None), ("PATCH", "/schedule/holds/@", {"extend": True}),
        ("PATCH", "/schedule/holds/@", {"datetime": at(21, "10:00")}),
        ("DELETE", "/schedule/holds/@", None)]
WITH_HOLD = booking(at(4, "10:00"), hold="@", client={"name": "Pat"})
IN_BODY = [("POST", "/inspection/book-job", WITH_HOLD), ("POST", "/spectora/create-job", WITH_HOLD),
           ("GET", "/schedule/optimal-slots?services=quick", ("Interlock-Hold", "@"))]
WHY_WITH_HOLD = [("GET", f"/schedule/why?{WHY}", ("Interlock-Hold", "@"))]
EVENT = [("DELETE", "/event/@", {"version": 1}), ("DELETE", "/event/@", {"version": 99}),
         ("DELETE", "/event/@", None), ("PATCH", "/event/@", {"title": "x", "version": 1}),
         ("PATCH", "/event/@", {"title": "x"}), ("PATCH", "/vacation/@", {"title": "x"})]
VACATION = [("DELETE", "/vacation/@", {"version": 1}), ("DELETE", "/vacation/@", None),
            ("PATCH", "/vacation/@", {"title": "x", "version": 1}),
            ("PATCH", "/event/@", {"title": "x"})]
CONFLICT = [("POST", "/conflicts/@/acknowledge", None), ("POST", "/conflicts/@/resolve", {"note": "x"})]
KEY = [("GET", "/keys/@", None), ("POST", "/keys/@/revoke", None),
       ("POST", "/keys/@/rotate", {"graceSeconds": 5}), ("POST", "/keys/@/rotate?dryRun=true", {})]
SERVICE = [("GET", "/settings/services/@", None), ("DELETE", "/settings/services/@", {"version": 1}),
           ("DELETE", "/settings/services/@", None),
           ("PATCH", "/settings/services/@", {"minutes": 5, "version": 1}),
           ("PATCH", "/settings/services/@", {"minutes": 5}),
           ("PUT", "/settings/services/@", {"name": "x", "minutes": 5, "version": 1}),
           ("PATCH", "/settings/brands/@", {"name": "x"}), ("GET", "/settings/brands/@", None)]
LINKED = [("POST", "/event?dryRun=true", {"type": "Event", "_inspectorId": "alice",
                                          "datetime": at(22, "10:00"), "endtime": at(22, "11:00"),
                                          "_inspectionId": "@"})]
QUESTIONS = {"inspection": INSPECTION + LINKED, "imported": INSPECTION, "order": INSPECTION,
             "imported order": INSPECTION, "hold token": HOLD + IN_BODY + WHY_WITH_HOLD,
             "hold": HOLD + IN_BODY + WHY_WITH_HOLD, "event": EVENT, "vacation": VACATION,
             "conflict": CONFLICT, "key": KEY, "service": SERVICE}


def ask(client, method, target, body, thing):
    headers = ()
    if isinstance(body, tuple):
        headers, body = [(body[0], thing)], None
    raw = json.dumps(body).replace("@", thing).encode() if body is not None else None
    return client.ask(method, target.replace("@", thing), raw, headers=headers)


def seen(answer, thing):
    """What the asker can tell from the answer: their own words in it are not news to them."""
    headers = [h for h in answer.headers if h[0] not in ("Date", "Interlock-Seq")]
    return answer.status, headers, answer.body.replace(thing.encode(), b"@")


def wall(client, method, target, body, kind, thing):
    nobody = unknown(kind, thing)
    got = ask(client, method, target, body, thing)
    want = ask(client, method, target, body, nobody)
    check(got.status < 500, f"{got.status}: {got.body}")
    same(seen(got, thing), seen(want, nobody), "the answer")
    same(got.status, 422 if "_inspectionId" in str(body) else 404, "status")


def lists_are_ours_alone(client, theirs):
    for target in ("/schedule/holds", "/conflicts", "/conflicts?cursor=1",
                   "/schedule/optimal-slots?services=quick&days=30", "/changes?limit=500", "/keys",
                   "/settings/services", "/settings/company", "/metrics"):
        text = client.get(target).want(200).body.decode()
        for kind in ("imported order", "imported", "hold token", "key", "service"):
            check(theirs[kind] not in text, f"{target} shows {kind} of the other company")


def their_offer(client, other):
    offer = other.slots(services="quick")["offer"]
    forged = offer[:-2] + ("AA" if offer[-2:] != "AA" else "BB")
    got = client.book(booking(at(23, "10:00"), offer=offer)).want(422, "out_of_range")
    want = client.book(booking(at(23, "10:00"), offer=forged)).want(422, "out_of_range")
    same(got.body, want.body, "the answer")


def keys_are_apart(client, other):
    """The same Idempotency-Key of two companies is two keys."""
    body, key = booking(at(24, "10:00")), unique("shared")
    for who in (client, other):
        answer = who.book(body, key=key).want(201)
        same(answer.header("Idempotent-Replayed"), None, "Idempotent-Replayed")


# ---- brands of one company ----


def of_brand(brand, day):
    """An order and a hold, made by whoever works for all brands."""
    booked = roles["admin"].book(booking(at(day, "10:00"), brand=brand)).want(201)
    hold = roles["admin"].post("/schedule/holds", {
        "datetime": at(day, "14:00"), "services": ["quick"], "_inspectorId": "alice",
        "brand": brand}).want(201).json["hold"]
    record = booked.json["inspection"]
    return {"inspection": record["_id"], "order": str(record["orderNumber"]),
            "hold token": hold["token"], "hold": hold["_id"], "at": hold["datetime"]}


def released(thing):
    roles["admin"].delete(f"/schedule/holds/{thing['hold']}").want(204)
    return thing


def brand_wall(client, thing):
    """Asked of by a key of the other brand; `client` has an order of its own to move."""
    mine = of_brand("denver", 31 + next(more_days))["inspection"]
    into = [("POST", f"/inspection/{mine}/reschedule", {"version": 1, "hold": "@"})]
    for kind in ("inspection", "order"):
        for method, target, body in INSPECTION + LINKED:
            wall(client, method, target, body, kind, thing[kind])
    for kind in ("hold token", "hold"):
        for method, target, body in HOLD + IN_BODY + into:
            wall(client, method, target, body, kind, thing[kind])


def brand_wall_of_the_public(client, thing):
    for kind in ("hold token", "hold"):
        for method, target, body in HOLD + IN_BODY:
            wall(client, method, target, body, kind, thing[kind])


def own_brand(client, thing):
    """What the wall leaves: the key's own brand."""
    same(client.get(f"/schedule/holds/{thing['hold']}").want(200).json["hold"]["_id"],
         thing["hold"], "the hold")
    client.get(f"/inspection/{thing['order']}/changelog").want(200)
    moved = {"version": 1, "hold": thing["hold token"]}
    client.post(f"/inspection/{thing['inspection']}/reschedule", moved).want(200)
    client.post(f"/inspection/{thing['inspection']}/cancel", {"version": 2}).want(200)


def brand_lists(client, theirs, mine):
    listed = [h["_id"] for h in client.get("/schedule/holds").want(200).json["holds"]]
    check(mine["hold"] in listed, f"{mine['hold']} is not listed")
    check(theirs["hold"] not in listed, "the hold of another brand is listed")
    everyone = [h["_id"] for h in roles["admin"].get("/schedule/holds").want(200).json["holds"]]
    check({mine["hold"], theirs["hold"]} <= set(everyone), "a key of all brands sees all")


# ---- what stands in the way, of another brand ----


class Split:
    """A company whose two brands share an inspector: orders of theirs that overlap each other, ours
    that overlaps one of them, an event over one of theirs, and a hold of theirs."""

    def __init__(self):
        orders = [order(5001, "alice", at(3, "09:00"), at(3, "11:00"), brand="boulder"),
                  order(5002, "alice", at(3, "10:00"), at(3, "12:00"), brand="boulder"),
                  order(5003, "alice", at(3, "11:30"), at(3, "13:00"), brand="denver"),
                  order(5004, "bob", at(3, "09:00"), at(3, "11:00"), brand="boulder")]
        server.take(company("split", inspections=orders))
        self.all = server.client("admin", name="split", override=True)
        self.staff = server.client("staff", name="split", brand="denver", override=True)
        self.online = server.client("online", name="split", brand="denver")
        self.all.post("/event", {"type": "Event", "_inspectorId": "bob", "affected": "open",
                                 "datetime": at(3, "10:00"), "endtime": at(3, "12:00"),
                                 "_inspectionId": "order-5004"}).want(201)
        self.hold = self.all.post("/schedule/holds", {
            "datetime": at(4, "09:00"), "services": ["quick"], "_inspectorId": "alice",
            "brand": "boulder"}).want(201).json["hold"]
        told = self.all.get("/conflicts").want(200).json["conflicts"]
        self.shared = next(c["_id"] for c in told
                           if 5003 in (c["a"].get("orderNumber"), c["b"].get("orderNumber")))
        self.theirs = [c["_id"] for c in told if c["_id"] != self.shared]
        same(len(self.theirs), 2, "conflicts of the other brand")

    def hides(self, text, what):
        for theirs in ("5001", "5002", "5004", "boulder", self.hold["_id"], self.hold["token"],
                       *(f'"{c}"' for c in self.theirs)):
            check(theirs not in text, f"{what} shows {theirs} of the other brand: {text[:600]}")


def kinds(conflicts):
    return [(c["kind"], c.get("orderNumber"), "_inspectorId" in c) for c in conflicts]


THEIRS, OURS = ("busy", None, False), ("inspection", 5003, True)


def in_the_way(split):
    """Each answer that says what is in the way, to a key of one brand and to one of all."""
    body = {"datetime": at(3, "09:30"), "endtime": at(3, "12:00"), "services": ["quick"],
            "_inspectorId": "alice", "brand": "denver"}
    why = (f"/schedule/why?minutes=150&brand=denver&_inspectorId=alice&datetime={at(3, '09:30')}"
           .replace("+", "%2B"))
    event = {"type": "Event", "_inspectorId": "alice", "datetime": at(3, "09:00"),
             "endtime": at(3, "13:00")}
    questions = {
        "why": lambda c: c.get(why).want(200).json["conflicts"],
        "check": lambda c: c.post("/schedule/check", {"candidates": [body]})
        .want(200).json["verdicts"][0]["conflicts"],
        "book": lambda c: c.book({**booking(at(3, "09:30"), brand="denver"),
                                  "endtime": at(3, "12:00")}).want(409, "slot_taken").json["conflicts"],
        "event": lambda c: c.post("/event", event).want(409, "slot_taken").json["conflicts"],
        "slots": lambda c: next(
            s for s in c.get("/schedule/optimal-slots?minutes=150&brand=denver&inspectors=alice"
                             f"&excludeOverlapping=false&days=1&from={local_date(3)}&order=time")
            .want(200).json["slots"] if s["local"].endswith("09:30"))["conflicts"]}
    for name, ask_it in questions.items():
        said = ask_it(split.staff)
        same(kinds(said), [THEIRS, THEIRS, OURS], name)
        split.hides(json.dumps(said), name)
        same([n for _, n, _ in kinds(ask_it(split.all))], [5001, 5002, 5003], name + " for all")
    taken = {"datetime": split.hold["datetime"], "services": ["quick"], "_inspectorId": "alice"}
    said = split.staff.post("/schedule/holds", taken).want(409, "slot_taken").json["conflicts"]
    same(kinds(said), [THEIRS], "a hold of the other brand")


def conflicts_shown(split):
    window = f"from={local_date(3)}&days=2&inspectors=alice,bob"
    calendar = split.staff.get(f"/calendar?{window}").want(200)
    split.hides(calendar.body.decode(), "the calendar")
    for shown in (split.staff.get("/conflicts").want(200).json["conflicts"],
                  split.staff.get("/conflicts?replacements=true").want(200).json["conflicts"],
                  [c for lane in calendar.json["inspectors"] for c in lane["conflicts"]]):
        same([c["_id"] for c in shown], [split.shared], "conflicts")
        sides = sorted(kinds([shown[0]["a"], shown[0]["b"]]), key=str)
        same(sides, [("busy", None, False), ("inspection", 5003, False)], "sides")
        same(sorted(shown[0]["a"]) != sorted(shown[0]["b"]), True, "fields of the two")


def news_of_conflicts(split):
    changes = split.staff.get("/changes?limit=500").want(200).body.decode()
    split.hides(changes.replace('"_id":"boulder"', ""), "/changes")
    check(split.shared in changes, "/changes hides the conflict of both")
    raw = Client(server.port, split.staff.secret)
    tcp = socket.create_connection(("127.0.0.1", server.port), PATIENCE_S)
    tcp.sendall(raw.bytes("GET", "/stream?after=0"))
    seen = b""
    while split.shared.encode() not in seen:
        more = tcp.recv(65536)
        check(more, f"the stream ends: {seen[-300:]}")
        seen += more
    tcp.settimeout(0.5)
    try:
        while more := tcp.recv(65536):
            seen += more
    except TimeoutError:
        pass
    tcp.close()
    split.hides(seen.decode(), "/stream")


def conflicts_in_hand(split):
    for theirs in split.theirs:
        for method, target, body in CONFLICT:
            wall(split.staff, method, target, body, "conflict", theirs)
    said = split.staff.post(f"/conflicts/{split.shared}/acknowledge", None).want(200)
    split.hides(said.body.decode(), "acknowledged")
    said = split.staff.post(f"/conflicts/{split.shared}/resolve", {"note": "both agreed"}).want(200)
    split.hides(said.body.decode(), "accepted")
    for theirs in split.theirs:
        split.all.post(f"/conflicts/{theirs}/acknowledge", None).want(200)


def linked_events(split):
    """An event is everybody's; the order that it is linked to is its brand's."""
    event = next(i for lane in split.all.get(f"/calendar?from={local_date(3)}&days=1").want(200)
                 .json["inspectors"] for day in lane["days"] for i in day["items"]
                 if i["kind"] == "event")
    same(event["_inspectionId"], "order-5004", "link")
    said = split.staff.patch(f"/event/{event['_id']}", {"title": "seen"},
                             headers=[("If-Match", '"v1"')]).want(200)
    split.hides(said.body.decode(), "a changed event")
    said = split.all.patch(f"/event/{event['_id']}", {"title": "seen by all"},
                           headers=[("If-Match", '"v2"')]).want(200)
    same(said.json["event"]["_inspectionId"], "order-5004", "link after the change")


def conflicts_opened(split):
    """Those that the key can look at."""
    over = {"type": "Event", "_inspectorId": "alice", "datetime": at(3, "09:00"),
            "endtime": at(3, "13:00"), "affected": "open"}
    same(split.staff.post("/event?dryRun=true", over).want(200).json["conflictsOpened"], 1, "ours")
    same(split.all.post("/event?dryRun=true", over).want(200).json["conflictsOpened"], 3, "all")


def duplicates(split):
    def at_house(day, brand):
        return booking(at(day, "15:00"), brand=brand, client={"name": "Pat", "email": "p@x.org"},
                       property={"address": "77 Twin Way", "lat": 39.7, "lng": -104.9})
    for n in range(10):  # more than an answer names
        split.all.book(booking(at(10, f"{7 + n:02}:00"), "bob", brand="boulder", property={
            "address": "77 Twin Way"})).want(201)
    said = split.staff.book(at_house(12, "denver")).want(201).json
    same(said["warnings"], [], "warnings")
    mine = said["inspection"]["orderNumber"]
    said = split.staff.book(at_house(13, "denver")).want(201).json
    check(len(said["warnings"]) == 1 and str(mine) in said["warnings"][0], said["warnings"])
    check(len(split.all.book(at_house(14, "boulder")).want(201).json["warnings"]) > 1, "all")
    split.all.book(booking(at(30, "15:00"), "bob", brand="boulder", property={
        "address": "78 Twin Way"})).want(201)
    online = {**at_house(31, "denver"), "property": {"address": "78 Twin Way"}}
    split.online.book(online).want(201)
    again = {**online, "datetime": at(32, "15:00")}
    split.online.book(again).want(409, "possible_duplicate")


more_days = itertools.count()
ours, theirs = fill("ours"), fill("theirs")
roles = {"admin": server.client("admin", name="ours", override=True),
         "online": server.client("online", name="ours", brand="denver")}
other = server.client("admin", name="theirs")
before = server.export("theirs")
seqs = other.slots(services="quick")["asOfSeq"]
for kind, questions in QUESTIONS.items():
    for method, target, body in questions:
        where = {True: f" with {body}", False: ""}[body is not None]
        cases.run(f"{kind}: {method} {target}{where}"[:150], wall, roles["admin"], method, target,
                  body, kind, theirs[kind])
for method, target, body in HOLD + IN_BODY:
    for kind in ("hold token", "hold"):
        cases.run(f"online, {kind}: {method} {target}", wall, roles["online"], method, target, body,
                  kind, theirs[kind])
cases.run("lists show nothing of another company", lists_are_ours_alone, roles["admin"], theirs)
cases.run("an offer of another company is a forged one", their_offer, roles["admin"], other)
cases.run("nothing of the other company has changed",
          lambda: unchanged(server.export("theirs"), before))
cases.run("nothing of it was journaled either",
          lambda: same(other.slots(services="quick")["asOfSeq"], seqs, "seq"))
cases.run("an Idempotency-Key is another in another company", keys_are_apart, roles["admin"], other)
denver = {role: server.client(role, name="ours", brand="denver") for role in ("staff", "admin")}
apart, mine = of_brand("boulder", 70), of_brand("denver", 71)
for role, client in denver.items():
    cases.run(f"{role} of a brand: another brand's order and hold", brand_wall, client, apart)
    cases.run(f"{role} of a brand: a hold of another that has ended", brand_wall, client,
              released(of_brand("boulder", 72 + next(more_days))))
cases.run("online: a hold of another brand", brand_wall_of_the_public, roles["online"], apart)
cases.run("lists of a brand show its holds", brand_lists, denver["staff"], apart, mine)
cases.run("a key of a brand works for its own", own_brand, denver["staff"], mine)
cases.run("a key of all brands works for each", own_brand, roles["admin"], apart)
split = Split()
cases.run("what is in the way, of another brand, is busy", in_the_way, split)
cases.run("conflicts of another brand are not shown", conflicts_shown, split)
cases.run("nor in changes and streams", news_of_conflicts, split)
cases.run("nor the order that an event is linked to", linked_events, split)
cases.run("nor counted where an event opens them", conflicts_opened, split)
cases.run("they are taken in hand by their own brand", conflicts_in_hand, split)
cases.run("duplicates of another brand are told to nobody", duplicates, split)
cases.run("check finds nothing", server.must_be_clean)
server.close()
cases.finish()
