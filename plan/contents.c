/* The items of the "nội dung" section, and who takes part. */
#include "config.h"

#include <string.h>

#include "plan/outline.h"
#include "plan/reader.h"
#include "plan/sentence.h"

/* ---- contents ---- */

static bool
is_labelled(const struct block *b)
{
    return b->label.kind != LABEL_NONE && b->label.kind != LABEL_DASH && b->label.kind != LABEL_PLUS
           && b->label.kind != LABEL_CAPS;
}

/* The section that lists what people compete in: the plainest heading wins, and of a heading that
 * names several things ("Thời gian, nội dung thi đua") the one of its parts. */
static size_t
find_section(const struct text *t)
{
    static const char *const first[] = {
        "nội dung thi đua", "nội dung phong trào thi đua", "nội dung phát động thi đua", NULL};
    static const char *const second[] = {
        "nội dung phong trào", "nội dung phát động", "nội dung thực hiện", "nội dung, nhiệm vụ",
        "nội dung trọng tâm", "nội dung và", "nội dung", NULL};
    static const char *const others[] = {
        "khen thưởng", "báo cáo", "hội nghị", "đại hội", "kiểm tra", "tuyên truyền", NULL};
    static const char *const mixed[] = {
        "thời gian", "đối tượng", "chủ đề", "mục đích", "mục tiêu", "phạm vi", "chỉ tiêu",
        "hình thức", NULL};
    size_t found = outline_find(t, 0, t->blocks_count, first, others);
    size_t end;

    if (found == SIZE_MAX)
        found = outline_find(t, 0, t->blocks_count, second, others);
    if (found == SIZE_MAX)
        found = outline_find(t, 0, t->blocks_count, first, NULL);
    if (found == SIZE_MAX)
        return found;
    end = outline_section_end(t, found);
    if (span_found(phrase_find_any(t, outline_heading(t, found), mixed, NULL))) {
        size_t inner = outline_find(t, found + 1, end, first, NULL);

        if (inner == SIZE_MAX)
            inner = outline_find(t, found + 1, end, second, others);
        if (inner != SIZE_MAX && t->blocks[inner].parent == found)
            return inner;
    }
    return found;
}

static void
add_content(struct reader *r, size_t i, bool labelled)
{
    const struct text *t = r->t;
    const struct block *b = &t->blocks[i];
    struct plan_content *item;

    READER_ADD(r, r->p->contents, item);
    if (item == NULL)
        return;
    item->label = labelled ? reader_text(r, b->label.text) : NULL;
    item->text =
        reader_text(r, (struct span){b->label.body, sentence_end(t, b->label.body, b->end)});
    item->line = reader_line(r, b->label.body < b->end ? b->label.body : b->at);
}

/* Without such a section: "Thứ nhất, …" behind a sentence that announces contents. */
static void
ordinal_contents(struct reader *r)
{
    const struct text *t = r->t;

    for (size_t i = 0; i < t->blocks_count; i++)
        if (t->blocks[i].zone == ZONE_BODY && t->blocks[i].label.kind == LABEL_ORDINAL)
            add_content(r, i, true);
}

void
read_contents(struct reader *r)
{
    const struct text *t = r->t;
    size_t head = find_section(t);
    size_t end;
    bool labelled = false;
    bool dashes = false;

    if (head == SIZE_MAX) {
        ordinal_contents(r);
        if (r->p->contents.count == 0)
            reader_ask(r, SIZE_MAX, N_("No section on the contents of the campaign was found."),
                       SPAN_NONE, SPAN_NONE);
        return;
    }
    end = outline_section_end(t, head);
    for (size_t i = head + 1; i < end; i++) {
        labelled |= is_labelled(&t->blocks[i]);
        dashes |= t->blocks[i].label.kind == LABEL_DASH;
    }
    for (size_t i = head + 1; i < end; i++) {
        const struct block *b = &t->blocks[i];

        if (labelled ? is_labelled(b)
            : dashes ? b->label.kind == LABEL_DASH
                     : b->label.kind == LABEL_NONE && !b->row && t->bytes[b->end - 1] != ':')
            add_content(r, i, labelled);
    }
}

/* ---- participants ---- */

/* "Tập thể gồm:", "Đối với cá nhân:" */
static bool
lead_kind(const struct text *t, struct span in, enum plan_kind *ret_kind, size_t *ret_end)
{
    static const char *const skips[] = {
        "đối với", "về", "các", "những", "đối tượng là", "đối tượng", NULL};
    static const char *const leads[] = {
        "tập thể", "cá nhân", "hộ gia đình", "hộ", "gia đình", NULL};
    static const enum plan_kind kinds[] = {PLAN_COLLECTIVE, PLAN_INDIVIDUAL, PLAN_HOUSEHOLD,
                                           PLAN_HOUSEHOLD, PLAN_HOUSEHOLD};
    size_t index = 0;
    size_t at = in.at;
    size_t stop = phrase_any_at(t, at, in.end, skips, NULL);
    size_t colon = phrase_find_mark(t, (struct span){in.at, in.end}, ":;");

    if (stop != 0)
        at = stop + 1;
    stop = phrase_any_at(t, at, in.end, leads, &index);
    if (stop == 0)
        return false;
    *ret_kind = kinds[index];
    if (colon < in.end && t->bytes[colon] == ':' && colon < in.at + 60) {
        *ret_end = colon + 1;
        return true;
    }
    at = phrase_at(t, stop + 1, in.end, "gồm");
    if (at == 0)
        at = phrase_at(t, stop + 1, in.end, "bao gồm");
    if (at == 0)
        at = phrase_at(t, stop + 1, in.end, "là");
    if (at == 0 && span_trim_end(t, (struct span){in.at, in.end}, ".:;").end != stop)
        return false;
    *ret_end = at != 0 ? at : in.end;
    return true;
}

