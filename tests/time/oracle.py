"""Asks an independent reader of time zones the same questions as ours, and compares.

The oracle is Python's zoneinfo on the same files. For every zone it asks, around each transition,
every half hour of UTC and of wall time within 26 hours; noon and midnight of every day 2020-2040;
and stretches of centuries ahead, where only the footer speaks. The C program given as --checker
reads the questions with the oracle's answers and reports each one it answers differently.

    Without --all: a few zones, their transitions since 2005, and fewer days.

    oracle.py --checker build/tests/time/zone_oracle [--zones A,B | --all] [--slim]
"""
import argparse, array, datetime, os, pathlib, shutil, struct, subprocess, sys, tempfile
import zoneinfo

WALL_UNIQUE, WALL_GAP, WALL_FOLD, OFFSET, NEXT_CHANGE = range(5)
HALF_HOUR, DAY = 1800, 86400
EPOCH = datetime.datetime(1970, 1, 1)
EPOCH_UTC = EPOCH.replace(tzinfo=datetime.timezone.utc)
SECOND = datetime.timedelta(seconds=1)
SAMPLE = ["America/Denver", "Europe/Dublin", "Africa/Casablanca", "Pacific/Apia", "Asia/Gaza",
          "America/Caracas", "America/Ojinaga", "Australia/Lord_Howe", "America/Nuuk",
          "Asia/Kathmandu", "Etc/UTC"]

# zic of glibc 2.36 ends these slim files in 2072, short of transitions the fat files have.
SLIM_DIFFERS = ["Asia/Gaza", "Asia/Hebron"]


def day(year, month=1, date=1):
    return (datetime.datetime(year, month, date) - EPOCH) // SECOND


class Oracle:
    def __init__(self, name):
        self.zone = zoneinfo.ZoneInfo(name)

    def at(self, utc):
        local = (EPOCH_UTC + utc * SECOND).astimezone(self.zone)
        return local.utcoffset() // SECOND, local.tzname()

    def offset(self, utc):
        return self.at(utc)[0]

    def wall(self, wall):
        local = (EPOCH + wall * SECOND).replace(tzinfo=self.zone)
        return local.utcoffset() // SECOND, local.replace(fold=1).utcoffset() // SECOND


def file_transitions(path):
    """Moments worth asking about; what is right there is the oracle's business."""
    data = path.read_bytes()
    def counts(at):
        return struct.unpack(">6l", data[at + 20:at + 44])
    ut, std, leap, times, types, chars = counts(0)
    second = 44 + times * 5 + types * 6 + chars + leap * 8 + std + ut
    times = counts(second)[3]
    return struct.unpack(f">{times}q", data[second + 44:second + 44 + 8 * times])


def scanned_changes(oracle, first, end, step=7 * DAY):
    """Offset changes found by looking only at the oracle's answers."""
    found = []
    before = oracle.offset(first)
    for at in range(first + step, end, step):
        after = oracle.offset(at)
        if after != before:
            low, high = at - step, at
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if oracle.offset(middle) == before else (low, middle)
            found.append(high)
        before = after
    return found


class Questions:
    def __init__(self, oracle, changes):
        self.oracle, self.changes, self.rows = oracle, changes, array.array("q")
        self.jumps = [(at, oracle.offset(at - 1), oracle.offset(at)) for at in changes]

    def ask_utc(self, utc):
        offset, name = self.oracle.at(utc)
        packed = int.from_bytes(name.encode().ljust(8, b"\0"), "little")
        self.rows.extend((OFFSET, utc, offset, packed))

    def ask_wall(self, wall):
        candidates = sorted(set(wall - offset for offset in self.oracle.wall(wall)))
        if len(candidates) > 1:
            # Just after a file's last transition zoneinfo judges wall time by the footer alone and
            # can claim a fold that never was (America/Nuuk 2023-10-28 in slim files); its answers
            # the other way round, from UTC, decide.
            candidates = [at for at in candidates if at + self.oracle.offset(at) == wall]
        if candidates:
            kind = WALL_UNIQUE if len(candidates) == 1 else WALL_FOLD
            row = (kind, wall, candidates[0], candidates[-1])
        else:
            jump = next(at for at, before, after in self.jumps
                        if at + before <= wall < at + after)
            row = (WALL_GAP, wall, jump, jump)
        self.rows.extend(row)

    def ask_next(self, utc, change):
        self.rows.extend((NEXT_CHANGE, utc, change, 0))


