/* Contests, and the ceremonies, conferences, congresses and exhibitions that a plan orders. */
#include "config.h"

#include <string.h>

#include "plan/outline.h"
#include "plan/quote.h"
#include "plan/reader.h"

static const char *const contests[] = {"cuộc thi", "hội thi", "giải", NULL};

static const char *const sports[] = {
    "bóng", "cầu", "chạy", "việt dã", "thể thao", "cờ", "quần vợt", "thi đấu", "đua", "vô địch",
    "kéo co", "bơi", "điền kinh", "văn nghệ", "báo chí", "sáng tác", NULL};

static const char *const events[] = {
    "lễ", "hội nghị", "đại hội", "ngày hội", "trưng bày", "triển lãm", "hội chợ", "mít tinh",
    "tọa đàm", "gặp mặt", "hội thảo", "liên hoan", "hội diễn", "hội thao", "diễn đàn", "đêm hội",
    "chương trình giao lưu", "chương trình nghệ thuật", "hội trại", "hội báo xuân", NULL};

static const char *const orders[] = {
    "tổ chức", "tiến tới", "chuẩn bị", "cho", "mở", "khai mạc", "đăng cai", "phối hợp tổ chức",
    "phục vụ", "gắn với tổ chức", "dự kiến", "tiến hành", "việc tổ chức", "chủ trì", NULL};

static const char *const greetings[] = {
    "chào mừng", "hướng tới", "sau", "từ sau", "nghị quyết", "tuyên truyền", "tham gia", "tại",
    "thông qua", "theo", "kết quả", "thành công", "kế hoạch", "dự", "báo cáo", "các", "những",
    "chỉ tiêu", "văn kiện", "mỗi", "trước", "từ", NULL};

static const char *const name_stops[] = {
    "vào", "trong", "trước", "nhân dịp", "chậm nhất", "dự kiến", "ngày", "để", "nhằm", "tại",
    "tiến tới", "đảm bảo", "bảo đảm", "do", "theo", "được", "đến", "trên", "là", "giữa", "gắn với",
    "kết hợp", "và xét", "sẽ", "xong", "cuối", "từ", "vào ngày", "đúng", "qua", "bằng", "như",
    "chào mừng", "phải", "với những", "với các", NULL};

/* The end of a name: a mark, a word of time or place, or the next event; quotations stay whole. */
static size_t
name_end(const struct text *t, size_t at, size_t end, bool contest)
{
    for (at = phrase_next_word(t, at, end); at < end; at++) {
        size_t join;

        if (quote_opens(t, at) != 0) {
            struct span quote = quote_after(t, at, end);

            if (span_found(quote)) {
                at = quote.end;
                while (at < end && strchr(" ,;.:()", t->bytes[at]) == NULL)
                    at++;
                if (phrase_any_at(t, at + 1, end, name_stops, NULL) != 0 || contest)
                    return at;
            }
        }
        if (at >= end || strchr(",;.(:", t->bytes[at]) != NULL)
            return at;
        if (!phrase_word_start(t, at))
            continue;
        if (phrase_any_at(t, at, end, name_stops, NULL) != 0
            && !span_upper(t, (struct span){at, end}))
            return at;
        join = phrase_at(t, at, end, "và");
        if (join != 0 && (contest || phrase_any_at(t, join + 1, end, events, NULL) != 0))
            return at;
    }
    return end;
}

static bool
has_capital(const struct text *t, struct span s)
{
    for (size_t at = phrase_next_word(t, s.at, s.end); at < s.end;
         at = phrase_next_word(t, at, s.end))
        if (span_upper(t, (struct span){at, s.end}))
            return true;
    return false;
}

/* Only one among others ("các cuộc thi, hội thi"), or one already named ("tham gia cuộc thi"). */
static bool
is_generic(const struct text *t, struct span in, struct span name, size_t head_words)
{
    static const char *const many[] = {"các", "những", "một số", "nhiều", "kết quả", "mỗi", NULL};
    static const char *const rest[] = {
        "này", "trên", "đó", "và", "do", "của", "để", "cấp", "tìm hiểu,", NULL};
    struct span before = {name.at > in.at + 16 ? name.at - 16 : in.at, name.at};
    struct span word = phrase_find_last(t, before, many, NULL);
    size_t quote = name.at;

    while (quote < name.end && quote_opens(t, quote) == 0)
        quote++;
    if (quote < name.end)
        return false;
    if (span_found(word) && word.end + 1 >= name.at)
        return true;
    return span_words(t, name) <= head_words
           || phrase_any_at(t,
                            phrase_next_word(t, phrase_next_word(t, name.at, name.end), name.end),
                            name.end, rest, NULL)
                  != 0;
}

