"""Lists and searches of inspections, held against a model that reads nothing but what was sent.

The company has enough orders for small blocks and large ones; some change while they lie in a block.
"""
import random, re, unicodedata, urllib.parse
from harness import *

args = options(__doc__.splitlines()[0], seed=0)
cases = Cases()
server = Server(args).start()
seed = args.seed or random.randrange(1 << 31)
dice = random.Random(seed)
print(f"seed {seed}")
N = 9300  # one large block, several small ones, some in none
STREETS = ["Elm", "Kipling", "O'Neil", "Peña", "Łódź", "5th", "Lakewood"]
KINDS = ["Street", "St", "Avenue", "Ave.", "Boulevard", "Blvd", "Lane"]
NAMES = ["José", "Ann", "Zoë", "Björn", "Bo", "Annabel", "Núñez", "Müller", "Lee", "McKay", "Smith-Jones"]
WHO = ["alice", "bob", "carol"]
BRIEF = {"street": "st", "avenue": "ave", "boulevard": "blvd", "lane": "ln", "north": "n"}

# ---- the model ----


def fold(text):
    for letter, plain in (("ł", "l"), ("Ł", "l"), ("ß", "ss")):
        text = text.replace(letter, plain)
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return re.findall(r"[a-z0-9]+", plain.lower().replace(".", "").replace("'", ""))


def words_of(record):
    client = record.get("client", {})
    words = {str(record["orderNumber"])}
    for text in (record.get("property", {}).get("address", ""), client.get("name", "")):
        for word in fold(text):
            words |= {word, BRIEF.get(word, word)}
    digits = re.sub(r"\D", "", client.get("phone", ""))
    digits = digits[1:] if len(digits) == 11 else digits
    words |= {digits, digits[-7:], digits[-4:]} if digits else set()
    for external in record.get("externalIds", []):
        words |= set(fold(external["id"])) | {"".join(fold(external["id"]))}
    return words | ({client["email"].lower()} if client.get("email") else set())


def answers(record, q):
    words = words_of(record)
    chunks = [[c.lower()] if "@" in c else fold(c) for c in q.split()]
    return all(any(w.startswith(a) for w in words) or BRIEF.get(a) in words
               for chunk in chunks for a in chunk)


# ---- the company ----


def drawn(number):
    day, hour = dice.randrange(-900, 300), dice.randrange(8)
    start = f"{6 + 2 * hour:02}:00"
    end = f"{7 + 2 * hour:02}:00"
    status = dice.choice(["confirmed"] * 6 + ["completed"] * 6 + ["cancelled", "no_show", "unconfirmed"])
    record = order(number, dice.choice(WHO), at(day, start), at(day, end), status=status,
                   brand=dice.choice(["denver", "denver", "boulder"]))
    name = f"{dice.choice(NAMES)} {dice.choice(NAMES)}{dice.choice(['', ' Jr.'])}"
    record["client"] = {"name": name, "phone": f"+1 303 {dice.randrange(100, 999)} {number % 10000:04}",
                        "email": f"{fold(name)[0]}{number % 700}@Example.com"}
    record["property"] = {"address": f"{dice.randrange(1, 4000)} {dice.choice(['North ', '', ''])}"
                                     f"{dice.choice(STREETS)} {dice.choice(KINDS)}"}
    if number % 50 == 0:
        record["externalIds"] = [{"system": "spectora", "account": "denver", "id": f"Sp-{number}"}]
    return record


records = {n: drawn(n) for n in range(500001, 500001 + N)}


def ours(**more):
    document = company(settings={"horizonDays": 730}, **more)
    always = [["00:00", "24:00"]]
    document["inspectors"][0]["weekly"] = [{"day": day, "spans": always} for day in WEEK]
    return document


def imported():
    """In pieces, as a company would: the server keeps words between them."""
    listed = list(records.values())
    for at_row in range(0, N, 3100):
        server.take(ours(inspections=listed[at_row:at_row + 3100]))
    server.take(company("rival", inspections=[order(900001, "alice", at(5, "10:00"), at(5, "11:00"),
                                                    client={"name": "Ann Rival"})]))


def blocks(db):
    return db.execute("select last, first, n from search_block where company_id = 'frontrange' "
                      "order by last").fetchall()


