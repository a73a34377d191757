/* A table in columns: widths count what a terminal shows, wide texts go on in the next line. */
#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "client/print.h"
#include "client/utf8.h"
#include "protocol/util/mem.h"

enum { GAP = 2, COLUMN_MIN = 8, CUT_WIDTH = 100, CUT_MIN = 12 };

struct table {
    char *titles[TABLE_COLUMNS_MAX]; /* owned */
    bool right[TABLE_COLUMNS_MAX];
    bool whole[TABLE_COLUMNS_MAX]; /* gives no room to others */
    size_t columns;
    bool cut;
    char **cells; /* owned, each owned; row by row */
    size_t cells_count;
    size_t cells_capacity;
};

struct table *
table_new(void)
{
    return mem_alloc(sizeof(struct table));
}

void
table_free(struct table *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->columns; i++)
        mem_free(t->titles[i]);
    for (size_t i = 0; i < t->cells_count; i++)
        mem_free(t->cells[i]);
    mem_free(t->cells);
    mem_free(t);
}

enum err
table_column(struct table *t, const char *title)
{
    if (t->columns == TABLE_COLUMNS_MAX)
        return ERR_LIMIT;
    t->titles[t->columns] = mem_text(title);
    if (t->titles[t->columns] == NULL)
        return ERR_NOMEM;
    t->columns++;
    return OK;
}

void
table_right(struct table *t)
{
    if (t->columns > 0)
        t->right[t->columns - 1] = true;
}

void
table_whole(struct table *t)
{
    if (t->columns > 0)
        t->whole[t->columns - 1] = true;
}

void
table_cut(struct table *t)
{
    t->cut = true;
}

enum err
table_cell(struct table *t, const char *text)
{
    char *copy = mem_text(text != NULL ? text : "");

    if (copy == NULL)
        return ERR_NOMEM;
    if (t->cells_count == t->cells_capacity) {
        size_t capacity = t->cells_capacity == 0 ? 64 : t->cells_capacity * 2;
        char **cells = mem_resize(t->cells, capacity * sizeof *cells);

        if (cells == NULL) {
            mem_free(copy);
            return ERR_NOMEM;
        }
        t->cells = cells;
        t->cells_capacity = capacity;
    }
    t->cells[t->cells_count++] = copy;
    return OK;
}

enum err
table_number(struct table *t, long long number)
{
    char text[32];

    snprintf(text, sizeof text, "%lld", number);
    return table_cell(t, text);
}

size_t
table_rows(const struct table *t)
{
    return t->columns == 0 ? 0 : t->cells_count / t->columns;
}

/* The widest column that is wider than `min` and may give way; t->columns for none.
 *   keep_name  the second column, which names the record, does not give way */
static size_t
widest_of(const struct table *t, const size_t *widths, size_t min, bool keep_name)
{
    size_t widest = t->columns;

    for (size_t c = 0; c < t->columns; c++)
        if (!t->whole[c] && !(keep_name && c == 1) && widths[c] > min
            && (widest == t->columns || widths[c] > widths[widest]))
            widest = c;
    return widest;
}

/* Natural widths, then the widest columns give way until the row fits. */
static void
measure(const struct table *t, size_t width, size_t *ret_widths)
{
    size_t total = t->columns > 0 ? (t->columns - 1) * GAP : 0;

    for (size_t c = 0; c < t->columns; c++) {
        ret_widths[c] = print_width(t->titles[c]);
        for (size_t r = 0; r < table_rows(t); r++) {
            size_t w = print_width(t->cells[r * t->columns + c]);

            if (w > ret_widths[c])
                ret_widths[c] = w;
        }
        total += ret_widths[c];
    }
    while (width > 0 && total > width) {
        size_t widest = widest_of(t, ret_widths, t->cut ? CUT_MIN : COLUMN_MIN, t->cut);

        if (widest == t->columns)
            widest = widest_of(t, ret_widths, COLUMN_MIN, false);
        if (widest == t->columns)
            break;
        ret_widths[widest]--;
        total--;
    }
}

/* The part of a text that fits `width` columns: whole words where one fits.
 *   ret_next  where the rest begins */
