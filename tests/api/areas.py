"""Areas and the policy of a day and a week over HTTP: what is listed, what a booking of it is
answered, and what staff are told; and the sweep that cancels what nobody confirms."""
from office import *

SHOP = "areas"
WEST = [[-105.2, 39.5], [-104.9, 39.5], [-104.9, 40.0], [-105.2, 40.0]]
EAST = [[-104.9, 39.5], [-104.6, 39.5], [-104.6, 40.0], [-104.9, 40.0]]
LAKE = [[-105.1, 39.7], [-105.0, 39.7], [-105.0, 39.8]]
IN_WEST = {"lat": 39.6, "lng": -105.0}
IN_EAST = {"lat": 39.6, "lng": -104.7}
ON_THE_LINE = {"lat": 39.6, "lng": -104.9}
IN_LAKE = {"lat": 39.74, "lng": -105.02}
NOWHERE = {"lat": 41, "lng": -105}

document = company(SHOP, inspectors=(), areas=[
    {"_id": "west", "polygon": WEST, "holes": [LAKE], "timezone": "US/Pacific"},
    {"_id": "east", "polygon": EAST}])
document["inspectors"] = [inspector("alice", ["quick", "radon"], areas=["west"]),
                          inspector("bob", ["quick"], areas=["east"], weeklyMax=2),
                          inspector("carol", ["quick"])]
server.take(document)
shop = server.client("staff", name=SHOP, override=True)
admin = server.client("admin", name=SHOP)
public = server.client("online", name=SHOP, brand="denver")


def set_company(**settings):
    found = admin.get("/settings/company").want(200).json["setting"]
    admin.patch("/settings/company", {"settings": settings, "version": found["version"]}).want(200)


def people(client, day, place, **more):
    found = client.slots(services="quick", days=1, limit=2000, group="inspector",
                         **{"from": local_date(day)}, **place, **more)
    return {s["_inspectorId"] for s in found["slots"]}


def house(place):
    return {"property": {"address": unique("Area Street"), **place}}


def who_goes():
    day = next(days)
    for place, want in ((IN_WEST, {"alice", "carol"}), (IN_EAST, {"bob", "carol"}),
                        (ON_THE_LINE, {"alice", "bob", "carol"}), (NOWHERE, set()),
                        (IN_LAKE, set()), ({}, {"alice", "bob", "carol"})):
        same(people(public, day, place), want, f"who goes to {place}")
        same(people(shop, day, place), {"alice", "bob", "carol"}, f"whom staff may send to {place}")


def bookings():
    day = next(days)
    body = booking(at(day, "10:00"), "alice", **house(IN_EAST))
    public.book(body).want(422, "outside_area")
    public.book({**body, "_inspectorId": "any", **house(NOWHERE)}).want(422, "outside_area")
    public.book(booking(at(day, "06:00"), "alice", **house(IN_WEST))).want(201)
    warned = shop.book(body).want(201).json
    same(warned["warnings"], ["the property is outside the area of inspector alice"], "warnings")
    same("placeTimezone" in warned["inspection"], False, "a zone where the area has none")
    told = shop.book(booking(at(day, "12:00"), "alice", **house(IN_WEST))).want(201).json
    same((told["warnings"], told["inspection"]["placeTimezone"], told["inspection"]["timezone"]),
         ([], "America/Los_Angeles", ZONE), "of the place")
    check(told["inspection"]["datetime"].endswith(at(day, "12:00")[-6:]), "the company's offset")


def staff_refused():
    day = next(days)
    set_company(internal={"outsideArea": "refuse"})
    body = booking(at(day, "10:00"), "alice", **house(IN_EAST))
    refused = shop.book(body).want(422, "outside_area").json
    same(refused["overridable"], True, "overridable")
    passed = {**body, "override": {"rules": ["outside_area"], "reason": "A favour."}}
    shop.book(passed).want(201)
    same(people(shop, day, IN_EAST), {"bob", "carol"}, "whom staff may send now")
    query = {"services": "quick", "days": 1, "from": local_date(day), **IN_EAST}
    text = "&".join(f"{k}={v}" for k, v in query.items())
    cells = shop.get(f"/schedule/capacity?{text}").want(200).json["days"][0]["inspectors"]
    same({c["_inspectorId"] for c in cells if c["fits"] > 0}, {"bob", "carol"}, "capacity")
    set_company(internal={"outsideArea": "warn"})


def rule_of(client, name, day, who, place):
    query = {"services": "quick", "_inspectorId": who, "datetime": at(day, "10:00"), **place}
    text = "&".join(f"{k}={v}" for k, v in query.items())
    rules = client.get(f"/schedule/why?{text}").want(200).json["rules"]
    return next(r["state"] for r in rules if r["rule"] == name)


def why():
    day = next(days)
    set_company(internal={"outsideArea": "refuse"})
    same(rule_of(shop, "outside_area", day, "alice", IN_EAST), "fail", "alice in the east")
    same(rule_of(shop, "outside_area", day, "alice", IN_WEST), "pass", "alice in the west")
    same(rule_of(shop, "outside_area", day, "alice", {}), "pass", "nobody knows where")
    set_company(internal={"outsideArea": "warn"})
    same(rule_of(shop, "outside_area", day, "alice", IN_EAST), "pass", "where it only warns")


