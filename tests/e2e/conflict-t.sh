#!/bin/sh
# Two machines of one commune write the same field apart: both values are kept until a person settles it.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node a commune "Phường Đông Thạnh" ward
start_hub a
t a add unit "name=Tổ dân phố 1" code=TDP1 kind=residential_group >"$T/out"
t a add unit "name=Tổ dân phố 2" code=TDP2 kind=residential_group >"$T/out"
join_node a b --as clerk
start b
check "a second office machine joins" sync_node b
check "and has what the first has" converge 10 a b
same "with the same unit" "$(ask b 'd["unit"]' status)" "Phường Đông Thạnh"

apart() {
    stop b
}
together() {
    start b
    wait_for 10 sync_node b
    converge 10 a b
}
conflicts() {
    ask "$1" 'd["conflicts"]' status
}
values() { # node unit field
    ask "$1" "sorted(v['value'] for v in d['conflicts'].get('$3', []))" show unit "$2"
}

# b writes while nothing connects it: its peer's address leads nowhere
stop b
start b --peer 127.0.0.1:1
t b set unit TDP1 "head=Bùi Văn Tám" >"$T/out"
check "both write the same field apart" t a set unit TDP1 "head=Lê Văn Chín"
t b set unit TDP1 "phone=0900 000 001" >"$T/out"
t a set unit TDP2 "head=Trần Thị Hoa" >"$T/out"
t b set unit TDP2 "phone=0900 000 002" >"$T/out"
apart
check "they meet" together
same "one record is in conflict at the first" "$(conflicts a)" 1
same "and at the second" "$(conflicts b)" 1
same "both values are kept at the first" "$(values a TDP1 head)" "Bùi Văn Tám
Lê Văn Chín"
same "and at the second" "$(values b TDP1 head)" "Bùi Văn Tám
Lê Văn Chín"
same "both machines show the same value meanwhile" "$(ask a 'd["fields"]["head"]' show unit TDP1)" \
    "$(ask b 'd["fields"]["head"]' show unit TDP1)"
contains "conflicts names the record" "$(t a conflicts)" "Tổ dân phố 1"
contains "show prints both values and how to settle" "$(t b show unit TDP1)" "thidua resolve unit"
same "fields that one of them wrote are no conflict" \
    "$(ask a 'd["fields"]["phone"]' show unit TDP1) $(ask b 'd["fields"]["head"]' show unit TDP2) $(ask a 'd["fields"]["phone"]' show unit TDP2)" \
    "0900 000 001 Trần Thị Hoa 0900 000 002"
check "a person settles it" t b set unit TDP1 "head=Lê Văn Chín"
settled() {
    [ "$(conflicts a) $(conflicts b)" = "0 0" ]
}
check "for both" wait_for 10 settled
same "with the chosen value" "$(ask a 'd["fields"]["head"]' show unit TDP1)" "Lê Văn Chín"
same "history keeps the other" \
    "$(ask a 'sum(x["set"].get("head") == "Bùi Văn Tám" for x in d["history"])' history unit TDP1)" 1

# --- one deletes what the other changes
stop b
start b --peer 127.0.0.1:1
id=$(ask a 'd["id"]' show unit TDP2)
check "one deletes a record" t a delete unit TDP2
check "that the other changes" t b set unit TDP2 "note=Đã có nhà văn hóa"
apart
check "they meet again" together
same "the record is shown alive and in conflict at both" "$(conflicts a) $(conflicts b)" "1 1"
same "with the change" "$(ask a 'd["fields"]["note"]' show unit "$id")" "Đã có nhà văn hóa"
check "deleting it again settles it" t b delete unit TDP2
check "at both" wait_for 10 settled
check "both agree in the end" converge 10 a b
same "the record is deleted at both" \
    "$(ask a 'd["count"]' list unit code=TDP2) $(ask b 'd["count"]' list unit code=TDP2)" "0 0"
verify_all a b
finish
