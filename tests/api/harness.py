"""What the scripts beside this file share: a server of their own, companies, keys, requests, cases.

 1  Nothing is mocked: `interlock serve` runs on port 0 in a temporary directory, keys come from the
    command line, requests go over kept TCP connections as bytes.
 2  Documents are built relative to today, so that the scripts mean the same on every date.
 3  A script prints one line per case and ends with the counts; its exit code says the same.
"""
import argparse, atexit, datetime, itertools, json, os, pathlib, select, shutil, signal, socket
import sqlite3, struct, subprocess, sys, tempfile, threading, time, zoneinfo

ZONE = "America/Denver"
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
PATIENCE_S = 30  # how long anything may take before it counts as a hang

# ---- cases ----


class Differs(Exception):
    """What was seen is not what the contract says."""


def check(condition, words):
    if not condition:
        raise Differs(words)


def same(got, want, what):
    check(got == want, f"{what}: {got!r} instead of {want!r}")


def eventually(question, words):
    """The answer, as soon as it is true of what others are doing meanwhile."""
    until = time.monotonic() + PATIENCE_S
    while not (answer := question()):
        check(time.monotonic() < until, f"{words} did not come within {PATIENCE_S} s")
        time.sleep(0.01)
    return answer


class Beside(threading.Thread):
    """Does something beside the case; what went wrong with it is the case's fault, see done()."""

    def __init__(self, function, *args):
        super().__init__(daemon=True)
        self.function, self.args, self.fault = function, args, None
        self.start()

    def run(self):
        try:
            self.function(*self.args)
        except Exception as e:
            self.fault = e

    def done(self):
        """Waits for its end."""
        self.join(PATIENCE_S)
        check(self.fault is None, f"beside it: {self.fault!r}")
        check(not self.is_alive(), "what goes on beside it hangs")


def unchanged(now, before):
    """Two long texts that must be equal: says where they part."""
    at = next((i for i, (a, b) in enumerate(zip(now, before)) if a != b),
              min(len(now), len(before)))
    check(now == before, f"at {at}: ...{now[at - 60:at + 200]!r}... was {before[at:at + 60]!r}")


class Cases:
    def __init__(self):
        self.passed = self.failed = 0

    def run(self, name, function, *args):
        try:
            function(*args)
        except Exception as e:  # a case must not take the others with it
            self.failed += 1
            kind = "" if isinstance(e, Differs) else f"{type(e).__name__}: "
            print(f"FAILED {name}: {kind}{e}", flush=True)
        else:
            self.passed += 1
            print(f"ok {name}", flush=True)

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed else 0)


def options(description, **more):
    """The options every script has, and `name=default` for those of its own."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--interlock", required=True, help="the program under test")
    parser.add_argument("--clock-shift", required=True, help="the library of clock_shift.c")
    for name, default in more.items():
        parser.add_argument("--" + name, type=type(default), default=default)
    args = parser.parse_args()
    args.interlock = os.path.abspath(args.interlock)
    args.clock_shift = os.path.abspath(args.clock_shift)
    return args


# ---- time ----


TODAY = datetime.datetime.now(zoneinfo.ZoneInfo(ZONE)).date()  # also when midnight passes


def local_date(days):
    return TODAY + datetime.timedelta(days=days)


def at(day, clock, zone=ZONE):
    """The instant of a wall time: day is a date or a number of days from today."""
    date = local_date(day) if isinstance(day, int) else day
    wall = datetime.datetime.combine(date, datetime.time.fromisoformat(clock))
    return wall.replace(tzinfo=zoneinfo.ZoneInfo(zone)).isoformat()


def instant(text):
    return datetime.datetime.fromisoformat(text)


def in_utc(text):
    moment = instant(text).astimezone(datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def with_offset(text, hours):
    """The same instant, written with another offset."""
    return instant(text).astimezone(datetime.timezone(datetime.timedelta(hours=hours))).isoformat()


def clock_change(zone=ZONE):
    """The next date on which the zone's offset changes, at least two days from now."""
    tz = zoneinfo.ZoneInfo(zone)
    day = local_date(2)
    while True:
        midnights = [datetime.datetime.combine(d, datetime.time(), tz).utcoffset()
                     for d in (day, day + datetime.timedelta(days=1))]
        if midnights[0] != midnights[1]:
            return day
        day += datetime.timedelta(days=1)


# ---- documents ----


def service(name, minutes, **more):
    return {"_id": name, "name": name.capitalize(), "type": "primary", "minutes": minutes,
            "priceCents": 100 * minutes, **more}


def inspector(name, services, spans=(("06:00", "20:00"),), **more):
    return {"_id": name, "name": name.capitalize(), "services": services,
            "weekly": [{"day": day, "spans": [list(s) for s in spans]} for day in WEEK], **more}


