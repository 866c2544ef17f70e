"""Every command, with a server and without one: what it says, its JSON, its dry run, its exit code.

 1  One list of commands is walked: each has help, a page of the manual, and completion that names
    all its options.
 2  A scene runs twice, beside a server and on the file. Beside a server the JSON of a command is the
    API's own answer, byte for byte.
"""
import re

from harness import *

args = options(__doc__.splitlines()[0], root="")
cases = Cases()
WHO = ("--company", "frontrange")


def said(*words, text=None):
    done = subprocess.run([args.interlock, *words], capture_output=True, timeout=60,
                          input=text.encode() if text else None,
                          stdin=None if text else subprocess.DEVNULL)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def fine(*words):
    code, out, err = said(*words)
    same((code, err), (0, ""), f"what `interlock {' '.join(words)}` ended with")
    return out


# ---- the table of commands ----

MARKDOWN = fine("man", "--markdown")
COMMANDS = re.findall(r"^### interlock (.+)$", MARKDOWN, re.M)


def options_of(command):
    return re.findall(r"^  --([a-z-]+)", fine(*command.split(), "--help"), re.M)


def has_help(command):
    text = fine(*command.split(), "--help")
    check(text.startswith(f"Usage: interlock {command}"), f"it begins {text[:60]!r}")
    same(fine("help", *command.split()), text, "help by the other way")
    check(re.search(rf"^  {command}  +[A-Z]", fine("--help"), re.M), "the overview leaves it out")
    blocks = re.split(r"^  --", text.split("Options:\n")[1], flags=re.M)[1:]
    for block in blocks:
        check(re.match(r"\S+( \S+)?\s+\S", block), f"an option without words: {block!r}")


def has_page(command):
    page = pathlib.Path(PAGES, f"interlock-{command.replace(' ', '-')}.1")
    text = page.read_text()
    for option in options_of(command):
        if option != "help":
            check("\\-\\-" + option.replace("-", "\\-") in text, f"--{option} is not in the page")
    for tool in (["man", "--warnings", "-l"], ["mandoc", "-Tlint", "-Werror"]):
        if shutil.which(tool[0]):
            done = subprocess.run([*tool, page], capture_output=True)
            same(done.stderr.decode(), "", f"what {tool[0]} complains of")


def bash(*words):
    """What the last word can become."""
    script = ('source <("$0" completion bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
              '_interlock; printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script, args.interlock, "interlock", *words],
                          capture_output=True, cwd=PAGES)
    same(done.stderr.decode(), "", "what bash complains of")
    return done.stdout.decode().split()


def has_completion(command):
    same(sorted(bash(*command.split(), "--")), sorted("--" + o for o in options_of(command)),
         "options that bash offers")
    for option in options_of(command):
        check(option == "help" or f'"{command}"\' -l {option} ' in FISH + " ",
              f"fish does not know --{option}")
        check(f"--{option}[" in ZSH[command], f"zsh does not know --{option}")


with tempfile.TemporaryDirectory() as PAGES:
    fine("man", PAGES)
    FISH = fine("completion", "fish")
    ZSH = dict(re.findall(r"^ +\('(.+?)'\)\n(.*?);;$", fine("completion", "zsh"), re.M | re.S))
    cases.run("there are commands", lambda: check(len(COMMANDS) > 50, COMMANDS))
    for name in COMMANDS:
        cases.run(f"{name} has help", has_help, name)
        cases.run(f"{name} has a page", has_page, name)
        cases.run(f"{name} has completion", has_completion, name)

    def shells():
        same(bash("ho"), ["hold"], "completion of ho")
        same(sorted(bash("hold", "")), ["change", "list", "make", "release", "show"], "of hold")
        same(bash("hold", "make", "--kind", ""), ["checkout", "quote"], "of --kind")
        same(bash("book", "--status", "c"), ["confirmed"], "of --status c")
        pathlib.Path(PAGES, "some.db").touch()
        same(bash("export", "--db", "some"), ["some.db"], "of --db some")
        for shell in ("bash", "zsh", "fish"):
            if shutil.which(shell):
                script = pathlib.Path(PAGES, shell)
                script.write_text(fine("completion", shell))
                done = subprocess.run([shell, "-n", script], capture_output=True)
                same((done.returncode, done.stderr), (0, b""), f"{shell} -n")
        if shutil.which("fish"):
            done = subprocess.run(["fish", "-c", f"source {PAGES}/fish; "
                                   "complete -C 'interlock hold m'; "
                                   "complete -C 'interlock hold make --kind '; "
                                   "complete -C 'interlock book --stat'"], capture_output=True)
            same([line.split("\t")[0] for line in done.stdout.decode().splitlines()],
                 ["make", "checkout", "quote", "--status"], "completion in fish")
        same(said("completion", "ksh")[0], 2, "exit code for a shell that has none")

    cases.run("shells complete", shells)


