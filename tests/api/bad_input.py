"""Bad input: each line of cases/bad_input.cases is sent to a server and answered as it says.

After the table nothing has changed: the export is the one before it, and check is clean. The table
has lines for all that api/openapi.yaml says can be wrong (bad_input_cover.py).
"""
import re, uuid
from bad_input_cover import Row, missing, of_operations, operations
from harness import *

TABLE = pathlib.Path(__file__).parent.parent / "cases" / "bad_input.cases"
CLOCK = datetime.datetime.fromisoformat("2027-01-04T09:00:00-07:00")
ALWAYS = [["00:00", "24:00"]]
args = options(__doc__.splitlines()[0])
cases = Cases()
server = Server(args, shift=int(CLOCK.timestamp() - time.time()))


def on(text):
    return text + "-07:00"


def company_document():
    taken = order(5001, "alice", on("2027-02-02T10:00:00"), on("2027-02-02T13:00:00"),
                  property={"address": "1 Taken Road"})
    full = order(5002, "carol", on("2027-02-03T08:00:00"), on("2027-02-03T11:00:00"))
    moving = order(5003, "alice", on("2027-02-04T10:00:00"), on("2027-02-04T13:00:00"))
    other = order(5004, "alice", on("2027-02-05T10:00:00"), on("2027-02-05T13:00:00"))
    square = [[-105.2, 39.5], [-104.6, 39.5], [-104.6, 40.0], [-105.2, 40.0]]
    doc = company(inspections=[taken, full, moving, other], settings={"horizonDays": 365},
                  openings=[{"_id": "o1", "_inspectorId": "bob", "date": "2027-03-20",
                             "starts": ["09:00"]}],
                  holidays=[{"_id": "h1", "date": "2027-02-15", "name": "Closed"}],
                  areas=[{"_id": "metro", "name": "Metro", "polygon": square}])
    doc["inspectors"][0]["weekly"] = [{"day": day, "spans": ALWAYS} for day in WEEK]
    doc["inspectors"][2]["dailyMax"] = 1
    return doc


class PrivateWire(Wire):
    """The same over the private socket, where the machine's owner is."""

    def connect(self):
        unix = socket.socket(socket.AF_UNIX)
        unix.settimeout(PATIENCE_S)
        unix.connect(self.port)
        return unix


class World:
    """The company of the table, a key of every role, and the things that its {names} mean."""

    def __init__(self):
        server.start()
        server.take(company_document())
        server.take(company("rival"))
        self.secrets = {role: server.secret(role)
                        for role in ("admin", "staff", "inspector", "readonly")}
        self.secrets.update(override=server.secret("staff", override=True), none=None,
                            online=server.secret("online", brand="denver"),
                            other=server.secret("admin", name="rival"),
                            garbage="il_" + uuid.uuid4().hex, local=None)
        self.wire = Wire(server.port)
        self.local = PrivateWire(server.db + ".sock")
        staff = self.client("staff")
        hold = {"datetime": on("2027-02-11T09:00:00"), "services": ["quick"],
                "_inspectorId": "alice"}
        held = self.client("online").post("/schedule/holds", hold, key="used").want(201)
        staff.book(booking(on("2027-02-09T10:00:00"), "bob"), key="used").want(201)
        self.names = {"order": "5003", "hold": held.json["hold"]["token"],
                      "event": self.event(staff, "10"), "other_event": self.event(staff, "11"),
                      "vacation": self.vacation(staff, "16"),
                      "other_vacation": self.vacation(staff, "18")}

    def event(self, staff, day):
        body = {"type": "Event", "_inspectorId": "bob", "datetime": on(f"2027-02-{day}T09:00:00"),
                "endtime": on(f"2027-02-{day}T10:00:00")}
        return staff.post("/event", body).want(201).json["event"]["_id"]

    def vacation(self, staff, day):
        body = {"_inspectorId": "bob", "from": f"2027-02-{day}", "to": f"2027-02-{day}"}
        return staff.post("/vacation", body).want(201).json["vacation"]["_id"]

    def client(self, role):
        return Client(server.port, self.secrets[role])

    def fill(self, text):
        return re.sub(r"\{(\w+)\}", lambda m: self.names.get(m[1], m[0]), text)


