"""What happens, told: /changes and /stream.

 1  /changes is the journal in order; it names things and shows nothing of them.
 2  A stream tells each change once and in order, whatever becomes of its connection and however many
    book beside it; what can no longer be told is a resync, never a gap.
 3  A stream ends with its key and with the server, at once. Whoever does not read holds up nobody.
"""
import random, resource, threading
from harness import *
from listening import Ended, Stream

BACKLOG_MAX = 10000  # STREAM_BACKLOG_MAX in src/api/streams.h
PER_KEY_MAX = 100
STREAMS_MAX = 1000
BEAT_S = 15
args = options(__doc__.splitlines()[0])
cases = Cases()
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
server = Server(args).start()
server.take(company())
server.take(company("rival"))
secrets = {role: server.secret(role) for role in ("admin", "staff", "readonly")}
denver_secret = server.secret("admin", brand="denver")
staff = Client(server.port, secrets["staff"])
slots = itertools.count()  # each booking has an hour of its own


def book(by, **more):
    n = next(slots)
    who = ("alice", "bob", "carol")[n % 3]
    day, hour = 3 + n // 3 // 14, 6 + n // 3 % 14
    return by.book(booking(at(day, f"{hour:02}:00"), who, **more)).want(201)


def stream(secret=None, **more):
    return Stream(server.port, secret or secrets["staff"], **more)


def newest():
    return staff.get("/changes?after=0&limit=1").want(200).json["asOfSeq"]


def changes_after(client, after, limit=100):
    """All of them, page by page."""
    found = []
    while True:
        page = client.get(f"/changes?after={after}&limit={limit}").want(200).json
        found += page["changes"]
        if page["next"] == page["asOfSeq"]:
            return found
        check(page["next"] > after, f"next {page['next']} after {after} of {page['asOfSeq']}")
        after = page["next"]


# ---- /changes ----


def whole_journal(limit):
    seqs = [c["seq"] for c in changes_after(staff, 0, limit)]
    same(seqs, list(range(1, newest() + 1)), "seqs")


def names_and_shows_nothing():
    before = newest()
    made = book(staff, client={"name": "Zacharias Secret", "email": "zacharias@example.com"},
                notes="code 9911").json["inspection"]
    change = changes_after(staff, before)[0]
    same(change["what"], {"inspections": [{"_id": made["_id"], "orderNumber": made["orderNumber"],
                                           "version": 1, "status": "confirmed",
                                           "brand": "denver"}]}, "what")
    token = staff.post("/schedule/holds", {"datetime": at(200, "10:00"), "services": ["quick"],
                                           "_inspectorId": "bob"}).want(201).json["hold"]
    text = staff.get("/changes?limit=500").want(200).body.decode()
    check(token["_id"] in text, "the hold is not named")
    for word in ("Zacharias", "zacharias", "9911", token["token"], secrets["staff"], "Main Street"):
        check(word not in text, f"{word} is shown")


def of_each_kind():
    """A life of an order and of its neighbours, as changes."""
    before = newest()
    made = book(staff).json["inspection"]
    staff.post(f"/inspection/{made['_id']}/cancel", {"version": 1}).want(200)
    event = {"type": "Block", "_inspectorId": "bob", "datetime": at(300, "10:00"),
             "endtime": at(300, "11:00")}
    block = staff.post("/event", event).want(201).json["event"]
    staff.delete(f"/event/{block['_id']}", {"version": 1}).want(204)
    days = {"_inspectorId": "bob", "from": str(local_date(301)), "to": str(local_date(301))}
    staff.post("/vacation", days).want(201)
    told = [(c["kind"], sorted(c["what"])) for c in changes_after(staff, before)]
    same(told, [("book", ["inspections"]), ("cancel", ["inspections"]),
                ("add_absence", ["events"]), ("remove_absence", ["events"]),
                ("add_absence", ["vacations"])], "changes")


def brand_sees_its_own():
    client, before = Client(server.port, denver_secret), newest()
    mine = book(staff).json["inspection"]["_id"]
    book(staff, brand="boulder")
    staff.post("/schedule/holds", {"datetime": at(201, "10:00"), "services": ["quick"],
                                   "_inspectorId": "bob", "brand": "boulder"}).want(201)
    told = changes_after(client, before)
    same([i["_id"] for c in told for i in c["what"]["inspections"]], [mine], "inspections")
    same(len(told), 1, "changes")
    page = client.get(f"/changes?after={before}").want(200).json
    same((page["next"], page["asOfSeq"]), (before + 3, before + 3), "next and asOfSeq")
    whole = client.get("/changes?limit=500").want(200).body.decode()
    check("boulder" not in whole, "the other brand is named")


