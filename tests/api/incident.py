"""The incident, as cases: an online order over an order that staff had booked.

Staff booked order 1008593660. Then an online customer, whose list of slots was older than that
order, confirmed 1008594585 for the same inspector and time. Whatever the customer holds in hand,
the confirm must refuse. incident-report.txt lists the ways in which it may have come about.
"""
import random
from harness import *

FIRST_ORDER = 1008593660
HOLD_S = 300
args = options(__doc__.splitlines()[0], rounds=1000, clients=64, seed=0)
cases = Cases()
server = Server(args, shift=0)
# Each case has a day of its own.
days = (day for day in range(3, 390) if local_date(day) != clock_change())


def setup():
    server.start()
    before = order(FIRST_ORDER - 1, "alice", at(2, "06:00"), at(2, "07:00"), "cancelled")
    racers = tuple(f"racer{i}" for i in range(4))
    server.take(company(inspectors=("alice", "bob", "carol") + racers, inspections=[before]))


setup()
staff = server.client("staff", override=True)
plain_staff = server.client("staff")
online = server.client("online", brand="denver")


def staff_books(start, **more):
    record = staff.book(booking(start, **more)).want(201).json["inspection"]
    return record


def confirm(start, **more):
    return online.book(booking(start, **more), route="/spectora/create-job")


def offered(client, day, services="home", **more):
    found = client.slots(services=services, inspectors="alice", days=1, limit=2000,
                         **{"from": local_date(day)}, **more)
    return found, [s["datetime"] for s in found["slots"]]


# ---- the two orders ----


def the_two_orders():
    day = next(days)
    start, end = at(day, "10:00"), at(day, "13:00")
    _, before = offered(online, day)
    check(start in before, "the time was not offered before staff booked it")
    record = staff_books(start, services=["home"])
    same(record["orderNumber"], FIRST_ORDER, "the number of staff's order")
    refused = busy(confirm(start, services=["home"]), start, end)
    same(refused.header("Content-Type"), "application/problem+json", "content type")
    check(str(FIRST_ORDER) not in refused.body.decode(), "the other order's number leaks")
    check(1 <= len(refused.json["alternatives"]) <= 5, "there are no alternatives")
    offer = refused.json["alternatives"][0]
    confirm(offer["datetime"], who=offer["_inspectorId"], services=["home"]).want(201)


def the_repro():
    """The report's own attempt: slots loaded after staff's booking do not show its time."""
    day = next(days)
    start = at(day, "10:00")
    booked = staff.book(booking(start, services=["home"])).want(201)
    found, starts = offered(online, day)
    check(found["asOfSeq"] >= booked.seq, "the list is older than the booking before it")
    busy_starts = [s for s in starts if at(day, "07:00") < s < at(day, "13:00")]
    same(busy_starts, [], "starts offered over the booking")
    check(at(day, "07:00") in starts and at(day, "13:00") in starts, "touching times are missing")


def stale_offer():
    day = next(days)
    start, end = at(day, "10:00"), at(day, "13:00")
    found, _ = offered(online, day)
    staff_books(start, services=["home"])
    busy(confirm(start, services=["home"], offer=found["offer"]), start, end)
    later = confirm(at(day, "13:00"), services=["home"], offer=found["offer"]).want(201)
    number = later.json["inspection"]["orderNumber"]
    log = staff.get(f"/inspection/{number}/changelog").want(200).body.decode()
    check(f'"asOfSeq":{found["asOfSeq"]}' in log, "the journal does not say which list was used")


cases.run("staff book 1008593660; the online confirm over it is refused", the_two_orders)
cases.run("slots loaded after the booking do not show its time", the_repro)
cases.run("a stale offer opens nothing", stale_offer)

# ---- every way in which two intervals can lie ----

RELATIONS = [  # the online order against staff's of 10:00-13:00
    ("before", "08:00", "quick", 201), ("meets", "09:00", "quick", 201),
    ("overlaps", "08:00", "home", 409), ("finished by", "08:00", "long", 409),
    ("contains", "08:00", "whole", 409), ("starts", "10:00", "quick", 409),
    ("equals", "10:00", "home", 409), ("started by", "10:00", "long", 409),
    ("during", "11:00", "quick", 409), ("finishes", "12:00", "quick", 409),
    ("overlapped by", "12:00", "home", 409), ("met by", "13:00", "quick", 201),
    ("after", "14:00", "quick", 201)]


