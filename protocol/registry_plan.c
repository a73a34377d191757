/* Record types of a plan: the campaign and what hangs on it. Words are kept as written; beside them
 * stand the units and numbers that a person mapped them to. Inner while the campaign is a draft,
 * outer once it is issued: `plan_parent` names the field that leads towards the campaign.
 * References in keys lead to campaign, obligation, report_route and unit: none is keyed. */
#include "config.h"

#include "protocol/registry_table.h"

#define PLAN_RECORD(TYPE, nm, vi, en, parent, shown, list)                                         \
    const struct registry_record registry_##nm = {                                                 \
        .type = TYPE, .name = #nm, .label_vi = vi, .label_en = en, .home = HOME_PLAN,              \
        .writers = WRITERS_OFFICE, .plan_parent = parent, .title = shown, .fields = list,          \
    }
#define F_CAMPAIGN(id) F_REF(id, "campaign", "Phong trào", "Campaign", FIELD_UP, RECORD_CAMPAIGN)
#define F_CAMPAIGN_ID(id) F_REF(id, "campaign", "Phong trào", "Campaign", FIELD_ID, RECORD_CAMPAIGN)

static const struct registry_choice choices_form[] = {
    {1, "regular", "thường xuyên", "regular"},
    {2, "thematic", "chuyên đề", "thematic"},
    {0, NULL, NULL, NULL},
};

static const struct registry_choice choices_campaign_state[] = {
    {1, "draft", "nháp", "draft"},
    {2, "issued", "đã ban hành", "issued"},
    {3, "running", "đang triển khai", "running"},
    {4, "ended", "đã kết thúc", "ended"},
    {5, "concluded", "đã tổng kết", "concluded"},
    {6, "archived", "lưu trữ", "archived"},
    {7, "withdrawn", "thu hồi", "withdrawn"},
    {0, NULL, NULL, NULL},
};

static const struct registry_field campaign_fields[] = {
    F_TEXT(1, "title", "Tên phong trào", "Title", FIELD_REQUIRED),
    F_CODE(2, "code", "Mã ngắn", "Short code", FIELD_INDEXED),
    F_TEXT(3, "theme", "Chủ đề", "Theme", 0),
    F_CHOICE(4, "form", "Hình thức tổ chức", "Form", 0, choices_form),
    F_NAME(5, "bears_name", "Tên gọi của đợt", "Name it bears", 0), /* "cao điểm", "đặc biệt" */
    F_REF(6, "launcher", "Đơn vị phát động", "Launcher", FIELD_INDEXED, RECORD_UNIT),
    F_NAME(7, "launcher_text", "Cơ quan ban hành", "Issuer as written", 0),
    F_DATE(8, "period_from", "Bắt đầu", "Start", 0),
    F_DATE(9, "period_to", "Kết thúc", "End", 0),
    F_TEXT(10, "period_text", "Thời gian nêu trong văn bản", "Period as written", 0),
    F_CODE(11, "number", "Số, ký hiệu", "Number", FIELD_INDEXED),
    F_DATE(12, "issued_on", "Ngày ban hành", "Issued on", 0),
    F_NAME(13, "place", "Nơi ban hành", "Place", 0),
    F_NAME(14, "signer_name", "Người ký", "Signer", 0),
    F_NAME(15, "signer_title", "Chức vụ người ký", "Title of the signer", 0),
    F_NAME(16, "signer_authority", "Thẩm quyền ký", "Authority of the signer", 0), /* "TM. UBND" */
    F_NAME(17, "type", "Loại văn bản", "Document type", 0),
    F_CHOICE(18, "state", "Trạng thái", "State", FIELD_INDEXED, choices_campaign_state),
    F_CHOICE(19, "command", "Hệ thống chỉ đạo", "Line of command", 0, choices_line),
    F_LINE(20),
    F_INT(21, "period_line", "Dòng nêu thời gian", "Line of the period", 0, 1, INT32_MAX),
    F_INT(22, "signer_line", "Dòng nêu người ký", "Line of the signer", 0, 1, INT32_MAX),
    F_LONG(23, "source_text", "Toàn văn", "Full text"),
    F_FILE(24, "source_file", "Tệp văn bản", "File of the text"),
    F_REF(25, "draft", "Bản nháp", "Issued from the draft", FIELD_INDEXED, RECORD_CAMPAIGN),
    F_REF(26, "copy_of", "Chép từ", "Copied from", FIELD_INDEXED, RECORD_CAMPAIGN),
    F_TEXT(27, "reason", "Lý do", "Reason", 0), /* of a withdrawal */
    F_DATE(28, "concluded_on", "Ngày tổng kết", "Concluded on", 0),
    F_TEXT(29, "note", "Ghi chú", "Note", 0),
    {.id = 0},
};

