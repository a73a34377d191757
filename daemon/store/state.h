/* State: the records as they stand, derived from the log. One table for each record type, one row
 * for each record; a field with several standing values also has them in `standing`. */
#ifndef DAEMON_STORE_STATE_H
#define DAEMON_STORE_STATE_H

#include "daemon/store/store.h"
#include "protocol/registry.h"

/* Which entry wrote a standing value. */
struct stamp {
    int64_t log;
    uint64_t seq;
};

enum { LIFE_FIELD = 0 }; /* the pseudo field: integer 1 = live, 0 = deleted */

/* A field of a record. `value` is the one displayed; references are local ids in value.record. */
struct record_field {
    unsigned id;
    struct value value;
    struct stamp stamp;
    bool conflict;        /* different values stand: state_standing() */
};

struct record {
    int64_t id;
    unsigned type;
    const struct registry_record *registry;
    int64_t space;        /* local id */
    int64_t version;      /* number of the last merge that touched it; goes back with a write */
    bool live;
    bool life_conflict;   /* deleted by one, changed by another: kept and shown */
    bool several;         /* in a field or the life several entries' values stand, perhaps equal */
    uint32_t fields_count; /* only fields that have a value or a stamp, ascending ids */
    struct record_field *fields; /* a reference to another space may be to an alias there */
    struct stamp life_stamp;
};

/* One of several values that stand in a field. */
struct standing_row {
    struct stamp stamp;
    struct value value;
    int64_t wall_s;
    bool displayed;
};

/* A field of a record, or NULL when it has none. A null value counts as none with
 * record_value(). */
const struct record_field *record_find(const struct record *r, unsigned field);
const struct value *record_value(const struct record *r, unsigned field);
/* Shortcuts; defaults when the field has no value: NULL text, `otherwise`. Text ends with a NUL. */
const char *record_text(const struct record *r, unsigned field);
int64_t record_integer(const struct record *r, unsigned field, int64_t otherwise);
int64_t record_reference(const struct record *r, unsigned field);

/* Read one record, live or deleted.
 *   id       local id; an alias gives the record itself
 *   a        holds the result
 *   Returns  ERR_NOT_FOUND */
enum err state_get(struct store *s, int64_t id, struct arena *a, struct record **ret_record,
                   struct error *e);

/* Type of a record, 0 when there is no such record. */
enum err state_type(struct store *s, int64_t id, unsigned *ret_type, struct error *e);

struct state_filter {
    unsigned field;        /* equality with this field's displayed value */
    struct value value;    /* references by local id in value.record */
};

struct state_query {
    unsigned type;
    const struct state_filter *filters; /* all must hold */
    size_t filters_count;
    int64_t space;         /* 0 = every space that this machine carries */
    bool deleted_too;
    int64_t after;         /* only records with a larger id, to read on page by page */
    size_t limit;          /* 0 = no limit */
    size_t offset;
};

/* Read the records of a type, by id. */
enum err state_list(struct store *s, const struct state_query *q, struct arena *a,
                    struct record ***ret_records, size_t *ret_count, struct error *e);

/* How many records a query has. */
enum err state_count(struct store *s, const struct state_query *q, uint64_t *ret_count,
                     struct error *e);

/* All values that stand in a field with several, newest wall time first. */
enum err state_standing(struct store *s, int64_t record, unsigned field, struct arena *a,
                        struct standing_row **ret_rows, size_t *ret_count, struct error *e);

/* Records with at least one field where different values stand, or with a life in conflict. */
enum err state_conflicts(struct store *s, struct arena *a, int64_t **ret_records, size_t *ret_count,
                         struct error *e);

/* The entries that touched a record, the one that introduced it first, in the order of their merge
 * here: its history. */
struct touch_row {
    int64_t applied;
    struct stamp stamp;
};
enum err state_touches(struct store *s, int64_t record, struct arena *a,
                       struct touch_row **ret_rows, size_t *ret_count, struct error *e);

/* The record of a natural key in a space; ERR_NOT_FOUND. */
enum err state_by_key(struct store *s, int64_t space, const struct hash *key, int64_t *ret_record,
                      struct error *e);

/* The id of a keyed record: the hash under which it was introduced. ERR_NOT_FOUND. */
enum err state_key_of(struct store *s, int64_t record, struct hash *ret_key, struct error *e);

/* Names that imports gave to records on this machine. ERR_NOT_FOUND. */
enum err local_name_get(struct store *s, const char *name, int64_t *ret_record, struct error *e);
enum err local_name_drop(struct store *s, int64_t record, struct error *e);
enum err local_name_set(struct store *s, const char *name, int64_t record, struct error *e);

/* For the merge only: write a record's row and standing values back; make rows, aliases and
 * touches. */
enum err state_put(struct store *s, const struct record *r, struct error *e);
enum err state_put_standing(struct store *s, int64_t record, unsigned field,
                            const struct standing_row *rows, size_t count, struct error *e);
enum err state_key_add(struct store *s, int64_t space, const struct hash *key, int64_t record,
                       struct error *e);
/* Say of which type a record is that an entry names which does not count: it has no row yet. */
enum err state_note_type(struct store *s, int64_t record, unsigned type, struct error *e);
enum err state_alias_add(struct store *s, int64_t alias, int64_t record, struct error *e);
enum err state_alias_get(struct store *s, int64_t id, int64_t *ret_record, struct error *e);
enum err state_touch_add(struct store *s, int64_t record, int64_t applied, struct stamp stamp,
                         struct error *e);
/* Empty every derived table, before a rebuild: records, standing values, touches, keys, aliases, and
 * what was set aside. What headers said (places, seen) stays; adding it again changes nothing. */
enum err state_clear(struct store *s, struct error *e);

#endif
