/* Validation of local writes against the registry, before anything is built. What comes from peers is
 * never validated so: a replica takes every signed entry and the state shows what is odd about it. */
#ifndef DAEMON_ENGINE_VALIDATE_H
#define DAEMON_ENGINE_VALIDATE_H

#include "daemon/engine/submit.h"

/* The shape of a request: counts, known types, references to operations that come before.
 *   Returns  ERR_USAGE, ERR_LIMIT */
enum err validate_request(const struct submit_request *request, struct error *e);

/* One value of a field: its kind, bounds and choices, and whether it may be empty (VALUE_NULL).
 *   Returns  ERR_USAGE, ERR_FORMAT, ERR_LIMIT (err_say with the field's name) */
enum err validate_value(const struct registry_field *f, const struct value *v, struct error *e);

/* Every field of every operation: known, of its kind, within bounds, not immutable; required ones there.
 *   stood    for each operation the stored record that it changes, or NULL
 *   Returns  ERR_USAGE, ERR_FORMAT (err_say with the field's name) */
enum err validate_fields(const struct submit_request *request, struct record *const *stood,
                         struct error *e);

/* Whether the fields that an operation writes changed after the version that its author had before him.
 *   Returns  ERR_CONFLICT (err_say); nothing is written then */
enum err validate_version(struct store *s, const struct submit_op *op, const struct record *stood,
                          struct arena *a, struct error *e);

#endif
