/* Duties with a number or a deadline: register at least one model by a day, send a list by a day.
 */
#include "config.h"

#include <string.h>

#include "plan/actor.h"
#include "plan/amount.h"
#include "plan/reader.h"
#include "plan/terms.h"

/* What is counted. */
static const char *const nouns[] = {
    "mô hình", "công trình", "phần việc", "việc làm", "việc", "sáng kiến", "giải pháp", "đề tài",
    "bài dự thi", "bài viết", "bài", "tin, bài", "tin bài", "tin", "tác phẩm", "sản phẩm",
    "tập thể", "cá nhân", "điển hình tiên tiến", "điển hình", "gương", "gương người tốt, việc tốt",
    "hộ gia đình", "hộ", "đại biểu", "chương trình", "hoạt động", "buổi", "cuộc", "chuyên đề",
    "người", "tiết mục", "đội", "hồ sơ", "phóng sự", "chuyên mục", "nhân tố mới", "câu lạc bộ",
    "tuyến đường", "tuyến", "tổ", "cách làm", "ý tưởng", "công trình, phần việc", "nhà",
    "thành viên", "báo cáo", "cây", "đơn vị", "lượt", "chi bộ", "đợt", "lớp", "phong trào",
    "chỉ tiêu", "cuộc thi", "hội thi", "gia đình", "km", "đồng chí", NULL};

static const char *const duty_verbs[] = {
    "đăng ký", "gửi", "nộp", "lập", "báo cáo", "xây dựng", "lựa chọn", "chọn", "giới thiệu",
    "đề xuất", "đề nghị", "hoàn thành", "tham gia", "viết", "có", "cử", "phát hiện", "bồi dưỡng",
    "triển khai", "ban hành", "tổ chức", "thực hiện", "phát động", "vận động", "thành lập", "trồng",
    "hỗ trợ", "tuyên truyền", "đăng tải", "tổng hợp", "trình", "rà soát", "thẩm định", "bình xét",
    "họp", "chuẩn bị", "suy tôn", "biểu dương", "nhân rộng", "duy trì", "phấn đấu có", "đảm nhận",
    "làm", "phụ trách", "đỡ đầu", "nhận", "sáng tác", "tiết kiệm", "ủng hộ", "quyên góp", "sưu tầm",
    "phát sóng", "xét chọn", "bình chọn", "tặng", "giúp đỡ", "giúp", "ký", "cam kết", "phê duyệt",
    "kiện toàn", NULL};

static const char *const least[] = {
    "ít nhất", "tối thiểu", "không dưới", "từ", "không ít hơn", "có từ", NULL};

static const char *const deadlines[] = {
    "trước ngày", "chậm nhất", "chậm nhất là", "chậm nhất đến ngày", "chậm nhất ngày", "xong trước",
    "trước", "muộn nhất", "hạn cuối", "thời hạn", "hạn chót", "hạn", "đến hết ngày", "đến ngày",
    "trong tháng", "trong quý", "xong trong", "thời gian gửi", "thời gian nộp",
    "thời gian hoàn thành", "vào ngày", "đến hết tháng", NULL};

enum { VERBS_MAX = 24, NUMBERS_MAX = 6 };

struct duty {
    size_t at; /* its verb */
    struct span what;
    int64_t min;
    char unit[120];
    struct span due_words;
    struct date due;
};

static bool
is_event(const struct text *t, size_t at, size_t end)
{
    static const char *const events[] = {
        "lễ", "hội nghị", "đại hội", "ngày hội", "hội thi", "cuộc thi", "triển lãm", "hội thảo",
        "mít tinh", "tọa đàm", "gặp mặt", "sơ kết", "tổng kết", "hội thao", "hội diễn", "giải",
        "liên hoan", NULL};

    return phrase_any_at(t, at, end, events, NULL) != 0;
}

/* "01 mô hình tiêu biểu hoặc 01 công trình": the nouns, joined by "hoặc"; false where nothing is
 * counted. */
