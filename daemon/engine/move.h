/* Handing a unit below over to another superior. Source: doc/protocol.md, "Moving". */
#ifndef DAEMON_ENGINE_MOVE_H
#define DAEMON_ENGINE_MOVE_H

#include "daemon/engine/submit.h"

/* Name the next superior in both spaces of a unit that joined this one.
 *   child     local id of the `child` record
 *   device    the next superior's device key, from its invitation
 *   name      its name
 *   Returns   ERR_AUTH this machine is not the superior now (err_say); ERR_NOT_FOUND; as submit() */
struct move_request {
    int64_t child;
    const uint8_t *device;
    const char *name;
    int64_t operator;
    uint64_t random_epoch;
};
enum err move_child(struct store *s, const struct identity *me, const struct move_request *request, int64_t now_s,
                    struct error *e);

#endif
