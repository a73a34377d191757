#!/bin/sh
# JSON lines: a whole file or nothing of it.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node c commune "Xã Vĩnh Sơn" commune
start c
t c add unit "name=Thôn 1" kind=hamlet >"$T/out"

line() { # key unit name
    printf '{"ops":[{"op":"put","record":"person","key":"%s","set":{"full_name":"%s","unit":"%s"}}]}\n' \
        "$1" "$3" "$2"
}
{
    line p1 "Thôn 1" "Đinh Văn Sáu"
    line p2 "Thôn 1" "Hoàng Văn Vịnh"
    line p3 "Thôn 9" "Trần Thị Hoa"
    line p4 "Thôn 1" "Lý Văn Nam"
} >"$T/bad.jsonl"
sed 's/Thôn 9/Thôn 1/' "$T/bad.jsonl" >"$T/good.jsonl"

entries=$(ask c 'd["entries"]' status)
refused "a file with an unknown unit is refused, and the line and nearest name are told" 1 \
    "line 3.*Thôn 1" t c import --jsonl "$T/bad.jsonl"
same "nothing of it was taken in" "$(ask c 'd["count"]' list person)" 0
same "and nothing was written" "$(ask c 'd["entries"]' status)" "$entries"
check "the corrected file is taken in" t c import --jsonl "$T/good.jsonl"
same "all of it" "$(ask c 'd["count"]' list person)" 4
check "a second import of the same file is no error" t c import --jsonl "$T/good.jsonl"
same "and makes nothing twice" "$(ask c 'd["count"]' list person)" 4

printf '{"ops":[{"op":"put","record":"person","key":"p9","set":{"full_name":"A"}}]}\n{"ops":[' >"$T/cut.jsonl"
refused "a file that was cut off is refused with its line" 1 "line 2" t c import --jsonl "$T/cut.jsonl"
same "and nothing of it is there" "$(ask c 'd["count"]' list person)" 4
: >"$T/none.jsonl"
refused "an empty file is refused" 1 "nothing to import" t c import --jsonl "$T/none.jsonl"
refused "a file that is not there is named" 1 "absent.jsonl" t c import --jsonl "$T/absent.jsonl"
printf 'PK\003\004 not text at all\000\001' >"$T/table.xlsx"
refused "a spreadsheet is refused" 1 "" t c import --jsonl "$T/table.xlsx"

"$PYTHON" - "$T/many.jsonl" <<'PYTHON'
import json, sys
with open(sys.argv[1], "w") as file:
    for i in range(3000):
        file.write(json.dumps({"ops": [{"op": "put", "record": "household", "key": f"h{i}",
                                        "set": {"head": f"Nguyễn Văn {i}", "unit": "Thôn 1"}}]}) + "\n")
PYTHON
check "three thousand changesets are taken in at once" t c import --jsonl "$T/many.jsonl"
same "each is there" "$(ask c 'd["count"]' list household --limit 1)" 3000
stop_hard c
start c
same "also after SIGKILL" "$(ask c 'd["count"]' list household --limit 1)" 3000
verify_all c
finish
