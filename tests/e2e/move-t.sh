#!/bin/sh
# A commune is handed over from one province to another: no record changes its id, the new superior has everything,
# the former one gets nothing more. A commune does not change its superior by itself.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node one hub "Tỉnh Hải Giang" province
make_node two hub "Tỉnh Sơn Hải" province
start_hub one
port= start_hub two
join_node one a --as commune --unit-name "Xã Vĩnh Sơn" --unit-kind commune
start a
t a add unit "name=Thôn 1" kind=hamlet >"$T/out"
need "no first exchange" wait_for 20 sync_node a
ids() { ask a '[r["id"] + r["title"] for r in d["records"]]' list unit; }
before=$(ids)
t two invite --as commune --unit-name "Xã Vĩnh Sơn" --unit-kind commune >"$T/invitation"
line=$(cat "$T/invitation")

stop a
refused "the commune does not leave by itself" 1 "hands it over\|thidua move" "$THIDUAD" join --data "$T/a" "$line"
start a
sync_node a
refused "a unit that never joined is not handed over" 1 "joined" t one move "Xã Lạ" "$line"
refused "nor one of another superior" 1 "joined" t two move "Xã Vĩnh Sơn" "$line"
check "the superior hands it over" t one move "Xã Vĩnh Sơn" "$line"
need "the commune does not hear of it" wait_for 20 sync_node a
stop a
check "it joins the new superior" "$THIDUAD" join --data "$T/a" "$line"
start a
check "and exchanges with it" wait_for 20 sync_node a
has() { ask "$1" 'sum(r["title"] == "'"$2"'" for r in d["records"])' list unit; }
new_has() { [ "$(has two "Thôn 1")" = 1 ]; }
check "which has what was written before" wait_for 10 new_has
same "no id changed" "$(ids)" "$before"
t a add unit "name=Thôn 2" kind=hamlet >"$T/out"
new_has_second() { sync_node a; [ "$(has two "Thôn 2")" = 1 ]; }
check "and what is written now" wait_for 20 new_has_second
same "the former superior gets nothing more" "$(has one "Thôn 2")" 0
refused "and hands nothing over any more" 1 "not the superior" t one move "Xã Vĩnh Sơn" "$line"
check "commune and new superior agree" converge 10 a two
verify_all a two one
finish
