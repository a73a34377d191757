/* A plan's text as blocks: paragraphs, headings, list items and table rows. Sentences that a page
 * or a narrow column broke are whole again, and every place still knows its line in the source. */
#ifndef PLAN_TEXT_H
#define PLAN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/util/arena.h"
#include "protocol/util/err.h"

/* A piece of struct text, bytes [at, end). */
struct span {
    size_t at;
    size_t end;
};

enum zone {
    ZONE_HEADER,   /* above the title */
    ZONE_TITLE,    /* the type and the title */
    ZONE_PREAMBLE, /* from the title to the first label or heading */
    ZONE_BODY,
    ZONE_TAIL,  /* signature and recipients */
    ZONE_ANNEX, /* forms and tables behind the signature */
};

enum label_kind {
    LABEL_NONE,
    LABEL_PART,    /* A. / PHẦN I */
    LABEL_ROMAN,   /* I. */
    LABEL_CAPS,    /* no label, a line in capitals: a heading */
    LABEL_NUMBER,  /* 1. / 1.2. */
    LABEL_ORDINAL, /* Thứ nhất, / Một là, */
    LABEL_LETTER,  /* a) */
    LABEL_DASH,    /* - */
    LABEL_PLUS,    /* + */
};

struct label {
    enum label_kind kind;
    struct span text; /* "2.1" without its full stop, bracket or slash */
    size_t body;      /* where the block's words begin */
    unsigned parts;   /* numbers in "2.1": 2 */
};

enum { RANK_NONE = 70 };

struct block {
    size_t at;
    size_t end;
    struct label label;
    enum zone zone;
    unsigned rank; /* small ranks enclose great ones; RANK_NONE for a paragraph */
    size_t parent; /* index of the enclosing block, SIZE_MAX for none */
    size_t
        head_end; /* the heading part is [label.body, head_end); equal to label.body: no heading */
    bool caps;    /* only capitals */
    bool gap;     /* a blank line stands before it */
    bool row;     /* a table row: cells are divided by TEXT_CELL */
    unsigned column;  /* 0 left, 1.. right of a line in columns (header, signature) */
    size_t sentence;  /* index of its first sentence */
    size_t sentences; /* how many */
};

enum { TEXT_CELL = '\x1F', SENTENCE_BYTES_MAX = 4096 };

struct sentence {
    size_t at;
    size_t end;
    size_t block;
};

struct text_mark {
    size_t at;
    unsigned line;
};

struct text {
    char *bytes; /* owned; blocks divided by line feeds; NUL behind the end */
    char *low; /* owned; the same in lower case with "hoá" as "hóa"; equal length, equal offsets */
    size_t size;
    struct block *blocks; /* owned */
    size_t blocks_count;
    struct sentence *sentences; /* owned */
    size_t sentences_count;
    struct text_mark *marks; /* owned; ascending */
    size_t marks_count;
    size_t title; /* the block that bears the type ("KẾ HOẠCH"), SIZE_MAX for an article */
};

/* Read clean text into blocks; labels, ranks, zones and sentences are filled in.
 *   clean     UTF-8 in NFC (decode_text()); borrowed
 *   ret_text  release it with text_release(), also after a failure
 *   Returns   OK; ERR_NOMEM */
enum err text_read(const uint8_t *clean, size_t size, struct text *ret_text);

/* Free a text; a zeroed one is allowed. */
void text_release(struct text *t);

/* The source line of a place, from 1. */
unsigned text_line(const struct text *t, size_t at);

/* The block that holds a place; the last one before it where none does. */
size_t text_block_at(const struct text *t, size_t at);

#endif