def words_about_words():
    check(re.fullmatch(r"interlock \d+\.\d+\.\d+\n", fine("--version")), "the version")
    for words in (["nothing"], ["inspection"], ["inspection", "fly"], ["help", "nothing"],
                  ["book", "--fly"], ["book", "--db"], ["book"], ["inspection", "show"],
                  ["hold", "show", "a", "b"]):
        code, out, err = said(*words)
        same((code, out), (2, ""), f"exit code and output of {words}")
        check(err, "nothing is said")
    check("inspection cancel" in said("inspection")[2], "the family is not listed")


def document_is_current():
    path = pathlib.Path(args.root, "docs", "cli.md")
    unchanged(path.read_text(), MARKDOWN)


cases.run("what is no command is said", words_about_words)
cases.run("docs/cli.md is what the program says", document_is_current)

# ---- a company to try them on ----


def find(path, value):
    for name in path.split("."):
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


class Scene:
    """A company; commands on it, and the same questions asked over HTTP."""

    def __init__(self, served):
        self.server, self.served = Server(args), served
        overlap = [order(7001, "carol", at(5, "09:00"), at(5, "12:00")),
                   order(7002, "carol", at(5, "11:00"), at(5, "14:00"))]
        self.server.take(company(inspections=overlap))
        self.admin = self.server.start().client("admin") if served else None

    def run(self, *words, code=0, document=None):
        got, out, err = self.server.cli(*words, *WHO, document=document)
        same(got, code, f"exit code of {words} ({err.strip()}{out[:200]})")
        self.err = err
        return out

    def json(self, *words, **more):
        return json.loads(self.run(*words, "--json", **more))

    def read(self, target, *words):
        """A question, as a table and as JSON, which beside a server is the API's own."""
        table = self.run(*words)
        check(table.strip(), "the table is empty")
        check("\033" not in table, "colour though this is no terminal")
        out = self.run(*words, "--json")
        if self.served:
            api = self.admin.get(target).want(200).body.decode()
            strip = lambda text: re.sub(r'"offer":"[^"]*"', "", text)
            unchanged(strip(out), strip(api) + "\n")
        return table, json.loads(out)

    def book(self, start, who="alice", *more):
        return self.json("book", "--datetime", start, "--inspector", who, "--services", "quick",
                         "--name", "Ann", "--address", unique("Elm"), *more)["inspection"]

    def orders(self):
        return len(json.loads(self.server.export())["inspections"])

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.server.close()


# ---- orders ----