def relation(clock, visit, status):
    day = next(days)
    staff_books(at(day, "10:00"), services=["home"])
    answer = confirm(at(day, clock), services=[visit])
    if status == 201:
        answer.want(201)
    else:
        busy(answer, at(day, "10:00"), at(day, "13:00"))


for word, clock, visit, status in RELATIONS:
    cases.run(f"online {word} staff's order: {status}", relation, clock, visit, status)


def by_a_minute():
    day = next(days)
    record = staff_books(at(day, "10:00"), services=["home"])
    over = booking(at(day, "09:01"), minutes=60, services=None)
    overlapping(staff.book(over), record["orderNumber"])
    staff.book(booking(at(day, "09:00"), minutes=60, services=None)).want(201)
    overlapping(staff.book(booking(at(day, "12:59"))), record["orderNumber"])
    staff.book(booking(at(day, "13:00"))).want(201)


def second_inspector():
    """The one of an order with two inspectors who is not its lead is as busy as the lead."""
    day = next(days)
    start, end = at(day, "10:00"), at(day, "13:00")
    staff_books(start, services=["home"], inspectors=["alice", "bob"])
    busy(confirm(at(day, "11:00"), who="bob"), start, end)
    busy(confirm(at(day, "11:00"), who="alice"), start, end)
    confirm(at(day, "11:00"), who="carol").want(201)


def other_brand():
    """One inspector who works for two brands has one calendar."""
    day = next(days)
    start, end = at(day, "10:00"), at(day, "13:00")
    staff_books(start, services=["home"], brand="boulder")
    busy(confirm(at(day, "11:00")), start, end)


cases.run("a minute of overlap is an overlap, touching is none", by_a_minute)
cases.run("the second inspector of an order is busy too", second_inspector)
cases.run("an order of another brand takes the same inspector", other_brand)

# ---- the same instant in other words ----


def on_a_clock_change_day():
    day = clock_change()
    start, end = at(day, "09:00"), at(day, "12:00")
    staff_books(start, services=["home"])
    own = instant(start).utcoffset().total_seconds() / 3600
    other = {-6: -7, -7: -6}[own]
    for words in (in_utc(start), start, with_offset(start, other), start[:-6]):
        busy(confirm(words, services=["home"]), start, end)
    confirm(with_offset(start, -4), services=["home"]).want(422, "offset_mismatch")
    confirm(with_offset(at(day, "12:00"), other), services=["home"]).want(201)


def far_from_a_clock_change():
    change, day = clock_change(), next(days)
    while abs((local_date(day) - change).days) < 3:
        day = next(days)
    start, end = at(day, "09:00"), at(day, "12:00")
    staff_books(start, services=["home"])
    own = instant(start).utcoffset().total_seconds() / 3600
    busy(confirm(in_utc(start), services=["home"]), start, end)
    wrong = with_offset(start, {-6: -7, -7: -6}[own])
    confirm(wrong, services=["home"]).want(422, "offset_mismatch")


cases.run("UTC and the day's other offset, on a clock-change day", on_a_clock_change_day)
cases.run("UTC is the same instant; an offset not in use is refused", far_from_a_clock_change)

# ---- holds ----

shifted = 0


def held(day):
    body = {"datetime": at(day, "10:00"), "services": ["home"], "_inspectorId": "alice"}
    return online.post("/schedule/holds", body).want(201).json["hold"]


def let_pass(seconds):
    global shifted
    shifted += seconds
    server.set_shift(shifted)


def over_a_hold():
    day = next(days)
    hold = held(day)
    start, end = at(day, "10:00"), at(day, "13:00")
    overlapping(staff.book(booking(at(day, "12:00"))), kind="hold")
    busy(confirm(at(day, "12:00")), start, end)
    confirm(start, services=["home"], hold=hold["token"]).want(201)


def expired_and_taken():
    day = next(days)
    hold = held(day)
    let_pass(HOLD_S + 1)
    staff_books(at(day, "12:00"))
    answer = confirm(at(day, "10:00"), services=["home"], hold=hold["token"])
    busy(answer, at(day, "12:00"), at(day, "13:00"))


def expired_and_free():
    day = next(days)
    hold = held(day)
    let_pass(HOLD_S + 1)
    booked = confirm(at(day, "10:00"), services=["home"], hold=hold["token"]).want(201)
    number = booked.json["inspection"]["orderNumber"]
    log = staff.get(f"/inspection/{number}/changelog").want(200).body.decode()
    check("expired" in log, "the journal does not say that the hold had expired")


