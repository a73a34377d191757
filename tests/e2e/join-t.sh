#!/bin/sh
# A commune works alone, meets its hub later, and both agree; nothing changes its id.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node hub hub "Tỉnh Hải Giang" province
start_hub hub
make_node a commune "Phường Đông Thạnh" ward
start a
t a add unit "name=Tổ dân phố 1" code=TDP1 kind=residential_group >"$T/out"
t a add unit "name=Tổ dân phố 2" code=TDP2 kind=residential_group >"$T/out"
t a plan import --yes "$SOURCE/doc/examples/ward-registration.txt" >"$T/out"
ids=$(ask a '[r["id"] + " " + r["title"] for r in d["records"]]' list unit; ask a '[r["id"] for r in d["records"]]' list campaign)
spaces=$(ask a 'sorted(s["id"] for s in d["spaces"])' status)
stop a

refused "join with something that is no invitation is refused" 1 "cut or mistyped" \
    "$THIDUAD" join --data "$T/a" "thidua:abcd"
t hub invite --as commune --unit-name "Phường Đông Thạnh" --unit-kind ward >"$T/a.invitation"
same "an invitation is one line that begins with thidua:" \
    "$(wc -l <"$T/a.invitation") $(cut -c1-7 "$T/a.invitation")" "1 thidua:"
sed 's/\(.*\)\(.\)\(....\)$/\1\3\2/' "$T/a.invitation" >"$T/wrong"
refused "an invitation with letters exchanged is refused before anything is asked" 1 "mistyped" \
    "$THIDUAD" join --data "$T/a" "$(cat "$T/wrong")"
check "a founded unit is adopted" "$THIDUAD" join --data "$T/a" "$(cat "$T/a.invitation")"
check "the same machine may present its invitation again, by the client too" \
    "$THIDUA" join --data "$T/a" "$(cat "$T/a.invitation")"
make_node thief commune "Xã Lạ" commune
refused "another machine may not use it" 1 "used\|another" \
    "$THIDUAD" join --data "$T/thief" "$(cat "$T/a.invitation")"
join_node hub b --as commune --unit-name "Xã Vĩnh Sơn" --unit-kind commune
check "an empty folder becomes the invited unit" test -s "$T/b/thidua.db"
start a
start b
same "it has the invitation's name" "$(ask b 'd["unit"]' status)" "Xã Vĩnh Sơn"
same "no id of the adopted unit changed" \
    "$(ask a '[r["id"] + " " + r["title"] for r in d["records"]]' list unit; ask a '[r["id"] for r in d["records"]]' list campaign)" "$ids"
same "and it keeps its own spaces" \
    "$(ask a 'sorted(s["id"] for s in d["spaces"] if s["origin"] == "own")' status)" "$spaces"

check "the first exchange is done" sync_node a
check "the other's too" sync_node b
check "hub and first commune agree" converge 10 hub a
check "hub and second commune agree" converge 10 hub b
same "the hub sees the units of both" \
    "$(ask hub 'sorted(r["title"] for r in d["records"] if "Tổ" in r["title"])' list unit --limit 100)" \
    "Tổ dân phố 1
Tổ dân phố 2"
same "siblings do not see each other" \
    "$(ask b '[r["title"] for r in d["records"] if "Tổ" in r["title"]]' list unit --limit 100)" ""

# --- down and up: a plan of the hub reaches the communes, their work reaches the hub
t hub plan import --yes "$SOURCE/doc/examples/province-annual.txt" >"$T/out"
t hub list campaign --json >"$T/campaigns"
campaign=$(json '[r["id"] for r in d["records"] if r["space"] == "inner" and r["fields"]["state"] == "draft"
                  and "2026" in r["title"] and "phường" not in r["title"]][0]' <"$T/campaigns")
check "the hub issues a plan" t hub issue "$campaign"
sees_plan() {
    [ "$(ask "$1" 'sum("thi đua yêu nước năm 2026" in r["title"] for r in d["records"])' list campaign)" = 1 ]
}
check "the plan comes to the first commune by itself" wait_for 10 sees_plan a
check "and to the second" wait_for 10 sees_plan b
refused "a commune cannot change the plan of the level above" 1 "" \
    t b set campaign "$(ask b '[r["id"] for r in d["records"] if r["space"] != "inner"][0]' list campaign)" title=X

stop hub
check "a commune writes while the hub is down" \
    t a add registration "campaign=$(ask a '[r["id"] for r in d["records"] if "yêu nước" in r["title"]][0]' list campaign)" \
    unit=TDP1 kind=model "title=Ngõ hoa" channel=paper
check "the other too" t b add unit "name=Thôn 1" kind=hamlet
refused "a sync says that nobody answers" "1" "" t a sync --wait 1
check "what waits is counted" test "$(ask a 'd["unsent"]' status)" -gt 0
start_hub hub
check "the link is back: the first commune delivers" sync_node a
check "the second too" sync_node b
same "nothing waits any more" "$(ask a 'd["unsent"]' status)" 0
same "the hub has the registration" "$(ask hub '[r["title"] for r in d["records"]]' list registration)" "Ngõ hoa"
check "hub and first commune agree again" converge 10 hub a
check "hub and second commune agree again" converge 10 hub b
same "nothing was set aside anywhere" \
    "$(for n in hub a b; do ask $n 'd["set_aside"] + d["held"] + d["conflicts"]' status; done | tr '\n' ' ')" "0 0 0 "
same "the hub knows how fresh each commune is" \
    "$(ask hub 'sorted(u["unit"] for u in d["units"] if u["origin"] == "below" and u["last_contact"])' freshness)" \
    "Phường Đông Thạnh
Xã Vĩnh Sơn"
verify_all hub a b
finish