def company(name="frontrange", inspectors=("alice", "bob", "carol"), settings=None, **more):
    services = [service("home", 180), service("quick", 60), service("long", 300),
                service("whole", 420), service("mold", 45),
                service("radon", 15, type="addon")]
    known = ["home", "quick", "long", "whole", "radon"]
    return {"interlock": 1,
            "company": {"_id": name, "name": name.capitalize(), "timezone": ZONE,
                        "currency": "USD",
                        "settings": {"horizonDays": 400, "checkoutHoldSeconds": 300,
                                     **(settings or {})}},
            "brands": [{"_id": "denver", "name": "Denver", "spectora": {"mode": "mirror"}},
                       {"_id": "boulder", "name": "Boulder", "spectora": {"mode": "none"}}],
            "services": services,
            "inspectors": [inspector(who, known) for who in inspectors],
            **more}


def order(number, who, start, end, status="confirmed", **more):
    return {"_id": f"order-{number}", "orderNumber": number, "brand": "denver", "datetime": start,
            "endtime": end, "_inspectorId": who, "inspectors": [who], "services": ["home"],
            "status": status, "scheduledLocation": "internal", "createdAt": at(-1, "12:00"),
            "property": {"address": f"{number} Import Road"}, "client": {"name": "Imported"},
            **more}


_names = itertools.count(1)


def unique(prefix):
    return f"{prefix}-{next(_names)}-{os.getpid()}"


def booking(start, who="alice", services=("quick",), **more):
    """A complete body; the address is new each time, so that no booking is another's duplicate.
    None leaves a field out."""
    body = {"datetime": start, "services": services and list(services), "_inspectorId": who,
            "property": {"address": unique("Main Street")},
            "client": {"name": "Chris Client", "email": "chris@example.com"}, **more}
    return {k: v for k, v in body.items() if v is not None}


# ---- requests ----


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        values = [v for k, v in self.headers if k.lower() == name.lower()]
        return values[0] if values else None

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json.get("code") if self.body.startswith(b"{") else None

    @property
    def seq(self):
        value = self.header("Interlock-Seq")
        check(value is not None, f"no Interlock-Seq in a {self.status}: {self.body[:200]!r}")
        return int(value)

    def want(self, status, code=None):
        got = self.code if self.status >= 400 else None
        check((self.status, got) == (status, code),
              f"{self.status} {got} instead of {status} {code}: {self.body[:400]!r}")
        return self


class Lost(Exception):
    """The connection ended before a whole answer came."""


def request_bytes(method, target, headers, body):
    lines = [f"{method} {target} HTTP/1.1", "Host: interlock.test"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body or method in ("POST", "PATCH", "PUT"):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines + ["", ""]).encode("utf-8", "surrogateescape") + body


class Wire:
    """One kept connection, on which bytes are sent and answers read."""
    IDLE_S = 20  # the server closes at 30

    def __init__(self, port):
        self.port, self.socket, self.rest, self.used = port, None, b"", 0.0

    def close(self):
        if self.socket is not None:
            self.socket.close()
        self.socket, self.rest = None, b""

    def connect(self):
        tcp = socket.create_connection(("127.0.0.1", self.port), PATIENCE_S)
        tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return tcp

    def open(self):
        if self.socket is not None and time.monotonic() - self.used > self.IDLE_S:
            self.close()
        if self.socket is None:
            self.socket = self.connect()
        self.used = time.monotonic()

    def _more(self):
        part = self.socket.recv(65536)
        if not part:
            raise Lost("the server closed the connection")
        self.rest += part

    def read(self, method="GET"):
        while b"\r\n\r\n" not in self.rest:
            self._more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
        low = {k.lower(): v for k, v in headers}
        status = int(lines[0].split()[1])
        length = int(low.get("content-length", 0))
        if method == "HEAD" or status in (204, 304):
            length = 0
        while len(self.rest) < length:
            self._more()
        body, self.rest = self.rest[:length], self.rest[length:]
        if low.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers, body)

    def exchange(self, raw, method="GET"):
        try:
            self.open()
            try:
                self.socket.sendall(raw)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the server may answer and close before it has read everything
            return self.read(method)
        except (OSError, Lost):
            self.close()
            raise


class Client:
    """A key on a connection. Mutations get an Idempotency-Key of their own unless one is given."""

    def __init__(self, port, secret=None):
        self.wire, self.secret = Wire(port), secret

    def bytes(self, method, target, body=None, key=None, headers=()):
        lines = list(headers)
        if self.secret is not None:
            lines.append(("Authorization", f"Bearer {self.secret}"))
        if method in ("POST", "PUT", "PATCH", "DELETE") and key is not False:
            lines.append(("Idempotency-Key", key or unique("key")))
        raw = b""
        if body is not None:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            lines.append(("Content-Type", "application/json"))
        return request_bytes(method, target, lines, raw)

    def ask(self, method, target, body=None, key=None, headers=()):
        return self.wire.exchange(self.bytes(method, target, body, key, headers), method)

    def get(self, target, **more):
        return self.ask("GET", target, **more)

    def post(self, target, body, **more):
        return self.ask("POST", target, body, **more)

    def patch(self, target, body, **more):
        return self.ask("PATCH", target, body, **more)

    def delete(self, target, body=None, **more):
        return self.ask("DELETE", target, body, **more)

    def book(self, body, *, route="/inspection/book-job", **more):
        return self.post(route, body, **more)

    def slots(self, **query):
        target = "&".join(f"{k}={v}" for k, v in query.items())
        return self.get(f"/schedule/optimal-slots?{target}").want(200).json


