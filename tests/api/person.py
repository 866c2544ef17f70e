"""One person's data: found however it is typed, exported, erased from the file, and the rest whole.
"""
import concurrent.futures as cf
from harness import *

args = options(__doc__.splitlines()[0])
cases = Cases()
ANN = {"name": "Annelore Quisenberry", "email": "annelore@quisenberry.example",
       "phone": "+1 (303) 555-0177"}
TRACES = (b"Quisenberry", b"quisenberry", b"555-0177", b"17 Wolverine Way", b"the green gate")


def body(day, who="alice", client=ANN, **more):
    return booking(at(day, "09:00"), who, client=client,
                   property={"address": "17 Wolverine Way", "lat": 39.7, "lng": -104.9},
                   notes="the green gate", **more)


def person(server, what, *words):
    code, out, err = server.cli("person", what, "--company", "frontrange", *words)
    return code, out, err


def good(server, what, *words):
    code, out, err = person(server, what, *words)
    same(code, 0, f"exit code of person {what} {words} ({err.strip()})")
    return json.loads(out)


def bad(server, *words, code, said):
    got, out, err = person(server, *words)
    same(got, code, f"exit code of person {words} ({err.strip()})")
    check(said in err, f"{said!r} is not in {err!r}")


def erase(server, *words):
    return good(server, "erase", "--reason", "asked for on paper", "--yes", "--json", *words)


def traces(server):
    """What stands of her in the bytes of the database, its log and its shared memory."""
    found = []
    for end in ("", "-wal", "-shm"):
        path = pathlib.Path(server.db + end)
        raw = path.read_bytes() if path.exists() else b""
        found += [(end or "file", trace) for trace in TRACES if trace in raw]
    return found


def numbers(answer, name="erased"):
    return [o.get("orderNumber", o.get("_inspectorId")) for o in answer[name]]


def old_order(number=7001, client=ANN, **more):
    return order(number, "bob", at(-9, "09:00"), at(-9, "12:00"), client=client,
                 property={"address": "17 Wolverine Way"}, notes="the green gate", **more)


class Place(Server):
    """A company with one order of Ann's behind and one of somebody else's."""

    def __init__(self, served=True, orders=None, words=()):
        super().__init__(args)
        other = order(7002, "bob", at(-8, "09:00"), at(-8, "12:00"))
        self.take(company(inspections=orders or [old_order(), other]))
        if served:
            self.start(*words)


def found_and_exported():
    with Place() as server:
        office = server.client("staff")
        number = office.book(body(3)).want(201).json["inspection"]["orderNumber"]
        for words in (["--email", "ANNELORE@Quisenberry.example "], ["--phone", "303.555.0177"],
                      ["--name", "annelore quisenberry"]):
            said = good(server, "export", *words)
            same(sorted(p["inspection"]["orderNumber"] for p in said["persons"]), [7001, number],
                 f"orders found by {words}")
            for held in said["persons"]:
                same(held["held"]["client"], ANN, "client")
                same(held["held"]["notes"], "the green gate", "notes")
                same(held["as"], "client", "as")
        said = good(server, "export", "--order", str(number))
        same(len(said["persons"]), 1, "persons of one order")
        code, out, err = person(server, "find", "--name", "Annelore Quisenberry")
        same(code, 0, err)
        check(f"order {number}" in out and "order 7001" in out and ANN["email"] in out, out)


def searched(server):
    found = server.client("staff").get("/inspections?q=quisenberry").want(200).json
    return [i["orderNumber"] for i in found["inspections"]]


def erased(served):
    def run():
        with Place(served) as server:
            check(traces(server), "there is nothing to be erased")
            before = json.loads(server.export())
            if served:
                same(searched(server), [7001], "what a search for her finds")
            said = erase(server, "--email", ANN["email"])
            same((numbers(said), said["kept"]), ([7001], []), "erased")
            same(traces(server), [], "traces of her")
            if served:
                same(searched(server), [], "what a search for her finds")
            server.must_be_clean()
            after = json.loads(server.export())
            mine = {o["orderNumber"]: o for o in before["inspections"]}[7001]
            for field in ("client", "notes"):
                del mine[field]
            del mine["property"]
            same(after, before, "export, but for her")
            bad(server, "find", "--email", ANN["email"], code=5, said="Nothing is held")
            same(good(server, "export", "--order", "7001")["persons"][0].get("erased"), True, "row")
            with server.sql() as db:
                seq, text = db.execute("SELECT seq, CAST(payload AS TEXT) FROM entry WHERE kind = "
                                       "'erase'").fetchone()
            entry = json.loads(text)
            same((entry["reason"], entry["by"]["role"], len(entry["erased"])),
                 ("asked for on paper", "admin", 1), "entry")
            if served:
                server.stop()
                same(traces(server), [], "traces of her once the server is gone")
    return run