static size_t
take_line(const char *text, size_t width, const char **ret_next)
{
    size_t at = 0, columns = 0, space = 0;
    uint32_t point;

    while (text[at] != '\0') {
        size_t length = utf8_next(text + at, &point);
        size_t wide = utf8_columns(point);

        if (columns + wide > width)
            break;
        if (point == ' ')
            space = at;
        columns += wide;
        at += length;
    }
    if (text[at] != '\0' && text[at] != ' ' && space > 0)
        at = space;
    if (at == 0 && text[0] != '\0')
        at = utf8_next(text, &point);
    *ret_next = text + at + strspn(text + at, " ");
    return at;
}

/* Cut a text to `width` columns, the last of which is then "…".
 *   ret_text  a copy in the buffer */
static void
cut_text(const char *text, size_t width, char *ret_text, size_t text_bytes)
{
    const char *next;
    size_t size;

    if (print_width(text) <= width) {
        snprintf(ret_text, text_bytes, "%s", text);
        return;
    }
    size = take_line(text, width - 1, &next);
    snprintf(ret_text, text_bytes, "%.*s…", (int) (size + 4 < text_bytes ? size : 0), text);
}

static void
pad(FILE *out, size_t count)
{
    while (count-- > 0)
        fputc(' ', out);
}

/* Print one row, as many lines as its longest cell needs. */
static void
print_row(const struct table *t, FILE *out, char *const *cells, const size_t *widths)
{
    const char *rest[TABLE_COLUMNS_MAX];
    char cuts[TABLE_COLUMNS_MAX][CUT_WIDTH * 8];
    bool more = true;

    for (size_t c = 0; c < t->columns; c++) {
        rest[c] = cells[c];
        if (t->cut && widths[c] > 1) {
            cut_text(cells[c], widths[c], cuts[c], sizeof cuts[c]);
            rest[c] = cuts[c];
        }
    }
    while (more) {
        size_t owed = 0; /* spaces that only the next text makes necessary */

        more = false;
        for (size_t c = 0; c < t->columns; c++) {
            const char *next;
            size_t size = take_line(rest[c], widths[c], &next);
            char line[4096];
            size_t used;

            size = size < sizeof line ? size : sizeof line - 1;
            memcpy(line, rest[c], size);
            line[size] = '\0';
            used = print_width(line);
            if (size > 0) {
                pad(out, owed + (t->right[c] && used < widths[c] ? widths[c] - used : 0));
                print_clean(out, line);
                owed = t->right[c] || used >= widths[c] ? GAP : widths[c] - used + GAP;
            } else {
                owed += widths[c] + GAP;
            }
            rest[c] = next;
            more = more || *next != '\0';
        }
        fputc('\n', out);
    }
}

void
table_print(const struct table *t, FILE *out, size_t width)
{
    size_t widths[TABLE_COLUMNS_MAX];

    measure(t, width == 0 && t->cut ? CUT_WIDTH : width, widths);
    print_row(t, out, t->titles, widths);
    for (size_t r = 0; r < table_rows(t); r++)
        print_row(t, out, t->cells + r * t->columns, widths);
}

/* A spreadsheet would take such a text for a formula. A number with its sign is none. */
static bool
is_formula(const char *text)
{
    if (text[0] == '\0' || strchr("=+-@\t\r", text[0]) == NULL)
        return false;
    return text[0] != '-' || text[1] == '\0' || text[1 + strspn(text + 1, "0123456789.,")] != '\0';
}

static void
csv_cell(FILE *out, const char *text)
{
    const char *guard = is_formula(text) ? "'" : "";

    if (strpbrk(text, ",;\"\r\n") == NULL) {
        fprintf(out, "%s%s", guard, text);
        return;
    }
    fprintf(out, "\"%s", guard);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

void
table_csv(const struct table *t, FILE *out)
{
    fputs("\xEF\xBB\xBF", out); /* without it a spreadsheet reads UTF-8 as something else */
    for (size_t c = 0; c < t->columns; c++) {
        fputs(c > 0 ? "," : "", out);
        csv_cell(out, t->titles[c]);
    }
    fputs("\r\n", out);
    for (size_t i = 0; i < table_rows(t) * t->columns; i++) {
        fputs(i % t->columns > 0 ? "," : "", out);
        csv_cell(out, t->cells[i]);
        if (i % t->columns == t->columns - 1)
            fputs("\r\n", out);
    }
}