def booking_commands(scene):
    table, slots = scene.read("/schedule/optimal-slots?services=quick&days=3",
                              "slots", "--services", "quick", "--days", "3", "--order", "optimal")
    check("slots of 60 minutes, times in America/Denver" in table and slots["slots"], table[:200])
    start = at(3, "10:00")
    words = ("--datetime", start, "--services", "quick", "--name", "Ann Ü", "--address", "1 Elm St",
             "--lat", "39.7", "--lng", "-104.9", "--square-feet", "2000", "--notes", "a gate")
    before = scene.orders()
    said = scene.run("book", *words, "--dry-run")
    check(said.startswith("Nothing is kept; this would be done: Booked order"), said)
    same(scene.orders(), before, "orders after a dry run")
    booked = scene.json("book", *words)["inspection"]
    same((booked["_inspectorId"], booked["property"]["lat"], booked["client"]["name"]),
         ("alice", 39.7, "Ann Ü"), "what was booked")
    number = str(booked["orderNumber"])
    scene.run("book", *words, "--inspector", "alice", "--address", "2 Elm St", code=2)
    refused = [w if w != "1 Elm St" else "2 Elm St" for w in words] + ["--inspector", "alice"]
    scene.run("book", *refused, code=4)
    for said in ("That time is taken. (slot_taken)", "In the way:", number, "Free instead",
                 "--override overlap"):
        check(said in scene.err, f"{said!r} is not in {scene.err!r}")
    same(scene.json("book", *refused, code=4)["code"], "slot_taken", "code in the JSON")
    twice = scene.json("book", *refused, "--override", "overlap", "--reason", "both know")
    same(twice["inspection"]["_inspectorId"], "alice", "an override's inspector")
    scene.run("book", "--services", "quick", code=2)
    scene.run("book", *words[2:], "--datetime", "soon", code=2)
    scene.run("book", *words[2:], "--datetime", at(3, "03:00"), code=4)
    scene.run("book", "--minutes", "much", *words[:2], code=2)
    check("--minutes must be a number" in scene.err, scene.err)
    table, _ = scene.read(f"/inspection/{number}", "inspection", "show", number)
    check("Ann Ü" in table and "1 Elm St" in table and "a gate" in table, table)
    body = {"assignments": [{"_inspectorId": "bob", "datetime": at(4, "08:00"),
                             "endtime": at(4, "09:00")}], "client": {"phone": "1"}}
    said = scene.json("book", "--datetime", at(4, "08:00"), "--services", "quick", "--name", "Zoe",
                      "--address", "4 Elm", "--body", "-", document=body)["inspection"]
    same((said["client"], said["inspectors"]), ({"name": "Zoe", "phone": "1"}, ["bob"]), "body")
    said = scene.run("create-job", "--datetime", at(4, "10:00"), "--services", "quick", "--name",
                     "Max", "--address", "5 Elm", "--brand", "denver")
    check("for Spectora: pending" in said, said)
    scene.run("create-job", "--datetime", at(4, "12:00"), "--services", "quick", "--name", "Max",
              "--address", "6 Elm", "--brand", "boulder", code=4)


def inspection_commands(scene):
    number = str(scene.book(at(6, "08:00"), "alice", "--status", "unconfirmed")["orderNumber"])
    step = lambda what, *more, code=0: scene.run("inspection", what, number, *more, code=code)
    shown = lambda: scene.json("inspection", "show", number)["inspection"]
    said = step("confirm", "--dry-run")
    same(shown()["status"], "unconfirmed", "status after a dry run")
    said = step("confirm")
    check("version 1 stands" in scene.err, f"the version is not said: {scene.err!r}")
    check(said.startswith(f"Confirmed order {number}: ") and "version 2" in said, said)
    step("lock", "--version", "1", code=4)
    check("(stale)" in scene.err, scene.err)
    step("lock", "--version", "many", code=2)
    step("lock", "--version", "2")
    check("stands" not in scene.err, scene.err)
    step("reschedule", "--datetime", at(6, "10:00"), code=4)
    check("(locked)" in scene.err, scene.err)
    step("unlock")
    said = step("reschedule", "--datetime", at(6, "10:00"), "--reason", "asked")
    check("10:00-11:00" in said, said)
    step("reassign", "--inspector", "bob")
    step("amend", "--notes", "two dogs", "--name", "Ann Other", "--year-built", "1950")
    now = shown()
    same((now["notes"], now["client"]["name"], now["inspectors"], now["property"]["yearBuilt"]),
         ("two dogs", "Ann Other", ["bob"], 1950), "after reassign and amend")
    step("complete", code=4)
    check("It has not begun yet" in scene.err, scene.err)
    step("cancel", "--reason", "moved away")
    same(scene.json("inspection", "restore", number)["inspection"]["status"], "confirmed", "status")
    table, log = scene.read(f"/inspection/{number}/changelog", "inspection", "changelog", number)
    same([e["what"] for e in log["entries"]],
         ["book", "confirm", "lock", "unlock", "reschedule", "reassign", "amend", "cancel",
          "restore"], "changelog")
    check("moved away" in table, table)
    scene.server.take(company(inspections=[order(6003, "bob", at(-2, "09:00"), at(-2, "12:00"))]))
    for what, code in (("complete", 0), ("cancel", 4), ("restore", 0), ("no-show", 0), ("restore", 0)):
        scene.run("inspection", what, "6003", code=code)
    for what in ("show", "changelog", "confirm", "amend"):
        scene.run("inspection", what, "404404", code=5)
        check("interlock: There is no" in scene.err, scene.err)
    scene.server.cli("inspection", "show", number)
    got, _, err = scene.server.cli("inspection", "show", number, "--company", "nobody")
    same(got, 5, f"exit code of an unknown company ({err})")


