#!/bin/sh
# Format, house rules, clang-tidy, cppcheck, and a build with the other compiler. Usage: lint.sh BUILD
set -eu
build=$1
sources=$(find src tests -name '*.c')
echo "clang-format"
find src tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run --Werror
echo "house rules"
python3 tools/tidy.py .
echo "headers"
sh tools/headers.sh . cc
echo "clang build"
[ -f build-clang/build.ninja ] || CC=clang meson setup build-clang >/dev/null
ninja -C build-clang | tail -n 1
echo "clang-tidy"
ninja -C "$build" >/dev/null
printf '%s\n' $sources | grep '^src/' | xargs -P "$(nproc)" -n 4 clang-tidy -p "$build" --quiet 2>/dev/null
echo "cppcheck"
cppcheck --quiet --std=c11 --enable=warning,style,performance,portability --error-exitcode=1 \
    --inline-suppr --suppressions-list=tools/cppcheck.txt --project="$build/compile_commands.json" -j "$(nproc)"
echo "lint is clean"