# ---- /stream ----


def told_at_once():
    with stream() as s:
        at_seq = s.event("open").json["asOfSeq"]
        began = time.monotonic()
        made = book(staff).json
        change = s.event("change")
        check(time.monotonic() - began < 1, "it took more than a second")
        same((change.id, change.json["seq"]), (made["seq"], made["seq"]), "id and seq")
        same([change.json], changes_after(staff, at_seq), "the change")


def resumes():
    with stream() as s:
        s.event("open")
        first = book(staff).json["seq"]
        same(s.event("change").id, first, "id")
    missed = [book(staff).json["seq"] for _ in range(40)]
    with stream(id=s.id) as s:
        same(s.event("open").id, first, "the place")
        same([s.event("change").id for _ in missed], missed, "what was missed")
        s.quiet(0.2)
    with stream(target=f"/stream?after={first}") as s:
        s.event("open")
        same([s.event("change").id for _ in missed], missed, "the same by `after`")
    with stream(id=missed[-2], target=f"/stream?after={first}") as s:
        s.event("open")
        same(s.event("change").id, missed[-1], "Last-Event-ID comes before `after`")


class Listener(threading.Thread):
    """Listens, hangs up at random and comes back with its last id, until it was told `last`."""

    def __init__(self, seed, last):
        super().__init__(daemon=True)
        self.rng, self.last, self.seqs, self.fault = random.Random(seed), last, [], None
        self.id = self.first = newest()
        self.visits = 0

    def run(self):
        try:
            while self.id < self.last.get("seq", 1 << 60):
                self.visit()
        except Exception as e:
            self.fault = e

    def visit(self):
        self.visits += 1
        until = time.monotonic() + self.rng.uniform(0, 0.05)
        with stream(id=self.id) as s:
            while time.monotonic() < until:
                event = s.next(0.05)
                if event is None or event.name is None:
                    continue
                check(event.name in ("open", "change"), event.name)
                if event.name == "change":
                    self.seqs.append(event.json["seq"])
                self.id = s.id


def nothing_lost_nothing_twice():
    seed, last = random.randrange(1 << 30), {}
    listeners = [Listener(seed + i, last) for i in range(6)]
    for thread in listeners:
        thread.start()
    with stream() as steady:
        steady.event("open")

        def bookings(client):
            for _ in range(60):
                book(client)
        for writer in [Beside(bookings, Client(server.port, secrets["staff"])) for _ in range(4)]:
            writer.done()
        last["seq"] = newest()
        for thread in listeners:
            thread.join(PATIENCE_S)
            check(not thread.is_alive(), f"a listener hangs (seed {seed})")
            check(thread.fault is None, f"{thread.fault!r} (seed {seed})")
            same(thread.seqs, list(range(thread.first + 1, last["seq"] + 1)), f"seqs (seed {seed})")
        check(all(t.visits > 1 for t in listeners), "one did not hang up")
        told = [steady.event("change").json["seq"] for _ in range(240)]
        same(told, list(range(told[0], told[0] + 240)), "the steady one's seqs")


def resyncs(id):
    with stream(id=id) as s:
        now = newest()
        event = s.event("resync")
        same((event.id, event.json), (now, {"asOfSeq": now}), "resync")
        seq = book(staff).json["seq"]
        same(s.event("change").id, seq, "the change after it")


