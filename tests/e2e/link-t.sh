#!/bin/sh
# A link that dies all the time still moves forward, and what it costs is little.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node hub hub "Tỉnh Hải Giang" province
start_hub hub
join_node hub a --as commune --unit-name "Xã Vĩnh Sơn" --unit-kind commune
link wire hub
start a --peer "127.0.0.1:$(link_port wire)"
check "a commune exchanges over the link" wait_for 20 sync_node a

"$PYTHON" - "$T/many.jsonl" <<'PYTHON'
import json, random, sys
random.seed(3)
words = "xã thôn đường hoa cổng chào nhà văn hóa tổ dân phố vệ sinh môi trường gia đình chính sách".split()
with open(sys.argv[1], "w") as file:
    for i in range(1500):
        text = " ".join(random.choice(words) for _ in range(60)) + f" {random.random()}"
        file.write(json.dumps({"ops": [{"op": "put", "record": "household", "key": f"h{i}",
                                        "set": {"head": f"Nguyễn Văn {i}", "note": text}}]}) + "\n")
PYTHON
link_down wire
check "much is written while the link is down" t a import --jsonl "$T/many.jsonl"
same "and waits" "$(ask a 'd["unsent"] >= 1500' status)" true

# Up for a moment, down for a moment: each time until some bytes passed.
bytes_out() {
    cut -d' ' -f1 "$T/wire/count"
}
more_than() {
    [ "$(bytes_out)" -gt "$1" ]
}
before=$(bytes_out)
cuts=0
moved=0
while [ $cuts -lt 6 ]; do
    mark=$(bytes_out)
    link_up wire
    t a sync --wait 0 >"$T/out" 2>&1 # now, not when the next try is due
    wait_for 10 more_than $((mark + 2000)) && moved=$((moved + 1))
    link_down wire
    cuts=$((cuts + 1))
done
link_up wire
check "the link moved something before some of $cuts cuts ($moved)" test "$moved" -ge 2
check "after all cuts everything arrives" wait_for 40 sync_node a
same "each record once" "$(ask hub 'd["count"]' list household --limit 1)" 1500
check "hub and commune agree" converge 10 hub a
spent=$(($(bytes_out) - before))
size=$(wc -c <"$T/many.jsonl")
check "what passed ($spent bytes) is less than what was imported ($size bytes)" test "$spent" -lt "$size"

# The price of one more registration, and its round trips, seen from outside.
stop a
before=$(cat "$T/wire/count")
start a --peer "127.0.0.1:$(link_port wire)"
t a add unit "name=Thôn 1" kind=hamlet >"$T/out"
check "one more change goes out" wait_for 20 sync_node a
after=$(cat "$T/wire/count")
# shellcheck disable=SC2086 # words
set -- $before $after
echo "# one change in a session of its own: $(($5 - $1)) bytes out, $(($6 - $2)) bytes in, $(($7 - $3)) turns"
check "in less than 2000 bytes" test $(($5 - $1 + $6 - $2)) -lt 2000
check "and at most two round trips" test $(($7 - $3)) -le 5
verify_all hub a
finish
