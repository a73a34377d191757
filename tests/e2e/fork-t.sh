#!/bin/sh
# One log with two histories: a whole data folder of earlier is put back and worked on before anybody is
# met, or a copy of it runs on a second machine. Both histories are kept, and both sides go on.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node hub hub "Tỉnh Hải Giang" province
start_hub hub
join_node hub a --as commune --unit-name "Xã Vĩnh Sơn" --unit-kind commune
start a
t a add unit "name=Thôn 1" kind=hamlet >"$T/out"
need "no first exchange" wait_for 20 sync_node a
stop a
cp -r "$T/a" "$T/backup"
start a
t a add unit "name=Thôn 2" kind=hamlet >"$T/out"
t a set unit "Thôn 1" "head=Lý Văn Nam" >"$T/out"
need "no second exchange" wait_for 20 sync_node a
stop a

rm -rf "$T/a"
cp -r "$T/backup" "$T/a"
start a --peer 127.0.0.1:1
check "a folder put back is worked on before the hub is met" t a add unit "name=Thôn 3" kind=hamlet
t a set unit "Thôn 1" "phone=0900 000 003" >"$T/out"
stop a
start a

TODO="a forked log does not go on yet"
names() {
    ask "$1" 'sorted(r["title"] for r in d["records"] if "Thôn" in r["title"])' list unit | tr '\n' ,
}
has_both() {
    [ "$(names a)" = "Thôn 1,Thôn 2,Thôn 3," ] && [ "$(names hub)" = "$(names a)" ]
}
check "both histories are there, on both sides" wait_for 3 has_both
same "with what was changed in either" \
    "$(ask hub '[d["fields"].get("head"), d["fields"].get("phone")]' show unit "Thôn 1" | tr '\n' ' ')" \
    "Lý Văn Nam 0900 000 003 "
check "hub and commune agree" converge 3 hub a
t a add unit "name=Thôn 4" kind=hamlet >"$T/out"
has_fourth() {
    [ "$(names hub)" = "Thôn 1,Thôn 2,Thôn 3,Thôn 4," ]
}
check "work goes on, and reaches the hub" wait_for 3 has_fourth
TODO=
has_both || refused "sync does not say that all is well" 1 "refused" t a sync --wait 3
check "the commune answers its own people" t a status
check "so does the hub" t hub status
check "what the commune wrote is all there at the commune" t a show unit "Thôn 4"
verify_all hub a
finish
