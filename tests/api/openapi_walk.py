"""Sends the document's examples to a server of its own, in order, and judges what it answers."""
import contextlib, datetime, http.client, itertools, json, pathlib, re, select, subprocess
import urllib.parse, zoneinfo

from openapi_document import check, fits, same

MUTATIONS = ("post", "put", "patch", "delete")
ROLES = ("admin", "staff", "inspector", "readonly", "online")
PATIENCE_S = 30


class Answer:
    def __init__(self, response):
        self.status, self.headers = response.status, response.headers
        self.bytes = response.read()
        is_json = "json" in (self.headers["Content-Type"] or "")
        self.json = json.loads(self.bytes) if self.bytes and is_json else None


class Server:
    def __init__(self, program, directory):
        self.program, self.db = program, str(pathlib.Path(directory, "demo.db"))
        self.process = self.port = None
        self.names = itertools.count(1)
        self.secrets = {}

    def cli(self, *words, text=None):
        done = subprocess.run([self.program, *words], input=text, capture_output=True, text=True,
                              timeout=PATIENCE_S)
        same(done.returncode, 0, f"`interlock {' '.join(words)}` ({done.stderr.strip()})")
        return done.stdout

    def take(self, document):
        self.cli("import", "--db", self.db, "-", text=document)

    def start(self, log):
        self.process = subprocess.Popen(
            [self.program, "serve", "--db", self.db, "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=log, text=True)
        check(select.select([self.process.stdout], [], [], PATIENCE_S)[0], "not ready in time")
        line = self.process.stdout.readline()
        check(line.startswith("interlock: listening on http://"), f"the ready line is {line!r}")
        self.port = int(line.rsplit(":", 1)[1])

    def make_keys(self, company):
        for role in ROLES:
            words = ["--brand", "denver"] if role == "online" else []
            words += ["--allow", "override"] if role in ("admin", "staff") else []
            made = self.cli("key", "create", "--db", self.db, "--company", company, "--role", role,
                            "--name", role, *words, "--json")
            self.secrets[role] = json.loads(made)["secret"]

    def stop(self):
        self.process.terminate()
        same(self.process.wait(PATIENCE_S), 0, "exit code after SIGTERM")

    def send(self, role, method, target, body=None, headers=None):
        """Body: a value, or bytes as they are. A header that is None is left away."""
        lines = {"Idempotency-Key": f"walk-{next(self.names)}"} if method in MUTATIONS else {}
        if role != "nobody":
            lines["Authorization"] = f"Bearer {self.secrets[role]}"
        if body is not None:
            lines["Content-Type"] = "application/json"
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = {k: v for k, v in {**lines, **(headers or {})}.items() if v is not None}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        with contextlib.closing(connection):
            connection.request(method.upper(), target, body, lines)
            return Answer(connection.getresponse())


def answer_is_documented(op, answer, codes=None):
    """The answer is one that the operation documents; codes: then one of these."""
    words = f"{op.method.upper()} {answer.status} {answer.bytes[:300]!r}"
    response = op.responses.get(str(answer.status))
    check(response is not None, f"{words}: that status is not documented")
    check(answer.status < 500 or op.is_planned and answer.status == 501, f"{words}: a fault")
    content = response.get("content")
    if not content:
        same(answer.bytes, b"", words)
    else:
        media, schema = next((m, c["schema"]) for m, c in content.items())
        same(answer.headers["Content-Type"], media, f"{words}: Content-Type")
        text = answer.bytes.decode() if answer.json is None else answer.json
        fits(text, schema, words)
    for name, header in response.get("headers", {}).items():
        if answer.headers[name] is not None:
            fits(answer.headers[name], header["schema"], f"{words}: {name}")
        check(answer.headers[name] is not None or answer.status >= 400 or
              name == "Idempotent-Replayed", f"{words}: no {name}")
    if answer.status >= 400:
        same(answer.json["status"], answer.status, f"{words}: status")
        check(answer.json["code"] in op.codes[answer.status], f"{words}: not a code of x-codes")
        same(answer.json["type"], "urn:interlock:problem:" + answer.json["code"], "type")
    if codes:
        check(answer.status >= 400 and answer.json["code"] in codes,
              f"{words} instead of {' or '.join(codes)}")


class Walk:
    def __init__(self, server, zone):
        self.server = server
        self.today = datetime.datetime.now(zoneinfo.ZoneInfo(zone)).date()
        self.answers = {}

    def date(self, days):
        return (self.today + datetime.timedelta(days=int(days))).isoformat()

    def dates(self, value):
        if isinstance(value, dict):
            return {k: self.dates(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.dates(v) for v in value]
        if not isinstance(value, str):
            return value
        return re.sub(r"{date\+(\d+)}", lambda m: self.date(m[1]), value)

    def named(self, words):
        if "#" in words:
            name, header = words.split("#")
            return self.answers[name].headers[header]
        name, *path = words.split(".")
        check(name in self.answers, f"{{{words}}}: {name} was not answered before")
        at = self.answers[name].json
        for part in path:
            at = at[int(part)] if isinstance(at, list) else at[part]
        return at

    def filled(self, value):
        if isinstance(value, dict):
            return {k: self.filled(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.filled(v) for v in value]
        if not isinstance(value, str):
            return value
        value = self.dates(value)
        whole = re.fullmatch(r"{([^{}]+)}", value)
        if whole:
            return self.named(whole[1])
        return re.sub(r"{([^{}]+)}", lambda m: str(self.named(m[1])), value)

    def target(self, op, entry, more=None):
        path = op.path
        for name, value in self.filled(entry.get("path", {})).items():
            path = path.replace("{%s}" % name, urllib.parse.quote(str(value), safe=""))
        query = {**self.filled(entry.get("query", {})), **(more or {})}
        return path + ("?" + urllib.parse.urlencode(query) if query else "")

    def body(self, op, entry):
        example = op.examples.get(entry.get("body", entry["name"]))
        return None if example is None else self.filled(example["value"])

    def headers(self, entry):
        return {k: str(v) for k, v in self.filled(entry.get("headers", {})).items()}

    def step(self, op, entry):
        body = self.body(op, entry)
        if body is not None:
            fits(body, op.schema, "the body")
        prefix = "/v1" if len(self.answers) % 2 else ""  # both servers of the document
        answer = self.server.send(entry["as"], op.method, prefix + self.target(op, entry), body,
                                  self.headers(entry))
        self.answers[entry["name"]] = answer
        same(answer.status, entry["status"], f"status ({answer.bytes[:300]!r})")
        answer_is_documented(op, answer)
        content = op.responses[str(answer.status)].get("content", {})
        for media in content.values():
            shown = media.get("examples", {}).get(entry["name"])
            if shown:
                alike(answer.json, shown["value"], "")


def alike(got, shown, where):
    """An answer has the members that are shown, of the same types; lists are judged by their first
    items."""
    if isinstance(got, dict) and isinstance(shown, dict):
        same(sorted(got), sorted(shown), f"members of {where or 'the answer'} beside the example's")
        for name in got:
            alike(got[name], shown[name], f"{where}/{name}")
    elif isinstance(got, list) and isinstance(shown, list):
        for pair in list(zip(got, shown))[:1]:
            alike(*pair, f"{where}/0")
    else:
        kinds = ["number" if type(v) in (int, float) else type(v).__name__ for v in (got, shown)]
        same(kinds[0], kinds[1], f"type of {where}")
