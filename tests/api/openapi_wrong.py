"""Requests that are wrong by the document, each in one way, made from an example that is good."""
import copy

from openapi_document import check, same
from openapi_walk import ROLES, answer_is_documented

BODY_BYTES_MAX = 64 * 1024


class Wrong:
    """One operation, from an example of its own that is good. Mutations are tried, not made."""

    def __init__(self, walk, op):
        self.walk, self.op, self.server = walk, op, walk.server
        self.entry = next((e for e in op.walk if e["status"] < 300), op.walk[0])
        self.good = walk.body(op, self.entry)
        self.role = "admin"  # may name every field
        self.dry = {"dryRun": "true"} if op.parameter("dryRun") else {}

    def base(self, field):
        """An example with that field, else the good one: some fields exclude each other."""
        bodies = [self.walk.filled(e["value"]) for e in self.op.examples.values()]
        return next((b for b in bodies if field in b), self.good or {})

    def send(self, *, role=None, body=None, query=None, headers=None, suffix=""):
        target = self.walk.target(self.op, self.entry, {**self.dry, **(query or {})}) + suffix
        lines = {**self.walk.headers(self.entry), "Idempotency-Key": None, **(headers or {})}
        return self.server.send(role or self.role, self.op.method, target,
                                self.good if body is None else body, lines)

    def refused(self, codes, field=None, **how):
        answer = self.send(**how)
        answer_is_documented(self.op, answer, codes)
        if field is not None:
            same(answer.json.get("field"), field, f"field of {answer.json['code']}")

    def without_credentials(self):
        for value in (None, "Bearer", "Bearer nonsense", "Basic YTpi"):
            self.refused(["unauthorized"], headers={"Authorization": value})

    def of_every_role(self):
        for role in ROLES:
            answer = self.send(role=role)
            if role not in self.op.roles:
                answer_is_documented(self.op, answer, ["not_permitted"])
            elif answer.status == 304:
                continue
            else:
                answer_is_documented(self.op, answer)

    def without_idempotency_key(self):
        self.dry = {}
        for key in (None, "", "k" * 256, "with\ttab", "caf\u00e9".encode("latin-1")):
            self.refused(["idempotency_key_required"], headers={"Idempotency-Key": key})

    def of_query(self):
        self.refused(["unknown_field"], "/nonsense", query={"nonsense": "1"})
        for p in self.op.query():
            name, schema = p["name"], p["schema"]
            pair = f"&{name}=1&{name}=2" if self.dry or self.entry.get("query") else \
                f"?{name}=1&{name}=2"
            self.refused(["duplicate_parameter"], f"/{name}", suffix=pair)
            for value, code in wrong_query_values(schema):
                more = {"lat": 1, "lng": 1} if name in ("lat", "lng") else {}
                self.refused([code], f"/{name}", query={**more, name: value})

    def of_media(self):
        self.refused(["unsupported_media_type"], body=b"{}", headers={"Content-Type": "text/plain"})
        self.refused(["unsupported_media_type"], body=b"{}", headers={"Content-Encoding": "gzip"})
        self.refused(["not_acceptable"], headers={"Accept": "text/html, image/*"})
        self.refused(["json_invalid"], body=b'{"a":')
        self.refused(["json_duplicate_key"], body=b'{"a":1,"a":2}')
        self.refused(["json_too_deep"], body=b"[" * 33 + b"]" * 33)
        self.refused(["utf8_invalid"], body=b'{"a":"\xff"}')
        self.refused(["control_character"], body=b'{"a":"\\u0000"}')
        if self.op.body and self.op.body["required"]:
            self.refused(["body_required"], body=b"")
        if self.op.body:
            self.refused(["type"], body=[])
        answer = self.send(body=b" " * (BODY_BYTES_MAX + 1))
        same((answer.status, answer.json["code"]), (413, "too_large"), "an answer over the limit")

    def of_fields(self):
        """Each field in turn: another type, beyond its limits, just within them, an unknown one."""
        for path, schema in fields_of(self.op.schema):
            body = with_parents(self.base(path[0]), path, self.op.schema)
            if path[-1] == "nonsense":
                self.refused(["unknown_field"], pointer(path), body=put(body, path, 1))
                continue
            for value, codes in wrong_values(schema):
                self.refused(codes, pointer(path) if codes == ["type"] else None,
                             body=put(body, path, value))
            for value in limit_values(schema):
                answer = self.send(body=put(body, path, value))
                told = answer.json.get("field") if answer.status >= 400 else None
                check(told != pointer(path) or answer.json["code"] not in ("type", "too_long"),
                      f"{pointer(path)} within its limit: {answer.bytes[:300]!r}")
                answer_is_documented(self.op, answer)

    def of_required(self):
        for path, name in required_of(self.op.schema):
            where = path + (name,)
            body = with_parents(self.base(path[0] if path else name), where, self.op.schema)
            body = put(body, where, None)
            self.refused(["type", "out_of_range"], body=body)
            self.refused(["type", "out_of_range"], body=removed(body, where))


def wrong_query_values(schema):
    if schema["type"] == "integer":
        yield "many", "type"
        yield "1.5", "type"
        yield schema["minimum"] - 1, "out_of_range"
        yield schema["maximum"] + 1, "out_of_range"
    elif schema["type"] == "number":
        yield "far", "type"
        yield schema["minimum"] - 0.1, "out_of_range"
        yield schema["maximum"] + 0.1, "out_of_range"
    elif "enum" in schema or "pattern" in schema:
        yield "nonsense", "out_of_range"


