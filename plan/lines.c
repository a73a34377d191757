/* The lines of a plan's text. A line in columns (header, signature block) becomes a line for each
 * column; a line with cells in the body stays one table row. */
#include "config.h"

#include "plan/lines.h"

#include <string.h>

#include "plan/label.h"
#include "plan/lower.h"
#include "plan/plan.h"
#include "protocol/util/mem.h"

enum { TITLE_LINES_MAX = 80, COLUMN_GAP_CHARS = 4, RIGHT_INDENT_CHARS = 28 };

/* What plans call themselves, as a line of its own in capitals. */
static const char *const types[] = {
    "kế hoạch", "chương trình", "hướng dẫn", "phương án", "đề án", "thông báo", "chỉ thị",
    "quyết định", "nghị quyết", "thư phát động", "lời kêu gọi", "công văn", NULL};

static bool
add_line(struct lines *l, struct line line)
{
    if (l->count == l->capacity) {
        size_t capacity = l->capacity == 0 ? 256 : l->capacity * 2;
        struct line *items = mem_resize(l->items, capacity * sizeof *items);

        if (items == NULL)
            return false;
        l->items = items;
        l->capacity = capacity;
    }
    l->items[l->count++] = line;
    return true;
}

size_t
lines_chars(const char *bytes, size_t at, size_t end)
{
    size_t chars = 0;

    for (; at < end; at++)
        chars += ((unsigned char) bytes[at] & 0xC0) != 0x80;
    return chars;
}

/* A line of nothing but rule characters, or a page number ("2", "- 2 -", "Trang 2/5"). */
static bool
is_noise(const uint8_t *p, size_t size)
{
    size_t digits = 0;
    size_t others = 0;

    if (size >= 6 && size <= 12 && memcmp(p, "Trang ", 6) == 0) {
        p += 6;
        size -= 6;
    }
    for (size_t i = 0; i < size; i++) {
        if (p[i] >= '0' && p[i] <= '9')
            digits++;
        else if (strchr(" -_=*|:~.\t\r/", p[i]) == NULL
                 && memcmp(p + i, "–", size - i < 3 ? size - i : 3) != 0 && (p[i] & 0xC0) != 0x80)
            others++;
    }
    return others == 0 && digits <= 3 && (digits == 0 || size <= 9);
}

/* The white space at p: its length in bytes, and whether it divides columns. */
static size_t
read_space(const uint8_t *p, size_t size, bool *ret_wide)
{
    size_t chars = 0;
    size_t at = 0;

    *ret_wide = false;
    while (at < size) {
        if (p[at] == ' ' || p[at] == '\t' || p[at] == '\r') {
            *ret_wide |= p[at] == '\t';
            at++;
        } else if (size - at >= 2 && p[at] == 0xC2 && p[at + 1] == 0xA0) {
            at += 2;
        } else if (size - at >= 3 && p[at] == 0xE2 && p[at + 1] == 0x80
                   && ((p[at + 2] >= 0x80 && p[at + 2] <= 0x8A) || p[at + 2] == 0xAF)) {
            at += 3;
        } else {
            break;
        }
        chars++;
    }
    *ret_wide |= chars >= COLUMN_GAP_CHARS;
    return at;
}

/* Append one source line without markup, spaces folded, columns divided by TEXT_CELL. */
static void
clean_line(struct buf *text, const uint8_t *p, size_t size, bool cells)
{
    size_t at = 0;
    size_t start = text->size;
    bool wide;

    while (at < size && (p[at] == '#' || p[at] == '>' || p[at] == ' '))
        at++;
    if (size - at >= 2 && p[at] == '*' && p[at + 1] == ' ') {
        buf_append(text, "• ", strlen("• "));
        at += 2;
    }
    while (at < size) {
        size_t space = read_space(p + at, size - at, &wide);

        if (space > 0) {
            uint8_t mark = wide ? TEXT_CELL : ' ';
            uint8_t last = text->size > start ? text->bytes[text->size - 1] : 0;

            at += space;
            if (last == ' ' && wide)
                text->bytes[text->size - 1] = mark;
            else if (last != 0 && last != ' ' && last != TEXT_CELL)
                buf_append(text, &mark, 1);
        } else if (p[at] == '|' && (cells || text->size == start || at + 1 >= size)) {
            while (text->size > start && text->bytes[text->size - 1] == ' ')
                text->size--;
            if (text->size > start)
                buf_append(text, "\x1F", 1);
            at++;
        } else if (p[at] == '*' || p[at] == '\\' || p[at] == '`'
                   || (p[at] == '_' && at + 1 < size
                       && (p[at + 1] == '_' || (at > 0 && p[at - 1] == '_')))) {
            at++;
        } else {
            buf_append(text, p + at++, 1);
        }
    }
    while (text->size > start
           && (text->bytes[text->size - 1] == ' ' || text->bytes[text->size - 1] == TEXT_CELL))
        text->size--;
}