cases.run("a live hold keeps others out and lets its owner through", over_a_hold)
cases.run("an expired hold over time that staff took since is refused", expired_and_taken)
cases.run("an expired hold over time still free books, and the journal says so", expired_and_free)

# ---- status ----


def over_unconfirmed():
    day = next(days)
    staff_books(at(day, "10:00"), services=["home"], status="unconfirmed")
    busy(confirm(at(day, "11:00")), at(day, "10:00"), at(day, "13:00"))


def over_cancelled():
    day = next(days)
    record = staff_books(at(day, "10:00"), services=["home"])
    staff.post(f"/inspection/{record['orderNumber']}/cancel",
               {"version": record["version"]}).want(200)
    confirm(at(day, "11:00")).want(201)


cases.run("an unconfirmed order takes its time", over_unconfirmed)
cases.run("a cancelled order takes none", over_cancelled)

# ---- overlaps that were admitted ----


def open_conflicts(numbers):
    found = staff.get("/conflicts").want(200).json["conflicts"]
    return [c for c in found
            if {c["a"].get("orderNumber"), c["b"].get("orderNumber")} == set(numbers)]


def third_over(day, first, second):
    """first is 10:00-13:00, second 12:00-15:00."""
    same(len(open_conflicts([first, second])), 1, "open conflicts of the pair")
    overlapping(staff.book(booking(at(day, "12:00"))), first)
    overlapping(staff.book(booking(at(day, "10:00"))), first)
    overlapping(staff.book(booking(at(day, "14:00"))), second)
    overlapping(staff.book(booking(at(day, "10:00"), services=["long"])), second)
    confirm(at(day, "12:00")).want(409, "slot_taken")
    confirm(at(day, "15:00")).want(201)


def imported_overlap():
    day = next(days)
    pair = [order(2001, "alice", at(day, "10:00"), at(day, "13:00")),
            order(2002, "alice", at(day, "12:00"), at(day, "15:00"))]
    report = server.take({**company(inspectors=()), "inspectors": [], "inspections": pair})
    same(report["conflictsOpened"], 1, "conflicts opened")
    third_over(day, 2001, 2002)


def overridden_overlap():
    day = next(days)
    first = staff_books(at(day, "10:00"), services=["home"])["orderNumber"]
    over = booking(at(day, "12:00"), services=["home"])
    refused = overlapping(staff.book(over), first)
    same(refused.json["overridable"], True, "overridable")
    over["override"] = {"rules": ["overlap"], "reason": "two clients agreed to share"}
    plain_staff.book(over).want(403, "not_permitted")
    online.book(over, route="/spectora/create-job").want(403, "not_permitted")
    second = staff.book(over).want(201).json["inspection"]["orderNumber"]
    third_over(day, first, second)


cases.run("a third order over two that were imported overlapping is refused", imported_overlap)
cases.run("a third order over a staff override is refused", overridden_overlap)


# ---- a SQL shell ----

INTERVALS = [("10:30", "11:30"), ("09:00", "10:01"), ("12:59", "14:00"), ("09:00", "14:00")]


def refused_by_trigger(sql, statement, values):
    try:
        sql.execute("BEGIN IMMEDIATE")
        sql.execute(statement, values)
    except sqlite3.IntegrityError as e:
        check("overlap" in str(e), f"refused, but for another reason: {e}")
    else:
        raise Differs(f"the database took it: {statement} {values}")
    finally:
        sql.execute("ROLLBACK")


def raw_sql():
    """Beside the running server, with nothing in the way but the database."""
    day = next(days)
    staff_books(at(day, "10:00"), services=["home"])
    staff_books(at(day, "16:00"))
    stamp = lambda clock: int(instant(at(day, clock)).timestamp())
    sql = server.sql()
    columns = [row[1] for row in sql.execute("PRAGMA table_info(claim)")]
    find = "SELECT * FROM claim WHERE inspector_id = 'alice' AND starts_at = ?"
    other = dict(zip(columns, sql.execute(find, [stamp("16:00")]).fetchone()))
    marks = ", ".join("?" * len(columns))
    for start, end in INTERVALS:
        row = {**other, "ref": 2**52, "lock_group": 2**52, "owner": 2**52,
               "starts_at": stamp(start), "ends_at": stamp(end)}
        insert = f"INSERT INTO claim ({', '.join(columns)}) VALUES ({marks})"
        refused_by_trigger(sql, insert, list(row.values()))
        move = "UPDATE claim SET starts_at = ?, ends_at = ? WHERE company_id = ? AND ref = ?"
        refused_by_trigger(sql, move, [row["starts_at"], row["ends_at"], other["company_id"],
                                       other["ref"]])
    sql.close()