def move_command(scene):
    a, b = (scene.book(at(7, "08:00"), who) for who in ("alice", "bob"))
    moves = {"moves": [{"_id": a["_id"], "_inspectorId": "bob"},
                       {"_id": b["_id"], "_inspectorId": "alice"}]}
    scene.run("move", "-", code=2, document=moves)
    for move in moves["moves"]:
        move["version"] = 1
    check("Nothing is kept" in scene.run("move", "-", "--dry-run", document=moves), "dry run")
    table = scene.run("move", "-", document=moves)
    check(str(a["orderNumber"]) in table and "bob" in table, table)
    scene.run("move", "-", code=4, document=moves)
    path = pathlib.Path(scene.server.dir, "moves.json")
    for text, words in (("{", "is not a JSON object"), ("[]", "is not a JSON object")):
        path.write_text(text)
        scene.run("move", str(path), code=2)
        check(words in scene.err, scene.err)
    scene.run("move", str(path) + ".no", code=2)
    check("cannot be read: No such file" in scene.err, scene.err)


# ---- the calendar ----


def absence_commands(scene):
    number = scene.book(at(8, "10:00"), "bob")["orderNumber"]
    block = ("--type", "Block", "--inspector", "bob", "--datetime", at(8, "10:30"), "--endtime",
             at(8, "12:00"))
    scene.run("event", "add", *block, code=4)
    check("In the way:" in scene.err and str(number) in scene.err, scene.err)
    said = scene.run("event", "add", *block, "--affected", "open", "--dry-run")
    check("Nothing is kept" in said and "conflicts opened: 1" in said, said)
    added = scene.json("event", "add", *block, "--affected", "open", "--title", "Dentist")
    same((added["event"]["title"], added["conflictsOpened"]), ("Dentist", 1), "event")
    check("COULD GO TO" in said and str(added["affected"][0]["orderNumber"]) in said, said)
    event = added["event"]["_id"]
    said = scene.run("event", "change", event, "--title", "Doctor")
    check("Changed event" in said and "version 2" in said, said)
    scene.run("event", "change", event, "--title", "x", "--version", "1", code=4)
    scene.run("event", "remove", event, "--version", "1", code=4)
    scene.run("event", "remove", event, "--dry-run")
    same(scene.run("event", "remove", event, "--json"), "", "JSON of what has no body")
    scene.run("event", "remove", event, code=5)
    scene.run("event", "add", "--type", "Nap", *block[2:], code=2)
    day = str(local_date(9))
    vacation = scene.json("vacation", "add", "--inspector", "bob", "--from", day, "--to", day)
    name = vacation["vacation"]["_id"]
    said = scene.run("vacation", "change", name, "--to", str(local_date(10)), "--from", day)
    check("Changed vacation" in said and str(local_date(10)) in said, said)
    scene.run("vacation", "add", "--inspector", "carol", "--from", str(local_date(5)), "--to",
              str(local_date(5)), code=4)
    check("7001" in scene.err and "7002" in scene.err, scene.err)
    scene.run("vacation", "remove", name, "--version", "2")
    scene.run("vacation", "remove", name, code=5)


