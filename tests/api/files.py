"""What a command does with the name it is given: links, files that are not there, empty files.

One database has one lock and one log, whatever name it is reached by; and a command that is refused
leaves in the directory what was there before it.
"""
from harness import *

args = options(__doc__.splitlines()[0])
cases = Cases()

GOOD = company()
BAD = {**company(), "inspectors": [inspector("alice", ["nothing"])]}


class Place:
    """A directory of its own; commands in it name their files relative to it, or whole."""

    def __init__(self):
        self.server = Server(args)
        self.dir = self.server.dir

    def path(self, name):
        return os.path.join(self.dir, name)

    def there(self):
        return sorted(os.path.relpath(os.path.join(top, name), self.dir)
                      for top, _, names in os.walk(self.dir) for name in names if name != "log")

    def run(self, *words, db, document=None, cwd=None):
        done = subprocess.run([args.interlock, *words, "--db", db], cwd=cwd or self.dir,
                              input=json.dumps(document).encode() if document else None,
                              stdin=None if document else subprocess.DEVNULL, capture_output=True,
                              timeout=60)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def good(self, *words, db, **more):
        code, out, err = self.run(*words, db=db, **more)
        same(code, 0, f"exit code of {words} ({err.strip()})")
        return out

    def take(self, db, document=GOOD, *more, **also):
        return self.run("import", "-", *more, db=db, document=document, **also)

    def serve(self, db):
        self.server.db = db
        return self.server.start()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.server.close()


def contents(place, *names):
    return {name: pathlib.Path(place.path(name)).read_bytes() for name in names}


# ---- links ----


def written_through(make):
    """make(place) gives (the name that is used, the real name, both relative to the place)."""
    with Place() as place:
        name, real = make(place)
        same(place.take(name)[0], 0, "exit code of the import")
        check(os.path.exists(place.path(real)), f"{real} was not made: {place.there()}")
        strays = [p for p in place.there() if not p.startswith(real) and p not in (name, "middle")]
        same(strays, [], "files beside the real one")
        same(place.good("export", "--company", "frontrange", db=name),
             place.good("export", "--company", "frontrange", db=real), "export by both names")
        same(place.take(name)[0], 0, "exit code of a second import")
        same(place.take(real)[0], 0, "exit code of an import by the real name")


def link_to(target, name="link.db", there=False):
    def make(place):
        real = os.path.relpath(os.path.join(place.dir, os.path.dirname(name), target), place.dir)
        os.makedirs(os.path.dirname(place.path(real)), exist_ok=True)
        os.makedirs(os.path.dirname(place.path(name)), exist_ok=True)
        if there:
            same(place.take(real)[0], 0, "exit code of the import by the real name")
        os.symlink(target, place.path(name))
        return name, real
    return make


def link_to_whole_name(place):
    os.symlink(place.path("real.db"), place.path("link.db"))
    return "link.db", "real.db"


def link_to_link(place):
    os.mkdir(place.path("deep"))
    os.symlink("middle", place.path("link.db"))
    os.symlink("deep/real.db", place.path("middle"))
    return "link.db", "deep/real.db"


def linked_directory(place):
    os.mkdir(place.path("deep"))
    os.symlink("deep", place.path("middle"))
    return "middle/real.db", "deep/real.db"


for what, make in [
        ("a link", link_to("real.db", there=True)),
        ("a link into another directory", link_to("deep/real.db", there=True)),
        ("a link out of its directory", link_to("../real.db", "sub/link.db", there=True)),
        ("a link to a file that is not there yet", link_to("real.db")),
        ("a link out of its directory to no file yet", link_to("../real.db", "sub/link.db")),
        ("a link by its whole name to no file yet", link_to_whole_name),
        ("a link to a link to no file yet", link_to_link),
        ("a directory that is a link", linked_directory)]:
    cases.run(f"a database is written through {what}", written_through, make)


def one_lock(first, second):
    """Served by one name, asked by the other: the server is found, and no second one starts."""
    with Place() as place:
        os.mkdir(place.path("deep"))
        os.symlink("deep/real.db", place.path("link.db"))
        names = {"link": place.path("link.db"), "real": place.path("deep/real.db")}
        same(place.take(names["real"])[0], 0, "exit code of the import")
        place.serve(names[first])
        code, _, err = place.run("serve", "--listen", "127.0.0.1:0", db=names[second])
        same(code, 1, "exit code of a second server")
        check("is held by another process" in err, f"the words are {err!r}")
        out = place.good("key", "create", "--company", "frontrange", "--role", "staff", "--name",
                         "x", db=names[second])
        staff = Client(place.server.port, out.strip())
        staff.book(booking(at(3, "10:00"))).want(201)
        os.unlink(place.path("deep/real.db.sock"))  # nobody to ask: the lock alone must stop it
        code, _, err = place.take(names[second])
        same(code, 1, "exit code of an import past the server")
        check("is held by another process" in err, f"the words are {err!r}")
        place.server.stop()


