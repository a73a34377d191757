/* Record types of the work: registrations, milestones, progress, reports, measurements, reminders
 * and receipts. They live in the inner space of the unit that they concern; `unit` owns them, so
 * that a unit's operator may write his own. Two people who enter the same report or measurement
 * apart meet in one record. References in keys lead to campaign, report_route, indicator,
 * registration and unit, none of which is keyed; a plan's records stand in the launcher's outer
 * space and are named from here by global id. */
#include "config.h"

#include "protocol/registry_table.h"

#define WORK_RECORD(TYPE, nm, vi, en, shown, list, ...)                                            \
    const struct registry_record registry_##nm = {                                                 \
        .type = TYPE, .name = #nm, .label_vi = vi, .label_en = en, .home = HOME_INNER,             \
        .title = shown, .fields = list, __VA_ARGS__                                                \
    }

/* How it came: lateness goes by `received_on`, the time of entry stays visible beside it. */
#define F_CHANNEL(id) F_CHOICE(id, "channel", "Hình thức nhận", "Channel", 0, choices_channel)
#define F_INFORMANT(id) F_NAME(id, "informant", "Người báo", "Informant", FIELD_PERSONAL)
#define F_RECEIVED_ON(id) F_DATE(id, "received_on", "Ngày nhận", "Received on", 0)

static const struct registry_choice choices_registration_kind[] = {
    {1, "model", "mô hình", "model"},
    {2, "work", "công trình", "work"},
    {3, "task", "phần việc", "task"},
    {4, "initiative", "sáng kiến", "initiative"},
    {0, NULL, NULL, NULL},
};

static const struct registry_choice choices_registration_state[] = {
    {1, "draft", "nháp", "draft"},
    {2, "sent", "gửi", "sent"},
    {3, "confirmed", "xác nhận", "confirmed"},
    {4, "returned", "trả lại", "returned"},
    {5, "done", "hoàn thành", "done"},
    {6, "not_done", "không hoàn thành", "not done"},
    {7, "carried_over", "chuyển tiếp", "carried over"},
    {8, "withdrawn", "rút", "withdrawn"},
    {0, NULL, NULL, NULL},
};

static const struct registry_field registration_fields[] = {
    F_REF(1, "campaign", "Phong trào", "Campaign", FIELD_UP, RECORD_CAMPAIGN),
    F_REF(2, "unit", "Đơn vị", "Unit", FIELD_OWN, RECORD_UNIT),
    F_CHOICE(3, "kind", "Loại đăng ký", "Kind", FIELD_REQUIRED, choices_registration_kind),
    F_TEXT(4, "title", "Tên mô hình, công trình, phần việc", "Title", FIELD_REQUIRED),
    F_LONG(5, "description", "Mô tả", "Description"),
    F_CHOICE(6, "state", "Trạng thái", "State", FIELD_INDEXED, choices_registration_state),
    F_CHANNEL(7),
    F_INFORMANT(8),
    F_RECEIVED_ON(9),
    F_REF(10, "obligation", "Theo yêu cầu", "Obligation", FIELD_INDEXED, RECORD_OBLIGATION),
    F_DATE(11, "due", "Dự kiến hoàn thành", "Planned completion", 0),
    F_DATE(12, "done_on", "Ngày hoàn thành", "Done on", 0),
    F_LONG(13, "result", "Kết quả", "Result"),
    F_TEXT(14, "reason", "Lý do", "Reason", 0), /* of a return, a withdrawal, a carry-over */
    F_NAME(15, "responsible", "Người phụ trách", "Responsible", FIELD_PERSONAL),
    F_INT(16, "budget", "Kinh phí (đồng)", "Budget (đồng)", 0, 0, INT64_MAX),
    F_DATE(17, "confirmed_on", "Ngày xác nhận", "Confirmed on", 0),
    F_REF(18, "carried_to", "Chuyển tiếp sang", "Carried over to", FIELD_INDEXED, RECORD_CAMPAIGN),
    F_REF(19, "same_as", "Trùng với", "Same as", FIELD_INDEXED, RECORD_REGISTRATION),
    F_REF(20, "named_work", "Công trình của kế hoạch", "Named work", FIELD_INDEXED,
          RECORD_NAMED_WORK),
    F_FILE(21, "file", "Bản đăng ký", "File"),
    F_DATE(22, "sent_on", "Ngày gửi", "Sent on", 0),
    {.id = 0},
};
WORK_RECORD(RECORD_REGISTRATION, registration, "đăng ký", "registration", "title",
            registration_fields, .writers = WRITERS_UNIT);

