#!/bin/sh
# Story 001, steps 1 to 5: a ward asks each of its units for one model or work, and sees who is missing.
# Told twice: with an example plan, and with the published one where it is there.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

# The units as a clerk pastes them: kind, name.
units='residential_group|Tổ dân phố 1
residential_group|Tổ dân phố 2
residential_group|Tổ dân phố 3
residential_group|Tổ dân phố 4
residential_group|Tổ dân phố 5
sector|Công an phường
sector|Quân sự phường
sector|Trạm Y tế phường
sector|Ngành Văn hóa - Xã hội
front|Ủy ban Mặt trận Tổ quốc Việt Nam phường
organisation|Hội Nông dân
organisation|Hội Liên hiệp Phụ nữ
organisation|Hội Cựu chiến binh
organisation|Đoàn Thanh niên'

state_of() { # node unit day
    ask "$1" "[u['state'] for x in d['campaigns'] for y in x['duties'] for u in y.get('units', [])
               if u['title'] == '$2']" missing --as-of "$3"
}

total() { # node what day
    ask "$1" "d['totals']['$2']" missing --as-of "$3"
}

register() { # node campaign unit channel received title
    t "$1" add registration "campaign=$2" "unit=$3" kind=model "channel=$4" "received_on=$5" "title=$6"
}

tell() { # node plan
    c=$1 plan=$2

    # 1. alone, no network
    make_node "$c" commune "Phường" ward
    start "$c"
    echo "$units" | while IFS='|' read -r kind name; do
        printf '{"ops":[{"op":"put","record":"unit","key":"%s","set":{"name":"%s","kind":"%s"}}]}\n' \
            "$name" "$name" "$kind"
    done >"$T/units.jsonl"
    check "1: fourteen units are pasted" t "$c" import --jsonl "$T/units.jsonl"
    same "1: and there" "$(ask "$c" 'd["count"]' list unit)" 15

    # 2. the plan
    t "$c" plan import --yes "$plan" --json >"$T/import"
    draft=$(json 'd["campaign"]["id"]' <"$T/import")
    same "2: its window" \
        "$(ask "$c" '[d["fields"]["period_from"], d["fields"]["period_to"]]' show campaign "$draft" | tr '\n' ' ')" \
        "2023-08-01 2023-12-15 "
    same "2: two obligations, one indicator, three award forms, eight recipients" \
        "$(json '[d["counts"][k] for k in ("obligation", "indicator", "award_form", "recipient")]' \
            <"$T/import" | tr '\n' ' ')" "2 1 3 8 "
    same "2: the indicator is 0,39 %" \
        "$(ask "$c" '[r["fields"]["target"] for r in d["records"]]' list indicator)" 0.39
    same "2: it asks whether the campaign is “đặc biệt” or “cao điểm”" \
        "$(json 'sum("đặc biệt" in str(q) and "cao điểm" in str(q) for q in d["questions"])' <"$T/import")" 1

    # 3. mapping and issue
    refused "3: missing says that two obligations are not mapped, and exits with 3" 3 "2 duties" \
        t "$c" missing
    ask "$c" '[y["id"] for x in d["campaigns"] for y in x["duties"] if y["kind"] == "obligation"]' \
        map "$draft" >"$T/duties"
    echo "$units" | cut -d'|' -f2 | head -9 >"$T/first"
    echo "$units" | cut -d'|' -f2 | tail -5 >"$T/second"
    map_to() { # duty, a name on each line of a file
        duty=$1
        set --
        while read -r name; do
            set -- "$@" "$name"
        done <"$T/names"
        t "$c" map "$duty" "$@"
    }
    cp "$T/first" "$T/names"
    check "3: nine units are mapped to the first" map_to "$(sed -n 1p "$T/duties")"
    cp "$T/second" "$T/names"
    check "3: five to the second" map_to "$(sed -n 2p "$T/duties")"
    check "3: the plan is issued" t "$c" issue "$draft"
    campaign=$(ask "$c" '[r["id"] for r in d["records"] if r["fields"]["state"] == "issued"]' list campaign)
    same "3: fourteen are missing" "$(total "$c" missing 2023-08-02)" 14
    check "3: missing exits with 0 now" t "$c" missing --as-of 2023-08-02

    # 4. three registrations, by three channels
    check "4: one comes on paper" register "$c" "$campaign" "Tổ dân phố 1" paper 10/8/2023 "Tuyến phố hoa"
    check "4: one by telephone" register "$c" "$campaign" "Tổ dân phố 2" phone 10/8/2023 "Ngõ không rác"
    check "4: one by Zalo" register "$c" "$campaign" "Tổ dân phố 3" zalo 10/8/2023 "Tổ tự quản"
    same "4: eleven are missing" "$(total "$c" missing 2023-08-10)" 11
    t "$c" missing --as-of 10/8/2023 --csv | "$PYTHON" -c '
import csv, sys
for row in list(csv.reader(sys.stdin))[1:]:
    print(row[2])' | sort >"$T/named"
    same "4: who is missing is named, and nobody else" "$(cat "$T/named")" \
        "$(echo "$units" | cut -d'|' -f2 | grep -v "Tổ dân phố [123]" | sort)"

    # 5. in time, late, extended, overdue
    check "5: paper received on 14/8 is entered on 17/8" \
        register "$c" "$campaign" "Tổ dân phố 4" paper 14/8/2023 "Vườn thuốc nam"
    check "5: paper received on 17/8 as well" \
        register "$c" "$campaign" "Tổ dân phố 5" paper 17/8/2023 "Sân chơi chung"
    duty=$(ask "$c" '[r["id"] for r in d["records"]]' list obligation_unit "unit=Hội Nông dân")
    check "5: one unit's time is extended" t "$c" set obligation_unit "$duty" status=extended \
        extended_to=31/8/2023 "reason=Hội đang đại hội"
    same "5: received on 14/8 is in time" "$(state_of "$c" "Tổ dân phố 4" 2023-08-17)" registered
    same "5: received on 17/8 is late" "$(state_of "$c" "Tổ dân phố 5" 2023-08-17)" late
    same "5: the extended one is not overdue" "$(state_of "$c" "Hội Nông dân" 2023-08-17)" extended
    same "5: eight are overdue" "$(total "$c" overdue 2023-08-17)" 8
    same "5: also after the extension ended, nine" "$(total "$c" overdue 2023-09-01)" 9
    verify_all "$c"
    stop "$c"
}

tell example "$SOURCE/doc/examples/ward-jubilee.txt"
published=$(ls "${THIDUA_PLANS:-$SOURCE/../shared/plans}"/001_*.txt 2>/dev/null)
if [ -n "$published" ]; then
    tell published "$published"
else
    skip "the same with the published plan" "it is not there"
fi
finish
