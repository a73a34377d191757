/* When the campaign runs, its theme, and the anniversaries that it marks. */
#include "config.h"

#include <string.h>

#include "plan/outline.h"
#include "plan/quote.h"
#include "plan/reader.h"

enum { STAGES_BYTES_MAX = 900 };

/* ---- period ---- */

static void
set_period(struct reader *r, struct span text, const struct date *from, const struct date *to)
{
    struct plan_period *p = &r->p->period;

    p->text = reader_text(r, text);
    p->from = from != NULL ? reader_date(r, *from, text) : NULL;
    p->to = to != NULL ? reader_date(r, *to, text) : NULL;
    p->line = reader_line(r, text.at);
    if (from != NULL && to != NULL && from->year != 0 && to->year != 0
        && date_compare(*from, *to) > 0)
        reader_ask(r, text.at,
                   N_("The period ends before it begins (“{1}”): which dates are right?"), text,
                   SPAN_NONE);
}

/* "Từ nay đến ngày 30/7/2023", "Từ ngày ký đến hết năm 2025", "từ nay đến Đại hội …" */
static bool
open_period(struct reader *r, struct span in)
{
    static const char *const starts[] = {
        "từ nay đến", "từ nay tới", "từ nay cho đến", "từ ngày ký đến", "từ ngày ký ban hành đến",
        "kể từ ngày ký đến", "từ khi ban hành đến", "từ ngày ban hành kế hoạch đến",
        "từ ngày ban hành đến", "từ khi phát động đến", "từ ngày phát động đến",
        "kể từ ngày ban hành kế hoạch đến", "kể từ ngày ban hành đến",
        "từ ngày ban hành kế hoạch này đến", "từ thời điểm ban hành kế hoạch đến", NULL};
    const struct text *t = r->t;
    struct span start = phrase_find_any(t, in, starts, NULL);
    struct date to;
    size_t at;
    size_t stop;

    if (!span_found(start))
        return false;
    at = start.end;
    while (at < in.end && t->low[at] == ' ')
        at++;
    stop = date_at(t, at, in.end, true, &to);
    if (stop != 0) {
        set_period(r, (struct span){start.at, stop}, NULL, &to);
        reader_ask(r, start.at,
                   N_("The campaign's first day is not stated (“{1}”): when does it begin?"),
                   (struct span){start.at, stop}, SPAN_NONE);
        return true;
    }
    stop = phrase_find_mark(t, (struct span){at, in.end}, ",.;:(");
    set_period(r, (struct span){start.at, stop}, NULL, NULL);
    reader_ask(r, start.at,
               N_("The campaign's dates are not stated (“{1}”): from when until when does it run?"),
               (struct span){start.at, stop}, SPAN_NONE);
    return true;
}

/* "từ ngày 01/8/2023 đến 15/12/2023", also "bắt đầu từ … và kết thúc ngày …" */
static bool
closed_period(struct reader *r, struct span in, bool also_bare)
{
    static const char *const ends[] = {"và kết thúc", ", kết thúc", "; kết thúc", "kết thúc", NULL};
    static const char *const fills[] = {"vào", "vào ngày", "trước", "đến", ":", NULL};
    const struct text *t = r->t;

    for (size_t at = in.at; at < in.end; at++) {
        size_t word = phrase_at(t, at, in.end, "từ");
        struct date from;
        struct date to;
        size_t stop;
        struct span close;

        if (word == 0 && !(also_bare && at == in.at))
            continue;
        stop = date_range_at(t, at, in.end, &from, &to);
        if (stop != 0 && to.year != 0) {
            set_period(r, (struct span){at, stop}, &from, &to);
            return true;
        }
        stop = word != 0 ? date_at(t, word + 1, in.end, false, &from) : 0;
        close = stop != 0 ? phrase_find_any(t, (struct span){stop, in.end}, ends, NULL) : SPAN_NONE;
        if (!span_found(close) || close.at > stop + 20)
            continue;
        word = phrase_any_at(t, close.end + 1, in.end, fills, NULL);
        stop = date_at(t, word != 0 ? word + 1 : close.end + 1, in.end, true, &to);
        if (stop != 0 && to.year != 0) {
            if (from.year == 0)
                from.year = to.year;
            set_period(r, (struct span){at, stop}, &from, &to);
            return true;
        }
    }
    return false;
}

/* "năm học 2023-2024", "giai đoạn 2021 - 2025", "năm 2023", "Quý II năm 2024", "6 tháng cuối năm
 * 2024" */
