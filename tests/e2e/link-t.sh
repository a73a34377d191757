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
    for i in range(800):
        text = " ".join(random.choice(words) for _ in range(60)) + f" {random.random()}"
        file.write(json.dumps({"ops": [{"op": "put", "record": "household", "key": f"h{i}",
                                        "set": {"head": f"Nguyễn Văn {i}", "note": text}}]}) + "\n")
PYTHON
wire wire cut >"$T/out"
check "much is written while the link is down" t a import --jsonl "$T/many.jsonl"
same "and waits" "$(ask a 'd["unsent"] >= 800' status)" true

# The link dies after every 10,000 bytes. `sync` calls at once, where the daemon would wait a while.
wire wire reset >"$T/out"
stat_of() {
    wire wire stats | json "d['$1']"
}
is_cut() {
    [ "$(stat_of cut)" = true ]
}
cuts=0
waiting() {
    ask a 'd["unsent"]' status
}
first=$(waiting)
while [ $cuts -lt 3 ]; do
    wire wire open >"$T/out"
    wire wire cut-after 10000 >"$T/out"
    t a sync --wait 0 >"$T/out" 2>&1
    wait_for 15 is_cut || break
    cuts=$((cuts + 1))
done
same "the link died three times on the way" $cuts 3
wire wire open >"$T/out"
check "everything arrives in the end" wait_for 40 sync_node a
same "each record once" "$(ask hub 'd["count"]' list household --limit 1)" 800
check "hub and commune agree" converge 10 hub a
spent=$(stat_of up)
size=$(wc -c <"$T/many.jsonl")
echo "# $size bytes of JSON, $first changes: $spent bytes passed, with $cuts cuts"
check "no more than half of it passed twice ($spent bytes)" test "$spent" -lt 90000

# The price of one more registration in a session of its own, seen from outside.
stop a
wire wire reset >"$T/out"
start a --peer "127.0.0.1:$(link_port wire)"
t a add unit "name=Thôn 1" kind=hamlet >"$T/out"
check "one more change goes out" wait_for 20 sync_node a
bytes=$(wire wire stats | json 'd["up"] + d["down"]')
turns=$(stat_of round_trips)
echo "# one change in a session of its own: $bytes bytes, $turns round trips"
check "in less than 1000 bytes" test "$bytes" -lt 1000
check "and at most two round trips" test "$turns" -le 2
verify_all hub a
finish
