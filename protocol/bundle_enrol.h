/* The bodies of the two bundles with which a machine is enrolled: the request that it writes, and the grant
 * that answers it. Source: doc/bundle.md, "Request", "Grant". */
#ifndef PROTOCOL_BUNDLE_ENROL_H
#define PROTOCOL_BUNDLE_ENROL_H

#include "protocol/bundle.h"
#include "protocol/invitation.h"

enum { BUNDLE_NODE_BYTES_MAX = 15, BUNDLE_SPACES_MAX = 16 };

/* "Take me in." Who asks stands in the bundle's header. */
struct bundle_request {
    char node[BUNDLE_NODE_BYTES_MAX + 1];           /* kind of node, such as "laptop" */
    char unit_name[INVITATION_NAME_BYTES_MAX + 1];  /* "" where it has none */
    bool has_spaces;                                /* it founded a unit: adoption */
    uint8_t inner[GENESIS_BYTES];
    uint8_t outer[GENESIS_BYTES];
};

/* "You are in." */
struct bundle_grant {
    enum invitation_kind kind;
    char unit_name[INVITATION_NAME_BYTES_MAX + 1];  /* of the granting unit */
    unsigned addresses_count;                       /* where the granting machine listens, if it does */
    char addresses[INVITATION_ADDRESSES_MAX][INVITATION_ADDRESS_BYTES_MAX + 1];
    unsigned spaces_count;                          /* to carry */
    struct {
        uint8_t origin;                             /* 1 own, 2 above, as the recipient is to store it */
        uint8_t genesis[GENESIS_BYTES];
    } spaces[BUNDLE_SPACES_MAX];
};

/* Append a body; an error stays in out->err. */
void bundle_request_put(struct buf *out, const struct bundle_request *request);
void bundle_grant_put(struct buf *out, const struct bundle_grant *grant);

/* Read the body of a header of that kind.
 *   Returns  ERR_FORMAT, said to the person; also for a bundle of the other kind */
enum err bundle_request_read(const struct bundle_header *header, struct bundle_request *ret_request,
                             struct error *e);
enum err bundle_grant_read(const struct bundle_header *header, struct bundle_grant *ret_grant,
                           struct error *e);

#endif
