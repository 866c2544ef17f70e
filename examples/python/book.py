#!/usr/bin/env python3
"""Books a visit over HTTP as an online shop does: list, hold, book; standard library only.

INTERLOCK_URL and INTERLOCK_KEY (an online key's secret) say where and who. Ends with 0 when the
visit is booked once, a retry changed nothing, and the same time was refused to somebody else."""
import json, os, sys, urllib.error, urllib.parse, urllib.request, uuid


class Interlock:
    def __init__(self, url, key):
        self.url, self.key = url, key

    def ask(self, method, path, body=None, once=None, **headers):
        """(status, answer). `once`: an Idempotency-Key; the same one again has no second effect."""
        lines = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json",
                 **{name.replace("_", "-"): value for name, value in headers.items()}}
        if method != "GET":
            lines["Idempotency-Key"] = once or str(uuid.uuid4())
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, lines, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as problem:
            return problem.code, json.load(problem)


def main():
    interlock = Interlock(os.environ["INTERLOCK_URL"], os.environ["INTERLOCK_KEY"])
    query = urllib.parse.urlencode({"services": "home", "days": 14})
    status, found = interlock.ask("GET", f"/schedule/optimal-slots?{query}")
    slot = found["slots"][0]
    time = {"datetime": slot["datetime"], "services": ["home"],
            "_inspectorId": slot["_inspectorId"]}
    status, held = interlock.ask("POST", "/schedule/holds", {**time, "kind": "checkout"})
    print(f"hold: {status} {held['hold']['_id']}")

    visit = {**time, "property": {"address": "12 Elm Street, Denver"},
             "client": {"name": "Ann Example", "email": "ann@example.com"}}
    once, hold = str(uuid.uuid4()), held["hold"]["token"]
    status, booked = interlock.ask("POST", "/inspection/book-job", visit, once, Interlock_Hold=hold)
    print(f"book: {status} order {booked['inspection']['orderNumber']}")
    again, same = interlock.ask("POST", "/inspection/book-job", visit, once, Interlock_Hold=hold)
    print(f"retry: {again} order {same['inspection']['orderNumber']}")

    other = {**visit, "property": {"address": "9 Oak Street, Denver"}}
    refused, problem = interlock.ask("POST", "/inspection/book-job", other)
    print(f"somebody else: {refused} {problem['code']}: {problem['title']}")
    return (status, again, refused) == (201, 201, 409) and booked == same


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
