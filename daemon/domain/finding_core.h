/* What the files of findings share. For daemon/domain/finding*.c only. */
#ifndef DAEMON_DOMAIN_FINDING_CORE_H
#define DAEMON_DOMAIN_FINDING_CORE_H

#include "daemon/domain/findings.h"
#include "daemon/store/log.h"

enum {
    CAMPAIGN_FORMS = 3, /* itself, its draft, what was issued from it */
    KNOWN_COUNT = 4096, /* records remembered, so that units and campaigns are read once; a power of two */
    SAY_ARGS_MAX = 4,
};

/* What is remembered of a record that others refer to. */
struct known {
    int64_t id;        /* 0 = free */
    unsigned type;     /* 0 = there is none here */
    bool live;
    bool surely_gone;  /* there is none, and its entry has been merged: it does not count */
};

/* A question being answered. */
struct look {
    struct store *s;
    const struct findings_question *q;
    struct arena *kept;          /* the answer */
    struct arena page;           /* what is read on the way */
    struct findings *ret;
    struct space_row *spaces;    /* in `kept` */
    size_t spaces_count;
    int64_t campaigns[CAMPAIGN_FORMS]; /* asked for; 0 = none */
    struct known *known;         /* owned; KNOWN_COUNT places, each for the ids that fall to it */
    struct error *e;
};

/* A rule on one record. */
struct finding_rule {
    const char *name;  /* on the API */
    unsigned type;     /* of the records that it is about; 0 = all but those of the system */
    const char *text;  /* N_(), {1} to {4} from the check */
    enum err (*check)(struct look *l, const struct finding_rule *rule, const struct record *r);
};

/* A rule that no two records of a type may be alike in something. */
struct pair_rule {
    const char *name;
    unsigned type;
    const char *text;   /* N_(); {1} what is alike, {2} the other record's title, {3} its type and id, {4} this one's */
    bool in_space;      /* only records of one space are compared */
    const char *narrow; /* a reference that is equal in what is alike, to look at fewer records; NULL: none */
    /* what has to differ, in words for comparing; NULL: this record need not; the first line is shown as {1} */
    const char *(*key)(struct look *l, const struct record *r);
};

extern const struct finding_rule finding_rules[];
extern const size_t finding_rules_count;
extern const struct pair_rule pair_rules[];
extern const size_t pair_rules_count;

/* Add a finding on a record.
 *   entries  at most FINDING_ENTRIES_MAX, the same one only once
 *   ...      at most SAY_ARGS_MAX texts for {1}.., then NULL
 *   Returns  ERR_NOMEM */
enum err look_say(struct look *l, const char *rule, const char *text, const struct record *r,
                  const struct stamp *entries, size_t entries_count, ...) __attribute__((sentinel));

/* What is known of a record by id. */
enum err look_known(struct look *l, int64_t id, struct known *ret_known);

/* A record by id in the page's arena; *ret_record is NULL when there is none here. */
enum err look_record(struct look *l, int64_t id, struct record **ret_record);

/* The campaign to which a record belongs, over its duty, route, indicator or subject; 0 = none. */
enum err look_campaign(struct look *l, const struct record *r, int64_t *ret_campaign);

/* Whether a record belongs to the campaign that was asked for. */
enum err look_is_asked_for(struct look *l, const struct record *r, bool *ret_asked);

/* The campaign that was issued from a draft; 0 = none. */
enum err look_issued_from(struct look *l, int64_t draft, int64_t *ret_campaign);

/* The space of a record; NULL when it is not carried any more. */
const struct space_row *look_space(const struct look *l, int64_t space);

/* A number that the spaces of one unit share. */
int64_t look_owner(const struct look *l, int64_t space);

/* Words in the language asked for, in the page's arena; "" without memory.
 *   look_title  the record's title, else its type and id
 *   look_name   "unit 3.17", as a command takes it
 *   look_id     "3.17"
 *   look_label  of a field
 *   look_value  of a field, as people read it */
const char *look_title(struct look *l, const struct record *r);
const char *look_name(struct look *l, const struct record *r);
const char *look_id(struct look *l, const struct record *r);
const char *look_label(const struct look *l, const struct registry_field *f);
const char *look_value(struct look *l, const struct registry_field *f, const struct value *v);

/* The entry that introduced a record, and the one that wrote a field. */
struct stamp look_made(const struct record *r);
struct stamp look_wrote(const struct record *r, const char *field);

/* What an entry did to a record. An entry that cannot be read did nothing.
 *   ret_makes   it introduces the record, or met it by its key
 *   ret_writes  it puts a value into the field */
enum err look_entry(struct look *l, struct stamp entry, const struct record *r, unsigned field,
                    bool *ret_makes, bool *ret_writes);

/* The wall time of an entry. */
enum err look_wall(struct look *l, struct stamp entry, int64_t *ret_wall_s);

static inline bool
stamp_equal(struct stamp a, struct stamp b)
{
    return a.log == b.log && a.seq == b.seq;
}

/* Run the pair rules of a type over all its records, or for one record. */
enum err pairs_of_type(struct look *l, unsigned type);
enum err pairs_of_record(struct look *l, const struct record *r);

#endif