static bool
read_unit(const struct text *t, size_t at, size_t end, char *unit, size_t unit_bytes)
{
    static const char *const stops[] = {
        "chào mừng", "để", "nhằm", "trong", "trước", "chậm nhất", "về", "gửi", "theo", "trên",
        "tham gia", "có", "được", "tại", "cho", "vào", "và", "từ", "của", "đề nghị", "đạt", NULL};
    size_t stop = phrase_any_at(t, at, end, nouns, NULL);
    size_t limit = phrase_find_mark(t, (struct span){at, end}, ";.(:");
    struct span or ;
    size_t used;
    int64_t ignored;
    static const char *const ors[] = {"hoặc", "hay", NULL};

    if (stop == 0) {
        struct span word = phrase_find_any(
            t, (struct span){at, phrase_find_mark(t, (struct span){at, end}, ",;.(:")}, stops,
            NULL);

        stop = span_found(word) ? word.at : phrase_find_mark(t, (struct span){at, end}, ",;.(:");
        if (stop <= at || stop - at > 60)
            return false;
    }
    used = span_trim(t, (struct span){at, stop}, ", ").end - at;
    if (used == 0 || used + 1 >= unit_bytes)
        return false;
    memcpy(unit, t->bytes + at, used);
    or = phrase_find_any(t, (struct span){stop, limit}, ors, NULL);
    if (span_found(or) && or.at < stop + 60) {
        size_t next = amount_count_at(t, or.end + 1, end, &ignored);

        next = next != 0 ? next + 1 : or.end + 1;
        stop = phrase_any_at(t, next, end, nouns, NULL);
        if (stop != 0 && used + strlen(" hoặc ") + (stop - next) + 1 < unit_bytes) {
            memcpy(unit + used, " hoặc ", strlen(" hoặc "));
            used += strlen(" hoặc ");
            memcpy(unit + used, t->bytes + next, stop - next);
            used += stop - next;
        }
    }
    unit[used] = '\0';
    return true;
}

/* Money, time and shares are not things that a duty counts. */
static bool
is_measure(const char *unit)
{
    static const char *const measures[] = {
        "%", "năm", "tháng", "ngày", "triệu", "tỷ", "đồng", "giờ", "phút", "điểm", "nghìn", "tuần",
        "lần", "quý", NULL};

    for (size_t i = 0; measures[i] != NULL; i++)
        if (strncmp(unit, measures[i], strlen(measures[i])) == 0)
            return true;
    return false;
}

/* ", 02 vườn mẫu" behind "01 tuyến đường hoa": where the next number of a list begins, or 0. */
static size_t
list_number(const struct text *t, struct span in)
{
    size_t at = in.at;

    while (at < in.end && t->low[at] != ',' && at < in.at + 60)
        if (phrase_at(t, ++at, in.end, "và") != 0)
            break;
    if (at + 3 >= in.end)
        return 0;
    at = t->low[at] == ',' ? at + 1 : at + strlen("và");
    while (at < in.end && t->low[at] == ' ')
        at++;
    return at < in.end && t->low[at] >= '0' && t->low[at] <= '9' ? at : 0;
}

/* The first number of things in a clause: behind "ít nhất", or right behind a duty's verb.
 *   ret_at   the place of the number (or of "ít nhất")
 *   Returns  where to look on, 0 where there is none */
static size_t
find_number(const struct text *t, struct span in, bool follows_list, struct duty *d, size_t *ret_at)
{
    for (size_t at = in.at; at < in.end; at = phrase_next_word(t, at, in.end)) {
        size_t lead = phrase_any_at(t, at, in.end, least, NULL);
        size_t verb = lead == 0 ? phrase_any_at(t, at, in.end, duty_verbs, NULL) : 0;
        size_t number = lead != 0 ? lead + 1 : verb != 0 ? verb + 1 : 0;
        size_t fill;
        size_t stop;

        if (number == 0 && at == in.at && follows_list)
            number = list_number(t, in);
        if (number == 0)
            continue;
        fill = phrase_at(t, number, in.end, "được");
        if (fill == 0)
            fill = phrase_any_at(t, number, in.end, least, NULL);
        if (fill != 0)
            number = fill + 1;
        if (lead == 0 && fill == 0 && !follows_list
            && (t->low[number] < '0' || t->low[number] > '9'))
            continue;
        stop = amount_count_at(t, number, in.end, &d->min);
        if (stop == 0)
            continue;
        if (t->low[stop] == '-'
            || memcmp(t->low + stop, "–", 3) == 0) { /* "01-02": the first is the minimum */
            int64_t upper;
            size_t more = amount_count_at(t, stop + (t->low[stop] == '-' ? 1 : 3), in.end, &upper);

            stop = more != 0 ? more : stop;
        }
        if (stop >= in.end || t->low[stop] != ' ' || d->min == 0
            || !read_unit(t, stop + 1, in.end, d->unit, sizeof d->unit))
            continue;
        if (is_measure(d->unit)
            || (lead != 0 && phrase_at(t, at, lead, "từ") == lead
                && phrase_any_at(t, stop + 1, in.end, nouns, NULL) == 0))
            continue;
        *ret_at = verb != 0 ? verb : at;
        return stop;
    }
    return 0;
}

