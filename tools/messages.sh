#!/bin/sh
# Bring po/vi.po up to date with the sources, and list what is not translated.
#
#   tools/messages.sh          merge new messages into po/vi.po; unused ones go
#   tools/messages.sh --check  change nothing; list what is missing, exit 1 if anything is
#
# A message is a text in N_() or _(): client, common, daemon, plan and protocol. Needs xgettext and msgmerge.
set -eu

cd "$(dirname "$0")/.."
work=$(mktemp -d "${TMPDIR:-/tmp}/thidua-messages.XXXXXX")
trap 'rm -rf "$work"' EXIT

find client common daemon plan protocol -name '*.[ch]' | LC_ALL=C sort |
    xgettext --files-from=- --from-code=UTF-8 --language=C --keyword=_ --keyword=N_ --flag=N_:1:no-c-format --no-location \
        --package-name=thidua --output="$work/thidua.pot" 2>"$work/errors" || {
    cat "$work/errors" >&2
    exit 2
}
msgmerge --quiet --no-fuzzy-matching --no-wrap --output-file="$work/vi.po" po/vi.po "$work/thidua.pot"
msgattrib --no-obsolete --no-wrap --sort-output --output-file="$work/merged.po" "$work/vi.po"
msgattrib --untranslated --no-obsolete --no-wrap "$work/merged.po" >"$work/missing.po"
msgattrib --only-fuzzy --no-obsolete --no-wrap "$work/merged.po" >>"$work/missing.po"

if [ "${1:-}" != --check ]; then
    # Nothing but the date of extraction would change: leave the file alone.
    grep -v '^"POT-Creation-Date' po/vi.po >"$work/old" || true
    grep -v '^"POT-Creation-Date' "$work/merged.po" >"$work/new"
    cmp -s "$work/old" "$work/new" || cp "$work/merged.po" po/vi.po
fi
grep -A1000000 '^$' "$work/missing.po" | grep -E '^(msgid|")' | sed 's/^msgid //' | grep -v '^""$' >"$work/list" || true
if [ -s "$work/list" ]; then
    echo "not translated in po/vi.po:" >&2
    cat "$work/list" >&2
    exit 1
fi
