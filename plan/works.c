/* Named works and projects with their milestones. */
#include "config.h"

#include <string.h>

#include "plan/quote.h"
#include "plan/reader.h"

static const char *const kinds[] = {
    "công trình", "dự án", "tiểu dự án", "hạng mục công trình", NULL};

static const char *const steps[] = {
    "khởi công", "khánh thành", "hoàn thành", "đưa vào sử dụng", "nghiệm thu", "thông xe",
    "bàn giao", "gắn biển", "khởi công xây dựng", "hoàn thiện", "thi công", "cơ bản hoàn thành",
    "đẩy nhanh tiến độ", NULL};

static const char *const times[] = {
    "vào dịp", "vào ngày", "vào tháng", "vào quý", "trước", "trong", "chậm nhất", "đến", "xong",
    "nhân dịp", "vào", "đúng dịp", "dịp", "chào mừng", "quý", "tháng", "năm", "ngày", NULL};

/* The first date of a piece; of two in brackets ("(02/9/1945 - 02/9/2023)") the second. */
static struct span
due_date(const struct text *t, struct span in, struct date *ret_date)
{
    struct date from;
    struct date to;
    struct span date = date_find(t, in, ret_date);
    struct span range = date_find_range(t, in, &from, &to);

    if (!span_found(range) || !span_found(date) || range.at > date.at)
        return date;
    *ret_date = to;
    return range;
}

/* Does the piece hold a name: a quotation, or a capital behind its first word? */
static bool
is_named(const struct text *t, struct span s, size_t behind)
{
    struct span rest = span_trim(t, (struct span){behind, s.end}, " :");

    if (rest.at >= rest.end || rest.end - rest.at > 300)
        return false;
    return span_upper(t, rest) || quote_opens(t, rest.at) != 0;
}

static void
add_work(struct reader *r, struct span name, struct span milestone, struct span due_in)
{
    struct plan_work *item;
    struct date due;
    struct span date = due_date(r->t, due_in, &due);

    name = span_trim(r->t, name, " ,:;.");
    for (size_t i = 0; i < r->p->works.count; i++)
        if (strlen(r->p->works.items[i].name) == name.end - name.at
            && memcmp(r->p->works.items[i].name, r->t->bytes + name.at, name.end - name.at) == 0)
            return;
    READER_ADD(r, r->p->works, item);
    if (item == NULL)
        return;
    item->name = reader_text(r, name);
    item->milestone = reader_text(r, milestone);
    item->due = span_found(date) ? reader_date(r, due, date) : NULL;
    item->line = reader_line(r, name.at);
    if (item->due == NULL)
        reader_ask(r, name.at, N_("By when is “{1}” to be ready? The text gives no date."), name,
                   SPAN_NONE);
}

/* The verb phrase of a milestone, without "phấn đấu" before and the time behind. */
static struct span
milestone_in(const struct text *t, struct span in)
{
    struct span verb = phrase_find_any(t, in, steps, NULL);
    struct span time;
    size_t end;

    if (!span_found(verb))
        return SPAN_NONE;
    time = phrase_find_any(t, (struct span){verb.end, in.end}, times, NULL);
    end = phrase_find_mark(t, (struct span){verb.end, in.end}, ".;(");
    if (span_found(time) && time.at < end)
        end = time.at;
    return span_trim_end(t, (struct span){verb.at, end}, ", ");
}

/* "- Công trình Trường Tiểu học X: phấn đấu khánh thành … vào dịp …" */
static bool
work_of_block(struct reader *r, const struct block *b)
{
    const struct text *t = r->t;
    size_t kind = phrase_any_at(t, b->label.body, b->end, kinds, NULL);
    size_t colon;
    struct span verb;
    struct span name;
    struct span rest;

    if (kind == 0 || !is_named(t, (struct span){b->label.body, b->end}, kind))
        return false;
    colon = phrase_find_mark(t, (struct span){kind, b->end}, ":;");
    verb = phrase_find_any(t, (struct span){kind, b->end}, steps, NULL);
    name = (struct span){b->label.body, colon};
    if (span_found(verb) && verb.at < colon)
        name.end = verb.at;
    if (name.end == b->end) {
        static const char *const ends[] = {"phấn đấu", "dự kiến", "tại", NULL};
        struct span end = phrase_find_any(t, name, ends, NULL);

        name.end = span_found(end) ? end.at : phrase_find_mark(t, name, "(,.;");
    } else {
        static const char *const fills[] = {"phấn đấu", "dự kiến", NULL};
        struct span fill = phrase_find_last(t, name, fills, NULL);

        name.end = span_found(fill) && fill.end + 1 >= name.end ? fill.at : name.end;
    }
    rest = (struct span){name.end, b->end};
    add_work(r, name, milestone_in(t, rest), rest);
    return true;
}

/* "khởi công công trình Đường liên thôn …", "hoàn thành dự án “…” trước ngày …" */
static void
works_in(struct reader *r, struct span in)
{
    static const char *const fills[] = {
        "xây dựng", "và đưa vào sử dụng", "đưa vào sử dụng", "các hạng mục", "thi công", "01", "02",
        NULL};
    const struct text *t = r->t;

    for (size_t at = in.at; at < in.end; at = phrase_next_word(t, at, in.end)) {
        size_t verb = phrase_any_at(t, at, in.end, steps, NULL);
        size_t next = verb + 1;
        size_t kind;
        struct span name;
        struct span time;
        size_t fill;

        if (verb == 0)
            continue;
        fill = phrase_any_at(t, next, in.end, fills, NULL);
        if (fill != 0)
            next = fill + 1;
        kind = phrase_any_at(t, next, in.end, kinds, NULL);
        if (kind == 0 || !is_named(t, (struct span){next, in.end}, kind))
            continue;
        name = (struct span){next, phrase_find_mark(t, (struct span){kind, in.end}, ",;.(")};
        time = phrase_find_any(t, (struct span){kind, name.end}, times, NULL);
        if (span_found(time))
            name.end = time.at;
        add_work(
            r, name, (struct span){at, verb},
            (struct span){name.end, phrase_find_mark(t, (struct span){name.end, in.end}, ";")});
        at = name.end > at ? name.end - 1 : at;
    }
}

void
read_works(struct reader *r)
{
    const struct text *t = r->t;

    for (size_t i = 0; i < t->blocks_count; i++) {
        const struct block *b = &t->blocks[i];

        if (b->zone != ZONE_BODY || b->row || work_of_block(r, b))
            continue;
        for (size_t k = b->sentence; k < b->sentence + b->sentences; k++)
            works_in(r, (struct span){t->sentences[k].at, t->sentences[k].end});
    }
}
