#!/bin/sh
# Two machines keep to every rule apart from each other, and break some together: both say which, and what to do.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node a commune "Xã Trấn Ninh" commune
start_hub a
t a add unit "name=Thôn 1" code=T1 kind=hamlet >"$T/out"
t a add unit "name=Thôn 2" code=T2 kind=hamlet >"$T/out"
t a add campaign "title=Thi đua đặc biệt" code=DB period_from=1/8/2023 >"$T/out"
t a add campaign "title=Chào mừng kỷ niệm" code=KN >"$T/out"
t a add report_route campaign=DB "name=Báo cáo tuần" cadence=weekly weekday=friday >"$T/out"
join_node a b --as clerk
start b
check "a laptop joins" sync_node b
check "and has what the office has" converge 10 a b
check "nothing is odd yet" t a findings
contains "and it says so" "$(t a findings --json)" '"count": 0'

rules() { # node: each rule that is broken, once
    ask "$1" 'sorted(set(f["rule"] for f in d["findings"]))' findings | tr '\n' ' '
}
route=$(ask a 'd["records"][0]["id"]' list report_route)
draft=$(ask a 'd["id"]' show campaign KN)

# b writes while nothing connects it: its peer's address leads nowhere
stop b
start b --peer 127.0.0.1:1
t a set campaign DB period_from=15/8/2023 >"$T/out"
check "one writes a start, the other an end before it" t b set campaign DB period_to=10/8/2023
t a add document "number=45/QĐ-UBND" type="quyết định" date=1/8/2023 "title=Khen thưởng" >"$T/out"
t b add document "number=45/QĐ-UBND" type="quyết định" date=2/8/2023 "title=Kiện toàn" >"$T/out"
t a add unit "name=Tổ 3" code=T3 kind=hamlet >"$T/out"
t b add unit "name=Thôn 3" code=t3 kind=hamlet >"$T/out"
t a add report "route=$route" unit=T1 period=4/8/2023 "text=Có hai mô hình" >"$T/out"
t b add report "route=$route" unit=T1 period=4/8/2023 "text=Có ba mô hình" >"$T/out"
t a add registration campaign=DB unit=T2 kind=work "title=Đường hoa" >"$T/out"
t b delete unit T2 >"$T/out"
t a issue KN >"$T/out"
t b set campaign KN "theme=Đoàn kết" >"$T/out"
same "each machine alone has nothing to say" "$(rules a)$(rules b)" ""
stop b
start b
check "they meet" wait_for 10 sync_node b
check "and agree" converge 10 a b

all="document_number_twice draft_changed end_before_start entered_twice owner_gone unit_code_twice "
same "the office finds every rule that they broke together" "$(rules a)" "$all"
same "and the laptop the same" "$(rules b)" "$all"
code=0
LC_ALL=vi_VN.UTF-8 t a findings >"$T/found" || code=$?
same "the exit code says that there are some" "$code" 3
contains "a sentence says what is wrong" "$(cat "$T/found")" "kết thúc trước khi bắt đầu"
contains "with the days as people write them" "$(cat "$T/found")" "10/08/2023"
same "the status counts them" "$(ask a 'd["findings"]' status)" "$(ask a 'd["count"]' findings)"
contains "the record shows its own" "$(LC_ALL=en_US.UTF-8 t a show campaign DB)" "the end is before the start"
same "they can be asked for by kind" "$(ask a 'd["count"]' findings "đơn vị")" 2
contains "or by campaign" "$(t b findings DB --json)" end_before_start
contains "the report is one record in conflict with both texts" "$(t a conflicts)" "Có ba mô hình"

# every sentence names what to type
report=$(ask a 'd["records"][0]["id"]' list report)
check "the report is settled by the command that it names" t a resolve report "$report" text 1
check "an end is corrected" t b set campaign DB period_to=31/12/2023
check "a code is given up" t a set unit "$(ask a '[r["id"] for r in d["records"] if r["title"] == "Tổ 3"]' list unit)" code=TO3
check "a number is corrected" t b set document \
    "$(ask b '[r["id"] for r in d["records"] if r["title"] == "Kiện toàn"]' list document)" "number=46/QĐ-UBND"
check "what was written to the draft is dropped" t a delete campaign "$draft"
check "the unit is brought back" t a set unit "$(ask a '[r["id"] for r in d["records"] if r["title"] == "Thôn 2"]' list unit --deleted)" "note=vẫn còn"
settled() {
    [ "$(ask a 'd["count"]' findings) $(ask b 'd["count"]' findings)" = "0 0" ]
}
check "then nothing is odd any more, at both" wait_for 10 settled
check "both agree in the end" converge 10 a b
verify_all a b
finish