static enum plan_kind
kind_by_words(const struct text *t, struct span s)
{
    static const char *const persons[] = {
        "cán bộ", "công chức", "đảng viên", "người", "học sinh", "sinh viên", "nông dân",
        "công nhân", "nhân dân", "chiến sĩ", "chiến sỹ", "cá nhân", "doanh nhân", "đoàn viên",
        "hội viên", "lao động", "trí thức", "viên chức", "giáo viên", "phụ nữ", "thanh niên",
        "cựu chiến binh", "sĩ quan", "quân nhân", "mọi", "già làng", "nghệ nhân", "đồng bào",
        "chức sắc", "tín đồ", "thành viên", "các tầng lớp", "đại biểu", "lãnh đạo", "khách mời",
        "điển hình", "nhân viên", "chuyên gia", "phóng viên", "nông hộ", "vận động viên",
        "đội viên", "thiếu nhi", "thiếu niên", "quần chúng", NULL};
    static const char *const skips[] = {
        "các", "những", "toàn thể", "tất cả", "mọi", "mỗi", "đội ngũ", NULL};
    size_t at = s.at;
    size_t stop;

    while (at < s.end && strchr("0123456789. ", t->bytes[at]) != NULL)
        at++; /* "150 đại biểu" */
    stop = phrase_any_at(t, at, s.end, skips, NULL);
    if (stop != 0)
        at = stop + 1;
    if (phrase_at(t, at, s.end, "hộ") != 0 || phrase_at(t, at, s.end, "gia đình") != 0)
        return PLAN_HOUSEHOLD;
    return phrase_any_at(t, at, s.end, persons, NULL) != 0 ? PLAN_INDIVIDUAL : PLAN_COLLECTIVE;
}

/* Without a closing remark in brackets, dots and commas. */
static struct span
bare_class(const struct text *t, struct span s)
{
    for (;;) {
        size_t end = s.end;

        s = span_trim(t, s, ".,;:-+ ");
        if (s.end > s.at && t->bytes[s.end - 1] == ')') {
            size_t open = s.end;

            while (open > s.at && t->bytes[open - 1] != '(')
                open--;
            if (open > s.at + 1)
                s.end = open - 1;
        }
        if (s.end == end || s.at >= s.end)
            return s;
    }
}

static void
add_classes(struct reader *r, struct span in, bool known, enum plan_kind kind)
{
    const struct text *t = r->t;

    while (in.at < in.end) {
        size_t stop = in.at;
        int depth = 0;
        struct span s;
        struct plan_participant *item;

        for (; stop < in.end && (t->bytes[stop] != ';' || depth > 0); stop++)
            depth += t->bytes[stop] == '(' ? 1 : t->bytes[stop] == ')' && depth > 0 ? -1 : 0;
        s = bare_class(t, (struct span){in.at, stop});
        in.at = stop + 1;
        if (s.at >= s.end)
            continue;
        READER_ADD(r, r->p->participants, item);
        if (item == NULL)
            return;
        item->kind = known ? kind : kind_by_words(t, s);
        item->text = reader_text(r, s);
        item->line = reader_line(r, s.at);
    }
}

void
read_participants(struct reader *r)
{
    static const char *const first[] = {
        "đối tượng thi đua", "đối tượng tham gia", "đối tượng áp dụng", "đối tượng thực hiện",
        "đối tượng phát động", "đối tượng và phạm vi", "phạm vi, đối tượng", "đối tượng, phạm vi",
        "phạm vi và đối tượng", "thành phần tham gia", "đối tượng", "thành phần", NULL};
    static const char *const others[] = {
        "khen thưởng", "hồ sơ", "dự hội nghị", "đại biểu", "tham dự", "tuyên truyền", "xét", NULL};
    static const char *const mixed[] = {
        "thời gian", "nội dung", "mục đích", "chủ đề", "hình thức", NULL};
    static const char *const remarks[] = {"bao gồm", "gồm", "là", NULL};
    const struct text *t = r->t;
    size_t head = outline_find(t, 0, t->blocks_count, first, others);
    size_t end;
    bool known = false;
    enum plan_kind kind = PLAN_COLLECTIVE;

    if (head == SIZE_MAX)
        return;
    end = outline_section_end(t, head);
    if (span_found(phrase_find_any(t, outline_heading(t, head), mixed, NULL))
        && t->blocks[head].rank < 45) {
        size_t inner = outline_find(t, head + 1, end, first, others);

        if (inner != SIZE_MAX && inner < end) {
            head = inner;
            end = outline_section_end(t, head);
        }
    }
    for (size_t i = head; i < end; i++) {
        const struct block *b = &t->blocks[i];
        struct span in = {i == head ? b->head_end : b->label.body, b->end};
        size_t stop = 0;
        enum plan_kind found;

        in = span_trim(t, in, ": ");
        if (b->row || in.at >= in.end)
            continue;
        stop = phrase_any_at(t, in.at, in.end, remarks, NULL);
        if (stop != 0)
            in.at = stop;
        if (lead_kind(t, in, &found, &stop)) {
            known = true;
            kind = found;
            in.at = stop;
        } else if (b->label.kind != LABEL_NONE && b->label.kind != LABEL_DASH
                   && b->label.kind != LABEL_PLUS) {
            known = false;
        }
        if (t->bytes[b->end - 1] == ':' && i + 1 < end)
            continue; /* a line that only announces the list */
        add_classes(r, in, known, kind);
    }
}
