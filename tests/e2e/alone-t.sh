#!/bin/sh
# A commune that starts alone, on its first day, with no network.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node c commune "Phường Đông Thạnh" ward
start c

same "the daemon knows its unit" "$(ask c 'd["unit"]' status)" "Phường Đông Thạnh"
same "it has nothing to send to anybody" "$(ask c 'len(d["peers"])' status)" 0

for k in 1 2 3; do
    check "a unit is added without a network ($k)" t c add unit "name=Tổ dân phố $k" kind=residential_group
done
check "a record is found by its name without marks and case" t c show unit "to dan pho 2"
refused "a name that nobody bears is refused, with the nearest names" 1 "Tổ dân phố 1" \
    t c show unit "Tổ dân phố 7"
refused "a day that is none is refused" 1 "31/02/2026" \
    t c add person "full_name=Đinh Văn Sáu" birth_date=31/02/2026

check "a change is answered" t c set unit "Tổ dân phố 3" "head=Lý Thị Nga"
same "and is there" "$(ask c 'd["fields"]["head"]' show unit "Tổ dân phố 3")" "Lý Thị Nga"
version=$(ask c 'd["version"]' show unit "Tổ dân phố 1")
t c set unit "Tổ dân phố 1" "head=Bùi Văn Tám" >"$T/out"
refused "a write that has not seen the last change is refused with both values" 5 "Bùi Văn Tám" \
    t c set unit "Tổ dân phố 1" "head=Lê Văn Chín" --version "$version"
same "and changes nothing" "$(ask c 'd["fields"]["head"]' show unit "Tổ dân phố 1")" "Bùi Văn Tám"
same "history keeps each change" \
    "$(ask c 'sum("head" in x["set"] for x in d["history"])' history unit "Tổ dân phố 1")" 1
check "a record is deleted" t c delete unit "Tổ dân phố 2"
same "and gone from the list" "$(ask c 'd["count"]' list unit kind=residential_group)" 2

# --- a plan of its own
check "a plan is read without the daemon" \
    env THIDUA_SOCKET="$T/none" "$THIDUA" plan read "$SOURCE/doc/examples/ward-registration.txt"
refused "an import without a terminal asks for --yes and makes nothing" 2 "yes" \
    sh -c '"$1" --socket "$2" plan import "$3" </dev/null' sh "$THIDUA" "$T/c.sock" \
    "$SOURCE/doc/examples/ward-registration.txt"
same "no campaign was made" "$(ask c 'd["count"]' list campaign)" 0
check "a plan is imported" t c plan import --yes "$SOURCE/doc/examples/ward-registration.txt"
campaign=$(ask c '[r["id"] for r in d["records"]]' list campaign)
refused "missing says what is not mapped, and exits with 3" 3 "not mapped" t c missing "$campaign"
t c map "$campaign" --json 2>"$T/err" |
    json '[y["id"] for x in d["campaigns"] for y in x["duties"] if not y["mapped"]]' >"$T/duties"
while read -r duty; do
    t c map "$duty" "Tổ dân phố 1" "Tổ dân phố 3" >>"$T/mapped" 2>&1
done <"$T/duties"
check "a plan that is mapped is issued" t c issue "$campaign"
campaign=$(ask c '[r["id"] for r in d["records"] if r["fields"]["state"] == "issued"]' list campaign)
same "an issued plan lives in the outer space" "$(ask c 'd["space"]' show campaign "$campaign")" outer
same "who is missing is known" \
    "$(ask c 'sorted(u["title"] for x in d["campaigns"] for y in x["duties"] if y["counted"]
              for u in y["units"] if u["state"] == "missing")' missing --as-of 2026-03-20)" "Tổ dân phố 1
Tổ dân phố 3"
check "a registration that came by telephone is entered" \
    t c add registration "campaign=$campaign" "unit=Tổ dân phố 1" kind=model "title=Ngõ hoa" \
    channel=phone received_on=18/3/2026
same "and is no longer missing" \
    "$(ask c 'd["totals"]["missing"]' missing "$campaign" --as-of 2026-03-20)" 1

# --- a process of its own
refused "a second daemon on the data folder is refused" 5 "in use\|another\|already" \
    "$THIDUAD" run --data "$T/c" --socket "$T/second.sock"
check "the first goes on" t c status
refused "a second init is refused" 5 "already holds a unit\|in use\|another" \
    "$THIDUAD" init --data "$T/c" --node commune --unit-name X --unit-kind commune
refused "run on an empty folder says what to do" 1 "thiduad init" \
    "$THIDUAD" run --data "$T/empty" --socket "$T/empty.sock"
refused "an unknown kind of unit is refused" 2 "planet" \
    "$THIDUAD" init --data "$T/planet" --node commune --unit-name X --unit-kind planet
refused "a client without a daemon says so, and exits with 4" 4 "" \
    "$THIDUA" --socket "$T/none.sock" status

before=$(date +%s%N)
stop c
same "SIGTERM ends the daemon cleanly" $? 0
took_ms=$((($(date +%s%N) - before) / 1000000))
check "within 1.5 seconds ($took_ms ms)" test "$took_ms" -lt 1500
check "and removes the socket" test ! -e "$T/c.sock"
start c
same "everything is there after a restart" "$(ask c 'd["totals"]["missing"]' missing --as-of 2026-03-20)" 1
verify_all c
finish