def types_of(schema):
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else kind


def wrong_values(schema):
    """(a value, the codes it may be refused with) for what the schema does not allow."""
    kinds = types_of(schema)
    if kinds == ["null"]:
        yield "FREQ=DAILY", ["out_of_range"]
        return
    yield (7 if "string" in kinds else "seven"), ["type"]
    yield (["x"] if "array" not in kinds else {"x": 1}), ["type"]
    if "string" in kinds and "maxLength" in schema:
        yield "x" * (schema["maxLength"] + 1), ["too_long"]
    if "string" in kinds:
        yield "a\u0001b", ["control_character"]
    if "minLength" in schema:
        yield "", ["type", "out_of_range", "not_found"]
    if "enum" in schema or "pattern" in schema:
        yield "nonsense", ["out_of_range", "too_long"]
    if "integer" in kinds:
        yield 1.5, ["out_of_range"]
    if "minimum" in schema:
        yield schema["minimum"] - 1, ["out_of_range"]
    if "maximum" in schema:
        yield schema["maximum"] + 1, ["out_of_range"]
    if "maxItems" in schema:
        yield [good_of(schema["items"])] * (schema["maxItems"] + 1), ["too_long"]
    if schema.get("uniqueItems"):
        yield [good_of(schema["items"])] * 2, ["out_of_range"]


def limit_values(schema):
    kinds = types_of(schema)
    if "string" in kinds and "maxLength" in schema and not {"enum", "pattern"} & set(schema):
        yield "x" * schema["maxLength"]
    yield from (schema[k] for k in ("minimum", "maximum") if k in schema)
    if "maxItems" in schema:
        yield [good_of(schema["items"])] * schema["maxItems"]


def good_of(schema):
    """Some value that the schema allows."""
    kinds = types_of(schema)
    if "enum" in schema:
        return schema["enum"][0]
    if "object" in kinds:
        return {n: good_of(schema["properties"][n]) for n in schema.get("required", [])}
    if "array" in kinds:
        return [good_of(schema["items"])] * schema.get("minItems", 0)
    if "pattern" in schema:
        return "2030-01-15" if schema.get("maxLength") == 10 else "2030-01-15T09:00:00"
    if "integer" in kinds or "number" in kinds:
        return schema.get("minimum", 1)
    return True if "boolean" in kinds else "x"


def fields_of(schema, path=()):
    """(path, schema) of every field, nested ones and items included, and of one unknown each."""
    for name, field in schema.get("properties", {}).items():
        yield path + (name,), field
        yield from fields_of(field, path + (name,))
    if "items" in schema:
        yield path + (0,), schema["items"]
        yield from fields_of(schema["items"], path + (0,))
    if schema.get("additionalProperties") is False:
        yield path + ("nonsense",), {}


def required_of(schema, path=()):
    for name in schema.get("required", []):
        yield path, name
    for name, field in schema.get("properties", {}).items():
        yield from required_of(field, path + (name,))
    if "items" in schema:
        yield from required_of(schema["items"], path + (0,))


def schema_at(schema, path):
    for part in path:
        schema = schema["items"] if isinstance(part, int) else schema["properties"][part]
    return schema


def with_parents(body, path, schema):
    """The body with what the path goes through, good as far as the schema tells."""
    body = copy.deepcopy(body)
    at = body
    for i, part in enumerate(path[:-1]):
        child = good_of(schema_at(schema, path[:i + 1]))
        if isinstance(at, list):
            at[:] = at or [child]
        elif at.get(part) is None:
            at[part] = child
        at = at[part]
    if path[-1] == 0 and not at:
        at.append(None)
    beside = {"lat": "lng", "lng": "lat"}.get(path[-1])
    if beside:
        at[beside] = 1
    if body.get("property") is not None and path[0] != "property":
        for name in ("lat", "lng", "squareFeet", "yearBuilt"):
            if path[0] == name:
                del body["property"]
                break
    elif path[0] == "property":
        for name in ("lat", "lng", "squareFeet", "yearBuilt"):
            body.pop(name, None)
    return body


def put(body, path, value):
    body = copy.deepcopy(body)
    at = body
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = value
    return body


def removed(body, path):
    body = copy.deepcopy(body)
    at = body
    for part in path[:-1]:
        at = at[part]
    at.pop(path[-1], None)
    return body


def pointer(path):
    return "".join(f"/{part}" for part in path)


def wrong_cases(cases, walk, op):
    wrong = Wrong(walk, op)
    if not op.roles:
        return
    cases.run(f"{op.name}: without credentials", wrong.without_credentials)
    cases.run(f"{op.name}: each role", wrong.of_every_role)
    if op.is_planned:
        return
    cases.run(f"{op.name}: parameters", wrong.of_query)
    cases.run(f"{op.name}: media", wrong.of_media)
    if op.schema:
        cases.run(f"{op.name}: fields", wrong.of_fields)
        cases.run(f"{op.name}: required fields", wrong.of_required)
    if op.parameter("Idempotency-Key"):
        cases.run(f"{op.name}: Idempotency-Key", wrong.without_idempotency_key)
