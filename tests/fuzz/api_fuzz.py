"""Sends what is likely to be wrong to a running server, led by api/openapi.yaml, and judges answers.

 1  It begins with the document's examples, sent as the walker sends them; then each request is one
    of them with one to three changes, and every place of every operation is changed at least once.
 2  Never a fault: no 5xx but the 501 of what is planned, no lost connection, no dead server.
 3  Every answer is one that the document describes for that operation: status, body, code.
 4  No answer tells what only the neighbouring company knows.
 5  At the end the server stops as it should, and `interlock check` finds nothing.

A request that fails is made smaller while it still fails, and printed for curl. --seed repeats a
run, as far as times of day allow.
"""
import argparse, collections, copy, itertools, json, os, pathlib, random, shlex, sys, tempfile, time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "api"))

import yaml

import harness
from api_values import MISSING, Place, Values, places_of, put_in, value_for
from harness import Lost, Wire, request_bytes
from openapi_document import Differs, Loader, check, expanded, fits, operations_of, same
from openapi_walk import MUTATIONS, ROLES, Server, Walk, answer_is_documented

SECRET_WORD = "Zzyzx"  # stands only in the neighbour's orders
FINDINGS_MAX = 20
BEFORE_ROUTE = {400: {"bad_request", "utf8_invalid"}, 404: {"not_found"}, 413: {"too_large"},
                405: {"method_not_allowed"}, 414: {"uri_too_long"}, 431: {"headers_too_large"}}


def neighbor():
    order = harness.order(9001, "nadia", harness.at(3, "09:00"), harness.at(3, "12:00"),
                          property={"address": f"{SECRET_WORD} Lane"},
                          client={"name": SECRET_WORD, "email": f"{SECRET_WORD}@example.com"})
    absence = {"_id": "rest-9001", "_inspectorId": "nadia", "datetime": harness.at(5, "09:00"),
               "endtime": harness.at(5, "10:00"), "type": "Event", "title": SECRET_WORD}
    return harness.company("neighbor", ["nadia"], inspections=[order], events=[absence])


class Reply:
    """An answer as the walker's: status, headers, bytes, json."""

    def __init__(self, answer):
        self.status, self.bytes = answer.status, answer.body
        self.headers = collections.defaultdict(lambda: None, answer.headers)
        is_json = "json" in (self.headers["Content-Type"] or "")
        self.json = json.loads(self.bytes) if self.bytes and is_json else None


class Request:
    """An example with changes: (place, value) in turn."""

    def __init__(self, op, entry, walk, changes):
        self.op, self.changes = op, list(changes)
        self.role = entry["as"]
        self.path = {k: str(v) for k, v in walk.filled(entry.get("path", {})).items()}
        self.query = [(k, str(v)) for k, v in walk.filled(entry.get("query", {})).items()]
        self.headers = walk.headers(entry)
        self.body, self.raw = walk.body(op, entry), None
        for place, value in changes:
            self.change(place, value)

    def change(self, place, value):
        if place.kind == "role":
            self.role = value
        elif place.kind == "raw":
            self.raw = value
        elif place.kind == "path":
            self.path[place.name] = value
        elif place.kind == "twice":
            self.query.append((place.name, value))
        elif place.kind == "query":
            self.query = [pair for pair in self.query if pair[0] != place.name]
            self.query += [(place.name, value)] if value is not MISSING else []
        elif place.kind == "header":
            self.headers[place.name] = value
        elif place.name == ():
            self.body = None
        else:
            self.body = put_in(copy.deepcopy(self.body or {}), place.name, value, self.op.schema)

    def target_of(self, path):
        for name, value in self.path.items():
            path = path.replace("{%s}" % name, quoted(value))
        return path

    def target(self):
        pairs = [f"{quoted(k)}={quoted(v)}" for k, v in self.query]
        return self.target_of(self.op.path) + ("?" + "&".join(pairs) if pairs else "")

    def lines(self, secret, key):
        lines = {"Authorization": f"Bearer {secret}"} if secret else {}
        if self.op.method in MUTATIONS:
            lines["Idempotency-Key"] = key
        if self.content():
            lines["Content-Type"] = "application/json"
        return [(k, v) for k, v in {**lines, **self.headers}.items() if v is not MISSING]

    def content(self):
        if self.raw is not None:
            return self.raw
        return b"" if self.body is None else json.dumps(self.body).encode()

    def leads_elsewhere(self, segments):
        """A slash, or a word of another path, leads to another operation or to none."""
        return any(value in segments or "/" in value or set(value) <= {"."}
                   for value in self.path.values())

    def parts(self):
        """What of the example might be left out: changes that do so."""
        for name, _ in self.query:
            yield Place("query", name), MISSING
        for name in self.headers:
            yield Place("header", name), MISSING
        if self.body:
            yield Place("body", ()), MISSING
            for name in self.body:
                yield Place("body", (name,)), MISSING

    def curl(self):
        words = ["curl", "-i", "-X", self.op.method.upper(), "$URL" + self.target()]
        for name, value in self.lines(f"${self.role.upper()}_KEY", "$RANDOM"):
            words += ["-H", f"{name}: {value}"]
        if self.content():
            words += ["--data-binary", self.content().decode("utf-8", "backslashreplace")]
        return " ".join(shlex.quote(w) if "$" not in w else f'"{w}"' for w in words)


