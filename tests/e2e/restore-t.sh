#!/bin/sh
# A copy of a data folder from earlier is put back: the daemon says so, writes on in a new log, and gets
# back what others have of it. So does a hub.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node hub hub "Tỉnh Hải Giang" province
start_hub hub
join_node hub a --as commune --unit-name "Xã Vĩnh Sơn" --unit-kind commune
start a
t a add unit "name=Thôn 1" kind=hamlet >"$T/out"
check "before the backup" sync_node a
stop a
cp -r "$T/a" "$T/backup"

start a
t a add unit "name=Thôn 2" kind=hamlet >"$T/out"
t a set unit "Thôn 1" "head=Lý Văn Nam" >"$T/out"
check "what is written after the backup goes to the hub" sync_node a
stop a

# The database of the backup under the key file that is newer: the disk was replaced, the key kept.
rm -f "$T"/a/thidua.db*
cp "$T"/backup/thidua.db* "$T/a/"
start a
contains "the daemon says that its database is older than what it wrote" "$(cat "$T/a.log")" "database_moved"
same "what was lost is not there yet, or came back already" \
    "$(ask a 'd["count"] in (1, 2, 3)' list unit)" true
check "it writes on at once" t a add unit "name=Thôn 3" kind=hamlet
check "and exchanges" wait_for 20 sync_node a
has_all() {
    [ "$(ask a 'sorted(r["title"] for r in d["records"] if "Thôn" in r["title"])' list unit | tr '\n' ,)" = "Thôn 1,Thôn 2,Thôn 3," ]
}
check "what the hub has comes back" wait_for 20 has_all
same "every field of it" "$(ask a 'd["fields"]["head"]' show unit "Thôn 1")" "Lý Văn Nam"
check "hub and commune agree" converge 20 hub a
same "nothing is in conflict or set aside" \
    "$(ask a 'd["conflicts"] + d["set_aside"] + d["held"]' status) $(ask hub 'd["conflicts"] + d["set_aside"] + d["held"]' status)" "0 0"

# The whole folder of the backup, with its key file: nothing on this machine shows it; the hub does.
stop a
rm -rf "$T/a"
cp -r "$T/backup" "$T/a"
start a
check "a folder put back whole still answers" t a status
wait_for 20 sync_node a
check "it gets back what the hub has" wait_for 20 has_all
check "it writes on" t a add unit "name=Thôn 4" kind=hamlet
check "and exchanges" wait_for 20 sync_node a
check "hub and commune agree again" converge 20 hub a
same "nothing is lost" \
    "$(ask hub 'sorted(r["title"] for r in d["records"] if "Thôn" in r["title"])' list unit | tr '\n' ,)" \
    "Thôn 1,Thôn 2,Thôn 3,Thôn 4,"

# --- the hub
stop hub
cp -r "$T/hub" "$T/hub.backup"
start_hub hub
t a add unit "name=Thôn 5" kind=hamlet >"$T/out"
check "the hub has what was written after its backup" wait_for 20 sync_node a
stop hub
rm -rf "$T/hub"
mv "$T/hub.backup" "$T/hub"
start_hub hub
hub_has() {
    [ "$(ask hub 'sum(r["title"] == "Thôn 5" for r in d["records"])' list unit)" = 1 ]
}
wait_for 20 sync_node a
check "a hub that was restored is sent again what it lost" wait_for 20 hub_has
check "and agrees" converge 20 hub a
verify_all hub a
finish