def hold_commands(scene):
    words = ("--datetime", at(11, "10:00"), "--services", "quick", "--inspector", "alice")
    check("Nothing is kept" in scene.run("hold", "make", *words, "--dry-run"), "dry run")
    made = scene.json("hold", "make", *words)["hold"]
    scene.run("hold", "make", *words, code=4)
    table, _ = scene.read("/schedule/holds", "hold", "list")
    check(made["_id"] in table and "checkout" in table, table)
    scene.read(f"/schedule/holds/{made['token']}", "hold", "show", made["token"])
    check("live until" in scene.run("hold", "change", made["_id"], "--extend"), "extended")
    said = scene.run("hold", "change", made["_id"], "--datetime", at(11, "12:00"))
    check("12:00-13:00" in said, said)
    scene.run("hold", "release", made["_id"], "--reason", "gave up")
    scene.run("hold", "release", made["_id"])  # once more is no fault
    scene.run("hold", "show", "hfff", code=5)
    check("Nothing is held." in scene.run("hold", "list"), "the empty list")
    token = scene.json("hold", "make", *words)["hold"]["token"]
    asked = ("--services", "quick", "--from", at(11, "10:00")[:10], "--days", "1", "--inspectors",
             "alice", "--order", "time")
    starts = lambda *more: [s["local"][-5:] for s in scene.json("slots", *asked, *more)["slots"]]
    check("10:00" not in starts() and "10:00" in starts("--hold", token), "slots beside a hold")
    why = ("why", "--inspector", "alice", "--datetime", at(11, "10:00"), *asked)
    same([scene.json(*why)["bookable"], scene.json(*why, "--hold", token)["bookable"]],
         [False, True], "why, beside a hold")
    said = scene.run("book", "--hold", token, "--name", "Ann", "--address", "9 Elm")
    check("10:00-11:00, alice" in said, said)


def trouble_commands(scene):
    table, answer = scene.read("/conflicts", "conflicts")
    same(scene.json("conflicts", "list"), answer, "by the other name")
    check("7001" in table and "7002" in table and "carol" in table, table)
    check("COULD GO TO" not in table, "replacements that nobody asked for")
    table, more = scene.read("/conflicts?replacements=true", "conflicts", "--replacements")
    check("COULD GO TO" in table and more["conflicts"][0]["replacements"][0]["slots"], table)
    name = answer["conflicts"][0]["_id"]
    scene.run("conflict", "acknowledge", name, "--note", "calling", "--dry-run")
    check("acknowledged, calling" in scene.run("conflict", "acknowledge", name, "--note",
                                               "calling"), "acknowledged")
    scene.run("conflict", "resolve", name, code=2)
    scene.run("conflict", "resolve", name, "--note", "two houses, one street")
    said = scene.json("conflicts", "--state", "accepted", "--all")
    same(([c["_id"] for c in said["conflicts"]], said["next"]), ([name], None), "all pages")
    check("There are no conflicts in that state." in scene.run("conflicts"), "the empty list")
    scene.run("conflicts", "--state", "angry", code=2)
    scene.run("conflict", "acknowledge", "c404", code=5)
    start = at(5, "10:00")
    table, answer = scene.read(
        f"/schedule/why?_inspectorId=carol&datetime={start.replace(':', '%3A')}&services=quick",
        "why", "--inspector", "carol", "--datetime", start, "--services", "quick")
    check("bookable: no" in table and "7001" in table, table)
    same(answer["bookable"], False, "bookable")
    scene.run("why", "--inspector", "nobody", "--datetime", start, "--services", "quick", code=4)


