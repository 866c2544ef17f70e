"""What the office keeps for itself: settings, keys, metrics, the description, what is planned.

 1  A setting is read, changed and removed as an import would, with the import's words.
 2  A key that was ended opens nothing from the answer on; a secret is said once, and again only to
    the same request.
 3  Metrics are good text of Prometheus, and walls stand in them.
"""
import contextlib, re, threading
from harness import *

args = options(__doc__.splitlines()[0])
cases = Cases()
server = Server(args).start()
server.take(company(holidays=[{"_id": "h1", "date": str(local_date(50)), "name": "Closed"}],
                    inspections=[order(5001, "alice", at(20, "10:00"), at(20, "13:00"))]))
admin = server.client("admin")
staff = server.client("staff", override=True)
denver = server.client("admin", brand="denver")
ANY = [("If-Match", "*")]


def put(client, target, body, **more):
    return client.ask("PUT", target, body, **more)


def restart(*more):
    server.stop()
    server.start(*more)
    for client in (admin, staff, denver):
        client.wire = Wire(server.port)


def shown(target):
    return admin.get(target).want(200).json["setting"]


def bare(setting):
    return {k: v for k, v in setting.items() if k != "version"}


# ---- settings ----


def reads_like_the_export():
    document = json.loads(server.export())
    same(bare(shown("/settings/company")), document["company"], "company")
    for kind in ("brands", "services", "inspectors", "areas", "openings", "holidays"):
        listed = admin.get(f"/settings/{kind}").want(200).json["settings"]
        same(sorted(map(json.dumps, map(bare, listed))), sorted(map(json.dumps, document[kind])),
             kind)
        for one in listed:
            same(shown(f"/settings/{kind}/{one['_id']}"), one, kind)


def sent_back_changes_nothing():
    for kind in ("services", "inspectors", "brands", "holidays"):
        for one in admin.get(f"/settings/{kind}").want(200).json["settings"]:
            answer = put(admin, f"/settings/{kind}/{one['_id']}", one).want(200)
            same(answer.json["setting"], one, kind)
            same(answer.seq, admin.get("/changes?limit=1").json["asOfSeq"], "seq")
    before = admin.get("/changes?limit=1").json["asOfSeq"]
    put(admin, "/settings/company", shown("/settings/company")).want(200)
    same(admin.get("/changes?limit=1").json["asOfSeq"], before, "nothing is journaled")


def version_of(answer, version):
    same(answer.header("ETag"), f'"v{version}"', "ETag")


def life_of_a_service():
    body = {"_id": "pool", "name": "Pool", "minutes": 30, "priceCents": 100}
    made = admin.post("/settings/services", body).want(201)
    same(made.header("Location"), "/settings/services/pool", "Location")
    first = made.json["setting"]["version"]
    version_of(made, first)
    admin.post("/settings/services", body).want(422, "out_of_range")
    admin.patch("/settings/services/pool", {"minutes": 45}).want(428, "version_required")
    admin.patch("/settings/services/pool", {"minutes": 45, "version": first + 1}).want(412, "stale")
    changed = admin.patch("/settings/services/pool", {"minutes": 45, "version": first}).want(200)
    second = changed.json["setting"]["version"]
    version_of(changed, second)
    same((changed.json["setting"]["minutes"], changed.json["setting"]["priceCents"]), (45, 100),
         "the service")
    admin.patch("/settings/services/pool", {"minutes": 50, "version": first}).want(412, "stale")
    same(put(admin, "/settings/services/pool", {"name": "Pool", "minutes": 60, "version": second})
         .want(200).json["setting"]["priceCents"], 0, "PUT replaces the whole")
    staff.get("/schedule/optimal-slots?services=pool").want(200)
    gone = admin.delete("/settings/services/pool", headers=ANY).want(200).json["setting"]
    same(gone["active"], False, "a service is retired")
    admin.delete("/settings/services/pool", headers=ANY).want(200)
    admin.delete("/settings/services/none", headers=ANY).want(404, "not_found")


