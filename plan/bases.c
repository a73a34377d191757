/* The documents that a plan rests on or carries out. */
#include "config.h"

#include <string.h>

#include "plan/quote.h"
#include "plan/reader.h"
#include "plan/terms.h"

enum { BASES_MAX = 200, SUBJECT_BYTES_MAX = 700 };

/* Longer names first is not needed: the longest that stands at a place wins. */
static const char *const types[] = {
    "luật", "bộ luật", "pháp lệnh", "nghị quyết", "nghị định", "quyết định", "thông tư",
    "thông tư liên tịch", "chỉ thị", "kết luận", "kế hoạch", "công văn", "hướng dẫn",
    "chương trình", "đề án", "quy định", "quy chế", "thông báo", "tờ trình", "văn bản", "công điện",
    "thông tri", "báo cáo", "hiến pháp", "điều lệ", "nghị quyết liên tịch",
    "chương trình hành động", "kế hoạch liên tịch", "chương trình phối hợp", NULL};
enum {
    TYPE_LAW = 0,
    TYPE_CODE = 1,
    TYPE_ORDINANCE = 2,
    TYPE_RESOLUTION = 3,
    TYPE_PLAN = 10,
    TYPE_SUBMISSION = 18
};

struct basis {
    struct span type;
    size_t kind;
    struct span number;
    struct span issuer;
    struct span day;
    struct date date;
    struct span text;
};

struct bases {
    struct basis items[BASES_MAX];
    size_t count;
};

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t
skip(const struct text *t, size_t at, size_t end, const char *marks)
{
    while (at < end && t->bytes[at] != '\0' && strchr(marks, t->bytes[at]) != NULL)
        at++;
    return at;
}

/* "05-CT/TW", "17/NQ-HĐND", "06/2022/QH15" at `at`; without "số" it needs letters behind a dash or
 * slash. */
static struct span
number_at(const struct text *t, size_t at, size_t end)
{
    size_t stop = at;
    bool join = false;

    if (at >= end || (!is_digit(t->bytes[at]) && t->bytes[at] != '/' && t->bytes[at] != '-'))
        return SPAN_NONE;
    while (stop < end && strchr(" ,;)(:\n\"", t->bytes[stop]) == NULL) {
        if ((unsigned char) t->bytes[stop] == 0xE2 && memcmp(t->bytes + stop, "–", 3) != 0)
            break;
        join |= t->bytes[stop] == '/' || t->bytes[stop] == '-';
        stop++;
    }
    while (stop > at && strchr(".,", t->bytes[stop - 1]) != NULL)
        stop--;
    if (!join || stop - at > 40 || stop - at < 3)
        return SPAN_NONE;
    for (size_t i = at; i < stop; i++)
        if (t->bytes[i] >= 'A' && t->bytes[i] <= 'Z')
            return (struct span){at, stop};
    return SPAN_NONE;
}

/* Does something stand at `at` that names a document of its own: a type with a capital or a number?
 */
static bool
names_document(const struct text *t, size_t at, size_t end)
{
    size_t stop = phrase_any_at(t, at, end, types, NULL);
    size_t number;

    if (stop == 0)
        return false;
    number = phrase_at(t, stop + 1, end, "số");
    return number != 0 || span_upper(t, (struct span){at, end}) || is_digit(t->bytes[stop + 1]);
}

/* The issuing body at `at` (behind "của"). */
static struct span
issuer_at(const struct text *t, size_t at, size_t end)
{
    static const char *const stops[] = {
        "về", "v/v", "thực hiện", "ban hành", "quy định", "sửa đổi", "phê duyệt", "hướng dẫn",
        "phát động", "tổ chức", "triển khai", "nhằm", "gắn", "tại", "để", "cho", "tiếp tục",
        "tăng cường", "đẩy mạnh", "xây dựng", "công bố", "giao", "yêu cầu", "đề ra", "đã", "trong",
        "phát triển", "thông qua", "năm", "ngày", "chỉ đạo", "kèm", "và các văn bản", "bổ sung",
        "thi hành", "khi", "trên địa bàn", NULL};
    struct span s = {at, end};

    for (; at < end; at++) {
        if (strchr(";.(\n", t->bytes[at]) != NULL || quote_opens(t, at) != 0 || t->bytes[at] == ':')
            break;
        if (t->bytes[at] == ',' && phrase_at(t, at + 2, end, "khóa") == 0)
            break;
        if (at > s.at && phrase_any_at(t, at, end, stops, NULL) != 0
            && !span_upper(t, (struct span){at, end}))
            break;
        if (phrase_at(t, at, end, "và") != 0 && names_document(t, at + strlen("và "), end))
            break;
    }
    s.end = at;
    return span_trim(t, s, ", ");
}