static void
contests_in(struct reader *r, struct span in)
{
    const struct text *t = r->t;

    for (size_t at = in.at; at < in.end; at = phrase_next_word(t, at, in.end)) {
        size_t index = 0;
        size_t stop = phrase_any_at(t, at, in.end, contests, &index);
        struct span name;
        struct plan_contest *item;
        const char *text;
        bool known = false;

        if (stop == 0 || phrase_at(t, stop + 1, in.end, "đua") != 0 /* "Đại hội Thi đua yêu nước" */
            || (index == 2 && phrase_any_at(t, stop + 1, in.end, sports, NULL) == 0))
            continue;
        name = span_trim(t, (struct span){at, name_end(t, at, in.end, true)}, " ,");
        if (is_generic(t, in, name, index == 2 ? 1 : 2))
            continue;
        text = reader_text(r, name);
        for (size_t i = 0; i < r->p->contests.count && text != NULL; i++) {
            const char *seen = r->p->contests.items[i].name;

            known |= strlen(seen) == strlen(text) && strcmp(seen + 2, text + 2) == 0;
            known |=
                strlen(seen) > strlen(text) && strncmp(seen + 2, text + 2, strlen(text) - 2) == 0;
        }
        if (!known && text != NULL) {
            READER_ADD(r, r->p->contests, item);
            if (item == NULL)
                return;
            item->name = text;
            item->line = reader_line(r, name.at);
        }
        at = name.end > at ? name.end - 1 : at;
    }
}

void
read_contests(struct reader *r)
{
    const struct text *t = r->t;

    if (span_found(r->own_title))
        contests_in(r, r->own_title);
    for (size_t i = 0; i < t->sentences_count; i++) {
        enum zone zone = t->blocks[t->sentences[i].block].zone;

        if (zone == ZONE_BODY || zone == ZONE_PREAMBLE)
            contests_in(r, (struct span){t->sentences[i].at, t->sentences[i].end});
    }
}

/* ---- events ---- */

/* The date of an event: the first behind its name; of a span its first day; brackets of an
 * anniversary
 * ("(02/9/1945 - 02/9/2025)") are none. */
static struct span
when_of(const struct text *t, struct span in, struct date *ret_date)
{
    while (in.at < in.end) {
        struct date to;
        struct span date = date_find(t, in, ret_date);
        struct span range;

        if (!span_found(date))
            return SPAN_NONE;
        range = date_find_range(t, in, ret_date, &to);
        if (span_found(range) && range.at <= date.at) {
            if (range.at == 0 || t->bytes[range.at - 1] != '(')
                return range;
            in.at = range.end;
            continue;
        }
        date = date_find(t, in, ret_date);
        if (ret_date->month != 0 || ret_date->quarter != 0)
            return date;
        in.at = date.end;
    }
    return SPAN_NONE;
}

static bool
is_known(struct reader *r, const char *text)
{
    for (size_t i = 0; i < r->p->events.count; i++) {
        const char *seen = r->p->events.items[i].name;
        size_t length = strlen(text) < strlen(seen) ? strlen(text) : strlen(seen);

        if (length > 4 && strncmp(seen + 3, text + 3, length - 3) == 0
            && (strlen(text) <= strlen(seen)))
            return true;
    }
    return false;
}

/* The word that governs a place: is the nearest one before it an order? */
static bool
is_ordered(const struct text *t, struct span in, size_t at, bool listed)
{
    struct span before = {at > in.at + 260 ? at - 260 : in.at, at};
    struct span order = phrase_find_last(t, before, orders, NULL);
    struct span greeting = phrase_find_last(t, before, greetings, NULL);

    if (span_found(greeting) && greeting.end + 1 >= at)
        return false;
    if (listed)
        return true;
    if (!span_found(order))
        return at == in.at;
    return !span_found(greeting) || order.at > greeting.at;
}

