/* Drafts: operations on the records by which a space governs itself, put together field by field. */
#ifndef DAEMON_ENGINE_DRAFT_H
#define DAEMON_ENGINE_DRAFT_H

#include "daemon/engine/submit.h"
#include "protocol/registry.h"

enum { DRAFT_FIELDS_MAX = 8 };

/* An operation under way. Texts and bytes are borrowed until it is submitted. */
struct draft {
    struct submit_op op;
    struct submit_field fields[DRAFT_FIELDS_MAX];
};

/* Begin a new record.
 *   space  local id, 0 = by the registry's home */
void draft_add(struct draft *d, unsigned type, int64_t space);

/* Add a field; at most DRAFT_FIELDS_MAX in all. A text that is NULL or empty adds none. */
void draft_field(struct draft *d, unsigned id, struct value v);
void draft_text(struct draft *d, unsigned id, const char *text);
void draft_bytes(struct draft *d, unsigned id, const void *bytes, size_t size);
void draft_integer(struct draft *d, unsigned id, int64_t number);
void draft_reference(struct draft *d, unsigned id, int64_t record);

/* Add a choice of unit.kind, by its name or its label in either language; NULL or "" adds none.
 *   Returns  ERR_USAGE no such kind, said to the person */
enum err draft_unit_kind(struct draft *d, unsigned id, const char *kind, struct error *e);

/* Submit 1 to 4 drafts as one request; each op.ret_record is set. Errors are submit()'s.
 *   operator      local id of the person, 0 = none
 *   random_epoch  names this device's log where it has none yet */
enum err draft_submit(struct store *s, const struct identity *me, struct draft *drafts, size_t count,
                      int64_t operator, uint64_t random_epoch, int64_t now_s, struct error *e);

#endif
