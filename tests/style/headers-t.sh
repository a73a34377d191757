#!/bin/sh
# Every header compiles by itself, and has a guard that is made of its path.
top=${srcdir:-$(dirname "$0")/../..}
build=${top_builddir:-.}
cc=${CC:-cc}
flags=$(pkg-config --cflags libuv sqlite3 libsodium libzstd libmicrohttpd jansson libcurl icu-i18n 2>/dev/null)
work=$(mktemp -d "${TMPDIR:-/tmp}/thidua-headers-t.XXXXXX")
trap 'rm -rf "$work"' EXIT

(cd "$top" && find protocol plan daemon client -name '*.h' | LC_ALL=C sort) >"$work/headers"
echo 1..2

# One translation unit for each header, compiled after config.h as every source is.
: >"$work/bad"
while read -r header; do
    printf '#include "config.h"\n#include "%s"\nextern int unused;\n' "$header" >"$work/one.c"
    # shellcheck disable=SC2086 # flags is a list
    $cc -std=c11 -fsyntax-only -I"$build" -I"$top" $flags "$work/one.c" >"$work/words" 2>&1 ||
        { echo "$header:"; head -3 "$work/words"; } >>"$work/bad"
done <"$work/headers"
if [ ! -s "$work/bad" ] && [ "$(wc -l <"$work/headers")" -ge 50 ]; then
    echo "ok 1 - every header compiles by itself"
else
    echo "not ok 1 - every header compiles by itself"
    sed 's/^/# /' "$work/bad"
fi

: >"$work/bad"
while read -r header; do
    guard=$(echo "$header" | tr 'a-z/.-' 'A-Z___')
    grep -q "^#ifndef $guard\$" "$top/$header" || echo "$header: $guard" >>"$work/bad"
done <"$work/headers"
if [ ! -s "$work/bad" ]; then
    echo "ok 2 - every header is guarded by its path"
else
    echo "not ok 2 - every header is guarded by its path"
    sed 's/^/# /' "$work/bad"
fi