/* Where the subject of a document ends: the clause, before what the plan itself goes on to say. */
static size_t
subject_end(const struct text *t, size_t at, size_t end, bool preamble)
{
    static const char *const stops[] = {
        "gắn với", "nhằm", "trong đó", "và các văn bản", "làm cơ sở", "đã đề ra", "như sau",
        "đồng thời", NULL};
    static const char *const verbs[] = {
        "tổ chức", "tăng cường", "triển khai", "phát huy", "góp phần", "tạo", "hoàn thành",
        "phấn đấu", "nâng cao", "thực hiện tốt", "các", "không ngừng", "đẩy mạnh", "tiếp tục",
        "lấy", "qua đó", "bảo đảm", "đảm bảo", "quyết tâm", "coi đó", "gắn", "kết hợp", "khơi dậy",
        "chào mừng", "hướng tới", NULL};
    size_t limit = end - at > SUBJECT_BYTES_MAX ? at + SUBJECT_BYTES_MAX : end;

    for (; at < limit; at++) {
        size_t next;

        if (quote_opens(t, at) != 0) {
            struct span quote = quote_after(t, at, end);

            if (span_found(quote)) {
                at = quote.end;
                continue;
            }
        }
        if (t->bytes[at] == ';' || t->bytes[at] == '\n' || t->bytes[at] == ':')
            return at;
        if (phrase_any_at(t, at, end, stops, NULL) != 0)
            return at;
        if (phrase_at(t, at, end, "và") != 0 && names_document(t, at + strlen("và "), end))
            return at;
        if (t->bytes[at] != ',')
            continue;
        next = skip(t, at + 1, end, " ");
        if (phrase_any_at(t, next, end, verbs, NULL) != 0 || names_document(t, next, end))
            return at;
        if (preamble && phrase_any_at(t, next, end, terms_bodies, NULL) != 0
            && span_upper(t, (struct span){next, end}))
            return at;
    }
    return limit;
}

/* "Nghị định số 91/2017/NĐ-CP … và số 56/2019/NĐ-CP ngày …": one phrase, one document in the list.
 */
static size_t
skip_numbers(const struct text *t, size_t at, size_t end)
{
    for (;;) {
        size_t next = skip(t, at, end, " ,");
        size_t word = phrase_at(t, next, end, "và");
        struct span number;
        struct date d;

        if (word != 0)
            next = word + 1;
        word = phrase_at(t, next, end, "số");
        number = word != 0 ? number_at(t, skip(t, word, end, ": "), end) : SPAN_NONE;
        if (!span_found(number))
            return at;
        next = date_at(t, skip(t, number.end, end, " ,"), end, false, &d);
        at = next != 0 ? next : number.end;
    }
}

