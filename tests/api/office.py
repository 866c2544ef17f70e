"""One company with its clients, as flows.py and answers.py begin."""
from harness import *

args = options("Cases on one company, over HTTP and on the command line.")
cases = Cases()
server = Server(args, shift=0).start()
server.take(company())
staff = server.client("staff", override=True)
second_staff = server.client("staff")
online = server.client("online", brand="denver")
days = iter(range(3, 390))  # each case has a day of its own
passed = [0]  # seconds by which the wall clock was moved


def let_pass(seconds):
    passed[0] += seconds
    server.set_shift(passed[0])


def hold(client, start, who="alice", services=("quick",), **more):
    body = {"datetime": start, "services": list(services), "_inspectorId": who, **more}
    return client.post("/schedule/holds", body)


def held(client, start, **more):
    return hold(client, start, **more).want(201).json["hold"]


def record_of(answer, status=201):
    return answer.want(status).json["inspection"]


def cancel(record, status=200):
    return staff.post(f"/inspection/{record['_id']}/cancel",
                      {"version": record["version"]}).want(status)


def starts(client, day, who="alice", services="quick", **more):
    found = client.slots(services=services, inspectors=who, days=1, limit=2000,
                         **{"from": local_date(day)}, **more)
    return [s["datetime"] for s in found["slots"]]


def finish():
    cases.run("check finds nothing", server.must_be_clean)
    server.close()
    cases.finish()
