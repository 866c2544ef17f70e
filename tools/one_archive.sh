#!/bin/sh
# One archive out of a layer's and those below it, in which only what is marked as visible keeps its
# name. Usage: one_archive.sh OUT.a TOP.a BELOW.a...
set -eu
out=$1
top=$2
shift 2
ld -r -o "$out.o" --whole-archive "$top" --no-whole-archive --start-group "$@" --end-group
objcopy --localize-hidden "$out.o"
rm -f "$out"
ar rcs "$out" "$out.o"
rm -f "$out.o"
