#!/bin/sh
# Two office machines wrote apart; a clerk settles by number, by value, and a deletion against a change.
. "${srcdir:-.}/tests/e2e/lib.sh"
begin

make_node a commune "Phường Đông Thạnh" ward
start_hub a
t a add unit "name=Tổ dân phố 1" code=TDP1 kind=residential_group >"$T/out"
t a add unit "name=Tổ dân phố 2" code=TDP2 kind=residential_group >"$T/out"
t a add operator "name=Hồ Thị Năm" login=nam >"$T/out"
join_node a b --as clerk
start b
check "a second office machine joins" sync_node b
check "and has what the first has" converge 10 a b

conflicts() {
    ask "$1" 'd["conflicts"]' status
}
no_conflicts() {
    [ "$(conflicts a) $(conflicts b)" = "0 0" ]
}
apart() { # b writes while its peer's address leads nowhere
    stop b
    start b --peer 127.0.0.1:1
}
together() {
    stop b
    start b
    wait_for 10 sync_node b
    converge 10 a b
}

apart
t b set unit TDP1 "head=Bùi Văn Tám" >"$T/out"
t a set unit TDP1 "head=Lê Văn Chín" --operator nam >"$T/out"
t b set unit TDP2 "phone=5" >"$T/out"
t a set unit TDP2 "phone=7" >"$T/out"
check "they meet" together
same "two records are in conflict" "$(conflicts a)" 2

listed=$(t b resolve unit TDP1 head)
contains "the values are numbered" "$listed" "^  2\. "
contains "with who wrote them" "$listed" "Lê Văn Chín — Hồ Thị Năm, Phường Đông Thạnh, "
contains "and how to settle" "$listed" "NUMBER (or VALUE) --version [0-9]"
version=$(ask b 'd["version"]' resolve unit TDP1 head)
number=$(ask b 'next(v["number"] for v in d["conflicts"]["head"] if v["value"] == "Lê Văn Chín")' resolve unit TDP1 head)

# while the clerk at b looks, a writes: what b saw is not what stands any more
t a set unit TDP1 "head=Lê Văn Chín Em" >"$T/out"
changed() {
    [ "$(ask b 'd["conflicts"]' show unit TDP1)" = "{}" ]
}
check "the other machine settles it meanwhile" wait_for 10 changed
refused "so the number is refused" 5 "one value" t b resolve unit TDP1 head "$number" --version "$version"
same "and nothing was written" "$(ask a 'd["fields"]["head"]' show unit TDP1)" "Lê Văn Chín Em"

# numbers that are values
number=$(ask b 'next(v["number"] for v in d["conflicts"]["phone"] if v["value"] == "5")' resolve unit TDP2 phone)
refused "a number of no value is refused" 1 "1 to 2" t b resolve unit TDP2 phone 3
check "a number chooses" t b resolve unit TDP2 phone "$number"
check "at both machines" wait_for 10 no_conflicts
same "the chosen value stands" "$(ask a 'd["fields"]["phone"]' show unit TDP2)" 5
refused "what is settled cannot be settled again" 5 "one value" t a resolve unit TDP2 phone 1
same "the other stays in the history" \
    "$(ask a 'sum(x["set"].get("phone") == "7" for x in d["history"])' history unit TDP2)" 1

# a deletion against a change, both ways
apart
id=$(ask a 'd["id"]' show unit TDP1)
there=$(ask b 'd["id"]' show unit TDP2)
t a delete unit TDP1 >"$T/out"
t b set unit TDP1 "note=Đã có nhà văn hóa" >"$T/out"
t a set unit TDP2 "note=Còn hoạt động" >"$T/out"
t b delete unit TDP2 >"$T/out"
check "they meet again" together
same "both are kept and in conflict" "$(conflicts a) $(conflicts b)" "2 2"
contains "the list says what happened" "$(LC_MESSAGES=vi_VN.UTF-8 t a resolve unit "$id" life)" "đã xóa bản ghi, trong khi đó laptop đã sửa"
check "one is kept" t a resolve unit "$id" life keep
check "the other is deleted" t b resolve unit "$there" life delete
check "both are settled at both" wait_for 10 no_conflicts
check "both agree in the end" converge 10 a b
same "with what was decided" \
    "$(ask b 'd["count"]' list unit code=TDP1) $(ask a 'd["count"]' list unit code=TDP2)" "1 0"
verify_all a b
stop b
stop a
finish