/* "từ ngày 15/5 đến hết ngày 30/11/2024" is a span of time, no deadline. */
static bool
is_end_of_span(const struct text *t, size_t from, size_t at)
{
    static const char *const starts[] = {"từ", "từ ngày", NULL};
    struct span before = {at > from + 40 ? at - 40 : from, at};
    struct date d;
    struct span start;
    size_t stop;

    if (phrase_at(t, at, t->size, "đến") == 0)
        return false;
    start = phrase_find_last(t, before, starts, NULL);
    stop = span_found(start) ? date_at(t, start.end + 1, at, false, &d) : 0;
    return span_found(start) && (stop != 0 || at - start.end < 24);
}

static bool
find_deadline(const struct text *t, struct span in, struct duty *d)
{
    for (size_t at = in.at; at < in.end; at = phrase_next_word(t, at, in.end)) {
        size_t word = phrase_any_at(t, at, in.end, deadlines, NULL);
        struct span date;
        struct span window;

        if (word == 0 || is_end_of_span(t, in.at, at))
            continue;
        window = (struct span){at, word + 30 < in.end ? word + 30 : in.end};
        date = date_find(t, window, &d->due);
        if (!span_found(date) || date.at > word + 12) {
            date = date_find(t, (struct span){word, in.end}, &d->due);
            if (!span_found(date) || date.at > word + 12)
                continue;
        }
        if (d->due.day == 0 && d->due.month == 0 && d->due.quarter == 0)
            continue;
        d->due_words = (struct span){at, date_at(t, date.at, in.end, false, &d->due)};
        return true;
    }
    return false;
}

/* The duty verbs of a piece, the longest at each place; compounds that only end like one are none.
 *   Returns  how many of them (the last VERBS_MAX) are in `ret_verbs` */
static size_t
list_verbs(const struct text *t, struct span in, struct span *ret_verbs)
{
    static const char *const compounds[] = {
        "công trình", "chương trình", "quy trình", "tờ trình", "lộ trình", "tiến trình",
        "giáo trình", "độc lập", "ngày thành lập", "năm thành lập", "ứng cử", "bầu cử", "đề cử",
        "nhằm thực hiện", "để thực hiện", "kết quả thực hiện", "công lập", "lễ phát động",
        "hiện có", "trong tổ chức", "các tổ chức", "và tổ chức thành viên", "kế hoạch thực hiện",
        "lễ trao", "quá trình", "việc thực hiện", "việc tổ chức", "việc đăng ký",
        "đề nghị khen thưởng", "kỷ niệm ngày thành lập", "tổng phụ trách", NULL};
    size_t count = 0;

    for (size_t at = in.at; at < in.end;) {
        size_t skip = phrase_any_at(t, at, in.end, compounds, NULL);
        size_t stop = skip == 0 ? phrase_any_at(t, at, in.end, duty_verbs, NULL) : 0;

        if (stop != 0) {
            if (count == VERBS_MAX) {
                memmove(ret_verbs, ret_verbs + 1, (VERBS_MAX - 1) * sizeof *ret_verbs);
                count--;
            }
            ret_verbs[count++] = (struct span){at, stop};
        }
        if (skip == 0 && stop == 0 && is_event(t, at, in.end))
            skip = phrase_find_mark(t, (struct span){at, in.end},
                                    ",;"); /* verbs in its name are none */
        if (skip != 0 || stop != 0)
            at = skip != 0 ? skip : stop;
        else
            at = phrase_next_word(t, at, in.end);
    }
    return count;
}

/* The verb of a duty in a piece: "đăng ký" or "báo cáo" where it is there, else the first of the
 * verbs that stand together at the end ("lựa chọn, triển khai xây dựng"). */