/* Read what follows the type word: number, day, issuer, subject. */
static void
read_parts(const struct text *t, struct basis *b, size_t end, bool preamble)
{
    size_t at = skip(t, b->type.end, end, " ,");
    size_t word = phrase_at(t, at, end, "số");
    struct span of;
    bool had_head;

    if (word != 0)
        at = skip(t, word, end, ": ");
    b->number = number_at(t, at, end);
    if (!span_found(b->number) && (b->kind <= TYPE_ORDINANCE)) {
        size_t clause = phrase_find_mark(t, (struct span){at, end}, ";");
        struct span later = phrase_find(t, (struct span){at, clause}, "số");

        if (span_found(later) && later.at < at + 120)
            b->number = number_at(t, skip(t, later.end, end, ": "), end);
    }
    if (span_found(b->number))
        at = b->number.end;
    had_head = span_found(b->number);
    b->text = (struct span){b->type.at, at};
    if (had_head || b->kind <= TYPE_ORDINANCE) {
        size_t clause = phrase_find_mark(t, (struct span){at, end}, ";");
        size_t near = had_head ? skip(t, at, end, " ,(") : at;
        size_t stop = 0;

        if (had_head)
            stop = date_at(t, near, end, false, &b->date);
        for (size_t i = near; stop == 0 && !had_head && i < clause && i < near + 160; i++)
            if (phrase_at(t, i, clause, "ngày") != 0)
                stop = date_at(t, near = i, clause, false, &b->date);
        if (stop != 0 && b->date.day != 0 && (b->date.year != 0 || b->date.wrong)) {
            b->day = (struct span){near, stop};
            at = stop;
        }
    }
    if (had_head)
        at = skip_numbers(t, at, end);
    b->text.end = at;
    word = skip(t, at, end, " ,)");
    of = (struct span){word, phrase_at(t, word, end, "của")};
    if (of.end == 0 && !had_head && b->kind > TYPE_ORDINANCE) {
        struct span found =
            phrase_find(t, (struct span){at, subject_end(t, at, end, preamble)}, "của");

        if (span_found(found)
            && (phrase_any_at(t, found.end + 1, end, terms_bodies, NULL) != 0
                || phrase_at(t, found.end + 1, end, "nhà trường") != 0))
            of = found;
        else
            of.end = 0;
    }
    if (of.end != 0) {
        b->issuer = issuer_at(t, skip(t, of.end, end, " "), end);
        at = b->issuer.end;
    }
    b->text.end = subject_end(t, at, end, preamble);
    b->text = span_trim_end(t, b->text, ".,;:/ ");
}

/* "… của Phòng Nội vụ tại Tờ trình số 12/TTr-PNV": the body before "tại". */
static void
issuer_before(const struct text *t, struct basis *b, size_t from)
{
    struct span before = {b->type.at > from + 160 ? b->type.at - 160 : from, b->type.at};
    static const char *const ats[] = {"tại", NULL};
    static const char *const ofs[] = {"của", NULL};
    struct span at = phrase_find_last(t, before, ats, NULL);
    struct span of;

    if (!span_found(at) || at.end + 1 < b->type.at)
        return;
    of = phrase_find_last(t, (struct span){before.at, at.at}, ofs, NULL);
    if (span_found(of))
        b->issuer = span_trim(t, (struct span){of.end, at.at}, ", ");
}

/* Does its ordinal, term, year or subject tell a law or a resolution without number apart? */
static bool
tells_apart(const struct text *t, const struct basis *b)
{
    static const char *const marks[] = {"lần thứ", "nhiệm kỳ", "khóa", "về", "trung ương", NULL};
    struct span rest = {b->type.end, b->text.end};
    struct date d;

    if (b->kind == TYPE_LAW || b->kind == TYPE_CODE || b->kind == TYPE_ORDINANCE)
        return span_words(t, rest) >= 2 && t->bytes[b->type.at] != 'l'
               && t->bytes[b->type.end] == ' '
               && span_upper(t, (struct span){b->type.end + 1, b->text.end});
    return b->kind == TYPE_RESOLUTION && span_words(t, rest) >= 2
           && (span_found(phrase_find_any(t, rest, marks, NULL))
               || span_found(date_find(t, rest, &d)));
}

/* In the preamble a document without number counts when the plan is issued under it. */
static bool
is_carried_out(const struct text *t, const struct basis *b, size_t from)
{
    static const char *const leads[] = {
        "căn cứ", "thực hiện", "theo", "thi hành", "triển khai", "và", "tinh thần", "căn cứ vào",
        "thực hiện theo", "trên cơ sở", NULL};
    static const char *const own[] = {"ban hành", "xây dựng", "xây dựng và ban hành", "lập", NULL};
    struct span before = {b->type.at > from + 60 ? b->type.at - 60 : from, b->type.at};
    struct span lead = phrase_find_last(t, before, leads, NULL);
    struct span mine = phrase_find_last(t, before, own, NULL);

    if (!span_upper(t, b->type) || span_words(t, (struct span){b->type.end, b->text.end}) < 2)
        return false;
    if (span_found(mine) && mine.end + 1 >= b->type.at)
        return false;
    if ((b->type.at == from && b->kind != TYPE_PLAN)
        || (span_found(lead) && lead.end + 1 >= b->type.at))
        return true;
    return b->type.at > from + 2 && strchr(";,", t->bytes[b->type.at - 2]) != NULL;
}

