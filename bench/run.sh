#!/bin/sh
# The benchmark: two real daemons over a link that counts. Called by `make bench` in the build directory.
#
#     bench/run.sh [--quick]      a table on standard output, bench/results.json in the build directory
set -eu
here=$(dirname "$0")
command -v python3 > /dev/null || { echo "bench: needs python3" >&2; exit 1; }
exec python3 "$here/run.py" "$@"
