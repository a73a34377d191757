#!/bin/sh
# The layers of HACKING.md, "The tree": who may include whom, and which library stands where.
top=${srcdir:-$(dirname "$0")/../..}
cd "$top" || exit 1
number=0

# report SENTENCE VIOLATIONS
report() {
    number=$((number + 1))
    if [ -z "$2" ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        echo "$2" | sed 's/^/# /'
    fi
}

# own LAYER ALLOWED: own headers that files of LAYER include and that no pattern of ALLOWED begins.
own() {
    grep -rnE '^#include "' --include='*.[ch]' "$1" | grep -vE "\"(config\.h|$2)" || true
}

# library PATTERN ALLOWED: includes of a library outside of the places that ALLOWED names.
library() {
    grep -rnE "^#include <($1)" --include='*.[ch]' protocol plan common daemon client | grep -vE "^($2)" || true
}

echo 1..15
report "protocol includes nothing but itself" "$(own protocol 'protocol/')"
report "plan includes itself and protocol" "$(own plan 'plan/|protocol/')"
report "client includes itself, plan and protocol" "$(own client 'client/|common/|plan/|protocol/')"
report "common includes itself and protocol" "$(own common 'common/|protocol/')"
report "the store includes itself and protocol" "$(own daemon/store 'daemon/store/|protocol/')"
report "the engine includes the store and what is below" \
    "$(own daemon/engine 'daemon/(engine|store)/|daemon/platform\.h|protocol/')"
report "the domain includes engine, store and what is below" \
    "$(own daemon/domain 'daemon/(domain|engine|store)/|protocol/|plan/')"
report "the network includes nothing of the local API" "$(grep -rn 'daemon/local/' daemon/net || true)"
report "only protocol includes sodium and zstd" "$(library 'sodium|zstd' 'protocol/')"
report "only the store includes SQLite" "$(library 'sqlite3' 'daemon/store/')"
report "only what runs on the loop includes libuv" \
    "$(library 'uv\.h' 'daemon/net/|daemon/local/|daemon/[a-z_]+\.[ch]:')"
report "only the local API includes libmicrohttpd" "$(library 'microhttpd' 'daemon/local/')"
report "only the client includes libcurl" "$(library 'curl/' 'client/')"
report "only the client includes libqrencode" "$(library 'qrencode' 'client/')"

# Each arrow above would pass on an empty tree.
number=$((number + 1))
if [ "$(find protocol plan client daemon/store daemon/engine -name '*.c' | wc -l)" -ge 40 ]; then
    echo "ok $number - the layers have sources"
else
    echo "not ok $number - the layers have sources"
fi
