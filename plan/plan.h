/* Reading an emulation campaign plan: from its text to a draft, each piece with its source line.
 * What the text does not say stays empty; what is unclear becomes a question to a person. */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/util/arena.h"
#include "protocol/util/err.h"

enum {
    PLAN_BYTES_MAX = 4 * 1024 * 1024, /* the longest text that is read */
    PLAN_LIST_MAX = 500, /* items of one list; what is beyond is left out, with a question */
    PLAN_QUESTION_ARGS_MAX = 3,
};

/* Texts are NFC with single spaces and owned by the plan's arena; NULL where the text says nothing.
 * Dates are "2023", "2023-Q2", "2023-H1", "2023-04" or "2023-04-15". A line is counted from 1. */

enum plan_kind { PLAN_COLLECTIVE, PLAN_INDIVIDUAL, PLAN_HOUSEHOLD };

enum plan_cadence {
    PLAN_CADENCE_NONE,
    PLAN_WEEKLY,
    PLAN_MONTHLY,
    PLAN_QUARTERLY,
    PLAN_SEMIANNUAL,
    PLAN_ANNUAL,
    PLAN_AT_CLOSE,
};

struct plan_signer {
    const char *authority;
    const char *title;
    const char *name;
    unsigned line; /* 0: the plan bears no signer */
};

struct plan_period {
    const char *from; /* NULL for "từ nay" */
    const char *to;
    const char *text;
    unsigned line; /* 0: no period is stated */
};

struct plan_occasion {
    const char *text;
    const char *from;
    const char *to;
    unsigned line;
};

struct plan_basis {
    const char *text;
    const char *number;
    const char *date;
    const char *issuer;
    unsigned line;
};

struct plan_content {
    const char *label; /* NULL for a dash */
    const char *text;
    unsigned line;
};

/* A movement or a recipient. */
struct plan_text_item {
    const char *text;
    unsigned line;
};

struct plan_participant {
    enum plan_kind kind;
    const char *text;
    unsigned line;
};

struct plan_obligation {
    const char *who;
    const char *what;
    int64_t min; /* -1: no number is stated */
    const char *unit;
    const char *due;
    unsigned line;
};

struct plan_work {
    const char *name;
    const char *milestone;
    const char *due;
    unsigned line;
};

struct plan_indicator {
    const char *name;
    const char *rank;     /* "rất tốt", or NULL where the target is a number */
    int64_t target_units; /* 39 with target_scale 2 is 0.39 */
    unsigned target_scale;
    const char *unit;
    const char *by;
    unsigned line;
};

struct plan_report {
    const char *from;
    const char *to;
    const char *via;
    enum plan_cadence cadence;
    unsigned weekday; /* 1 Monday to 7 Sunday; 0: none is stated */
    unsigned line;
};

struct plan_award {
    const char *form;
    const char *authority;
    unsigned line;
};

struct plan_contest {
    const char *name;
    unsigned line;
};

struct plan_event {
    const char *name;
    const char *when;
    unsigned line;
};

struct plan_assignment {
    const char *assignee;
    const char *label;
    unsigned line;
};

/* Something that a person has to settle. */
struct plan_question {
    const char *template; /* borrowed constant, English with {1}.. for translation */
    const char *args[PLAN_QUESTION_ARGS_MAX];
    unsigned args_count;
    unsigned line; /* 0: the plan as a whole */
};

#define PLAN_LIST(type)                              \
    struct {                                         \
        struct type *items; /* owned by the arena */ \
        size_t count;                                \
    }

struct plan {
    struct arena arena; /* owns every text and list */

    const char *type;   /* "kế hoạch", or "tin" for an article about a plan */
    const char *number; /* "/KH-UBND" where the digits are blank */
    const char *place;
    const char *issued;
    const char *issuer;
    const char *title;
    const char *theme;
    struct plan_signer signer;
    struct plan_period period;

    PLAN_LIST(plan_occasion) occasions;
    PLAN_LIST(plan_basis) legal_bases;
    PLAN_LIST(plan_content) contents;
    PLAN_LIST(plan_text_item) movements;
    PLAN_LIST(plan_participant) participants;
    PLAN_LIST(plan_obligation) obligations;
    PLAN_LIST(plan_work) works;
    PLAN_LIST(plan_indicator) indicators;
    PLAN_LIST(plan_report) reports;
    PLAN_LIST(plan_award) awards;
    PLAN_LIST(plan_contest) contests;
    PLAN_LIST(plan_event) events;
    PLAN_LIST(plan_assignment) assignments;
    PLAN_LIST(plan_text_item) recipients;
    PLAN_LIST(plan_question) questions;
};

/* Read a plan's text.
 *   bytes     the file as it is; borrowed; any bytes are allowed
 *   size      0..; more than PLAN_BYTES_MAX is refused
 *   ret_plan  a new plan; free it with plan_free(); untouched on failure
 *   e         receives a text for a person: what the file is and what to do with it
 *   Returns   OK; ERR_FORMAT not UTF-8 text or not a plan; ERR_LIMIT too large; ERR_NOMEM
 *   Source    doc/plan-reading.md */
enum err plan_read(const uint8_t *bytes, size_t size, struct plan **ret_plan, struct error *e);

/* Free a plan and all its texts; NULL is allowed. */
void plan_free(struct plan *plan);

/* The name of a cadence on the API, such as "weekly"; NULL for PLAN_CADENCE_NONE. */
const char *plan_cadence_name(enum plan_cadence cadence);

/* The name of a kind of participant on the API, such as "household". */
const char *plan_kind_name(enum plan_kind kind);

#endif