cases.run("the database refuses INSERT and UPDATE of an overlapping claim", raw_sql)

# ---- the race ----


class Racer(threading.Thread):
    """One client of the race. What it is to send is made before the barrier, so that after it
    nothing stands between the clients but the server."""
    ROUTES = {"staff": ["staff"], "online": ["online"], "hold": ["staff", "online"]}

    def __init__(self, number, barrier, plan):
        super().__init__(daemon=True)
        self.route = list(self.ROUTES)[number % 3]
        roles = self.ROUTES[self.route]
        self.role = roles[number // 3 % len(roles)]
        brand = "denver" if self.role == "online" else None
        self.client = server.client(self.role, brand=brand)
        self.barrier, self.plan = barrier, plan
        self.answer = self.trouble = None

    def raw(self, who, start):
        if self.route == "hold":
            body = {"datetime": start, "services": ["quick"], "_inspectorId": who}
            return self.client.bytes("POST", "/schedule/holds", body)
        route = "/inspection/book-job" if self.route == "staff" else "/spectora/create-job"
        return self.client.bytes("POST", route, booking(start, who))

    def run(self):
        try:
            for who, start in self.plan:
                raw = self.raw(who, start)
                self.client.wire.open()
                self.barrier.wait(PATIENCE_S)
                self.answer = self.client.wire.exchange(raw)
                self.barrier.wait(PATIENCE_S)
        except threading.BrokenBarrierError:
            pass
        except Exception as e:
            self.trouble = e
            self.barrier.abort()


def told_the_truth(racer, winner, start):
    end = (instant(start) + datetime.timedelta(hours=1)).isoformat()
    [conflict] = racer.answer.want(409, "slot_taken").json["conflicts"]
    same((conflict["datetime"], conflict["endtime"]), (start, end), "interval of the conflict")
    if racer.role == "online":
        same(sorted(conflict), ["datetime", "endtime", "kind"], "what an online key sees")
    elif "hold" in winner:
        same(conflict["kind"], "hold", "kind of the conflict")
    else:
        same(conflict["orderNumber"], winner["inspection"]["orderNumber"], "order in the way")


def judge(racers, who, start):
    winners = [r for r in racers if r.answer.status == 201]
    same(len(winners), 1, f"winners of {who} at {start}")
    winner = winners[0].answer.json
    for racer in racers:
        if racer is not winners[0]:
            told_the_truth(racer, winner, start)
    return winners[0]


def alternatives_are_bookable(racer, start):
    slot = racer.answer.json["alternatives"][0]
    client = Client(server.port, racer.client.secret)
    booked = client.book(booking(slot["datetime"], slot["_inspectorId"])).want(201)
    client.wire.close()
    record = booked.json["inspection"]
    staff.post(f"/inspection/{record['_id']}/cancel", {"version": record["version"]}).want(200)


def race():
    starts = [(f"racer{i % 4}", at(2 + i // 56, f"{6 + i // 4 % 14:02}:00"))
              for i in range(args.rounds)]
    random.Random(args.seed).shuffle(starts)
    barrier = threading.Barrier(args.clients + 1)
    racers = [Racer(i, barrier, starts) for i in range(args.clients)]
    for racer in racers:
        racer.start()
    won = dict.fromkeys(Racer.ROUTES, 0)
    began = time.monotonic()
    try:
        for i, (who, start) in enumerate(starts):
            barrier.wait(PATIENCE_S)
            barrier.wait(PATIENCE_S)
            winner = judge(racers, who, start)
            won[winner.route] += 1
            if winner.route == "hold":
                token = winner.answer.json["hold"]["token"]
                staff.delete(f"/schedule/holds/{token}").want(204)
            if i % 20 == 0:
                loser = next(r for r in racers if r is not winner and r.route != "hold")
                alternatives_are_bookable(loser, start)
    except threading.BrokenBarrierError:
        raise Differs(f"a client broke off: {[r.trouble for r in racers if r.trouble]}")
    finally:
        barrier.abort()
        for racer in racers:
            racer.join(PATIENCE_S)
    took = time.monotonic() - began
    print(f"# {args.rounds} rounds of {args.clients} in {took:.1f} s; won by {won}")
    check(args.rounds < 100 or all(won.values()), f"one route never won: {won}")


cases.run(f"{args.clients} clients race {args.rounds} times: one wins each time", race)
cases.run("after all of it check finds nothing", server.must_be_clean)
server.close()
cases.finish()
