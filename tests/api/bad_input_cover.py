"""What cases/bad_input.cases must have: each operation of api/openapi.yaml, and of each its query
parameters, the fields of its body and the codes for bad input that are published for it."""
import pathlib, re

import yaml

DOCUMENT = pathlib.Path(__file__).parent.parent.parent / "api" / "openapi.yaml"
METHODS = ("get", "post", "put", "patch", "delete")
# Codes that are each operation's own to give. The rest is judged in one place for all of them
# (JSON that is none, keys, media types) or is no bad input (what is taken, what is not offered now).
OWN = {"type", "unknown_field", "out_of_range", "too_long", "body_required", "stale",
       "idempotency_key_required", "version_required", "not_found", "duplicate_parameter",
       "nonexistent_local_time", "ambiguous_local_time", "offset_mismatch", "not_implemented"}


class Operation:
    def __init__(self, name, path_item, node, resolve):
        listed = [resolve(p) for p in [*path_item.get("parameters", []),
                                       *node.get("parameters", [])]]
        self.name, self.roles = name, node.get("x-roles")
        self.is_planned = "501" in node["responses"]
        self.query = set() if self.is_planned else self.named(listed, "query")
        self.has_path = bool(self.named(listed, "path"))
        self.has_bounds = any(is_bounded(resolve(p["schema"])) for p in listed
                              if p["in"] == "query")
        self.fields = set()
        if "requestBody" in node:
            schema = node["requestBody"]["content"]["application/json"]["schema"]
            self.fields = fields_of(schema, resolve)
        self.codes = {"not_implemented"} if self.is_planned else self.own_codes(node)
        self.takes_anything = bool(self.query or self.fields or self.has_path)

    @staticmethod
    def named(listed, where):
        return {p["name"] for p in listed if p["in"] == where}

    def own_codes(self, node):
        """Without those that are listed for all, where there is nothing that could be so."""
        codes = {c for codes in node.get("x-codes", {}).values() for c in codes} & OWN
        if not self.has_path:
            codes -= {"not_found"}
        if not self.has_bounds and not self.fields:
            codes -= {"out_of_range"}
        if self.fields <= {"version"}:
            codes -= {"too_long"}
        return codes


def is_bounded(schema):
    """Any text will do for an unbounded one."""
    return schema.get("type") != "string" or bool({"enum", "pattern", "format"} & set(schema))


def fields_of(schema, resolve):
    schema = resolve(schema)
    fields = set(schema.get("properties", {}))
    for part in ("allOf", "oneOf", "anyOf"):
        for one in schema.get(part, []):
            fields |= fields_of(one, resolve)
    return fields


def operations():
    document = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))

    def resolve(node):
        while "$ref" in node:
            at = document
            for name in node["$ref"][2:].split("/"):
                at = at[name]
            node = at
        return node
    return [Operation(f"{method.upper()} {path}", item, item[method], resolve)
            for path, item in document["paths"].items() for method in METHODS if method in item]


class Row:
    """A line of the table, without a world that it could be sent to."""

    def __init__(self, block, changes, want):
        self.method, self.path, _, *body = block.split(" ", 3)
        self.codes, self.fields = set(want.split()[1].split(",")), set()
        for change in changes.split(" & "):
            word, _, rest = change.strip().partition(" ")
            if word in ("method", "path"):
                setattr(self, word, rest)
            elif word == "body":
                self.fields |= set(re.findall(r'"(\w+)":', rest))
            elif word.startswith("/"):
                self.fields.add(word.split("/")[1])
        self.path, _, query = self.path.partition("?")
        self.query = set(re.findall(r"(?:^|&)(\w+)=", query))


def pattern_of(name):
    return re.compile("[^/]+".join(map(re.escape, re.split(r"\{\w+\}", name))))


def of_operations(listed, rows):
    """operation -> its rows. A fixed path is no thing's name."""
    patterns = sorted(((o, pattern_of(o.name)) for o in listed), key=lambda x: x[0].name.count("{"))
    found = {operation: [] for operation in listed}
    for row in rows:
        fits = [o for o, p in patterns if p.fullmatch(f"{row.method} {row.path}")]
        if fits:
            found[fits[0]].append(row)
    return found


def missing(operation, rows):
    """What the table has no line for, in words."""
    if not operation.takes_anything and not operation.roles:
        return []
    has = lambda what: {name for row in rows for name in getattr(row, what)}
    return [f"{what} {name}" for what, wanted, got in
            (("code", operation.codes, has("codes")), ("parameter", operation.query, has("query")),
             ("field", operation.fields, has("fields"))) for name in sorted(wanted - got)]