def questions(name, path, thorough):
    oracle = Oracle(name)
    earliest = day(1, 1, 3) if thorough else day(2005)
    step = DAY // 2 if thorough else 5 * DAY // 2
    changes = set(at for at in file_transitions(path) if at > earliest)
    # Slim files stop at the last transition the footer does not tell: look on from there.
    told = max(changes, default=day(2000))
    changes |= set(scanned_changes(oracle, min(told, day(2000)), day(2045)))
    changes |= set(scanned_changes(oracle, day(2394), day(2446)))
    changes |= set(scanned_changes(oracle, day(9989), day(9999)))
    changes = sorted(changes)
    asked = Questions(oracle, changes)
    for at, before, after in asked.jumps:
        for near in range(-52, 53):
            asked.ask_utc(at + near * HALF_HOUR)
            asked.ask_wall(at + before + near * HALF_HOUR)
        for near in (-1, 0, 1):
            asked.ask_utc(at + near)
            asked.ask_wall(at + before + near)
            asked.ask_wall(at + after + near)
    for first, end in ((day(2020), day(2041)), (day(2395), day(2445)), (day(9990), day(9999))):
        for at in range(first, end, step):
            asked.ask_utc(at)
            asked.ask_wall(at)
    moved = [at for at, before, after in asked.jumps if before != after and at < day(2045)]
    for this, following in zip(moved, moved[1:]):
        asked.ask_next(this - 1, this)
        asked.ask_next(this, following)
    return asked.rows


def zones_in(root):
    every = sorted(zoneinfo.available_timezones())
    return [name for name in every if (root / name).is_file()]


def check(checker, name, path, rows):
    done = subprocess.run([checker, path], input=rows.tobytes(), capture_output=True)
    if done.returncode != 0:
        print(f"{name}:\n{done.stdout.decode()}{done.stderr.decode()}")
    return done.returncode == 0


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--checker", required=True)
    options.add_argument("--all", action="store_true")
    options.add_argument("--slim", action="store_true",
                         help="ours reads slim files by zic, the oracle fat ones")
    options.add_argument("--zones", default=",".join(SAMPLE))
    options = options.parse_args()
    root = pathlib.Path(os.environ.get("PYTHONTZPATH", "/usr/share/zoneinfo").split(":")[0])
    if not root.is_dir():
        print(f"no zone files in {root}")
        return 77
    with tempfile.TemporaryDirectory() as slim:
        ours = root
        if options.slim:
            zic = shutil.which("zic", path=os.environ.get("PATH", "") + ":/usr/sbin")
            if zic is None or not (root / "tzdata.zi").is_file():
                print("no zic or no tzdata.zi to make slim files with")
                return 77
            subprocess.run([zic, "-b", "slim", "-d", slim, root / "tzdata.zi"], check=True)
            ours = pathlib.Path(slim)
        names = zones_in(root) if options.all else options.zones.split(",")
        names = [name for name in names
                 if not options.slim or ((ours / name).is_file() and name not in SLIM_DIFFERS)]
        same = {}  # links to one file are asked about once
        for name in names:
            same.setdefault((root / name).read_bytes(), []).append(name)
        asked, wrong = 0, 0
        for group in same.values():
            rows = questions(group[0], root / group[0], options.all)
            asked += len(rows) // 4 * len(group)
            wrong += sum(not check(options.checker, name, ours / name, rows)
                         for name in group)
        print(f"{len(names)} zones, {asked} questions, {wrong} zones wrong")
        return 1 if wrong or not asked else 0


sys.exit(main())