const struct registry_record registry_campaign = {
    .type = RECORD_CAMPAIGN,
    .name = "campaign",
    .label_vi = "phong trào thi đua",
    .label_en = "campaign",
    .home = HOME_PLAN,
    .writers = WRITERS_OFFICE,
    .title = "title",
    .fields = campaign_fields,
};

static const struct registry_field occasion_fields[] = {
    F_CAMPAIGN(1),
    F_TEXT(2, "text", "Dịp kỷ niệm", "Occasion", FIELD_REQUIRED),
    F_DATE(3, "from", "Từ ngày", "From", 0),
    F_DATE(4, "to", "Đến ngày", "To", 0),
    F_LINE(5),
    {.id = 0},
};
PLAN_RECORD(RECORD_OCCASION, occasion, "dịp kỷ niệm", "occasion", 1, "text", occasion_fields);

static const struct registry_field movement_fields[] = {
    F_CAMPAIGN_ID(1),
    F_NAME(2, "name", "Tên phong trào", "Name", FIELD_KEY | FIELD_REQUIRED),
    F_CHOICE(3, "level", "Cấp phát động", "Level", 0, choices_level),
    F_LINE(4),
    {.id = 0},
};
PLAN_RECORD(RECORD_MOVEMENT, movement, "phong trào lồng ghép", "movement", 1, "name",
            movement_fields);

static const struct registry_field legal_basis_fields[] = {
    F_CAMPAIGN_ID(1),
    F_INT(2, "position", "Thứ tự", "Position", FIELD_KEY | FIELD_REQUIRED, 1, 10000),
    F_TEXT(3, "text", "Căn cứ", "Text", FIELD_REQUIRED),
    F_CODE(4, "number", "Số, ký hiệu", "Number", 0),
    F_DATE(5, "date", "Ngày văn bản", "Date", 0),
    F_NAME(6, "issuer", "Cơ quan ban hành", "Issuer", 0),
    F_LINE(7),
    {.id = 0},
};
PLAN_RECORD(RECORD_LEGAL_BASIS, legal_basis, "căn cứ", "legal basis", 1, "text",
            legal_basis_fields);

/* `label` tells the item apart within its plan; where the text has no label, or bears one twice, it
 * is made up ("-3", "II.1") and `printed_label` holds what is printed, if anything is. */
static const struct registry_field content_item_fields[] = {
    F_CAMPAIGN_ID(1),
    F_CODE(2, "label", "Mục", "Label", FIELD_KEY | FIELD_REQUIRED),
    FIELD(3, "text", "Nội dung", "Text", VALUE_TEXT, .flags = FIELD_LONG | FIELD_REQUIRED),
    F_REF(4, "parent", "Mục cha", "Parent item", FIELD_INDEXED, RECORD_CONTENT_ITEM),
    F_INT(5, "position", "Thứ tự", "Position", 0, 1, 10000),
    F_CODE(6, "printed_label", "Mục nêu trong văn bản", "Label as printed", 0),
    F_LINE(7),
    {.id = 0},
};
PLAN_RECORD(RECORD_CONTENT_ITEM, content_item, "nội dung thi đua", "content item", 1, "text",
            content_item_fields);

static const struct registry_choice choices_class_kind[] = {
    {1, "collective", "tập thể", "collective"},
    {2, "individual", "cá nhân", "individual"},
    {3, "household", "hộ gia đình", "household"},
    {0, NULL, NULL, NULL},
};

static const struct registry_field participant_class_fields[] = {
    F_CAMPAIGN(1),
    F_CHOICE(2, "kind", "Loại đối tượng", "Kind", 0, choices_class_kind),
    F_TEXT(3, "text", "Mô tả", "Description", FIELD_REQUIRED),
    F_INT(4, "count", "Số lượng", "Count", 0, 0, INT32_MAX),
    F_LINE(5),
    {.id = 0},
};
PLAN_RECORD(RECORD_PARTICIPANT_CLASS, participant_class, "đối tượng thi đua", "participant class",
            1, "text", participant_class_fields);