/* Where a label or dash is followed by a tab, the tab is only a space; one cell alone is no row. */
static void
settle_cells(struct line *line, char *bytes, const char *low, bool split)
{
    struct label label;
    size_t cells = 0;

    line->label = label_read(bytes + line->at, low + line->at, line->end - line->at);
    label = line->label;
    for (size_t i = line->at; i < line->end; i++) {
        if (bytes[i] != TEXT_CELL)
            continue;
        if (label.kind != LABEL_NONE && i - line->at < label.body)
            bytes[i] = ' ';
        else
            cells++;
    }
    if (split || cells == 0)
        return;
    line->row = cells >= 2;
    for (size_t i = line->at; i < line->end && !line->row; i++)
        if (bytes[i] == TEXT_CELL)
            bytes[i] = ' ';
}

/* First pass: each source line, cleaned, cells still marked. */
static enum err
clean_lines(const uint8_t *clean, size_t size, struct lines *l)
{
    size_t at = 0;
    unsigned number = 1;
    bool gap = false;

    while (at < size) {
        size_t end = at;
        size_t start = l->text.size;
        size_t indent = 0;
        unsigned bars = 0;

        while (end < size && clean[end] != '\n' && clean[end] != '\f'
               && !(clean[end] == '\r' && end + 1 < size && clean[end + 1] != '\n'))
            bars += clean[end++] == '|';
        while (at + indent < end && clean[at + indent] == ' ')
            indent++;
        if (!is_noise(clean + at, end - at))
            clean_line(&l->text, clean + at, end - at, bars >= 2);
        if (l->text.err != OK)
            return l->text.err;
        if (l->text.size == start) {
            gap = true;
        } else {
            struct line line = {.at = start,
                                .end = l->text.size,
                                .number = number,
                                .gap = gap,
                                .column = indent >= RIGHT_INDENT_CHARS,
                                .row = bars >= 2};

            if (!add_line(l, line))
                return ERR_NOMEM;
            buf_append(&l->text, "\n", 1); /* so that no letter stands beside the next line's */
            gap = false;
        }
        if (end < size && clean[end] == '\n')
            number++;
        gap |= end < size && clean[end] == '\f';
        at = end + 1;
    }
    return OK;
}

bool
lines_starts_tail(const char *bytes, const char *low, size_t size)
{
    static const char *const signs[] = {
        "TM.", "T/M", "KT.", "K/T", "TL.", "T/L", "TUQ.", "T.M", "TM ", "KT ", NULL};

    if (size >= strlen("nơi nhận") && memcmp(low, "nơi nhận", strlen("nơi nhận")) == 0)
        return true;
    for (size_t i = 0; signs[i] != NULL; i++) {
        size_t length = strlen(signs[i]);

        if (size > length && memcmp(bytes, signs[i], length) == 0 && lower_all_caps(bytes, size))
            return true;
    }
    return false;
}

/* Find the line of the type and the first line of recipients or signature. */
static void
find_ends(struct lines *l)
{
    const char *bytes = (const char *) l->text.bytes;

    l->title = l->tail = SIZE_MAX;
    for (size_t i = 0; i < l->count && i < TITLE_LINES_MAX && l->title == SIZE_MAX; i++) {
        const struct line *line = &l->items[i];
        size_t size = line->end - line->at;

        for (size_t k = 0; types[k] != NULL; k++) {
            size_t length = strlen(types[k]);

            if (size < length || memcmp(l->low + line->at, types[k], length) != 0)
                continue;
            if (size == length
                || (bytes[line->at + length] == ' ' && lower_all_caps(bytes + line->at, size)))
                l->title = i;
        }
    }
    for (size_t i = l->title == SIZE_MAX ? 1 : l->title + 1; i < l->count && l->tail == SIZE_MAX;
         i++) {
        const struct line *line = &l->items[i];

        for (size_t at = line->at; at < line->end; at++)
            if ((at == line->at || bytes[at - 1] == TEXT_CELL)
                && lines_starts_tail(bytes + at, l->low + at, line->end - at))
                l->tail = i;
    }
}

/* Where a flattened signature ("TM. ỦY BAN NHÂN DÂN CHỦ TỊCH Mai Xuân Hoà") goes on with its next
 * line: before KT. or TL., before an office, before the name. Returns the end where it is one line.
 */
