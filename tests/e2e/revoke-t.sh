#!/bin/sh
# A laptop is lost: its rights are taken back, from the time on at which it was seen last; it is served no
# more. And a person's data are erased on every machine.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node a commune "Xã Vĩnh Sơn" commune
start_hub a
join_node a b --as clerk
join_node a c --as clerk
start b
start c
need "the office machines do not join" wait_for 20 sync_node b
need "nor the second" wait_for 20 sync_node c
t b add unit "name=Thôn 1" kind=hamlet >"$T/out"
sync_node b
since=$(date -u -d '+2 seconds' +%Y-%m-%dT%H:%M:%SZ)
later() { [ "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \> "$since" ]; }
wait_for 10 later
t b add unit "name=Thôn giả" kind=hamlet >"$T/out"
sync_node b
sync_node c
t c set unit "Thôn giả" "phone=0900 000 003" >"$T/out"
sync_node c
names() { ask "$1" 'sorted(r["title"] for r in d["records"] if "Thôn" in r["title"])' list unit | tr '\n' ,; }
same "before, all see what it wrote" "$(names a)" "Thôn 1,Thôn giả,"

laptop=$(ask b '[m["device"] for m in d["machines"] if m["self"]][0]' machines)
stop b
refused "a name that nobody has is refused with where to look" 1 "thidua machines" t a revoke "Máy lạ"
refused "the commune's own machine does not take its own right" 1 "own right" \
    t a revoke "$(ask a '[m["device"] for m in d["machines"] if m["self"]][0]' machines)"
refused "an office machine may not revoke another" 1 "" t c revoke "$laptop"
check "the commune takes the laptop's rights back" t a revoke "$laptop" --since "$since" --reason "mất máy"
same "it is shown so" "$(ask a '[m["state"] for m in d["machines"] if m["device"] == "'"$laptop"'"][0]' machines)" withdrawn
same "what it wrote then no longer counts here" "$(ask a 'sum(1 for r in d["records"] if r["title"] == "Thôn giả")' list unit)" 0
gone() { sync_node c && [ "$(ask c 'sum(1 for r in d["records"] if r["title"] == "Thôn giả")' list unit)" = 0 ]; }
check "nor on the other machine, which had counted it" wait_for 10 gone
same "what it wrote before stays" "$(ask c 'sum(1 for r in d["records"] if r["title"] == "Thôn 1")' list unit)" 1
phone() { ask "$1" '[r["fields"].get("phone") for r in d["records"] if r["fields"].get("phone")]' list unit; }
same "and what others wrote into its record" "$(phone a) $(phone c)" "0900 000 003 0900 000 003"
start b
t b add unit "name=Thôn ma" kind=hamlet >"$T/out"
refused "the lost machine is served no more, and told why" 1 "taken back" t b sync --wait 3
same "nothing of it arrives" "$(ask a 'sum(1 for r in d["records"] if r["title"] == "Thôn ma")' list unit)" 0
check "the two that are left agree" converge 10 a c

t c add person "full_name=Lý Văn Nam" "position=trưởng thôn" >"$T/out"
sync_node c
id=$(ask a '[r["id"] for r in d["records"]][0]' list person)
refused "nobody is asked where there is no terminal" 2 "yes" t a erase person "$id"
refused "an office machine erases nothing" 1 "" t c erase person "$id" --yes
check "the commune erases" t a erase person "$id" --yes --reason "theo đơn"
same "the name is gone, the rest stays" "$(ask a '[str(r["fields"].get("full_name")) + " " + r["fields"]["position"] for r in d["records"]]' list person)" "None trưởng thôn"
nameless() { sync_node c && [ "$(ask c 'sum("full_name" in r["fields"] for r in d["records"])' list person)" = 0 ]; }
check "also on the other machine" wait_for 10 nameless
check "both agree" converge 10 a c
verify_all a c
stop a
stop c
check "no byte of it is left in the files" sh -c "! grep -aq 'Lý Văn Nam' '$T'/a/thidua.db* '$T'/c/thidua.db*"
finish
