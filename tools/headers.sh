#!/bin/sh
# Each public header compiles alone, with only what its own layer may see. Usage: headers.sh ROOT CC
set -eu
root=$1
cc=$2
status=0
for header in "$root"/src/*/include/*/*.h; do
    printf '#include "%s"\nextern int nothing;\n' "$(basename "$(dirname "$header")")/$(basename "$header")" |
        $cc -std=c17 -D_POSIX_C_SOURCE=200809L -fsyntax-only -Wall -Wextra -Werror \
            $(for layer in "$root"/src/*/include; do printf ' -I%s' "$layer"; done) -x c - ||
        { echo "does not stand alone: $header"; status=1; }
done
exit $status
