/* Who reports to whom, through whom, how often. */
#include "config.h"

#include <string.h>

#include "plan/actor.h"
#include "plan/reader.h"
#include "plan/terms.h"

enum { REPORTS_PER_SENTENCE_MAX = 8 };

struct cadences {
    bool has[PLAN_AT_CLOSE + 1];
    unsigned weekday;
};

static const struct {
    const char *phrase;
    enum plan_cadence cadence;
} cadence_words[] = {
    {"hằng tuần", PLAN_WEEKLY},
    {"hàng tuần", PLAN_WEEKLY},
    {"mỗi tuần", PLAN_WEEKLY},
    {"báo cáo tuần", PLAN_WEEKLY},
    {"hằng tháng", PLAN_MONTHLY},
    {"hàng tháng", PLAN_MONTHLY},
    {"mỗi tháng", PLAN_MONTHLY},
    {"báo cáo tháng", PLAN_MONTHLY},
    {"định kỳ tháng", PLAN_MONTHLY},
    {"hằng quý", PLAN_QUARTERLY},
    {"hàng quý", PLAN_QUARTERLY},
    {"mỗi quý", PLAN_QUARTERLY},
    {"báo cáo quý", PLAN_QUARTERLY},
    {"định kỳ quý", PLAN_QUARTERLY},
    {"theo quý", PLAN_QUARTERLY},
    {"6 tháng", PLAN_SEMIANNUAL},
    {"06 tháng", PLAN_SEMIANNUAL},
    {"sáu tháng", PLAN_SEMIANNUAL},
    {"hằng năm", PLAN_ANNUAL},
    {"hàng năm", PLAN_ANNUAL},
    {"mỗi năm", PLAN_ANNUAL},
    {"tổng kết năm", PLAN_ANNUAL},
    {"báo cáo năm", PLAN_ANNUAL},
    {"cả năm", PLAN_ANNUAL},
    {"01 năm", PLAN_ANNUAL},
    {"cuối năm", PLAN_ANNUAL},
    {"một năm", PLAN_ANNUAL},
    {"định kỳ năm", PLAN_ANNUAL},
    {"tổng kết công tác năm", PLAN_ANNUAL},
    {"kết thúc", PLAN_AT_CLOSE},
    {"tổng kết đợt", PLAN_AT_CLOSE},
    {"tổng kết phong trào", PLAN_AT_CLOSE},
    {"báo cáo tổng kết", PLAN_AT_CLOSE},
};

static void
find_weekday(const struct text *t, struct span in, struct cadences *c)
{
    static const char *const days[] = {
        "thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật", NULL};
    static const char *const digits[] = {
        "thứ 2", "thứ 3", "thứ 4", "thứ 5", "thứ 6", "thứ 7", NULL};
    size_t index = 0;

    if (span_found(phrase_find_any(t, in, days, &index))
        || span_found(phrase_find_any(t, in, digits, &index)))
        c->weekday = (unsigned) index + 1;
}

/* "hằng quý, 6 tháng, năm": words that go on behind a cadence. */
static void
chain(const struct text *t, size_t at, size_t end, struct cadences *c)
{
    static const char *const words[] = {
        "tháng", "quý", "năm", "6 tháng", "06 tháng", "một năm", "01 năm", "1 năm", "cả năm",
        "sáu tháng", NULL};
    static const enum plan_cadence cadences[] = {
        PLAN_MONTHLY, PLAN_QUARTERLY, PLAN_ANNUAL, PLAN_SEMIANNUAL, PLAN_SEMIANNUAL,
        PLAN_ANNUAL,  PLAN_ANNUAL,    PLAN_ANNUAL, PLAN_ANNUAL,     PLAN_SEMIANNUAL};

    for (;;) {
        size_t index = 0;
        size_t stop;
        size_t join;

        while (at < end && strchr(" ,/", t->bytes[at]) != NULL)
            at++;
        join = phrase_at(t, at, end, "và");
        if (join != 0)
            at = join + 1;
        stop = phrase_any_at(t, at, end, words, &index);
        if (stop == 0
            || (stop + 1 < end && t->low[stop] == ' ' && t->low[stop + 1] >= '0'
                && t->low[stop + 1] <= '9' && cadences[index] != PLAN_ANNUAL))
            return;
        c->has[cadences[index]] = true;
        at = stop;
    }
}

