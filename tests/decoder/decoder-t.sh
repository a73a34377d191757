#!/bin/sh
# A second decoder, written from the documents alone, against the documents and against real logs; checks.py has
# the tests.
here=${srcdir:-.}
python3 -c 'import hashlib; hashlib.blake2b' 2>/dev/null || { echo "1..0 # SKIP no python3 here"; exit 0; }
[ -x tests/decoder/export ] || { echo "1..0 # SKIP tests/decoder/export is not built"; exit 0; }
facts=$(mktemp) || exit 1
trap 'rm -f "$facts"' EXIT
tests/decoder/export > "$facts" || { echo "Bail out! tests/decoder/export failed"; exit 1; }
PYTHONDONTWRITEBYTECODE=1 python3 "$here/tests/decoder/checks.py" "$here" doc/records.md "$facts"
