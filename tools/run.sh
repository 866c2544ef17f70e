#!/bin/sh
# Serves the demo company from an embedded file until Ctrl-C. Usage: run.sh INTERLOCK
set -eu
interlock=$1
folder=${INTERLOCK_DEMO:-demo-data}
listen=${INTERLOCK_LISTEN:-127.0.0.1:8080}
mkdir -p "$folder"
db=$folder/demo.db
[ -f "$db" ] || "$interlock" demo | "$interlock" import --db "$db" -
[ -f "$folder/staff.key" ] ||
    (umask 077; "$interlock" key create --db "$db" --company frontrange --role staff \
        --name "demo desk" --allow override 2>/dev/null >"$folder/staff.key")
[ -f "$folder/online.key" ] ||
    (umask 077; "$interlock" key create --db "$db" --company frontrange --brand denver \
        --role online --name "demo scheduler" 2>/dev/null >"$folder/online.key")
staff=$(cat "$folder/staff.key")
online=$(cat "$folder/online.key")
url=http://$listen
# A time that is free now, so that the lines below can be pasted as they are.
free=$("$interlock" slots --db "$db" --company frontrange --services home --brand denver --order time \
    --from "$(date -d '+2 days' +%F)" --limit 1 --json |
    sed -n 's/.*"slots":\[{"datetime":"\([^"]*\)".*"_inspectorId":"\([^"]*\)".*/\1 \2/p')
at=${free% *}
who=${free#* }
# A key is for one request and an address for one order a week: both are new in each run.
run=$(od -An -N4 -tx1 /dev/urandom | tr -d ' ')
order='"property":{"address":"1 Elm Street, unit '$run', Denver"},"client":{"name":"Ann Example"}'
cat <<TEXT
Front Range Inspections is in $db, served on $url

  staff key   $staff
  online key  $online

Try, in another terminal: what is free; a customer books one of these times; staff tries the same time
and is refused, with what is in the way and what is free instead.

curl -H 'Authorization: Bearer $online' '$url/schedule/optimal-slots?services=home&days=7&limit=5'

curl -X POST -H 'Authorization: Bearer $online' -H 'Idempotency-Key: try-$run-1' -H 'Content-Type: application/json' $url/inspection/book-job -d '{"datetime":"$at","services":["home"],"_inspectorId":"$who",$order}'

curl -X POST -H 'Authorization: Bearer $staff' -H 'Idempotency-Key: try-$run-2' -H 'Content-Type: application/json' $url/inspection/book-job -d '{"datetime":"$at","services":["home"],"_inspectorId":"$who",$order}'

Ctrl-C ends it; the data stay in $folder.

TEXT
exec "$interlock" serve --db "$db" --listen "$listen"
