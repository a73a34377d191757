/* What a person reads on a terminal: columns, dates, numbers. Every text that comes from a record is
 * stripped of control characters before it is printed. */
#ifndef CLIENT_PRINT_H
#define CLIENT_PRINT_H

#include <stddef.h>
#include <stdio.h>

#include "protocol/util/err.h"

enum {
    TABLE_COLUMNS_MAX = 16,
    PRINT_DATE_BYTES_MAX = 64, /* a buffer for print_date() and print_time() */
};

/* Columns that a text takes on a terminal; marks that join the letter before them take none. */
size_t print_width(const char *utf8);

/* A table in memory. */
struct table;

/* A new table; free it with table_free().
 *   Returns  NULL when there is no memory */
struct table *table_new(void);

/* Free a table; NULL is allowed. */
void table_free(struct table *t);

/* Add a column. Do it before the first row.
 *   title    in the person's language; copied
 *   Returns  OK; ERR_LIMIT more than TABLE_COLUMNS_MAX; ERR_NOMEM */
enum err table_column(struct table *t, const char *title);

/* Align the column added last to the right, as numbers are. */
void table_right(struct table *t);

/* Keep the column added last as wide as its texts: ids and codes, which people type. */
void table_whole(struct table *t);

/* Cut what is too wide with "…", instead of going on in the next line; where the width has no bound, at
 * 100 columns. For lists, in which one line is one record: the other columns give way before the second,
 * which names it. CSV holds all. */
void table_cut(struct table *t);

/* Add one cell to the row that is being filled; a full row begins the next one.
 *   text     copied; NULL is an empty cell
 *   Returns  OK; ERR_NOMEM: the table then stays as it was and prints without it */
enum err table_cell(struct table *t, const char *text);

/* Add one cell with a whole number. */
enum err table_number(struct table *t, long long number);

/* How many rows the table has. */
size_t table_rows(const struct table *t);

/* Print the table.
 *   width  columns of the terminal, 0 for no bound; texts that are too wide go on in the next line */
void table_print(const struct table *t, FILE *out, size_t width);

/* Print the table as CSV: a byte order mark, commas, quotation marks where needed, lines end in CR LF,
 * first line the titles. A text that a spreadsheet would take for a formula gets ' before it. */
void table_csv(const struct table *t, FILE *out);

/* The width of the terminal behind `out`, or 0 where it is none. */
size_t print_terminal_width(FILE *out);

/* Print a text folded at words.
 *   indent  columns before every line but the first, which the caller has begun at column `indent`
 *   width   of the terminal; 0 for no bound */
void print_folded(FILE *out, const char *text, size_t indent, size_t width);

/* Print a text from a record without its control characters. */
void print_clean(FILE *out, const char *text);

/* A date of the API as people write it here: "2023-08-15" is 15/08/2023, "2023-04" 04/2023.
 *   date      NULL gives ""; what is no date is given back as it is
 *   ret_text  PRINT_DATE_BYTES_MAX bytes */
void print_date(const char *date, char ret_text[static PRINT_DATE_BYTES_MAX]);

/* A moment of the API in local time: "2023-08-15T07:30:00Z" is 15/08/2023 14:30 in Vietnam. */
void print_time(const char *time, char ret_text[static PRINT_DATE_BYTES_MAX]);

/* A decimal of the API: a comma for the point where Vietnamese is spoken. */
void print_decimal(const char *decimal, char ret_text[static PRINT_DATE_BYTES_MAX]);

/* An amount of bytes for people: "1,2 MB". */
void print_bytes(long long bytes, char ret_text[static PRINT_DATE_BYTES_MAX]);

#endif
