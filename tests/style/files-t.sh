#!/bin/sh
# Files keep to their size, name no place of one machine, and tabs and trailing spaces stay out.
top=${srcdir:-$(dirname "$0")/../..}
cd "$top" || exit 1
LINES_MAX=800
folders="protocol plan daemon client tests tools"
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

# shellcheck disable=SC2086 # folders is a list
sources() {
    find $folders -name '*.[ch]' -o -name '*.py' -o -name '*.sh'
}

# Two files of one name in the tree, such as two log.c; what a folder has in common with its test is no clash.
clashes() {
    find protocol plan daemon client -name '*.c' | sed 's:.*/::' | sort | uniq -d | grep -v '^main\.c$'
}

echo 1..7
report "no source has more than $LINES_MAX lines" \
    "$(sources | while read -r file; do
        lines=$(wc -l <"$file")
        [ "$lines" -le "$LINES_MAX" ] || echo "$file has $lines"
    done)"
report "a file's name tells which file it is" "$(clashes)"
report "no text names a folder of somebody's machine" \
    "$(sources | xargs grep -nE '(^|[^A-Za-z0-9_.])/(work|root|home|Users)/[A-Za-z]' |
        grep -v '^tests/style/files-t.sh' || true)"
report "no C source has a tab" "$(sources | grep '\.[ch]$' | xargs grep -ln "$(printf '\t')" || true)"
report "no line ends in a space" "$(sources | xargs grep -nE ' +$' || true)"
report "no file holds both sides of a merge" "$(grep -rlE '^(<<<<<<<|>>>>>>>) ' $folders po doc || true)"
report "the sources are there" "$([ "$(sources | wc -l)" -ge 150 ] || echo "$(sources | wc -l) files")"
