#!/bin/sh
# Fuzzes every parser, and the server led by api/openapi.yaml, for SECONDS each (default 60), with
# ASan and UBSan; what is found of a parser stays in build-fuzz/found, and anything found fails. Usage: fuzz.sh [SECONDS]
set -eu
# Without, UBSan writes what it finds and goes on, and the run counts as clean.
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
seconds=${1:-60}
[ -f build-fuzz/build.ninja ] ||
    CC=clang meson setup build-fuzz -Dfuzz=true -Db_lundef=false -Db_sanitize=address,undefined -Doptimization=1 >/dev/null
ninja -C build-fuzz | tail -n 1
rm -rf build-fuzz/seeds
python3 tests/fuzz/seeds.py build-fuzz/seeds
failed=0
for target in tzif document request; do
    grown=build-fuzz/grown/$target
    mkdir -p "$grown" build-fuzz/found
    echo "fuzz $target, $seconds s"
    # A leak is looked for where it can be one: arenas of a company live until the next begins.
    build-fuzz/tests/fuzz/fuzz_$target -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -max_len=65536 \
        -print_final_stats=1 -artifact_prefix=build-fuzz/found/$target- "$grown" "tests/fuzz/corpus/$target" \
        build-fuzz/seeds/$target >build-fuzz/$target.log 2>&1 || failed=1
    grep -E 'stat::number_of_executed_units|ERROR|SUMMARY|CHECK|tests/' build-fuzz/$target.log | tail -n 5 || true
done
echo "fuzz api, $seconds s"
python3 -B tests/fuzz/api_fuzz.py --interlock build-fuzz/interlock --root . \
    --seconds "$seconds" || failed=1
[ $failed = 0 ] && echo "fuzz is clean" || { echo "fuzz found something: see build-fuzz/*.log"; exit 1; }
