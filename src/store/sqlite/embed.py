"""Writes the numbered SQL files into one C file, so that the binary carries its own schema.

A byte array and not a string literal: C17 promises only 4095 characters of those.
"""

import pathlib
import sys


def main(out, scripts):
    lines = ['#include "store/sqlite.h"', ""]
    for number, script in enumerate(scripts, start=1):
        name = pathlib.Path(script).name
        if int(name.split("_")[0]) != number:
            sys.exit(f"{name}: migrations are numbered 1, 2, 3 without gaps")
        text = ",".join(str(byte) for byte in pathlib.Path(script).read_bytes() + b"\0")
        lines.append(f"static const char script_{number}[] = {{{text}}};")
    names = ", ".join(f"script_{number}" for number in range(1, len(scripts) + 1))
    lines += ["", f"const char *const lite_scripts[] = {{ {names} }};"]
    lines += [f"const int lite_script_count = {len(scripts)};", ""]
    pathlib.Path(out).write_text("\n".join(lines))


main(sys.argv[1], sys.argv[2:])
