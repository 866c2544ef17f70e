"""What `interlock check` is worth: each way to damage the file, done with SQL, is found and named.

The lock's triggers are dropped first, as somebody with a shell could.
"""
import shutil
from harness import *

args = options(__doc__.splitlines()[0])
cases = Cases()

LAST = "(SELECT max(seq) FROM entry)"
ENDED = "(SELECT ref, max(seq) FROM touch WHERE ref = (SELECT ref FROM hold WHERE state <> 'live'))"

# (what was done, SQL, words of a finding)
DAMAGE = [
    ("an entry is gone", "DELETE FROM entry WHERE seq = 2", "jumps from seq"),
    ("an entry says something else",
     "UPDATE entry SET payload = CAST(replace(CAST(payload AS TEXT), 'alice', 'malic') AS BLOB) "
     "WHERE seq = (SELECT max(seq) FROM entry)", "does not follow"),
    ("the newest entry is cut off", "DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)",
     "its journal ends at"),
    ("an order's claim is moved", "UPDATE claim SET starts_at = starts_at - 60 WHERE ref = "
     "(SELECT max(ref) FROM claim WHERE kind = 0)", "claims: row"),
    ("an order's claim is gone", "DELETE FROM claim WHERE ref = "
     "(SELECT max(ref) FROM claim WHERE kind = 0)", "is not what the record says"),
    ("a claim is laid over another", "UPDATE claim SET (starts_at, ends_at) = (SELECT "
     "starts_at, ends_at FROM claim WHERE kind = 2) WHERE order_number = 7001", "is taken twice"),
    ("a conflict is gone", "DELETE FROM conflict", "no conflict admits it"),
    ("a conflict is called resolved", "UPDATE conflict SET state = 'resolved'",
     "no conflict admits it"),
    ("an order says something else", "UPDATE inspection SET doc = CAST(replace(CAST(doc AS TEXT), "
     "'confirmed', 'completed') AS BLOB)", "inspections: row"),
    ("an order is gone", "DELETE FROM inspection WHERE ref = (SELECT max(ref) FROM inspection)",
     "rows are stored"),
    ("a hold is called live again", "UPDATE hold SET state = 'live' WHERE state <> 'live'",
     "holds: row"),
    ("a client's data are other data", "UPDATE person SET data = CAST(replace(CAST(data AS TEXT), "
     "'Pat', 'Max') AS BLOB)", "are not what the journal knows"),
    ("a person is gone", "DELETE FROM person WHERE ref = (SELECT max(ref) FROM person)",
     "persons, "),
    ("a person is nobody's", "INSERT INTO person SELECT company_id, ref + 999999999, salt, hash, "
     "data FROM person LIMIT 1", "is in no entry"),
    ("order numbers begin again", "UPDATE company SET next_order = 1", "next order number"),
    ("a setting says something else", "UPDATE setting SET body = CAST(replace(CAST(body AS TEXT), "
     "'60', '61') AS BLOB)", "settings: row"),
    ("a key may do more", "UPDATE api_key SET role = 'admin'", "keys: row"),
    ("an outbox row is gone", "DELETE FROM outbox", "outbox: "),
    ("a company is gone", "DELETE FROM company", "no row of the company"),
    ("all is gone but the journal", "DELETE FROM company; DELETE FROM setting; DELETE FROM claim; "
     "DELETE FROM inspection", "no row of the company"),
    ("an entry is called another kind", "UPDATE entry SET kind = 'hold' WHERE seq = "
     "(SELECT max(seq) FROM entry WHERE kind = 'book')", "is called hold and says book"),
    *((f"{article} {table} has another ref",
       f"UPDATE {table} SET ref = ref + 1000000", f"{words}: row")
      for article, table, words in [("an", "inspection", "inspections"), ("an", "absence", "absences"),
                                    ("a", "hold", "holds"), ("a", "conflict", "conflicts"),
                                    ("an", "outbox", "outbox")]),
    ("a conflict is somebody else's", "UPDATE conflict SET inspector_id = 'bob'", "conflicts: row"),
    *((f"what happened to {article} {table} is forgotten", f"DELETE FROM touch WHERE ref IN "
       f"(SELECT ref FROM {table})", "touches: ")
      for article, table in [("an", "inspection"), ("an", "absence"), ("a", "hold")]),
    ("how a hold ended is forgotten", f"DELETE FROM touch WHERE (ref, seq) = {ENDED}", "touches: "),
    ("how a hold ended is told of another entry",
     f"UPDATE touch SET seq = 1 WHERE (ref, seq) = {ENDED}", "touches: row"),
    ("an entry is told of what it is not about", "INSERT INTO touch SELECT company_id, max(ref), "
     "1 FROM touch", "touches: "),
    ("a key's request is forgotten", f"DELETE FROM idempotency WHERE seq = {LAST}",
     "key is not stored"),
    ("every key's request is forgotten", "DELETE FROM idempotency", "key is not stored"),
    ("a key names no entry", f"UPDATE idempotency SET seq = 999999 WHERE seq = {LAST}",
     "names entry 999999"),
    ("a key names another's entry", f"UPDATE idempotency SET seq = {LAST} WHERE seq = {LAST} - 1",
     "is not of the request"),
    ("a key names an entry without one", f"UPDATE idempotency SET seq = 1 WHERE seq = {LAST}",
     "is not of the request"),
    ("two keys name each other's entry", f"UPDATE idempotency SET seq = 2 * {LAST} - 1 - seq, at = "
     f"(SELECT at FROM entry WHERE seq = 2 * {LAST} - 1 - idempotency.seq) "
     f"WHERE seq >= {LAST} - 1", "is not of the request"),
    ("a key is another's", f"UPDATE idempotency SET key_id = 'k_other' WHERE seq = {LAST}",
     "is not of the request"),
    ("a key is another text", f"UPDATE idempotency SET key_text = 'other' WHERE seq = {LAST}",
     "is not of the request"),
    ("a key is of another time", f"UPDATE idempotency SET at = at - 1 WHERE seq = {LAST}",
     "is not of the request"),
    ("an entry has two keys", "INSERT INTO idempotency SELECT company_id, key_id, 'other', request, "
     f"seq, at FROM idempotency WHERE seq = {LAST}", "is not of the request"),
]