static bool
named_period(struct reader *r, struct span in)
{
    static const char *const spans[] = {"năm học", "giai đoạn", "nhiệm kỳ", NULL};
    const struct text *t = r->t;

    for (size_t at = in.at; at < in.end; at++) {
        size_t word;
        size_t stop;
        struct date from;
        struct date to;

        if (t->bytes[at] == '(') { /* a bracket holds the dates of an anniversary */
            at = phrase_find_mark(t, (struct span){at, in.end}, ")");
            continue;
        }
        if (!phrase_word_start(t, at))
            continue;
        word = phrase_any_at(t, at, in.end, spans, NULL);
        if (word != 0 && (stop = date_range_at(t, word + 1, in.end, &from, &to)) != 0) {
            set_period(r, (struct span){at, stop}, &from, &to);
            return true;
        }
        stop = date_at(t, at, in.end, false, &from);
        if (stop != 0 && from.year != 0 && from.day == 0) {
            set_period(r, (struct span){at, stop}, &from, &from);
            return true;
        }
    }
    return false;
}

static struct span
block_words(const struct text *t, size_t i)
{
    return (struct span){t->blocks[i].label.body, t->blocks[i].end};
}

/* "Đợt 1: từ … đến …", "Đợt 2: từ … đến …": the period is the whole of them.
 *   in   the piece with the first stage; the next ones follow up to block `end` */
static void
add_stages(struct reader *r, struct span in, size_t end)
{
    static const char *const stages[] = {
        "đợt 1", "đợt i", "đợt một", "giai đoạn 1", "giai đoạn i", "giai đoạn một", NULL};
    const struct text *t = r->t;
    struct plan_period *p = &r->p->period;
    size_t limit = end < t->blocks_count ? t->blocks[end].at : t->blocks[t->blocks_count - 1].end;
    struct date from;
    struct date to;
    struct span first = date_find_range(t, in, &from, &to);
    struct span last = first;

    if (!span_found(first) || phrase_any_at(t, in.at, in.end, stages, NULL) == 0)
        return;
    limit = limit > in.at + STAGES_BYTES_MAX ? in.at + STAGES_BYTES_MAX : limit;
    for (;;) {
        struct date later_from;
        struct date later;
        struct span next = date_find_range(t, (struct span){last.end, limit}, &later_from, &later);

        if (!span_found(next))
            break;
        last = next;
        to = date_compare(later, to) > 0 ? later : to;
    }
    p->to = reader_date(r, to, last);
    p->text = reader_text(r, (struct span){first.at, last.end});
}

/* Look through the section that `head` heads. */
static bool
period_in_section(struct reader *r, size_t head)
{
    const struct text *t = r->t;
    size_t end = outline_section_end(t, head);
    struct span words = block_words(t, head);

    for (size_t i = head; i < end; i++) {
        struct span in = block_words(t, i);

        if (i == head)
            in = span_trim(t, (struct span){t->blocks[i].head_end, in.end}, ": ");
        if (open_period(r, in))
            return true;
        if (closed_period(r, in, true)) {
            add_stages(r, in, end);
            return true;
        }
        if (i > head + 6)
            break;
    }
    if (t->blocks[head].head_end < words.end
        && named_period(r, (struct span){t->blocks[head].head_end, words.end}))
        return true;
    return head + 1 < end && t->blocks[head + 1].head_end == t->blocks[head + 1].label.body
           && t->blocks[head + 1].end - t->blocks[head + 1].at < 300
           && named_period(r, block_words(t, head + 1));
}

void
read_period(struct reader *r)
{
    static const char *const heads[] = {"thời gian", "thời hạn", "thời điểm", NULL};
    static const char *const others[] = {
        "nộp", "gửi", "báo cáo", "hồ sơ", "hội nghị", "đại hội", "lễ", "đăng ký", "tổng kết",
        "địa điểm", NULL};
    static const char *const subjects[] = {
        "đợt thi đua", "phong trào thi đua", "phong trào được", "phong trào diễn ra",
        "phong trào thực hiện", "phát động", "thời gian thi đua", "thời gian thực hiện",
        "cuộc vận động", "đợt cao điểm", NULL};
    const struct text *t = r->t;
    size_t at = 0;

    while ((at = outline_find(t, at, t->blocks_count, heads, others)) != SIZE_MAX) {
        if (period_in_section(r, at))
            return;
        at++;
    }
    for (size_t i = 0; i < t->sentences_count; i++) {
        struct sentence s = t->sentences[i];
        struct span in = {s.at, s.end};
        struct date from;
        struct date to;

        if (t->blocks[s.block].zone != ZONE_PREAMBLE && t->blocks[s.block].zone != ZONE_BODY)
            continue;
        if (phrase_at(t, s.at, s.end, "từ nay") != 0 && open_period(r, in))
            return;
        if (span_found(phrase_find_any(t, in, subjects, NULL))
            && span_found(date_find_range(t, in, &from, &to))
            && phrase_find_mark(t, in, "(") > date_find_range(t, in, &from, &to).at
            && (from.month != 0 || from.quarter != 0) && closed_period(r, in, false))
            return;
    }
    if (span_found(r->own_title)
        && (closed_period(r, r->own_title, false) || named_period(r, r->own_title)))
        return;
    reader_ask(r, SIZE_MAX, N_("The text does not say from when until when the campaign runs."),
               SPAN_NONE, SPAN_NONE);
}