def place_zone():
    found = shop.slots(services="quick", days=1, **IN_WEST)
    same((found["timezone"], found["placeTimezone"]), (ZONE, "America/Los_Angeles"), "of a list")
    same("placeTimezone" in shop.slots(services="quick", days=1, **IN_EAST), False, "without one")
    same("placeTimezone" in shop.slots(services="quick", days=1), False, "without a place")


def holds_elsewhere():
    """A hold without a place was judged for none: what comes with one is judged then."""
    day = next(days)
    held = hold(public, at(day, "06:00"), "alice").want(201).json["hold"]
    body = {"hold": held["token"], "client": {"name": "C"}}
    public.book({**body, **house(IN_EAST)}).want(422, "outside_area")
    public.book({**body, **house(IN_WEST)}).want(201)


def no_requests():
    day = next(days)
    set_company(online={"requestedInspector": False})
    same(public.get("/brand/public").want(200).json["settings"]["requestedInspector"], False, "told")
    for name in ("requestedInspector", "inspectors"):
        public.get(f"/schedule/optimal-slots?services=quick&{name}=carol").want(422, "not_offered")
        shop.get(f"/schedule/optimal-slots?services=quick&{name}=carol").want(200)
    public.book(booking(at(day, "06:00"), "carol")).want(422, "not_offered")
    hold(public, at(day, "06:00"), "carol").want(422, "not_offered")
    token = hold(public, at(day, "06:00"), "any").want(201).json["hold"]["token"]
    public.book({"hold": token, "client": {"name": "C"}, **house({})}).want(201)
    shop.book(booking(at(day, "12:00"), "carol")).want(201)
    set_company(online={"requestedInspector": True})


def addons():
    day = next(days)
    body = booking(at(day, "10:00"), "carol", ["quick", "radon"])
    shop.book(body).want(422, "inspector_unable")
    set_company(addonAbility="warn")
    warned = shop.book(body).want(201).json
    same(warned["warnings"], ["inspector carol does not perform radon"], "warnings")
    set_company(addonAbility="filter")


def a_week():
    monday = next(d for d in days if local_date(d).weekday() == 0)
    for ahead in (0, 3):
        shop.book(booking(at(monday + ahead, "10:00"), "bob")).want(201)
    shop.book(booking(at(monday + 6, "10:00"), "bob")).want(422, "weekly_maximum")
    same(rule_of(shop, "weekly_maximum", monday + 6, "bob", {}), "fail", "why")
    shop.book(booking(at(monday + 7, "10:00"), "bob")).want(201)
    for _ in range(7):
        next(days)


def words_of_a_start():
    day = next(days)
    set_company(internal={"earliestStart": "08:00", "latestStart": "15:00"})
    early = shop.book(booking(at(day, "07:30"), "carol")).want(422, "outside_hours").json
    check("earliestStart" in early["detail"], f"words: {early['detail']}")
    late = shop.book(booking(at(day, "15:01"), "carol")).want(422, "outside_hours").json
    check("latestStart" in late["detail"], f"words: {late['detail']}")
    shop.book(booking(at(day, "15:00"), "carol")).want(201)
    set_company(internal={"earliestStart": None, "latestStart": None})


def import_of_an_export():
    exported = server.export(SHOP)
    report = server.take(json.loads(exported))
    same((report["settings"]["changed"], report["settings"]["created"]), (0, 0), "what it changed")
    same(server.export(SHOP), exported, "the export")


def unconfirmed():
    """Booked online and not confirmed within two hours; what staff booked stays, and so does what
    was confirmed."""
    with Server(args, shift=0) as office:
        office.take(company(settings={"online": {"autoConfirm": False,
                                                 "unconfirmedExpiryHours": 2}}))
        office.start()
        desk, customer = office.client("staff"), office.client("online", brand="denver")
        lost = record_of(customer.book(booking(at(5, "10:00"))))
        kept = record_of(customer.book(booking(at(5, "12:00"))))
        own = record_of(desk.book(booking(at(5, "14:00"), status="unconfirmed")))
        desk.post(f"/inspection/{kept['_id']}/confirm", {"version": 1}).want(200)

        def status(record):
            return desk.get(f"/inspection/{record['_id']}").want(200).json["inspection"]["status"]

        same(status(lost), "unconfirmed", "at once")
        same(office.stop(), 0, "exit code")
        office.set_shift(2 * 3600 + 1)
        office.start()
        desk.port = office.port
        again = Client(office.port, desk.secret)
        desk = again
        eventually(lambda: status(lost) == "cancelled", "it was never cancelled")
        same((status(kept), status(own)), ("confirmed", "unconfirmed"), "the others")
        log = desk.get(f"/inspection/{lost['_id']}/changelog").want(200).body
        check(b"Nobody confirmed it within 2 hours." in log and b"system" in log, f"log: {log}")
        desk.book(booking(at(5, "10:00"))).want(201)
        office.run("check")


cases.run("who goes where", who_goes)
cases.run("bookings in and outside of areas", bookings)
cases.run("where staff are refused too", staff_refused)
cases.run("why tells of areas", why)
cases.run("the zone of the place", place_zone)
cases.run("a hold without a place", holds_elsewhere)
cases.run("inspectors that cannot be asked for", no_requests)
cases.run("add-ons that warn", addons)
cases.run("the maximum of a week", a_week)
cases.run("the words of a start too early or too late", words_of_a_start)
cases.run("import of an export changes nothing", import_of_an_export)
cases.run("what nobody confirms is cancelled", unconfirmed)
finish()
