/* Names of records, for the merge. Private to daemon/engine/merge.c and naming.c; what others ask stands in merge.h. */
#ifndef DAEMON_ENGINE_NAMING_H
#define DAEMON_ENGINE_NAMING_H

#include "daemon/engine/merge.h"

/* Copy fields with their references resolved. A field of the wrong kind or unknown here is passed over:
 * it stays in the log, and a later release reads it again.
 *   Returns  ERR_FORMAT a reference to what its author had not seen */
enum err naming_fields(struct store *s, const struct merge_entry *entry, const struct registry_record *registry,
                       const struct change_field *fields, uint32_t count, struct arena *a,
                       struct change_field **ret_fields, uint32_t *ret_count, struct error *e);

/* The operation that restates one of an erased body: of several, that of the entry with the smaller hash, there the
 * first.
 *   ret_op  its place; 0 when there is none */
enum err naming_restatement(struct store *s, int64_t place, struct arena *a, int64_t *ret_op, struct error *e);

/* Find, or begin, the record that a keyed operation names.
 *   here     the place under which it is introduced
 *   ret_new  no operation of this key was here yet */
enum err naming_meet(struct store *s, const struct merge_entry *entry, const struct change_op *op, int64_t here,
                     const struct registry_record *registry, struct arena *a, int64_t *ret_record, bool *ret_new,
                     struct error *e);

#endif
