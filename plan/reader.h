/* One reading: the text on one side, the plan that fills on the other. Each read_*() fills its own
 * keys; a failure of memory is kept in `err` and looked at once, in plan_read(). */
#ifndef PLAN_READER_H
#define PLAN_READER_H

#include "plan/dates.h"
#include "plan/phrase.h"
#include "plan/plan.h"
#include "plan/text.h"

struct reader {
    const struct text *t;  /* borrowed */
    struct plan *p;        /* borrowed */
    struct span own_title; /* the plan's own title, SPAN_NONE for none */
    bool full;             /* a list reached PLAN_LIST_MAX */
    enum err err;
};

/* Copy a piece into the plan, without spaces at its ends; NULL for an empty piece. */
const char *reader_text(struct reader *r, struct span s);

/* Copy a text of our own into the plan. */
const char *reader_copy(struct reader *r, const char *text);

/* A date as the plan keeps it; NULL without a year. A wrong one becomes a question about `where`.
 */
const char *reader_date(struct reader *r, struct date d, struct span where);

/* Room for one item more; NULL at PLAN_LIST_MAX or without memory. Used through READER_ADD(). */
void *reader_room(struct reader *r, void *items, size_t count, size_t item_bytes);

/* Append a zeroed item to a list of the plan; `ret_item` receives it, or NULL. */
#define READER_ADD(r, list, ret_item)                                                     \
    do {                                                                                  \
        void *room_ = reader_room((r), (list).items, (list).count, sizeof *(list).items); \
                                                                                          \
        (ret_item) = NULL;                                                                \
        if (room_ != NULL) {                                                              \
            (list).items = room_;                                                         \
            (ret_item) = &(list).items[(list).count++];                                   \
        }                                                                                 \
    } while (0)

/* Ask a person about a place.
 *   at        the place; SIZE_MAX for the plan as a whole
 *   template  N_() constant with {1} to {3} for the pieces
 *   args      up to PLAN_QUESTION_ARGS_MAX pieces; SPAN_NONE ends them early */
void reader_ask(struct reader *r, size_t at, const char *template, struct span a, struct span b);

/* The source line of a place. */
unsigned reader_line(const struct reader *r, size_t at);

void read_header(struct reader *r); /* type, number, place, issued, issuer, title */
void read_signer(struct reader *r);
void read_recipients(struct reader *r);
void read_period(struct reader *r);
void read_theme(struct reader *r);
void read_occasions(struct reader *r);
void read_bases(struct reader *r);
void read_contents(struct reader *r);
void read_movements(struct reader *r);
void read_participants(struct reader *r);
void read_assignments(struct reader *r);
void read_reports(struct reader *r);
void read_obligations(struct reader *r); /* after read_reports() */
void read_works(struct reader *r);
void read_indicators(struct reader *r);
void read_awards(struct reader *r);
void read_contests(struct reader *r);
void read_events(struct reader *r); /* after read_contests() */

#endif
