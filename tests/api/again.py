"""What an import keeps, takes and refuses of what is there already; and that whatever is exported
can be imported into an empty file, where it exports as the same document.
"""
import contextlib
from harness import *

args = options(__doc__.splitlines()[0])
cases = Cases()

BRANDS = company()["brands"]


def brand_of(number, who, name, day=9, **more):
    return order(number, who, at(day, "10:00"), at(day, "13:00"), brand=name, **more)


def refused(server, document, *words, more=("--prune",)):
    """The import says all the words and changes nothing."""
    before = server.export()
    code, _, err = server.cli("import", "-", *more, document=document)
    same(code, 1, f"exit code ({err.strip()})")
    for word in words:
        check(word in err, f"{word!r} is not in {err!r}")
    unchanged(server.export(), before)


def sorted_text(text):
    """Orders, events and vacations stand in the order in which they came: it means nothing."""
    document = json.loads(text)
    for name in ("inspections", "events", "vacations"):
        document[name].sort(key=lambda row: row["_id"])
    return json.dumps(document)


def comes_back(server):
    """Its export, imported into an empty file, is exported again as it was."""
    text = server.export()
    with Server(args) as other:
        other.take(json.loads(text))
        unchanged(sorted_text(other.export()), sorted_text(text))
        other.must_be_clean()
    same(server.take(json.loads(text))["inspections"]["changed"], 0, "changed by its own export")


# ---- numbers that lead to one order ----


def number_and_id():
    """An order is found by its number and by its _id: none is the other's."""
    mine = {**order(17, "bob", at(3, "10:00"), at(3, "13:00")), "_id": "7002"}
    with Server(args) as server:
        server.take(company(inspections=[order(7001, "alice", at(3, "10:00"), at(3, "13:00")), mine]))
        refused(server, company(inspections=[{**mine, "_id": "7001", "orderNumber": 18}]), "_id",
                "7001", "already belongs", more=())
        refused(server, company(inspections=[{**mine, "_id": "other", "orderNumber": 7002}]),
                "orderNumber", "already belongs", "17", more=())
        server.start()
        staff = server.client("staff")
        booked = staff.book(booking(at(5, "09:00"))).want(201).json["inspection"]
        same(booked["orderNumber"], 7003, "the next number")
        for words in ("7002", "17"):
            same(staff.get(f"/inspection/{words}").want(200).json["inspection"]["orderNumber"], 17,
                 f"found by {words}")
        server.stop()
        comes_back(server)


cases.run("a number leads to one order, be it an _id or an orderNumber", number_and_id)


# ---- brands that are named ----


def pruned_brand_is_named():
    with Server(args) as server:
        server.take(company(inspections=[brand_of(7001, "alice", "boulder"),
                                         brand_of(7002, "bob", "boulder", status="cancelled"),
                                         brand_of(7003, "carol", "denver")]))
        refused(server, company(brands=BRANDS[:1]), "/brands", '"boulder"', "2 orders name it",
                "such as order 7001")
        refused(server, company(brands=BRANDS[:1]), '"boulder"', more=("--prune", "--dry-run"))
        server.take(company(brands=BRANDS[:1]))  # without --prune it is only not mentioned
        same(len(json.loads(server.export())["brands"]), 2, "brands")
        comes_back(server)


def pruned_brand_is_left_by_the_document():
    """The orders that named it are given another brand by the same document, or some are not."""
    with Server(args) as server:
        first = [brand_of(7001, "alice", "boulder"), brand_of(7002, "bob", "boulder")]
        server.take(company(inspections=first))
        refused(server, company(brands=BRANDS[:1], inspections=[
            brand_of(7001, "alice", "denver")]), "1 order names it", "such as order 7002")
        server.take(company(brands=BRANDS[:1], inspections=[
            brand_of(7001, "alice", "denver"), brand_of(7002, "bob", "denver")]), "--prune")
        same([b["_id"] for b in json.loads(server.export())["brands"]], ["denver"], "brands")
        comes_back(server)


def pruned_brand_of_nobody():
    with Server(args) as server:
        server.take(company(inspections=[brand_of(7001, "alice", "denver")]))
        server.take(company(brands=BRANDS[:1]), "--prune")
        same([b["_id"] for b in json.loads(server.export())["brands"]], ["denver"], "brands")
        comes_back(server)