static struct span
find_what(const struct text *t, struct span in)
{
    static const char *const plain[] = {"đăng ký", "báo cáo", NULL};
    static const char *const sends[] = {"gửi", "nộp", "trình", NULL};
    struct span verbs[VERBS_MAX];
    size_t count = list_verbs(t, in, verbs);
    size_t i;

    for (size_t k = 0; plain[k] != NULL; k++)
        for (i = count; i > 0; i--)
            if (phrase_at(t, verbs[i - 1].at, verbs[i - 1].end, plain[k]) == verbs[i - 1].end)
                return verbs[i - 1];
    if (count == 0)
        return SPAN_NONE;
    for (i = count - 1; i > 0 && verbs[i - 1].end + 2 >= verbs[i].at; i--)
        continue;
    if (phrase_any_at(t, verbs[count - 1].at, verbs[count - 1].end, sends, NULL) != 0)
        return verbs[0]; /* "xây dựng kế hoạch, gửi về …" */
    return verbs[i];
}

/* Where no number is counted: the verb with its object, up to the deadline. */
static struct span
with_object(const struct text *t, struct span verb, size_t end)
{
    static const char *const stops[] = {
        "về", "trước", "chậm nhất", "qua", "thông qua", "xong", "đến", "trong", "theo", "để", "cho",
        "hạn", "gửi", NULL};
    struct span rest = {verb.end, end};
    struct span stop = phrase_find_any(t, rest, stops, NULL);
    size_t mark = phrase_find_mark(t, rest, ",;:(.");

    if (span_found(stop) && stop.at < mark)
        mark = stop.at;
    return span_trim_end(t, (struct span){verb.at, mark}, ", ");
}

/* "Lập danh sách: các tổ …": words before a colon that begin with a verb name the task. */
static struct span
lead_task(const struct text *t, struct span sentence, size_t at)
{
    size_t colon = phrase_find_mark(t, (struct span){sentence.at, at}, ":");
    struct span lead = {sentence.at, colon};

    if (colon >= at || colon - sentence.at > 120
        || phrase_any_at(t, lead.at, lead.end, duty_verbs, NULL) == 0)
        return SPAN_NONE;
    return span_found(actor_lead(t, (struct span){colon + 1, sentence.end}, NULL)) ? lead
                                                                                   : SPAN_NONE;
}

static void
add_duty(struct reader *r, struct span sentence, const struct duty *d)
{
    const struct text *t = r->t;
    struct span who = actor_of(t, d->at);
    struct span lead = lead_task(t, sentence, d->at);
    struct plan_obligation *item;

    if (!span_found(who)) {
        if (d->due.year != 0)
            reader_ask(r, d->at, N_("Who has to do this, and by {2}: “{1}”?"), d->what,
                       d->due_words);
        return;
    }
    READER_ADD(r, r->p->obligations, item);
    if (item == NULL)
        return;
    item->who = reader_text(r, who);
    item->what = reader_text(r, span_found(lead) ? lead : d->what);
    item->min = d->min;
    item->unit = d->min >= 0 ? reader_copy(r, d->unit) : NULL;
    item->due = span_found(d->due_words) ? reader_date(r, d->due, d->due_words) : NULL;
    item->line = reader_line(r, d->at);
}

/* Works, targets and the campaign's own period have deadlines, too; they are read elsewhere. */
static bool
is_other(const struct text *t, struct span in, struct span verb, size_t place)
{
    static const char *const starts[] = {
        "công trình", "dự án", "phấn đấu đến", "tỷ lệ", "thời gian", "đợt", "mục tiêu", NULL};
    static const char *const percents[] = {"%", NULL};
    static const char *const works[] = {"công trình", "dự án", "các công trình", "các dự án", NULL};

    if (phrase_any_at(t, in.at, in.end, starts, NULL) != 0
        || (place >= in.end && phrase_at(t, in.at, in.end, "phấn đấu") != 0))
        return true;
    if (phrase_at(t, verb.at, in.end, "tổ chức") != 0 && is_event(t, verb.end + 1, in.end))
        return true;
    if (phrase_any_at(t, verb.end + 1, in.end, works, NULL) != 0 && place >= in.end)
        return true;
    return place < in.end
           && span_found(phrase_find_any(
               t, (struct span){place, place + 24 < in.end ? place + 24 : in.end}, percents, NULL));
}