static size_t
signature_cut(const struct lines *l, size_t at, size_t end)
{
    static const char *const cuts[] = {
        "kt. ", "tl. ", "tuq. ", "chủ tịch", "phó chủ tịch", "bí thư", "phó bí thư", "giám đốc",
        "phó giám đốc", "trưởng ban", "chánh văn phòng", "hiệu trưởng", "trưởng phòng", NULL};
    static const char *const heads[] = {
        "tm. ", "t/m ", "kt. ", "k/t ", "tl. ", "t/l ", "phó ", "tuq. ", "q. ", NULL};
    const char *bytes = (const char *) l->text.bytes;
    bool sign = false;

    for (size_t i = 0; heads[i] != NULL; i++)
        sign |= end - at > strlen(heads[i]) && memcmp(l->low + at, heads[i], strlen(heads[i])) == 0;
    for (size_t i = 0; cuts[i] != NULL; i++)
        sign |= end - at > strlen(cuts[i]) && memcmp(l->low + at, cuts[i], strlen(cuts[i])) == 0;
    if (!sign || !lower_starts_upper(bytes + at, end - at))
        return end;
    for (size_t word = at + 1; word < end; word++) {
        const char *space = memchr(bytes + word, ' ', end - word);
        size_t stop = space != NULL ? (size_t) (space - bytes) : end;
        bool behind_head = false;

        if (bytes[word - 1] != ' ')
            continue;
        if (!lower_all_caps(bytes + word, stop - word))
            return lower_starts_upper(bytes + word, stop - word) ? word : end;
        for (size_t i = 0; heads[i] != NULL; i++) {
            size_t length = strlen(heads[i]);

            behind_head |=
                word - at >= length && memcmp(l->low + word - length, heads[i], length) == 0;
        }
        for (size_t i = 0; cuts[i] != NULL && !behind_head; i++)
            if (end - word >= strlen(cuts[i])
                && memcmp(l->low + word, cuts[i], strlen(cuts[i])) == 0)
                return word;
    }
    return end;
}

/* Where the right column begins in a line that lost its gap ("Nơi nhận: TM. ỦY BAN NHÂN DÂN",
 * "- UBND huyện; CHỦ TỊCH"). Returns the end where there is none. */
static size_t
column_cut(const struct lines *l, size_t at, size_t end)
{
    static const char *const signs[] = {
        " TM. ", " T/M ", " KT. ", " K/T ", " TL. ", " T/L ", " TUQ. ", NULL};
    static const char *const offices[] = {
        "; CHỦ TỊCH",     "; PHÓ CHỦ TỊCH", "; BÍ THƯ",      "; PHÓ BÍ THƯ", "; GIÁM ĐỐC",
        "; PHÓ GIÁM ĐỐC", "; TRƯỞNG BAN",   "; HIỆU TRƯỞNG", "; KT. ",       NULL};
    const char *bytes = (const char *) l->text.bytes;

    for (size_t i = at + 1; i < end; i++) {
        for (size_t k = 0; bytes[i] == ' ' && signs[k] != NULL; k++)
            if (end - i > strlen(signs[k]) && memcmp(bytes + i, signs[k], strlen(signs[k])) == 0
                && lower_all_caps(bytes + i, end - i))
                return i + 1;
        for (size_t k = 0; bytes[i] == ';' && offices[k] != NULL; k++)
            if (end - i >= strlen(offices[k])
                && memcmp(bytes + i, offices[k], strlen(offices[k])) == 0
                && lower_all_caps(bytes + i, end - i))
                return i + 2;
    }
    return end;
}

/* Add one line of the tail, a flattened signature as the lines that it was. */
static bool
add_tail_line(struct lines *out, const struct lines *l, struct line line)
{
    const char *bytes = (const char *) l->text.bytes;

    for (;;) {
        struct line first = line;

        first.end = line.label.kind == LABEL_NONE ? signature_cut(l, line.at, line.end) : line.end;
        if (first.end == line.end)
            first.end = column_cut(l, line.at, line.end);
        line.at = first.end;
        while (first.end > first.at && bytes[first.end - 1] == ' ')
            first.end--;
        first.label = label_read(bytes + first.at, l->low + first.at, first.end - first.at);
        if (!add_line(out, first))
            return false;
        if (line.at >= line.end)
            return true;
        line.gap = false;
        line.column++;
        line.label = (struct label){.kind = LABEL_NONE};
    }
}

