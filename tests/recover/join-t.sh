#!/bin/sh
# A database from before a join is put back: what joining wrote has left the machine, so it is noticed at the
# next start, and writing goes on in a new log.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node hub hub "Tỉnh Hải Giang" province
start_hub hub
make_node a commune "Xã Vĩnh Sơn" commune
cp "$T/a/thidua.db" "$T/before"
join_node hub a --as commune --unit-name "Xã Vĩnh Sơn" --unit-kind commune
rm -f "$T/a/thidua.db-wal" "$T/a/thidua.db-shm"
cp "$T/before" "$T/a/thidua.db"
start a
check "it is noticed with no daemon having run between" grep -q "event=database_behind" "$T/a.log"
check "it writes on all the same" t a add unit "name=Thôn 1" kind=hamlet
verify_all a hub
finish
