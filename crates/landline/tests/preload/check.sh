#!/bin/sh
# Checks lost_writes.c: that it takes back what was not synced, exactly, and nothing else.
#
# Needs cc; the part with SQLite needs the sqlite3 shell and is skipped without it. Takes some fifteen seconds.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cc -O2 -Wall -shared -fPIC -o lost_writes.so "$here/lost_writes.c" -ldl -lpthread
cc -O2 -Wall -DUNDO -o undo "$here/lost_writes.c"
cc -O2 -Wall -o check "$here/check.c" -lpthread

# kill_after SECONDS STDIN STDOUT COMMAND...: runs it under the library, kills it.
kill_after() {
    seconds=$1 from=$2 to=$3
    shift 3
    LD_PRELOAD=$work/lost_writes.so LOST_WRITES_DIR=$work/data LOST_WRITES_LOG=$work/notes "$@" <"$from" >"$to" &
    pid=$!
    sleep "$seconds"
    kill -9 $pid
    wait $pid 2>/dev/null || true
}

fresh() {
    rm -rf data notes
    mkdir data notes
}

echo "files: 20 kills"
lost=0
for round in $(seq 20); do
    fresh
    kill_after "0.$((round % 5 + 2))" /dev/null acks ./check run data "$round"
    cat acks >>all_acks
    ./check judge data "$round" acks && as_killed=good || as_killed=bad
    ./undo notes >undone
    ./check judge data "$round" acks
    test "$as_killed" = good || lost=$((lost + 1))
    test -z "$(ls notes)"
done >judgements 2>&1 || { cat judgements; exit 1; }
echo "  each file is what its last sync left; $lost kills left something else before the undoing"
# Most kills find all files just synced, or being synced.
test "$lost" -gt 0 && test "$(wc -l <all_acks)" -gt 100

command -v sqlite3 >/dev/null || { echo "SQLite: skipped, no sqlite3 shell"; exit 0; }

# insert SYNCHRONOUS: inserts one row per commit until it is killed; each row is printed when it is committed.
insert() {
    fresh
    {
        echo "PRAGMA journal_mode=WAL; PRAGMA synchronous=$1; CREATE TABLE t (n INTEGER PRIMARY KEY, x);"
        seq 300000 | sed 's/.*/INSERT INTO t VALUES (&, randomblob(500)); SELECT &;/'
    } >sql
    kill_after 1 sql rows stdbuf -oL sqlite3 data/t.db
    ./undo notes >/dev/null
    acknowledged=$(tail -n 2 rows | head -n 1) # the last line may be torn
    kept=$(sqlite3 data/t.db 'SELECT coalesce(max(n), 0) FROM t' 2>/dev/null || echo 0)
}

for round in 1 2 3; do
    insert FULL
    echo "SQLite, FULL: $acknowledged rows were acknowledged, $kept kept"
    test "$acknowledged" -gt 10 && test "$kept" -ge "$acknowledged"
    test "$(sqlite3 data/t.db 'PRAGMA integrity_check')" = ok
done
insert OFF
echo "SQLite, OFF: $acknowledged rows were acknowledged, $kept kept"
test "$acknowledged" -gt 10 && test "$kept" -lt "$acknowledged"
