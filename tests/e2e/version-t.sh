#!/bin/sh
# A data folder that this release cannot read, or that was damaged, is refused with what to do, and untouched.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node c commune "Xã Vĩnh Sơn" commune
start c
t c add unit "name=Thôn 1" kind=hamlet >"$T/out"
stop c

copy() {
    rm -rf "$T/copy"
    cp -r "$T/c" "$T/copy"
}
sql() {
    "$PYTHON" -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
print(db.execute(sys.argv[2]).fetchone())
db.commit()' "$1/thidua.db" "$2"
}
digest() {
    cksum <"$1/thidua.db"
}

copy
sql "$T/copy" "PRAGMA user_version = 9999" >"$T/out"
before=$(digest "$T/copy")
refused "a database of a later release is refused" 1 "version\|release\|later\|newer" \
    "$THIDUAD" run --data "$T/copy" --socket "$T/copy.sock"
same "and not changed" "$(digest "$T/copy")" "$before"

copy
sql "$T/copy" "PRAGMA application_id = 1" >"$T/out"
refused "a database of another program is refused" 1 "thidua" \
    "$THIDUAD" run --data "$T/copy" --socket "$T/copy.sock"

copy
printf 'this is no database, but it is long enough to look at: %0200d' 7 >"$T/copy/thidua.db"
refused "a file that is no database is refused" 1 "thidua.db\|database" \
    "$THIDUAD" run --data "$T/copy" --socket "$T/copy.sock"

copy
rm "$T/copy/device.key"
refused "a missing key file is named" 1 "device.key" \
    "$THIDUAD" run --data "$T/copy" --socket "$T/copy.sock"

copy
chmod 644 "$T/copy/device.key"
refused "a key that others can read is refused" 1 "device.key" \
    "$THIDUAD" run --data "$T/copy" --socket "$T/copy.sock"

copy
rm "$T/copy/thidua.db"
refused "an init over keys that already wrote is refused" 5 "device.key" \
    "$THIDUAD" init --data "$T/copy" --node commune --unit-name X --unit-kind commune

start c
check "the folder itself still opens" t c show unit "Thôn 1"
verify_all c
finish
