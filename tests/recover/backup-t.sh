#!/bin/sh
# A backup while the daemon writes is consistent, and leaves nothing behind where it fails.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node c commune "Xã Vĩnh Sơn" commune
start c
t c add unit "name=Thôn 1" kind=hamlet >"$T/out"
cd "$T" || exit 1 # a relative path is one of the client's folder

# --- heavy writes: each changeset has two records, so that half of one would show
seq 1 100 | sed 's/.*/{"ops": [{"op": "put", "record": "household", "set": {"unit": "Thôn 1", "head": "Hộ ROUND.&"}}, {"op": "put", "record": "household", "set": {"unit": "Thôn 1", "head": "Hộ ROUND.& b"}}]}/' >form.jsonl
writes() { # name
    k=0
    while [ ! -e stop ] && [ $k -lt 500 ]; do
        k=$((k + 1))
        sed "s/ROUND/$1.$k/g" form.jsonl >"$1.jsonl"
        t c import --jsonl "$1.jsonl" >>"$1.written" 2>&1 || echo "failed" >>"$1.written"
    done
}
writes x &
x=$!
remember_pid $x
writes y &
y=$!
remember_pid $y
need "nobody writes" wait_for 10 test -s x.written
check "a backup is written while others write" t c backup one.thidua
check "and another one" t c backup two.thidua
check "and a last one" t c backup three.thidua --json
cp out three.out
touch stop
wait $x
wait $y
forget_pid $x
forget_pid $y
same "no write failed meanwhile" "$(cat x.written y.written | grep -c failed)" 0
same "only its owner may read it" "$(stat -c %a one.thidua two.thidua three.thidua | sort -u)" 600
same "nothing else is there" "$(find . -name '*part*')" ""
same "the keys are not in it" "$("$PYTHON" -c '
import sys
key = open(sys.argv[1], "rb").read()[13:77]
backup = open(sys.argv[2], "rb").read()
print(len(key), key[:32] in backup or key[32:] in backup)' c/device.key three.thidua)" "64 False"
entries() {
    "$PYTHON" -c '
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM entry").fetchone()[0])' "$1"
}
one=$(entries one.thidua) two=$(entries two.thidua) three=$(entries three.thidua)
same "the answer says how much it holds" "$(json 'd["entries"]' <three.out)" "$three"
check "writing went on between them: $one $two $three entries" test "$one" -lt "$two" -a "$two" -lt "$three"

n=0
for file in one two three; do
    n=$((n + 1))
    cp -r c "r$n"
    rm -f "r$n"/thidua.db* "r$n/thiduad.sock" "r$n/lock"
    need "cannot put $file back" "$THIDUAD" restore --data "$T/r$n" $file.thidua
    start r$n
    check "the $file backup is whole: verify --rebuild" t r$n verify --rebuild
    same "no changeset of the $file backup is half there" \
        "$(ask r$n '(lambda h: len(h) > 0 and sum(x.endswith(" b") for x in h) * 2 == len(h))([r["fields"]["head"] for r in d["records"]])' list household)" true
    stop r$n
done

# --- refusals
refused "a file that is there is not replaced" 5 "force" t c backup one.thidua
check "but with --force" t c backup one.thidua --force
mkdir folder
refused "a folder is no file" 1 "no file" t c backup "$T/folder" --force
refused "nor a device" 1 "no file" t c backup /dev/null --force
refused "a backup beside the data would be lost with it" 1 "lost with it" t c backup "$T/c/backup"
refused "and the database itself is safe" 1 "lost with it" t c backup "$T/c/thidua.db" --force
refused "a folder that is missing is told" 1 "nowhere" t c backup "$T/nowhere/x"
t c status >out && check "the daemon goes on" t c add unit "name=Thôn 2" kind=hamlet

# --- a full disk
mkdir disk
if mount -t tmpfs -o size=256k tmpfs disk 2>/dev/null; then
    free_disk() {
        umount "$T/disk" 2>/dev/null || umount -l "$T/disk"
    }
    at_exit_also=free_disk
    refused "a full disk is told with what to do" 1 "not enough room" t c backup disk/x
    same "and nothing is left on it" "$(ls -A disk)" ""
    check "the daemon goes on after it" t c add unit "name=Thôn 3" kind=hamlet
else
    skip "a full disk" "a small disk cannot be mounted here"
fi
verify_all c
stop c
cd / || exit 1
finish
