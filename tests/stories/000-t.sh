#!/bin/sh
# Story 000, steps 1 to 5: three Party committees report every Friday; a link that is down is seen as such.
# Told twice: with an example plan, and with the published one where it is there.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

total() { # node what day
    ask "$1" "d['totals']['$2']" due --as-of "$3"
}

# The route of the weekly report as a node knows it.
weekly() {
    ask "$1" '[r["id"] for r in d["records"] if r["fields"].get("cadence") == "weekly"]' list report_route
}

has_route() {
    [ -n "$(weekly "$1")" ]
}

tell() { # name of the telling, plan
    h=$1-hub plan=$2
    port=

    # 1. the plan at the hub
    make_node "$h" hub "Thành ủy" party_committee
    start_hub "$h"
    t "$h" plan import --yes "$plan" --json >"$T/import"
    draft=$(json 'd["campaign"]["id"]' <"$T/import")
    same "1: from April to September 2023" \
        "$(ask "$h" '[d["fields"]["period_from"], d["fields"]["period_to"]]' show campaign "$draft" | tr '\n' ' ')" \
        "2023-04 2023-09 "
    same "1: two occasions, two works, the contest, nine recipients" \
        "$(json '[d["counts"][k] for k in ("occasion", "named_work", "plan_contest", "recipient")]' \
            <"$T/import" | tr '\n' ' ')" "2 2 1 9 "
    contains "1: a report each week through the Party's propaganda board" \
        "$(ask "$h" '[r["fields"]["via_text"] for r in d["records"] if r["fields"].get("cadence") == "weekly"]' list report_route)" \
        "Ban Tuyên giáo Thành ủy"

    # 2. three committees
    for k in 1 2 3; do
        join_node "$h" "$1-c$k" --as commune --unit-name "Đảng bộ phường $k" --unit-kind party_committee
        start "$1-c$k"
        need "committee $k does not exchange" wait_for 20 sync_node "$1-c$k"
    done
    check "2: the weekly report is mapped to three committees" \
        t "$h" map "$(weekly "$h")" "Đảng bộ phường 1" "Đảng bộ phường 2" "Đảng bộ phường 3"
    ask "$h" '[y["id"] for x in d["campaigns"] for y in x["duties"] if not y["mapped"]]' map "$draft" \
        >"$T/duties"
    while read -r duty; do
        [ -z "$duty" ] || t "$h" map --none "$duty" >"$T/out" 2>&1
    done <"$T/duties"
    check "2: the plan is issued" t "$h" issue "$draft"
    same "2: twenty-six Fridays each" \
        "$(ask "$h" '[len([r for r in x["rows"] if r["unit"]["title"] == "Đảng bộ phường 1"]) for x in d["routes"] if x["cadence"] == "weekly"]' due --as-of 2023-12-31)" 26
    same "2: from 07/4 to 29/9" \
        "$(ask "$h" '[x["rows"][0]["due"] for x in d["routes"] if x["cadence"] == "weekly"] + [x["rows"][-1]["due"] for x in d["routes"] if x["cadence"] == "weekly"]' due --as-of 2023-12-31 | tr '\n' ' ')" \
        "2023-04-07 2023-09-29 "
    for k in 1 2 3; do
        check "2: committee $k receives the plan" wait_for 20 has_route "$1-c$k"
    done

    # 3. the links go down; one report, one nil report, nothing
    stop "$h"
    check "3: the first writes the report of 19/5" t "$1-c1" add report "route=$(weekly "$1-c1")" \
        "unit=Đảng bộ phường 1" period=19/5/2023 "text=Khánh thành nhà văn hóa" state=sent \
        sent_on=19/5/2023 received_on=19/5/2023
    check "3: the second that there is nothing to report" t "$1-c2" add report \
        "route=$(weekly "$1-c2")" "unit=Đảng bộ phường 2" period=19/5/2023 nil=yes state=sent \
        sent_on=19/5/2023 received_on=19/5/2023
    stop "$1-c1"
    stop "$1-c2"
    stop "$1-c3"

    # 4. the hub alone
    start_hub "$h"
    same "4: twenty-one are missing" "$(total "$h" missing 2023-05-20)" 21
    same "4: the age of each committee's data is told" \
        "$(ask "$h" '[u["age_s"] is not None and u["age_s"] >= 0 for u in d["units"] if u["origin"] == "below"]' freshness | tr '\n' ' ')" \
        "true true true "
    contains "4: also beside the answer" "$(t "$h" due --as-of 20/5/2023)" "last contact"

    # 5. the links are up again
    for k in 1 2 3; do
        start "$1-c$k"
        check "5: committee $k exchanges" wait_for 20 sync_node "$1-c$k"
    done
    same "5: nineteen are missing" "$(total "$h" missing 2023-05-20)" 19
    same "5: the second had nothing to report" \
        "$(ask "$h" '[r["unit"]["title"] for x in d["routes"] for r in x["rows"] if r["report"] and r["report"]["nil"]]' due --as-of 2023-05-20)" \
        "Đảng bộ phường 2"
    LC_MESSAGES=vi_VN.UTF-8
    t "$h" due --all --as-of 20/5/2023 >"$T/vi"
    LC_MESSAGES=en_US.UTF-8
    contains "5: and it says so in Vietnamese" "$(cat "$T/vi")" "hông phát sinh"
    for k in 1 2 3; do
        check "5: hub and committee $k agree" converge 10 "$h" "$1-c$k"
    done
    verify_all "$h" "$1-c1" "$1-c2" "$1-c3"
    for node in "$1-c1" "$1-c2" "$1-c3" "$h"; do
        stop "$node"
    done
}

tell example "$SOURCE/doc/examples/city-weekly.txt"
published=$(ls "${THIDUA_PLANS:-$SOURCE/../shared/plans}"/000_*.txt 2>/dev/null)
if [ -n "$published" ]; then
    tell published "$published"
else
    skip "the same with the published plan" "it is not there"
fi
finish