/* Blanks that wait for a number ("Số:      /KH-UBND", "ngày      tháng 5") divide no columns. */
static bool
is_blank_to_fill(const struct lines *l, size_t at, size_t cell, size_t end)
{
    static const char *const befores[] = {"số", "số:", "ngày", "tháng", "năm", NULL};
    static const char *const behinds[] = {"/", "-", "tháng ", "năm ", NULL};

    for (size_t i = 0; befores[i] != NULL; i++) {
        size_t length = strlen(befores[i]);

        if (cell - at >= length && memcmp(l->low + cell - length, befores[i], length) == 0
            && (cell - at == length || l->low[cell - length - 1] == ' '))
            return true;
    }
    for (size_t i = 0; behinds[i] != NULL; i++)
        if (end - cell > strlen(behinds[i])
            && memcmp(l->low + cell + 1, behinds[i], strlen(behinds[i])) == 0)
            return i >= 2 || l->low[cell + 2] != ' '; /* "- Lưu" begins an entry of its own */
    return false;
}

/* Second pass: columns of header and signature become lines of their own. */
static bool
split_columns(struct lines *l)
{
    struct lines out = {.count = 0};
    size_t title = l->title;
    size_t tail = l->tail;
    char *bytes = (char *) l->text.bytes;
    bool annex = false;

    for (size_t i = 0; i < l->count; i++) {
        struct line line = l->items[i];
        bool split;

        annex |= tail != SIZE_MAX && i > tail && line.end - line.at >= strlen("phụ lục")
                 && memcmp(l->low + line.at, "phụ lục", strlen("phụ lục")) == 0;
        split = (title != SIZE_MAX && i < title) || (tail != SIZE_MAX && i >= tail && !annex);
        if (i == title)
            l->title = out.count;
        if (i == tail)
            l->tail = out.count;
        settle_cells(&line, bytes, l->low, split);
        while (split) {
            char *cell = memchr(bytes + line.at, TEXT_CELL, line.end - line.at);
            struct line left = line;

            if (cell == NULL)
                break;
            left.end = (size_t) (cell - bytes);
            if (is_blank_to_fill(l, line.at, left.end, line.end)) {
                *cell = ' ';
                l->low[left.end] = ' ';
                continue;
            }
            left.label = label_read(bytes + left.at, l->low + left.at, left.end - left.at);
            left.row = false;
            if (!add_tail_line(&out, l, left))
                goto failed;
            line.at = left.end + 1;
            line.gap = false;
            line.column++;
            line.label = label_read(bytes + line.at, l->low + line.at, line.end - line.at);
        }
        line.row &= !split;
        if (split ? !add_tail_line(&out, l, line) : !add_line(&out, line))
            goto failed;
    }
    mem_free(l->items);
    l->items = out.items;
    l->count = out.count;
    l->capacity = out.capacity;
    return true;
failed:
    mem_free(out.items);
    return false;
}

/* Is the text broken by hand at some width? Then many lines go on in small letters on the next. */
static void
measure(struct lines *l)
{
    size_t histogram[161] = {0};
    size_t lines = 0;
    size_t broken = 0;
    size_t seen = 0;
    const char *bytes = (const char *) l->text.bytes;

    for (size_t i = 0; i < l->count; i++) {
        const struct line *line = &l->items[i];
        size_t chars = lines_chars(bytes, line->at, line->end);

        line = &l->items[i];
        lines++;
        histogram[chars > 160 ? 160 : chars]++;
        if (i > 0 && !line->gap && line->label.kind == LABEL_NONE && !line->row
            && lower_starts_lower(bytes + line->at, line->end - line->at))
            broken++;
    }
    l->full_chars = 0;
    if (lines < 8 || broken * 8 < lines)
        return;
    for (size_t chars = 160; chars > 30; chars--) {
        seen += histogram[chars];
        if (seen * 12 >= lines) { /* the width that one line in twelve reaches */
            l->full_chars = chars < 150 ? chars : 0;
            return;
        }
    }
}

enum err
lines_read(const uint8_t *clean, size_t size, struct lines *ret_lines)
{
    struct lines *l = ret_lines;
    enum err err;

    *l = (struct lines){.title = SIZE_MAX, .tail = SIZE_MAX};
    buf_init(&l->text, (size_t) PLAN_BYTES_MAX * 4);
    err = clean_lines(clean, size, l);
    if (err != OK)
        return err;
    l->low = mem_alloc(l->text.size + 1);
    if (l->low == NULL)
        return ERR_NOMEM;
    lower_text(l->low, (const char *) l->text.bytes, l->text.size);
    find_ends(l);
    if (!split_columns(l))
        return ERR_NOMEM;
    for (size_t i = 0; i < l->count; i++) {
        struct line *line = &l->items[i];

        line->caps = lower_all_caps((const char *) l->text.bytes + line->at + line->label.body,
                                    line->end - line->at - line->label.body);
    }
    measure(l);
    return OK;
}

void
lines_release(struct lines *l)
{
    buf_release(&l->text);
    mem_free(l->low);
    mem_free(l->items);
    *l = (struct lines){.count = 0};
}
