"""Holds the server to api/openapi.yaml, and the document to the server.

 1  The document is sound: every $ref resolves, schemas are schemas, examples fit them.
 2  Its operations, roles and needs are those of routes.c; its codes, their statuses and words those
    of code.h and refusal.c. Neither side has more.
 3  Every example is sent, in order, to a server with the demo company: status, headers, body and
    the members of the answer are what the document says.
 4  What is wrong by the document (types, limits, names, what is required) is refused by the server
    with a documented code, and what is just within a limit is not.

Prints a line per case, then the counts. --answers FILE also writes what the examples answered.
"""
import argparse, json, pathlib, re, tempfile

import jsonschema
import yaml

from openapi_document import Cases, Differs, Loader, Operation, check, expanded, fits, operations_of
from openapi_document import same, whole_facts
from openapi_walk import Server, Walk, answer_is_documented
from openapi_wrong import wrong_cases

# ---- the document by itself, and beside the source ----


def loaded(text):
    document = yaml.load(text, Loader)
    expanded(document, document)
    return document


def every_schema_is_one(document):
    for name, schema in document["components"]["schemas"].items():
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
            expanded(document, schema)
        except jsonschema.SchemaError as e:
            raise Differs(f"{name}: {e.message}") from e


def nothing_is_unused(document):
    text = json.dumps(document)
    for kind, things in document["components"].items():
        for name in things:
            check(kind == "securitySchemes" or f'"#/components/{kind}/{name}"' in text,
                  f"components/{kind}/{name} is referred to nowhere")


def operation_is_sound(document, op):
    check("operationId" in op.raw and op.raw.get("summary"), "no operationId or no summary")
    braces = set(re.findall(r"{(\w+)}", op.path))
    in_path = {p["name"] for p in op.parameters if p["in"] == "path" and p["required"]}
    same(in_path, braces, "path parameters")
    facts = whole_facts(document)
    refusals = {int(s) for s in op.responses if s.isdigit() and int(s) >= 400}
    same(set(op.codes), refusals, "statuses of x-codes beside the responses")
    for status, codes in op.codes.items():
        check(codes and len(set(codes)) == len(codes), f"x-codes {status} is empty or repeats")
        for code in codes:
            same(facts[code]["status"], status, f"status of {code}")
    for entry in op.walk:
        shown = entry.get("body", entry["name"])
        check(not op.body or not op.body["required"] or shown in op.examples,
              f"{entry['name']} has no body")
    for name in op.examples:
        check(any(name == e["name"] for e in op.walk), f"the body {name} is never sent")


def answers_fit(op, dates):
    for status, response in op.responses.items():
        for media in response.get("content", {}).values():
            for name, example in media.get("examples", {}).items():
                entry = next((e for e in op.walk if e["name"] == name), None)
                check(entry and str(entry["status"]) == status, f"{name} is no walk's answer")
                fits(dates(example["value"]), media["schema"], f"the answer {name}")


def role_sets(call_h):
    """The names of call.h for sets of roles: {'OFFICE': {'admin', 'staff'}, ...}."""
    sets = {"0": set()}
    for name, value in re.findall(r"^\s+(\w+) = ((?:1 << ROLE_\w+)|(?:\w+(?: \| \w+)*)),", call_h,
                                  re.M):
        if value.startswith("1 << ROLE_"):
            sets[name] = {value[len("1 << ROLE_"):].lower()}
        elif all(part in sets for part in value.split(" | ")):
            sets[name] = set().union(*(sets[part] for part in value.split(" | ")))
    return sets


def steps_of(root, sets):
    """{COMMAND_...: the roles that may ask for that step}, as status.h says."""
    text = (root / "src/core/include/core/status.h").read_text()
    sets = {**sets, "BY_OFFICE": sets["OFFICE"], "BY_INSPECTOR": sets["ROLE_BIT_INSPECTOR"]}
    rows = re.findall(r"STEP\((COMMAND_\w+), \w+, \w+, ([\w |]+),", text)
    same(len(rows), text.count("STEP(COMMAND_"), "rows of status.h that were read")
    found = {}
    for kind, who in rows:
        found.setdefault(kind, set()).update(*(sets[part] for part in who.split(" | ")))
    return found


