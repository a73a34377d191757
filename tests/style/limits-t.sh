#!/bin/sh
# The table of limits in doc/protocol.md is the list of protocol/limits.h.
top=${srcdir:-$(dirname "$0")/../..}
header=$(awk '/^    [A-Z_]+ = / { sub(/,.*/, "", $0); n = $1; sub(/^[^=]*= /, ""); print n, $0 }' \
    "$top/protocol/limits.h" | while read -r name value; do eval "echo $name \$(($value))"; done | sort)
table=$(awk -F'|' '/^\| [A-Z_]+ \| [0-9]+ \|/ { gsub(/ /, "", $2); gsub(/ /, "", $3); print $2, $3 }' \
    "$top/doc/protocol.md" | sort)
echo 1..2
if [ "$(echo "$header" | wc -l)" -ge 10 ]; then echo "ok 1 - limits.h has limits"; else echo "not ok 1 - limits.h has limits"; fi
if [ "$header" = "$table" ]; then
    echo "ok 2 - doc/protocol.md lists every limit with its value"
else
    echo "not ok 2 - doc/protocol.md lists every limit with its value"
    echo "# header:"; echo "$header" | sed 's/^/#   /'
    echo "# document:"; echo "$table" | sed 's/^/#   /'
fi
