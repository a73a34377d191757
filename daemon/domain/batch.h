/* A batch: many records written together through submit(), as one changeset where they fit. */
#ifndef DAEMON_DOMAIN_BATCH_H
#define DAEMON_DOMAIN_BATCH_H

#include "daemon/domain/act.h"
#include "protocol/util/arena.h"

/* A reference to what operation k of the same batch makes. */
#define BATCH_NEW(k) SUBMIT_NEW(k)

struct batch_op;

struct batch {
    struct arena *a;      /* borrowed; holds everything */
    struct batch_op *ops; /* in the arena */
    size_t count;
    size_t room;
    enum err err;            /* sticky */
    size_t cut_count;        /* texts that were longer than their field */
    size_t changesets_count; /* written by batch_submit() */
};

/* Prepare an empty batch. */
void batch_init(struct batch *b, struct arena *a);

/* Begin an operation; the field functions below write to the operation begun last.
 *   type     record type
 *   space    local id, 0 = where submit() puts it
 *   record   local id or BATCH_NEW(k)
 *   Returns  the number of the operation */
size_t batch_add(struct batch *b, unsigned type, int64_t space);
size_t batch_set(struct batch *b, int64_t record);
size_t batch_delete(struct batch *b, int64_t record);

/* Write a field by number, or by name: what is NULL or 0 is left out.
 *   batch_value   borrowed bytes stay valid until batch_submit(); a reference by record or
 * BATCH_NEW(k) batch_text    copied; longer than the field allows is cut at a character and counted
 *   batch_choice  by the choice's name; an unknown one is left out
 *   batch_date    "2023-04"; ERR_FORMAT (sticky) when it is none, described in `e` */
void batch_value(struct batch *b, unsigned field, const struct value *v);
void batch_text(struct batch *b, const char *field, const char *text);
void batch_integer(struct batch *b, const char *field, int64_t integer);
void batch_choice(struct batch *b, const char *field, const char *choice);
void batch_date(struct batch *b, const char *field, const char *text, struct error *e);
void batch_reference(struct batch *b, const char *field, int64_t record);

/* Write everything; an empty batch writes nothing. References may point forward. It is split only
 * beyond CHANGE_OPS_MAX operations or the size of one changeset. Returns  the sticky error; what
 * submit() returns */
enum err batch_submit(struct batch *b, const struct act *act, struct error *e);

/* The record that an operation wrote; after batch_submit(). */
int64_t batch_record(const struct batch *b, size_t op);

#endif