def routes_of(root):
    """{(method, path with {}): (roles, needs a key, takes a body)} of the public routes. A row of
    routes.c is written out, or as ASK, TELL, DROP, PLAN or STEP."""
    sets = role_sets((root / "src/api/call.h").read_text())
    steps = steps_of(root, sets)
    text = (root / "src/api/routes.c").read_text()
    table = re.search(r"struct route routes\[\] = {\n(.*?)\n};", text, re.S)[1]
    found = {}
    for m, path, roles, local, key, body in re.findall(
            r'{ "([A-Z]+)", "([^"]+)", (\w+), (true|false), (true|false), (true|false),', table):
        found[m, path] = None if local == "true" else (sets[roles], key == "true", body == "true")
    for path, roles in re.findall(r'ASK\("([^"]+)", (\w+),', table):
        found["GET", path] = sets[roles], False, False
    for m, path, roles in re.findall(r'TELL\("([A-Z]+)", "([^"]+)", (\w+),', table):
        found[m, path] = sets[roles], True, True
    for path, roles in re.findall(r'DROP\("([^"]+)", (\w+),', table):
        found["DELETE", path] = sets[roles], True, False
    for m, path, roles in re.findall(r'PLAN\("([A-Z]+)", "([^"]+)", (\w+)\)', table):
        found[m, path] = sets[roles], False, False
    for word, kind in re.findall(r'STEP\("([^"]+)", (\w+)\)', table):
        found["POST", f"/inspection/{{}}/{word}"] = steps[kind], True, False
    same(len(found), len(re.findall(r"^    [A-Z{]", table, re.M)), "rows of routes.c that were read")
    return {route: needs for route, needs in found.items() if needs}


def planned_of(root):
    return set(re.findall(r'PLAN\("([A-Z]+)", "([^"]+)"', (root / "src/api/routes.c").read_text()))


def routes_are_documented(root, operations):
    want = routes_of(root)
    have = {(op.method.upper(), re.sub(r"{\w+}", "{}", op.path)): op for op in operations}
    same(set(have), set(want), "operations")
    for route, (roles, key, body) in want.items():
        op = have[route]
        same(set(op.roles), roles, f"{op.name}: roles")
        same(op.parameter("Idempotency-Key") is not None, key, f"{op.name}: Idempotency-Key")
        same(op.parameter("dryRun") is not None, key, f"{op.name}: dryRun")
        same(bool(op.body and op.body["required"]), body, f"{op.name}: body required")
        same(op.raw.get("security") == [], not roles, f"{op.name}: needs no key")
        same(op.is_planned, route in planned_of(root), f"{op.name}: x-planned")


def codes_are_documented(root, document):
    text = re.sub(r"\\\n", " ", (root / "src/core/include/core/code.h").read_text())
    rows = re.findall(r'CODE\((\w+), (\d+), (true|false),\s*"([^"]*)"\)', text)
    same(len(rows), len(re.findall(r"[ (]CODE\(\w+, \d+", text)), "rows of code.h that were read")
    source = "".join(p.read_text() for p in (root / "src").rglob("*.[ch]") if p.name != "code.h")
    want = {name: {"status": int(status), "overridable": passes == "true", "means": words}
            for name, status, passes, words in rows
            if re.search(rf'CODE_{name}\b|"{name}"', source)}  # others are never answered
    refusals = (root / "src/http/refusal.c").read_text()
    for status, name in re.findall(r'{\s*(\d+),\s*"[^"]*",\s*"(\w+)",', refusals):
        same(want.setdefault(name, {"status": int(status), "layer": "http"})["status"],
             int(status), f"status of {name} in refusal.c")
    have = whole_facts(document)
    same(set(have), set(want), "codes of x-facts")
    same(sorted(document["components"]["schemas"]["Code"]["enum"]), sorted(want), "codes of enum")
    for name, facts in want.items():
        same({k: have[name].get(k) for k in facts}, facts, f"facts of {name}")
    used = {c for op in operations_of(document) for codes in op.codes.values() for c in codes}
    lost = {c for c in set(want) - used if "layer" not in want[c]}
    same(lost, {"method_not_allowed", "too_large"} & set(want),
         "codes that no operation answers")


# ---- beside the walk ----


