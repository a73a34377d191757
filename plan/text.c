/* A plan's text as blocks. A line goes on the last one's block where the sentence is not at its
 * end: page breaks and hand-broken lines are mended, labels, headings, table rows and signatures
 * stay apart. */
#include "config.h"

#include "plan/text.h"

#include <string.h>

#include "plan/label.h"
#include "plan/lines.h"
#include "plan/lower.h"
#include "plan/outline.h"
#include "plan/phrase.h"
#include "plan/sentence.h"
#include "protocol/util/mem.h"

/* A line that ends in one of these is not at the end of anything. */
static const char *const dangling[] = {
    "và", "của", "các", "những", "về", "với", "cho", "tại", "trong", "là", "theo", "do", "từ",
    "đến", "trên", "dưới", "đồng chí", "đ/c", "ông", "bà", "số", "ngày", "tháng", "việc", "bằng",
    "để", "nhằm", "hoặc", "qua", "giữa", "mỗi", "từng", "toàn", "nhân dịp", "chào mừng", "kỷ niệm",
    "nghị quyết", "chỉ thị", "kế hoạch", "quyết định", "tỉnh", "huyện", "luật", "hội đồng", "ban",
    "chủ tịch", "thủ tướng", NULL};

static bool
ends_with_phrase(const char *low, size_t size, const char *const *table)
{
    for (size_t i = 0; table[i] != NULL; i++) {
        size_t length = strlen(table[i]);

        if (size > length && memcmp(low + size - length, table[i], length) == 0
            && low[size - length - 1] == ' ')
            return true;
    }
    return false;
}

/* Does the line end a sentence or a list item? */
static bool
is_closed(const char *bytes, size_t size)
{
    static const char *const ends[] = {".", ";", ":", "!", "?", "…", ".”", ".\"", ";”", ".)", NULL};

    for (size_t i = 0; ends[i] != NULL; i++) {
        size_t length = strlen(ends[i]);

        if (size >= length && memcmp(bytes + size - length, ends[i], length) == 0)
            return true;
    }
    return false;
}

/* Is a quotation or a bracket open at the end of the block? */
static bool
is_inside_marks(const char *bytes, size_t size)
{
    int brackets = 0;
    int quotes = 0;
    size_t at = size > 4000 ? size - 4000 : 0;

    for (; at < size; at++) {
        brackets += bytes[at] == '(' ? 1 : bytes[at] == ')' && brackets > 0 ? -1 : 0;
        if (size - at >= 3 && memcmp(bytes + at, "“", 3) == 0)
            quotes++;
        else if (size - at >= 3 && memcmp(bytes + at, "”", 3) == 0 && quotes > 0)
            quotes--;
    }
    return brackets > 0 || quotes > 0;
}

struct builder {
    struct text *t;
    const struct lines *l;
    struct buf bytes;
    struct buf low;
    size_t blocks_capacity;
    size_t marks_capacity;
};

/* Does line b go on the block that line a (the last one) belongs to? */
static bool
goes_on(const struct builder *b, size_t i)
{
    const struct lines *l = b->l;
    const struct line *last = &l->items[i - 1];
    const struct line *line = &l->items[i];
    const struct block *block = &b->t->blocks[b->t->blocks_count - 1];
    const char *bytes = (const char *) l->text.bytes;
    const char *from = (const char *) b->bytes.bytes + block->at;
    size_t size = b->bytes.size - block->at;
    size_t chars = lines_chars(bytes, last->at, last->end);
    bool full = l->full_chars != 0 && chars * 4 >= l->full_chars * 3;
    bool small = lower_starts_lower(bytes + line->at, line->end - line->at);
    bool closed = is_closed(from, size);

    if (line->label.kind != LABEL_NONE || line->row || last->row || i - 1 == l->title
        || i == l->title || line->column != last->column
        || lines_starts_tail(bytes + line->at, l->low + line->at, line->end - line->at))
        return false;
    if ((l->title != SIZE_MAX && i < l->title) || (l->tail != SIZE_MAX && i > l->tail))
        return small && !closed && !line->gap && last->label.kind != LABEL_NONE;
    if (line->caps || last->caps)
        return line->caps && last->caps && !line->gap && block->label.kind != LABEL_NONE && !closed
               && line->end - line->at > 3;
    if (small)
        return (!closed && (!line->gap || chars >= 40 || from[size - 1] == ','))
               || (full && !line->gap && from[size - 1] != '.');
    if (closed)
        return false;
    if (full && !line->gap)
        return true;
    if (is_inside_marks(from, size)
        || (!line->gap && chars >= 40 && bytes[line->at] >= '0' && bytes[line->at] <= '9'))
        return true;
    return chars >= 60
           && (from[size - 1] == ','
               || ends_with_phrase((const char *) b->low.bytes + block->at, size, dangling));
}