static void
find_cadences(const struct text *t, struct span in, struct cadences *c)
{
    for (size_t at = in.at; at < in.end; at = phrase_next_word(t, at, in.end)) {
        for (size_t i = 0; i < sizeof cadence_words / sizeof cadence_words[0]; i++) {
            size_t stop = phrase_at(t, at, in.end, cadence_words[i].phrase);

            if (stop == 0)
                continue;
            c->has[cadence_words[i].cadence] = true;
            if (cadence_words[i].cadence != PLAN_AT_CLOSE)
                chain(t, stop, in.end, c);
        }
    }
    if (c->has[PLAN_ANNUAL])
        c->has[PLAN_AT_CLOSE] = false; /* "báo cáo tổng kết năm" is the year's report */
    find_weekday(t, in, c);
}

static bool
has_any(const struct cadences *c)
{
    for (size_t i = PLAN_WEEKLY; i <= PLAN_AT_CLOSE; i++)
        if (c->has[i])
            return true;
    return false;
}

/* The end of a body's name that begins at in.at. */
static size_t
body_end(const struct text *t, struct span in)
{
    static const char *const stops[] = {
        "qua", "thông qua", "trước", "vào", "để", "theo", "chậm nhất", "định kỳ", "trong", "hằng",
        "hàng", "khi", "bằng", "đúng", "kèm", "nhằm", "phục vụ", "xem xét", "tổng hợp", "biết",
        "chỉ đạo", "cuối", "ngay", "sau", "kết quả", "về", "trên", "gửi", "mỗi", "đến hết",
        "cho ý kiến", "quyết định", "kịp thời", "thường xuyên", "tình hình", "tại", "đồng thời",
        "từ", "xử lý", NULL};
    for (size_t at = phrase_next_word(t, in.at, in.end); at < in.end;
         at = phrase_next_word(t, at, in.end)) {
        size_t join;

        if (phrase_any_at(t, at, in.end, stops, NULL) != 0)
            return at;
        join = phrase_at(t, at, in.end, "và");
        if (join != 0
            && (phrase_any_at(t, join + 1, in.end, terms_bodies, NULL) == 0
                || !span_upper(t, (struct span){join + 1, in.end})))
            return at;
    }
    return in.end;
}

/* The body that a report goes to: behind "về", "gửi", "cho" or the word itself. */
static struct span
find_receiver(const struct text *t, struct span in)
{
    static const char *const ways[] = {
        "về", "gửi về", "gửi", "cho", "lên", "với", "gửi đến", "gửi cho", "đến", "báo cáo",
        "gửi báo cáo", NULL};

    for (size_t at = in.at; at < in.end; at = phrase_next_word(t, at, in.end)) {
        size_t stop = phrase_any_at(t, at, in.end, ways, NULL);
        struct span name;

        if (stop == 0 || stop + 1 >= in.end
            || phrase_any_at(t, stop + 1, in.end, terms_bodies, NULL) == 0)
            continue;
        name =
            (struct span){stop + 1, phrase_find_mark(t, (struct span){stop + 1, in.end}, "(,;.:")};
        name.end = body_end(t, name);
        return span_trim(t, name, ", /");
    }
    return SPAN_NONE;
}

