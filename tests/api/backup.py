"""Backup and restore: a copy made under load is one whole state, and a name never holds half of one.
"""
import contextlib, random, resource, stat
from harness import *

args = options(__doc__.splitlines()[0], seed=0, **{"stop-at-rename": ""})
cases = Cases()
seed = args.seed or int(time.time())
print(f"# seed {seed}")
WHO = tuple(f"i{n:02}" for n in range(12))


def document(**more):
    orders = [order(9000 + n, "i00", at(-2 - n // 8, f"{8 + n % 8:02}:00"),
                    at(-2 - n // 8, f"{9 + n % 8:02}:00")) for n in range(400)]
    return company(inspectors=WHO, inspections=orders, **more)


class Place:
    """A directory with a database in it."""

    def __init__(self, take=True):
        self.server = Server(args)
        self.dir, self.db = self.server.dir, self.server.db
        if take:
            self.server.take(document())

    def path(self, name):
        return os.path.join(self.dir, name)

    def run(self, *words, limit=None):
        def bound():
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        done = subprocess.run([args.interlock, *words], cwd=self.dir, capture_output=True,
                              timeout=120, preexec_fn=bound)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def good(self, *words):
        code, out, err = self.run(*words)
        same(code, 0, f"exit code of {words} ({err.strip()})")
        return out

    def bad(self, *words, said, code=1, **more):
        got, out, err = self.run(*words, **more)
        same((got, out), (code, ""), f"exit code and answer of {words} ({err.strip()})")
        check(said in err, f"{said!r} is not in {err!r}")
        return err

    def backup(self, to="copy.db", *more):
        return json.loads(self.good("backup", "--db", self.db, "--to", to, "--json", *more))

    def there(self):
        return sorted(n for n in os.listdir(self.dir) if n != "log")

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.server.close()


def tables(path):
    """All rows of a database, to be compared with another's."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {n: sorted(map(repr, db.execute(f"SELECT * FROM {n}"))) for n in names}


def same_rows(path, other):
    ours, theirs = tables(path), tables(other)
    same([n for n in theirs if ours.get(n) != theirs[n]], [], "tables that differ")


# ---- round trips ----


def everything():
    with Place() as place:
        place.server.start()
        office = place.server.client("staff")
        office.post("/schedule/holds", {"datetime": at(3, "08:00"), "services": ["quick"],
                                        "_inspectorId": "i01"}).want(201)
        kept = office.book(booking(at(3, "10:00"), "i02"), key="the-key").want(201)
        said = place.backup()
        same(stat.S_IMODE(os.stat(place.path("copy.db")).st_mode), 0o600, "mode of the copy")
        same(said["bytes"], os.path.getsize(place.path("copy.db")), "bytes")
        office.book(booking(at(3, "14:00"), "i02")).want(201)  # after the backup
        place.server.stop()
        said = json.loads(place.good("restore", "--from", "copy.db", "--db", "new.db", "--json"))
        same(said["companies"], 1, "companies")
        same_rows(place.path("new.db"), place.path("copy.db"))
        same(stat.S_IMODE(os.stat(place.path("new.db")).st_mode), 0o600, "mode of the new one")
        check(not [n for n in place.there() if "part" in n], f"left over: {place.there()}")
        place.server.db = place.path("new.db")
        place.server.must_be_clean()
        place.server.start()
        again = Client(place.server.port, office.secret)  # the keys came along
        body = booking(at(3, "10:00"), "i02")
        again.book(body, key="the-key").want(422, "idempotency_key_reused")
        number = kept.json["inspection"]["orderNumber"]
        again.get(f"/inspection/{number}").want(200)
        overlapping(again.book(booking(at(3, "10:30"), "i02")), number)
        again.book(booking(at(3, "08:00"), "i01")).want(409, "slot_taken")  # the hold, too
        again.book(booking(at(3, "14:00"), "i02")).want(201)  # what came later did not


class Loader(threading.Thread):
    def __init__(self, number, port, secret):
        super().__init__(daemon=True)
        self.client, self.number, self.stop = Client(port, secret), number, threading.Event()
        self.acknowledged, self.trouble, self.slowest = 0, None, 0.0

    def run(self):
        try:
            for day in range(2, 300):
                for hour in range(6, 20):
                    if self.stop.is_set():
                        return
                    began = time.monotonic()
                    self.client.book(booking(at(day, f"{hour:02}:00"), WHO[self.number])).want(201)
                    self.slowest = max(self.slowest, time.monotonic() - began)
                    self.acknowledged += 1
        except Exception as e:
            self.trouble = e


def seq_of(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        return db.execute("SELECT seq FROM company").fetchone()[0]


def under_load(rounds=6):
    with Place() as place:
        place.server.start()
        secret = place.server.secret("staff")
        base = seq_of(place.db)
        loaders = [Loader(n, place.server.port, secret) for n in range(4)]
        for loader in loaders:
            loader.start()
        copies = []
        for n in range(rounds):
            wanted = sum(loader.acknowledged for loader in loaders) + 10
            eventually(lambda: sum(loader.acknowledged for loader in loaders) >= wanted or
                       any(loader.trouble for loader in loaders), "bookings between the backups")
            before = sum(loader.acknowledged for loader in loaders)
            said = place.backup(f"copy{n}.db")
            copies.append((before, sum(loader.acknowledged for loader in loaders), said))
        for loader in loaders:
            loader.stop.set()
        for loader in loaders:
            loader.join(PATIENCE_S)
            check(loader.trouble is None, f"a client had trouble: {loader.trouble}")
        place.server.stop()
        for n, (before, after, said) in enumerate(copies):
            place.good("check", "--db", f"copy{n}.db")
            # What was acknowledged before the backup began is in it, nothing beyond its end is.
            same(seq_of(place.path(f"copy{n}.db")), said["entries"], "entries that were said")
            held = said["entries"] - base
            check(before <= held <= after + len(loaders),
                  f"copy {n} has {held} bookings, and {before} to {after} were acknowledged")
        grown = copies[-1][1] - copies[0][0]
        check(grown > 20, f"there was no load: {grown} bookings while backing up")
        slowest = max(loader.slowest for loader in loaders)
        print(f"# {grown} bookings beside {rounds} backups, the slowest {slowest * 1000:.0f} ms")
        last = f"copy{rounds - 1}.db"
        place.good("restore", "--from", last, "--db", "new.db")
        same_rows(place.path("new.db"), place.path(last))


cases.run("a restored backup is the database of then: orders, holds, keys, journal", everything)
cases.run("backups beside a server under load are whole", under_load)


# ---- never half a file ----


def killed():
    """Killed at any moment, the name holds the old backup or a whole new one."""
    with Place() as place:
        first = place.backup()["entries"]
        place.server.secret("staff")  # one entry more
        halves = 0
        for n in range(30):
            process = subprocess.Popen([args.interlock, "backup", "--db", place.db, "--to",
                                        "copy.db", "--force"], cwd=place.dir,
                                       stdout=subprocess.DEVNULL)
            time.sleep(0.0007 * n)
            process.kill()
            process.wait()
            halves += "copy.db.part" in place.there()
            seq = seq_of(place.path("copy.db"))
            check(seq in (first, first + 1), f"the backup stands at {seq}")
            place.good("check", "--db", "copy.db")
            for beside in ("-wal", "-shm"):
                if os.path.exists(place.path("copy.db" + beside)):
                    os.unlink(place.path("copy.db" + beside))
        print(f"# {halves} of 30 kills left a part")
        place.backup("copy.db", "--force")
        same(seq_of(place.path("copy.db")), first + 1, "seq of the last one")
        check("copy.db.part" not in place.there(), f"left over: {place.there()}")


def restore_killed():
    """Killed at any moment, the name holds the old database, with its log, or a whole new one."""
    with Place() as place:
        place.backup()
        first = seq_of(place.path("copy.db"))
        seen = set()
        for n in range(24):
            place.server.start()
            place.server.secret("staff")
            place.server.kill()  # what is newest stands in the log
            newest = seq_of(place.db)
            process = subprocess.Popen([args.interlock, "restore", "--from", "copy.db", "--db",
                                        place.db, "--force"], cwd=place.dir,
                                       stdout=subprocess.DEVNULL)
            time.sleep(0.002 * n)
            if n >= 22:
                process.wait(PATIENCE_S)  # so that both ends are seen, however slow the machine is
            process.kill()
            process.wait()
            place.server.must_be_clean()
            seq = seq_of(place.db)
            landed = "interlock.db.part" not in place.there()
            check(seq == newest or (landed and seq == first),
                  f"the database stands at {seq} of {newest}, the new one landed: {landed}")
            seen.add(seq == first)
        same(seen, {True, False}, "ends seen")


def restore_killed_at_its_last_step():
    """The old log was put away by then: what stood in it must stand in the old file."""
    with Place() as place:
        place.backup()
        place.server.start()
        place.server.secret("staff")
        place.server.kill()
        newest = seq_of(place.db)
        env = {**os.environ, "LD_PRELOAD": os.path.abspath(args.stop_at_rename),
               "ASAN_OPTIONS": "verify_asan_link_order=0"}
        done = subprocess.run([args.interlock, "restore", "--from", "copy.db", "--db", place.db,
                               "--force"], cwd=place.dir, capture_output=True, env=env, timeout=60)
        same(done.returncode, -signal.SIGKILL, f"how it ended ({done.stderr.decode()})")
        check("interlock.db.part" in place.there(), f"it ended too early: {place.there()}")
        place.server.must_be_clean()
        same(seq_of(place.db), newest, "seq of the old one")
        place.good("restore", "--from", "copy.db", "--db", place.db, "--force")
        check(seq_of(place.db) < newest, "the new one did not land")


def killed_while_it_landed():
    """Two names of one file: the next backup must not write into the finished one."""
    with Place() as place:
        place.backup()
        os.link(place.path("copy.db"), place.path("copy.db.part"))
        before = pathlib.Path(place.path("copy.db")).read_bytes()
        os.rename(place.path("copy.db"), place.path("kept.db"))
        place.server.secret("staff")
        place.backup()
        check(pathlib.Path(place.path("kept.db")).read_bytes() == before, "the old one was changed")


def no_room():
    with Place() as place:
        size = place.backup()["bytes"]
        before = pathlib.Path(place.path("copy.db")).read_bytes()
        for limit in (4096, size // 2, size - 4096):
            place.bad("backup", "--db", place.db, "--to", "copy.db", "--force", limit=limit,
                      said="storage full")
            place.bad("restore", "--from", "copy.db", "--db", "new.db", limit=limit,
                      said="storage full")
        check(pathlib.Path(place.path("copy.db")).read_bytes() == before, "the old one was changed")
        same([n for n in place.there() if n not in ("interlock.db", "interlock.db.lock",
                                                    "interlock.db-wal", "interlock.db-shm")],
             ["copy.db"], "files")


def names():
    with Place() as place:
        place.backup()
        place.bad("backup", "--db", place.db, "--to", "copy.db", said="copy.db is there already")
        place.backup("copy.db", "--force")
        place.bad("backup", "--db", place.db, "--to", place.db, "--force", said="same file")
        os.symlink("interlock.db", place.path("link.db"))
        place.bad("backup", "--db", place.db, "--to", "link.db", "--force", said="same file")
        place.bad("backup", "--db", "none.db", "--to", "x.db", said="there is no file none.db")
        place.bad("backup", "--db", place.db, "--to", "no/dir/x.db", said="No such file")
        place.bad("backup", "--db", place.db, "--to", "/dev/full", "--force", said="is not a file")
        pathlib.Path(place.path("empty.db")).touch()
        place.bad("backup", "--db", "empty.db", "--to", "x.db", said="is empty")
        place.bad("restore", "--from", "empty.db", "--db", "x.db", said="is empty")
        check("x.db" not in place.there() and "x.db.lock" not in place.there(), place.there())


def in_use():
    with Place() as place:
        place.backup()
        place.bad("restore", "--from", "copy.db", "--db", place.db, said="is there already")
        place.server.start()
        place.bad("restore", "--from", "copy.db", "--db", place.db, "--force",
                  said="held by another process")
        with Place() as other:
            other.bad("backup", "--db", other.db, "--to", place.db, "--force", said="is in use")
        place.server.stop()
        key = place.server.secret("staff")  # in the file, and after the backup
        place.good("restore", "--from", "copy.db", "--db", place.db, "--force")
        same_rows(place.db, place.path("copy.db"))
        place.server.start()
        Client(place.server.port, key).get("/schedule/holds").want(401, "unauthorized")


def old_log():
    """The log of what was there before is not read with what was restored."""
    with Place() as place:
        place.backup()
        place.server.start()
        place.server.secret("staff")
        place.server.kill()
        check(os.path.getsize(place.db + "-wal") > 0, "there is no log")
        os.unlink(place.db)  # the file is lost, its log is not
        place.bad("restore", "--from", "copy.db", "--db", place.db, said="log of a database")
        place.good("restore", "--from", "copy.db", "--db", place.db, "--force")
        same_rows(place.db, place.path("copy.db"))
        place.server.must_be_clean()


def with_a_log():
    """A file copied together with its log restores with what is in the log."""
    with Place() as place:
        place.server.start()
        place.server.secret("staff")
        place.server.kill()
        for end in ("", "-wal"):
            shutil.copyfile(place.db + end, place.path("copied.db" + end))
        place.good("restore", "--from", "copied.db", "--db", "new.db")
        same(seq_of(place.path("new.db")), seq_of(place.db), "seq")


cases.run("a backup killed at any moment leaves the old one or a whole new one", killed)
cases.run("a restore killed at any moment leaves the old one or a whole new one", restore_killed)
cases.run("a restore killed at its last step has lost nothing", restore_killed_at_its_last_step)
cases.run("a backup killed as it lands is not written into", killed_while_it_landed)
cases.run("a full disk leaves what was there, and no part", no_room)
cases.run("names that cannot be are refused in words", names)
cases.run("a database in use is not replaced; one at rest is, by --force", in_use)
cases.run("an old log is not read with a restored file", old_log)
cases.run("a file with its log restores with the log", with_a_log)


# ---- damaged backups ----


def damaged(how, said, *more):
    with Place() as place:
        place.backup()
        how(place.path("copy.db"))
        place.bad("restore", "--from", "copy.db", "--db", "new.db", *more, said=said)
        left = [n for n in place.there() if n.startswith("new.db")]
        same(left, [], "left over")


def overwritten(path):
    dice = random.Random(seed)
    size = os.path.getsize(path)
    with open(path, "r+b") as f:
        for page in dice.sample(range(2, size // 4096), 12):
            f.seek(page * 4096)
            f.write(dice.randbytes(64))


def cut(path):
    os.truncate(path, os.path.getsize(path) // 2 // 4096 * 4096)


def not_a_database(path):
    pathlib.Path(path).write_bytes(b"PK\x03\x04" * 5000)


def foreign(path):
    os.unlink(path)
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE x (y)")


def newer(path):
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 999")


def sql(words):
    """A change that the schema's triggers forbid: they are dropped, and made again."""
    def change(path):
        with contextlib.closing(sqlite3.connect(path)) as db:
            made = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            db.executescript("".join(f"DROP TRIGGER {name};" for name, _ in made) + words + ";" +
                             "".join(f"{text};" for _, text in made))
        check(not os.path.exists(path + "-wal"), "the log was not written back")
    return change


cases.run("a backup with spoilt pages is refused", damaged, overwritten, "damaged")
cases.run("so it is with --quick", damaged, overwritten, "damaged", "--quick")
cases.run("a backup cut short is refused", damaged, cut, "damaged")
cases.run("a file that is no database is refused", damaged, not_a_database, "not a database")
cases.run("another program's database is refused", damaged, foreign, "another program")
cases.run("a backup of a newer version is refused", damaged, newer, "newer than this program")
cases.run("a backup with an entry changed is refused, and says where", damaged,
          sql("UPDATE entry SET payload = CAST(replace(CAST(payload AS TEXT), 'i00', 'i01') AS BLOB)"
              " WHERE seq = 2"), "findings of `interlock check`")
cases.run("a backup with a claim moved is refused, and says where", damaged,
          sql("UPDATE claim SET starts_at = starts_at - 60 WHERE ref = (SELECT min(ref) FROM claim)"),
          "findings of `interlock check`")


def spoilt_source():
    """A spoilt database does not replace a good backup."""
    with Place() as place:
        place.backup()
        before = pathlib.Path(place.path("copy.db")).read_bytes()
        overwritten(place.db)
        place.bad("backup", "--db", place.db, "--to", "copy.db", "--force", said="damaged")
        check(pathlib.Path(place.path("copy.db")).read_bytes() == before, "the old one was changed")


cases.run("a spoilt database does not replace a good backup", spoilt_source)
cases.finish()
