"""The alternatives of a 409 are what was really asked for, at another time or by other people: each
of them is taken with the same body when the same key sends it again."""
from office import *

SHOP = "pairs"
server.take({**company(SHOP, inspectors=(), brands=[
    {"_id": "denver", "name": "Denver"},
    {"_id": "boulder", "name": "Boulder", "settings": {"stepMinutes": 50}}]),
    "services": [service("home", 180), service("quick", 60), service("mold", 45),
                 service("pair", 120, inspectors=2)],
    "inspectors": [inspector("alice", ["home", "quick", "mold", "pair"]),
                   inspector("bob", ["home", "quick", "mold", "pair"]),
                   inspector("carol", ["home", "quick"]),
                   inspector("dave", ["home", "quick", "pair"])]})
shop = server.client("staff", name=SHOP)
shop_with_override = server.client("staff", name=SHOP, override=True)
customer = server.client("online", name=SHOP, brand="boulder")  # 06:00 and steps of 50 minutes


def found_in(answer, people):
    """The five of a refusal; each carries as many people as were asked for, all different."""
    slots = answer.want(409, "slot_taken").json["alternatives"]
    same(len(slots), 5, "alternatives")
    for slot in slots:
        same((len(set(slot["inspectors"])), slot["inspectors"][0]), (people, slot["_inspectorId"]),
             f"people of {slot['datetime']}")
    return slots


def all_taken(client, target, body, slots, method="POST"):
    for slot in slots:
        again = {**body, "datetime": slot["datetime"], "_inspectorId": slot["_inspectorId"],
                 "inspectors": slot["inspectors"]}
        got = client.ask(method, f"{target}?dryRun=true", again, key=False)
        check(got.status in (200, 201),
              f"{slot['datetime']} {slot['inspectors']}: {got.status} {got.body[:300]}")


def fill(day, clock, who, services=("home",)):
    return record_of(shop.book(booking(at(day, clock), who, services)), 201)


def moved_order():
    """A move that names nothing keeps its services: who cannot do them is no alternative."""
    day = next(days)
    fill(day, "10:00", "alice")
    record = record_of(shop.book(booking(at(day, "15:00"), "alice", ["mold"])), 201)
    target = f"/inspection/{record['_id']}/reschedule"
    body = {"datetime": at(day, "11:00"), "version": 1}
    slots = found_in(shop.post(target, body), 1)
    same({s["_inspectorId"] for s in slots} - {"alice", "bob"}, set(), "who cannot")
    all_taken(shop, target, body, slots)


def moved_over_itself():
    """Its own old time counts as free."""
    day = next(days)
    record = fill(day, "10:00", "alice")
    fill(day, "13:00", "alice")
    target = f"/inspection/{record['_id']}/reschedule"
    body = {"datetime": at(day, "10:30"), "version": 1}
    slots = found_in(shop.post(target, body), 1)
    check((at(day, "10:00"), "alice") in [(s["datetime"], s["_inspectorId"]) for s in slots],
          "where it is now is not among them")
    all_taken(shop, target, body, slots)


def moved_pair():
    """Two who go together are moved together, by their brand's rules."""
    day = next(days)
    fill(day, "10:00", "bob")
    record = record_of(shop.book(booking(at(day, "15:00"), None, ["quick"], brand="boulder",
                                         inspectors=["alice", "bob"])), 201)
    target = f"/inspection/{record['_id']}/reschedule"
    body = {"datetime": at(day, "11:00"), "version": 1}
    slots = found_in(shop.post(target, body), 2)
    grid = [(instant(s["datetime"]) - instant(at(day, "06:00"))).total_seconds() % 3000
            for s in slots]
    same(set(grid), {0.0}, "the brand's grid")
    all_taken(shop, target, body, slots)


def held_pair(client):
    """Services that take two people: of two who can, also when nobody is named."""
    day = next(days)
    for who in ("alice", "bob"):
        fill(day, "10:00", who)
    for who in ("any", "alice"):
        body = {"datetime": at(day, "11:00"), "services": ["pair"], "_inspectorId": who}
        if who == "alice":
            body["inspectors"] = ["alice", "dave"]
        slots = found_in(client.post("/schedule/holds", body), 2)
        check("carol" not in {i for s in slots for i in s["inspectors"]}, "carol cannot")
        all_taken(client, "/schedule/holds", body, slots)


def two_named(client):
    """Two were named for what one could do: two are meant."""
    day = next(days)
    fill(day, "10:00", "bob")
    body = booking(at(day, "11:00"), "dave", ["quick"], inspectors=["dave", "bob"])
    slots = found_in(client.book(body), 2)
    check(at(day, "11:00") in [s["datetime"] for s in slots], "two others are free at once")
    same({s["_inspectorId"] for s in slots}, {"dave"}, "the lead, who is free all day")
    all_taken(client, "/inspection/book-job", body, slots)