/* "(qua Phòng Nội vụ để tổng hợp)", "thông qua Văn phòng …" */
static struct span
find_via(const struct text *t, struct span in)
{
    static const char *const ways[] = {"qua", "thông qua", NULL};

    for (size_t at = in.at; at < in.end; at = phrase_next_word(t, at, in.end)) {
        size_t stop = phrase_any_at(t, at, in.end, ways, NULL);
        bool bracket;
        struct span name;

        if (stop == 0 || stop + 1 >= in.end
            || phrase_any_at(t, stop + 1, in.end, terms_bodies, NULL) == 0)
            continue;
        bracket = at > 0 && t->bytes[at - 1] == '(';
        name = (struct span){stop + 1, phrase_find_mark(t, (struct span){stop + 1, in.end},
                                                        bracket ? ")," : "(),;.:")};
        if (bracket) {
            static const char *const ends[] = {"để", "tổng hợp", "trước", NULL};
            struct span end = phrase_find_any(t, name, ends, NULL);

            name.end = span_found(end) ? end.at : name.end;
        } else {
            name.end = body_end(t, name);
        }
        return span_trim(t, name, ", /");
    }
    return SPAN_NONE;
}

/* "để tổng hợp báo cáo …" says why, "khi có vướng mắc" is no duty of its own. */
static bool
is_purpose(const struct text *t, size_t from, size_t at)
{
    static const char *const words[] = {
        "để", "nhằm", "phục vụ", "làm căn cứ", "làm cơ sở", "đề cương", "mẫu", "biểu mẫu", NULL};
    struct span before = {at > from + 60 ? at - 60 : from, at};
    struct span word = phrase_find_last(t, before, words, NULL);

    return span_found(word) && phrase_find_mark(t, (struct span){word.end, at}, ";.)") == at;
}

struct route {
    struct span from;
    struct span to;
    struct span via;
    struct span day; /* the fixed day of this report, SPAN_NONE for none */
    unsigned weekday;
    size_t at; /* "báo cáo" */
};

static bool
same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* A person is asked for what a route lacks, the day of a weekly report aside. */
static void
ask_about(struct reader *r, const struct route *route, enum plan_cadence cadence)
{
    if (!span_found(route->from)) {
        if (span_found(route->to))
            reader_ask(r, route->at, N_("Who has to report to {1}?"), route->to, SPAN_NONE);
        return;
    }
    if (!span_found(route->to) || span_found(route->day) || cadence == PLAN_WEEKLY)
        return;
    if (cadence == PLAN_CADENCE_NONE)
        reader_ask(r, route->at, N_("How often does {1} report to {2}? The text does not say."),
                   route->from, route->to);
    else
        reader_ask(r, route->at, N_("By which day does {1} report to {2}? The text states no day."),
                   route->from, route->to);
}

static void
add_report(struct reader *r, const struct route *route, enum plan_cadence cadence)
{
    struct plan_report *item;
    const char *from = reader_text(r, route->from);
    const char *to = reader_text(r, route->to);

    for (size_t i = 0; i < r->p->reports.count; i++) {
        const struct plan_report *p = &r->p->reports.items[i];

        if (p->cadence == cadence && same_text(p->from, from) && same_text(p->to, to))
            return;
    }
    READER_ADD(r, r->p->reports, item);
    if (item == NULL)
        return;
    item->from = from;
    item->to = to;
    item->via = reader_text(r, route->via);
    item->cadence = cadence;
    item->weekday = cadence == PLAN_WEEKLY ? route->weekday : 0;
    item->line = reader_line(r, route->at);
    ask_about(r, route, cadence);
}

/* Where "báo cáo" stands in a sentence as a duty. */
static size_t
find_duties(const struct text *t, struct span in, size_t *places)
{
    static const char *const nouns[] = {"viên", "số", "chính trị", "nêu trên", NULL};
    size_t count = 0;

    for (size_t at = in.at; at < in.end && count < REPORTS_PER_SENTENCE_MAX;
         at = phrase_next_word(t, at, in.end)) {
        size_t stop = phrase_at(t, at, in.end, "báo cáo");

        if (stop == 0 || is_purpose(t, in.at, at)
            || phrase_any_at(t, stop + 1, in.end, nouns, NULL) != 0)
            continue;
        places[count++] = at;
    }
    return count;
}