def quoted(text):
    return urllib.parse.quote(text.encode("utf-8", "surrogatepass"), safe="")


class Finding(Exception):
    """What is wrong with an answer. The same `kind`: the same fault, seen again."""

    def __init__(self, kind, words):
        super().__init__(words)
        self.kind = kind


class Fuzz:
    def __init__(self, document, operations, server, walk, chance):
        self.document, self.operations, self.server = document, operations, server
        self.walk, self.chance = walk, chance
        self.problem = expanded(document, {"$ref": "#/components/schemas/Problem"})
        self.segments = {s for path in document["paths"] for s in path.split("/")}
        self.readable = [op.path for op in operations if op.method == "get" and "{" in op.path]
        self.wire, self.keys = Wire(server.port), itertools.count(1)
        self.roles = [*ROLES, "nobody", "neighbor"]
        self.seen, self.findings = collections.Counter(), {}
        examples = [e["value"] for op in operations for e in op.examples.values()]
        ids = ["order-9001", "9001", "nadia", "rest-9001", "neighbor", "alice", "home", "denver",
               "frontrange", "nobody"]
        self.values = Values(chance, [walk.filled(e) for e in examples], ids)
        for answer in walk.answers.values():
            self.values.learn(answer.json)

    # ---- sending and judging ----

    def exchange(self, request):
        secret = self.server.secrets.get(request.role)
        raw = request_bytes(request.op.method.upper(), request.target(),
                            request.lines(secret, f"fuzz-{next(self.keys)}"), request.content())
        answer = self.wire.exchange(raw)
        if (answer.header("Content-Type") or "").startswith("text/event-stream"):
            self.wire.close()
        return Reply(answer)

    def current(self, request):
        """The request with the ETag of now: those of the walk have passed by."""
        path = max((p for p in self.readable if request.op.path.startswith(p)), key=len, default=None)
        kept = any(p == Place("header", "If-Match") for p, _ in request.changes)
        if "If-Match" in request.headers and path and not kept:
            raw = request_bytes("GET", request.target_of(path), [
                ("Authorization", f"Bearer {self.server.secrets['admin']}")], b"")
            etag = self.wire.exchange(raw).header("ETag")
            request.headers["If-Match"] = etag or request.headers["If-Match"]
        return request

    def judge(self, request, reply):
        op = request.op
        elsewhere = request.leads_elsewhere(self.segments)
        code = (reply.json or {}).get("code") if reply.status >= 400 else None
        kind = op.name, reply.status, code
        words = f"{reply.status} {reply.bytes[:300]!r}"
        if reply.status >= 500 and not (reply.status == 501 and op.is_planned):
            raise Finding((*kind, "a fault"), f"a fault: {words}")
        if request.role != "neighbor" and SECRET_WORD.encode() in reply.bytes:
            raise Finding((*kind, "told"), f"tells what is the neighbour's: {words}")
        try:
            default = elsewhere or (reply.json or {}).get("type") == "about:blank"
            if default and reply.status < 400:
                pass
            elif default and code in BEFORE_ROUTE.get(reply.status, ()):
                fits(reply.json, self.problem, words)  # the document's `default`
            elif op.name == "streamChanges" and reply.status == 200:
                same(reply.headers["Content-Type"], "text/event-stream", "Content-Type")
            else:
                answer_is_documented(op, reply)
        except (Differs, KeyError, TypeError) as e:
            raise Finding((*kind, "described"), f"not as described: {e}") from e

    def try_once(self, request):
        """The finding that the request leads to, or None."""
        try:
            reply = self.exchange(request)
        except (Lost, OSError) as e:
            words = f"no answer ({e}); exit code {self.server.process.poll()}"
            return Finding((request.op.name, "lost"), words)
        self.seen[reply.status] += 1
        if reply.status == 401 and not self.authorization_is_changed(request):
            self.make_keys()  # the request before had ended its own key
        try:
            self.judge(request, reply)
        except Finding as finding:
            return finding
        # What the neighbour is told would be booked here, and then be found in an answer rightly.
        if request.role != "neighbor" and reply.status < 300 and self.chance.random() < 0.2:
            self.values.learn(reply.json)
        return None

    @staticmethod
    def authorization_is_changed(request):
        return request.role == "nobody" or "Authorization" in request.headers

    def make_keys(self):
        self.server.make_keys("frontrange")
        made = self.server.cli("key", "create", "--db", self.server.db, "--company", "neighbor",
                               "--role", "admin", "--name", "neighbor", "--json")
        self.server.secrets["neighbor"] = json.loads(made)["secret"]

    # ---- what is tried ----

    def entry_of(self, op):
        good = [e for e in op.walk if e["status"] < 300]
        return self.chance.choice(good if good and self.chance.random() < 0.8 else op.walk)

    def change_at(self, place):
        return place, value_for(place, self.values, self.roles)

    def one(self, op, place):
        entry, changes = self.entry_of(op), [self.change_at(place)]
        while self.chance.random() < 0.3 and len(changes) < 3:
            changes.append(self.change_at(self.chance.choice(list(places_of(op)))))
        request = self.current(Request(op, entry, self.walk, changes))
        finding = self.try_once(request)
        if finding and finding.kind not in self.findings:
            self.findings[finding.kind] = finding
            self.report(finding, self.smaller(entry, request, finding))

    def smaller(self, entry, request, finding):
        """The request without what it fails without; as it is when it does not fail again."""
        def fails(changes):
            again = self.current(Request(request.op, entry, self.walk, changes))
            found = self.try_once(again)
            return again if found and found.kind == finding.kind else None

        if not fails(request.changes):
            return request
        dropped = True
        while dropped and len(request.changes) > 1:
            fewer = (fails(request.changes[:i] + request.changes[i + 1:])
                     for i in range(len(request.changes)))
            dropped = next((r for r in fewer if r), None)
            request = dropped or request
        for part in list(request.parts()):
            if part[0] not in [place for place, _ in request.changes]:
                request = fails([part] + request.changes) or request
        return request

    def report(self, finding, request):
        print(f"FAILED {request.op.name}: {finding}\n  {request.curl()[:3000]}", flush=True)

    def run(self, seconds):
        """Every place once, then again until the time is over."""
        places = [(op, place) for op in self.operations for place in places_of(op)]
        end, done = time.monotonic() + seconds, 0
        while done == 0 or time.monotonic() < end:
            self.chance.shuffle(places)
            for op, place in places:
                if done and time.monotonic() >= end or len(self.findings) >= FINDINGS_MAX:
                    return len(places)
                self.one(op, place)
                if self.server.process.poll() is not None:
                    raise Differs(f"the server ended with {self.server.process.poll()}")
            done += 1
        return len(places)


