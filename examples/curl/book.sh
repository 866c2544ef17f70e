#!/bin/sh
# Books a visit with curl as an online shop does: list, hold, book. INTERLOCK_URL and INTERLOCK_KEY
# (an online key's secret) say where and who. Ends with 0 when the visit is booked and the same time
# was refused to somebody else.
set -eu
ask() { # METHOD PATH [curl options]
    method=$1 path=$2
    shift 2
    curl -s -X "$method" "$INTERLOCK_URL$path" -H "Authorization: Bearer $INTERLOCK_KEY" \
        -H 'Content-Type: application/json' "$@"
}
new_key() { cat /proc/sys/kernel/random/uuid; }
text() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1; } # the only member of that name

slots=$(ask GET '/schedule/optimal-slots?services=home&days=14&limit=1')
start=$(echo "$slots" | text datetime)
who=$(echo "$slots" | text _inspectorId)
echo "first free: $start with $who"

time="\"datetime\":\"$start\",\"services\":[\"home\"],\"_inspectorId\":\"$who\""
hold=$(ask POST /schedule/holds -H "Idempotency-Key: $(new_key)" -d "{$time,\"kind\":\"checkout\"}" |
    text token)
echo "held"

visit() { echo "{$time,\"property\":{\"address\":\"$1\"},\"client\":{\"name\":\"$2\"}}"; }
first=$(ask POST /inspection/book-job -o /dev/null -w '%{http_code}' -H "Interlock-Hold: $hold" \
    -H "Idempotency-Key: $(new_key)" -d "$(visit '12 Elm Street, Denver' 'Ann Example')")
second=$(ask POST /inspection/book-job -w '\n%{http_code}' -H "Idempotency-Key: $(new_key)" \
    -d "$(visit '9 Oak Street, Denver' 'Bob Example')")
echo "booked: $first"
echo "somebody else: $second"
[ "$first" = 201 ] && [ "$(echo "$second" | tail -n 1)" = 409 ]