/* A law is the same with and without its number and day: its name is what stands before them. */
static struct span
law_name(const struct text *t, struct span s)
{
    static const char *const ends[] = {"số", "ngày", "năm", "được", NULL};
    struct span end = phrase_find_any(t, s, ends, NULL);

    if (span_found(end))
        s.end = end.at;
    return s;
}

static bool
is_known(const struct text *t, const struct bases *all, const struct basis *b)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct basis *a = &all->items[i];
        struct span x = a->text;
        struct span y = b->text;

        if (a->kind == b->kind && a->kind <= TYPE_ORDINANCE
            && (!span_found(a->number) || !span_found(b->number))
            && span_same(t, law_name(t, x), law_name(t, y)))
            return true;
        if (span_found(a->number) != span_found(b->number) || a->kind != b->kind)
            continue;
        if (span_found(a->number)) {
            if (a->number.end - a->number.at == b->number.end - b->number.at
                && memcmp(t->low + a->number.at, t->low + b->number.at,
                          b->number.end - b->number.at)
                       == 0)
                return true;
            continue;
        }
        if (span_words(t, x) > 6)
            for (x.end = x.at; span_words(t, x) < 6;
                 x.end = phrase_next_word(t, x.end, a->text.end))
                continue;
        if (y.end - y.at > x.end - x.at)
            y.end = y.at + (x.end - x.at);
        if (span_same(t, x, y))
            return true;
    }
    return false;
}

static void
keep(struct reader *r, struct bases *all, const struct basis *b)
{
    struct plan_basis *item;

    if (all->count >= BASES_MAX || is_known(r->t, all, b))
        return;
    if (span_found(b->number) && r->p->number != NULL
        && strlen(r->p->number) == b->number.end - b->number.at
        && memcmp(r->p->number, r->t->bytes + b->number.at, strlen(r->p->number)) == 0)
        return; /* the plan that an article reports */
    all->items[all->count++] = *b;
    READER_ADD(r, r->p->legal_bases, item);
    if (item == NULL)
        return;
    item->text = reader_text(r, b->text);
    item->number = reader_text(r, b->number);
    item->date = span_found(b->day) ? reader_date(r, b->date, b->day) : NULL;
    item->issuer = reader_text(r, b->issuer);
    item->line = reader_line(r, b->text.at);
}

static void
bases_in(struct reader *r, struct bases *all, struct span in, bool preamble)
{
    const struct text *t = r->t;
    size_t outer = in.at; /* the end of the document that the place stands in */

    for (size_t at = in.at; at < in.end; at++) {
        struct basis b = {.number = SPAN_NONE, .issuer = SPAN_NONE, .day = SPAN_NONE};
        size_t stop = phrase_any_at(t, at, in.end, types, &b.kind);
        bool wanted;

        if (stop == 0)
            continue;
        b.type = (struct span){at, stop};
        read_parts(t, &b, in.end, preamble);
        if (b.kind == TYPE_SUBMISSION && !span_found(b.issuer))
            issuer_before(t, &b, in.at);
        if (span_found(b.number))
            wanted = true;
        else if (!span_upper(t, b.type))
            wanted = false;
        else
            wanted =
                tells_apart(t, &b) || (preamble && at >= outer && is_carried_out(t, &b, in.at));
        if (!wanted)
            continue;
        keep(r, all, &b);
        if (b.text.end > outer)
            outer = b.text.end;
        at = span_found(b.number) ? b.number.end : stop;
    }
}

void
read_bases(struct reader *r)
{
    const struct text *t = r->t;
    struct bases all;

    all.count = 0;
    for (size_t i = 0; i < t->sentences_count; i++) {
        struct sentence s = t->sentences[i];
        enum zone zone = t->blocks[s.block].zone;

        if (zone == ZONE_PREAMBLE || zone == ZONE_BODY)
            bases_in(r, &all, (struct span){s.at, s.end}, zone == ZONE_PREAMBLE);
    }
}
