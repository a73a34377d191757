"""What `thidua` sends, prints and exits with. Each test's name is a sentence; TAP on standard output."""
import inspect
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fake  # noqa: E402

BUILD = os.path.abspath(sys.argv[1])
HERE = os.path.dirname(os.path.abspath(__file__))
THIDUA = os.path.join(BUILD, "thidua")
TMP = tempfile.mkdtemp(prefix="thidua")
server = fake.Fake(os.path.join(TMP, "s"))

FIELDS = [
    {"name": "name", "label_vi": "tên", "label_en": "name", "kind": "text", "required": True},
    {"name": "kind", "label_vi": "loại", "label_en": "kind", "kind": "integer", "choices": [
        {"number": 1, "name": "hamlet", "label_vi": "thôn", "label_en": "hamlet"},
        {"number": 2, "name": "commune", "label_vi": "xã", "label_en": "commune"}]},
    {"name": "phone", "label_vi": "điện thoại", "label_en": "phone", "kind": "text"},
    {"name": "active_from", "label_vi": "từ ngày", "label_en": "from", "kind": "date"},
    {"name": "head", "label_vi": "người đứng đầu", "label_en": "head", "kind": "reference",
     "target": "person"},
]
REGISTRY = {"version": 1, "records": [
    {"name": "grant", "label_vi": "quyền", "label_en": "grant", "system": True, "fields": []},
    {"name": "unit", "label_vi": "đơn vị", "label_en": "unit", "title": "name", "fields": FIELDS}]}
UNIT = {"id": "3.17", "record": "unit", "version": 118, "title": "Thôn 1",
        "fields": {"name": "Thôn 1", "kind": "hamlet", "active_from": "2023-08-15",
                   "head": {"id": "3.9", "title": "Nguyễn Văn An"}}}


