/* The order of a plan. Labels give the ranks; zones follow from the type's line, the first label
 * and the recipients or signature. */
#include "config.h"

#include "plan/outline.h"

#include <string.h>

#include "plan/label.h"
#include "plan/lines.h"
#include "plan/lower.h"
#include "plan/phrase.h"

enum { HEADING_BYTES_MAX = 220, LEAD_BYTES_MAX = 170, DEPTH_MAX = 16 };

/* How the sentence after a title begins. */
static const char *const preamble_starts[] = {
    "căn cứ", "thực hiện", "để", "nhằm", "phát huy", "hưởng ứng", "trên cơ sở", "tiếp tục", "theo",
    "xét", "hướng tới", "trong", "kính gửi", "thi hành", "triển khai", "năm", "ngày", "với",
    "chào mừng", "qua", NULL};

static bool
is_preamble(const struct text *t, const struct block *b)
{
    char last = t->bytes[b->end - 1];

    return phrase_any_at(t, b->at, b->end, preamble_starts, NULL) != 0
           || strchr(".;:,", last) != NULL || b->end - b->at > 400;
}

/* Does block i still belong to the title? */
static bool
is_title(const struct text *t, size_t i, size_t taken)
{
    const struct block *b = &t->blocks[i];
    const struct block *last = &t->blocks[i - 1];

    if (b->label.kind != LABEL_NONE || b->row || phrase_at(t, b->at, b->end, "căn cứ")
        || phrase_at(t, b->at, b->end, "kính gửi"))
        return false;
    if (taken == 0) {
        bool alone = !strchr(".;:", t->bytes[b->end - 1]) && b->end - b->at <= 900;

        return t->blocks[t->title].end - t->blocks[t->title].at < 40 ? alone : b->caps;
    }
    if (taken >= 6 || t->bytes[b->end - 1] == '.' || t->bytes[b->end - 1] == ';')
        return false;
    return (b->caps && last->caps) || lower_starts_lower(t->bytes + b->at, b->end - b->at)
           || t->bytes[b->at] == '(' || (!b->gap && !is_preamble(t, b));
}

static bool
opens_body(enum label_kind kind)
{
    return kind != LABEL_NONE && kind != LABEL_DASH && kind != LABEL_PLUS;
}

static bool
starts_annex(const struct text *t, const struct block *b)
{
    static const char *const words[] = {
        "phụ lục", "biểu mẫu", "mẫu số", "mẫu", "danh mục", "đề cương", "biểu", "thông báo",
        "thể lệ", "phiếu", "cộng hòa xã hội chủ nghĩa việt nam", NULL};

    return phrase_any_at(t, b->at, b->end, words, NULL) != 0
           && (b->caps || b->label.kind == LABEL_NONE);
}

static void
set_zones(struct text *t)
{
    enum zone zone = t->title == SIZE_MAX ? ZONE_TITLE : ZONE_HEADER;
    size_t taken = 0;

    for (size_t i = 0; i < t->blocks_count; i++) {
        struct block *b = &t->blocks[i];

        if (i == t->title) {
            zone = ZONE_TITLE;
        } else if (zone == ZONE_TITLE && i > 0
                   && (t->title == SIZE_MAX || !is_title(t, i, taken++))) {
            zone = ZONE_PREAMBLE;
        }
        if (zone == ZONE_PREAMBLE && (opens_body(b->label.kind) || b->row || (b->caps && b->gap)))
            zone = ZONE_BODY;
        if ((zone == ZONE_BODY || zone == ZONE_PREAMBLE)
            && lines_starts_tail(t->bytes + b->at, t->low + b->at, b->end - b->at))
            zone = ZONE_TAIL;
        else if (zone == ZONE_TAIL && starts_annex(t, b))
            zone = ZONE_ANNEX;
        b->zone = zone;
    }
}

/* Without recipients or signature, what follows "./." is the tail. */
static void
set_tail_by_mark(struct text *t)
{
    for (size_t i = t->blocks_count; i > 0; i--) {
        const struct block *b = &t->blocks[i - 1];

        if (b->zone > ZONE_BODY)
            return;
        if (b->zone == ZONE_BODY && b->end - b->at > 3
            && memcmp(t->bytes + b->end - 3, "./.", 3) == 0) {
            for (; i < t->blocks_count; i++)
                t->blocks[i].zone =
                    starts_annex(t, &t->blocks[i]) || t->blocks[i - 1].zone == ZONE_ANNEX
                        ? ZONE_ANNEX
                        : ZONE_TAIL;
            return;
        }
    }
}