/* The things that one clause counts; returns how many. */
static unsigned
counts_in(struct reader *r, struct span sentence, struct span in, struct duty *d)
{
    const struct text *t = r->t;
    struct span last = SPAN_NONE;
    size_t from = in.at;
    size_t at = 0;
    unsigned numbers = 0;

    for (size_t next; numbers < NUMBERS_MAX; from = next) {
        struct span verb;

        next = find_number(t, (struct span){from, in.end}, numbers > 0, d, &at);
        if (next == 0)
            break;
        verb = find_what(t, (struct span){in.at, at});
        if (!span_found(verb)) {
            size_t stop = phrase_any_at(t, at, in.end, duty_verbs, NULL);

            verb = stop != 0 ? (struct span){at, stop} : SPAN_NONE;
        }
        if (numbers > 0 && span_found(phrase_find(t, (struct span){from, at}, "hoặc")))
            continue;
        if (numbers > 0 && at == from)
            verb = last;
        if (!span_found(verb) || is_other(t, in, verb, at))
            continue;
        last = verb;
        d->at = verb.at;
        d->what = verb;
        add_duty(r, sentence, d);
        numbers++;
    }
    d->min = -1;
    return numbers;
}

/* A clause with a deadline and no number. */
static void
deadline_in(struct reader *r, struct span sentence, struct span in, struct duty *d)
{
    const struct text *t = r->t;

    d->min = -1;
    d->what = find_what(t, (struct span){in.at, d->due_words.at});
    if (!span_found(d->what)) /* "Trước ngày 15/8/2023, các thôn gửi danh sách" */
        d->what = phrase_find_any(t, (struct span){d->due_words.end, in.end}, duty_verbs, NULL);
    if (!span_found(d->what) || is_other(t, in, d->what, in.end))
        return;
    d->at = d->what.at;
    d->what = with_object(t, d->what, d->what.at < d->due_words.at ? d->due_words.at : in.end);
    if (span_words(t, d->what) < 2) { /* "lập danh sách … gửi về …": what is sent comes first */
        struct span verbs[VERBS_MAX];

        if (list_verbs(t, (struct span){in.at, d->what.at}, verbs) > 0)
            d->what.at = d->at = verbs[0].at;
    }
    add_duty(r, sentence, d);
}

/* "… giới thiệu 01 tập thể; hồ sơ gửi trước ngày 25/4/2025": the number's clause takes the deadline
 * of the next one, which is no duty of its own then. A report stays one. */
static bool
lends_deadline(const struct text *t, struct span next, struct duty *d)
{
    struct duty number = {.min = -1};
    struct span verb;
    size_t at;

    if (next.at >= next.end || !find_deadline(t, next, d)
        || find_number(t, next, false, &number, &at) != 0)
        return false;
    verb = find_what(t, (struct span){next.at, d->due_words.at});
    return !span_found(verb) || phrase_at(t, verb.at, verb.end, "báo cáo") == 0;
}

/* One sentence, clause by clause. */
static void
duties_in(struct reader *r, struct span s)
{
    const struct text *t = r->t;
    size_t at = s.at;

    while (at < s.end) {
        struct span in = {at, phrase_find_mark(t, (struct span){at, s.end}, ";")};
        struct span next = {
            in.end + 1,
            in.end + 1 < s.end ? phrase_find_mark(t, (struct span){in.end + 1, s.end}, ";") : 0};
        struct duty d = {.min = -1, .due_words = SPAN_NONE};
        bool deadline = find_deadline(t, in, &d);
        bool lent = !deadline && next.end != 0 && lends_deadline(t, next, &d);

        at = in.end + 1;
        if (counts_in(r, s, in, &d) > 0) {
            at = lent ? next.end + 1 : at;
            continue;
        }
        while (deadline) { /* "báo cáo sơ kết trước ngày …, báo cáo tổng kết trước ngày …" */
            size_t from = d.due_words.end;

            deadline_in(r, s, in, &d);
            in.at = from;
            d = (struct duty){.min = -1, .due_words = SPAN_NONE};
            deadline = find_deadline(t, in, &d)
                       && span_found(find_what(t, (struct span){in.at, d.due_words.at}));
        }
    }
}

void
read_obligations(struct reader *r)
{
    const struct text *t = r->t;

    for (size_t i = 0; i < t->sentences_count; i++) {
        struct span s = {t->sentences[i].at, t->sentences[i].end};

        if (t->blocks[t->sentences[i].block].zone == ZONE_BODY)
            duties_in(r, s);
    }
}