def brand_of_its_own_is_named():
    """A company without brands has one by its own name: the first that is listed takes its place."""
    plain = {k: v for k, v in company().items() if k != "brands"}
    with Server(args) as server:
        server.take({**plain, "inspections": [brand_of(7001, "alice", "frontrange")]})
        comes_back(server)
        refused(server, company(), '"frontrange"', "1 order names it", more=())
        server.take(company(brands=[{"_id": "frontrange", "name": "Front Range"}, *BRANDS]))
        comes_back(server)


def held_brand_is_named():
    with Server(args) as server:
        server.take(company())
        server.start()
        online = server.client("online", brand="boulder")
        hold = {"datetime": at(3, "10:00"), "services": ["quick"], "_inspectorId": "alice"}
        held = online.post("/schedule/holds", hold).want(201).json["hold"]
        refused(server, company(brands=BRANDS[:1]), '"boulder"', "1 hold names it")
        online.delete(f"/schedule/holds/{held['token']}").want(204)
        server.take(company(brands=BRANDS[:1]), "--prune")
        # The key of a brand that is gone is told so, and breaks nothing.
        for answer in (online.post("/schedule/holds", hold), online.book(booking(at(3, "10:00"))),
                       online.get("/schedule/optimal-slots?services=quick")):
            check(400 <= answer.status < 500, f"{answer.status}: {answer.body[:200]!r}")
        server.must_be_clean()
        server.stop()


cases.run("a brand that orders name is not pruned", pruned_brand_is_named)
cases.run("a brand whose orders get another is pruned", pruned_brand_is_left_by_the_document)
cases.run("a brand that nothing names is pruned", pruned_brand_of_nobody)
cases.run("the brand a company has without any is not replaced under its orders",
          brand_of_its_own_is_named)
cases.run("a brand that a live hold names is not pruned", held_brand_is_named)

# ---- inspectors and services that are named ----


def pruned_people_and_services():
    with Server(args) as server:
        server.take(company(inspections=[
            order(7001, "bob", at(9, "10:00"), at(9, "13:00"), services=["home", "radon"],
                  inspectors=["bob", "carol"])],
            vacations=[{"_inspectorId": "carol", "from": str(local_date(12)),
                        "to": str(local_date(13))}],
            openings=[{"_inspectorId": "bob", "date": str(local_date(5)), "starts": ["09:00"]}]))
        document = company(inspectors=("alice",))
        document["services"] = [s for s in document["services"] if s["_id"] != "radon"]
        document["inspectors"] = [inspector("alice", ["home"])]
        server.take(document, "--prune")
        after = json.loads(server.export())
        same({i["_id"]: i.get("active", True) for i in after["inspectors"]},
             {"alice": True, "bob": False, "carol": False}, "who is active")
        same({s["_id"] for s in after["services"] if not s.get("active", True)}, {"radon"},
             "services out of use")
        comes_back(server)
        server.take(document, "--prune")
        comes_back(server)


def everything_comes_back():
    """What the API has made, with a person in each role, then pruned as far as it goes."""
    with Server(args) as server:
        server.take(company(holidays=[{"date": str(local_date(30)), "name": "Founders"}],
                            inspections=[order(7001, "alice", at(9, "10:00"), at(9, "13:00")),
                                         order(7002, "alice", at(9, "12:00"), at(9, "15:00"))]))
        server.start()
        staff = server.client("admin", override=True)
        where = {"datetime": at(3, "10:00"), "endtime": at(3, "12:00")}
        booked = staff.book(booking(at(3, "10:00"), None, None, endtime=at(3, "12:00"), assignments=[
            {"_inspectorId": "bob", "role": "specialist", **where},
            {"_inspectorId": "alice", "role": "lead", **where},
            {"_inspectorId": "carol", **where}])).want(201).json["inspection"]
        same([(a["_inspectorId"], a["role"]) for a in booked["assignments"]],
             [("alice", "lead"), ("bob", "specialist"), ("carol", "assistant")], "roles")
        same(booked["_inspectorId"], "alice", "the lead")
        staff.book(booking(at(4, "10:00"), "bob", None, minutes=75, notes="Two dogs\nand a cat",
                           agents=[{"name": "A. Gent"}])).want(201)
        gone = staff.book(booking(at(5, "10:00"), "bob", brand="boulder")).want(201).json
        staff.post(f"/inspection/{gone['inspection']['_id']}/cancel",
                   {"version": 1, "reason": "x"}).want(200)
        staff.post("/event", {"type": "Event", "_inspectorId": "alice", "title": "Car",
                              "_inspectionId": booked["_id"], "datetime": at(6, "10:00"),
                              "endtime": at(6, "11:00")}).want(201)
        staff.post("/vacation", {"_inspectorId": "carol", "from": str(local_date(14)),
                                 "to": str(local_date(15))}).want(201)
        comes_back(server)
        server.take({**company(inspectors=()), "services": [], "events": [], "vacations": [],
                     "holidays": [], "openings": [], "areas": []}, "--prune")
        comes_back(server)
        server.stop()


