"""What the fuzzer of the API puts where: the places of a request, and the values of each.

 1  A place is a path value, a parameter, a header, a field of the body, the body's bytes, the key.
 2  Half of the values come from what the place asks for (its limits and their neighbours, its enum,
    what the examples say, identifiers that are there or are another company's, dates at a clock
    change), half are wrong for nearly any place.
"""
import copy, dataclasses, datetime, json

from harness import ZONE, clock_change
from openapi_wrong import fields_of, types_of, with_parents

MISSING = "(left out)"  # of a field or a header
ODD_TEXTS = ["", " ", "x", "0", "-1", "null", "true", "nonsense", "é", "\U0001f3e0" * 40, "e\u0301",
             "\u202eabc", "\ufeff", "\u0000", "a\u0001b", "a\tb", "\x7f", "\u0085", "\ud800", "%00",
             "../../x", "a/b", "a,b,,c", ",", "'; --", "{date}", "x" * 255, "x" * 256, "x" * 2001,
             "x" * 20000]
ODD_NUMBERS = [0, -0.0, 1, -1, 0.5, 1.5, 255, 65536, 2**31 - 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63,
               -2**63, 10**30, 1e308, -1e308, 5e-324, float("nan"), float("inf")]
ODD_VALUES = [None, True, False, [], {}, [[]], [None], [1], ["x"], {"x": 1}, {"": None},
              ["x"] * 300, [{}] * 300]
ODD_DATES = ["2030-02-30T09:00:00", "2028-02-29T09:00:00Z", "0000-01-01T00:00:00Z",
             "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z",
             "9999-12-31T23:59:59-23:59", "2030-01-15T24:00:00Z", "2030-01-15T23:59:60Z",
             "2030-01-15T09:00:00+99:00", "2030-01-15T09:00", "2030-01-15", "2030-1-5", "09:00",
             "24:00", "2030-01-15T09:00:00.999999999Z", "10000-01-01T00:00:00Z"]
RAW_BODIES = [b"", b"{", b"{}", b"[]", b"null", b"0", b'"x"', b"\xef\xbb\xbf{}", b"{} {}", b"\xff",
              b'{"a":1,"a":2}', b"[" * 33 + b"]" * 33, b"[" * 60000, b'{"a":"\\ud800"}',
              b'{"a":"\\u0000"}', b'{"a":1e999}', b'{"a":NaN}', b"{'a':1}", b" " * 65537,
              b'{"a":' + b"9" * 400 + b"}", b"\x00", b'{"":0}', b'{"\\u0001":1}']
HEADER_VALUES = {
    "Authorization": ["Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "bearer x", MISSING,
                      "Bearer " + "x" * 600],
    "Accept": ["text/html", "*/*", "application/json;q=0", "application/problem+json", ",", ";q=2"],
    "Content-Type": ["text/plain", "application/json; charset=latin-1", "application/jsonx", MISSING,
                     "multipart/form-data"],
    "Content-Encoding": ["gzip", "identity", "br, gzip"],
    "Idempotency-Key": [MISSING, "", "k", "k" * 255, "k" * 256, "é"],
    "If-Match": [MISSING, "", "*", '"1"', 'W/"1"', '"0"', '"-1"', '"99999999999999999999"', "1",
                 '"1", "2"', '"x"'],
    "If-None-Match": ["*", '"x"', 'W/"x"', ""],
    "Last-Event-ID": ["0", "1", "-1", "x", "99999999999999999999", "", "140737488355328"],
}


def clock_change_dates():
    """Wall times and instants around the next change of the clock: skipped, repeated, midnight."""
    day = clock_change(ZONE)
    texts = []
    for moved in (-1, 0, 1):
        date = (day + datetime.timedelta(days=moved)).isoformat()
        texts += [date] + [f"{date}T{clock}{zone}" for clock in ("00:00:00", "01:30:00", "02:30:00")
                           for zone in ("", "-06:00", "-07:00", "Z")]
    return texts


