"""The published document, read: operations, schemas with their references resolved, and the cases
that the other scripts beside this one count."""
import sys

import jsonschema
import yaml

METHODS = ("get", "post", "put", "patch", "delete")


class Differs(Exception):
    """The server and the document say different things."""


def check(condition, words):
    if not condition:
        raise Differs(words)


def same(got, want, what):
    check(got == want, f"{what}: {got!r} instead of {want!r}")


class Cases:
    """Counts and prints; a case that goes wrong does not take the others with it."""

    def __init__(self):
        self.passed = self.failed = 0

    def run(self, name, function, *args):
        why = None
        try:
            function(*args)
        except Differs as e:
            why = str(e)
        except Exception as e:
            why = f"{type(e).__name__}: {e}"
        self.passed += why is None
        self.failed += why is not None
        print(f"ok {name}" if why is None else f"FAILED {name}: {why}", flush=True)

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed else 0)


class Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, which YAML forbids and the library forgives."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {k for k in keys if keys.count(k) > 1}
        check(not twice, f"line {node.start_mark.line + 1}: {twice} stands twice")
        return super().construct_mapping(node, deep)


def resolved(document, ref):
    at = document
    check(ref.startswith("#/"), f"{ref} points out of the document")
    for name in ref[2:].split("/"):
        check(isinstance(at, dict) and name in at, f"{ref} does not resolve")
        at = at[name]
    return at


def expanded(document, value):
    """The value with every $ref replaced by what it names; what stands beside one is refused."""
    if isinstance(value, list):
        return [expanded(document, v) for v in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        same(set(value), {"$ref"}, f"members beside {value['$ref']}")
        return expanded(document, resolved(document, value["$ref"]))
    return {k: expanded(document, v) for k, v in value.items()}


class Operation:
    def __init__(self, document, path, method):
        item = document["paths"][path]
        self.path, self.method, self.raw = path, method, item[method]
        self.name = self.raw.get("operationId", f"{method} {path}")
        whole = expanded(document, item)
        it = whole[method]
        self.parameters = whole.get("parameters", []) + it.get("parameters", [])
        self.responses, self.roles = it["responses"], it["x-roles"]
        self.codes = {int(k): v for k, v in it["x-codes"].items()}
        self.walk = it["x-walk"]
        self.is_planned = it.get("x-planned", False)
        self.body = it.get("requestBody")
        content = self.body["content"]["application/json"] if self.body else {}
        self.schema, self.examples = content.get("schema"), content.get("examples", {})

    def parameter(self, name):
        return next((p for p in self.parameters if p["name"] == name), None)

    def query(self):
        return [p for p in self.parameters if p["in"] == "query"]


def whole_facts(document):
    return document["components"]["schemas"]["Code"]["x-facts"]


def operations_of(document):
    return [Operation(document, path, method) for path, item in document["paths"].items()
            for method in item if method in METHODS]


def fits(value, schema, what):
    errors = sorted(jsonschema.Draft202012Validator(schema).iter_errors(value), key=str)
    if errors:
        e = errors[0]
        raise Differs(f"{what}: /{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}")