def roles_that_are_none():
    with Server(args) as server:
        server.take(company())
        server.start()
        staff = server.client("staff")
        where = {"datetime": at(3, "10:00"), "endtime": at(3, "12:00")}
        for roles in (("lead", "lead"), ("assistant", "assistant"), ("specialist", "assistant")):
            body = booking(at(3, "10:00"), None, None, endtime=at(3, "12:00"), assignments=[
                {"_inspectorId": who, "role": role, **where}
                for who, role in zip(("alice", "bob"), roles)])
            answer = staff.book(body).want(422, "out_of_range")
            check(answer.json["field"].startswith("/assignments"), f"field of {answer.json}")
        server.stop()


cases.run("pruned inspectors and services that orders name come back", pruned_people_and_services)
cases.run("what the API made comes back, also after a prune", everything_comes_back)
cases.run("assignments have one lead", roles_that_are_none)

# ---- prices ----


def price(server, number=7001):
    with contextlib.closing(server.sql()) as sql:
        return json.loads(sql.execute("SELECT doc FROM inspection WHERE order_number = ?",
                                      (number,)).fetchone()[0])["price"]["cents"]


def cheaper(document, cents):
    for s in document["services"]:
        s["priceCents"] = cents if s["_id"] == "home" else s["priceCents"]
    return document


def priced(cents=None, **more):
    stated = {} if cents is None else {"priceCents": cents}
    return [order(7001, "alice", at(9, "10:00"), at(9, "13:00"), **stated, **more)]


def prices():
    """18000 is what the service costs at first, 15000 later."""
    with Server(args) as server:
        server.take(company(inspections=priced()))
        same(price(server), 18000, "price by the services")
        check("priceCents" not in json.loads(server.export())["inspections"][0],
              "the price that the services give is told")
        server.take(cheaper(company(inspections=priced()), 15000))
        same(price(server), 18000, "price that is not stated")
        same(json.loads(server.export())["inspections"][0].get("priceCents"), 18000,
             "price that the services no longer give")
        comes_back(server)
        counts = server.take(cheaper(company(inspections=priced(12345)), 15000))["inspections"]
        same((counts["changed"], price(server)), (1, 12345), "price that is stated")
        comes_back(server)
        counts = server.take(cheaper(company(inspections=priced(12345)), 15000))["inspections"]
        same((counts["changed"], counts["left"]), (0, 1), "the same price again")
        server.take(cheaper(company(inspections=priced(notes="Dog")), 15000))
        same(price(server), 12345, "price that is not stated with other notes")
        server.take(cheaper(company(inspections=priced(0)), 15000))
        same(price(server), 0, "a price of nothing")
        comes_back(server)
        server.take(cheaper(company(inspections=priced(services=["quick"])), 15000))
        same(price(server), 6000, "price of other services that is not stated")
        server.take(cheaper(company(inspections=priced(777, services=["home"])), 15000))
        same(price(server), 777, "price of other services that is stated")
        server.must_be_clean()


def price_of_a_new_order():
    with Server(args) as server:
        server.take(company(inspections=priced(4200)))
        same(price(server), 4200, "price")
        comes_back(server)
        server.must_be_clean()


def price_that_is_none():
    with Server(args) as server:
        server.take(company(inspections=priced()))
        for wrong in (-1, "45", 1.5, 10 ** 18, True):
            refused(server, company(inspections=priced(wrong)), "/inspections/0/priceCents",
                    more=())


cases.run("an import takes the price that it states and keeps one that it does not", prices)
cases.run("a new order has the price that is stated", price_of_a_new_order)
cases.run("a price that is none is refused", price_that_is_none)
cases.finish()
