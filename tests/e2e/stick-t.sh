#!/bin/sh
# Machines that no network reaches join by files: a hamlet's laptop a commune, and a commune a hub. No daemon here
# listens, and none calls.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

stick=$T/stick
mkdir "$stick"
thiduad() {
    "$THIDUAD" "$@"
}
# One byte of a file more by one, at a place from the beginning.
altered() { # from place to
    "$PYTHON" -c '
import sys
b = bytearray(open(sys.argv[1], "rb").read())
b[int(sys.argv[2])] = (b[int(sys.argv[2])] + 1) & 255
open(sys.argv[3], "wb").write(b)' "$1" "$2" "$3"
}
entries() {
    ask "$1" 'd["entries"]' status
}

make_node a commune "Xã Trấn Ninh" commune
start a
t a add unit "name=Thôn 1" code=T1 kind=hamlet >"$T/out"
t a add unit "name=Thôn 2" code=T2 kind=hamlet >"$T/out"
t a add campaign "title=Xã sạch" code=SACH >"$T/out"

# --- a hamlet's laptop
check "a laptop writes a request" thiduad request --data "$T/laptop" --unit-name "Máy thôn 1" "$stick/laptop.req"
refused "a file that is there is not written over" 5 "there already" \
    thiduad request --data "$T/laptop" "$stick/laptop.req"
refused "before it is answered it may not write" 1 "has asked for nothing\|request, not a grant" \
    thiduad join --data "$T/laptop" "$stick/laptop.req"
refused "the grant says as what" 2 "--as" t a grant "$stick/laptop.req" "$stick/none"
refused "a unit's machine needs its unit" 2 "--unit-name" t a grant "$stick/laptop.req" "$stick/none" --as unit
refused "a machine without a unit is no commune" 1 "clerk, unit or event" \
    t a grant "$stick/laptop.req" "$stick/none" --as commune
check "the commune takes it in for its hamlet" \
    t a grant "$stick/laptop.req" "$stick/laptop.grant" --as unit --unit-name "Thôn 1"
contains "and says whom" "$(cat "$T/out")" "Máy thôn 1"
before=$(entries a)
check "the same request may be granted again" \
    t a grant "$stick/laptop.req" "$stick/laptop-2.grant" --as unit --unit-name "thon 1"
same "which writes nothing" "$(entries a)" "$before"
refused "another role for the same machine is refused" 5 "another role" \
    t a grant "$stick/laptop.req" "$stick/none" --as clerk
refused "a grant that is there is not written over" 5 "there already" \
    t a grant "$stick/laptop.req" "$stick/laptop.grant" --as unit --unit-name "Thôn 1"
test ! -e "$stick/none"
result $? "what is refused writes no file"

size=$(wc -c <"$stick/laptop.grant")
altered "$stick/laptop.grant" $((size / 2)) "$stick/altered"
refused "an altered grant is refused" 1 "altered" thiduad join --data "$T/laptop" "$stick/altered"
altered "$stick/laptop.grant" 20 "$stick/altered"
refused "one whose beginning is altered too" 1 "another machine, or its beginning" \
    thiduad join --data "$T/laptop" "$stick/altered"
head -c $((size - 1)) "$stick/laptop.grant" >"$stick/cut"
refused "one that is cut off too" 1 "cut off" thiduad join --data "$T/laptop" "$stick/cut"
echo "Kính gửi UBND xã" >"$stick/letter"
refused "something else too" 1 "no request or grant" thiduad join --data "$T/laptop" "$stick/letter"
refused "and at the daemon" 1 "no request or grant" t a grant "$stick/letter" "$stick/none" --as clerk
refused "a grant is not granted" 1 "another machine\|grant, not a request" \
    t a grant "$stick/laptop.grant" "$stick/none" --as clerk
check "another laptop asks" thiduad request --data "$T/other" "$stick/other.req"
refused "and may not use the first one's grant" 1 "another machine" \
    thiduad join --data "$T/other" "$stick/laptop.grant"
refused "a file that is not there is said to be missing" 1 "no file" \
    thiduad join --data "$T/laptop" "$stick/missing"
refused "a machine that is no machine yet is told so" 1 "no unit in" \
    thiduad join --data "$T/nobody" "$stick/laptop.grant"

check "the laptop joins with its grant" thiduad join --data "$T/laptop" "$stick/laptop.grant"
contains "and is told whom" "$(cat "$T/out")" "Xã Trấn Ninh"
start laptop
same "it holds what the commune holds" "$(entries laptop)" "$before"
same "and agrees with it" "$(same_digests a laptop | tail -1)" "2 spaces in common"
check "it writes at once" \
    t laptop add registration campaign=SACH unit=T1 kind=model "title=Ngõ hoa thôn 1" channel=paper
refused "but not for another hamlet" 1 "may not write" \
    t laptop add registration campaign=SACH unit=T2 kind=model "title=Ngõ hoa" channel=paper
same "what it wrote counts" "$(ask laptop '[d["set_aside"], d["held"], d["conflicts"]]' status | tr '\n' ' ')" "0 0 0 "
after=$(entries laptop)
stop laptop
check "the grant may be taken again" thiduad join --data "$T/laptop" "$stick/laptop-2.grant"
start laptop
same "which adds nothing" "$(entries laptop)" "$after"
stop laptop
refused "it asks for no other unit" 2 "already belongs" thiduad request --data "$T/laptop" "$stick/none"

