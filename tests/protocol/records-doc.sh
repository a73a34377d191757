#!/bin/sh
# The document that is made from the registry names every type, field and choice that is frozen.
echo 1..3
list=$srcdir/tests/vectors/registry.txt
doc=doc/records.md

result() { # missing, number, sentence
    if [ -n "$1" ]; then
        echo "$1" | sed 's/^/# missing: /'
        echo "not ok $2 - $3"
    else
        echo "ok $2 - $3"
    fi
}

[ -s "$doc" ] && [ -s "$list" ] || { echo "Bail out! $doc or $list is not there"; exit 1; }

missing=$(grep -v '^#' "$list" | awk '$1 !~ /[.]/ { print $1 }' | while read -r name; do
    grep -q "^### \`$name\` " "$doc" || echo "$name"
done)
result "$missing" 1 "every record type has a section"

missing=$(grep -v '^#' "$list" | awk '
    FNR == NR { if ($1 == "###") type = $2; else if ($1 == "|" && $4 ~ /^`/) seen[type "." $4 " " $2] = 1; next }
    $1 ~ /[.]/ && $1 !~ /=/ {
        split($1, part, "."); if (!seen["`" part[1] "`.`" part[2] "` " $3]) print $1 " " $3
    }' "$doc" -)
result "$missing" 2 "every field stands in its type's table under its number"

missing=$(grep -v '^#' "$list" | awk '
    FNR == NR {
        if ($1 == "###") type = $2
        else if (match($0, /^`[a-z_]+`: /)) list[type "." substr($0, 1, RLENGTH - 2)] = "; " substr($0, RLENGTH + 1)
        next
    }
    $1 ~ /=/ {
        split($1, part, /[.=]/)
        if (!index(list["`" part[1] "`.`" part[2] "`"], "; " $2 " `" part[3] "`")) print $0
    }' "$doc" -)
result "$missing" 3 "every choice is listed with its number under its field"
