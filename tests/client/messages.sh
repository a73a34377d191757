#!/bin/sh
# The catalogue of messages: complete, well formed, and not older than the sources.
top=${srcdir:-.}
echo 1..3

work=$(mktemp -d "${TMPDIR:-/tmp}/thidua-messages-t.XXXXXX")
trap 'rm -rf "$work"' EXIT

# say_result NUMBER SENTENCE: `ok` when the last command succeeded; its words go into comments.
say_result() {
    if [ "$result" = 0 ]; then
        echo "ok $1 - $2"
    else
        echo "not ok $1 - $2"
        sed 's/^/# /' "$work/words"
    fi
}

msgfmt --check --statistics -o "$work/vi.mo" "$top/po/vi.po" >"$work/words" 2>&1
result=$?
say_result 1 "the Vietnamese catalogue is well formed"

"$top/tools/messages.sh" --check >"$work/words" 2>&1
result=$?
say_result 2 "every message of the sources is translated (tools/messages.sh adds new ones to po/vi.po)"

# A translation must have the places of its message, or a person would miss a name.
python3 - "$top/po/vi.po" >"$work/words" 2>&1 <<'PY'
import ast, re, sys
text = open(sys.argv[1], encoding="utf-8").read()
bad = 0
for block in text.split("\n\n"):
    m = re.search(r'^msgid ((?:".*"\n?)+)msgstr ((?:".*"\n?)+)', block, re.M)
    if not m:
        continue
    one, two = ("".join(ast.literal_eval(x) for x in part.strip().split("\n")) for part in m.groups())
    places = [sorted(set(re.findall(r"\{[1-4]\}", t))) for t in (one, two)]
    if one and two and places[0] != places[1]:
        print("%r has %s, its translation %s" % (one, *places))
        bad = 1
sys.exit(bad)
PY
result=$?
say_result 3 "every translation has the places of its message"
