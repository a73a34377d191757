/* The head of a plan: type, number, place, date, issuer and title; for an article, those of the
 * plan that it reports. */
#include "config.h"

#include <string.h>

#include "plan/outline.h"
#include "plan/reader.h"
#include "plan/terms.h"

static const char *const national[] = {
    "cộng hòa xã hội", "chủ nghĩa việt nam", "độc lập", "đảng cộng sản việt nam", NULL};

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "Số: 12 /KH-UBND", "Số      /KH-UBND", "Số ....-KH/TU": the number without spaces and dots before
 * it. ret_end   where it ends Returns   false where the words after "số" are no number */
static bool
read_number(struct reader *r, struct span in, size_t *ret_end)
{
    const struct text *t = r->t;
    struct span word = phrase_find(t, in, "số");
    char number[64];
    size_t used = 0;
    bool slash = false;
    size_t at;

    if (!span_found(word) || word.at != in.at)
        return false;
    for (at = word.end; at < in.end && used + 1 < sizeof number; at++) {
        char c = t->bytes[at];

        if (c == ','
            || (slash && c == ' ' && used > 0 && number[used - 1] != '/'
                && number[used - 1] != '-'))
            break;
        if (c == ' '
            || (used == 0
                && (c == ':' || c == '.' || (unsigned char) c == 0xE2
                    || ((unsigned char) c & 0xC0) == 0x80)))
            continue;
        slash |= c == '/';
        number[used++] = c;
    }
    number[used] = '\0';
    while (used > 0 && strchr(".;", number[used - 1]) != NULL)
        number[--used] = '\0';
    if (!slash || used < 3)
        return false;
    *ret_end = at;
    r->p->number = reader_copy(r, number);
    if (!is_digit(number[0]))
        reader_ask(r, word.at,
                   N_("The number of the document is blank (“{1}”): which number did it get?"),
                   (struct span){word.at, at}, SPAN_NONE);
    return true;
}

/* A number between two words of a date line; blanks and dots are none. */
static int
blank_number(const struct text *t, struct span in)
{
    int value = 0;

    for (size_t at = in.at; at < in.end; at++)
        if (is_digit(t->low[at]) && value < 10000)
            value = value * 10 + (t->low[at] - '0');
    return value;
}

/* "Sa Đéc, ngày    tháng 02 năm 2023" */
static bool
read_place(struct reader *r, struct span in)
{
    const struct text *t = r->t;
    struct span day = phrase_find(t, in, "ngày");
    struct span month;
    struct span year;
    struct date d = {.year = 0};

    if (!span_found(day))
        return false;
    month = phrase_find(t, (struct span){day.end, in.end}, "tháng");
    if (!span_found(month))
        return false;
    year = phrase_find(t, (struct span){month.end, in.end}, "năm");
    if (!span_found(year))
        return false;
    d.day = blank_number(t, (struct span){day.end, month.at});
    d.month = blank_number(t, (struct span){month.end, year.at});
    d.year = blank_number(t, (struct span){year.end, in.end});
    if (d.month == 0)
        d.day = 0;
    d.wrong = d.day > 31 || d.month > 12;
    r->p->place = reader_text(r, span_trim(t, (struct span){in.at, day.at}, ",.;"));
    r->p->issued = reader_date(r, d, (struct span){day.at, in.end});
    if (d.day == 0)
        reader_ask(r, day.at, N_("The day of the document is blank (“{1}”): when was it issued?"),
                   (struct span){day.at, in.end}, SPAN_NONE);
    return true;
}

/* The issuing body: the last one named in the header, its lines joined. */
static void
take_body(struct reader *r, struct span piece, char *body, size_t body_bytes)
{
    const struct text *t = r->t;
    size_t used = strlen(body);
    size_t size;

    piece = span_trim(t, piece, "*-_.");
    if (piece.at >= piece.end)
        return;
    if (phrase_any_at(t, piece.at, piece.end, terms_bodies, NULL) != 0)
        used = 0;
    else if (used == 0)
        return;
    size = piece.end - piece.at;
    if (used + size + 2 > body_bytes)
        return;
    if (used > 0)
        body[used++] = ' ';
    memcpy(body + used, t->bytes + piece.at, size);
    body[used + size] = '\0';
}

