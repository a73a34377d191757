#!/bin/sh
# The disk is full: a clear error, and nothing is lost once there is room again.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

mkdir "$T/disk"
if ! mount -t tmpfs -o size=4m tmpfs "$T/disk" 2>/dev/null; then
    echo "1..0 # SKIP a small disk cannot be mounted here"
    exit 0
fi
free_disk() {
    umount "$T/disk" 2>/dev/null || umount -l "$T/disk"
}
at_exit_also=free_disk

need "no unit on the small disk" "$THIDUAD" init --data "$T/disk/c" --node commune \
    --unit-name "Xã Vĩnh Sơn" --unit-kind commune
ln -s "$T/disk/c" "$T/c"
start c
t c add unit "name=Thôn 1" kind=hamlet >"$T/out"
dd if=/dev/zero of="$T/disk/ballast" bs=1k count=2500 2>/dev/null
text=$(head -c 6000 /dev/zero | tr '\0' a)
k=0
code=0
while [ $k -lt 300 ]; do
    t c add household "unit=Thôn 1" "head=Hộ $k" "note=$k $text" >"$T/out" 2>"$T/refusal" || {
        code=$?
        break
    }
    k=$((k + 1))
done
check "the disk became full after $k records" test $k -lt 300
same "the write is refused" "$code" 1
contains "with the reason in words" "$(cat "$T/refusal")" "disk\|space\|full"
check "the daemon goes on and answers" t c status
same "what was answered is there" "$(ask c 'd["count"]' list household --limit 1)" "$k"
refused "a further write is refused too" 1 "disk\|space\|full" \
    t c add household "unit=Thôn 1" "head=Hộ thừa" "note=$text"
rm "$T/disk/ballast"
check "with room again, writing works without a restart" t c add household "unit=Thôn 1" "head=Hộ sau"
same "nothing was lost" "$(ask c 'd["count"]' list household --limit 1)" $((k + 1))
stop_hard c
start c
same "also after SIGKILL" "$(ask c 'd["count"]' list household --limit 1)" $((k + 1))
verify_all c
stop c
finish