/* A text without labels and headings (a short plan, an article) has its body behind the first paragraph. */
static void
set_body_by_place(struct text *t)
{
    bool first = true;

    for (size_t i = 0; i < t->blocks_count; i++)
        if (t->blocks[i].zone == ZONE_BODY)
            return;
    for (size_t i = 0; i < t->blocks_count; i++) {
        if (t->blocks[i].zone != ZONE_PREAMBLE)
            continue;
        if (!first)
            t->blocks[i].zone = ZONE_BODY;
        first = false;
    }
}

static size_t
heading_end(const struct text *t, const struct block *b)
{
    size_t from = b->label.body;
    size_t end = b->end;

    if (b->row || b->zone == ZONE_HEADER || b->zone == ZONE_TITLE || b->zone == ZONE_TAIL
        || from >= end)
        return from;
    if (b->caps)
        return end;
    if (b->label.kind != LABEL_NONE && end - from <= HEADING_BYTES_MAX
        && strchr(".;,!?", t->bytes[end - 1]) == NULL
        && phrase_find_mark(t, (struct span){from, end - 1}, ":") == end - 1)
        return t->bytes[end - 1] == ':' ? end - 1 : end;
    for (size_t at = from; at < end && at - from <= LEAD_BYTES_MAX; at++) {
        if (t->bytes[at] == ':' && (at + 1 == end || t->bytes[at + 1] == ' '))
            return at;
        if ((t->bytes[at] == '.' && at + 1 < end && t->bytes[at + 1] == ' ') || t->bytes[at] == ';')
            return from;
    }
    return from;
}

/* A line in capitals without a label is a heading of the first rank in the body. */
static void
set_ranks(struct text *t)
{
    for (size_t i = 0; i < t->blocks_count; i++) {
        struct block *b = &t->blocks[i];

        if (b->label.kind == LABEL_NONE && b->caps
            && (b->zone == ZONE_BODY || b->zone == ZONE_ANNEX) && !b->row)
            b->label.kind = LABEL_CAPS;
        b->rank = label_rank(&b->label);
        if (b->zone < ZONE_PREAMBLE || b->zone == ZONE_TAIL)
            b->rank = RANK_NONE;
        b->head_end = heading_end(t, b);
    }
}

static void
set_parents(struct text *t)
{
    size_t stack[DEPTH_MAX];
    size_t depth = 0;

    for (size_t i = 0; i < t->blocks_count; i++) {
        struct block *b = &t->blocks[i];

        while (depth > 0
               && (t->blocks[stack[depth - 1]].rank >= b->rank
                   || t->blocks[stack[depth - 1]].zone != b->zone))
            depth--;
        b->parent = depth > 0 ? stack[depth - 1] : SIZE_MAX;
        if (depth < DEPTH_MAX)
            stack[depth++] = i;
    }
}

enum err
outline_build(struct text *t)
{
    set_zones(t);
    set_tail_by_mark(t);
    set_body_by_place(t);
    set_ranks(t);
    set_parents(t);
    return OK;
}

struct span
outline_heading(const struct text *t, size_t block)
{
    return (struct span){t->blocks[block].label.body, t->blocks[block].head_end};
}

bool
outline_is_under(const struct text *t, size_t block, size_t above)
{
    for (size_t i = 0; i < DEPTH_MAX + 1 && block != SIZE_MAX; i++) {
        block = t->blocks[block].parent;
        if (block == above)
            return block != SIZE_MAX;
    }
    return false;
}

size_t
outline_section_end(const struct text *t, size_t block)
{
    size_t i = block + 1;

    while (i < t->blocks_count && t->blocks[i].rank > t->blocks[block].rank
           && t->blocks[i].zone == t->blocks[block].zone)
        i++;
    return i;
}

size_t
outline_find(const struct text *t, size_t from, size_t to, const char *const *wanted,
             const char *const *unwanted)
{
    for (size_t i = from; i < to && i < t->blocks_count; i++) {
        struct span head = outline_heading(t, i);

        if (t->blocks[i].zone != ZONE_BODY || head.at >= head.end)
            continue;
        if (span_found(phrase_find_any(t, head, wanted, NULL))
            && (unwanted == NULL || !span_found(phrase_find_any(t, head, unwanted, NULL))))
            return i;
    }
    return SIZE_MAX;
}
