#!/bin/sh
# The laptop of a hamlet writes its own unit's records and no others.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node a commune "Xã Vĩnh Sơn" commune
start_hub a
t a add unit "name=Thôn 1" kind=hamlet >"$T/out"
t a add unit "name=Thôn 2" kind=hamlet >"$T/out"
t a plan import --yes "$SOURCE/doc/examples/ward-registration.txt" >"$T/out"
t a issue "$(ask a '[r["id"] for r in d["records"]]' list campaign)" >"$T/out"
join_node a u --as unit --unit-name "Thôn 1"
start u
check "the laptop of a hamlet joins" sync_node u
check "and has what its commune has" converge 10 a u
same "it sees the plan" "$(ask u 'sum(r["fields"]["state"] == "issued" for r in d["records"])' list campaign)" 1
campaign=$(ask u '[r["id"] for r in d["records"] if r["fields"]["state"] == "issued"][0]' list campaign)
check "it registers a work of its own unit" \
    t u add registration "campaign=$campaign" "unit=Thôn 1" kind=work "title=Cổng chào"
refused "it cannot register for another unit" 1 "Thôn 2\|right\|may" \
    t u add registration "campaign=$campaign" "unit=Thôn 2" kind=work "title=Cổng chào"
refused "it cannot add units" 1 "right\|may" t u add unit "name=Thôn 3" kind=hamlet
refused "it cannot change the plan" 1 "" t u set campaign "$campaign" title=X
refused "it cannot invite" 1 "" t u invite --as clerk
check "its work goes to the commune" sync_node u
same "which has it" "$(ask a '[r["title"] for r in d["records"]]' list registration)" "Cổng chào"
check "the commune may write for the unit" t a add registration \
    "campaign=$(ask a '[r["id"] for r in d["records"] if r["fields"]["state"] == "issued"][0]' list campaign)" \
    "unit=Thôn 1" kind=task "title=Vệ sinh đường" channel=phone
has_both() {
    [ "$(ask u 'd["count"]' list registration)" = 2 ]
}
check "and the laptop receives it" wait_for 10 has_both
check "both agree" converge 10 a u
same "nothing was set aside" "$(ask a 'd["set_aside"]' status) $(ask u 'd["set_aside"]' status)" "0 0"
verify_all a u
finish
