"""libinterlock as it is installed: what it shows, how it is named, and that a program finds it.

The project is installed into a folder of its own and a reader's program is built against that, with
what pkg-config says and nothing else."""
import argparse, os, pathlib, re, subprocess, sys, tempfile

HEADER_ALONE = '#include <interlock.h>\nint use(void);\nint use(void) { return interlock_version() == 0; }\n'


def out(*command, **more):
    done = subprocess.run(list(map(str, command)), check=False, text=True, capture_output=True, **more)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}")
    return done.stdout


def declared(header):
    return sorted(set(re.findall(r"\b(interlock_\w+)\(", header.read_text(encoding="utf-8"))))


def shown(library, *options):
    lines = out("nm", *options, "--defined-only", library).splitlines()
    return sorted({words[2] for words in map(str.split, lines) if len(words) == 3})


class Installed:
    def __init__(self, args, folder):
        self.args = args
        self.root = folder / "root"
        out("meson", "install", "-C", args.build, "--no-rebuild", "--destdir", self.root)
        pc = next(self.root.rglob("interlock.pc"))
        self.libdir = pc.parent.parent
        self.header = next(self.root.rglob("interlock.h"))
        self.env = {**os.environ, "PKG_CONFIG_PATH": str(pc.parent),
                    "PKG_CONFIG_SYSROOT_DIR": str(self.root)}

    def flags(self, *what):
        return out("pkg-config", *what, "interlock", env=self.env).split()

    def build(self, source, to, *flags):
        out(*self.args.cc.split(","), "-std=c17", *self.args.flags, source, "-o", to, *flags)


def shows_only_what_is_declared(it, _):
    wanted = declared(it.header)
    assert len(wanted) > 5, wanted
    for library, option in (("libinterlock.so", "-D"), ("libinterlock.a", "-g")):
        assert shown(it.libdir / library, option) == wanted, \
            f"{library} shows {shown(it.libdir / library, option)}, interlock.h declares {wanted}"


def is_named_by_version(it, _):
    version = out("pkg-config", "--modversion", "interlock", env=it.env).strip()
    soname = re.search(r"SONAME.*\[(.*)\]", out("readelf", "-d", it.libdir / "libinterlock.so")).group(1)
    assert soname == "libinterlock.so." + version.split(".")[0], soname
    assert (it.libdir / f"libinterlock.so.{version}").is_file(), version
    assert (it.libdir / soname).resolve().name == f"libinterlock.so.{version}"


def header_stands_alone(it, folder):
    for suffix, command in (("c", [*it.args.cc.split(","), "-std=c17"]),
                            ("cc", [it.args.cxx, "-std=c++11"])):
        source = folder / f"alone.{suffix}"
        source.write_text(HEADER_ALONE, encoding="utf-8")
        out(*command, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only",
            *it.flags("--cflags"), source)


def a_program_finds_the_shared(it, folder):
    it.build(it.args.example, folder / "shared", *it.flags("--cflags", "--libs"))
    assert "libinterlock" in out("readelf", "-d", folder / "shared")
    text = out(folder / "shared", env={**os.environ, "LD_LIBRARY_PATH": str(it.libdir)})
    assert text.startswith("201 "), text


def a_program_takes_the_static(it, folder):
    """With names of its own that are ours inside, too."""
    clash = folder / "clash.c"
    names = ["str_copy", "arena_make", "block_new", "buf_drop"]
    clash.write_text("".join(f"void {name}(void);\nvoid {name}(void) {{ __builtin_abort(); }}\n"
                             for name in names), encoding="utf-8")
    below = out("pkg-config", "--print-requires-private", "interlock", env=it.env).split()
    flags = [*it.flags("--cflags"), it.libdir / "libinterlock.a",
             *out("pkg-config", "--libs", *below).split(), "-lm", "-pthread"]
    it.build(it.args.example, folder / "static", clash, *flags)
    assert "libinterlock" not in out("readelf", "-d", folder / "static")
    assert out(folder / "static").startswith("201 ")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--example", required=True)
    parser.add_argument("--cc", required=True, help="the compiler's words, with commas")
    parser.add_argument("--cxx", required=True)
    parser.add_argument("flags", nargs="*", help="a sanitizer's")
    args = parser.parse_args()
    tests = [shows_only_what_is_declared, is_named_by_version, header_stands_alone,
             a_program_finds_the_shared, a_program_takes_the_static]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="interlock-installed-") as name:
        it = Installed(args, pathlib.Path(name))
        for test in tests:
            try:
                test(it, pathlib.Path(name))
            except AssertionError as e:
                failed += 1
                print(f"FAILED {test.__name__}: {e}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
