/* Carrier: entries that travel in a file. What comes out of one goes the same way as what a session brings:
 * verified, admitted by the rules for the peer that sent it, ingested. */
#ifndef DAEMON_NET_CARRIER_H
#define DAEMON_NET_CARRIER_H

#include "daemon/store/log.h"
#include "protocol/bundle.h"

/* Put every entry of a space that has a signature into a bundle.
 *   Returns  ERR_LIMIT too much for one file (said to the person); ERR_IO, ERR_NOMEM */
enum err carrier_load(struct store *s, const uint8_t genesis[GENESIS_BYTES], struct bundle_writer *w,
                      struct error *e);

/* Take all runs of a bundle, inside the caller's transaction, which must be undone on an error.
 *   bundle      its sender is a peer by now
 *   ret_stored  entries that were new
 *   Returns     ERR_FORMAT, ERR_AUTH, ERR_CONFLICT, ERR_LIMIT, said to the person; ERR_IO, ERR_NOMEM */
enum err carrier_unload(struct store *s, struct bundle *b, uint64_t *ret_stored, struct error *e);

#endif