def too_old():
    """One more than the limit is too old; the limit itself is not."""
    event = {"type": "Event", "_inspectorId": "bob", "datetime": at(350, "10:00"),
             "endtime": at(350, "11:00")}

    def fill(client, n):
        for _ in range(n):
            client.post("/event", event).want(201)
    need = BACKLOG_MAX + 1 - newest()
    for writer in [Beside(fill, Client(server.port, secrets["staff"]), need // 16 + 1)
                   for _ in range(16)]:
        writer.done()
    now = newest()
    check(now > BACKLOG_MAX, f"only {now} entries")
    with stream(id=now - BACKLOG_MAX) as s:
        s.event("open")
        same(s.event("change").id, now - BACKLOG_MAX + 1, "the oldest that is told")
    with stream(id=now - BACKLOG_MAX - 1) as s:
        same(s.event("resync").id, now, "resync")


def brand_stream():
    with stream(denver_secret) as s:
        start = s.event("open").id
        book(staff, brand="boulder")
        event = s.next()
        while event and event.comment:
            event = s.next()
        same((event and event.name, s.id), (None, start + 1), "the place moves past what is not seen")
        mine = book(staff).json["seq"]
        same(s.event("change").id, mine, "its own")


def of_this_company_alone():
    other = server.secret("staff", name="rival")
    with stream() as ours, Stream(server.port, other) as theirs:
        ours.event("open")
        theirs.event("open")
        made = Client(server.port, other).book(booking(at(9, "10:00"))).want(201).json["seq"]
        same(theirs.event("change").id, made, "theirs")
        ours.quiet(0.3)


# ---- keys, limits, slow readers, the end ----


def key_ids(name):
    listed = json.loads(server.run("key", "list", "--json", "--company", "frontrange"))["keys"]
    return [k["_id"] for k in listed if k["name"] == name and k["state"] == "valid"]


def ends_well(s, within):
    s.event("end", within)
    try:
        s.next(1)
    except Ended:
        return
    raise Differs("the stream goes on")


def ends_with_its_key():
    secret = server.secret("inspector")
    with stream(secret) as s, stream() as other:
        s.event("open")
        other.event("open")
        server.run("key", "revoke", key_ids("inspector")[0], "--company", "frontrange")
        ends_well(s, 1)
        same(stream(secret).head()[0], 401, "another try")
        other.event("change")
        seq = book(staff).json["seq"]
        same(other.event("change").id, seq, "other keys' streams go on")


def ends_with_the_grace():
    secret = server.secret("inspector")
    with stream(secret) as s:
        s.event("open")
        fresh = server.run("key", "rotate", key_ids("inspector")[0], "--grace", "2", "--company",
                           "frontrange").strip()
        s.event("change")
        with stream(fresh) as renewed:
            renewed.event("open")
        seq = book(staff).json["seq"]
        same(s.event("change").id, seq, "still told")
        ends_well(s, 5)


def refused(s, status, code):
    with s:
        got, problem = s.head()
        same((got, problem and problem["code"]), (status, code), "the answer")
        check("stream" in problem["detail"], problem["detail"])


def limit_of_a_key():
    secret = server.secret("readonly")
    open_ones = [stream(secret) for _ in range(PER_KEY_MAX)]
    for s in open_ones:
        s.event("open")
    refused(stream(secret), 429, "rate_limited")
    with stream() as s:
        s.event("open")
    open_ones.pop().close()
    until = time.monotonic() + 2 * BEAT_S + 5
    while time.monotonic() < until:  # who hangs up in silence is missed with the next beat
        book(staff)
        with stream(secret) as s:
            if s.head()[0] == 200:
                break
        time.sleep(0.1)
    else:
        raise Differs("the place of one that hung up is not given away")
    for s in open_ones:
        s.close()


def limit_of_all():
    many = [server.secret("readonly") for _ in range(STREAMS_MAX // PER_KEY_MAX + 1)]
    open_ones, full = [], None
    for i in range(STREAMS_MAX + 1):
        s = stream(many[i // PER_KEY_MAX])
        if s.head()[0] != 200:
            full = s
            break
        open_ones.append(s)
    check(full is not None, f"{len(open_ones)} streams are open")
    check(len(open_ones) >= STREAMS_MAX - 2, f"only {len(open_ones)} streams")
    full.close()
    refused(stream(many[-1]), 503, "overloaded")
    for s in open_ones:
        s.event("open")
    began = time.monotonic()
    seq = book(staff).json["seq"]
    same({s.event("change").id for s in open_ones[-300:]}, {seq}, "ids")
    check(time.monotonic() - began < 2, "it took long")
    for s in open_ones:
        s.close()


def memory_kb():
    text = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0])


def queued(open_ones):
    """Bytes that the kernel keeps for each, at the server's end."""
    ports = {s.socket.getsockname()[1] for s in open_ones}
    found = []
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, near, far, _, queues, *_ = line.split()
        near, far = (int(end.split(":")[1], 16) for end in (near, far))
        if near == server.port and far in ports:
            found.append(int(queues.split(":")[0], 16))
    return found


def slow_reader_holds_up_nobody():
    now = newest()
    lazy = [stream(id=now - 3000, receive_bytes=4096) for _ in range(20)]
    eventually(lambda: min(queued(lazy), default=0) > 8 * 1024, "full sockets")
    before = memory_kb()
    times = []
    with stream() as s:
        s.event("open")
        for _ in range(300):
            began = time.monotonic()
            seq = book(staff).json["seq"]
            same(s.event("change").id, seq, "id")
            times.append(time.monotonic() - began)
    times.sort()  # one may be slow on a busy machine; a lazy reader in the way is so for 30 s
    check(times[len(times) // 2] < 0.5 and times[-1] < 10, f"{times[-3:]} seconds")
    grown = memory_kb() - before
    check(grown < 8 * 1024, f"the server grew by {grown} KB")
    full = queued(lazy)
    same(len(full), len(lazy), "sockets")
    check(min(full) > 8 * 1024 and max(full) < 256 * 1024, f"{full} bytes wait in the sockets")
    lazy[0].event("open")
    told = [lazy[0].event("change").json["seq"] for _ in range(3300)]  # 150 bytes and more each
    same(told, list(range(now - 2999, now + 301)), "what the lazy one reads at last")
    for s in lazy:
        s.close()


def head_is_no_stream():
    lines = [("Authorization", f"Bearer {secrets['staff']}")]
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE_S) as tcp:
        tcp.sendall(request_bytes("HEAD", "/stream", lines, b""))
        raw = b""
        while part := tcp.recv(65536):  # the server ends the connection
            raw += part
    head, rest = raw.lower().split(b"\r\n\r\n", 1)
    check(head.startswith(b"http/1.1 200"), head)
    for line in (b"content-type: text/event-stream", b"connection: close"):
        check(line in head.split(b"\r\n"), f"{line} is not in {head}")
    check(b"retry" not in rest, "the stream has begun")


def beats(quiet_one, opened):
    left = opened + BEAT_S + 5 - time.monotonic()
    while left > 0:
        event = quiet_one.next(left)
        if event is not None and event.comment:
            return
        left = opened + BEAT_S + 5 - time.monotonic()
    raise Differs("no comment came")


def ends_with_the_server():
    idle = [stream() for _ in range(50)]
    for s in idle:
        s.event("open")
    lazy = stream(id=newest() - 5000, receive_bytes=4096)
    eventually(lambda: min(queued([lazy]), default=0) > 8 * 1024, "a full socket")
    began = time.monotonic()
    same(server.stop(), 0, "exit code")
    check(time.monotonic() - began < 3, f"it took {time.monotonic() - began:.1f} s")
    for s in idle:
        try:
            s.next(1)
        except Ended:
            continue
        raise Differs("a stream had no end")
    lazy.close()
    server.start()
    staff.wire = Wire(server.port)


quiet_one = Stream(server.port, server.secret("staff", name="rival"))
quiet_one.event("open")
opened = time.monotonic()
for limit in (1, 7, 500):
    cases.run(f"/changes is the whole journal, {limit} a page", whole_journal, limit)
cases.run("/changes names and shows nothing", names_and_shows_nothing)
cases.run("/changes has each kind", of_each_kind)
cases.run("/changes of a brand", brand_sees_its_own)
cases.run("/changes that are to come", lambda: staff.get(
    f"/changes?after={newest() + 1}").want(422, "out_of_range"))
cases.run("a booking is told within a second", told_at_once)
cases.run("a stream resumes", resumes)
cases.run("nothing is lost or told twice beside bookings", nothing_lost_nothing_twice)
cases.run("an id to come is a resync", resyncs, 99999999)
cases.run("an id that is none is a resync", resyncs, "abc")
cases.run("a stream of a brand", brand_stream)
cases.run("a stream is of one company", of_this_company_alone)
cases.run("HEAD is no stream", head_is_no_stream)
cases.run("a stream ends with its key", ends_with_its_key)
cases.run("a stream ends when its key's grace is over", ends_with_the_grace)
cases.run("a quiet stream has comments", beats, quiet_one, opened)
cases.run("streams of a key have a limit", limit_of_a_key)
cases.run("streams have a limit", limit_of_all)
cases.run("an id that is too old is a resync", too_old)
cases.run("who does not read holds up nobody", slow_reader_holds_up_nobody)
cases.run("streams end with the server", ends_with_the_server)
cases.run("check finds nothing", server.must_be_clean)
cases.run("the server ends well", lambda: same(server.stop(), 0, "exit code"))
server.close()
cases.finish()
