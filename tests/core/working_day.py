"""A working day of 08:00 to 17:00 is 08:00 to 17:00 on the wall, on every date of every zone.

The program given as --instants lays the hours; here Python's zoneinfo, which shares nothing with our
reader, says what a wall clock of that place shows at those instants. So also for a shift from 22:00
until 06:00 of the next day.

    Without --all: a few zones and three years.

    working_day.py --instants build/tests/core/day_instants [--zones A,B | --all]
"""
import argparse, array, datetime, os, pathlib, subprocess, sys, zoneinfo

SAMPLE = ["America/Denver", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu",
          "Pacific/Chatham", "Australia/Lord_Howe", "Asia/Beirut", "America/Santiago",
          "Pacific/Apia", "Africa/Casablanca", "Asia/Gaza", "Europe/Dublin", "Etc/UTC"]
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
DAY = datetime.timedelta(days=1)
SHOWN = 5


def zones_in(root):
    return [name for name in sorted(zoneinfo.available_timezones()) if (root / name).is_file()]


def wall(zone, utc):
    local = (EPOCH + datetime.timedelta(seconds=utc)).astimezone(zone)
    return local.replace(tzinfo=None, fold=0), local.fold


def there(zone, when):
    """Where the clock goes from 22:00 to 23:00 (Nuuk, Easter Island), a shift begins at 23:00."""
    shown, _ = wall(zone, (when.replace(tzinfo=zone).astimezone(datetime.timezone.utc) - EPOCH)
                    // datetime.timedelta(seconds=1))
    return shown


def wanted(zone, date):
    """The day whatever the clock did; of hours that come twice the first."""
    day = [datetime.datetime.combine(date, datetime.time(hour)) for hour in (8, 17)]
    night = [datetime.datetime.combine(date, datetime.time(22)),
             datetime.datetime.combine(date + DAY, datetime.time(6))]
    return [(when, 0) for when in day + [there(zone, when) for when in night]]


def faults(instants, root, name, first, days):
    numbers = array.array("q")
    ran = subprocess.run([instants, root / name, str((first - EPOCH.date()).days), str(days)],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if ran.returncode:
        return [ran.stderr.decode().strip()]
    numbers.frombytes(ran.stdout)
    if len(numbers) != 5 * days:
        return [f"{len(numbers)} numbers for {days} dates"]
    zone = zoneinfo.ZoneInfo(name)
    found = []
    for i in range(days):
        date = first + i * DAY
        number, *at = numbers[5 * i:5 * i + 5]
        got = [wall(zone, utc) for utc in at]
        if number != (date - EPOCH.date()).days or got != wanted(zone, date):
            found.append(f"{date}: {[(str(when), fold) for when, fold in got]}")
    return found


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--instants", required=True)
    options.add_argument("--all", action="store_true")
    options.add_argument("--zones", default=",".join(SAMPLE))
    options = options.parse_args()
    root = pathlib.Path(os.environ.get("PYTHONTZPATH", "/usr/share/zoneinfo").split(":")[0])
    if not root.is_dir():
        print(f"no zone files in {root}")
        return 77
    names = zones_in(root) if options.all else options.zones.split(",")
    first = datetime.date(2020 if options.all else 2026, 1, 1)
    end = datetime.date(2041 if options.all else 2029, 1, 1)
    wrong = 0
    for name in names:
        found = faults(options.instants, root, name, first, (end - first).days)
        wrong += bool(found)
        for line in found[:SHOWN]:
            print(f"{name}: {line}")
    print(f"{len(names)} zones, {(end - first).days} dates each, {wrong} zones wrong")
    return 1 if wrong or not names else 0


sys.exit(main())
