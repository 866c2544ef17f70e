#!/bin/sh
# The whole suite under AddressSanitizer and UndefinedBehaviorSanitizer; the layers with threads
# under ThreadSanitizer.
set -eu
[ -f build-asan/build.ninja ] ||
    CC=clang meson setup build-asan -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=1 >/dev/null
ninja -C build-asan | tail -n 1
ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
    python3 tools/run_tests.py build-asan
[ -f build-tsan/build.ninja ] ||
    CC=clang meson setup build-tsan -Db_sanitize=thread -Db_lundef=false -Doptimization=1 >/dev/null
ninja -C build-tsan | tail -n 1
TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1 python3 tools/run_tests.py build-tsan --suite threads
