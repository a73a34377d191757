#!/bin/sh
# A hub puts yesterday's backup back: its communes send again what it lost, and get what it wrote since.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node hub hub "Tỉnh Hải Giang" province
start_hub hub
join_node hub a --as commune --unit-name "Xã Vĩnh Sơn" --unit-kind commune
join_node hub b --as commune --unit-name "Xã Đông Hải" --unit-kind commune
start a
start b
t a add unit "name=Thôn 1" kind=hamlet >"$T/out"
check "yesterday" sync_node a
check "yesterday, the other" sync_node b
check "a backup of the hub" t hub backup "$T/yesterday"

# Since then: pushes of both communes, and an act of the hub. The hub dies while both are connected, so that they may
# remember acknowledgements beyond the vector that both sides stored.
t a add unit "name=Thôn 2" kind=hamlet >"$T/out"
t a add unit "name=Thôn 3" kind=hamlet >"$T/out"
t b add unit "name=Ấp Bắc" kind=hamlet >"$T/out"
t hub add unit "name=Phòng Nội vụ" kind=office >"$T/out" 2>&1 || t hub add unit "name=Phòng Nội vụ" >"$T/out"
has() { # node name
    [ "$(ask "$1" "sum(r['title'] == '$2' for r in d['records'])" list unit)" = 1 ]
}
check "the hub has all" wait_for 20 has hub "Thôn 3"
check "of both" wait_for 20 has hub "Ấp Bắc"
stop_hard hub
stop b

store_ids() {
    "$PYTHON" -c '
import sqlite3, sys
for path in sys.argv[1:]:
    print(sqlite3.connect(path).execute("SELECT text FROM meta WHERE name = \"store_id\"").fetchone()[0])' "$@"
}
old=$(store_ids "$T/yesterday")
check "the backup is put back at the hub" "$THIDUAD" restore --data "$T/hub" "$T/yesterday" --force
differ "to its communes it is another store" "$(store_ids "$T/hub/thidua.db")" "$old"
start_hub hub
same "it has lost the day" "$(ask hub 'sum(r["title"] in ("Thôn 2", "Thôn 3", "Ấp Bắc") for r in d["records"])' list unit)" 0
start b
wait_for 20 sync_node a
wait_for 20 sync_node b
check "a commune sends again what it lost" wait_for 20 has hub "Thôn 2"
check "also what was acknowledged last" wait_for 20 has hub "Thôn 3"
check "and the other commune" wait_for 20 has hub "Ấp Bắc"
check "the first agrees" converge 20 hub a
check "the other agrees" converge 20 hub b
t hub add unit "name=Phòng Nội vụ 2" >"$T/out" 2>&1
t a add unit "name=Thôn 4" kind=hamlet >"$T/out"
wait_for 20 sync_node a
check "both go on" converge 20 hub a
troubles() {
    ask "$1" 'd["conflicts"] + d["set_aside"] + d["held"]' status
}
same "nothing is in conflict, set aside or held" "$(troubles hub) $(troubles a) $(troubles b)" "0 0 0"
verify_all hub a b
finish