def strangers(sql):
    """Each table that names companies, with some rows of two companies that there are not."""
    tables = [name for (name,) in sql.execute(
        "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
        "WHERE m.type = 'table' AND c.name = 'company_id'").fetchall()]
    added = {}
    for table in tables:
        columns = [name for _, name, *_ in sql.execute(f"PRAGMA table_info({table})").fetchall()]
        for who in ("", "no'body"):
            values = [f"'{who.replace(chr(39), 2 * chr(39))}'" if c == "company_id"
                      else "randomblob(32)" if c == "secret" else c for c in columns]
            done = sql.execute(f"INSERT INTO {table} SELECT {', '.join(values)} FROM {table} "
                               "WHERE company_id = 'frontrange' LIMIT 2").rowcount
            if done > 0:
                added[(table, who)] = done
    return added


def with_strangers(server, whole):
    server.db = f"{whole}.strangers"
    shutil.copy(whole, server.db)
    sql = server.sql()
    for (name,) in sql.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        sql.execute(f"DROP TRIGGER {name}")
    added = strangers(sql)
    sql.execute("DELETE FROM entry WHERE company_id <> 'frontrange'")
    sql.close()
    found = server.findings()
    wanted = {key: n for key, n in added.items() if key[0] != "entry"}
    check(len(wanted) >= 20, f"only {wanted} could be added")
    for (table, who), n in wanted.items():
        words = f"table {table} holds {n} rows with the company_id '{who}'"
        check(any(words in line and "delete them" in line for line in found),
              f"{words!r} is in none of {found}")


def fill(server):
    """One of everything that check looks at."""
    document = company("frontrange", inspections=[
        order(7001, "alice", at(9, "10:00"), at(9, "13:00")),
        order(7002, "alice", at(9, "12:00"), at(9, "15:00"))])
    server.take(document)
    staff = server.client("staff")
    staff.book(booking(at(3, "10:00"), client={"name": "Pat"})).want(201)
    event = {"type": "Event", "_inspectorId": "alice", "datetime": at(5, "10:00"),
             "endtime": at(5, "11:00")}
    staff.post("/event", event).want(201)
    held = staff.post("/schedule/holds", {"datetime": at(4, "10:00"), "services": ["quick"],
                                          "_inspectorId": "alice"}).want(201).json["hold"]
    staff.delete(f"/schedule/holds/{held['token']}").want(204)
    staff.post("/schedule/holds", {"datetime": at(6, "10:00"), "services": ["quick"],
                                   "_inspectorId": "alice", "kind": "quote"}).want(201)


def damaged(server, whole, statement, words):
    server.db = f"{whole}.{unique('damaged').replace(' ', '-')}"
    shutil.copy(whole, server.db)
    sql = server.sql()
    for (name,) in sql.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        sql.execute(f"DROP TRIGGER {name}")
    changed = sum(sql.execute(each).rowcount for each in statement.split("; "))
    sql.close()
    check(changed > 0, f"nothing was damaged by {statement}")
    found = server.findings()
    check(any(words in line for line in found), f"{words!r} is in none of {found}")


def without_lock(server, whole, trigger):
    server.db = f"{whole}.{trigger}"
    shutil.copy(whole, server.db)
    sql = server.sql()
    sql.execute(f"DROP TRIGGER {trigger}")
    sql.close()
    found = server.findings()
    check(len(found) == 1 and trigger in found[0], f"{trigger} is not missed: {found}")
    refused = subprocess.run([args.interlock, "serve", "--db", server.db,
                              "--listen", "127.0.0.1:0"],
                             capture_output=True, text=True, timeout=60)
    same(refused.returncode, 1, "exit code of serve")
    check(trigger in refused.stderr, f"serve says {refused.stderr!r}")


with Server(args).start() as server:
    fill(server)
    server.stop()
    server.must_be_clean()
    intact = server.db
    for what, statement, words in DAMAGE:
        cases.run(what, damaged, server, intact, statement, words)
    for trigger in ("claim_insert_overlap", "claim_update_overlap"):
        cases.run(f"{trigger} is gone", without_lock, server, intact, trigger)
    cases.run("rows of companies that there are not", with_strangers, server, intact)
    server.db = intact
    cases.run("the file itself is whole", server.must_be_clean)
cases.finish()