static const struct registry_field registration_campaign_fields[] = {
    F_REF(1, "registration", "Đăng ký", "Registration", FIELD_ID, RECORD_REGISTRATION),
    F_REF(2, "campaign", "Phong trào", "Campaign", FIELD_ID, RECORD_CAMPAIGN),
    F_REF(3, "unit", "Đơn vị", "Unit", FIELD_ID | FIELD_OWNER, RECORD_UNIT),
    F_REF(4, "obligation", "Theo yêu cầu", "Obligation", FIELD_INDEXED, RECORD_OBLIGATION),
    {.id = 0},
};
WORK_RECORD(RECORD_REGISTRATION_CAMPAIGN, registration_campaign, "đăng ký tính thêm cho phong trào",
            "registration in a further campaign", NULL, registration_campaign_fields,
            .writers = WRITERS_UNIT);

/* `subject` is a registration or a named work; a work of the plan that is still nobody's has no
 * unit. */
static const struct registry_field milestone_fields[] = {
    F_REF(1, "subject", "Đăng ký hoặc công trình", "Registration or work", FIELD_UP, 0),
    F_REF(2, "unit", "Đơn vị", "Unit", FIELD_OWNER | FIELD_INDEXED, RECORD_UNIT),
    F_TEXT(3, "name", "Tên mốc", "Name", FIELD_REQUIRED),
    F_DATE(4, "due", "Hạn", "Due", FIELD_INDEXED),
    F_DATE(5, "done", "Ngày xong", "Done", 0),
    F_TEXT(6, "note", "Ghi chú", "Note", 0),
    F_LINE(7),
    {.id = 0},
};
WORK_RECORD(RECORD_MILESTONE, milestone, "mốc", "milestone", "name", milestone_fields,
            .writers = WRITERS_UNIT);

static const struct registry_field progress_fields[] = {
    F_REF(1, "subject", "Đăng ký hoặc công trình", "Registration or work", FIELD_UP, 0),
    F_REF(2, "unit", "Đơn vị", "Unit", FIELD_OWNER | FIELD_INDEXED, RECORD_UNIT),
    F_DATE(3, "date", "Ngày", "Date", FIELD_REQUIRED | FIELD_INDEXED),
    F_DECIMAL(4, "percent", "Tỷ lệ hoàn thành (%)", "Percent done", 0, 100),
    F_LONG(5, "note", "Ghi chú", "Note"),
    F_REF(6, "milestone", "Mốc", "Milestone", FIELD_INDEXED, RECORD_MILESTONE),
    F_CHANNEL(7),
    F_INFORMANT(8),
    F_RECEIVED_ON(9),
    F_FILE(10, "file", "Ảnh, tệp kèm theo", "File"),
    {.id = 0},
};
WORK_RECORD(RECORD_PROGRESS, progress, "tiến độ", "progress", "note", progress_fields,
            .writers = WRITERS_UNIT, .grow_only = true);

static const struct registry_choice choices_report_state[] = {
    {1, "draft", "nháp", "draft"},
    {2, "sent", "gửi", "sent"},
    {3, "received", "nhận", "received"},
    {4, "aggregated", "tổng hợp", "aggregated"},
    {5, "returned", "trả lại", "returned"},
    {0, NULL, NULL, NULL},
};

/* `period` is a date of the period's precision; for a weekly route the day on which it falls due,
 * such as the Friday. `figures`: one a line, "name = value". */
static const struct registry_field report_fields[] = {
    F_REF(1, "route", "Chế độ báo cáo", "Route", FIELD_ID, RECORD_REPORT_ROUTE),
    F_REF(2, "unit", "Đơn vị", "Unit", FIELD_ID | FIELD_OWNER, RECORD_UNIT),
    F_DATE(3, "period", "Kỳ báo cáo", "Period", FIELD_KEY | FIELD_REQUIRED | FIELD_INDEXED),
    F_CHOICE(4, "nil", "Không phát sinh", "Nil report", 0, choices_yes_no),
    F_LONG(5, "text", "Nội dung", "Text"),
    F_LONG(6, "figures", "Số liệu", "Figures"),
    F_CHOICE(7, "state", "Trạng thái", "State", FIELD_INDEXED, choices_report_state),
    F_DATE(8, "sent_on", "Ngày gửi", "Sent on", 0),
    F_RECEIVED_ON(9),
    F_NAME(10, "received_by", "Người nhận", "Received by", FIELD_PERSONAL),
    F_CHANNEL(11),
    F_INFORMANT(12),
    F_TIME(13, "sent_at", "Gửi lúc", "Sent at", 0),
    F_TIME(14, "received_at", "Nhận lúc", "Received at", 0),
    F_DATE(15, "forwarded_on", "Ngày chuyển tiếp", "Forwarded on",
           0), /* by the `via` of the route */
    F_NAME(16, "forwarded_by", "Người chuyển tiếp", "Forwarded by", FIELD_PERSONAL),
    F_CODE(17, "number", "Số, ký hiệu", "Number", 0),
    F_NAME(18, "signer_name", "Người ký", "Signer", 0),
    F_TEXT(19, "reason", "Lý do", "Reason", 0), /* of a return or of lateness */
    F_REF(20, "merged_into", "Đã tổng hợp vào", "Merged into", FIELD_INDEXED, RECORD_REPORT),
    F_FILE(21, "file", "Tệp báo cáo", "File"),
    {.id = 0},
};
WORK_RECORD(RECORD_REPORT, report, "báo cáo", "report", NULL, report_fields,
            .writers = WRITERS_UNIT);