# --- a commune and its hub
make_node hub hub "Tỉnh Nam Định" province
start hub
t hub plan import --yes --issue "$SOURCE/doc/examples/province-peak.txt" >"$T/out" || result 1 "the hub issues a plan"
t hub invite --as commune --unit-name "Xã Trấn Ninh" >"$T/line" 2>"$T/err"
ids=$(ask a '[r["id"] + " " + r["title"] for r in d["records"]]' list unit)
stop a
before=$(wc -c <"$T/a/thidua.db")
check "the commune asks the hub, sealed to it, with its records" \
    thiduad request --data "$T/a" --to "$(cat "$T/line")" "$stick/a.req"
grep -a -q "Trấn Ninh\|Thôn 1" "$stick/a.req"
test $? = 1
result $? "the file does not show whose it is"
check "asked openly, it holds no records" thiduad request --data "$T/a" "$stick/open.req"
same "which makes it small" "$(($(wc -c <"$stick/open.req") < 1024))" 1
check "asked again, it is sealed again" thiduad request --data "$T/a" --to "$(cat "$T/line")" "$stick/a2.req"
refused "another hub cannot read it" 1 "another machine" sh -c '
    set -e
    "$1" init --data "$2/hub2" --node hub --unit-name "Tỉnh Khác" --unit-kind province
    "$1" request --data "$2/hub2" "$3/hub2.req" >/dev/null
    "$1" join --data "$2/hub2" "$3/a.req"' - "$THIDUAD" "$T" "$stick"
refused "a unit with records is no clerk's machine" 1 "as commune" \
    t hub grant "$stick/a.req" "$stick/none" --as clerk
check "the hub takes it in" t hub grant "$stick/a.req" "$stick/a.grant" --as commune --unit-kind commune
same "and has its records at once" \
    "$(ask hub 'sorted(r["title"] for r in d["records"] if "Thôn" in r["title"])' list unit --limit 100)" "Thôn 1
Thôn 2"
before=$(entries hub)
check "the second request of the same commune is answered as well" \
    t hub grant "$stick/a2.req" "$stick/a2.grant" --as commune
same "and adds nothing" "$(entries hub)" "$before"
check "the commune joins" thiduad join --data "$T/a" "$stick/a.grant"
start a
same "no id of it changed" "$(ask a '[r["id"] + " " + r["title"] for r in d["records"] if "Thôn" in r["title"] or "Trấn" in r["title"]]' list unit)" "$ids"
check "it has the hub's plan" test "$(ask a 'sum(r["space"] != "inner" for r in d["records"])' list campaign)" -gt 0
check "and writes on" t a add unit "name=Thôn 3" code=T3 kind=hamlet
same "nothing is set aside anywhere" \
    "$(for n in a hub; do ask $n 'd["set_aside"] + d["held"] + d["conflicts"]' status; done | tr '\n' ' ')" "0 0 "
same "the hub is its parent" "$(ask a '[p["name"] for p in d["peers"] if p["role"] == "parent"]' peers)" "Tỉnh Nam Định"
same "and it the hub's child" "$(ask hub '[p["name"] for p in d["peers"] if p["role"] == "child"]' peers)" "Xã Trấn Ninh"

# --- who was asked, and when
t a grant "$stick/other.req" "$stick/other.grant" --as clerk >"$T/out"
check "a machine may ask again, and somebody else" \
    thiduad request --data "$T/other" --to "$(cat "$T/line")" "$stick/other2.req"
refused "then it takes no answer of the first one any more" 1 "than the one that was asked" \
    thiduad join --data "$T/other" "$stick/other.grant"
check "nor is anything lost: asked openly it does" thiduad request --data "$T/other" "$stick/other3.req"
shim=$BUILD/tests/e2e/clock.so
if [ -s "$shim" ] && env LD_PRELOAD="$shim" TEST_CLOCK_S=0 "$THIDUAD" --version >"$T/out" 2>"$T/err" && [ ! -s "$T/err" ]; then
    later=$(($(date +%s) + 40 * 86400))
    refused "a grant of long ago is refused" 1 "past its end date" \
        env LD_PRELOAD="$shim" TEST_CLOCK_S=$later "$THIDUAD" join --data "$T/other" "$stick/other.grant"
    stop a
    LAUNCH_PREFIX="env LD_PRELOAD=$shim TEST_CLOCK_S=$later"
    start a
    LAUNCH_PREFIX=
    refused "a request of long ago too" 1 "past its end date" \
        t a grant "$stick/other3.req" "$stick/none" --as clerk
else
    skip "files of long ago" "the clock cannot be set for one program here"
fi
check "in time it joins" thiduad join --data "$T/other" "$stick/other.grant"
# --- the line as a QR code
t hub invite --as clerk --qr >"$T/qr" 2>"$T/err"
if command -v zbarimg >/dev/null 2>&1; then
    "$PYTHON" "$SOURCE/tests/e2e/qr_to_pgm.py" <"$T/qr" >"$T/qr.pgm"
    same "the printed QR code reads as the line above it" \
        "$(zbarimg --raw --quiet -Sdisable -Sqrcode.enable "$T/qr.pgm" 2>/dev/null)" "$(head -1 "$T/qr")"
else
    skip "the printed QR code reads as the line above it" "no zbarimg here"
fi
verify_all a hub
finish