/* ---- theme ---- */

static bool
take_theme(struct reader *r, struct span in)
{
    const struct text *t = r->t;
    struct span quote = quote_after(t, in.at, in.end);

    in = span_trim(t, in, ": ");
    if (span_found(quote)) {
        r->p->theme = reader_text(r, span_trim(t, quote, " "));
        return true;
    }
    if (in.at >= in.end || in.end - in.at > 400)
        return false;
    r->p->theme = reader_text(r, span_trim_end(t, in, ".;"));
    return true;
}

void
read_theme(struct reader *r)
{
    static const char *const bearers[] = {
        "phong trào", "đợt thi đua", "thi đua", "phát động", "cao điểm", NULL};
    static const char *const others[] = {
        "cuộc thi", "hội thi", "thi viết", "hội nghị", "tọa đàm", "diễn đàn", "tuần lễ",
        "chuyên mục", "ngày hội", "triển lãm", "liên hoan", "thực hiện chủ đề", "tháng", "giải",
        "hội diễn", "công văn", "chỉ thị", NULL};
    const struct text *t = r->t;

    for (size_t i = 0; i < t->blocks_count; i++) {
        const struct block *b = &t->blocks[i];
        size_t from = b->head_end > b->label.body ? b->head_end : b->label.body;

        if (b->zone != ZONE_BODY || phrase_at(t, b->label.body, b->end, "chủ đề") == 0)
            continue;
        if (take_theme(r, (struct span){from, b->end})
            || (i + 1 < t->blocks_count && b->head_end == b->end
                && take_theme(r, block_words(t, i + 1))))
            return;
    }
    for (size_t i = 0; i < t->blocks_count; i++) {
        struct span in = {t->blocks[i].at, t->blocks[i].end};
        struct span word;
        struct span before;
        struct span quote;

        if (t->blocks[i].zone != ZONE_TITLE && t->blocks[i].zone != ZONE_PREAMBLE
            && t->blocks[i].zone != ZONE_BODY)
            continue;
        word = phrase_find(t, in, "chủ đề");
        if (!span_found(word))
            continue;
        before = (struct span){word.at > in.at + 160 ? word.at - 160 : in.at, word.at};
        for (size_t at = before.end; at > before.at; at--)
            if (strchr(".;", t->bytes[at - 1]) != NULL)
                before.at = at;
        quote = quote_after(t, word.end, in.end);
        if (span_found(quote) && quote.at < word.end + 30
            && span_found(phrase_find_any(t, before, bearers, NULL))
            && !span_found(phrase_find_any(t, before, others, NULL))) {
            r->p->theme = reader_text(r, quote);
            return;
        }
    }
}

/* ---- occasions ---- */

struct occasion {
    struct span text;
    struct span key; /* number and first words of the name, for telling repetitions */
};

/* "60 năm": the end, or 0. */
static size_t
years_at(const struct text *t, size_t at, size_t end)
{
    size_t stop = at;

    while (stop < end && t->low[stop] >= '0' && t->low[stop] <= '9')
        stop++;
    if (stop == at || stop - at > 4 || stop >= end || t->low[stop] != ' ')
        return 0;
    return phrase_at(t, stop + 1, end, "năm");
}

/* Where the name of an anniversary ends. */
static size_t
name_end(const struct text *t, size_t at, size_t end)
{
    static const char *const stops[] = {
        "với những", "với các", "với nội dung", "gắn với", "nhằm", "và kỷ niệm", "như sau", "theo",
        "bằng", "trên địa bàn", "vào", "tại", "được", NULL};
    size_t mark = phrase_find_mark(t, (struct span){at, end}, "(,;.:");
    size_t open = phrase_find_mark(t, (struct span){at, end}, "(;.:");
    struct date from;
    struct date to;

    if (mark < end && t->bytes[mark] == ',' && open < end && t->bytes[open] == '('
        && open - mark < 60 && date_range_at(t, open + 1, end, &from, &to) != 0
        && !span_found(phrase_find(t, (struct span){mark, open}, "năm")))
        mark = open; /* "Ngày giải phóng miền Nam, thống nhất đất nước (…)" */
    struct span stop = phrase_find_any(t, (struct span){at, mark}, stops, NULL);

    for (size_t i = at; i + 3 <= mark; i++)
        if (memcmp(t->bytes + i, "”", 3) == 0)
            mark = i;
    if (span_found(stop) && stop.at < mark && t->bytes[mark] != '(')
        mark = stop.at;
    for (size_t i = at; i + 4 < mark; i++) {
        size_t join = phrase_at(t, i, mark, "và");

        if (join != 0 && years_at(t, join + 1, mark) != 0)
            mark = i;
    }
    return mark;
}