def replay_is_marked(walk):
    first, again = walk.answers["booked"], walk.answers["booked-again"]
    same(again.headers["Idempotent-Replayed"], "true", "Idempotent-Replayed")
    same(first.headers["Idempotent-Replayed"], None, "Idempotent-Replayed of the first")
    same(again.json, first.json, "the replay")


def spectora_is_told(walk, operations):
    """The demo company has no link; given one, createJob answers as documented."""
    op = next(o for o in operations if o.name == "createJob")
    document = json.loads(walk.server.cli("demo"))
    linked = {"_id": "boulder", "name": "Front Range Boulder", "spectora": {"mode": "mirror"}}
    walk.server.take(json.dumps({"interlock": 1, "company": document["company"],
                                 "brands": [linked], "services": document["services"],
                                 "inspectors": document["inspectors"]}))
    body = {**walk.body(op, op.walk[0]), "brand": "boulder"}
    answer = walk.server.send("staff", "post", op.path, body)
    same(answer.status, 201, f"status ({answer.bytes[:300]!r})")
    answer_is_documented(op, answer)
    check("spectora" in answer.json, "no spectora in the answer")


def methods_are_allowed(server, document, path, operations):
    """What the path does not serve is 405, and Allow names what it serves."""
    target = re.sub(r"{\w+}", "x", path)
    served = {op.method.upper() for op in operations if op.path == path}
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        if method in served:
            continue
        answer = server.send("staff", method, target)
        same((answer.status, answer.json["code"]), (405, "method_not_allowed"), method)
        fits(answer.json, expanded(document, {"$ref": "#/components/schemas/Problem"}), method)
        same(sorted(answer.headers["Allow"].split(", ")), sorted(served), f"Allow of {method}")


def serve_cases(cases, server, document, operations, answers_path):
    demo = json.loads(server.cli("demo"))["company"]
    walk = Walk(server, demo["timezone"])
    for op in operations:
        cases.run(f"{op.name}: answers of the examples fit", answers_fit, op, walk.dates)
    for op in operations:
        for entry in op.walk:
            cases.run(f"{op.name}: {entry['name']}", walk.step, op, entry)
    cases.run("a replay is marked and the same", replay_is_marked, walk)
    for op in operations:
        wrong_cases(cases, walk, op)
    for path in document["paths"]:
        cases.run(f"{path}: other methods", methods_are_allowed, server, document, path, operations)
    cases.run("createJob with a Spectora link", spectora_is_told, walk, operations)
    if answers_path:
        pathlib.Path(answers_path).write_text(json.dumps(
            {"today": walk.today.isoformat(),
             "answers": {name: a.json for name, a in walk.answers.items() if a.json}}))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--interlock", required=True, help="the program")
    parser.add_argument("--root", required=True, type=pathlib.Path, help="the source tree")
    parser.add_argument("--answers", help="write here what the examples answered")
    args = parser.parse_args()
    text = (args.root / "api/openapi.yaml").read_text(encoding="utf-8")
    cases = Cases()
    cases.run("the document is sound YAML, every $ref resolves", loaded, text)
    if cases.failed:
        cases.finish()
    document = loaded(text)
    operations = operations_of(document)
    cases.run("schemas are schemas", every_schema_is_one, document)
    cases.run("components are used", nothing_is_unused, document)
    names = [op.name for op in operations]
    cases.run("operationIds differ", same, len(set(names)), len(names), "operationIds")
    walked = [e["name"] for op in operations for e in op.walk]
    cases.run("example names differ", same, len(set(walked)), len(walked), "names")
    for op in operations:
        cases.run(f"{op.name}: sound", operation_is_sound, document, op)
    cases.run("operations are those of routes.c", routes_are_documented, args.root, operations)
    cases.run("codes are those of code.h and refusal.c", codes_are_documented, args.root, document)
    with tempfile.TemporaryDirectory(prefix="interlock-openapi-") as directory, \
            open(pathlib.Path(directory, "log"), "w") as log:
        server = Server(str(pathlib.Path(args.interlock).resolve()), directory)
        server.take(server.cli("demo"))
        server.start(log)
        try:
            server.make_keys(json.loads(server.cli("demo"))["company"]["_id"])
            serve_cases(cases, server, document, operations, args.answers)
        finally:
            cases.run("the server ends well", server.stop)
    cases.finish()


if __name__ == "__main__":
    main()
