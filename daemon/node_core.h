/* Private to daemon/node.c and join_file.c. */
#ifndef DAEMON_NODE_CORE_H
#define DAEMON_NODE_CORE_H

#include "daemon/node.h"

/* Make a data directory with its keys and database, and take its lock.
 *   unit     found it, or NULL: an empty store that will join one
 *   Returns  ERR_CONFLICT there is one already */
enum err node_make(const struct settings *c, const struct node_paths *paths, const char *node,
                   const struct enrol_unit *unit, struct error *e);

/* Note in the key file what was committed: it may leave the machine from now on. */
enum err node_note_heads(struct store *s, struct identity *me, struct error *e);

#endif
