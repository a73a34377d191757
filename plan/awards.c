/* Forms of reward and titles, each with the authority that grants it. */
#include "config.h"

#include <string.h>

#include "plan/reader.h"
#include "plan/terms.h"

static const char *const forms[] = {
    "giấy khen", "bằng khen", "cờ thi đua", "huân chương", "huy chương", "kỷ niệm chương",
    "thư khen", "giấy chứng nhận", "chiến sĩ thi đua cơ sở", "chiến sĩ thi đua cấp tỉnh",
    "chiến sĩ thi đua cấp bộ", "chiến sĩ thi đua toàn quốc", "chiến sỹ thi đua cơ sở",
    "chiến sỹ thi đua cấp tỉnh", "chiến sỹ thi đua toàn quốc", "chiến sĩ thi đua",
    "lao động tiên tiến", "chiến sĩ tiên tiến", "tập thể lao động xuất sắc",
    "tập thể lao động tiên tiến", "đơn vị quyết thắng", "đơn vị tiên tiến", "anh hùng lao động",
    "biểu trưng", "bảng vàng", "cờ truyền thống", NULL};

/* "hạng Ba", "Lao động hạng Nhì" behind "Huân chương". */
static size_t
form_end(const struct text *t, size_t at, size_t end)
{
    size_t class;

    while (at + 1 < end && t->bytes[at] == ' ' && span_upper(t, (struct span){at + 1, end})
           && phrase_any_at(t, at + 1, end, terms_bodies, NULL) == 0)
        at = phrase_find_mark(t, (struct span){at + 1, end}, " ,;.:)(");
    class = at + 1 < end ? phrase_at(t, at + 1, end, "hạng") : 0;
    if (class != 0)
        at =
            phrase_find_mark(t, (struct span){class + 1 < end ? class + 1 : class, end}, " ,;.:)(");
    return at;
}

static size_t
authority_end(const struct text *t, struct span in)
{
    static const char *const stops[] = {
        "cho", "tặng", "để", "theo", "trong", "đối với", "và giấy khen", "và bằng khen", "tại",
        "khi", "về", "hoặc", "xét", "khen thưởng", "là", NULL};
    size_t end = phrase_find_mark(t, in, ",;.(:");
    struct span stop = phrase_find_any(t, (struct span){in.at, end}, stops, NULL);

    if (span_found(stop))
        end = stop.at;
    for (size_t at = in.at; at < end; at = phrase_next_word(t, at, end)) {
        size_t join = phrase_at(t, at, end, "và");

        if (join != 0 && phrase_any_at(t, join + 1, end, forms, NULL) != 0)
            return at;
    }
    return end;
}

/* "Chủ tịch UBND tỉnh tặng Bằng khen": the body before the verb. */
static struct span
giver_before(const struct text *t, size_t from, size_t at)
{
    static const char *const gives[] = {
        "tặng", "tặng thưởng", "xét tặng", "trao tặng", "trao", "khen thưởng", "quyết định tặng",
        "công nhận", "xem xét tặng", "tặng danh hiệu", NULL};
    struct span give =
        phrase_find_last(t, (struct span){at > from + 60 ? at - 60 : from, at}, gives, NULL);
    struct span name;

    if (!span_found(give) || give.end + 12 < at)
        return SPAN_NONE;
    for (name = (struct span){give.at, give.at};
         name.at > from && strchr(",;.:(-", t->bytes[name.at - 1]) == NULL;)
        name.at--;
    name = span_trim(t, name, " ");
    for (size_t k = name.at; k < name.end; k = phrase_next_word(t, k, name.end)) {
        static const char *const ends[] = {
            "xem xét", "quyết định", "xét", "sẽ", "tặng", "biểu dương", NULL};
        struct span end;

        if (phrase_any_at(t, k, name.end, terms_bodies, NULL) == 0
            || !span_upper(t, (struct span){k, name.end}))
            continue;
        end = phrase_find_any(t, (struct span){k, name.end}, ends, NULL);
        return span_trim(t, (struct span){k, span_found(end) ? end.at : name.end}, " ");
    }
    return SPAN_NONE;
}

static void
add_award(struct reader *r, struct span form, struct span authority)
{
    struct plan_award *item;
    const char *texts[2] = {reader_text(r, form), reader_text(r, authority)};

    if (texts[0] == NULL)
        return;
    for (size_t i = 0; i < r->p->awards.count; i++) {
        const struct plan_award *a = &r->p->awards.items[i];

        if (strcmp(a->form, texts[0]) == 0
            && (texts[1] == NULL || (a->authority != NULL && strcmp(a->authority, texts[1]) == 0)))
            return;
    }
    READER_ADD(r, r->p->awards, item);
    if (item == NULL)
        return;
    item->form = texts[0];
    item->authority = texts[1];
    item->line = reader_line(r, form.at);
}

static void
awards_in(struct reader *r, struct span in)
{
    const struct text *t = r->t;

    for (size_t at = in.at; at < in.end; at = phrase_next_word(t, at, in.end)) {
        size_t stop = phrase_any_at(t, at, in.end, forms, NULL);
        struct span form;
        struct span authority = SPAN_NONE;
        size_t of;

        if (stop == 0)
            continue;
        form = (struct span){at, phrase_at(t, at, stop, "huân chương")
                                         || phrase_at(t, at, stop, "huy chương")
                                         || phrase_at(t, at, stop, "kỷ niệm chương")
                                     ? form_end(t, stop, in.end)
                                     : stop};
        of = form.end;
        while (of < in.end
               && (memcmp(t->bytes + of, "”", 3) == 0 || strchr("\" ", t->bytes[of]) != NULL))
            of += t->bytes[of] == ' ' || t->bytes[of] == '"' ? 1 : 3;
        of = phrase_at(t, of, in.end, "của");
        if (of != 0) {
            authority = (struct span){of + 1, authority_end(t, (struct span){of + 1, in.end})};
            if (phrase_any_at(t, authority.at, authority.end, terms_bodies, NULL) == 0
                && !span_upper(t, authority))
                authority = SPAN_NONE;
        } else {
            authority = giver_before(t, in.at, at);
        }
        add_award(r, form, authority);
        at = form.end - 1;
    }
}

void
read_awards(struct reader *r)
{
    const struct text *t = r->t;

    for (size_t i = 0; i < t->sentences_count; i++)
        if (t->blocks[t->sentences[i].block].zone == ZONE_BODY)
            awards_in(r, (struct span){t->sentences[i].at, t->sentences[i].end});
}