def effect_at_once():
    before = staff.get("/schedule/optimal-slots?services=quick&inspectors=carol").json["slots"]
    check(before, "carol has no slots")
    admin.patch("/settings/inspectors/carol", {"weekly": []}, headers=ANY).want(200)
    same(staff.get("/schedule/optimal-slots?services=quick&inspectors=carol").json["slots"], [],
         "slots of nobody's hours")
    week = [{"day": day, "spans": [["06:00", "20:00"]]} for day in WEEK]
    admin.patch("/settings/inspectors/carol", {"weekly": week}, headers=ANY).want(200)
    same(staff.get("/schedule/optimal-slots?services=quick&inspectors=carol").json["slots"], before,
         "slots")


def dry_run_keeps_nothing():
    before, document = admin.get("/changes?limit=1").json["asOfSeq"], server.export()
    answer = admin.patch("/settings/company?dryRun=true", {"name": "Another"}, headers=ANY)
    same(answer.want(200).json["setting"]["name"], "Another", "name")
    admin.delete("/settings/holidays/h1?dryRun=true", headers=ANY).want(204)
    admin.post("/settings/services?dryRun=true", {"_id": "x", "name": "X", "minutes": 5}).want(200)
    admin.patch("/settings/company?dryRun=true", {"timezone": "Mars"},
                headers=ANY).want(422, "out_of_range")
    same(admin.get("/changes?limit=1").json["asOfSeq"], before, "seq")
    unchanged(server.export(), document)


def replayed():
    key, body = unique("add"), {"_id": "ida", "name": "Ida Inspector", "email": "ida@example.com",
                                "services": ["quick"]}
    first = admin.post("/settings/inspectors", body, key=key).want(201)
    again = admin.post("/settings/inspectors", body, key=key).want(201)
    same(again.json, first.json, "the replay")
    same(again.header("Idempotent-Replayed"), "true", "Idempotent-Replayed")
    admin.post("/settings/inspectors", {**body, "name": "x"},
               key=key).want(422, "idempotency_key_reused")


def people_stay_out_of_the_journal():
    admin.patch("/settings/inspectors/ida", {"name": "Ida Newname"}, headers=ANY).want(200)
    same(shown("/settings/inspectors/ida")["name"], "Ida Newname", "name")
    with contextlib.closing(server.sql()) as sql:
        rows = [r[0] for r in sql.execute("SELECT payload FROM entry")]
    check(rows and not any("Ida" in str(r) or "ida@example" in str(r) for r in rows),
          "the journal knows a name")
    restart()
    same(shown("/settings/inspectors/ida")["name"], "Ida Newname", "name after a restart")


def what_is_named_stays():
    answer = admin.delete("/settings/brands/denver", headers=ANY).want(422, "out_of_range")
    check("order 5001" in answer.json["detail"], answer.json["detail"])
    admin.post("/settings/brands", {"_id": "golden", "name": "Golden"}).want(201)
    hold = staff.post("/schedule/holds", {"datetime": at(30, "10:00"), "services": ["quick"],
                                          "_inspectorId": "bob", "brand": "golden"}).want(201)
    answer = admin.delete("/settings/brands/golden", headers=ANY).want(422, "out_of_range")
    check("hold" in answer.json["detail"], answer.json["detail"])
    staff.delete(f"/schedule/holds/{hold.json['hold']['_id']}").want(204)
    admin.delete("/settings/brands/golden", headers=ANY).want(204)
    admin.get("/settings/brands/golden").want(404, "not_found")
    same(admin.delete("/settings/inspectors/alice", headers=ANY).want(200)
         .json["setting"]["active"], False, "alice is retired")
    staff.get("/inspection/5001").want(200)
    admin.patch("/settings/inspectors/alice", {"active": None}, headers=ANY).want(200)


def words_are_the_imports():
    document = {"interlock": 1, "company": json.loads(server.export())["company"]}
    for kind, one, pointer in [
            ("services", {"_id": "x", "name": "X", "minutes": 0}, "/minutes"),
            ("services", {"_id": "x", "name": "X", "minutes": 5, "color": 1}, "/color"),
            ("services", {"_id": "a/b", "name": "X", "minutes": 5}, "/_id"),
            ("inspectors", {"_id": "x", "services": ["none"]}, "/services/0"),
            ("inspectors", {"_id": "any"}, "/_id"),
            ("openings", {"_inspectorId": "nobody", "date": "2030-01-01", "starts": ["09:00"]},
             "/_inspectorId"),
            ("openings", {"_inspectorId": "bob", "date": "2030-01-32", "starts": ["09:00"]},
             "/date"),
            ("areas", {"_id": "x", "polygon": [[1, 2]]}, "/polygon")]:
        answer = admin.post(f"/settings/{kind}", one)
        same(answer.status, 422, kind)
        same(answer.json["field"], pointer, "field")
        code, _, err = server.cli("import", "-", document={**document, kind: [one]})
        check(code != 0, "the import takes it")
        imports = err.split(f"/{kind}/0{pointer}: ")[1].split(" At /")[0].strip()
        same(answer.json["detail"], f"{pointer}: {imports}", "words")