def while_it_goes_on():
    """Beside bookings: the log is emptied too, as soon as nobody reads in it."""
    with Place() as server:
        office = server.client("staff")
        stop = threading.Event()
        booked = []

        def load():
            client = Client(server.port, office.secret)
            for n in range(5000):
                if stop.is_set():
                    return
                client.book(booking(at(10 + n // 14, f"{6 + n % 14:02}:00"), "carol")).want(201)
                booked.append(n)
        loader = Beside(load)
        eventually(lambda: len(booked) >= 20 or loader.fault, "bookings before")
        same(numbers(erase(server, "--name", ANN["name"])), [7001], "erased")
        after = len(booked) + 20
        eventually(lambda: len(booked) >= after or loader.fault, "bookings after")
        stop.set()
        loader.done()
        same(traces(server), [], "traces of her")
        server.must_be_clean()


def a_reader_in_the_way():
    """Who reads an old state keeps the log; it goes with a later commit."""
    with Place() as server:
        reader = server.sql()
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM person").fetchone()
        same(numbers(erase(server, "--name", ANN["name"])), [7001], "erased")
        reader.execute("COMMIT")
        reader.close()
        server.client("staff").book(booking(at(4, "09:00"))).want(201)
        same(traces(server), [], "traces of her")
        server.must_be_clean()


def ahead():
    with Place() as server:
        office = server.client("staff")
        got = office.book(body(3), key="ann").want(201)
        number = got.json["inspection"]["orderNumber"]
        said = erase(server, "--name", ANN["name"])
        same((numbers(said), numbers(said, "kept")), ([7001], [number]), "erased and kept")
        same(said["kept"][0]["why"], "the order lies ahead", "why")
        same(numbers(erase(server, "--name", ANN["name"]), "erased"), [], "a second time")
        office.post(f"/inspection/{number}/cancel", {"version": 1, "reason": "moved"}).want(200)
        same(numbers(erase(server, "--name", ANN["name"])), [number], "once it is cancelled")
        got = office.book(body(4), key="again").want(201)
        number = got.json["inspection"]["orderNumber"]
        same(numbers(erase(server, "--name", ANN["name"], "--ahead")), [number], "with --ahead")
        same(traces(server), [], "traces of her")
        # The time stays taken, and the key still finds its booking: at most once.
        overlapping(office.book(booking(at(4, "09:30"))), number)
        again = office.book(body(4), key="again")
        same((again.status, again.json["inspection"]["orderNumber"]), (201, number), "a repeat")
        check("client" not in again.json["inspection"], "the repeat names her")
        server.must_be_clean()


def replaced_since():
    """What an import replaced is found by her name, and by the order, and erased with the rest."""
    with Place() as server:
        server.take(company(inspections=[old_order(client={"name": "Somebody Else"})]))
        said = good(server, "export", "--email", ANN["email"])
        same([p.get("replacedSince") for p in said["persons"]], [True], "found by email")
        same(len(good(server, "export", "--order", "7001")["persons"]), 2, "found by order")
        same(numbers(erase(server, "--email", ANN["email"])), [7001], "erased")
        check("Somebody Else" in server.export(), "the one who took her place is gone")
        same([t for t in traces(server) if b"uisenberry" in t[1]], [], "traces of her")
        server.must_be_clean()


def agents():
    buyer = order(7002, "bob", at(-8, "09:00"), at(-8, "12:00"), agents=[{**ANN, "role": "buyer"}])
    with Place(orders=[old_order(), buyer]) as server:
        said = erase(server, "--email", ANN["email"])
        same((numbers(said), numbers(said, "kept")), ([7001], [7002]), "erased and kept")
        check("agent" in said["kept"][0]["why"], said)
        same(numbers(erase(server, "--email", ANN["email"], "--agents")), [7002], "with --agents")
        same(traces(server), [], "traces of her")
        server.must_be_clean()


def inspectors():
    with Place() as server:
        said = good(server, "export", "--name", "alice")
        same([(p["as"], p["_inspectorId"]) for p in said["persons"]], [("inspector", "alice")], "as")
        said = erase(server, "--name", "Alice")
        same((numbers(said), numbers(said, "kept")), ([], ["alice"]), "erased and kept")


def inspector_renamed():
    """Who has left is named otherwise in the document; what was replaced is erased."""
    with Place() as server:
        document = company()
        document["inspectors"][0].update(name=ANN["name"], email=ANN["email"])
        server.take(document)
        same(numbers(erase(server, "--email", ANN["email"]), "kept"), ["alice"], "kept")
        document["inspectors"][0].update(name="Inspector 1", email="office@example.com")
        server.take(document)
        erase(server, "--name", ANN["name"])
        same([t for t in traces(server) if b"uisenberry" in t[1]], [], "traces of her")
        server.must_be_clean()


def asked_first():
    with Place() as server:
        before = server.export()
        code, out, err = person(server, "erase", "--name", ANN["name"], "--reason", "x")
        same(code, 2, "exit code without --yes")
        check("Would be erased" in out and "order 7001" in out and "--yes" in err, (out, err))
        same(server.export(), before, "export")
        bad(server, "erase", "--reason", "x", "--yes", code=2, said="give one of")
        bad(server, "find", "--name", "a", "--order", "7001", code=2, said="give one of")
        bad(server, "find", "--email", "", code=2, said="give one of")
        bad(server, "find", "--phone", "none", code=2, said="says nothing")
        bad(server, "find", "--order", "1", code=5, said="Nothing is held")
        code, out, err = server.cli("person", "find", "--company", "nobody", "--name", "x")
        same(code, 5, f"another company ({err})")
        for role in ("admin", "staff"):  # only over the private socket
            client = server.client(role)
            client.post("/local/persons", {"name": "x"}).want(404, "not_found")
            client.post("/local/persons/erase", {"name": "x", "reason": "y"}).want(404, "not_found")


def told_of(client, after):
    """The erasing among the changes, and that nothing of her is said of it."""
    page = client.get(f"/changes?after={after}").want(200)
    check(not any(t in page.body for t in TRACES), "her data are in the changes")
    found = [c for c in page.json["changes"] if c["kind"] == "erase"]
    return [(c["what"], c["more"]) for c in found]


def in_the_changes():
    """An erasing names what it was about, as that stood then, to whoever may see it."""
    with Place() as server:
        admin, denver, boulder = (server.client("admin", **more)
                                  for more in ({}, {"brand": "denver"}, {"brand": "boulder"}))
        seq = admin.get("/changes").want(200).json["asOfSeq"]
        server.take(company(inspections=[old_order(client={**ANN, "name": "A. Quisenberry"})]))
        erase(server, "--email", ANN["email"])
        wanted = {"_id": "order-7001", "orderNumber": 7001, "version": 2, "status": "confirmed",
                  "brand": "denver"}
        same(told_of(admin, seq), [({"inspections": [wanted]}, False)], "what, once for both rows")
        server.take(company(inspections=[old_order(client={"name": "Later"}, status="cancelled")]))
        same(told_of(admin, seq), [({"inspections": [wanted]}, False)], "what, of then")
        same(told_of(denver, seq), [({"inspections": [wanted]}, False)], "what, to its brand")
        same(told_of(boulder, seq), [], "what, to another brand")

        document = company()
        document["inspectors"][0].update(name=ANN["name"], email=ANN["email"])
        server.take(document)
        document["inspectors"][0].update(name="Inspector 1", email="office@example.com")
        server.take(document)
        seq = admin.get("/changes?after=%d" % seq).want(200).json["asOfSeq"]
        erase(server, "--name", ANN["name"])
        row = {"_id": "alice", "kind": "inspector", "removed": False}
        same(told_of(admin, seq), [({"settings": [row]}, False)], "what, of an inspector")


SLOW_MS = 1000  # a commit takes so long: what is sent meanwhile waits, and is decided together
TRIES = 5  # on a slow machine a command comes when the commit is over


def waiting(server):
    """How many commands wait for the writer."""
    text = server.client_of_all.get("/metrics").want(200).body.decode()
    return int(next(l for l in text.splitlines() if l.startswith("interlock_queue_jobs ")).split()[1])


def at_once(server, *steps):
    """What each comes to: the first holds the writer up, and the others wait in this order. None:
    they came too late for that."""
    server.client_of_all = server.client("admin")
    with cf.ThreadPoolExecutor(len(steps)) as pool:
        futures = [pool.submit(steps[0])]
        time.sleep(SLOW_MS / 1000 / 8)
        together = True
        for n, step in enumerate(steps[1:], 1):
            futures.append(pool.submit(step))
            eventually(lambda: waiting(server) >= n or futures[0].done(), "a command in the queue")
            together = together and waiting(server) >= n
        results = [f.result(PATIENCE_S) for f in futures]
        return results if together else None


def retried(scenario):
    for _ in range(TRIES):
        if scenario():
            return
    check(False, f"too slow to wait together, {TRIES} times")


def nothing_left(server):
    code, out, err = person(server, "find", "--email", ANN["email"], "--json")
    left = [p for p in json.loads(out)["persons"] if "held" in p] if code == 0 else []
    same(left, [], "what is held of her after she was erased")
    same([t for t in traces(server) if b"uisenberry" in t[1]], [], "traces of her")
    server.must_be_clean()


def meets(*order_of):
    """An erasure and a change of her order that was read before it, decided in either order."""
    def scenario():
        with Place(words=("--sync-delay", str(SLOW_MS))) as server:
            secret = server.secret("staff")

            def amend(number, **fields):
                return Client(server.port, secret).patch(
                    f"/inspection/{number}", fields, headers=[("If-Match", '"v1"')])

            steps = {"hold up": lambda: amend(7002, notes="busy"),
                     "erase": lambda: erase(server, "--email", ANN["email"]),
                     "erase another": lambda: erase(server, "--order", "7002"),
                     "amend": lambda: amend(7001, notes="gate code 7")}
            said = at_once(server, *(steps[name] for name in order_of))
            nothing_left(server)
            if said is None:
                return False
            said = dict(zip(order_of, said))
            same(numbers(said["erase"])[:1], [7001], "erased")
            if order_of.index("erase") < order_of.index("amend"):
                said["amend"].want(412, "stale")
            else:
                said["amend"].want(200)
            return True
    return lambda: retried(scenario)


def amended_all_the_time():
    """An erasure that says so has erased whatever three people made of her order meanwhile."""
    with Place() as server:
        secret = server.secret("staff")
        stop = threading.Event()

        def load(who):
            client, n = Client(server.port, secret), 0
            while not stop.is_set():
                n += 1
                client.patch("/inspection/7001", {"notes": f"n{who}-{n}"},
                             headers=[("If-Match", "*")])
        loaders = [threading.Thread(target=load, args=(n,), daemon=True) for n in range(3)]
        for loader in loaders:
            loader.start()
        left = []
        for n in range(8):
            erase(server, "--email", ANN["email"])
            code, out, _ = person(server, "find", "--email", ANN["email"], "--json")
            left += [p for p in json.loads(out)["persons"] if "held" in p] if code == 0 else []
            server.client("admin").patch(
                "/inspection/7001", {"client": ANN, "property": {"address": "17 Wolverine Way"}},
                headers=[("If-Match", "*")])
        stop.set()
        for loader in loaders:
            loader.join(PATIENCE_S)
        same(len(left), 0, "rows held after they were erased")
        server.must_be_clean()


def made_meanwhile():
    """A new order of hers that was queued before the erasure is not missed by it."""
    with Place(words=("--sync-delay", str(SLOW_MS))) as server:
        secret = server.secret("staff")
        said = at_once(
            server,
            lambda: Client(server.port, secret).patch("/inspection/7002", {"notes": "busy"},
                                                      headers=[("If-Match", '"v1"')]).want(200),
            lambda: Client(server.port, secret).book(body(3)).want(201),
            lambda: erase(server, "--email", ANN["email"], "--ahead"))
        if said is None:
            return False
        number = said[1].json["inspection"]["orderNumber"]
        same(sorted(numbers(said[2])), sorted([7001, number]), "erased")
        nothing_left(server)
        return True


def words_that_cannot_be_kept():
    """An erasure whose words would stay behind is none; whatever else goes on, goes on."""
    many = [order(7100 + n, "bob", at(-30 - n, "09:00"), at(-30 - n, "12:00")) for n in range(300)]
    with Place(orders=[old_order(), *many]) as server:
        eventually(lambda: server.sql().execute("SELECT count(*) FROM search_block").fetchone()[0],
                   "a block of words")
        server.stop()
        with server.sql() as db:
            changed = db.execute("UPDATE search_part SET data = x'ffffffffff'").rowcount
        check(changed > 0, "no part was damaged")
        server.start("--sync-delay", str(SLOW_MS))
        secret = server.secret("staff")
        office = Client(server.port, secret)

        def amended():
            return Client(server.port, secret).patch(
                "/inspection/7001", {"client": {"name": "Somebody Else"}}, headers=[("If-Match", '"v1"')])

        said = at_once(server,
                       lambda: office.book(booking(at(3, "09:00"))),
                       lambda: person(server, "erase", "--email", ANN["email"], "--reason", "x",
                                      "--yes"),
                       lambda: Client(server.port, secret).book(booking(at(4, "09:00"))),
                       amended)
        if said is None:
            return False
        said[0].want(201)
        said[2].want(201)
        code, out, err = said[1]
        check(code == 1 and "words" in err, f"erase ends with {code}, {out!r}, {err!r}")
        check("words" in said[3].want(503, "state_diverged").json["detail"], said[3].body)
        code, out, err = server.cli("import", "-", document=company(
            inspections=[old_order(client={"name": "Somebody Else"})]))
        check(code != 0 and "words" in err, f"import ends with {code}, {out!r}, {err!r}")
        same([("held" in p) for p in good(server, "export", "--email", ANN["email"])["persons"]],
             [True], "rows of hers")
        check(any("block" in f for f in server.findings()), "the check does not name the block")
        server.stop()
        with server.sql() as db:
            db.execute("DELETE FROM search_part")
            db.execute("DELETE FROM search_block")
        server.start()
        same(numbers(erase(server, "--email", ANN["email"])), [7001], "erased")
        nothing_left(server)
        return True


def check_is_told():
    """A row emptied by hand is a finding, and so is one that an entry says is empty."""
    with Place(served=False) as server:
        with server.sql() as db:
            db.execute("UPDATE person SET salt = x'', data = x''")
        check(any("no entry says so" in f for f in server.findings()), server.findings())
    with Place(served=False) as server:
        with server.sql() as db:
            rows = db.execute("SELECT ref, salt, data FROM person").fetchall()
        erase(server, "--name", ANN["name"])
        server.must_be_clean()
        with server.sql() as db:
            for ref, salt, data in rows:
                db.execute("UPDATE person SET salt = ?, data = ? WHERE ref = ?", (salt, data, ref))
        check(any("was erased, and is stored" in f for f in server.findings()), server.findings())


cases.run("found by email, phone and name however typed, and exported", found_and_exported)
cases.run("erased beside a server: nothing is left in the bytes, the rest is as it was", erased(True))
cases.run("erased without a server", erased(False))
cases.run("erased while bookings go on", while_it_goes_on)
cases.run("erased while somebody reads an old state", a_reader_in_the_way)
cases.run("what an order ahead needs is kept unless asked for", ahead)
cases.run("what was replaced since is erased too", replaced_since)
cases.run("as another client's agent only if asked for", agents)
cases.run("an inspector is found, and kept", inspectors)
cases.run("an inspector who was renamed is erased", inspector_renamed)
cases.run("it is among the changes, without her", in_the_changes)
cases.run("a change in flight does not bring back what was erased", meets("hold up", "erase", "amend"))
cases.run("nor does one that is decided in a later batch",
          meets("hold up", "erase", "erase another", "amend"))
cases.run("what was changed before the erasure is erased with it", meets("hold up", "amend", "erase"))
cases.run("an order of hers that waited before the erasure is erased", retried, made_meanwhile)
cases.run("erased while her order is amended all the time", amended_all_the_time)
cases.run("no erasure whose words would stay in searches", retried, words_that_cannot_be_kept)
cases.run("it asks first, and knows whom", asked_first)
cases.run("the check tells an erased row from an emptied one", check_is_told)
cases.finish()