static struct plan_occasion *
seen_before(struct reader *r, struct occasion *seen, size_t count, struct span key)
{
    for (size_t i = 0; i < count; i++)
        if (span_same(r->t, seen[i].key, key))
            return &r->p->occasions.items[i];
    return NULL;
}

/* The number and the first two words behind "năm (ngày)". */
static struct span
key_of(const struct text *t, size_t number, size_t years, size_t end)
{
    size_t at = years;
    size_t day;

    (void) number;
    while (at < end && t->low[at] == ' ')
        at++;
    day = phrase_at(t, at, end, "ngày");
    if (day != 0)
        at = day + 1;
    end = phrase_next_word(t, phrase_next_word(t, at, end), end);
    return (struct span){at, end};
}

enum { OCCASIONS_MAX = 40 };

static void
take_occasion(struct reader *r, struct occasion *seen, size_t start, size_t number, size_t years,
              size_t end)
{
    const struct text *t = r->t;
    size_t stop = name_end(t, years, end);
    struct span key = key_of(t, number, years, stop);
    struct plan_occasion *o = seen_before(r, seen, r->p->occasions.count, key);
    struct date from;
    struct date to;
    struct span bracket = SPAN_NONE;

    if (key.at >= key.end || r->p->occasions.count >= OCCASIONS_MAX)
        return;
    if (stop < end && t->bytes[stop] == '(') /* the name's end is its first bracket */
        bracket = (struct span){stop + 1, phrase_find_mark(t, (struct span){stop, end}, ")")};
    if (o == NULL) {
        seen[r->p->occasions.count] = (struct occasion){.text = {start, stop}, .key = key};
        READER_ADD(r, r->p->occasions, o);
        if (o == NULL)
            return;
        o->text = reader_text(r, (struct span){start, stop});
        o->line = reader_line(r, start);
    }
    if (o->to == NULL && span_found(bracket)
        && date_range_at(t, bracket.at, bracket.end, &from, &to) != 0) {
        o->from = reader_date(r, from, bracket);
        o->to = reader_date(r, to, bracket);
    }
}

/* "vào dịp kỷ niệm …" and "Lễ kỷ niệm …" only give the time of something else. */
static bool
is_only_a_time(const struct text *t, size_t from, size_t at)
{
    static const char *const times[] = {
        "vào dịp", "đúng dịp", "trong dịp", "trước dịp", "vào ngày", "lễ", "mít tinh",
        "vào đúng dịp", "đúng vào dịp", "nhân dịp lễ", NULL};
    struct span before = {at > from + 40 ? at - 40 : from, at};
    struct span word = phrase_find_last(t, before, times, NULL);

    return span_found(word) && word.end + 1 >= at;
}

static void
occasions_in(struct reader *r, struct occasion *seen, struct span in)
{
    static const char *const starts[] = {"kỷ niệm", "kỷ niệm lần thứ", NULL};
    const struct text *t = r->t;
    bool chain = false;

    for (size_t at = in.at; at < in.end; at++) {
        size_t word;
        size_t number;
        size_t years;

        if (!phrase_word_start(t, at))
            continue;
        word = phrase_any_at(t, at, in.end, starts, NULL);
        number = word != 0 ? word + 1 : at;
        if (word == 0 && !chain)
            continue;
        years = years_at(t, number, in.end);
        if (years == 0)
            continue;
        if (word == 0 && t->bytes[at - 1] == ' ' && strchr(",;", t->bytes[at - 2]) == NULL
            && memcmp(t->low + at - 4, "và ", 3) != 0 && memcmp(t->low + at - 3, "à ", 3) != 0)
            continue;
        if (word != 0 && is_only_a_time(t, in.at, at))
            continue;
        if (word == 0 && t->bytes[name_end(t, years, in.end)] != '(')
            continue;
        take_occasion(r, seen, at, number, years, in.end);
        chain = true;
        at = years;
    }
}

void
read_occasions(struct reader *r)
{
    struct occasion seen[OCCASIONS_MAX];
    const struct text *t = r->t;

    if (span_found(r->own_title))
        occasions_in(r, seen, r->own_title);
    for (size_t i = 0; i < t->sentences_count; i++) {
        enum zone zone = t->blocks[t->sentences[i].block].zone;

        if (zone == ZONE_PREAMBLE || zone == ZONE_BODY)
            occasions_in(r, seen, (struct span){t->sentences[i].at, t->sentences[i].end});
    }
}
