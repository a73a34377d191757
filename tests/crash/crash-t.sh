#!/bin/sh
# The short form of `make crash`: a hub and two communes, killed ten times at moments that a seed chooses.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

check "what was answered is there after every kill, and all agree" \
    "$PYTHON" "$SOURCE/tests/crash/crash.py" --crashes "${CRASHES:-10}" --every 5
sed 's/^/# /' "$T/out"
finish