def hold_changed():
    """A hold that is moved keeps its services, and its own time counts as free."""
    day = next(days)
    fill(day, "13:00", "alice")
    got = held(customer, at(day, "10:10"), services=["pair"], who="alice", inspectors=["dave"])
    target = f"/schedule/holds/{got['token']}"
    body = {"datetime": at(day, "11:50")}
    slots = found_in(customer.ask("PATCH", target, body), 2)
    check(at(day, "11:00") in [s["datetime"] for s in slots], "beside its own time is not free")
    all_taken(customer, target, body, slots, "PATCH")


def lost_hold():
    """A hold that ended and was taken: alternatives are for its services, brand and people. With the
    hold itself they could not be booked, because a body that differs from its hold is refused."""
    day = next(days)
    first = {"services": ["mold"]}
    got = held(customer, at(day, "11:00"), **first)
    pair = held(customer, at(day, "14:20"), services=["pair"], who="any")
    let_pass(301)
    fill(day, "11:00", "alice")
    for who in pair["inspectors"]:
        fill(day, "14:00", who)
    for hold_of, again, people in ((got, first, 1),
                                   (pair, {"services": ["pair"]}, 2)):
        body = booking(None, None, None, hold=hold_of["token"])
        slots = found_in(customer.book(body), people)
        del body["hold"]
        all_taken(customer, "/inspection/book-job", {**body, **again}, slots)


def booked_over_a_hold():
    """An alternative is taken without the hold, so the hold's own time is not free for it."""
    day = next(days)
    times = customer.slots(services="quick", days=1, order="time", **{"from": local_date(day)})
    start = [s["datetime"] for s in times["slots"]][4]
    token = hold(customer, start).want(201).json["hold"]["token"]
    before = datetime.datetime.fromisoformat(start) - datetime.timedelta(minutes=30)
    shop_with_override.book(booking(before.isoformat(), "alice", ["quick"], override={
        "rules": ["overlap"], "reason": "a friend"})).want(201)
    refused = customer.book(booking(start, "alice", ["quick"], hold=token))
    slots = refused.want(409, "slot_taken").json["alternatives"]
    same(len(slots), 5, "alternatives")
    all_taken(customer, "/inspection/book-job", booking(start, "alice", ["quick"]), slots)


def seen_by_nobody():
    """More people than a slot can carry: there is nothing to list, and nothing breaks."""
    day = next(days)
    names = [f"p{i}" for i in range(9)]
    server.take({**company("crew", inspectors=names)})
    crew = server.client("staff", name="crew")
    record_of(crew.book(booking(at(day, "10:00"), "p0")), 201)
    body = booking(at(day, "10:00"), "p0", inspectors=names[1:])
    same(crew.book(body).want(409, "slot_taken").json["alternatives"], [], "alternatives")


def eight_together():
    """Many together have a list with a tag of its own."""
    day = next(days)
    crew = server.client("staff", name="crew")
    query = (f"/schedule/optimal-slots?services=quick&days=1&from={local_date(day)}"
             "&inspectorCount=8")
    first = crew.get(query).want(200)
    same({len(set(s["inspectors"])) for s in first.json["slots"]}, {8}, "people")
    tags = {first.header("ETag")}
    record_of(crew.book(booking(at(day, "10:00"), "p0")), 201)
    tags.add(crew.get(query).want(200).header("ETag"))
    same(len(tags), 2, "tags")


def largest_company():
    """2,000 people, 5-minute steps, 62 days: an answer like any other, and no more memory for it."""
    crowd = [f"i{n:04}" for n in range(2000)]
    server.take({**company("crowd", inspectors=crowd, settings={"stepMinutes": 5})})
    client = server.client("online", name="crowd", brand="denver")
    found = client.slots(services="quick", days=62, limit=2000)
    same(len(found["slots"]), 2000, "slots by time")
    inside = server.client("staff", name="crowd")
    for more in ({"group": "inspector"}, {"excludeOverlapping": "false"}, {"inspectorCount": 8}):
        same(len(inside.slots(services="quick", days=62, limit=2000, **more)["slots"]), 2000,
             f"slots with {more}")
    day = next(days)
    record_of(inside.book(booking(at(day, "10:00"), "i0000")), 201)
    slots = inside.book(booking(at(day, "10:00"), "i0000")).want(409, "slot_taken").json["alternatives"]
    same([(s["datetime"], s["_inspectorId"]) for s in slots],
         [(at(day, "10:00"), f"i000{n}") for n in range(1, 6)], "alternatives among 2,000")


cases.run("a move keeps its services", moved_order)
cases.run("a move over its own old time", moved_over_itself)
cases.run("a move of two", moved_pair)
cases.run("a hold for two, by staff", held_pair, shop)
cases.run("a hold for two, online", held_pair, customer)
cases.run("two named, by staff", two_named, shop)
cases.run("two named, online", two_named, customer)
cases.run("a hold that is changed", hold_changed)
cases.run("a hold that was lost", lost_hold)
cases.run("a hold that staff booked over", booked_over_a_hold)
cases.run("nine named", seen_by_nobody)
cases.run("eight together", eight_together)
cases.run("the largest company", largest_company)
finish()
