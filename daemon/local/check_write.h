/* What is looked at before one record is written on a person's request. Refusals name the remedy. */
#ifndef DAEMON_LOCAL_CHECK_WRITE_H
#define DAEMON_LOCAL_CHECK_WRITE_H

#include "daemon/local/request.h"

/* Refuse a span whose end is before its start.
 *   op       what will be written; a span that it does not touch is not looked at
 *   stood    the record as it stands; NULL for a new one
 *   Returns  ERR_USAGE names both fields and days */
enum err check_spans(struct request *r, const struct registry_record *type, const struct submit_op *op,
                     const struct record *stood, struct error *e);

/* Refuse a new record without a field that it needs.
 *   Returns  ERR_USAGE names the record, the field by its label, and what to type */
enum err check_needed(struct request *r, const struct registry_record *type, const struct submit_op *op,
                      struct error *e);

/* Put the label of a field where a refusal of the engine gives its name, as its first argument. */
void check_relabel(const struct request *r, const struct registry_record *type, struct error *e);

/* Look at a new record: what it needs; its spans; for a report, that its route has such a period; for a keyed record,
 * that none with this key is held.
 *   Returns  ERR_USAGE; ERR_CONFLICT it is held already: `beside` of the request shows it; ERR_IO */
enum err check_add(struct request *r, const struct registry_record *type, const struct submit_op *op,
                   struct error *e);

/* Look at a change: the record's spans; an issued campaign is corrected with a reason only.
 *   Returns  ERR_USAGE; ERR_NOT_FOUND, ERR_IO */
enum err check_set(struct request *r, const struct registry_record *type, const struct submit_op *op,
                   struct error *e);

/* Look at a deletion: an issued campaign is withdrawn, not deleted.
 *   Returns  ERR_USAGE; ERR_NOT_FOUND, ERR_IO */
enum err check_delete(struct request *r, const struct registry_record *type, const struct submit_op *op,
                      struct error *e);

#endif