def limits(schema):
    """The limits a schema tells, and their neighbours."""
    for name in ("minimum", "maximum"):
        if name in schema:
            yield from (schema[name] + by for by in (-1, 0, 1))
    for name in ("minLength", "maxLength"):
        if name in schema:
            yield from ("x" * max(0, schema[name] + by) for by in (-1, 0, 1))
            yield "é" * schema[name]
    if "minItems" in schema or "maxItems" in schema:
        sizes = {schema.get("minItems", 0) - 1, schema.get("maxItems", 1),
                 schema.get("maxItems", 1) + 1}
        yield from (["x"] * n for n in sizes if n >= 0)


class Values:
    """Values for a place, of the document's examples and of what the server has."""

    def __init__(self, chance, examples, ids):
        self.chance, self.ids = chance, ids
        self.dates = clock_change_dates()
        self.said = {}
        for value in examples:
            self.learn(value)

    def learn(self, value, name=""):
        if isinstance(value, dict):
            for key, inner in value.items():
                self.learn(inner, key)
        elif isinstance(value, list):
            for inner in value[:3]:
                self.learn(inner, name)
        elif value is not None:
            known = self.said.setdefault(name, [])
            if value not in known:
                known.append(value)
                del known[:-30]

    def fitting(self, name, schema):
        kinds = types_of(schema)
        pool = list(limits(schema)) + self.said.get(name, []) + schema.get("enum", [])
        if "string" in kinds or not kinds:
            pool += [self.chance.choice(self.ids), self.chance.choice(self.ids)]
        if "pattern" in schema or "date" in name or name in ("from", "to", "start", "end", "until"):
            pool += self.chance.sample(self.dates, 4) + self.chance.sample(ODD_DATES, 4)
        if "boolean" in kinds:
            pool += [True, False]
        return pool

    def any(self):
        return self.chance.choice([*ODD_TEXTS, *ODD_NUMBERS, *ODD_VALUES, *ODD_DATES])

    def of(self, name, schema):
        pool = self.fitting(str(name), schema)
        return self.chance.choice(pool) if pool and self.chance.random() < 0.6 else self.any()

    def text(self, name, schema):
        value = self.of(name, schema)
        return value if isinstance(value, str) else json.dumps(value)


@dataclasses.dataclass(frozen=True)
class Place:
    kind: str  # path, query, twice, header, body, raw, role
    name: object
    schema: dict = dataclasses.field(default_factory=dict, compare=False)


def places_of(op):
    for p in op.parameters:
        yield Place(p["in"], p["name"], p["schema"])
        if p["in"] == "query":
            yield Place("twice", p["name"], p["schema"])
    declared = {p["name"] for p in op.parameters}
    yield from (Place("header", name) for name in HEADER_VALUES if name not in declared)
    yield Place("query", "nonsense")
    yield Place("raw", "body")
    yield Place("role", "key")
    for path, schema in fields_of(op.schema or {}):
        yield Place("body", path, schema)


def value_for(place, values, roles):
    chance = values.chance
    if place.kind == "role":
        return chance.choice(roles)
    if place.kind == "raw":
        return chance.choice(RAW_BODIES)
    if place.kind == "header":
        known = HEADER_VALUES.get(place.name, [])
        odd = values.text(place.name, place.schema).translate(dict.fromkeys(b"\r\n"))
        odd = odd.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
        return chance.choice(known) if known and chance.random() < 0.8 else odd[:9000]
    if place.kind == "body":
        if chance.random() < 0.1:
            return MISSING
        return copy.deepcopy(values.of(place.name[-1], place.schema))
    return values.text(place.name, place.schema)


def put_in(body, path, value, schema):
    """The body with that value at that path, its parents made; a body that has none is kept."""
    try:
        body = with_parents(body, path, schema)
        at = body
        for part in path[:-1]:
            at = at[part]
        if value is MISSING and isinstance(at, dict):
            at.pop(path[-1], None)
        elif value is not MISSING:
            at[path[-1]] = value
    except (AttributeError, IndexError, KeyError, TypeError):
        pass  # another change took the parent away
    return body