/* "… lần thứ VI năm 2025": the year is the time, not the name. */
static struct span
year_in_name(const struct text *t, struct span *name, struct date *ret_date)
{
    static const char *const years[] = {"năm", NULL};
    struct span word = phrase_find_last(t, *name, years, NULL);
    size_t stop = span_found(word) ? date_at(t, word.at, name->end, false, ret_date) : 0;

    if (stop == 0 || stop != name->end || ret_date->year == 0
        || span_words(t, (struct span){name->at, word.at}) < 3)
        return SPAN_NONE;
    name->end = word.at > 0 ? word.at - 1 : word.at;
    return (struct span){word.at, stop};
}

static void
events_in(struct reader *r, struct span in)
{
    const struct text *t = r->t;
    bool listed = false;
    size_t last_end = in.at;

    for (size_t at = in.at; at < in.end; at = phrase_next_word(t, at, in.end)) {
        size_t stop = phrase_any_at(t, at, in.end, events, NULL);
        struct span name;
        struct date when;
        struct span date;
        struct plan_event *item;
        const char *text;
        struct span gap;

        if (stop == 0)
            continue;
        gap = span_trim(t, (struct span){last_end, at}, " ,;");
        listed =
            listed && (span_words(t, gap) == 0 || phrase_at(t, gap.at, gap.end, "và") == gap.end);
        if (!is_ordered(t, in, at, listed)) {
            listed = false;
            continue;
        }
        name = span_trim(t, (struct span){at, name_end(t, at, in.end, false)}, " ,");
        date = when_of(
            t, (struct span){name.end, phrase_find_mark(t, (struct span){name.end, in.end}, ";")},
            &when);
        last_end = name.end;
        if (!span_found(date))
            date = year_in_name(t, &name, &when);
        if (span_words(t, name) < 3
            || (!has_capital(t, name) && !span_upper(t, name) && !span_found(date)
                && phrase_find_mark(t, name, "\"") == name.end)) {
            listed = span_words(t, name) >= 3;
            continue;
        }
        listed = true;
        text = reader_text(r, name);
        if (text == NULL || is_known(r, text))
            continue;
        READER_ADD(r, r->p->events, item);
        if (item == NULL)
            return;
        item->name = text;
        item->when = span_found(date) ? reader_date(r, when, date) : NULL;
        item->line = reader_line(r, name.at);
        at = name.end > at ? name.end - 1 : at;
    }
}

/* The plan of one conference states its day in a section of its own ("Thời gian, địa điểm"). */
static void
date_own_event(struct reader *r)
{
    static const char *const heads[] = {"thời gian", NULL};
    static const char *const others[] = {"thi đua", "nộp", "gửi", "báo cáo", "đăng ký", NULL};
    const struct text *t = r->t;
    struct plan_event *own = r->p->events.count > 0 ? &r->p->events.items[0] : NULL;
    size_t at = 0;

    if (own == NULL || own->when != NULL
        || phrase_at(t, r->own_title.at, r->own_title.end, "tổ chức") == 0)
        return;
    while ((at = outline_find(t, at, t->blocks_count, heads, others)) != SIZE_MAX) {
        size_t end = outline_section_end(t, at);
        struct date when;
        struct span date =
            when_of(t, (struct span){t->blocks[at].head_end, t->blocks[at].end}, &when);

        if (!span_found(date) && end == at + 2)
            date = when_of(t, (struct span){t->blocks[at + 1].at, t->blocks[at + 1].end}, &when);
        if (span_found(date)) {
            own->when = reader_date(r, when, date);
            return;
        }
        at++;
    }
}

void
read_events(struct reader *r)
{
    const struct text *t = r->t;

    if (span_found(r->own_title)) {
        events_in(r, r->own_title);
        date_own_event(r);
    }
    for (size_t i = 0; i < t->sentences_count; i++)
        if (t->blocks[t->sentences[i].block].zone == ZONE_BODY)
            events_in(r, (struct span){t->sentences[i].at, t->sentences[i].end});
}
