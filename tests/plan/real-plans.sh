#!/bin/sh
# Score the reader on the real plans where they lie beside the source tree.
plans=${srcdir:-.}/../shared/plans
reader=tests/plan/plan_read
echo 1..1
if ! test -f "$plans/score.py" || ! command -v python3 >/dev/null 2>&1; then
    echo "ok 1 - the real plans score at least 0.80 # SKIP they are not beside the source tree"
    exit 0
fi
if python3 "$plans/score.py" "$plans/expected" --cmd "$PWD/$reader" --min 0.80 >real-plans.out 2>&1; then
    echo "ok 1 - the real plans score at least 0.80"
else
    echo "not ok 1 - the real plans score at least 0.80"
fi
sed -n 's/^overall/# overall/p' real-plans.out
rm -f real-plans.out