static void
read_head_blocks(struct reader *r)
{
    static const char *const cuts[] = {
        "cộng hòa xã hội chủ nghĩa", "đảng cộng sản việt nam", "số:", NULL};
    const struct text *t = r->t;
    char body[400] = "";

    for (size_t i = 0; i < t->blocks_count && t->blocks[i].zone == ZONE_HEADER; i++) {
        struct span piece = {t->blocks[i].at, t->blocks[i].end};
        struct span cut = phrase_find_any(t, piece, cuts, NULL);
        size_t end = 0;

        if (r->p->number == NULL && read_number(r, piece, &end)) {
            piece.at = end;
            piece = span_trim(t, piece, ",;");
            if (piece.at >= piece.end)
                continue;
        }
        if (r->p->issued == NULL && read_place(r, piece))
            continue;
        if (span_found(cut) && cut.at > piece.at) {
            take_body(r, (struct span){piece.at, cut.at}, body, sizeof body);
            if (r->p->number == NULL)
                read_number(r, (struct span){cut.at, piece.end}, &end);
            continue;
        }
        if (phrase_any_at(t, piece.at, piece.end, national, NULL) == 0 && t->bytes[piece.at] != '('
            && phrase_at(t, piece.at, piece.end, "số") == 0 && end == 0)
            take_body(r, piece, body, sizeof body);
    }
    if (body[0] != '\0')
        r->p->issuer = reader_copy(r, body);
}

/* "…, Ủy ban nhân dân thành phố X xây dựng Kế hoạch …": the words before the verb. */
static void
issuer_from_preamble(struct reader *r)
{
    static const char *const verbs[] = {
        "ban hành kế hoạch", "xây dựng kế hoạch", "ban hành và triển khai kế hoạch",
        "phát động phong trào", "phát động đợt", "tổ chức phát động", "ban hành chương trình",
        "xây dựng và ban hành kế hoạch", "ban hành hướng dẫn", "vừa ban hành", "đã ban hành",
        "lập kế hoạch", "triển khai kế hoạch", NULL};
    const struct text *t = r->t;

    for (size_t i = 0; i < t->sentences_count; i++) {
        struct sentence s = t->sentences[i];
        struct span verb;
        size_t at;

        if (t->blocks[s.block].zone != ZONE_PREAMBLE)
            continue;
        for (at = s.at; at < s.end; at = verb.end) {
            struct span name;

            verb = phrase_find_any(t, (struct span){at, s.end}, verbs, NULL);
            if (!span_found(verb))
                break;
            for (name = (struct span){verb.at, verb.at}; name.at > s.at; name.at--)
                if (strchr(".;:,", t->bytes[name.at - 1]) != NULL)
                    break;
            name = span_trim(t, name, "");
            if (name.at < name.end && name.end - name.at < 160
                && phrase_any_at(t, name.at, name.end, terms_bodies, NULL) != 0) {
                r->p->issuer = reader_text(r, name);
                return;
            }
        }
    }
}

static void
read_title(struct reader *r)
{
    const struct text *t = r->t;
    struct span title = SPAN_NONE;
    size_t first = t->title == SIZE_MAX ? 0 : t->title;

    for (size_t i = first; i < t->blocks_count && t->blocks[i].zone == ZONE_TITLE; i++) {
        size_t at = t->blocks[i].at;

        if (i == first)
            at += r->p->type != NULL && t->title != SIZE_MAX            ? strlen(r->p->type)
                  : phrase_at(t, at, t->blocks[i].end, "kế hoạch") != 0 ? strlen("kế hoạch")
                                                                        : 0;
        if (title.at == SIZE_MAX)
            title.at = at;
        title.end = t->blocks[i].end;
    }
    if (title.at == SIZE_MAX)
        return;
    title = span_trim(t, title, ":-*.");
    if (title.at >= title.end)
        return;
    r->own_title = title;
    r->p->title = reader_text(r, title);
}

