#!/bin/sh
# What was answered is there after SIGKILL, however often and wherever it strikes.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node c commune "Xã Vĩnh Sơn" commune
start c
t c add unit "name=Thôn 1" kind=hamlet >"$T/out"

# Writes until the daemon is gone; a title goes to the list only once the daemon has answered.
write_on() { # round
    k=0
    while t c add household "unit=Thôn 1" "head=Hộ $1.$k" >"$T/written" 2>&1; do
        echo "Hộ $1.$k" >>"$T/answered"
        k=$((k + 1))
    done
}

: >"$T/answered"
for round in 1 2 3 4; do
    write_on $round &
    writer=$!
    remember_pid $writer
    wait_for 10 grep -q "^Hộ $round.$((5 + round * 3))\$" "$T/answered"
    stop_hard c
    wait $writer
    forget_pid $writer
    start c
    t c list household --limit 1000 --json | json '[r["fields"]["head"] for r in d["records"]]' |
        sort >"$T/there"
    lost=$(sort "$T/answered" | comm -23 - "$T/there")
    same "nothing that was answered is lost (kill $round)" "$lost" ""
done
check "several records were answered in each round ($(wc -l <"$T/answered"))" \
    test "$(wc -l <"$T/answered")" -ge 40
check "at most the one under way in each round was written and not answered" \
    test "$(wc -l <"$T/there")" -le "$(($(wc -l <"$T/answered") + 4))"
same "the daemon does not mistake a crash for a backup that was put back" \
    "$(grep -c "database_behind\|database_moved" "$T/c.log")" 0
check "work goes on" t c add household "unit=Thôn 1" "head=Hộ sau cùng"
verify_all c

# A crash in the middle of init leaves nothing that a second init cannot finish.
mkdir "$T/half"
cp "$T/c/thidua.db" "$T/half/thidua.db.new"
check "a half-made data folder is finished by a second init" \
    "$THIDUAD" init --data "$T/half" --node commune --unit-name "Xã B" --unit-kind commune
start half
same "with its own unit" "$(ask half 'd["unit"]' status)" "Xã B"
verify_all half
finish