/* "trước ngày 20/01/2025": a report with a day of its own. */
static struct span
fixed_day(const struct text *t, struct span in)
{
    static const char *const words[] = {"trước", "trước ngày", "chậm nhất", "chậm nhất ngày", NULL};
    struct date d;
    struct span date = date_find(t, in, &d);
    struct span word = phrase_find_any(t, in, words, NULL);

    return span_found(date) && span_found(word) && word.at <= date.at && d.day != 0 ? date
                                                                                    : SPAN_NONE;
}

/* A report that is due on the campaign's last day or later is the one on the whole of it. */
static bool
is_after_period(struct reader *r, struct span day)
{
    char text[DATE_TEXT_BYTES_MAX];
    struct date d;

    return span_found(day) && r->p->period.to != NULL
           && strlen(r->p->period.to) == strlen("2023-08-15")
           && span_found(date_find(r->t, day, &d)) && date_write(d, text)
           && strcmp(text, r->p->period.to) >= 0;
}

/* Is the campaign the movement of one year? */
static bool
is_whole_year(const struct reader *r)
{
    const struct plan_period *p = &r->p->period;

    return p->from != NULL && p->to != NULL && strlen(p->to) == 4 && strcmp(p->from, p->to) == 0;
}

/* The report on the whole: of a year's movement it is the year's, and a plain one that is due when
 * the campaign is over is it, too. */
static void
settle_close(struct reader *r, const struct route *route, struct cadences *c)
{
    if (c->has[PLAN_AT_CLOSE] && is_whole_year(r)) {
        c->has[PLAN_AT_CLOSE] = false;
        c->has[PLAN_ANNUAL] = true;
    }
    if (!has_any(c) && is_after_period(r, route->day))
        c->has[PLAN_AT_CLOSE] = true;
}

static void
reports_in(struct reader *r, struct span in)
{
    static const char *const troubles[] = {
        "vướng mắc", "khó khăn, vướng", "phát sinh", "bất cập", NULL};
    const struct text *t = r->t;
    size_t places[REPORTS_PER_SENTENCE_MAX];
    size_t count = find_duties(t, in, places);
    struct span whole_to;

    if (count == 0 || span_found(phrase_find_any(t, in, troubles, NULL)))
        return;
    whole_to = find_receiver(t, (struct span){places[0], in.end});
    for (size_t i = 0; i < count; i++) {
        struct span window = {places[i], i + 1 < count ? places[i + 1] : in.end};
        struct cadences c = {.weekday = 0};
        struct route route = {.to = find_receiver(t, window),
                              .via = find_via(t, window),
                              .day = fixed_day(t, window),
                              .at = places[i]};

        find_cadences(t, window, &c);
        if (!has_any(&c))
            find_cadences(t, (struct span){i == 0 ? in.at : places[i - 1], window.at}, &c);
        settle_close(r, &route, &c);
        if (!span_found(route.to) && has_any(&c))
            route.to = whole_to;
        if (!span_found(route.via) && span_found(route.to))
            route.via = find_via(t, (struct span){route.to.end, in.end});
        if (!span_found(route.to) && (has_any(&c) || !span_found(route.day)))
            continue;
        route.from = actor_of(t, places[i]);
        route.weekday = c.weekday;
        if (span_found(route.from) && span_found(route.to) && span_same(t, route.from, route.to))
            continue;
        if (!has_any(&c))
            add_report(r, &route, PLAN_CADENCE_NONE);
        for (size_t k = PLAN_WEEKLY; k <= PLAN_AT_CLOSE; k++)
            if (c.has[k])
                add_report(r, &route, (enum plan_cadence) k);
    }
}

void
read_reports(struct reader *r)
{
    const struct text *t = r->t;

    for (size_t i = 0; i < t->sentences_count; i++) {
        struct sentence s = t->sentences[i];

        if (t->blocks[s.block].zone == ZONE_BODY)
            reports_in(r, (struct span){s.at, s.end});
    }
}
