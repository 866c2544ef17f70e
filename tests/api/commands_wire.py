"""The commands against api/openapi.yaml: every operation has a command, and every query parameter
of it an option.

A server that only listens stands where the real one's private socket would be, and each command is
run with all that it takes: what counts is what is sent. Where something published has no command
the reason stands below."""
import http.server, re, socketserver, threading, urllib.parse

import yaml

from harness import *

args = options(__doc__.splitlines()[0], root="")
cases = Cases()

WITHOUT_A_COMMAND = {
    "GET /healthz": "asked by what watches the server, over HTTP",
    "GET /readyz": "asked by what watches the server, over HTTP",
    "GET /metrics": "read by Prometheus, over HTTP; it is no JSON",
    "GET /openapi.json": "read by programs, over HTTP; the file is api/openapi.yaml",
    "GET /stream": "does not end; `changes --after` reads the same",
}
HEADERS = {"Interlock-Hold"}  # of a question; a booking names its hold in the body
NO_REQUEST = {"serve", "backup", "restore", "man"}

# ---- what is published ----


def resolved(document, node):
    while "$ref" in node:
        at = document
        for name in node["$ref"][2:].split("/"):
            at = at[name]
        node = at
    return node


def operations():
    """"GET /calendar" -> (query parameters, headers), but for what is planned."""
    document = yaml.safe_load(pathlib.Path(args.root, "api/openapi.yaml").read_text())
    found = {}
    for path, item in document["paths"].items():
        for method in ("get", "post", "put", "patch", "delete"):
            if method in item and "501" not in item[method]["responses"]:
                listed = [resolved(document, p) for p in
                          [*item.get("parameters", []), *item[method].get("parameters", [])]]
                found[f"{method.upper()} {path}"] = {
                    p["name"] for p in listed
                    if p["in"] == "query" or (method == "get" and p["name"] in HEADERS)}
    return found


OPERATIONS = operations()


def operation_of(method, path):
    fits = [name for name in OPERATIONS
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", re.escape(name).replace(r"\{", "{")
                                   .replace(r"\}", "}").replace(r"\ ", " ")), f"{method} {path}")]
    return min(fits, key=lambda name: name.count("{"), default=None)


# ---- what is sent ----


class Listener(http.server.BaseHTTPRequestHandler):
    heard = []

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path, _, query = self.path.partition("?")
        Listener.heard.append((self.command, path, set(urllib.parse.parse_qs(query)) |
                               {name for name in HEADERS if name in self.headers}))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def address_string(self):
        return "socket"

    def log_message(self, *_):
        pass


def value_of(option, kind, files):
    if option == "db":
        return str(files / "listener.db")
    if kind == "FILE":
        return str(files / "body.json")
    return kind.split("|")[0] if "|" in kind else "1"


def help_of(command):
    return subprocess.run([args.interlock, *command.split(), "--help"], capture_output=True,
                          text=True, check=True).stdout


def operands_of(text, files):
    """Each way to give operands: [KIND, ID] and, where the ID may be left out, [company]."""
    usage = text.splitlines()[0].partition("[options]")[2]
    named = re.findall(r"[A-Z]+(?:\.json)?", usage)
    yield [str(files / "body.json") if n.startswith("FILE") else "x" for n in named]
    if "KIND [ID]" in usage:
        yield ["company", *(str(files / "body.json") for n in named if n == "FILE")]


def options_of(text, files):
    words = []
    for option, kind in re.findall(r"^  --([a-z-]+)(?: (\S+))?", text, re.M):
        if option != "help":
            words += [f"--{option}"] + ([value_of(option, kind, files)] if kind else [])
    return words


def hear(files):
    """operation -> what was sent with it, over all commands."""
    text = subprocess.run([args.interlock, "man", "--markdown"], capture_output=True, text=True,
                          check=True).stdout
    sent = {}
    for command in re.findall(r"^### interlock (.+)$", text, re.M):
        if command in NO_REQUEST:
            continue
        text = help_of(command)
        Listener.heard.clear()
        for operands in operands_of(text, files):
            subprocess.run([args.interlock, *command.split(), *operands, *options_of(text, files)],
                           capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
        for method, path, names in Listener.heard:
            if not path.startswith("/local/"):
                operation = operation_of(method, path)
                cases.run(f"{command} asks for what is published", check, operation is not None,
                          f"{method} {path}")
                sent.setdefault(operation, set()).update(names)
    return sent


def listened():
    with tempfile.TemporaryDirectory() as name:
        files = pathlib.Path(name)
        (files / "body.json").write_text("{}")
        server = socketserver.ThreadingUnixStreamServer(str(files / "listener.db.sock"), Listener)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sent = hear(files)
        server.shutdown()
        server.server_close()
        return sent


def has_command(operation, sent):
    wanted = operation not in WITHOUT_A_COMMAND
    same(operation in sent, wanted, "a command")
    if wanted:
        same(OPERATIONS[operation] - sent[operation], set(), "parameters without an option")


SENT = listened()
for name in OPERATIONS:
    cases.run(name, has_command, name, SENT)
cases.run("the exceptions are published", same,
          set(WITHOUT_A_COMMAND) - set(OPERATIONS), set(), "unknown")
cases.finish()
