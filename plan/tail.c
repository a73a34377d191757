/* The end of a plan: who signed it and who receives it. The two often stand side by side. */
#include "config.h"

#include <string.h>

#include "plan/lines.h"
#include "plan/lower.h"
#include "plan/reader.h"
#include "plan/terms.h"

enum { AUTHORITY_BYTES_MAX = 400, NAME_BYTES_MAX = 80 };

static bool
is_recipients_head(const struct text *t, const struct block *b)
{
    return phrase_at(t, b->at, b->end, "nơi nhận") != 0;
}

/* "TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH" */
static bool
is_authority(const struct text *t, const struct block *b)
{
    return !is_recipients_head(t, b)
           && lines_starts_tail(t->bytes + b->at, t->low + b->at, b->end - b->at);
}

/* "(Đã ký)" and its like may stand before a name. */
static struct span
without_remark(const struct text *t, struct span s)
{
    static const char *const remarks[] = {
        "(đã ký)", "đã ký:", "đã ký", "(ký, đóng dấu)", "(ký tên, đóng dấu)", NULL};
    size_t end = phrase_any_at(t, s.at, s.end, remarks, NULL);

    if (end != 0)
        s.at = end;
    return span_trim(t, s, "");
}

/* Two to six words, each with a capital, and nothing else: a person's name. */
static bool
is_name(const struct text *t, struct span s)
{
    size_t words = 0;

    if (s.end - s.at > NAME_BYTES_MAX || phrase_any_at(t, s.at, s.end, terms_offices, NULL) != 0
        || (lower_all_caps(t->bytes + s.at, s.end - s.at)
            && phrase_any_at(t, s.at, s.end, terms_bodies, NULL) != 0))
        return false; /* but "Đoàn Văn Bình" is a person */
    for (size_t at = s.at; at < s.end; at++) {
        if (strchr("0123456789:;,/()", t->bytes[at]) != NULL)
            return false;
        if ((at == s.at || t->bytes[at - 1] == ' ')) {
            if (!lower_starts_upper(t->bytes + at, s.end - at))
                return false;
            words++;
        }
    }
    return words >= 2 && words <= 6;
}

static void
join(char *text, const struct text *t, const struct block *b)
{
    size_t used = strlen(text);
    size_t size = b->end - b->at;

    if (used + size + 2 > AUTHORITY_BYTES_MAX)
        return;
    if (used > 0)
        text[used++] = ' ';
    memcpy(text + used, t->bytes + b->at, size);
    text[used + size] = '\0';
}

/* The office: the first line in capitals behind the authority that begins like one, else the first.
 */
static const struct block *
find_office(const struct text *t, size_t from, size_t end)
{
    const struct block *first = NULL;

    for (size_t i = from; i < end && i < from + 12; i++) {
        const struct block *b = &t->blocks[i];

        if (b->label.kind == LABEL_DASH || !b->caps || is_authority(t, b)
            || is_recipients_head(t, b))
            continue;
        if (phrase_any_at(t, b->at, b->end, terms_offices, NULL) != 0)
            return b;
        if (first == NULL && !is_name(t, (struct span){b->at, b->end}))
            first = b;
    }
    return first;
}

void
read_signer(struct reader *r)
{
    const struct text *t = r->t;
    struct plan_signer *s = &r->p->signer;
    char authority[AUTHORITY_BYTES_MAX] = "";
    const struct block *office = NULL;
    size_t first = SIZE_MAX;
    size_t after = SIZE_MAX;
    size_t tail = 0;
    size_t end;

    while (tail < t->blocks_count && t->blocks[tail].zone != ZONE_TAIL)
        tail++;
    for (end = tail; end < t->blocks_count && t->blocks[end].zone == ZONE_TAIL; end++) {
        if (!is_authority(t, &t->blocks[end]) || (after != SIZE_MAX && end > after + 8))
            continue;
        if (first == SIZE_MAX)
            first = end;
        after = end;
        join(authority, t, &t->blocks[end]);
    }
    office = find_office(t, after == SIZE_MAX ? tail : after + 1, end);
    if (office != NULL && after == SIZE_MAX
        && phrase_any_at(t, office->at, office->end, terms_offices, NULL) == 0)
        office = NULL;
    if (office != NULL && first == SIZE_MAX)
        first = (size_t) (office - t->blocks);
    for (size_t i = first == SIZE_MAX ? tail : first; i < end; i++) {
        struct span name = without_remark(t, (struct span){t->blocks[i].at, t->blocks[i].end});

        if (t->blocks[i].label.kind == LABEL_DASH || &t->blocks[i] == office || !is_name(t, name)
            || is_authority(t, &t->blocks[i]))
            continue;
        s->name = reader_text(r, name);
        if (first == SIZE_MAX)
            first = i;
        break;
    }
    if (first == SIZE_MAX) {
        if (r->p->type != NULL && strcmp(r->p->type, "tin") != 0)
            reader_ask(r, SIZE_MAX, N_("The text bears no signature: who signed the plan?"),
                       SPAN_NONE, SPAN_NONE);
        return;
    }
    s->authority = authority[0] != '\0' ? reader_copy(r, authority) : NULL;
    s->title = office != NULL ? reader_text(r, (struct span){office->at, office->end}) : NULL;
    s->line = reader_line(r, t->blocks[first].at);
}

static void
add_recipient(struct reader *r, struct span s)
{
    const struct text *t = r->t;
    struct plan_text_item *item;

    s = span_trim(t, s, ";.,-:/ ");
    if (s.at >= s.end || (t->bytes[s.at] == '(' && phrase_find_mark(t, s, ")") + 1 >= s.end))
        return;
    READER_ADD(r, r->p->recipients, item);
    if (item == NULL)
        return;
    item->text = reader_text(r, s);
    item->line = reader_line(r, s.at);
}

/* "Nơi nhận: - A; - B; - Lưu: VT." on one line. */
static void
add_inline(struct reader *r, struct span s)
{
    bool dashes = s.at < s.end && r->t->bytes[s.at] == '-';

    while (s.at < s.end) {
        size_t stop = phrase_find_mark(r->t, s, ";");

        while (dashes && stop + 2 < s.end
               && r->t->bytes[stop + 2] != '-') /* "- TT Huyện ủy; HĐND; - …" */
            stop = phrase_find_mark(r->t, (struct span){stop + 1, s.end}, ";");

        add_recipient(r, (struct span){s.at, stop});
        s.at = stop + 1;
    }
}

void
read_recipients(struct reader *r)
{
    const struct text *t = r->t;
    size_t i = 0;
    const struct block *head;

    while (i < t->blocks_count
           && !(t->blocks[i].zone == ZONE_TAIL && is_recipients_head(t, &t->blocks[i])))
        i++;
    if (i == t->blocks_count)
        return;
    head = &t->blocks[i];
    add_inline(r,
               span_trim(t, (struct span){phrase_at(t, head->at, head->end, "nơi nhận"), head->end},
                         ": "));
    for (i++; i < t->blocks_count && t->blocks[i].zone == ZONE_TAIL; i++) {
        const struct block *b = &t->blocks[i];
        struct span s = {b->label.body, b->end};

        if (b->label.kind == LABEL_DASH || b->label.kind == LABEL_PLUS) {
            add_recipient(r, s);
        } else if (!b->caps && !is_authority(t, b) && b->column == head->column
                   && (strchr(";.", t->bytes[b->end - 1]) != NULL
                       || phrase_at(t, b->at, b->end, "lưu") != 0)) {
            add_recipient(r, s);
        }
    }
}
