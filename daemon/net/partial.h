/* Parts of runs that broken connections have left, the last one of each peer, in memory: a link that dies
 * all the time goes on where it stopped. What is here is unverified and is looked at by nobody but the
 * session that completes it. */
#ifndef DAEMON_NET_PARTIAL_H
#define DAEMON_NET_PARTIAL_H

#include "protocol/chain.h"
#include "protocol/util/buf.h"

enum { PARTIALS_MAX = 32 }; /* peers; of 320 KiB at most */

struct partials;

/* Free with partials_free(); NULL when there is no memory. */
struct partials *partials_new(void);
void partials_free(struct partials *p);

/* Keep a part of a peer's run; the peer that was heard of longest ago makes room.
 *   size  0: forget the peer's */
void partials_keep(struct partials *p, int64_t peer, const struct log_id *id, uint64_t first,
                   uint64_t last, const uint8_t *bytes, size_t size);

/* Give a peer's part back; it stays.
 *   Returns  ERR_NOT_FOUND; ERR_LIMIT, ERR_NOMEM of ret_bytes */
enum err partials_find(struct partials *p, int64_t peer, struct log_id *ret_id, uint64_t *ret_first,
                       uint64_t *ret_last, struct buf *ret_bytes);

#endif