static const struct registry_choice choices_action[] = {
    {1, "register", "đăng ký", "register"},
    {2, "report", "báo cáo", "report"},
    {3, "nominate", "đề nghị khen thưởng", "nominate"},
    {4, "enter", "tham gia cuộc thi", "enter"},
    {99, "other", "khác", "other"},
    {0, NULL, NULL, NULL},
};

/* `counts` names the kinds of registration that count, as on the API and parted by blanks: "model
 * work". */
static const struct registry_field obligation_fields[] = {
    F_CAMPAIGN(1),
    F_TEXT(2, "who", "Đơn vị nêu trong văn bản", "Who, as written", 0),
    F_TEXT(3, "what", "Việc phải làm", "What, as written", FIELD_REQUIRED),
    F_CHOICE(4, "action", "Loại yêu cầu", "Action", FIELD_INDEXED, choices_action),
    F_INT(5, "minimum", "Số tối thiểu", "Minimum", 0, 0, 1000000),
    F_NAME(6, "alternatives", "Tính bằng", "Counted in", 0), /* "mô hình hoặc công trình" */
    F_NAME(7, "counts", "Loại được tính", "Kinds that count", 0),
    F_DATE(8, "due", "Hạn", "Due", FIELD_INDEXED),
    F_CHOICE(9, "mapped", "Đã gán đủ đơn vị", "Mapped to units", 0, choices_yes_no),
    F_LONG(10, "text", "Nguyên văn", "Sentence as written"),
    F_LINE(11),
    {.id = 0},
};
PLAN_RECORD(RECORD_OBLIGATION, obligation, "yêu cầu", "obligation", 1, "what", obligation_fields);

static const struct registry_choice choices_duty_status[] = {
    {1, "must", "phải làm", "must"},
    {2, "extended", "gia hạn", "extended"},
    {3, "exempt", "miễn", "exempt"},
    {0, NULL, NULL, NULL},
};

/* `duty` is an obligation or a report_route; both stand in the campaign's space. */
static const struct registry_field obligation_unit_fields[] = {
    F_REF(1, "duty", "Yêu cầu hoặc chế độ báo cáo", "Obligation or route", FIELD_ID, 0),
    F_REF(2, "unit", "Đơn vị", "Unit", FIELD_ID, RECORD_UNIT),
    F_DATE(3, "due", "Hạn riêng", "Own due date", 0),
    F_CHOICE(4, "status", "Tình trạng", "Status", 0, choices_duty_status),
    F_DATE(5, "extended_to", "Gia hạn đến", "Extended to", 0),
    F_TEXT(6, "reason", "Lý do", "Reason", 0),
    F_INT(7, "minimum", "Số tối thiểu riêng", "Own minimum", 0, 0, 1000000),
    F_DATE(8, "decided_on", "Ngày quyết định", "Decided on", 0),
    {.id = 0},
};
PLAN_RECORD(RECORD_OBLIGATION_UNIT, obligation_unit, "nghĩa vụ của đơn vị", "duty of a unit", 1,
            NULL, obligation_unit_fields);

static const struct registry_choice choices_cadence[] = {
    {1, "weekly", "hàng tuần", "weekly"},
    {2, "monthly", "hàng tháng", "monthly"},
    {3, "quarterly", "hàng quý", "quarterly"},
    {4, "semiannual", "6 tháng", "every six months"},
    {5, "annual", "hàng năm", "yearly"},
    {6, "at_close", "khi kết thúc", "at close"},
    {7, "on_demand", "đột xuất", "on demand"},
    {8, "none", "không nêu", "none stated"},
    {0, NULL, NULL, NULL},
};

static const struct registry_choice choices_weekday[] = {
    {1, "monday", "thứ Hai", "Monday"},
    {2, "tuesday", "thứ Ba", "Tuesday"},
    {3, "wednesday", "thứ Tư", "Wednesday"},
    {4, "thursday", "thứ Năm", "Thursday"},
    {5, "friday", "thứ Sáu", "Friday"},
    {6, "saturday", "thứ Bảy", "Saturday"},
    {7, "sunday", "Chủ nhật", "Sunday"},
    {0, NULL, NULL, NULL},
};

