/* Enrolment: founding a unit, inviting, accepting an invitation, joining with one.
 * Source: doc/protocol.md, "Enrolment". */
#ifndef DAEMON_ENGINE_ENROL_H
#define DAEMON_ENGINE_ENROL_H

#include "daemon/engine/identity.h"
#include "daemon/store/log.h"
#include "daemon/store/peers.h"
#include "protocol/registry.h"

enum { ENROL_NAME_BYTES_MAX = 200, ENROL_SECRET_BYTES = 16, ENROL_SPACES_MAX = 16 };

/* What an invitation is for; the numbers are those of invitation.kind in the registry. */
enum invite_kind { INVITE_COMMUNE = 1, INVITE_CLERK = 2, INVITE_UNIT = 3, INVITE_EVENT = 4 };

struct enrol_unit {
    const char *name;      /* 1..ENROL_NAME_BYTES_MAX bytes of UTF-8 */
    const char *kind;      /* name of a choice of unit.kind, or NULL */
    const char *code;      /* short code, or NULL */
    const char *node;      /* "commune", "hub" or "laptop" */
};

/* Begin a store: the store's id and the kind of node. Both founding and joining start with it.
 *   random  STORE_ID_BYTES random bytes */
enum err enrol_store(struct store *s, const char *node, const uint8_t random[STORE_ID_BYTES],
                     struct error *e);

/* Found a unit: its two spaces, this device's logs in them, its unit record (entry 1, operation 0 of the
 * founder's inner log) and its profiles. The founder's first log in a space bears the first 8 bytes of the
 * genesis' nonce as its epoch, so that whoever knows a genesis can name the unit's record.
 *   random  3 * UNIT_ROOT_BYTES random bytes */
enum err enrol_found(struct store *s, const struct identity *me, const struct enrol_unit *unit,
                     const uint8_t random[3 * UNIT_ROOT_BYTES], int64_t now_s, struct error *e);

/* The name of the founder's first log in a space. */
void enrol_founder_log(const struct space_row *space, struct log_id *ret_name);

/* Write down an invitation; its secret is not kept, only the digest.
 *   kind       what for
 *   unit_name  name of the invited unit, or of the unit whose records a UNIT device may write
 *   unit_kind  name of a choice of unit.kind, or NULL
 *   Returns    ERR_USAGE; ERR_NOT_FOUND no such unit (INVITE_UNIT) */
struct enrol_invitation {
    enum invite_kind kind;
    const char *unit_name;
    const char *unit_kind;
    int64_t unit;              /* local record id of the unit, 0 = none (made for INVITE_UNIT) */
    int64_t expires_s;
    uint64_t random_epoch;
};
enum err enrol_invite(struct store *s, const struct identity *me, const struct enrol_invitation *invite,
                      const uint8_t secret[ENROL_SECRET_BYTES], int64_t operator, int64_t now_s,
                      struct error *e);

/* What a joining device presents. */
struct enrol_join {
    uint8_t secret[ENROL_SECRET_BYTES];
    struct device_cert cert;         /* checked by enrol_accept() */
    uint8_t store_id[STORE_ID_BYTES];
    bool has_spaces;                 /* it founded a unit: adoption */
    uint8_t inner[GENESIS_BYTES];
    uint8_t outer[GENESIS_BYTES];
    char unit_name[ENROL_NAME_BYTES_MAX + 1];
    char node[16];
};

/* What it is answered. */
struct enrol_welcome {
    enum invite_kind kind;
    struct device_cert cert;         /* of the answering device */
    uint8_t store_id[STORE_ID_BYTES];
    char unit_name[ENROL_NAME_BYTES_MAX + 1]; /* of the answering unit */
    uint8_t spaces_count;
    /* spaces to carry: for a commune the parent's outer and those above it; for a device of the unit also
     * its inner. Origin as the joining side is to store it. */
    struct {
        enum space_origin origin;
        uint8_t genesis[GENESIS_BYTES];
    } spaces[ENROL_SPACES_MAX];
};

/* Accept a joining device: bind the invitation to it, write grant or child, carry its spaces, know it as a
 * peer. The same device may come again.
 *   Returns  ERR_AUTH (err_say: unknown, withdrawn, used by another machine, expired, wrong certificate) */
enum err enrol_accept(struct store *s, const struct identity *me, const struct enrol_join *join,
                      uint64_t random_epoch, int64_t now_s, struct enrol_welcome *ret_welcome,
                      struct error *e);

/* What a person grants to a machine whose request came as a file. */
struct enrol_grant {
    enum invite_kind kind;
    const char *unit_name;     /* INVITE_UNIT: whose records it may write; made when there is none. A commune's
                                * name where the request has none */
    const char *unit_kind;     /* name of a choice of unit.kind, or NULL */
    int64_t unit;              /* local record id of the unit, 0 = by its name */
    int64_t operator;          /* local record id of the person, 0 = none */
    uint64_t random_epoch;
};

/* Accept a joining device without an invitation: the person who answers its request vouches for it. The secret
 * in `join` is not looked at. The same device may come again and gets the same answer.
 *   Returns  ERR_USAGE the request does not fit what is granted; ERR_CONFLICT it has another role already;
 *            ERR_AUTH wrong certificate; each said to the person */
enum err enrol_grant(struct store *s, const struct identity *me, const struct enrol_join *join,
                     const struct enrol_grant *grant, int64_t now_s, struct enrol_welcome *ret_welcome,
                     struct error *e);

/* On the joining side of an adoption, before it connects: name the parent in both own spaces, once.
 *   parent_device  from the invitation */
enum err enrol_adopt(struct store *s, const struct identity *me, const uint8_t parent_device[DEVICE_BYTES],
                     const char *parent_name, uint64_t random_epoch, int64_t now_s, struct error *e);

/* On the joining side, after the answer: carry the spaces, know the parent or the unit as a peer.
 *   address  "host:port" that answered
 *   noise    the Noise key that answered */
enum err enrol_joined(struct store *s, const struct identity *me, const struct enrol_welcome *welcome,
                      const char *address, struct error *e);

/* What this device would present; the secret in *ret_join stays as the caller set it.
 *   is_adoption  with the own spaces */
enum err enrol_present(struct store *s, const struct identity *me, bool is_adoption,
                       struct enrol_join *ret_join, struct error *e);

#endif
