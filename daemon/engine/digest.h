/* The state digest: two machines with equal heads and equal registries have equal digests.
 * Source: doc/protocol.md, "State digest". */
#ifndef DAEMON_ENGINE_DIGEST_H
#define DAEMON_ENGINE_DIGEST_H

#include "daemon/store/log.h"

/* Digest of what counts in one space, up to the heads of its logs.
 *   H("thidua/1 state", registry version, number of records, sum of the records' hashes modulo 2^256,
 *     and for each log in order: device, epoch, applied sequence, hash there)
 *   The sum makes the order of records irrelevant. It compares honest machines; it is no proof against one
 *   that forges records, which the signed heads are. */
enum err digest_space(struct store *s, const struct space_row *space, struct hash *ret_digest,
                      struct error *e);

#endif