def link_to_nowhere():
    with Place() as place:
        os.symlink("no/such/real.db", place.path("link.db"))
        code, _, err = place.take("link.db")
        same(code, 1, "exit code")
        check("no/such" in err and "No such file or directory" in err, f"the words are {err!r}")
        same(place.there(), ["link.db"], "files")


def link_in_a_circle():
    with Place() as place:
        os.symlink("b.db", place.path("a.db"))
        os.symlink("a.db", place.path("b.db"))
        code, _, err = place.take("a.db")
        same(code, 1, "exit code")
        check("Too many levels of symbolic links" in err, f"the words are {err!r}")
        same(place.there(), ["a.db", "b.db"], "files")


cases.run("served by a link, the real name is held", one_lock, "link", "real")
cases.run("served by the real name, a link is held", one_lock, "real", "link")
cases.run("a link to where no directory is, is refused by name", link_to_nowhere)
cases.run("links in a circle are refused", link_in_a_circle)

# ---- what a refused command leaves ----


def refused_first(document, code):
    with Place() as place:
        got, _, err = place.take("new.db", document)
        same(got, code, f"exit code ({err.strip()})")
        same(place.there(), [], "files left")
        same(place.take("new.db")[0], 0, "exit code of a good import after it")


def refused_first_through_link():
    with Place() as place:
        os.symlink("real.db", place.path("link.db"))
        same(place.take("link.db", BAD)[0], 1, "exit code")
        same(place.there(), ["link.db"], "files left")
        check(os.path.islink(place.path("link.db")), "the link is gone")


def refused_into_empty():
    with Place() as place:
        pathlib.Path(place.path("empty.db")).touch()
        same(place.take("empty.db", BAD)[0], 1, "exit code")
        same(place.there(), ["empty.db"], "files left")
        same(os.path.getsize(place.path("empty.db")), 0, "size of the empty file")


def refused_into_existing():
    with Place() as place:
        same(place.take("a.db")[0], 0, "exit code of the first import")
        before, names = contents(place, "a.db"), place.there()
        same(place.take("a.db", BAD)[0], 1, "exit code")
        same(place.there(), names, "files")
        check(contents(place, "a.db") == before, "the file has changed")


cases.run("a refused first import leaves nothing", refused_first, BAD, 1)
cases.run("a first import that is no document leaves nothing", refused_first, {"interlock": 2}, 1)
cases.run("a refused first import through a link leaves the link", refused_first_through_link)
cases.run("a refused import into an empty file leaves it empty", refused_into_empty)
cases.run("a refused import into a database changes nothing", refused_into_existing)

# ---- empty files ----

KEY = ("key", "create", "--company", "frontrange", "--role", "staff", "--name", "x")
BOOK = ("book", "--company", "frontrange", "--datetime", "2030-01-07T10:00", "--services", "home",
        "--address", "1 Main Street", "--name", "Chris")
READS = (("export", "--company", "frontrange"), ("check",),
         ("slots", "--company", "frontrange", "--services", "home"))


def empty_is_no_database(words):
    with Place() as place:
        pathlib.Path(place.path("empty.db")).touch()
        code, _, err = place.run(*words, db="empty.db")
        same(code, 1, f"exit code ({err.strip()})")
        check("empty.db is empty, not an Interlock database: import a company first" in err,
              f"the words are {err!r}")
        same(place.there(), ["empty.db"], "files left")
        same(os.path.getsize(place.path("empty.db")), 0, "size of the empty file")


def empty_is_filled():
    with Place() as place:
        pathlib.Path(place.path("empty.db")).touch()
        same(place.take("empty.db", GOOD, "--dry-run")[0], 0, "exit code of a dry run")
        same(place.there(), ["empty.db"], "files after a dry run")
        same(os.path.getsize(place.path("empty.db")), 0, "size after a dry run")
        same(place.take("empty.db")[0], 0, "exit code of the import")
        place.good(*KEY, db="empty.db")


for words in (KEY, BOOK, *READS):
    cases.run(f"an empty file is no database to {words[0]}", empty_is_no_database, words)
cases.run("an import fills an empty file", empty_is_filled)


def server_keeps_its_file():
    """A server's tokens are signed with what stands in the file, so it is kept without a company."""
    with Place() as place:
        place.serve(place.path("new.db")).stop()
        check("new.db" in place.there(), "the server's file is gone")
        same(place.take("new.db")[0], 0, "exit code of the import")


cases.run("a server keeps the file it made", server_keeps_its_file)
cases.finish()