# ---- the program ----

signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # a test that took too long cleans up too


class Server:
    """A directory with a database, and a server on it: stopped, killed, started again."""

    def __init__(self, args, shift=None):
        self.program, self.dir = args.interlock, tempfile.mkdtemp(prefix="interlock-api-")
        self.db = os.path.join(self.dir, "interlock.db")
        self.process, self.port, self.env = None, None, dict(os.environ)
        self.log = open(os.path.join(self.dir, "log"), "ab")
        atexit.register(self.close)  # no script leaves a server or a directory behind
        self.shift_path = os.path.join(self.dir, "shift")
        if shift is not None:
            self.set_shift(shift)
            self.env.update(LD_PRELOAD=args.clock_shift, CLOCK_SHIFT_FILE=self.shift_path,
                            ASAN_OPTIONS="verify_asan_link_order=0")

    def set_shift(self, seconds):
        """Moves the server's wall clock to `seconds` after the true one."""
        mode = "r+b" if os.path.exists(self.shift_path) else "wb"
        with open(self.shift_path, mode) as f:
            f.write(struct.pack("=q", seconds))

    def start(self, *more):
        self.process = subprocess.Popen(
            [self.program, "serve", "--db", self.db, "--listen", "127.0.0.1:0", *more],
            stdout=subprocess.PIPE, stderr=self.log, env=self.env)
        if not select.select([self.process.stdout], [], [], PATIENCE_S)[0]:
            raise Differs("the server is not ready in time")
        line = self.process.stdout.readline().decode()
        check(line.startswith("interlock: listening on http://127.0.0.1:"),
              f"the ready line is {line!r}; log: {self.words()}")
        self.port = int(line.rsplit(":", 1)[1])
        return self

    def words(self):
        return pathlib.Path(self.dir, "log").read_text(errors="replace")[-2000:]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        self.process = None
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process = None

    def close(self):
        if self.process is not None:
            self.kill()
        if not self.log.closed:
            self.log.close()
            shutil.rmtree(self.dir)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def cli(self, *words, document=None):
        """(exit code, stdout, stderr) of a command on this database."""
        done = subprocess.run([self.program, *words, "--db", self.db], env=self.env, timeout=120,
                              input=json.dumps(document).encode() if document else None,
                              stdin=None if document else subprocess.DEVNULL, capture_output=True)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def run(self, *words, document=None):
        code, out, err = self.cli(*words, document=document)
        same(code, 0, f"exit code of `interlock {' '.join(words)}` ({err.strip()})")
        return out

    def take(self, document, *more):
        return json.loads(self.run("import", "-", "--json", *more, document=document))

    def export(self, name="frontrange"):
        return self.run("export", "--company", name)

    def secret(self, role, name="frontrange", brand=None, override=False):
        words = ["key", "create", "--json", "--company", name, "--role", role, "--name", role]
        words += ["--brand", brand] if brand else []
        words += ["--allow", "override"] if override else []
        return json.loads(self.run(*words))["secret"]

    def client(self, role, **more):
        return Client(self.port, self.secret(role, **more))

    def anyone(self):
        return Client(self.port)

    def findings(self):
        code, out, err = self.cli("check", "--json")
        check(code in (0, 6), f"check ended with {code}: {err}")
        return json.loads(out)["findings"]

    def must_be_clean(self):
        same(self.findings(), [], "findings of check")

    def sql(self):
        connection = sqlite3.connect(self.db, timeout=PATIENCE_S)
        connection.isolation_level = None
        return connection


# ---- what several scripts ask of an answer ----


def overlapping(answer, number=None, kind="inspection"):
    """A refusal of staff's that names the true conflict."""
    answer.want(409, "slot_taken")
    conflicts = answer.json["conflicts"]
    check(conflicts, "no conflict is named")
    same(conflicts[0]["kind"], kind, "kind of the conflict")
    if number is not None:
        check(number in [c.get("orderNumber") for c in conflicts],
              f"order {number} is not named in {conflicts}")
    return answer


def busy(answer, start, end):
    """A refusal of an online key: it learns the interval and nothing else."""
    answer.want(409, "slot_taken")
    conflicts = answer.json["conflicts"]
    same(conflicts, [{"kind": "busy", "datetime": start, "endtime": end}], "conflicts")
    return answer


def in_order(conflict):
    return instant(conflict["datetime"]), instant(conflict["endtime"])
