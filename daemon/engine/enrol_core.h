/* Private to daemon/engine/enrol.c and accept.c. */
#ifndef DAEMON_ENGINE_ENROL_CORE_H
#define DAEMON_ENGINE_ENROL_CORE_H

#include "daemon/engine/draft.h"
#include "daemon/engine/enrol.h"

enum { ENROL_ARENA_BYTES_MAX = 4 * 1024 * 1024 };

/* The role that a kind of invitation grants. */
unsigned enrol_role_of(enum invite_kind kind);

/* The name of the unit that this machine belongs to; "" when it has none. */
enum err enrol_own_name(struct store *s, struct arena *a, const char **ret_name, struct error *e);

/* This store's id. */
enum err enrol_store_id(struct store *s, struct arena *a, uint8_t ret_id[STORE_ID_BYTES], struct error *e);

/* The unit whose records an invited device may write: found by its name, made when there is none.
 *   Returns  ERR_USAGE no name, or two units bear it; said to the person */
enum err enrol_invited_unit(struct store *s, const struct identity *me, const struct enrol_invitation *invite,
                            int64_t operator, int64_t now_s, struct arena *a, int64_t *ret_unit, struct error *e);

/* A record of a type in a space with these bytes in a field.
 *   ret_record  NULL when there is none */
enum err enrol_find_one(struct store *s, unsigned type, unsigned field, const void *bytes, size_t size, int64_t space,
                        struct arena *a, struct record **ret_record, struct error *e);

/* Know the device of a certificate as a peer; the same device may come again. */
enum err enrol_know_peer(struct store *s, const struct device_cert *cert, const uint8_t store_id[STORE_ID_BYTES],
                         enum peer_role role, const char *name, const char *address, struct error *e);

#endif
