"""Runs a client of examples/ against a server with the demo company, as its reader would; the
client judges what it was answered and says so by its exit code. Afterwards `check` finds nothing,
and there is one order more."""
import argparse, json, os, pathlib, subprocess, sys, tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "api"))

from openapi_document import Differs, check, same
from openapi_walk import Server


def orders(server):
    text = server.cli("export", "--db", server.db, "--company", "frontrange")
    return len(json.loads(text)["inspections"])


def run(args, directory, log):
    server = Server(str(pathlib.Path(args.interlock).resolve()), directory)
    server.take(server.cli("demo"))
    server.start(log)
    try:
        server.make_keys("frontrange")
        before = orders(server)
        env = {**os.environ, "INTERLOCK_URL": f"http://127.0.0.1:{server.port}",
               "INTERLOCK_KEY": server.secrets["online"]}
        done = subprocess.run(args.command, env=env, timeout=300, check=False)
        same(done.returncode, 0, f"exit code of {' '.join(args.command)}")
        same(orders(server), before + 1, "orders")
        found = json.loads(server.cli("check", "--db", server.db, "--json"))["findings"]
        check(not found, f"check finds {found}")
    finally:
        server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--interlock", required=True, help="the program")
    parser.add_argument("command", nargs="+", help="the client and its arguments")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="interlock-example-") as directory, \
            open(pathlib.Path(directory, "log"), "w") as log:
        try:
            run(args, directory, log)
        except Differs as e:
            print(f"FAILED {e}\n0 passed, 1 failed")
            return 1
    print("1 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
