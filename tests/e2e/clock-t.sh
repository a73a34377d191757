#!/bin/sh
# A clock that stands in 1970 or in 2099 spoils a display at most.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

shim=$BUILD/tests/e2e/clock.so
if [ ! -e "$shim" ] || ! env LD_PRELOAD="$shim" TEST_CLOCK_S=0 "$THIDUAD" --version >"$T/out" 2>"$T/err" \
    || [ -s "$T/err" ]; then
    echo "1..0 # SKIP the clock cannot be set for one program here"
    exit 0
fi
at_clock() { # seconds since 1970
    LAUNCH_PREFIX="env LD_PRELOAD=$shim TEST_CLOCK_S=$1"
}
year_2099=4078000000

make_node hub hub "Tỉnh Hải Giang" province
start_hub hub
join_node hub a --as commune --unit-name "Xã Vĩnh Sơn" --unit-kind commune
join_node hub b --as commune --unit-name "Xã Hòa An" --unit-kind commune
at_clock 7200
start a
at_clock $year_2099
start b
LAUNCH_PREFIX=
check "a commune in 1970 writes" t a add unit "name=Thôn 1" kind=hamlet
check "a commune in 2099 writes" t b add unit "name=Thôn 2" kind=hamlet
same "their clocks are what the test made them" \
    "$(ask a 'd["history"][0]["at"][:4]' history unit "Thôn 1") $(ask b 'd["history"][0]["at"][:4]' history unit "Thôn 2")" \
    "1970 2099"
check "the first exchanges" wait_for 20 sync_node a
check "the second exchanges" wait_for 20 sync_node b
check "hub and first agree" converge 10 hub a
check "hub and second agree" converge 10 hub b
stop a
stop b
start a
start b
check "with the right time the first changes its record" t a set unit "Thôn 1" "head=Lý Văn Nam"
same "and it is shown, not the older value" "$(ask a 'd["fields"]["head"]' show unit "Thôn 1")" "Lý Văn Nam"
check "a value written in 2099 is replaced by one of today" t b set unit "Thôn 2" "name=Thôn Hai"
same "and today's is shown" "$(ask b 'd["count"]' list unit "name=Thôn Hai")" 1
check "they exchange" wait_for 20 sync_node a
check "and agree" converge 10 hub a
check "also the other" wait_for 20 sync_node b
check "agrees" converge 10 hub b
same "nothing is in conflict or set aside" \
    "$(for n in hub a b; do ask $n 'd["set_aside"] + d["held"] + d["conflicts"]' status; done | tr '\n' ' ')" "0 0 0 "

t hub invite --as commune --expires 2 --unit-name "Xã Trễ" --unit-kind commune >"$T/late"
refused "an invitation that ended is refused before anything is made" 1 "ended\|end date" \
    env LD_PRELOAD="$shim" TEST_CLOCK_S=$(($(date +%s) + 3 * 86400)) \
    "$THIDUAD" join --data "$T/late-data" "$(cat "$T/late")"
check "nothing was made" test ! -e "$T/late-data/thidua.db"

# The joiner's clock is slow: the hub refuses.
stop hub
at_clock $(($(date +%s) + 3 * 86400))
start_hub hub
LAUNCH_PREFIX=
refused "and the hub refuses it where the joiner's clock is behind" 1 "ended\|end date" \
    "$THIDUAD" join --data "$T/late-data" "$(cat "$T/late")"
verify_all hub a b
finish
