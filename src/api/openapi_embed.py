"""Turns api/openapi.yaml into JSON in a C file, so that the binary carries its own description.

What only the tests read is left out: the order in which examples are sent (x-walk), and bodies that
are put together from earlier answers. Dates of examples, which are days from today there, become
days from one that is fixed, so that the same source gives the same bytes.
"""

import datetime
import hashlib
import json
import pathlib
import re
import sys

import yaml

FIRST_DAY = datetime.date(2027, 1, 4)
DATE = re.compile(r"{date\+(\d+)}")
REFERENCE = re.compile(r"{[\w-]+[.#][^{}]+}")


def dated(text):
    return DATE.sub(lambda m: str(FIRST_DAY + datetime.timedelta(days=int(m[1]))), text)


def refers(value):
    return bool(REFERENCE.search(json.dumps(value)))


def published(value):
    if isinstance(value, str):
        return dated(value)
    if isinstance(value, list):
        return [published(v) for v in value]
    if not isinstance(value, dict):
        return value
    kept = {k: v for k, v in value.items() if k != "x-walk"}
    if isinstance(kept.get("examples"), dict):
        examples = {k: v for k, v in kept["examples"].items() if not refers(v)}
        kept = {k: v for k, v in kept.items() if k != "examples"}
        kept.update({"examples": examples} if examples else {})
    return {k: published(v) for k, v in kept.items()}


def main(out, source):
    document = yaml.safe_load(pathlib.Path(source).read_text(encoding="utf-8"))
    text = json.dumps(published(document), ensure_ascii=False, separators=(",", ":")).encode()
    digest = hashlib.sha256(text).hexdigest()[:32]
    numbers = ",".join(str(b if b < 128 else b - 256) for b in text)
    pathlib.Path(out).write_text("\n".join([
        '#include "openapi_json.h"', "",
        f"const char openapi_json[] = {{{numbers}}};",
        "const size_t openapi_json_bytes = sizeof openapi_json;",
        f'const char openapi_etag[] = "\\"{digest}\\"";', ""]))


main(*sys.argv[1:])