class Request:
    """A request of the table, as its block has it and its line changes it."""

    def __init__(self, world, block):
        self.world = world
        self.method, path, self.role, *body = block.split(" ", 3)
        self.path, self.headers, self.idem, self.raw = world.fill(path), [], unique("idem"), None
        self.body = json.loads(world.fill(body[0])) if body else None
        self.has_type = self.body is not None

    def change(self, text):
        word, _, rest = text.partition(" ")
        if word.startswith("/"):
            self.set_field(word, rest)
        else:
            getattr(self, "set_" + word)(rest)

    def set_field(self, pointer, rest):
        *parents, name = pointer[1:].split("/")
        at_object = self.body
        for parent in parents:
            at_object = (at_object[int(parent)] if isinstance(at_object, list)
                         else at_object.setdefault(parent, {}))
        if rest == "absent":
            del at_object[name]
        else:
            value = re.sub(r'"x\*(\d+)"', lambda m: json.dumps("x" * int(m[1])), rest[2:])
            is_number = Number.PATTERN.fullmatch(value)
            at_object[name] = Number(value) if is_number else json.loads(value)

    def set_body(self, rest):
        repeat = re.fullmatch(r"(.)\*(\d+)", rest)
        if rest == "empty":
            self.raw = b""
        elif repeat:
            self.raw = repeat[1].encode() * int(repeat[2])
        else:
            self.raw = re.sub(rb"\\x(..)", lambda m: bytes.fromhex(m[1].decode()), rest.encode())
        self.has_type = self.raw != b""

    def set_header(self, rest):
        if rest.endswith(" absent"):
            same(rest, "Content-Type absent", "the header that can be left out")
            self.has_type = False
            return
        name, _, value = rest.partition(":")
        if name == "Content-Type":
            self.has_type = False
        self.headers.append((name, value.strip()))

    def set_key(self, rest):
        self.role = rest

    def set_path(self, rest):
        self.path = self.world.fill(rest)

    def set_method(self, rest):
        self.method = rest

    def set_idem(self, rest):
        repeat = re.fullmatch(r"(.)\*(\d+)", rest)
        self.idem = {"absent": None, "empty": ""}.get(
            rest, repeat[1] * int(repeat[2]) if repeat else rest)

    def send(self):
        raw = self.raw if self.raw is not None else Number.dump(self.body)
        lines = list(self.headers)
        secret = self.world.secrets[self.role]
        if secret is not None:
            lines.append(("Authorization", f"Bearer {secret}"))
        if self.method != "GET" and self.idem is not None:
            lines.append(("Idempotency-Key", self.idem))
        if self.has_type:
            lines.append(("Content-Type", "application/json"))
        wire = self.world.local if self.role == "local" else self.world.wire
        return wire.exchange(request_bytes(self.method, self.path, lines, raw),
                             self.method)


class Number(str):
    """A number as the table writes it: 1e400 must arrive as it stands there."""
    PATTERN = re.compile(r"-?[0-9][0-9.e+]*")

    @classmethod
    def dump(cls, value):
        if value is None:
            return b""
        numbers = []

        def hide(v):
            if isinstance(v, cls):
                numbers.append(v)
                return f"@number{len(numbers) - 1}@"
            if isinstance(v, dict):
                return {k: hide(x) for k, x in v.items()}
            return [hide(x) for x in v] if isinstance(v, list) else v
        text = json.dumps(hide(value))
        return re.sub(r'"@number(\d+)@"', lambda m: numbers[int(m[1])], text).encode()


