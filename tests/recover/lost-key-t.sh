#!/bin/sh
# A commune has one machine, and that burns, key and backups with it. Its province, which took it in, lets a new machine
# manage the unit; nothing that the province received is lost, and the old key opens nothing any more.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node hub hub "Tỉnh Hải Giang" province
start_hub hub
join_node hub a --as commune --unit-name "Xã Vĩnh Sơn" --unit-kind commune
start a
t a add unit "name=Thôn 1" kind=hamlet >"$T/out"
need "no exchange" wait_for 20 sync_node a
old=$(ask a 'd["device"]' status)
stop a
mv "$T/a" "$T/burnt"

refused "who never joined has no machine of its own to replace" 1 "joined" t hub invite --as admin --unit-name "Xã Lạ"
check "the province invites a machine that is to manage the unit" t hub invite --as admin --unit-name "Xã Vĩnh Sơn"
t hub invite --as admin --unit-name "Xã Vĩnh Sơn" >"$T/invitation"
check "it joins in an empty folder" "$THIDUAD" join --data "$T/n" "$(cat "$T/invitation")"
start n
has() { sync_node n && [ "$(ask n 'sum(r["title"] == "Thôn 1" for r in d["records"])' list unit)" = 1 ]; }
check "it has what the province received" wait_for 20 has
same "it is of the commune" "$(ask n 'd["unit"]["title"]' status 2>/dev/null || ask n 'd["unit"]' status)" "Xã Vĩnh Sơn"
check "it writes for the commune" t n add unit "name=Thôn 2" kind=hamlet
check "it takes in further machines" t n invite --as clerk
arrived() { sync_node n && [ "$(ask hub 'sum(r["title"] == "Thôn 2" for r in d["records"])' list unit)" = 1 ]; }
check "its work reaches the province" wait_for 20 arrived
check "the province takes the lost machine's rights back" t hub revoke "$old" --of "Xã Vĩnh Sơn" --reason "cháy máy"
contains "and lists it so" "$(ask hub '[m["state"] for m in d["machines"] if m["device"] == "'"$old"'"]' machines --of "Xã Vĩnh Sơn")" withdrawn
same "what it had written stays" "$(ask hub 'sum(r["title"] == "Thôn 1" for r in d["records"])' list unit)" 1
mv "$T/burnt" "$T/b"
start b
t b add unit "name=Thôn ma" kind=hamlet >"$T/out"
refused "the old machine, should it turn up, is served nothing and told why" 1 "taken back" t b sync --wait 3
check "commune and province agree" converge 15 n hub
verify_all n hub
finish
