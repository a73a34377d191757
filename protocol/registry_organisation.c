/* Record types of the organisation: units, their links, people, households, operators.
 * A unit that moves, merges or is renamed keeps its record; codes are attributes and never keys. A
 * person or household may move, so the unit that keeps its record (the owner) is a field of its
 * own. References in keys lead to `unit`, which is not keyed.
 * Source: doc/protocol.md, "Registry". */
#include "config.h"

#include "protocol/registry_table.h"

static const struct registry_choice choices_sex[] = {
    {1, "male", "nam", "male"},
    {2, "female", "nữ", "female"},
    {0, NULL, NULL, NULL},
};

static const struct registry_field unit_fields[] = {
    F_NAME(1, "name", "Tên đơn vị", "Name", FIELD_REQUIRED | FIELD_INDEXED),
    F_CODE(2, "code", "Mã ngắn", "Short code", FIELD_INDEXED),
    F_CHOICE(3, "kind", "Loại đơn vị", "Kind", 0, choices_unit_kind),
    F_NAME(4, "head", "Người đứng đầu", "Head", FIELD_PERSONAL),
    F_CODE(5, "phone", "Điện thoại", "Telephone", FIELD_PERSONAL),
    F_CODE(6, "official_code", "Mã hành chính", "Official code", FIELD_INDEXED),
    F_NAME(7, "code_scheme", "Bảng mã hành chính", "Code scheme", 0),
    F_DATE(8, "active_from", "Hoạt động từ", "Active from", 0),
    F_DATE(9, "active_to", "Hoạt động đến", "Active until", 0),
    F_REF(10, "successor", "Đơn vị kế thừa", "Successor", FIELD_INDEXED, RECORD_UNIT),
    F_NAME(11, "other_names", "Tên gọi khác", "Other names", 0),
    F_TEXT(12, "note", "Ghi chú", "Note", 0),
    {.id = 0},
};

const struct registry_record registry_unit = {
    .type = RECORD_UNIT, .name = "unit", .label_vi = "đơn vị", .label_en = "unit",
    .home = HOME_INNER, .writers = WRITERS_OFFICE, .title = "name", .fields = unit_fields,
};

static const struct registry_field unit_link_fields[] = {
    F_REF(1, "child", "Đơn vị trực thuộc", "Subordinate unit", FIELD_ID, RECORD_UNIT),
    F_CHOICE(2, "line", "Hệ thống", "Line", FIELD_KEY | FIELD_REQUIRED, choices_line),
    F_DATE(3, "from", "Từ ngày", "From", FIELD_KEY | FIELD_REQUIRED),
    F_REF(4, "parent", "Đơn vị cấp trên", "Superior unit", FIELD_UP, RECORD_UNIT),
    F_DATE(5, "to", "Đến ngày", "Until", 0),
    {.id = 0},
};

const struct registry_record registry_unit_link = {
    .type = RECORD_UNIT_LINK,
    .name = "unit_link",
    .label_vi = "trực thuộc",
    .label_en = "subordination",
    .home = HOME_INNER,
    .writers = WRITERS_OFFICE,
    .title = NULL,
    .fields = unit_link_fields,
};

static const struct registry_field person_fields[] = {
    F_NAME(1, "full_name", "Họ và tên", "Full name",
           FIELD_REQUIRED | FIELD_INDEXED | FIELD_PERSONAL),
    F_DATE(2, "birth_date", "Ngày sinh", "Date of birth", FIELD_PERSONAL),
    F_CHOICE(3, "sex", "Giới tính", "Sex", FIELD_PERSONAL, choices_sex),
    F_REF(4, "unit", "Đơn vị", "Unit", FIELD_INDEXED, RECORD_UNIT),
    F_NAME(5, "position", "Chức vụ, công việc", "Position", 0),
    F_CODE(6, "phone", "Điện thoại", "Telephone", FIELD_PERSONAL),
    F_CHOICE(7, "direct_labour", "Trực tiếp lao động", "Direct labour", 0, choices_yes_no),
    /* said by a person; the two records stay apart and are shown together */
    F_REF(8, "same_as", "Trùng với", "Same as", FIELD_INDEXED, RECORD_PERSON),
    F_REF(9, "owner_unit", "Đơn vị lập hồ sơ", "Kept by", FIELD_OWNER | FIELD_INDEXED, RECORD_UNIT),
    F_TEXT(10, "note", "Ghi chú", "Note", 0),
    {.id = 0},
};

const struct registry_record registry_person = {
    .type = RECORD_PERSON, .name = "person", .label_vi = "cá nhân", .label_en = "person",
    .home = HOME_INNER, .writers = WRITERS_UNIT, .title = "full_name", .fields = person_fields,
};

static const struct registry_field household_fields[] = {
    F_NAME(1, "head", "Chủ hộ", "Head", FIELD_REQUIRED | FIELD_INDEXED | FIELD_PERSONAL),
    F_REF(2, "head_person", "Hồ sơ chủ hộ", "Record of the head", FIELD_INDEXED, RECORD_PERSON),
    F_NAME(3, "address", "Địa chỉ", "Address", FIELD_PERSONAL),
    F_REF(4, "unit", "Thôn, tổ dân phố", "Unit", FIELD_INDEXED, RECORD_UNIT),
    F_INT(5, "members_count", "Số nhân khẩu", "Members", 0, 1, 1000),
    F_REF(6, "same_as", "Trùng với", "Same as", FIELD_INDEXED, RECORD_HOUSEHOLD),
    F_REF(7, "owner_unit", "Đơn vị lập hồ sơ", "Kept by", FIELD_OWNER | FIELD_INDEXED, RECORD_UNIT),
    F_TEXT(8, "note", "Ghi chú", "Note", 0),
    {.id = 0},
};

const struct registry_record registry_household = {
    .type = RECORD_HOUSEHOLD,
    .name = "household",
    .label_vi = "hộ gia đình",
    .label_en = "household",
    .home = HOME_INNER,
    .writers = WRITERS_UNIT,
    .title = "head",
    .fields = household_fields,
};

static const struct registry_field operator_fields[] = {
    F_NAME(1, "name", "Họ và tên", "Name", FIELD_REQUIRED | FIELD_INDEXED | FIELD_PERSONAL),
    F_NAME(2, "office", "Chức vụ", "Office", 0),
    F_REF(3, "unit", "Đơn vị", "Unit", FIELD_INDEXED, RECORD_UNIT),
    F_CODE(4, "login", "Tên đăng nhập", "Login", FIELD_INDEXED),
    F_CODE(5, "phone", "Điện thoại", "Telephone", FIELD_PERSONAL),
    F_DATE(6, "retired_on", "Thôi dùng từ", "Retired on", 0),
    F_REF(7, "successor", "Người nhận bàn giao", "Handed over to", 0, RECORD_OPERATOR),
    {.id = 0},
};

const struct registry_record registry_operator = {
    .type = RECORD_OPERATOR, .name = "operator", .label_vi = "người dùng", .label_en = "operator",
    .home = HOME_INNER, .writers = WRITERS_OFFICE, .title = "name", .fields = operator_fields,
};