def is_a_problem(answer, code):
    same(answer.header("Content-Type"), "application/problem+json", "content type")
    problem = answer.json
    for name, kind in [("type", str), ("title", str), ("status", int), ("detail", str),
                       ("code", str)]:
        check(isinstance(problem.get(name), kind), f"{name} is missing in {problem}")
    same(problem["status"], answer.status, "status in the body")
    check(problem["code"] in code.split(","),
          f"code {problem['code']} instead of {code}: {problem}")
    if answer.status == 401:
        check(answer.header("WWW-Authenticate") is not None, "no WWW-Authenticate")
    if answer.status == 405:
        check(answer.header("Allow") is not None, "no Allow")
    return problem


def one(world, block, changes, want):
    request = Request(world, block)
    for text in changes.split(" & "):
        request.change(text.strip())
    answer = request.send()
    status, code, *field = want.split()
    check(str(answer.status) in status.split(","),
          f"{answer.status} instead of {status} {code}: {answer.body[:300]!r}")
    if code == "-":
        return
    problem = is_a_problem(answer, code)
    if field:
        same(problem.get("field"), field[0], "field")


def blocks():
    block = None
    for line in TABLE.read_text().splitlines():
        if line.startswith("== "):
            block = line[3:]
        elif line and not line.startswith("#"):
            changes, want = line.rsplit(" -> ", 1)
            yield block, changes.strip(), want.strip()


def too_large_needs_no_body(world):
    """B5: the answer comes although not one byte of the body was sent."""
    wire = Wire(server.port)
    lines = [("Authorization", "Bearer " + world.secrets["staff"]),
             ("Content-Type", "application/json"), ("Idempotency-Key", unique("idem"))]
    raw = request_bytes("POST", "/inspection/book-job", lines, b"x" * 65537)[:-65537]
    is_a_problem(wire.exchange(raw).want(413, "too_large"), "too_large")


# Who may ask for what; every other role is refused with 403.
PERMITTED = [
    ("GET", "/schedule/optimal-slots?services=quick", "admin staff inspector readonly online"),
    ("GET", "/schedule/holds", "admin staff inspector readonly"),
    ("GET", "/schedule/holds/nothing", "admin staff inspector readonly online"),
    ("POST", "/schedule/holds", "admin staff online"),
    ("PATCH", "/schedule/holds/nothing", "admin staff online"),
    ("DELETE", "/schedule/holds/nothing", "admin staff online"),
    ("POST", "/inspection/book-job", "admin staff online"),
    ("POST", "/spectora/create-job", "admin staff online"),
    ("GET", "/inspection/nothing", "admin staff inspector readonly"),
    ("GET", "/inspection/nothing/changelog", "admin staff inspector readonly"),
    ("POST", "/inspection/nothing/reschedule", "admin staff"),
    ("PATCH", "/inspection/nothing", "admin staff"),
    ("POST", "/inspection/nothing/reassign", "admin staff"),
    ("POST", "/reassignments", "admin staff"),
    ("POST", "/inspection/nothing/confirm", "admin staff"),
    ("POST", "/inspection/nothing/complete", "admin staff inspector"),
    ("POST", "/inspection/nothing/no-show", "admin staff inspector"),
    ("POST", "/inspection/nothing/restore", "admin staff"),
    ("POST", "/inspection/nothing/lock", "admin staff"),
    ("POST", "/inspection/nothing/unlock", "admin staff"),
    ("PATCH", "/event/nothing", "admin staff"), ("PATCH", "/vacation/nothing", "admin staff"),
    ("POST", "/conflicts/c1/acknowledge", "admin staff"),
    ("POST", "/conflicts/c1/resolve", "admin staff"),
    ("GET", "/schedule/why?services=quick&_inspectorId=alice&datetime=2027-02-01T10:00:00",
     "admin staff inspector readonly"),
    ("POST", "/inspection/nothing/cancel", "admin staff"),
    ("POST", "/event", "admin staff"), ("DELETE", "/event/nothing", "admin staff"),
    ("POST", "/vacation", "admin staff"), ("DELETE", "/vacation/nothing", "admin staff"),
    ("GET", "/conflicts", "admin staff inspector readonly"),
    ("GET", "/changes", "admin staff inspector readonly"),
    ("GET", "/stream?after=x", "admin staff inspector readonly"), ("GET", "/metrics", "admin"),
    ("GET", "/settings/company", "admin staff"), ("GET", "/settings/services", "admin staff"),
    ("GET", "/settings/services/quick", "admin staff"),
    ("POST", "/settings/services", "admin"), ("PUT", "/settings/services/quick", "admin"),
    ("PATCH", "/settings/services/quick", "admin"), ("DELETE", "/settings/services/quick", "admin"),
    ("PUT", "/settings/company", "admin"), ("PATCH", "/settings/company", "admin"),
    ("GET", "/calendar", "admin staff inspector readonly"),
    ("GET", "/schedule/capacity?services=quick", "admin staff inspector readonly"),
    ("POST", "/schedule/check", "admin staff inspector readonly"),
    ("GET", "/inspections", "admin staff inspector readonly"),
    ("GET", "/unplaced", "admin staff inspector readonly"),
    ("GET", "/brand/public", "admin staff inspector readonly online"),
    ("GET", "/services", "admin staff inspector readonly online"),
    ("GET", "/keys", "admin"), ("GET", "/keys/nothing", "admin"),
    ("POST", "/keys/nothing/revoke", "admin"), ("POST", "/keys/nothing/rotate", "admin")]