/* When a report is due: weekly on `weekday`; otherwise on day `due_day` of the month that lies
 * `due_month_offset` months after the period's last one (0 = that month itself, so 15 with 0 is
 * 15/6 and 15/12 for a half-yearly route); `due` for a single date. None of them: no due date is
 * set, and nothing is late. */
static const struct registry_field report_route_fields[] = {
    F_CAMPAIGN(1),
    F_TEXT(2, "from_text", "Đơn vị báo cáo", "From, as written", 0),
    F_TEXT(3, "to_text", "Nơi nhận báo cáo", "To, as written", 0),
    F_TEXT(4, "via_text", "Qua", "Via, as written", 0),
    F_REF(5, "to", "Đơn vị nhận", "To", FIELD_INDEXED, RECORD_UNIT),
    F_REF(6, "via", "Đơn vị trung gian", "Via", FIELD_INDEXED, RECORD_UNIT),
    F_CHOICE(7, "cadence", "Định kỳ", "Cadence", 0, choices_cadence),
    F_CHOICE(8, "weekday", "Ngày trong tuần", "Weekday", 0, choices_weekday),
    F_DATE(9, "first_period", "Kỳ đầu", "First period", 0),
    F_DATE(10, "last_period", "Kỳ cuối", "Last period", 0),
    F_INT(11, "due_day", "Ngày nộp trong tháng", "Due day of the month", 0, 1, 31),
    F_INT(12, "due_month_offset", "Số tháng sau kỳ", "Months after the period", 0, -12, 12),
    F_DATE(13, "due", "Hạn nộp", "Due", FIELD_INDEXED),
    F_CHOICE(14, "mapped", "Đã gán đủ đơn vị", "Mapped to units", 0, choices_yes_no),
    F_LONG(15, "text", "Nguyên văn", "Sentence as written"),
    F_LINE(16),
    F_NAME(17, "name", "Tên báo cáo", "Name", 0),
    {.id = 0},
};
PLAN_RECORD(RECORD_REPORT_ROUTE, report_route, "chế độ báo cáo", "report route", 1, "name",
            report_route_fields);

static const struct registry_choice choices_accumulation[] = {
    {1, "period", "trong kỳ", "in the period"},
    {2, "cumulative", "lũy kế", "cumulative"},
    {0, NULL, NULL, NULL},
};

/* `figures`: one a line, "name | measure | period or cumulative"; without the last part the form's
 * own `accumulation` holds. Cumulative figures are never summed. */
static const struct registry_field report_form_fields[] = {
    F_REF(1, "route", "Chế độ báo cáo", "Route", FIELD_UP, RECORD_REPORT_ROUTE),
    F_NAME(2, "name", "Tên biểu, đề cương", "Name", 0),
    F_LONG(3, "headings", "Đề cương", "Headings"),
    F_LONG(4, "figures", "Biểu số liệu", "Figures"),
    F_CHOICE(5, "accumulation", "Cách tính số liệu", "Figures are", 0, choices_accumulation),
    F_FILE(6, "template", "Tệp mẫu", "Template"),
    F_LINE(7),
    {.id = 0},
};
PLAN_RECORD(RECORD_REPORT_FORM, report_form, "mẫu báo cáo", "report form", 1, "name",
            report_form_fields);

static const struct registry_choice choices_direction[] = {
    {1, "at_least", "từ trở lên", "at least"},
    {2, "at_most", "không quá", "at most"},
    {3, "exactly", "bằng", "exactly"},
    {0, NULL, NULL, NULL},
};

/* A target is a number (`target`) or a rank (`target_rank`) on `scale`: its ranks from the lowest
 * to the highest, parted by commas. */