def run(*words, lang="en_US.UTF-8", stdin="", env=None, socket=None):
    variables = {k: v for k, v in os.environ.items()
                 if not k.startswith(("LC_", "LANG", "THIDUA_")) and k != "COLUMNS"}
    variables["THIDUA_SOCKET"] = socket or server.path
    variables["TZ"] = "ICT-7"
    if lang is not None:
        variables["LANG"] = lang
    variables.update(env or {})
    done = subprocess.run([THIDUA, *words], input=stdin.encode(), capture_output=True, env=variables,
                          timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def command_names():
    return [line.split("  ")[1] for line in run("--help")[1].split("\n")
            if line.startswith("  ") and not line.startswith(("  --", "   "))]


def setup():
    server.requests.clear()
    server.answers.clear()
    server.answers[("GET", "/v1/registry")] = (200, REGISTRY)
    server.answers[("GET", "/v1/records/unit/3.17")] = (200, UNIT)
    server.answers[("POST", "/v1/records/unit")] = (201, UNIT)
    server.answers[("PATCH", "/v1/records/unit/3.17")] = (200, UNIT)


def refuse(method, path, status, **error):
    beside = error.pop("beside", {})
    server.answers[(method, path)] = (status, {"error": error, **beside})


# --- the command line ---------------------------------------------------------------------------

def without_a_command_the_help_goes_to_standard_error_and_the_exit_code_is_2():
    code, out, err = run()
    assert code == 2 and out == "" and "status" in err


def help_lists_every_command_and_exits_with_0():
    code, out, _ = run("--help")
    assert code == 0
    for name in ("status", "sync", "plan read", "missing", "add", "doctor"):
        assert "\n  " + name in out, name


def the_language_is_told_to_the_daemon():
    server.answers[("GET", "/v1/status")] = (200, {})
    run("status", lang="vi_VN.UTF-8")
    assert server.last()[2]["accept-language"] == "vi"
    run("status", lang="en_US.UTF-8")
    assert server.last()[2]["accept-language"] == "en"


def the_manual_page_has_every_command_and_every_option():
    with open(os.path.join(HERE, "..", "..", "doc", "thidua.1"), encoding="utf-8") as file:
        page = file.read()
    for name in command_names():
        assert ".It Cm " + name in page, name
        for line in run(*name.split(), "--help")[1].split("\n"):
            if line.startswith("  --"):
                assert "Fl Fl " + line.split()[0][2:] in page, (name, line)


def every_command_explains_itself_without_a_daemon():
    assert len(command_names()) > 22
    for name in command_names():
        code, out, err = run(*name.split(), "--help", socket=TMP + "/nobody")
        assert code == 0 and name in out and err == "", (name, code, err)


def an_unknown_command_exits_with_2_and_says_where_to_look():
    code, _, err = run("statsu")
    assert code == 2 and "statsu" in err and "--help" in err


def an_unknown_option_exits_with_2():
    assert run("status", "--jsn")[0] == 2


def too_few_words_exit_with_2_and_say_how_it_is_called():
    code, _, err = run("show", "unit")
    assert code == 2 and "show RECORD ID" in err


def global_options_may_stand_before_the_command():
    server.answers[("GET", "/v1/status")] = (200, {"version": "0.1.0", "peers": []})
    code, out, _ = run("--operator", "3.4", "--json", "status")
    assert code == 0 and json.loads(out)["version"] == "0.1.0"
    assert server.last()[2]["thidua-operator"] == "3.4"


def the_operator_may_come_from_the_environment_and_the_option_goes_before_it():
    server.answers[("GET", "/v1/status")] = (200, {})
    run("status", env={"THIDUA_OPERATOR": "3.5"})
    assert server.last()[2]["thidua-operator"] == "3.5"
    run("status", "--operator=3.6", env={"THIDUA_OPERATOR": "3.5"})
    assert server.last()[2]["thidua-operator"] == "3.6"


# --- the way to the daemon ----------------------------------------------------------------------

def without_a_daemon_the_exit_code_is_4_and_the_socket_is_named():
    code, out, err = run("status", socket=TMP + "/nobody")
    assert code == 4 and out == "" and TMP + "/nobody" in err and "start thiduad" in err


def the_data_directory_names_the_socket():
    code, _, err = run("status", "--data", TMP + "/d")
    assert code == 4 and TMP + "/d/thiduad.sock" in err


def a_socket_path_that_is_too_long_is_refused_with_a_remedy():
    code, _, err = run("status", socket="/" + "x" * 200)
    assert code == 2 and "shorter" in err


def an_answer_that_breaks_off_exits_with_4():
    server.answers[("GET", "/v1/status")] = (200, None)
    code, _, err = run("status")
    assert code == 4 and "broke off" in err


def an_answer_that_is_no_json_is_not_taken_for_one():
    server.answers[("GET", "/v1/status")] = (200, b"<html>")
    code, _, err = run("status")
    assert code == 1 and "HTTP 200" in err


# --- errors -------------------------------------------------------------------------------------

TEMPLATE = "no {1} is called “{2}”"


def a_refusal_is_printed_from_its_template_and_exits_with_1():
    refuse("GET", "/v1/status", 404, code="not_found", message="x", template=TEMPLATE,
           args=["unit", "Thôn 9"])
    code, _, err = run("status")
    assert code == 1 and err == "thidua: no unit is called “Thôn 9”\n", err


def a_refusal_is_told_in_vietnamese_where_the_template_is_known():
    refuse("GET", "/v1/records/unit/3.17", 404, code="not_found", message="x",
           template="there is no kind of record “{1}”; `thidua records` lists the kinds", args=["zzz"])
    code, _, err = run("show", "unit", "3.17", lang="vi_VN.UTF-8")
    assert code == 1 and "không có loại bản ghi “zzz”" in err, err


def a_template_that_is_not_known_is_filled_as_it_is():
    refuse("GET", "/v1/status", 400, code="format", message="x", template="odd {2} {1}", args=["a", "b"])
    assert "odd b a" in run("status", lang="vi_VN.UTF-8")[2]


def control_characters_in_an_error_do_not_reach_the_terminal():
    refuse("GET", "/v1/status", 400, code="format", message="a\x1b[2Jb")
    err = run("status")[2]
    assert "\x1b" not in err and "a [2Jb" in err


def a_usage_error_of_the_daemon_is_a_refusal():
    refuse("GET", "/v1/status", 400, code="usage", message="no")
    assert run("status")[0] == 1


def an_error_of_an_import_names_the_line():
    refuse("POST", "/v1/import", 400, code="format", message="bad", line=7)
    code, _, err = run("import", "--jsonl", "-", stdin="{}\n")
    assert code == 1 and "line 7: bad" in err


def with_json_the_refusal_itself_goes_to_standard_output():
    refuse("GET", "/v1/status", 404, code="not_found", message="gone")
    code, out, err = run("status", "--json")
    assert code == 1 and json.loads(out)["error"]["code"] == "not_found" and "gone" in err


def a_conflict_shows_both_values_and_exits_with_5():
    refuse("PATCH", "/v1/records/unit/3.17", 409, code="conflict", message="changed meanwhile",
           beside={"yours": {"kind": "commune"}, "record": UNIT})
    code, _, err = run("set", "unit", "3.17", "kind=commune", "--version", "117")
    assert code == 5 and server.body() == {"version": 117, "set": {"kind": "commune"}}
    assert "commune" in err and "hamlet" in err and "--version 118" in err, err


# --- records ------------------------------------------------------------------------------------

def add_sends_the_fields_and_prints_the_id():
    code, out, _ = run("add", "unit", "name=Thôn 1", "kind=hamlet")
    assert code == 0 and "3.17" in out and "Thôn 1" in out
    assert server.body() == {"set": {"name": "Thôn 1", "kind": "hamlet"}}


def a_namesake_is_pointed_out():
    server.answers[("GET", "/v1/records/unit?name=Th%C3%B4n%201&limit=5")] = (
        200, {"records": [dict(UNIT, id="1.2"), UNIT], "count": 2})
    code, _, err = run("add", "unit", "name=Thôn 1", "kind=hamlet")
    assert code == 0 and "1.2 has the same name" in err and "delete unit 3.17" in err, err
    del server.answers[("GET", "/v1/records/unit?name=Th%C3%B4n%201&limit=5")]
    assert "same name" not in run("add", "unit", "name=Thôn 1", "kind=hamlet")[2]


def a_day_is_one_of_the_calendar_with_a_whole_year():
    for day in ("31/02/2023", "17/8/23", "8/2023", "x"):
        code, _, err = run("missing", "--as-of", day)
        assert code == 1 or code == 2, code
        assert "15/8/2023" in err and day in err, err


def fields_and_types_go_by_their_labels_too():
    code, _, err = run("add", "Đơn vị", "Tên=Thôn 1", "ĐIỆN THOẠI=0912", "từ_ngày=15/8/2023")
    assert code == 0, err
    assert server.last("POST")[1] == "/v1/records/unit"
    assert server.body()["set"] == {"name": "Thôn 1", "phone": "0912", "active_from": "15/8/2023"}


def an_empty_value_clears_a_field():
    run("set", "unit", "3.17", "phone=")
    assert server.body() == {"set": {"phone": None}}


def long_texts_come_from_a_file_or_standard_input():
    path = os.path.join(TMP, "text")
    with open(path, "w", encoding="utf-8") as file:
        file.write("dòng 1\ndòng 2\n")
    run("add", "unit", "name=@" + path, "phone=-", stdin="từ ngoài")
    assert server.body()["set"] == {"name": "dòng 1\ndòng 2\n", "phone": "từ ngoài"}
    run("add", "unit", "name=@@x")
    assert server.body()["set"] == {"name": "@x"}


def a_file_that_is_missing_is_named():
    code, _, err = run("add", "unit", "name=@/nowhere/x")
    assert code == 1 and "/nowhere/x" in err


def a_text_that_is_not_utf_8_is_refused_before_it_is_sent():
    path = os.path.join(TMP, "latin")
    with open(path, "wb") as file:
        file.write(b"\xff\xfe")
    code, _, err = run("add", "unit", "name=@" + path)
    assert code == 1 and "UTF-8" in err and server.last()[0] == "GET"


def an_unknown_field_is_refused_before_it_is_sent():
    code, _, err = run("add", "unit", "nmae=x")
    assert code == 2 and "nmae" in err and "add unit --help" in err
    assert server.last()[0] == "GET"


def a_word_without_an_equals_sign_is_refused():
    assert run("add", "unit", "Thôn")[0] == 2


def add_with_help_lists_the_fields_with_labels_and_choices():
    code, out, _ = run("add", "unit", "--help", lang="vi_VN.UTF-8")
    assert code == 0 and "điện thoại" in out and "thôn, xã" in out and "name" in out


def show_prints_labels_and_dates_as_people_write_them():
    code, out, _ = run("show", "unit", "3.17", lang="vi_VN.UTF-8")
    assert code == 0 and "thôn" in out and "15/08/2023" in out and "Nguyễn Văn An" in out, out


def show_prints_every_value_that_stands():
    record = dict(UNIT, conflicts={"name": [
        {"value": "Thôn 1", "shown": True, "unit": "Xã A", "operator": "An", "at": "2023-08-15T01:00:00Z"},
        {"value": "Thôn Một", "unit": "Thôn 1", "operator": "Bình", "at": "2023-08-14T01:00:00Z"}]})
    server.answers[("GET", "/v1/records/unit/3.17")] = (200, record)
    out = run("show", "unit", "3.17")[1]
    assert "• Thôn 1" in out and "Thôn Một" in out and "Bình" in out and "15/08/2023 08:00" in out, out


CONFLICTED = dict(UNIT, conflicts={
    "name": [{"value": "Thôn 1", "shown": True, "unit": "Xã A", "operator": "An", "at": "2023-08-15T01:00:00Z"},
             {"value": "Thôn Một", "unit": "Thôn 1", "at": "2023-08-14T01:00:00Z"}],
    "life": [{"value": "live", "shown": True, "unit": "Xã A", "at": "2023-08-15T01:00:00Z"},
             {"value": "deleted", "unit": "Thôn 1", "at": "2023-08-14T01:00:00Z"}]})


def resolve_numbers_the_values_that_stand():
    server.answers[("GET", "/v1/records/unit/3.17")] = (200, CONFLICTED)
    code, out, _ = run("resolve", "unit", "3.17")
    assert code == 0 and "2.   Thôn Một — Thôn 1, 14/08/2023 08:00" in out, out
    assert "resolve unit 3.17 name NUMBER (or VALUE) --version 118" in out and "keep (or delete)" in out, out
    out = run("resolve", "unit", "3.17", "tên", lang="vi_VN.UTF-8")[1]
    assert "Thôn Một" in out and "keep" not in out, out
    values = json.loads(run("resolve", "unit", "3.17", "name", "--json")[1])["conflicts"]
    assert [v["number"] for v in values["name"]] == [1, 2] and "life" not in values
    assert "nothing to settle" in run("resolve", "unit", "3.17", "phone")[1]


def resolve_sends_a_number_as_a_choice_and_words_as_a_value():
    server.answers[("POST", "/v1/records/unit/3.17/resolve")] = (200, UNIT)
    assert run("resolve", "unit", "3.17", "name", "2", "--version", "118")[0] == 0
    assert server.body() == {"field": "name", "choice": 2, "version": 118}
    run("resolve", "unit", "3.17", "tên", "Thôn Một")
    assert server.body() == {"field": "name", "value": "Thôn Một"}
    run("resolve", "unit", "3.17", "phone", "2", "--value")
    assert server.body() == {"field": "phone", "value": "2"}
    run("resolve", "unit", "3.17", "life", "keep")
    assert server.body() == {"field": "life", "value": "keep"}
    assert run("resolve", "unit", "3.17", "nothing", "1")[0] == 2


def resolve_shows_what_stands_now_when_it_changed_meanwhile():
    refuse("POST", "/v1/records/unit/3.17/resolve", 409, code="conflict", message="changed meanwhile",
           beside={"record": CONFLICTED})
    code, _, err = run("resolve", "unit", "3.17", "name", "1", "--version", "3")
    assert code == 5 and "changed meanwhile" in err and "Thôn Một" in err, err


def an_id_or_name_may_hold_any_character():
    run("show", "unit", "Thôn 1/2?")
    assert server.last()[1] == "/v1/records/unit/Th%C3%B4n%201%2F2%3F", server.last()[1]


def list_asks_for_every_page_and_joins_them():
    one = [dict(UNIT, id="3.%d" % i) for i in range(500)]
    server.answers[("GET", "/v1/records/unit?kind=hamlet&limit=500&offset=0")] = (
        200, {"records": one, "count": 501})
    server.answers[("GET", "/v1/records/unit?kind=hamlet&limit=500&offset=500")] = (
        200, {"records": [dict(UNIT, id="4.1")], "count": 501})
    code, out, err = run("list", "unit", "kind=hamlet", "--json")
    assert code == 0, err
    assert len(json.loads(out)["records"]) == 501
    out = run("list", "unit", "kind=hamlet")[1]
    assert out.count("\n") == 502 and "4.1" in out


def list_prints_csv_with_quotation_marks_where_needed():
    unit = dict(UNIT, title='Thôn "A", 1')
    server.answers[("GET", "/v1/records/unit?limit=500&offset=0")] = (200, {"records": [unit], "count": 1})
    out = run("list", "unit", "--csv", "--columns", "kind", lang="vi_VN.UTF-8")[1]
    assert '3.17,"Thôn ""A"", 1",thôn' in out, out


def records_leaves_out_what_is_not_for_people():
    out = run("records")[1]
    assert "unit" in out and "grant" not in out


def history_names_who_did_what_and_what_does_not_count():
    server.answers[("GET", "/v1/records/unit/3.17/history")] = (200, {"history": [
        {"at": "2023-08-15T01:00:00Z", "entry": "3.17", "unit": "Xã A", "operator": "An", "device": "d",
         "action": "add", "set": {"name": "Thôn 1"}, "counts": True},
        {"at": "2023-08-16T01:00:00Z", "entry": "4.2", "unit": "Xã B", "operator": "", "device": "e",
         "action": "set", "set": {"kind": "commune"}, "counts": False}]})
    out = run("history", "unit", "3.17")[1]
    assert "added" in out and "An" in out and "does not count" in out and "commune" in out, out


def delete_sends_the_version_that_was_seen():
    server.answers[("DELETE", "/v1/records/unit/3.17")] = (200, dict(UNIT, deleted=True))
    code, out, _ = run("delete", "unit", "3.17", "--version", "118")
    assert code == 0 and server.body() == {"version": 118} and "3.17" in out


# --- plans and duties ---------------------------------------------------------------------------

PLAN = """ỦY BAN NHÂN DÂN
XÃ TRẤN NINH
Số: 12/KH-UBND                 Trấn Ninh, ngày 10 tháng 01 năm 2023

KẾ HOẠCH
Phát động thi đua năm 2023

I. NỘI DUNG THI ĐUA
1. Thi đua làm đường giao thông.
II. TỔ CHỨC THỰC HIỆN
1. Các thôn đăng ký ít nhất 01 công trình trước ngày 15/8/2023.
"""


def plan_read_needs_no_daemon_and_prints_the_lines_of_the_source():
    path = os.path.join(TMP, "plan.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write(PLAN)
    code, out, err = run("plan", "read", path, lang="vi_VN.UTF-8", socket=TMP + "/nobody")
    assert code == 0, err
    assert "Phát động thi đua năm 2023" in out and "15/08/2023" in out and "12/KH-UBND" in out, out
    code, out, _ = run("plan", "read", "--json", path, socket=TMP + "/nobody")
    assert code == 0 and json.loads(out)["issued"] == "2023-01-10"


def plan_read_refuses_what_is_no_text_and_says_what_to_do():
    path = os.path.join(TMP, "plan.pdf")
    with open(path, "wb") as file:
        file.write(b"%PDF-1.4\n\xe2\xe3\xcf\xd3\n")
    code, out, err = run("plan", "read", path)
    assert code == 1 and out == "" and "PDF" in err


def plan_import_without_a_terminal_needs_yes():
    code, _, err = run("plan", "import", "-", stdin=PLAN)
    assert code == 2 and "--yes" in err and not server.requests


def plan_import_sends_the_reading_and_names_the_campaign():
    server.answers[("POST", "/v1/plan")] = (200, {
        "campaign": {"id": "3.40", "title": "Phát động", "code": "TN23"}, "counts": {"obligation": 1},
        "questions": [{"template": "no", "text": "no", "args": [], "line": 3}]})
    code, out, err = run("plan", "import", "--yes", "--issue", "-", stdin=PLAN)
    assert code == 0, err
    assert server.body()["issue"] is True and server.body()["plan"]["number"] == "12/KH-UBND"
    assert "TN23" in out and "map TN23" in out and "obligation" in out, out


DUTY = {"id": "3.41", "kind": "obligation", "who": "Các thôn", "what": "đăng ký", "minimum": 1,
        "due": "2023-08-15", "mapped": False, "units": [], "line": 11,
        "suggestions": [{"id": "3.17", "title": "Thôn 1", "why": "thôn"}],
        "counts": [{"words": "05 thôn", "stated": 5, "found": 1}]}
MAPPING = {"campaigns": [{"campaign": {"id": "3.40", "title": "Phát động"}, "duties": [DUTY]}],
           "unmapped": 1, "complete": False}


def map_lists_suggestions_and_exits_with_3_while_something_is_open():
    server.answers[("GET", "/v1/mapping?campaign=TN23")] = (200, MAPPING)
    code, out, err = run("map", "TN23")
    assert code == 3 and "Thôn 1 (3.17)" in out and "05 thôn" in out and "15/08/2023" in out, out
    assert "1 duties" in err and len(server.requests) == 1


def map_with_suggested_takes_them():
    server.answers[("GET", "/v1/mapping")] = (200, MAPPING)
    server.answers[("POST", "/v1/mapping")] = (200, dict(DUTY, mapped=True))
    assert run("map", "--suggested")[0] == 0
    assert server.body() == {"duty": "3.41", "units": ["3.17"]}


def map_names_units_or_none():
    server.answers[("POST", "/v1/mapping")] = (200, dict(DUTY, mapped=True))
    assert run("map", "3.41", "Thôn 1", "3.18")[0] == 0
    assert server.body() == {"duty": "3.41", "units": ["Thôn 1", "3.18"]}
    assert run("map", "--none", "3.41")[0] == 0
    assert server.body() == {"duty": "3.41", "units": []}


def missing(complete):
    totals = {"units": 2, "registered": 1, "late": 0, "missing": 1, "overdue": 1, "extended": 0, "exempt": 0}
    units = [{"id": "3.17", "title": "Thôn 1", "state": "registered", "count": 1, "minimum": 1,
              "due": "2023-08-15", "received_on": "2023-08-10"},
             {"id": "3.18", "title": "Thôn 2", "state": "overdue", "count": 0, "minimum": 1,
              "due": "2023-08-15", "received_on": None}]
    return {"as_of": "2023-08-17", "totals": totals, "unmapped": 0 if complete else 2, "complete": complete,
            "sources": {"spaces": 1, "units": 2, "oldest_contact": None, "oldest_unit": None},
            "campaigns": [{"campaign": {"id": "3.40", "title": "Phát động", "code": "TN23"}, "totals": totals,
                           "unmapped": 0, "duties": [dict(DUTY, mapped=True, counted=True, totals=totals,
                                                          units=units)]}]}


def missing_names_who_is_missing_and_all_shows_the_rest():
    server.answers[("GET", "/v1/missing?campaign=TN23&as_of=2023-08-17")] = (200, missing(True))
    code, out, err = run("missing", "TN23", "--as-of", "17/8/2023", lang="vi_VN.UTF-8")
    assert code == 0, err
    assert "Thôn 2" in out and "quá hạn" in out and "Thôn 1" not in out and "Tính đến 17/08/2023" in out, out
    assert "Thôn 1" in run("missing", "TN23", "--as-of", "2023-08-17", "--all")[1]


def missing_exits_with_3_and_says_how_many_duties_are_not_mapped():
    server.answers[("GET", "/v1/missing")] = (200, missing(False))
    code, _, err = run("missing")
    assert code == 3 and "2 duties" in err
    code, out, _ = run("missing", "--json")
    assert code == 3 and json.loads(out)["unmapped"] == 2


def missing_prints_one_csv_table():
    server.answers[("GET", "/v1/missing")] = (200, missing(True))
    code, out, _ = run("missing", "--csv")
    assert code == 0 and out.split("\r\n")[1] == "Phát động,3.41,Thôn 2,overdue,0,1,15/08/2023,", out


def a_day_that_is_none_is_refused_before_it_is_asked():
    code, _, err = run("missing", "--as-of", "soon")
    assert code == 2 and "soon" in err and not server.requests


def due_shows_what_is_not_sent():
    totals = {"expected": 3, "sent": 2, "late": 1, "nil": 1, "missing": 1, "due": 0, "open": 0,
              "returned": 0, "exempt": 0}
    sent = {"id": "3.60", "state": "sent", "nil": True, "received_on": "2023-04-08"}
    rows = [{"unit": {"id": "3.1", "title": "C1"}, "period": "2023-04-07", "due": "2023-04-07",
             "state": "late", "report": sent},
            {"unit": {"id": "3.2", "title": "C2"}, "period": "2023-04-07", "due": "2023-04-07",
             "state": "missing", "report": None}]
    server.answers[("GET", "/v1/due?as_of=2023-04-10")] = (200, {
        "as_of": "2023-04-10", "complete": True, "unmapped": 0, "waiting": 0, "totals": totals,
        "sources": {"units": 2, "oldest_unit": "C2", "oldest_contact": "2023-04-01T00:00:00Z"},
        "routes": [{"id": "3.50", "campaign": {"id": "3.40", "title": "Cao điểm"}, "from": "Các đảng bộ",
                    "to": "Thành ủy", "via": "Ban Tuyên giáo", "cadence": "weekly", "weekday": "friday",
                    "mapped": True, "dated": True, "totals": totals, "rows": rows}]})
    code, out, err = run("due", "--as-of", "10/4/2023", lang="vi_VN.UTF-8")
    assert code == 0, err
    assert "C2" in out and "C1" not in out and "hằng tuần" in out and "thứ Sáu" in out, out
    assert "01/04/2023 07:00" in out
    assert "nothing to report" in run("due", "--as-of", "10/4/2023", "--all")[1]


def freshness_shows_each_unit_with_its_age():
    server.answers[("GET", "/v1/freshness")] = (200, {"at": "2023-04-10T00:00:00Z", "units": [
        {"unit": "Xã A", "origin": "below", "last_contact": "2023-04-07T00:00:00Z", "age_s": 259200,
         "last_entry": None, "entries": 5, "held": 1, "set_aside": 0, "conflicts": 2}]})
    out = run("freshness")[1]
    assert "Xã A" in out and "3 days" in out and "07/04/2023 07:00" in out, out


def conflicts_show_every_value_with_its_author_and_the_command_that_settles():
    server.answers[("GET", "/v1/conflicts")] = (200, {"count": 1, "records": [dict(CONFLICTED, about="")]})
    code, out, _ = run("conflicts", lang="vi_VN.UTF-8")
    assert code == 0 and "Thôn 1 (đơn vị 3.17)" in out and "“tên”" in out, out
    assert "1. • Thôn 1 — An, Xã A, 15/08/2023 08:00" in out, out
    assert "thidua resolve unit 3.17 name" in out and "--version 118" in out, out
    assert json.loads(run("conflicts", "--json")[1])["count"] == 1


def conflicts_say_who_deleted_what_another_changed():
    server.answers[("GET", "/v1/conflicts")] = (200, {"count": 1, "records": [
        dict(UNIT, conflicts={"life": [
            {"value": "live", "shown": True, "unit": "Xã A", "operator": "Bình", "at": "2023-08-15T01:00:00Z"},
            {"value": "deleted", "unit": "Thôn 1", "device": "Máy 2", "at": "2023-08-14T01:00:00Z"}]})]})
    out = run("conflicts")[1]
    assert "Máy 2 deleted the record, Bình changed it meanwhile" in out, out
    assert "life keep (or delete)" in out, out


def conflicts_are_asked_for_page_by_page():
    server.answers[("GET", "/v1/conflicts?limit=1&offset=2")] = (200, {"count": 9, "records": [CONFLICTED]})
    out = run("conflicts", "--limit", "1", "--offset", "2")[1]
    assert "1 of 9 are shown" in out, out
    assert run("conflicts", "--limit", "x")[0] == 2


FINDING = {"rule": "end_before_start", "message": "whole", "args": ["Bắt đầu", "01/08/2023", "Kết thúc", "30/07/2023"],
           "template": "“{1}” is {2} and “{3}” is {4}: the end is before the start; correct one of them",
           "record": {"id": "3.17", "record": "campaign", "title": "Thi đua", "about": ""},
           "entries": [{"entry": "3.18", "unit": "Xã A", "operator": "An", "at": "2023-08-15T01:00:00Z"},
                       {"entry": "4.2", "unit": "Xã A", "device": "Máy 2", "at": "2023-08-15T02:00:00Z"}]}


def findings_say_what_is_wrong_and_who_wrote_it_and_exit_with_3():
    server.answers[("GET", "/v1/findings")] = (200, {"count": 1, "findings": [FINDING]})
    code, out, _ = run("findings", lang="vi_VN.UTF-8", env={"COLUMNS": "80"})
    words = " ".join(out.split())
    assert code == 3 and "Thi đua (phong trào thi đua 3.17)" in words, out
    assert "“Kết thúc” là 30/07/2023" in words and "[4.2] Máy 2, Xã A, 15/08/2023 09:00" in words, out
    assert "kết thúc" in words.replace("“Kết thúc”", ""), out
    assert run("findings", "--json")[0] == 3
    code, out, _ = run("findings", "--csv")
    assert code == 3 and "Thi đua" in out and "the end is before the start" in out and "An" in out, out


def findings_are_asked_for_by_a_kind_of_record_or_a_campaign_and_none_exit_with_0():
    empty = {"count": 0, "findings": []}
    server.answers[("GET", "/v1/findings?record=unit")] = (200, empty)
    server.answers[("GET", "/v1/findings?campaign=kh64")] = (200, empty)
    assert run("findings", "đơn vị")[0] == 0
    code, out, _ = run("findings", "kh64")
    assert code == 0 and "Nothing is odd" in out, out


def show_lists_the_findings_of_its_record():
    server.answers[("GET", "/v1/records/unit/3.17")] = (200, dict(UNIT, findings=[FINDING]))
    code, out, _ = run("show", "unit", "3.17")
    assert code == 0 and "30/07/2023: the end is before the start" in out and "[3.18] An, Xã A" in out, out


def set_aside_says_whose_what_why_and_what_to_do():
    server.answers[("GET", "/v1/set-aside")] = (200, {"count": 40, "entries": [
        {"entry": "5.2", "machine": "Máy 2", "machine_key": "ab12cd34", "machine_named": True, "unit": "Thôn 1",
         "space": "inner", "space_unit": "Xã A", "at": "2023-08-15T01:00:00Z", "clock_suspect": True, "body": "read",
         "operations_count": 1, "operations": [{"action": "add", "record": "unit", "title": "Thôn 9",
                                                "fields": ["name", "phone"]}],
         "reason": "its device had no right in this space when it was written",
         "advice": "upgrade this machine: it is read then by itself"},
        {"entry": "6.1", "machine": "00ff00ff", "machine_key": "00ff00ff", "machine_named": False,
         "at": "2023-08-15T01:00:00Z", "body": "malformed", "operations_count": 0, "operations": [],
         "reason": "its content is malformed", "advice": "x"}]})
    code, out, _ = run("set-aside")
    assert code == 0 and "[5.2] Máy 2 (ab12cd34), Thôn 1" in out, out
    assert "add unit “Thôn 9”: name; phone" in out and "did not trust its clock" in out, out
    assert "unknown machine 00ff00ff" in out and "nobody can read" in out and "2 of 40 are shown" in out, out
    out = run("set-aside", lang="vi_VN.UTF-8")[1]
    assert "15/08/2023 08:00" in out and "device" not in out and "upgrade" not in out, out
    server.answers[("GET", "/v1/set-aside?machine=Thôn%201&space=inner&limit=5")] = \
        server.answers[("GET", "/v1/set-aside?machine=Th%C3%B4n%201&space=inner&limit=5")] = \
        (200, {"count": 0, "entries": []})
    assert "Nothing" in run("set-aside", "--machine", "Thôn 1", "--space", "inner", "--limit", "5")[1]


def doctor_says_for_whom_entries_wait():
    server.answers[("GET", "/v1/status")] = (200, {"conflicts": 0, "held": 2, "set_aside": 0, "findings": 1,
        "peers": [], "held_logs": [{"machine": "Máy 2", "entries": 2, "unit": "Xã A", "waits_for": [
            {"machine": "Máy 3", "has": 4, "needs": 9}]}]})
    out = " ".join(run("doctor")[1].split())
    assert "2 entries of Máy 2, Xã A wait for 5 entries of Máy 3" in out and "1 things are odd" in out, out


def doctor_names_a_remedy_for_what_is_not_well():
    server.answers[("GET", "/v1/status")] = (200, {"conflicts": 2, "held": 0, "set_aside": 0, "peers": [
        {"name": "Hub", "last_contact": "2020-01-01T00:00:00Z"}]})
    code, out, _ = run("doctor")
    assert code == 0 and "2 records are in conflict" in out and "thidua sync" in out, out
    checks = json.loads(run("doctor", "--json")[1])["checks"]
    assert [c["state"] for c in checks if c["check"] == "conflicts"] == ["warning"]


def operator_prints_the_line_that_sets_who_acts():
    server.answers[("GET", "/v1/records/operator/An")] = (200, {"id": "3.4", "title": "An"})
    assert run("operator", "An")[1] == "export THIDUA_OPERATOR='3.4'\n"


# --- exchange -----------------------------------------------------------------------------------

def invite_prints_one_line_for_a_person_to_pass_on():
    server.answers[("POST", "/v1/invitations")] = (200, {"invitation": "thidua:abc"})
    code, out, _ = run("invite", "--as", "unit", "--unit-name", "Thôn 1", "--expires", "7")
    assert code == 0 and out == "thidua:abc\n"
    assert server.body() == {"as": "unit", "unit_name": "Thôn 1", "expires_days": 7}


def invite_asks_who_is_meant():
    assert run("invite")[0] == 2
    code, _, err = run("invite", "--as", "commune")
    assert code == 2 and "--unit-name" in err and not server.requests


def invite_prints_a_code_only_where_it_is_asked_for_and_below_the_line():
    line = "thidua:" + "AQEBAAEC" * 40
    server.answers[("POST", "/v1/invitations")] = (200, {"invitation": line})
    assert run("invite", "--as", "clerk")[1] == line + "\n"
    code, out, _ = run("invite", "--as", "clerk", "--qr")
    assert code == 0 and out.startswith(line + "\n\n") and "█" in out
    code, out, _ = run("invite", "--as", "clerk", "--qr", "--json")
    assert code == 0 and json.loads(out) == {"invitation": line}


def invite_writes_a_picture_and_writes_over_nothing():
    path = os.path.join(TMP, "code.svg")
    server.answers[("POST", "/v1/invitations")] = (200, {"invitation": "thidua:abc"})
    code, out, _ = run("invite", "--as", "clerk", "--qr-file", path)
    assert code == 0 and out == "thidua:abc\n"
    assert open(path, encoding="utf-8").read().startswith("<?xml") and os.stat(path).st_mode & 0o077 == 0
    server.requests.clear()
    code, _, err = run("invite", "--as", "clerk", "--qr-file", path)
    assert code == 5 and "there already" in err and not server.requests
    code, _, err = run("invite", "--as", "clerk", "--qr-file", os.path.join(TMP, "code.png"))
    assert code == 2 and ".svg" in err and not server.requests


def grant_sends_the_file_and_writes_the_answer():
    request, grant = os.path.join(TMP, "a.request"), os.path.join(TMP, "a.grant")
    with open(request, "wb") as f:
        f.write(bytes(range(256)))
    server.answers[("POST", "/v1/grants")] = (200, {"grant": "AAECAw", "name": "Thôn 1", "entries": 2})
    code, out, _ = run("grant", request, grant, "--as", "unit", "--unit-name", "Thôn 1")
    assert code == 0 and "Thôn 1" in out and grant in out
    assert open(grant, "rb").read() == bytes([0, 1, 2, 3]) and os.stat(grant).st_mode & 0o077 == 0
    body = server.body()
    assert body["as"] == "unit" and body["request"].startswith("AAECAwQF") and "=" not in body["request"]


def grant_asks_nothing_of_the_daemon_where_it_cannot_end_well():
    request, grant = os.path.join(TMP, "b.request"), os.path.join(TMP, "b.grant")
    for path in (request, grant):
        with open(path, "wb") as f:
            f.write(b"x")
    code, _, err = run("grant", request, grant, "--as", "clerk")
    assert code == 5 and "there already" in err and open(grant, "rb").read() == b"x"
    code, _, err = run("grant", os.path.join(TMP, "none"), os.path.join(TMP, "c.grant"), "--as", "clerk")
    assert code == 1 and "none" in err
    assert run("grant", request, os.path.join(TMP, "c.grant"))[0] == 2
    assert not server.requests
    refuse("POST", "/v1/grants", 403, code="auth", message="late", template="late", args=[])
    assert run("grant", request, os.path.join(TMP, "c.grant"), "--as", "clerk")[0] == 1
    assert not os.path.exists(os.path.join(TMP, "c.grant"))


def sync_waits_as_long_as_it_is_told():
    server.answers[("POST", "/v1/sync")] = (200, {"done": True})
    assert run("sync", "--wait", "5")[0] == 0 and server.body() == {"wait_s": 5}
    assert run("sync", "--wait", "soon")[0] == 2


def verify_exits_with_1_when_something_is_wrong():
    server.answers[("POST", "/v1/verify")] = (200, {
        "entries": 3, "logs": 1, "signatures": 1, "ok": False, "problems": ["entry 2: bad signature"]})
    code, out, _ = run("verify", "--rebuild")
    assert code == 1 and "bad signature" in out and server.body() == {"rebuild": True}
    server.answers[("POST", "/v1/verify")] = (200, {"ok": True, "problems": []})
    assert run("verify")[0] == 0


# --- language -----------------------------------------------------------------------------------

def usage_word(lang, env=None):
    out = run("--help", lang=lang, env=env)[1]
    return "vi" if "Cách dùng" in out else "en" if "Usage" in out else "?"


def vietnamese_is_spoken_where_the_locale_says_so_though_the_machine_has_no_such_locale():
    assert usage_word("vi_VN.UTF-8") == "vi"
    assert usage_word("vi") == "vi"


def english_is_spoken_where_the_locale_says_so():
    assert usage_word("en_US.UTF-8") == "en"
    assert usage_word("en_GB") == "en"


def without_a_language_vietnamese_is_spoken():
    assert usage_word(None) == "vi"
    assert usage_word("C") == "vi"
    assert usage_word("C.UTF-8") == "vi"
    assert usage_word("POSIX") == "vi"


def lc_all_goes_before_lc_messages_and_that_before_lang():
    assert usage_word("en_US.UTF-8", {"LC_MESSAGES": "vi_VN.UTF-8"}) == "vi"
    assert usage_word("vi_VN.UTF-8", {"LC_ALL": "en_US.UTF-8", "LC_MESSAGES": "vi_VN"}) == "en"
    assert usage_word("en_US.UTF-8", {"LC_ALL": ""}) == "en"


def a_link_that_went_away_is_said_in_words():
    server.answers[("GET", "/v1/peers")] = (200, {"peers": [
        {"name": "Tỉnh", "address": "h:1", "connected": False, "error": "the connection ended while start"}]})
    out = run("peers", lang="vi_VN.UTF-8")[1]
    assert "mất kết nối" in out and "ended" not in out, out


def numbers_have_a_comma_in_vietnamese_and_a_point_in_english():
    server.answers[("GET", "/v1/peers")] = (200, {"peers": [
        {"name": "Hub", "bytes_in": 1240000, "bytes_out": 5}]})
    assert "1,2 MB" in run("peers", lang="vi_VN.UTF-8")[1]
    assert "1.2 MB" in run("peers", lang="en_US.UTF-8")[1]


# -------------------------------------------------------------------------------------------------

def main():
    tests = [f for name, f in list(globals().items())
             if inspect.isfunction(f) and name not in ("run", "setup", "refuse", "missing", "command_names",
                                                         "usage_word", "main")]
    failed = 0
    print("1..%d" % len(tests))
    for number, test in enumerate(tests, 1):
        setup()
        try:
            test()
            print("ok %d - %s" % (number, test.__name__))
        except Exception as error:  # noqa: BLE001 - any failure is a failed test
            failed += 1
            print("not ok %d - %s" % (number, test.__name__))
            for line in ("%s: %s" % (type(error).__name__, error)).split("\n"):
                print("# " + line)
        sys.stdout.flush()
    server.close()
    os.system("rm -rf " + TMP)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
