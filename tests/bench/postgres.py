"""Bookings per second against PostgreSQL, an exclusion constraint and a small Node server.

Both servers get the same wrk script, connections and seconds, one after the other in pairs. PostgreSQL
stands in the bench's folder with its own settings (fsync on), on a unix socket only, never as root.
"""
import glob
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import time

PEERS = pathlib.Path(__file__).parent / "peers"
BOOK_AS = ("postgres", "nobody")
START_S = 30
CONNECTIONS_MAX = 200


class Missing(Exception):
    """A part cannot run here; its words say why in one line."""


def installed(bench):
    """The folder with what npm brought, brought now when it was not."""
    folder = bench.folder / "peers"
    folder.mkdir(exist_ok=True)
    wanted = (PEERS / "package.json").read_text()
    have = folder / "package.json"
    if not shutil.which("npm") or not shutil.which("node"):
        raise Missing("there is no npm here")
    if not (have.exists() and have.read_text() == wanted and (folder / "node_modules").exists()):
        (folder / "package.json").write_text(wanted)
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"],
                              cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            have.unlink()
            raise Missing("npm install failed: " + done.stderr.strip().split("\n")[-1])
    return folder


def program(name):
    found = shutil.which(name) or max(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), default=None)
    if not found:
        raise Missing("PostgreSQL is not installed (apt-get install postgresql)")
    return os.path.realpath(found)


def owner():
    """What makes a child somebody else than root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return {}
    for name in BOOK_AS:
        try:
            who = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
    raise Missing("PostgreSQL does not run as root, and there is nobody else")


class Cluster:
    def __init__(self, bench):
        as_other = owner()
        self.folder = bench.folder / "postgres"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)
        self.socket = tempfile.mkdtemp(prefix="il-pg-")
        if as_other:
            for path in (self.folder, self.socket):
                os.chown(path, as_other["user"], as_other["group"])
        os.chmod(self.socket, 0o755)
        made = subprocess.run([program("initdb"), "-D", self.folder, "-U", "bench", "-A", "trust",
                               "--locale=C.UTF-8"], capture_output=True, text=True, cwd="/", **as_other)
        if made.returncode != 0:
            self.drop()
            raise Missing("initdb failed: " + made.stderr.strip().split("\n")[-1])
        self.log = open(bench.folder / "postgres.log", "w")
        self.process = subprocess.Popen(
            [program("postgres"), "-D", self.folder, "-k", self.socket, "-c", "listen_addresses=",
             "-c", f"max_connections={CONNECTIONS_MAX}"], stderr=self.log, stdout=self.log, cwd="/",
            **as_other)
        self.wait()

    def wait(self):
        until = time.monotonic() + START_S
        while "ready to accept" not in pathlib.Path(self.log.name).read_text():
            if time.monotonic() > until or self.process.poll() is not None:
                self.stop()
                raise Missing(f"PostgreSQL did not start: {self.log.name}")
            time.sleep(.1)

    def drop(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.socket, ignore_errors=True)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(2)  # fast shutdown
            self.process.wait(60)
        self.log.close()
        self.drop()


def server_command(bench, cluster, connections):
    """Node finds pg beside the script, so the script stands beside node_modules."""
    folder = installed(bench)
    shutil.copy(PEERS / "postgres.js", folder)
    return ["node", str(folder / "postgres.js"), cluster.socket, str(connections)]