def kept():
    """Waits until what is in no block is too little for one."""
    db = server.sql()

    def whole():
        found = blocks(db)
        rest = db.execute("select count(*) from inspection where company_id = 'frontrange' and ref > ?",
                          (found[-1][0] if found else 0,)).fetchone()[0]
        staff.get("/inspections?limit=1").want(200)
        return rest < 256 and found
    found = eventually(whole, "blocks of all but the newest inspections")
    db.close()
    return found


def refs():
    db = server.sql()
    found = dict(db.execute("select order_number, ref from inspection where company_id = 'frontrange'"))
    db.close()
    return found


# ---- asking ----


def page(client, **query):
    asked = urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})
    return client.get("/inspections?" + asked)


def all_pages(client, limit=None, between=None, **query):
    found, cursor = [], None
    for _ in range(10000):
        got = page(client, limit=limit, cursor=cursor, **query).want(200).json
        found += got["inspections"]
        check(len(got["inspections"]) <= (limit or 50), "a page is longer than its limit")
        cursor = got["next"]
        if cursor is None:
            return found
        if between:
            between()
    raise Differs("the pages do not end")


def start_of(record):
    return instant(record["datetime"])


def wanted(brand=None, **query):
    """What the model says, in order."""
    by_ref = refs()
    first = query.get("from"), query.get("to")
    rows = [r for r in records.values()
            if (not query.get("q") or answers(r, query["q"])) and
            (not query.get("status") or r["status"] == query["status"]) and
            (not query.get("_inspectorId") or r["_inspectorId"] == query["_inspectorId"]) and
            (not brand or r["brand"] == brand) and
            (not first[0] or r["datetime"][:10] >= first[0]) and
            (not first[1] or r["datetime"][:10] <= first[1])]
    if query.get("q"):
        rows.sort(key=lambda r: -by_ref[r["orderNumber"]])
    else:
        rows.sort(key=lambda r: (start_of(r), by_ref[r["orderNumber"]]),
                  reverse=query.get("order") != "time")
    return [r["orderNumber"] for r in rows]


def agrees(client, brand=None, limit=None, **query):
    got = [r["orderNumber"] for r in all_pages(client, limit, **query)]
    want = wanted(brand, **query)
    if got != want:
        lost, more = [n for n in want if n not in got], [n for n in got if n not in set(want)]
        raise Differs(f"{query}: {len(got)} instead of {len(want)}; lost {lost[:3]}, beside {more[:3]}"
                      f", in order: {sorted(got) == sorted(want)}")
    return len(got)


def question():
    record = records[500001 + dice.randrange(N)]
    client = {"phone": "+1 303 555 0000", "email": "nobody@example.com", **record["client"]}
    part = lambda text: text[:dice.randrange(1, len(text) + 1)]
    number, street = record["property"]["address"].split(" ", 1)
    return dice.choice([
        str(record["orderNumber"]), part(str(record["orderNumber"])), client["name"],
        part(client["name"].split()[0]), client["name"].upper(), client["email"],
        part(client["email"]) if dice.random() < .3 else client["email"][:4],
        re.sub(r"\D", "", client["phone"])[1:], client["phone"][-4:],
        record["property"]["address"], street, f"{number} {fold(street)[0]}",
        f"{client['name'].split()[0]} {fold(street)[0][:2]}", "boulevard", "lane kip", "nobody at all",
        f"sp-{500000 + 50 * dice.randrange(N // 50)}"])