def many_at_once():
    """Each of many changes of different things, sent together, is there at the end. Slow syncs make
    the server judge several at once."""
    restart("--sync-delay", "30")
    names = [f"s{i}" for i in range(24)]
    faults = []

    def add(name):
        try:
            client = Client(server.port, admin.secret)
            client.post("/settings/services", {"_id": name, "name": name, "minutes": 5}).want(201)
            client.patch(f"/settings/services/{name}", {"minutes": 6}, headers=ANY).want(200)
        except Exception as e:
            faults.append(e)
    threads = [threading.Thread(target=add, args=(n,)) for n in names]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    check(not faults, faults)
    found = {s["_id"]: s["minutes"] for s in admin.get("/settings/services").json["settings"]}
    same({n: found.get(n) for n in names}, {n: 6 for n in names}, "services")
    restart()
    found = {s["_id"]: s["minutes"] for s in admin.get("/settings/services").json["settings"]}
    same({n: found.get(n) for n in names}, {n: 6 for n in names}, "services after a restart")


def brand_changes_its_own():
    same([b["_id"] for b in denver.get("/settings/brands").want(200).json["settings"]], ["denver"],
         "brands")
    denver.get("/settings/brands/boulder").want(404, "not_found")
    denver.patch("/settings/brands/boulder", {"name": "X"}, headers=ANY).want(404, "not_found")
    denver.patch("/settings/brands/nothing", {"name": "X"}, headers=ANY).want(404, "not_found")
    denver.patch("/settings/brands/denver", {"name": "Denver 2"}, headers=ANY).want(200)
    denver.delete("/settings/brands/denver", headers=ANY).want(403, "not_permitted")
    denver.post("/settings/brands", {"_id": "x", "name": "X"}).want(403, "not_permitted")
    denver.patch("/settings/company", {"name": "X"}, headers=ANY).want(403, "not_permitted")
    denver.patch("/settings/services/quick", {"name": "X"}, headers=ANY).want(403, "not_permitted")


# ---- keys ----


def keys():
    return admin.get("/keys").want(200).json["keys"]


def no_secret_is_listed():
    secret = server.secret("readonly")
    text = admin.get("/keys").want(200).body.decode()
    check(secret not in text and "secret" not in text, text[:200])
    one = keys()[0]
    same(admin.get(f"/keys/{one['_id']}").want(200).json["key"], one, "a key")


def key_id(role):
    return next(k["_id"] for k in reversed(keys()) if k["role"] == role and k["state"] == "valid")


def revoked_at_once():
    client = Client(server.port, server.secret("inspector"))
    client.get("/conflicts").want(200)
    name = key_id("inspector")
    same(admin.post(f"/keys/{name}/revoke", {"reason": "lost"}).want(200).json["key"]["state"],
         "ended", "state")
    client.get("/conflicts").want(401, "unauthorized")
    before = admin.get("/changes?limit=1").json["asOfSeq"]
    admin.post(f"/keys/{name}/revoke", None).want(200)
    same(admin.get("/changes?limit=1").json["asOfSeq"], before, "again changes nothing")
    admin.post(f"/keys/{name}/rotate", None).want(404, "not_found")


def rotated():
    old = Client(server.port, server.secret("inspector"))
    name, key = key_id("inspector"), unique("rotate")
    dry = admin.post(f"/keys/{name}/rotate?dryRun=true", {}).want(200).json
    same((dry["secret"], dry["old"]["state"]), (None, "ended"), "a dry run")
    old.get("/conflicts").want(200)
    answer = admin.post(f"/keys/{name}/rotate", {"graceSeconds": 2}, key=key).want(201)
    again = admin.post(f"/keys/{name}/rotate", {"graceSeconds": 2}, key=key).want(201)
    same(again.json["secret"], answer.json["secret"], "the secret, said again")
    staff_try = staff.post(f"/keys/{name}/rotate", {"graceSeconds": 2}, key=key)
    staff_try.want(403, "not_permitted")
    new = Client(server.port, answer.json["secret"])
    new.get("/conflicts").want(200)
    old.get("/conflicts").want(200)
    same(answer.json["old"]["state"], "ending", "state of the old one")
    ended = eventually(lambda: (said := old.get("/conflicts")).status != 200 and said,
                       "the end of the old key")
    ended.want(401, "unauthorized")
    new.get("/conflicts").want(200)
    text = server.sql().execute("SELECT group_concat(payload) FROM entry").fetchone()[0]
    check(answer.json["secret"] not in str(text), "the journal knows the secret")


