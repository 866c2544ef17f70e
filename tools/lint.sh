#!/bin/sh
# Format, house rules, clang-tidy, cppcheck, and a build with the other compiler. Usage: lint.sh
set -eu
sources=$(find src tests -name '*.c')
echo "clang-format"
find src tests examples -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run --Werror
echo "house rules"
python3 tools/tidy.py .
echo "headers"
sh tools/headers.sh . cc
echo "clang build"
[ -f build-clang/build.ninja ] || CC=clang meson setup build-clang >/dev/null
ninja -C build-clang | tail -n 1
echo "clang-tidy"
# It counts what it did not show; its other words matter when it fails.
words=$(mktemp)
trap 'rm -f "$words"' EXIT
printf '%s\n' $sources | grep '^src/' | xargs -P "$(nproc)" -n 4 clang-tidy -p build-clang --quiet 2>"$words" ||
    { grep -v 'warnings\{0,1\} generated' "$words" >&2; exit 1; }
echo "cppcheck"
cppcheck --quiet --std=c11 --enable=warning,style,performance,portability --error-exitcode=1 \
    --inline-suppr --suppressions-list=tools/cppcheck.txt --project=build-clang/compile_commands.json --file-filter="src/*" -j "$(nproc)"
echo "lint is clean"
