/* The lines of a plan's text, without markup, page numbers and rules; columns and cells told apart.
 */
#ifndef PLAN_LINES_H
#define PLAN_LINES_H

#include "plan/text.h"
#include "protocol/util/buf.h"

struct line {
    size_t at; /* in struct lines' text */
    size_t end;
    unsigned number; /* in the source, from 1 */
    unsigned column;
    bool gap; /* a blank line, a rule or a page break stands before it */
    bool row; /* cells are divided by TEXT_CELL */
    bool caps;
    struct label label; /* offsets from `at` */
};

struct lines {
    struct buf text;
    char *low;          /* owned; as long as the text */
    struct line *items; /* owned */
    size_t count;
    size_t capacity;
    size_t title;      /* the line of the type ("KẾ HOẠCH"), SIZE_MAX for none */
    size_t tail;       /* the first line of recipients or signature, SIZE_MAX for none */
    size_t full_chars; /* the length of a full line where the text is broken by hand, else 0 */
};

/* Divide clean text into lines.
 *   ret_lines  release it with lines_release(), also after a failure
 *   Returns    OK; ERR_NOMEM */
enum err lines_read(const uint8_t *clean, size_t size, struct lines *ret_lines);

void lines_release(struct lines *l);

/* Characters between two places of the text. */
size_t lines_chars(const char *bytes, size_t at, size_t end);

/* Is this how a recipients' list or a signature begins ("nơi nhận", "TM. …")? */
bool lines_starts_tail(const char *bytes, const char *low, size_t size);

#endif
