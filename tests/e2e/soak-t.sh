#!/bin/sh
# Three machines of one commune and its hub write for a while, apart and together, over a link that is
# dropped again and again, while one is killed now and then. In the end all have the same, and nothing that
# was answered is missing. SOAK_ROUNDS says how long (3).
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node hub hub "Tỉnh Hải Giang" province
start_hub hub
join_node hub a --as commune --unit-name "Xã Vĩnh Sơn" --unit-kind commune
link up hub
port=
start_hub a --peer "127.0.0.1:$(link_port up)"
join_node a b --as clerk
join_node a c --as clerk
link down a
start b --peer "127.0.0.1:$(link_port down)"
start c --peer "127.0.0.1:$(link_port down)"
t a add unit "name=Thôn 1" code=T1 kind=hamlet >"$T/out"
need "b does not have the unit" wait_for 20 t b show unit T1
need "c does not have the unit" wait_for 20 t c show unit T1

# Each machine adds households of its own, changes those of others, and deletes some.
: >"$T/answered"
write_at() { # node round count
    k=0
    while [ $k -lt "$3" ]; do
        if t "$1" add household "unit=T1" "head=$1.$2.$k" >"$T/w.$1" 2>&1; then
            echo "$1.$2.$k" >>"$T/answered"
        else
            return
        fi
        [ $((k % 3)) != 0 ] || t "$1" set unit T1 "head=$1.$2.$k" >"$T/w.$1" 2>&1
        [ $((k % 4)) != 1 ] || t "$1" set unit T1 "note=$1.$2" >"$T/w.$1" 2>&1
        k=$((k + 1))
    done
}

round=1
while [ $round -le "${SOAK_ROUNDS:-3}" ]; do
    wire up drop-every 300 >"$T/out"
    wire down drop-every 200 >"$T/out"
    writers=
    for node in a b c; do
        write_at $node $round 10 &
        writers="$writers $!"
        remember_pid $!
    done
    wait_for 10 grep -q "^b.$round.3\$" "$T/answered"
    stop_hard b
    for writer in $writers; do
        wait "$writer"
        forget_pid "$writer"
    done
    [ $((round % 2)) = 0 ] || { wire down cut >"$T/out"; write_at c $round.x 4; write_at a $round.x 4; wire down open >"$T/out"; }
    start b --peer "127.0.0.1:$(link_port down)"
    round=$((round + 1))
done
wire up drop-every 0 >"$T/out"
wire down drop-every 0 >"$T/out"
wire up open >"$T/out"
wire down open >"$T/out"

check "b delivers" wait_for 30 sync_node b
check "c delivers" wait_for 30 sync_node c
check "a delivers" wait_for 30 sync_node a
for node in b c hub; do
    check "a and $node agree" converge 30 a $node
done
for node in a b c hub; do
    t $node list household --limit 1000 --json | json '[r["fields"]["head"] for r in d["records"]]' |
        sort >"$T/there.$node"
    same "nothing that was answered is missing at $node" "$(sort "$T/answered" | comm -23 - "$T/there.$node")" ""
done
same "nothing twice" "$(sort "$T/there.a" | uniq -d)" ""
same "the same values stand at all" \
    "$(for n in a b c hub; do
        ask $n 'sorted(v["value"] for f in d["conflicts"].values() for v in f)' show unit T1 | tr '\n' ' '
        echo
    done | sort -u | wc -l)" 1
check "there was something to lose ($(wc -l <"$T/answered") households)" test "$(wc -l <"$T/answered")" -ge 40
same "nothing was set aside or is held" \
    "$(for n in hub a b c; do ask $n 'd["set_aside"] + d["held"]' status; done | tr '\n' ' ')" "0 0 0 0 "
check "a person settles what stands beside each other" t a set unit T1 "head=Lý Văn Nam" "note=xong"
settled() {
    [ "$(for n in a b c hub; do ask $n 'd["conflicts"]' status; done | tr '\n' ' ')" = "0 0 0 0 " ]
}
check "everywhere" wait_for 20 settled
verify_all hub a b c
finish
