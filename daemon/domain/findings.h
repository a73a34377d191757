/* Findings: rules on the state that people broke apart from each other. Each machine kept to them when it
 * wrote; what the others wrote meanwhile it could not know. Nothing is set aside for it: the record stands,
 * and says what is odd about it. Computed from the state when asked. Source: doc/domain-rules.md, "Findings"; doc/api.md, "GET /v1/findings". */
#ifndef DAEMON_DOMAIN_FINDINGS_H
#define DAEMON_DOMAIN_FINDINGS_H

#include "daemon/store/state.h"
#include "protocol/api_value.h"

enum {
    FINDING_ENTRIES_MAX = 4,   /* entries that one finding names */
    FINDINGS_LIMIT_MAX = 1000, /* findings in one answer */
};

/* One finding. */
struct finding {
    int64_t record;
    unsigned type;
    const char *rule;   /* its name on the API; a constant */
    struct error said;  /* what is wrong and what to do; labels and days in the language asked for */
    struct stamp entries[FINDING_ENTRIES_MAX]; /* that brought it about, each once */
    size_t entries_count;
};

struct findings_question {
    unsigned type;      /* only records of this type; 0 = all */
    int64_t campaign;   /* only the campaign's, with its draft and what was issued of it; 0 = all */
    int64_t record;     /* only this record's, local id and no alias; 0 = all */
    enum language language;
    size_t offset;      /* leave out so many at the beginning */
    size_t limit;       /* 0..FINDINGS_LIMIT_MAX */
};

struct findings {
    struct finding *items; /* in the arena; by type, then in the order of the rules' looking */
    size_t count;
    uint64_t total;        /* without offset and limit */
};

/* Look at every record asked for.
 *   a        holds the answer; what is read on the way is forgotten page by page
 *   Returns  ERR_LIMIT more than a million records of one type; ERR_IO, ERR_NOMEM */
enum err findings_list(struct store *s, const struct findings_question *q, struct arena *a,
                       struct findings *ret_findings, struct error *e);

#endif