static const struct registry_field measurement_fields[] = {
    F_REF(1, "indicator", "Chỉ tiêu", "Indicator", FIELD_ID, RECORD_INDICATOR),
    F_REF(2, "unit", "Đơn vị", "Unit", FIELD_ID | FIELD_OWNER, RECORD_UNIT),
    F_DATE(3, "period", "Kỳ", "Period", FIELD_KEY | FIELD_REQUIRED | FIELD_INDEXED),
    F_DECIMAL(4, "value", "Giá trị", "Value", 0, 0),
    F_NAME(5, "rank", "Xếp loại", "Rank", 0),
    F_TEXT(6, "source", "Nguồn số liệu", "Source", 0),
    F_TEXT(7, "reason", "Lý do điều chỉnh", "Reason of a correction", 0),
    F_CHANNEL(8),
    F_INFORMANT(9),
    F_RECEIVED_ON(10),
    {.id = 0},
};
WORK_RECORD(RECORD_MEASUREMENT, measurement, "số liệu", "measurement", NULL, measurement_fields,
            .writers = WRITERS_UNIT);

/* `duty` is an obligation or a report_route; `period` says which report of a route is meant. The
 * answer comes later and is then put once; the unit itself may give it. */
static const struct registry_field reminder_fields[] = {
    F_REF(1, "unit", "Đơn vị", "Unit", FIELD_OWN, RECORD_UNIT),
    F_REF(2, "duty", "Yêu cầu hoặc chế độ báo cáo", "Obligation or route", FIELD_INDEXED, 0),
    F_REF(3, "campaign", "Phong trào", "Campaign", FIELD_INDEXED, RECORD_CAMPAIGN),
    F_DATE(4, "period", "Kỳ báo cáo", "Period", 0),
    F_CHANNEL(5),
    F_DATE(6, "date", "Ngày đôn đốc", "Date", FIELD_REQUIRED | FIELD_INDEXED),
    F_LONG(7, "text", "Nội dung", "Text"),
    F_TEXT(8, "answer", "Trả lời", "Answer", 0),
    F_DATE(9, "answered_on", "Ngày trả lời", "Answered on", 0),
    F_NAME(10, "by", "Người đôn đốc", "By", FIELD_PERSONAL),
    F_NAME(11, "answered_by", "Người trả lời", "Answered by", FIELD_PERSONAL),
    {.id = 0},
};
WORK_RECORD(RECORD_REMINDER, reminder, "đôn đốc", "reminder", "text", reminder_fields,
            .writers = WRITERS_UNIT | ROLE_REVIEWER, .grow_only = true);

static const struct registry_choice choices_outcome[] = {
    {1, "received", "đã nhận", "received"},
    {2, "confirmed", "xác nhận", "confirmed"},
    {3, "aggregated", "tổng hợp", "aggregated"},
    {4, "returned", "trả lại", "returned"},
    {5, "forwarded", "chuyển tiếp", "forwarded"},
    {0, NULL, NULL, NULL},
};

/* That a unit has received the plan (`subject` a recipient or a campaign), or that the level above
 * has received, confirmed, returned or merged what a unit sent (a report, a registration). It
 * confirms, so the unit itself does not write it. */
static const struct registry_field receipt_fields[] = {
    F_REF(1, "subject", "Nhận cái gì", "Of what", FIELD_UP, 0),
    F_REF(2, "unit", "Đơn vị", "Unit", FIELD_UP | FIELD_SET_ONCE, RECORD_UNIT),
    F_CHOICE(3, "outcome", "Kết quả", "Outcome", FIELD_REQUIRED, choices_outcome),
    F_DATE(4, "received_on", "Ngày nhận", "Received on", FIELD_INDEXED),
    F_TIME(5, "received_at", "Nhận lúc", "Received at", 0),
    F_NAME(6, "by", "Người nhận", "By", FIELD_PERSONAL),
    F_CHANNEL(7),
    F_TEXT(8, "reason", "Lý do", "Reason", 0), /* of a return: "thiếu biểu" */
    F_REF(9, "into", "Tổng hợp vào", "Merged into", FIELD_INDEXED, 0),
    {.id = 0},
};
WORK_RECORD(RECORD_RECEIPT, receipt, "nhận văn bản", "receipt", NULL, receipt_fields,
            .writers = WRITERS_OFFICE | ROLE_REVIEWER, .grow_only = true);