def walked(server, operations, zone):
    walk = Walk(server, zone)
    for op in operations:
        for entry in op.walk:
            walk.step(op, entry)
    return walk


def fuzzed(args, server, log):
    document = yaml.load((args.root / "api/openapi.yaml").read_text(encoding="utf-8"), Loader)
    operations = operations_of(document)
    demo = server.cli("demo")
    server.take(demo)
    server.take(json.dumps(neighbor()))
    server.start(log)
    server.make_keys("frontrange")
    fuzz = Fuzz(document, operations, server, walked(server, operations, harness.ZONE),
                random.Random(args.seed))
    fuzz.make_keys()
    places = fuzz.run(args.seconds)
    total = sum(fuzz.seen.values())
    counts = ", ".join(f"{n} x {status}" for status, n in sorted(fuzz.seen.items()))
    print(f"{total} requests to {places} places of {len(operations)} operations: {counts}")
    check(total * 0.05 < sum(n for s, n in fuzz.seen.items() if s < 300), "hardly anything passes")
    server.stop()
    report = json.loads(server.cli("check", "--db", server.db, "--json"))
    same(report["findings"], [], "findings of check")
    return len(fuzz.findings)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--interlock", required=True, help="the program")
    parser.add_argument("--root", required=True, type=pathlib.Path, help="the source tree")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    args = parser.parse_args()
    # A server that was built with the sanitizer goes on after what it finds unless it is told.
    os.environ.setdefault("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1")
    print(f"seed {args.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="interlock-fuzz-") as directory, \
            open(pathlib.Path(directory, "log"), "w+") as log:
        server = Server(str(pathlib.Path(args.interlock).resolve()), directory)
        try:
            failed = fuzzed(args, server, log)
        except (Differs, OSError) as e:
            log.seek(0)
            print(f"FAILED: {e}\n{log.read()[-2000:]}")
            failed = 1
        finally:
            if server.process and server.process.poll() is None:
                server.process.kill()
    print(f"{0 if failed else 1} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