static bool
add_block(struct builder *b, const struct line *line)
{
    struct text *t = b->t;
    struct block *block;

    if (t->blocks_count == b->blocks_capacity) {
        size_t capacity = b->blocks_capacity == 0 ? 128 : b->blocks_capacity * 2;
        struct block *blocks = mem_resize(t->blocks, capacity * sizeof *blocks);

        if (blocks == NULL)
            return false;
        t->blocks = blocks;
        b->blocks_capacity = capacity;
    }
    block = &t->blocks[t->blocks_count++];
    *block = (struct block){.at = b->bytes.size,
                            .label = line->label,
                            .gap = line->gap,
                            .row = line->row,
                            .column = line->column,
                            .caps = line->caps,
                            .parent = SIZE_MAX};
    block->label.text.at += block->at;
    block->label.text.end += block->at;
    block->label.body += block->at;
    return true;
}

static bool
add_mark(struct builder *b, unsigned line)
{
    struct text *t = b->t;

    if (t->marks_count == b->marks_capacity) {
        size_t capacity = b->marks_capacity == 0 ? 256 : b->marks_capacity * 2;
        struct text_mark *marks = mem_resize(t->marks, capacity * sizeof *marks);

        if (marks == NULL)
            return false;
        t->marks = marks;
        b->marks_capacity = capacity;
    }
    t->marks[t->marks_count++] = (struct text_mark){.at = b->bytes.size, .line = line};
    return true;
}

static void
append_both(struct builder *b, const void *bytes, const void *low, size_t size)
{
    buf_append(&b->bytes, bytes, size);
    buf_append(&b->low, low, size);
}

/* Make the blocks; the last block's end is set as lines join it. */
static enum err
build(struct builder *b)
{
    const struct lines *l = b->l;
    struct text *t = b->t;

    for (size_t i = 0; i < l->count; i++) {
        const struct line *line = &l->items[i];
        bool joins = i > 0 && goes_on(b, i);

        if (i > 0)
            append_both(b, joins ? " " : "\n", joins ? " " : "\n", 1);
        if (!add_mark(b, line->number) || (!joins && !add_block(b, line)))
            return ERR_NOMEM;
        if (joins)
            t->blocks[t->blocks_count - 1].caps &= line->caps;
        if (i == l->title)
            t->title = t->blocks_count - 1;
        append_both(b, l->text.bytes + line->at, l->low + line->at, line->end - line->at);
        if (b->bytes.err != OK || b->low.err != OK)
            return ERR_NOMEM;
        t->blocks[t->blocks_count - 1].end = b->bytes.size;
    }
    append_both(b, "\0", "\0", 1);
    return b->bytes.err != OK || b->low.err != OK ? ERR_NOMEM : OK;
}

enum err
text_read(const uint8_t *clean, size_t size, struct text *ret_text)
{
    struct text *t = ret_text;
    struct lines l;
    struct builder b = {.t = t, .l = &l};
    enum err err = lines_read(clean, size, &l);

    *t = (struct text){.title = SIZE_MAX};
    buf_init(&b.bytes, SIZE_MAX / 2);
    buf_init(&b.low, SIZE_MAX / 2);
    if (err == OK)
        err = build(&b);
    t->bytes = (char *) b.bytes.bytes; /* the buffers' memory moves into the text */
    t->low = (char *) b.low.bytes;
    t->size = b.bytes.size > 0 ? b.bytes.size - 1 : 0;
    lines_release(&l);
    if (err == OK)
        err = sentence_divide(t);
    if (err == OK)
        err = outline_build(t);
    return err;
}

void
text_release(struct text *t)
{
    mem_free(t->bytes);
    mem_free(t->low);
    mem_free(t->blocks);
    mem_free(t->sentences);
    mem_free(t->marks);
    *t = (struct text){.title = SIZE_MAX};
}

unsigned
text_line(const struct text *t, size_t at)
{
    size_t low = 0;
    size_t high = t->marks_count;

    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;

        if (t->marks[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    return t->marks_count == 0 ? 1 : t->marks[low].line;
}

size_t
text_block_at(const struct text *t, size_t at)
{
    size_t low = 0;
    size_t high = t->blocks_count;

    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;

        if (t->blocks[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}