def valid_inspectors():
    listed = json.loads(server.run("key", "list", "--json", "--company", "frontrange"))["keys"]
    return {k["_id"] for k in listed if k["role"] == "inspector" and k["state"] == "valid"}


def rotated_on_the_command_line(running):
    before = valid_inspectors()
    secret = server.secret("inspector")
    name = (valid_inspectors() - before).pop()
    if not running:
        server.stop()
    fresh = server.run("key", "rotate", name, "--company", "frontrange").strip()
    table = server.run("key", "list", "--company", "frontrange")
    check(re.search(rf"^{name} +inspector +ended ", table, re.M), table)
    check(secret not in table and fresh not in table, "a secret is listed")
    last = (valid_inspectors() - before).pop()
    if not running:
        server.start()
        for client in (admin, staff, denver):
            client.wire = Wire(server.port)
    Client(server.port, secret).get("/conflicts").want(401, "unauthorized")
    Client(server.port, fresh).get("/conflicts").want(200)
    server.run("key", "revoke", last, "--company", "frontrange")
    Client(server.port, fresh).get("/conflicts").want(401, "unauthorized")
    same(server.cli("key", "revoke", "k_none", "--company", "frontrange")[0], 5, "exit code")
    same(server.cli("key", "list", "--company", "none")[0], 5, "exit code")


def brand_has_its_own_keys():
    mine = {k["brand"] for k in denver.get("/keys").want(200).json["keys"]}
    same(mine, {"denver"}, "brands of keys")
    for other in [k["_id"] for k in keys() if k["brand"] != "denver"][:2] + ["k_none"]:
        denver.get(f"/keys/{other}").want(404, "not_found")
        denver.post(f"/keys/{other}/revoke", None).want(404, "not_found")
        denver.post(f"/keys/{other}/rotate", None).want(404, "not_found")


# ---- metrics ----

SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\.)*",?)*)\})? (\d+(?:\.\d+)?)')


def linted(text):
    """{(name, labels): value}; refuses what the text format does not allow."""
    check(text.endswith("\n"), "no line end at the end")
    kinds, helped, found, current = {}, set(), {}, None
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name = line.split(" ")[2]
            check(name not in helped, f"{name} is helped twice")
            helped.add(name)
            current = name
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            check(name == current and name not in kinds, f"TYPE of {name} stands alone")
            check(kind in ("counter", "gauge", "histogram"), kind)
            kinds[name] = kind
            continue
        match = SAMPLE.fullmatch(line)
        check(match, f"no sample: {line}")
        name, labels, value = match.groups()
        family = re.sub("_(bucket|sum|count)$", "", name) if current not in (name,) else name
        check(family == current, f"{name} stands under {current}")
        check((name, labels) not in found, f"{line} stands twice")
        check(kinds[family] != "counter" or family.endswith("_total"), f"{family} has no _total")
        found[name, labels] = float(value)
    for (name, labels), value in found.items():
        if not name.endswith("_count"):
            continue
        buckets = [v for (n, lab), v in found.items()
                   if n == name.replace("_count", "_bucket") and lab.startswith(labels + ",le=")]
        check(buckets == sorted(buckets) and buckets[-1] == value, f"buckets of {labels}")
        check(any('le="+Inf"' in lab for (n, lab) in found if lab and lab.startswith(labels)),
              "no +Inf")
    return found


def local_metrics():
    done = subprocess.run(["curl", "-s", "-f", "--unix-socket", server.db + ".sock",
                           "http://localhost/metrics"], capture_output=True, check=True)
    return done.stdout.decode()