def random_questions(n):
    hits = 0
    for _ in range(n):
        query = {"q": question()}
        if dice.random() < .3:
            query["status"] = dice.choice(["confirmed", "cancelled", "no_show"])
        if dice.random() < .2:
            query["_inspectorId"] = dice.choice(WHO)
        if dice.random() < .2:
            query["from"] = str(local_date(dice.randrange(-900, 0)))
        hits += agrees(staff, limit=dice.choice([None, 7, 200]), **query) > 0
    check(hits >= n // 6, f"only {hits} of {n} questions find anything")


def random_lists(n):
    for _ in range(n):
        day = dice.randrange(-900, 260)
        query = {"from": str(local_date(day)), "to": str(local_date(day + dice.choice([0, 3, 40])))}
        query["order"] = dice.choice(["time", "newest", None])
        if dice.random() < .5:
            query["status"] = dice.choice(["confirmed", "completed", "cancelled", "unconfirmed"])
        if dice.random() < .3:
            query["_inspectorId"] = dice.choice(WHO)
        agrees(staff, limit=dice.choice([None, 1, 13, 200]), **query)


def whole_lists():
    for query in ({}, {"order": "time"}, {"status": "no_show"}, {"status": "cancelled", "order": "time"},
                  {"status": "confirmed", "_inspectorId": "bob"}):
        agrees(staff, limit=200, **query)


def brands_are_walls():
    denver = server.client("staff", brand="denver")
    for query in ({"q": "jose"}, {"q": "kip blvd"}, {"status": "unconfirmed"},
                  {"from": str(local_date(-20)), "to": str(local_date(20))}):
        agrees(denver, brand="denver", limit=200, **query)
    theirs = next(r for r in records.values() if r["brand"] == "boulder")
    same(page(denver, q=theirs["orderNumber"]).want(200).json["inspections"], [], "of another brand")


def companies_are_walls():
    same([r["orderNumber"] for r in all_pages(rival, q="ann")], [900001], "of the other company")
    same(all_pages(staff, q="rival"), [], "of the other company")
    own = page(staff, q="ann", limit=2).want(200).json["next"]
    page(rival, q="ann", limit=2, cursor=own).want(422, "out_of_range")


def cursors_are_ours():
    denver = server.client("staff", brand="denver")
    got = page(staff, q="ann", limit=3).want(200).json
    cursor = got["next"]
    page(staff, q="ann", limit=5, cursor=cursor).want(200)
    for client, query in ((staff, {"q": "bob"}), (staff, {}), (staff, {"q": "ann", "status": "confirmed"}),
                          (denver, {"q": "ann"}), (rival, {"q": "ann"})):
        refused = page(client, cursor=cursor, **query).want(422, "out_of_range")
        same(refused.json["field"], "/cursor", "field")
    for at_byte in range(0, len(cursor), 5):
        other = "A" if cursor[at_byte] != "A" else "B"
        damaged = cursor[:at_byte] + other + cursor[at_byte + 1:]
        page(staff, q="ann", cursor=damaged).want(422, "out_of_range")
    for text in ("1", "x" * 400, cursor[:-1], cursor + "A", "%00"):
        page(staff, q="ann", cursor=text).want(422, "out_of_range")


def booked(day, time_of_day, **more):
    body = booking(at(day, time_of_day), "alice", **more)
    record = staff.book(body).want(201).json["inspection"]
    records[record["orderNumber"]] = record
    return record


def pages_stand_still():
    """What is booked between pages shows no order twice and loses none."""
    day = iter(range(390))
    for query in ({"q": "kip"}, {"order": "time"}, {}):
        before = set(wanted(**query))
        got = [r["orderNumber"] for r in all_pages(
            staff, limit=200, between=lambda: booked(310 + next(day), "10:00", property={
                "address": "1 Kipling Street"}), **query)]
        same(len(got), len(set(got)), "orders that are told once")
        check(before <= set(got), f"{query}: lost {sorted(before - set(got))[:5]}")


def amended(number, **body):
    record = staff.get(f"/inspection/{number}").want(200).json["inspection"]
    got = staff.patch(f"/inspection/{number}",
                      {**body, "version": record["version"]}).want(200).json["inspection"]
    records[number] = {**records[number], **{k: got[k] for k in ("client", "property")}}


def changes_are_found():
    """In a large block, a small one, and in none."""
    last = booked(305, "20:00", client={"name": "Before Change"})["orderNumber"]
    open_orders = [n for n, r in records.items() if n < last and
                   r["status"] in ("confirmed", "unconfirmed")]
    for number in (open_orders[0], open_orders[len(open_orders) // 2], open_orders[-1], last):
        old = records[number]["client"]["name"]
        fresh = "Quill" + "".join(dice.choice("bcdfgh") for _ in range(6))
        same(agrees(staff, q=fresh), 0, "nobody has that name yet")
        amended(number, client={"name": f"{fresh} Íñigo", "phone": "720 555 9876"},
                property={"address": f"9 {fresh} Plaza"})
        same(agrees(staff, q=f"{fresh} inigo"), 1, "the new name")
        agrees(staff, q=old)
        agrees(staff, q="720 555 9876")
        amended(number, client={"phone": None, "email": None})
        agrees(staff, q="720 555 9876")
    server.must_be_clean()


def an_import_changes_words():
    number = 500001 + N // 3
    records[number] = {**records[number], "client": {"name": "Imported Again"}}
    server.take(ours(inspections=[records[number]]))
    same(agrees(staff, q="imported again"), 1, "the new name")
    agrees(staff, q=str(number))
    server.must_be_clean()


def many_bookings_become_blocks():
    before = kept()
    for k in range(300):
        booked(310 + k, "23:00", services=["radon"], client={"name": f"Batch Nr{k}"})
    after = kept()
    check(len(after) > len(before), f"{after[-2:]}: no block was made")
    same(agrees(staff, q="batch", limit=200), 300, "of those")
    server.must_be_clean()


def damage_is_found():
    """Each hurts one row, is found, and is undone."""
    db = server.sql()
    part = ("select company_id, block, word, data from search_part where company_id = 'frontrange' "
            "order by block desc, word limit 1 offset 3")
    company_id, block, word, data = db.execute(part).fetchone()
    at_part = "where company_id = ? and block = ? and word = ?"
    hurts = [
        (f"delete from search_part {at_part}", "insert into search_part values (?, ?, ?, ?)"),
        (f"update search_part set data = x'00' {at_part}",
         "update search_part set data = ?4 where company_id = ?1 and block = ?2 and word = ?3"),
        (f"update search_part set data = cast(data || x'027a7a010a' as blob) {at_part}",
         "update search_part set data = ?4 where company_id = ?1 and block = ?2 and word = ?3")]
    for hurt, undo in hurts:
        db.execute(hurt, (company_id, block, word))
        found = server.findings()
        check(any("search" in f for f in found), f"{hurt}: {found}")
        check(not any(w in f for f in found for w in fold(word)), "a finding tells a word")
        db.execute(undo, (company_id, block, word, data))
    for hurt, undo in (("update search_block set n = n + 1 where last = ?",
                        "update search_block set n = n - 1 where last = ?"),
                       ("update search_block set first = first + 1 where last = ?",
                        "update search_block set first = first - 1 where last = ?"),
                       ("update search_part set block = block + 1 where block = ?",
                        "update search_part set block = block - 1 where block = ? + 1")):
        db.execute(hurt, (block,))
        check(any("search" in f for f in server.findings()), f"{hurt}: nothing is found")
        db.execute(undo, (block,))
    db.close()
    server.must_be_clean()


def what_is_erased_must_not_be_left():
    """A person emptied in the rows alone: the words that are left are found by check."""
    db = server.sql()
    ref = db.execute("select person from inspection where order_number = 500007").fetchone()[0]
    salt, data = db.execute("select salt, data from person where company_id = 'frontrange' and ref = ?",
                            (ref,)).fetchone()
    empty = "update person set salt = ?, data = ? where company_id = 'frontrange' and ref = ?"
    db.execute(empty, (b"", b"", ref))
    found = [f for f in server.findings() if "search" in f]
    check(found and "has a word that is none" in found[0], f"{found}")
    db.execute(empty, (salt, data, ref))
    db.close()
    server.must_be_clean()


def an_older_file_is_filled():
    """One without words, as migration 2 left it: it is found in all the while words are made."""
    same(server.stop(), 0, "exit code")
    db = server.sql()
    for sql in ("drop table search_block", "drop table search_part", "drop index inspection_status",
                "pragma user_version = 2"):
        db.execute(sql)
    db.close()
    server.start()
    global staff, rival
    staff = server.client("staff", override=True)
    agrees(staff, q=str(500001 + N // 2), limit=200)
    kept()
    random_questions(10)
    server.must_be_clean()


imported()
staff = server.client("staff", override=True)
rival = server.client("staff", name="rival")
cases.run("words are kept by themselves", kept)
cases.run("whole lists, from either end", whole_lists)
cases.run("60 questions find what the model finds", random_questions, 60)
cases.run("40 lists are the model's", random_lists, 40)
cases.run("brands are walls", brands_are_walls)
cases.run("companies are walls", companies_are_walls)
cases.run("a cursor goes on with its own list and no other", cursors_are_ours)
cases.run("pages stand still while others book", pages_stand_still)
cases.run("what is changed is found as it is", changes_are_found)
cases.run("an import changes words", an_import_changes_words)
cases.run("many bookings become blocks", many_bookings_become_blocks)
cases.run("40 questions again", random_questions, 40)
cases.run("damage is found", damage_is_found)
cases.run("what is erased must not be left in the words", what_is_erased_must_not_be_left)
cases.run("an older file is filled", an_older_file_is_filled)
cases.run("check finds nothing", server.must_be_clean)
server.close()
cases.finish()