def pages(scene):
    """The pages that --all joins, where a company has more than one."""
    orders = [order(20000 + i, "bob", at(-2 - i // 2, "09:00"), at(-2 - i // 2, "12:00"))
              for i in range(440)]
    scene.server.take({**company(), "inspections": orders}, )
    first = scene.json("conflicts")
    same((len(first["conflicts"]), bool(first["next"])), (200, True), "the first page")
    check("There are more: give --cursor" in scene.run("conflicts"), "more is not said")
    second = scene.json("conflicts", "--cursor", first["next"])
    both = scene.json("conflicts", "--all")
    same(both["conflicts"], first["conflicts"] + second["conflicts"], "all pages")
    same(both["next"], None, "next of all pages")


# ---- what is served by newer servers too ----


def reading_commands(scene):
    day = str(local_date(5))
    table, _ = scene.read(f"/calendar?from={day}&days=1", "calendar", "--from", day, "--days", "1")
    check("7001" in table and "carol" in table, table)
    table, _ = scene.read(f"/schedule/capacity?services=quick&from={day}&days=2",
                          "capacity", "--services", "quick", "--from", day, "--days", "2")
    check(day in table and "FITS" in table, table)
    candidates = {"candidates": [{"datetime": at(5, "10:00"), "services": ["quick"],
                                  "_inspectorId": who} for who in ("alice", "carol")]}
    table = scene.run("check-slots", "-", document=candidates)
    check("free" in table and "slot_taken" in table, table)
    scene.read("/unplaced", "unplaced")
    table, _ = scene.read("/services", "services")
    check("radon" in table and "15.00" in table, table)


def searching_command(scene):
    table, _ = scene.read("/inspections?_inspectorId=carol&status=confirmed", "inspections",
                          "--inspector", "carol", "--status", "confirmed")
    check("7001" in table and "7002" in table, table)
    same(len(scene.json("inspections", "--all")["inspections"]), 2, "orders")
    listed = scene.json("inspections", "--order", "time", "--limit", "1")
    same([i["orderNumber"] for i in listed["inspections"]], [7001], "the first by start")
    same(len(scene.json("inspections", "--query", "7001")["inspections"]), 1, "orders found")


def journal_commands(scene):
    scene.read("/changes?after=0", "changes", "--after", "0")
    table, _ = scene.read("/settings/services", "settings", "list", "services")
    check("radon" in table, table)
    scene.read("/settings/services/home", "settings", "show", "services", "home")
    scene.read("/settings/company", "settings", "show", "company")
    holiday = {"_id": "h9", "date": str(local_date(40)), "name": "Quiet"}
    scene.run("settings", "add", "holidays", "-", "--dry-run", document=holiday)
    scene.run("settings", "add", "holidays", "-", document=holiday)
    scene.run("settings", "set", "holidays", "h9", "--body", "-", document={"name": "Loud"})
    check("stands" in scene.err, scene.err)
    same(scene.json("settings", "show", "holidays", "h9")["setting"]["name"], "Loud", "name")
    scene.run("settings", "set", "company", "--body", "-", document={"name": "Range"})
    scene.run("settings", "replace", "holidays", "h9", "--body", "-",
              document={"date": str(local_date(41)), "name": "Later"})
    same(scene.json("settings", "show", "holidays", "h9")["setting"]["date"],
         str(local_date(41)), "date of what was replaced")
    scene.run("settings", "replace", "holidays", "h9", "--body", "-", document={"name": "x"}, code=2)
    table, _ = scene.read("/brand/public?brand=boulder", "brand", "--brand", "boulder")
    check("(boulder)" in table and "radon" in table, table)
    scene.run("settings", "remove", "holidays", "h9")
    scene.run("settings", "show", "holidays", "h9", code=5)


def key_commands(scene):
    secret = scene.run("key", "create", "--role", "readonly", "--name", "shop").strip()
    check(secret.startswith("il_") and "only time" in scene.err, scene.err)
    table, listed = scene.read("/keys", "key", "list")
    key = next(k for k in listed["keys"] if k["name"] == "shop")
    check(re.search(rf"^{key['_id']} +readonly +valid ", table, re.M), table)
    table, _ = scene.read(f"/keys/{key['_id']}", "key", "show", key["_id"])
    check("shop" in table and secret not in table, table)
    state = lambda: scene.json("key", "show", key["_id"])["key"]["state"]
    said = scene.run("key", "rotate", key["_id"], "--dry-run")
    check("Nothing is kept" in said and "il_" not in said, said)
    same(state(), "valid", "state after a dry run")
    scene.run("key", "rotate", key["_id"], "--grace", "soon", code=2)
    scene.run("key", "rotate", key["_id"], "--grace", "-1", code=2)
    fresh = scene.run("key", "rotate", key["_id"], "--grace", "60", "--reason", "spring").strip()
    check(fresh.startswith("il_") and fresh != secret, fresh)
    same(state(), "ending", "state of the old one")
    check("Nothing is kept" in scene.run("key", "revoke", key["_id"], "--dry-run"), "dry run")
    same(state(), "ending", "state after a dry run")
    check(key["_id"] in scene.run("key", "revoke", key["_id"], "--reason", "lost"), "what ended")
    same(state(), "ended", "state")
    for what in ("show", "revoke", "rotate"):
        scene.run("key", what, "k_none", code=5)


def in_scene(served, act):
    with Scene(served) as scene:
        act(scene)
        scene.server.must_be_clean()


def serves(path):
    with Scene(True) as scene:
        return scene.admin.get(path).status != 404


SCENES = [booking_commands, inspection_commands, move_command, absence_commands, hold_commands,
          trouble_commands, key_commands, pages]
for path, act in (("/calendar", reading_commands), ("/inspections", searching_command),
                  ("/changes", journal_commands)):
    if serves(path):
        SCENES.append(act)
    else:
        print(f"not served here yet: {path}")
for act in SCENES:
    for served in (True, False):
        cases.run(f"{act.__name__} {'beside a server' if served else 'on the file'}", in_scene,
                  served, act)


# ---- at a terminal ----


def on_terminal(words, env=None):
    """(stdout of a pipe, what a terminal on stderr and stdout saw)"""
    import pty
    near, far = pty.openpty()
    process = subprocess.Popen([args.interlock, *words], stdout=far, stderr=far,
                               stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})})
    os.close(far)
    seen = b""
    while True:
        try:
            part = os.read(near, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    os.close(near)
    same(process.wait(60), 0, f"exit code of {words}")
    return seen.decode()


def terminal():
    with Scene(False) as scene:
        words = ["conflicts", "--db", scene.server.db, *WHO]
        check("\033[1m" in on_terminal(words), "no bold on a terminal")
        check("\033" not in on_terminal(words, {"NO_COLOR": "1"}), "bold against NO_COLOR")


def progress_is_seen():
    """Long work tells a terminal, and nobody else, that it goes on."""
    with Server(args) as server:
        document = pathlib.Path(server.dir, "large.json")
        document.write_text(json.dumps({**company(), "inspections": [
            order(10000 + i, "alice", at(-3 - i, "09:00"), at(-3 - i, "12:00"))
            for i in range(30000)]}))
        seen = on_terminal(["import", "--db", server.db, str(document)])
        check(re.search(r"\rImporting: \d+ s", seen), f"nothing is shown: {seen[:300]!r}")
        check("\r\033[K" in seen, "the line stays")
        check(len(re.findall(r"\rImporting", seen)) < 200, "it is written too often")
        _, _, err = server.cli("import", str(document))
        same(err, "", "stderr that is no terminal")


cases.run("bold on a terminal, and not against NO_COLOR", terminal)
cases.run("progress is for terminals", progress_is_seen)
cases.finish()
