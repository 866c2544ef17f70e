"""kill -9 under load: what was acknowledged is there, once; what was not is settled by its key.

Each round starts a server, books and holds from several connections, kills it at a moment chosen at
random, starts it again on the same file, and asks the question of every booking that was sent.
"""
import random
from harness import *

args = options(__doc__.splitlines()[0], rounds=5, clients=8, seed=0)
cases = Cases()
seed = args.seed or int(time.time())
dice = random.Random(seed)
print(f"# seed {seed}")
INSPECTORS = tuple(f"i{n:02}" for n in range(20))
READY_MUST_S, READY_GOAL_S = 10, 1


class Attempt:
    """One booking that a client sent, and what it heard: number is None until a 201."""

    def __init__(self, client_number, start, who):
        self.ref, self.key = unique("ref"), unique("kill")
        self.body = booking(start, who, externalRef=self.ref)
        self.client_number, self.number = client_number, None


class Loader(threading.Thread):
    """Books, and every third time holds first, until the server is gone."""

    def __init__(self, number, port, secret, times, heard):
        super().__init__(daemon=True)
        self.heard = heard  # set once something is acknowledged
        self.client, self.times, self.number = Client(port, secret), times, number
        self.attempts, self.trouble = [], None

    def one(self, i, who, start):
        attempt = Attempt(self.number, start, who)
        if i % 3 == 0:
            hold = {"datetime": start, "services": ["quick"], "_inspectorId": who}
            got = self.client.post("/schedule/holds", hold).want(201)
            attempt.body["hold"] = got.json["hold"]["token"]
        self.attempts.append(attempt)
        answer = self.client.book(attempt.body, key=attempt.key).want(201)
        attempt.number = answer.json["inspection"]["orderNumber"]
        self.heard.set()

    def run(self):
        try:
            for i, (who, start) in enumerate(self.times):
                self.one(i, who, start)
        except (Lost, OSError):
            pass  # the server is gone
        except Exception as e:
            self.trouble = e


def times_of(round_number):
    """Starts that no other round has, dealt to the clients."""
    first = 3 + round_number * 4
    all_times = [(who, at(day, f"{hour:02}:00")) for day in range(first, first + 4)
                 for who in INSPECTORS for hour in range(6, 20)]
    dice.shuffle(all_times)
    return [all_times[n::args.clients] for n in range(args.clients)]


def started(server):
    began = time.monotonic()
    server.start()
    Client(server.port).get("/readyz").want(200)
    return time.monotonic() - began


def load_and_kill(server, secrets, round_number):
    heard = threading.Event()
    loaders = [Loader(n, server.port, secrets[n], times, heard)
               for n, times in enumerate(times_of(round_number))]
    for loader in loaders:
        loader.start()
    check(heard.wait(PATIENCE_S), "the load did nothing before the kill")
    time.sleep(dice.uniform(0, 0.4))  # the moment itself is what is drawn
    server.kill()
    for loader in loaders:
        loader.join(PATIENCE_S)
    troubles = [str(loader.trouble) for loader in loaders if loader.trouble]
    same(troubles, [], "what clients met")
    return [a for loader in loaders for a in loader.attempts]


def stored(server):
    """(order number, externalRef) of all inspections, read from the file itself."""
    sql = server.sql()
    rows = sql.execute("SELECT order_number, external_ref FROM inspection").fetchall()
    sql.close()
    return rows


def acknowledged_once(server, attempts):
    rows = stored(server)
    same(len({number for number, _ in rows}), len(rows), "distinct order numbers")
    by_ref = {}
    for number, ref in rows:
        by_ref.setdefault(ref, []).append(number)
    for attempt in attempts:
        if attempt.number is not None:
            same(by_ref.get(attempt.ref), [attempt.number], f"orders of acknowledged {attempt.ref}")
    return by_ref


def settle(server, secrets, attempts, by_ref):
    """The same key again: the booking, made now or then, exactly once."""
    found = 0
    for attempt in attempts:
        if attempt.number is not None:
            continue
        client = Client(server.port, secrets[attempt.client_number])
        answer = client.book(attempt.body, key=attempt.key).want(201)
        attempt.number = answer.json["inspection"]["orderNumber"]
        replayed = answer.header("Idempotent-Replayed") == "true"
        same(replayed, attempt.ref in by_ref, f"whether {attempt.ref} was there already")
        found += replayed
        client.wire.close()
    return found


def told_again(server, secrets, attempts):
    """A sample of the acknowledged ones: the same key gives the same order."""
    for attempt in dice.sample(attempts, min(20, len(attempts))):
        client = Client(server.port, secrets[attempt.client_number])
        answer = client.book(attempt.body, key=attempt.key).want(201)
        same(answer.json["inspection"]["orderNumber"], attempt.number, "order told again")
        same(answer.header("Idempotent-Replayed"), "true", "Idempotent-Replayed")
        seen = client.get(f"/inspection/{attempt.number}").want(200).json["inspection"]
        same(seen["externalRef"], attempt.ref, "externalRef")
        client.wire.close()


def one_round(server, secrets, round_number, history):
    attempts = load_and_kill(server, secrets, round_number)
    ready = started(server)
    acknowledged = sum(a.number is not None for a in attempts)
    history += attempts
    by_ref = acknowledged_once(server, history)
    unknown = len(attempts) - acknowledged
    found = settle(server, secrets, attempts, by_ref)
    acknowledged_once(server, history)
    told_again(server, secrets, attempts)
    server.must_be_clean()
    print(f"# round {round_number + 1}: {acknowledged} acknowledged, {unknown} unknown of which "
          f"{found} were there, ready in {ready * 1000:.0f} ms")
    check(ready < READY_MUST_S, f"ready after {ready:.1f} s")
    if ready > READY_GOAL_S:
        print(f"# slower than the goal of {READY_GOAL_S} s")


with Server(args) as server:
    server.start()
    server.take(company(inspectors=INSPECTORS))
    secrets = [server.secret("staff") for _ in range(args.clients)]
    history = []
    for round_number in range(args.rounds):
        cases.run(f"round {round_number + 1}", one_round, server, secrets, round_number, history)
    cases.run("the server ends well", lambda: same(server.stop(), 0, "exit code"))
    cases.run("check finds nothing", server.must_be_clean)
cases.finish()
