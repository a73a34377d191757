/* Whose machine writes a log, in words: for entries of which nothing but the log is sure. */
#ifndef DAEMON_LOCAL_MACHINE_H
#define DAEMON_LOCAL_MACHINE_H

#include "daemon/local/json_record.h"

enum { MACHINE_KEY_CHARS = 8 }; /* of its public key, in hexadecimal: enough to tell machines of one tree apart */

struct machine {
    const char *name;       /* of its grant, its unit's profile or its link; else its short key; never NULL */
    bool named;             /* false: `name` is the short key */
    const char *key;        /* the short key */
    const char *unit;       /* the unit that it writes for, NULL where nothing says it */
    const char *space;      /* "inner", "outer" or "event" */
    const char *space_unit; /* whose records its log is among, or NULL */
};

/* Look a log's machine up.
 *   ret_machine  texts in the view's arena
 *   Returns      ERR_NOT_FOUND no such log; ERR_IO, ERR_NOMEM */
enum err machine_of_log(struct view *v, int64_t log, struct machine *ret_machine, struct error *e);

/* {"machine", "machine_key", "machine_named", "unit", "space", "space_unit"} into an object. */
void machine_to_json(const struct machine *m, json_t *object);

#endif