static const struct registry_field indicator_fields[] = {
    F_CAMPAIGN(1),
    F_TEXT(2, "name", "Tên chỉ tiêu", "Name", FIELD_REQUIRED),
    F_CODE(3, "code", "Mã ngắn", "Short code", FIELD_INDEXED),
    F_NAME(4, "measure", "Đơn vị tính", "Unit of measure", 0),
    F_CHOICE(5, "direction", "So sánh", "Direction", 0, choices_direction),
    F_DECIMAL(6, "target", "Mục tiêu", "Target", 0, 0),
    F_NAME(7, "target_rank", "Mức xếp loại phải đạt", "Target rank", 0),
    F_NAME(8, "scale", "Thang xếp loại", "Scale of ranks", 0),
    F_DATE(9, "by", "Phải đạt vào", "By", 0),
    F_LONG(10, "text", "Nguyên văn", "Sentence as written"),
    F_LINE(11),
    {.id = 0},
};
PLAN_RECORD(RECORD_INDICATOR, indicator, "chỉ tiêu", "indicator", 1, "name", indicator_fields);

static const struct registry_choice choices_award_category[] = {
    {1, "title", "danh hiệu thi đua", "emulation title"},
    {2, "reward", "hình thức khen thưởng", "form of reward"},
    {0, NULL, NULL, NULL},
};

static const struct registry_field award_form_fields[] = {
    F_CAMPAIGN(1),
    F_TEXT(2, "form", "Hình thức", "Form", FIELD_REQUIRED),
    F_CHOICE(3, "category", "Loại", "Category", 0, choices_award_category),
    F_NAME(4, "authority", "Thẩm quyền", "Granting authority", 0),
    F_CHOICE(5, "level", "Cấp", "Level", 0, choices_level),
    F_INT(6, "quota", "Số lượng", "Quota", 0, 0, 1000000),
    F_TEXT(7, "subjects", "Đối tượng", "Subjects", 0),
    F_LINE(8),
    {.id = 0},
};
PLAN_RECORD(RECORD_AWARD_FORM, award_form, "danh hiệu, hình thức khen thưởng", "award form", 1,
            "form", award_form_fields);

/* One record for each unit that a council member looks after. `assignee` is a unit or a person. */
static const struct registry_field assignment_fields[] = {
    F_CAMPAIGN(1),
    F_TEXT(2, "assignee_text", "Giao cho (nguyên văn)", "Assignee as written", 0),
    F_REF(3, "assignee", "Giao cho", "Assignee", FIELD_INDEXED, 0),
    F_CODE(4, "label", "Mục", "Label", 0),
    F_LONG(5, "task", "Nhiệm vụ", "Task"),
    F_TEXT(6, "area", "Lĩnh vực phụ trách", "Field supervised", 0),
    F_REF(7, "supervised", "Đơn vị phụ trách", "Unit supervised", FIELD_INDEXED, RECORD_UNIT),
    F_NAME(8, "capacity", "Tư cách", "Capacity", 0), /* "ủy viên Hội đồng" */
    F_LINE(9),
    {.id = 0},
};
PLAN_RECORD(RECORD_ASSIGNMENT, assignment, "phân công", "assignment", 1, "assignee_text",
            assignment_fields);

/* The milestone that the plan itself states; further ones are `milestone` records. */
static const struct registry_field named_work_fields[] = {
    F_CAMPAIGN(1),
    F_TEXT(2, "name", "Tên công trình", "Name", FIELD_REQUIRED),
    F_CODE(3, "code", "Mã ngắn", "Short code", FIELD_INDEXED),
    F_REF(4, "owner", "Đơn vị thực hiện", "Carried out by", FIELD_INDEXED, RECORD_UNIT),
    F_NAME(5, "owner_text", "Đơn vị nêu trong văn bản", "Carried out by, as written", 0),
    F_TEXT(6, "milestone", "Mốc", "Milestone", 0),
    F_DATE(7, "due", "Hạn của mốc", "Due", FIELD_INDEXED),
    F_LONG(8, "description", "Mô tả", "Description"),
    F_LINE(9),
    {.id = 0},
};
PLAN_RECORD(RECORD_NAMED_WORK, named_work, "công trình của kế hoạch", "named work", 1, "name",
            named_work_fields);

static const struct registry_field recipient_fields[] = {
    F_CAMPAIGN(1),
    F_TEXT(2, "text", "Nơi nhận", "Recipient", FIELD_REQUIRED),
    /* null where several are meant */
    F_REF(3, "unit", "Đơn vị", "Unit", FIELD_INDEXED, RECORD_UNIT),
    F_INT(4, "position", "Thứ tự", "Position", 0, 1, 10000),
    F_INT(5, "count", "Số đơn vị", "Units meant", 0, 0, 100000),
    F_LINE(6),
    {.id = 0},
};
PLAN_RECORD(RECORD_RECIPIENT, recipient, "nơi nhận", "recipient", 1, "text", recipient_fields);