def metrics_are_good():
    staff.book(booking(at(40, "10:00"), "bob")).want(201)
    staff.book(booking(at(40, "10:00"), "bob")).want(409, "slot_taken")
    found = linted(local_metrics())
    route = 'method="POST",route="/inspection/book-job"'
    same([found["interlock_requests_total", f'{route},status="{s}"'] for s in (201, 409)], [1, 1],
         "requests")
    same(found["interlock_request_seconds_count", route], 2, "requests in the histogram")
    same(found["interlock_bookings_total", None], 1, "bookings")
    for name in ("jobs_total", "batches_total", "commits_total", "syncs_total", "queue_jobs",
                 "images", "image_bytes", "streams", "connections", "refused_total",
                 "start_time_seconds"):
        check(("interlock_" + name, None) in found, f"no {name}")
    label = 'company="frontrange"'
    same(found["interlock_outbox_items", label + ',state="pending"'], 1, "outbox")
    check(("interlock_build_info", 'version="0.1.0"') in found, "no version")
    answer = admin.get("/metrics").want(200)
    same(answer.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8", "type")
    same(set(linted(answer.body.decode())) - set(found), {
        ("interlock_requests_total", 'method="GET",route="/metrics",status="200"'),
        *(k for k in linted(answer.body.decode()) if k[1] and 'route="/metrics"' in k[1])},
        "what an admin of the only company sees more")


def metrics_have_walls():
    staff.get("/metrics").want(403, "not_permitted")
    denver.get("/metrics").want(403, "not_permitted")
    server.anyone().get("/metrics").want(401, "unauthorized")
    server.take(company("rival"))
    text = admin.get("/metrics").want(200).body.decode()
    check("rival" not in text and "interlock_jobs_total" not in text, "an admin sees the server")
    check('company="frontrange"' in text, "an admin does not see its company")
    check('company="rival"' in local_metrics(), "the owner does not see all")


# ---- the description, and what is planned ----


def description():
    answer = server.anyone().get("/openapi.json").want(200)
    document = answer.json
    same(document["openapi"], "3.1.0", "version")
    check("x-walk" not in answer.body.decode() and "{date+" not in answer.body.decode(), "x-walk")
    etag = answer.header("ETag")
    same(server.anyone().get("/openapi.json", headers=[("If-None-Match", etag)]).status, 304, "304")
    same(server.anyone().get("/v1/openapi.json").want(200).body, answer.body, "under /v1")


def planned_says_so():
    for method, path, body in [("POST", "/plan", {}), ("GET", "/plan/x", None),
                               ("GET", "/investigate?a=1&b=2", None)]:
        answer = staff.ask(method, path, body).want(501, "not_implemented")
        check(answer.json["detail"].startswith("Planned: "), answer.json["detail"])
        server.anyone().ask(method, path, body).want(401, "unauthorized")
    for path in ("/m/abc", "/calendar/abc.ics", "/book/denver", "/desk"):
        server.anyone().get(path).want(501, "not_implemented")
    server.anyone().get("/calendar/.ics").want(404, "not_found")


cases.run("settings read like the export", reads_like_the_export)
cases.run("what was read and is sent back changes nothing", sent_back_changes_nothing)
cases.run("a service, from its making to its end", life_of_a_service)
cases.run("a change has effect at once", effect_at_once)
cases.run("a dry run keeps nothing", dry_run_keeps_nothing)
cases.run("a replay is the same answer", replayed)
cases.run("people stay out of the journal", people_stay_out_of_the_journal)
cases.run("what is named stays", what_is_named_stays)
cases.run("the words are those of an import", words_are_the_imports)
cases.run("many changes at once", many_at_once)
cases.run("a key of a brand changes its own", brand_changes_its_own)
cases.run("no secret is listed", no_secret_is_listed)
cases.run("a revoked key opens nothing", revoked_at_once)
cases.run("a rotated key", rotated)
for running in (True, False):
    cases.run(f"keys on the command line, {'beside a server' if running else 'alone'}",
              rotated_on_the_command_line, running)
cases.run("a key of a brand sees that brand's keys", brand_has_its_own_keys)
cases.run("metrics are good text", metrics_are_good)
cases.run("metrics have walls", metrics_have_walls)
cases.run("the description is served", description)
cases.run("what is planned says so", planned_says_so)
cases.run("check finds nothing", server.must_be_clean)
cases.run("the server ends well", lambda: same(server.stop(), 0, "exit code"))
server.close()
cases.finish()
