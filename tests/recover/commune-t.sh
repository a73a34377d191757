#!/bin/sh
# A commune puts yesterday's backup back: what the hub has comes back, writing goes on in a new log. The key is
# lost: the machine is a new one, and says so.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node hub hub "Tỉnh Hải Giang" province
start_hub hub
join_node hub a --as commune --unit-name "Xã Vĩnh Sơn" --unit-kind commune
start a --listen 127.0.0.1:0
t a add unit "name=Thôn 1" kind=hamlet >"$T/out"
check "yesterday" sync_node a
check "a backup is made" t a backup "$T/yesterday"
t a add unit "name=Thôn 2" kind=hamlet >"$T/out"
t a set unit "Thôn 1" "head=Lý Văn Nam" >"$T/out"
check "what is written after it goes to the hub" sync_node a

refused "a daemon that runs is not restored" 5 "another thiduad" "$THIDUAD" restore --data "$T/a" "$T/yesterday" --force
stop a
refused "a database that is there is not replaced" 5 "force" "$THIDUAD" restore --data "$T/a" "$T/yesterday"
refused "what is no backup is refused" 1 "not a database of thidua" \
    "$THIDUAD" restore --data "$T/a" "$T/hub.log" --force
head -c 20000 "$T/yesterday" >"$T/cut"
refused "a backup that was cut is refused" 1 "damaged\|not a database" "$THIDUAD" restore --data "$T/a" "$T/cut" --force
same "and the old database is where it was" "$(ls "$T/a" | grep -c '^thidua.db$')" 1
check "with --force the backup is put back" "$THIDUAD" restore --data "$T/a" "$T/yesterday" --force
contains "and says what comes next" "$(cat "$T/out")" "thidua sync"
check "the old database is kept" test -s "$T/a/thidua.db.before-restore"
refused "it is never replaced by a second one" 5 "another time" \
    "$THIDUAD" restore --data "$T/a" "$T/yesterday" --force

logs() {
    ask "$1" 'd["logs"]' verify
}
before=$(logs hub)
start a --listen 127.0.0.1:0 --peer 127.0.0.1:1
same "what was written later is not here" "$(ask a 'sum(r["title"] == "Thôn 2" for r in d["records"])' list unit)" 0
check "it writes on at once, without the hub" t a add unit "name=Thôn 3" kind=hamlet
stop a
start a --listen 127.0.0.1:0
has_all() {
    [ "$(ask "$1" 'sorted(r["title"] for r in d["records"] if "Thôn" in r["title"])' list unit | tr '\n' ,)" = "Thôn 1,Thôn 2,Thôn 3," ]
}
wait_for 20 sync_node a
check "what the hub has comes back" wait_for 20 has_all a
same "every field of it" "$(ask a 'd["fields"]["head"]' show unit "Thôn 1")" "Lý Văn Nam"
check "the hub gets what was written since" wait_for 20 has_all hub
check "hub and commune agree" converge 20 hub a
same "the new entries are in a new log" "$(logs hub)" $((before + 1))
troubles() {
    ask "$1" 'd["conflicts"] + d["set_aside"] + d["held"]' status
}
same "nothing is in conflict, set aside or held" "$(troubles a) $(troubles hub)" "0 0"
stop a
start a --listen 127.0.0.1:0
t a add unit "name=Thôn 4" kind=hamlet >"$T/out"
wait_for 20 sync_node a
same "another start opens no further log" "$(logs hub)" $((before + 1))
verify_all hub a

# --- copied back by hand: the daemon notices by its key file
stop a
rm -f "$T"/a/thidua.db "$T"/a/thidua.db-wal "$T"/a/thidua.db-shm
cp "$T/yesterday" "$T/a/thidua.db"
start a --listen 127.0.0.1:0
contains "a database that was copied back by hand is noticed" "$(cat "$T/a.log")" database_moved
t a add unit "name=Thôn 5" kind=hamlet >"$T/out"
wait_for 20 sync_node a
check "and gets everything back" converge 20 hub a
same "all of it" "$(ask a 'sum("Thôn" in r["title"] for r in d["records"])' list unit)" 5
same "in one more log" "$(logs hub)" $((before + 2))
stop a
lines=$(grep -c database_moved "$T/a.log")
start a --listen 127.0.0.1:0
same "once" "$(grep -c database_moved "$T/a.log")" "$lines"

# --- a clerk's machine loses its key, and has what nobody else has
port=$(port_of a)
t a invite --as clerk >"$T/b.invitation"
need "b cannot join" "$THIDUAD" join --data "$T/b" "$(cat "$T/b.invitation")"
start b
check "a clerk's machine joins" sync_node b
check "and has all" converge 20 a b
stop b
start b --peer 127.0.0.1:1
check "it writes what reaches nobody" t b add unit "name=Thôn 6" kind=hamlet
stop b
rm "$T/b/device.key"
refused "without its key it does not run, and says what to do" 1 "thiduad restore" \
    "$THIDUAD" run --data "$T/b" --socket "$T/b.sock"
check "restore makes a new key" "$THIDUAD" restore --data "$T/b"
contains "and says that it has to be invited again" "$(cat "$T/out")" "invite --as clerk"
contains "and what only the unit above could do" "$(cat "$T/out")" "only the unit above"
start b --peer 127.0.0.1:1
same "the data can be read" "$(ask b 'sum(r["title"] == "Thôn 6" for r in d["records"])' list unit)" 1
refused "but not written" 1 "no right" t b add unit "name=Thôn 7" kind=hamlet
stop b
stop a
start a --listen "127.0.0.1:$port"
t hub invite --as commune --unit-name "Xã Vĩnh Sơn" --unit-kind commune >"$T/c.invitation"
refused "it cannot speak for the unit" 1 "invite --as clerk" "$THIDUAD" join --data "$T/b" "$(cat "$T/c.invitation")"
t a invite --as clerk >"$T/b.invitation"
check "invited again" "$THIDUAD" join --data "$T/b" "$(cat "$T/b.invitation")"
start b
wait_for 20 sync_node b
check "it writes again" t b add unit "name=Thôn 7" kind=hamlet
wait_for 20 sync_node b
check "what only it had is not lost" wait_for 20 converge 5 a b
same "it is with the others" "$(ask a 'sum(r["title"] in ("Thôn 6", "Thôn 7") for r in d["records"])' list unit)" 2
verify_all a b

# --- key without database, and an empty folder
stop b
rm -f "$T"/b/thidua.db*
refused "a key without a database asks for a backup" 1 "thiduad restore" \
    "$THIDUAD" run --data "$T/b" --socket "$T/b.sock"
refused "restore needs one then" 2 "give the backup" "$THIDUAD" restore --data "$T/b"
check "a backup goes into an empty folder, too" "$THIDUAD" restore --data "$T/new" "$T/yesterday"
contains "where it is a new machine" "$(cat "$T/out")" "new one"
start new
same "that can read" "$(ask new 'd["unit"]' status)" "Xã Vĩnh Sơn"
differ "under a name of its own" "$(ask new 'd["device"]' status)" "$(ask a 'd["device"]' status)"
check "and is whole" t new verify --rebuild
finish