def permitted(world, method, path, roles):
    for role in ("admin", "staff", "inspector", "readonly", "online"):
        body = {} if method != "GET" else None
        answer = world.client(role).ask(method, path, body)
        if role in roles.split():
            check(answer.status in (200, 404, 422, 428), f"{role}: {answer.status} {answer.code}")
        else:
            check((answer.status, answer.code) == (403, "not_permitted"),
                  f"{role}: {answer.status} {answer.code} instead of 403")
    for role in ("none", "garbage"):
        world.client(role).ask(method, path, body).want(401, "unauthorized")


def covered(operation, rows):
    same(missing(operation, rows), [], "what the table leaves out")


def roles_are_published(listed):
    """Each operation that needs a key stands in PERMITTED, with the roles that are published."""
    rows = [Row(f"{method} {path} staff", "", "- -") for method, path, _ in PERMITTED]
    roles = dict(zip(rows, [set(row[2].split()) for row in PERMITTED]))
    for operation, of_it in of_operations(listed, rows).items():
        if operation.roles and not operation.is_planned:
            same([roles[row] for row in of_it], [set(operation.roles)] * max(len(of_it), 1),
                 f"roles of {operation.name}")


listed = operations()
for operation, rows in of_operations(listed, [Row(*line) for line in blocks()]).items():
    cases.run(f"{operation.name} is covered", covered, operation, rows)
cases.run("roles are those that are published", roles_are_published, listed)
world = World()
before = {name: server.export(name) for name in ("frontrange", "rival")}
for block, changes, want in blocks():
    name = " ".join(block.split(" ")[:2])
    short = changes if len(changes) < 120 else changes[:117] + "..."
    cases.run(f"{name}: {short} -> {want}", one, world, block, changes, want)
cases.run("a body that is too large is refused before it is read", too_large_needs_no_body, world)
for row in PERMITTED:
    cases.run(f"roles of {row[0]} {row[1]}", permitted, world, *row)
for name, document in before.items():
    cases.run(f"nothing is left of it all: the export of {name} is the one before",
              lambda: unchanged(server.export(name), document))
cases.run("check finds nothing", server.must_be_clean)
cases.run("the server ends well", lambda: same(server.stop(), 0, "exit code"))
server.close()
cases.finish()