/* Numbers are text and given by people: equal ones warn, both stay. `series` is the issuer's own
 * row of numbers: type and year for the State, the term for the Party. A correction names what it
 * corrects. */
static const struct registry_field document_fields[] = {
    F_REF(1, "campaign", "Phong trào", "Campaign", FIELD_INDEXED, RECORD_CAMPAIGN),
    F_NAME(2, "type", "Loại văn bản", "Type", 0),
    F_CODE(3, "number", "Số, ký hiệu", "Number", FIELD_INDEXED),
    F_DATE(4, "date", "Ngày văn bản", "Date", 0),
    F_TEXT(5, "title", "Trích yếu", "Subject", 0),
    F_NAME(6, "issuer", "Cơ quan ban hành", "Issuer", 0),
    F_REF(7, "issuer_unit", "Đơn vị ban hành", "Issuing unit", FIELD_INDEXED, RECORD_UNIT),
    F_CODE(8, "series", "Sổ văn bản", "Series", FIELD_INDEXED),
    F_NAME(9, "signer_name", "Người ký", "Signer", 0),
    F_NAME(10, "signer_title", "Chức vụ người ký", "Title of the signer", 0),
    F_NAME(11, "signer_authority", "Thẩm quyền ký", "Authority of the signer", 0),
    F_FILE(12, "file", "Tệp văn bản", "File"),
    F_REF(13, "corrects", "Đính chính cho", "Corrects", FIELD_INDEXED, 0),
    F_LONG(14, "text", "Nội dung", "Text"),
    F_TEXT(15, "reason", "Lý do", "Reason", 0),
    {.id = 0},
};
PLAN_RECORD(RECORD_DOCUMENT, document, "văn bản", "document", 1, "title", document_fields);

static const struct registry_field plan_contest_fields[] = {
    F_CAMPAIGN(1),
    F_TEXT(2, "name", "Tên cuộc thi", "Name", FIELD_REQUIRED),
    F_TEXT(3, "organiser", "Đơn vị tổ chức", "Organiser", 0),
    F_DATE(4, "from", "Từ ngày", "From", 0),
    F_DATE(5, "to", "Đến ngày", "To", 0),
    F_CHOICE(6, "rated", "Tính vào xếp loại năm", "Counts in the year's rating", 0, choices_yes_no),
    F_LONG(7, "text", "Nguyên văn", "Sentence as written"),
    F_LINE(8),
    {.id = 0},
};
PLAN_RECORD(RECORD_PLAN_CONTEST, plan_contest, "cuộc thi trong kế hoạch", "contest of the plan", 1,
            "name", plan_contest_fields);

static const struct registry_choice choices_event_kind[] = {
    {1, "conference", "hội nghị", "conference"},
    {2, "congress", "đại hội", "congress"},
    {3, "ceremony", "lễ", "ceremony"},
    {4, "training", "tập huấn", "training"},
    {5, "review", "sơ kết", "interim review"},
    {6, "conclusion", "tổng kết", "conclusion"},
    {7, "exhibition", "triển lãm", "exhibition"},
    {8, "festival", "ngày hội", "festival"},
    {99, "other", "khác", "other"},
    {0, NULL, NULL, NULL},
};

static const struct registry_field plan_event_fields[] = {
    F_CAMPAIGN(1),
    F_TEXT(2, "name", "Tên sự kiện", "Name", FIELD_REQUIRED),
    F_CHOICE(3, "kind", "Loại sự kiện", "Kind", 0, choices_event_kind),
    F_DATE(4, "when", "Thời gian", "When", FIELD_INDEXED),
    F_TEXT(5, "place", "Địa điểm", "Place", 0),
    F_CHOICE(6, "level", "Cấp", "Level", 0, choices_level),
    F_CODE(7, "ordinal", "Lần thứ", "Ordinal", 0), /* "V" */
    F_LONG(8, "text", "Nguyên văn", "Sentence as written"),
    F_LINE(9),
    {.id = 0},
};
PLAN_RECORD(RECORD_PLAN_EVENT, plan_event, "sự kiện trong kế hoạch", "event of the plan", 1, "name",
            plan_event_fields);
