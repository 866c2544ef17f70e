#!/bin/sh
# The core is pure if the linker says so: every symbol it wants from outside is on this list.
# Usage: pure.sh libcore.a
set -eu
allowed='^(mem(cpy|set|move|cmp|chr)|strlen|__assert_fail|__stack_chk_fail|__(asan|ubsan|tsan)_.*|_GLOBAL_OFFSET_TABLE_|__.*_chk|arena_.*|block_.*|il_(fail|invalid)|str_.*)$'
own=$(nm --defined-only "$1" 2>/dev/null | awk 'NF == 3 {print $3}' | sort -u)
wanted=$(nm -u "$1" 2>/dev/null | awk '$1 == "U" {print $2}' | sort -u)
outside=$(printf '%s\n' "$wanted" | grep -vxF "$own" | grep -Ev "$allowed" || true)
[ -z "$outside" ] || { echo "core reaches outside through:" $outside; exit 1; }
# State that outlives a call would make it impure as well: nothing in it may be writable. (Tables of
# pointers lie in .data.rel.ro, which is read-only once the program runs; names with __ are the
# compiler's.)
data=$(objdump -t "$1" | awk '/ O \.(data|bss|tdata|tbss)\t/ && $NF !~ /^__/ {print $NF}')
[ -z "$data" ] || { echo "core keeps state in:" $data; exit 1; }
echo "core is pure"