static const char *const types[] = {
    "kế hoạch", "chương trình", "hướng dẫn", "phương án", "đề án", "thông báo", "chỉ thị",
    "quyết định", "nghị quyết", "thư phát động", "lời kêu gọi", "công văn", NULL};

/* An article names the plan somewhere: "Kế hoạch số 12/KH-UBND ngày … của UBND tỉnh". */
static void
read_article(struct reader *r)
{
    static const char *const stops[] = {
        "yêu cầu", "đề ra", "nêu", "xác định", "nhằm", "về", "đặt ra", "có", "đã", "được",
        "quy định", "hướng", "chỉ rõ", "tập trung", "với", NULL};
    const struct text *t = r->t;
    size_t limit = t->size < 6000 ? t->size : 6000;
    struct span all = {0, limit};
    struct span plan = phrase_find(t, all, "kế hoạch số");
    struct date d;

    if (span_found(plan)) {
        struct sentence s = {plan.at, limit, 0};
        size_t end = plan.end;
        struct span day;

        read_number(r, (struct span){plan.end - strlen("số"), limit}, &end);
        day = date_find(t, (struct span){end, end + 40 < s.end ? end + 40 : s.end}, &d);
        if (span_found(day) && d.day != 0)
            r->p->issued = reader_date(r, d, day);
    }
    plan = phrase_find(t, all, "kế hoạch của");
    if (span_found(plan)) {
        struct span stop = phrase_find_any(t, (struct span){plan.end, limit}, stops, NULL);
        size_t mark = phrase_find_mark(t, (struct span){plan.end, limit}, ",.;:\n(");
        struct span name = {plan.end, span_found(stop) && stop.at < mark ? stop.at : mark};

        if (name.end - name.at < 160)
            r->p->issuer = reader_text(r, name);
    }
}

/* Where the title gives the campaign one of the law's names and the text another, a person decides. */
static void
compare_names(struct reader *r)
{
    static const char *const names[] = {
        "đợt thi đua cao điểm", "đợt thi đua chuyên đề", "đợt thi đua đặc biệt", "đợt thi đua nước rút", NULL};
    static const char *const short_names[] = {"cao điểm", "chuyên đề", "đặc biệt", "nước rút"};
    const struct text *t = r->t;
    struct span rest = {r->own_title.end, t->size}, one, other;
    size_t place, other_place;

    if (!span_found(r->own_title))
        return;
    one = phrase_find_any(t, r->own_title, names, &place);
    if (!span_found(one))
        return;
    while (span_found(other = phrase_find_any(t, rest, names, &other_place))) {
        if (other_place != place) {
            reader_ask(r, other.at,
                       N_("The title calls the campaign “{1}”, the text calls it “{2}”: which name does it bear?"),
                       phrase_find(t, one, short_names[place]),
                       phrase_find(t, other, short_names[other_place]));
            return;
        }
        rest.at = other.end;
    }
}

void
read_header(struct reader *r)
{
    const struct text *t = r->t;

    if (t->title == SIZE_MAX) {
        r->p->type = "tin";
        read_title(r);
        read_article(r);
    } else {
        const struct block *b = &t->blocks[t->title];
        size_t index = 0;

        r->p->type = phrase_any_at(t, b->at, b->end, types, &index) != 0 ? types[index] : types[0];
        read_head_blocks(r);
        read_title(r);
    }
    if (r->p->issuer == NULL)
        issuer_from_preamble(r);
    if (r->p->title == NULL)
        reader_ask(r, SIZE_MAX, N_("No title was found: what is the campaign called?"), SPAN_NONE,
                   SPAN_NONE);
    compare_names(r);
    if (r->p->issuer == NULL)
        reader_ask(r, SIZE_MAX, N_("The text does not say who issues the plan."), SPAN_NONE,
                   SPAN_NONE);
}
