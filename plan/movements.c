/* Named movements: quoted names that a phong trào, a cuộc vận động or a đợt thi đua bears. */
#include "config.h"

#include <string.h>

#include "plan/outline.h"
#include "plan/quote.h"
#include "plan/reader.h"

static const char *const bearers[] = {
    "phong trào", "cuộc vận động", "đợt thi đua", "vận động", "các phong trào", NULL};

/* What else bears a name in quotation marks. */
static const char *const others[] = {
    "chủ đề", "khẩu hiệu", "phương châm", "mục tiêu", "mô hình", "quỹ", "chuyên mục", "cuộc thi",
    "hội thi", "với việc", "gắn với", "tinh thần", "danh hiệu", "câu lạc bộ", "tuần lễ", "ngày hội",
    "tháng", "chuyên trang", "đề án", "chương trình", "hội diễn", "liên hoan", "giải", "gương",
    "đạt chuẩn", "công trình", "truyền thống", "phương hướng", "thông điệp", "kế hoạch",
    "nghị quyết", "tiêu chí", "ngày", "tiêu chuẩn", "nội dung", "hoạt động", NULL};

static bool
ends_with(const struct text *t, struct span s, const char *mark)
{
    size_t length = strlen(mark);

    s = span_trim_end(t, s, "");
    return s.end - s.at >= length && memcmp(t->low + s.end - length, mark, length) == 0;
}

/* Do the words before a quotation say that a movement bears it?
 *   before   from the last quotation or the beginning of the sentence to the opening mark
 *   listed   the quotation before this one was a movement */
static bool
is_borne(const struct text *t, struct span before, bool listed)
{
    struct span bearer = phrase_find_last(t, before, bearers, NULL);
    struct span other;
    struct span gap;

    if (!span_found(bearer)) {
        struct span words = span_trim(t, before, " ,;.():-");

        return listed
               && (span_words(t, words) == 0 || phrase_at(t, words.at, words.end, "và") == words.end
                   || phrase_at(t, words.at, words.end, "hoặc") == words.end);
    }
    gap = (struct span){bearer.end, before.end};
    other = phrase_find_any(t, gap, others, NULL);
    if (span_found(other))
        return false;
    if (ends_with(t, gap, ":") || ends_with(t, gap, " như") || ends_with(t, gap, "như:")
        || ends_with(t, gap, "là") || ends_with(t, gap, "sau"))
        return true;
    return span_words(t, gap) <= 7 && phrase_find_mark(t, gap, ",;") == gap.end;
}

static void
add_movement(struct reader *r, struct span name)
{
    const struct text *t = r->t;
    struct plan_text_item *item;
    const char *text;

    name = span_trim(t, name, " .,;");
    if (name.at >= name.end || name.end - name.at > 600 || span_words(t, name) < 2)
        return;
    text = reader_text(r, name);
    if (text == NULL)
        return;
    for (size_t i = 0; i < r->p->movements.count; i++) {
        if (strcmp(r->p->movements.items[i].text, text) == 0)
            return;
    }
    READER_ADD(r, r->p->movements, item);
    if (item == NULL)
        return;
    item->text = text;
    item->line = reader_line(r, name.at);
}

/* Does the block above announce a list of movements ("các phong trào thi đua sau:")? */
static bool
announces(const struct text *t, size_t block)
{
    size_t above = t->blocks[block].parent;

    if (above == SIZE_MAX
        || !ends_with(t, (struct span){t->blocks[above].at, t->blocks[above].end}, ":"))
        return false;
    return is_borne(t, (struct span){t->blocks[above].at, t->blocks[above].end}, false);
}

static void
movements_in(struct reader *r, struct span in, bool listed)
{
    const struct text *t = r->t;
    size_t from = in.at;
    size_t at = in.at;

    while (at < in.end) {
        size_t mark = quote_opens(t, at);
        struct span name;

        if (mark == 0) {
            at++;
            continue;
        }
        name = quote_after(t, at, in.end);
        if (!span_found(name))
            return;
        listed = is_borne(t, (struct span){from, at}, listed);
        if (listed)
            add_movement(r, name);
        from = name.end;
        while (from < in.end && t->bytes[from] != ' ' && strchr(",;.:)", t->bytes[from]) == NULL)
            from++;
        at = from;
    }
}

void
read_movements(struct reader *r)
{
    const struct text *t = r->t;

    if (span_found(r->own_title))
        movements_in(r, r->own_title, false);
    for (size_t i = 0; i < t->sentences_count; i++) {
        struct sentence s = t->sentences[i];
        const struct block *b = &t->blocks[s.block];

        if (b->zone == ZONE_PREAMBLE || b->zone == ZONE_BODY)
            movements_in(r, (struct span){s.at, s.end},
                         s.at == b->label.body && quote_opens(t, s.at) != 0
                             && announces(t, s.block));
    }
}
