/* Invitations: one line of text (and a QR code) with which a machine joins: where to call, whose
 * keys to expect, a one-time secret, and what will be granted. Not signed: it is handed over by a
 * person, and the keys in it prove the inviter at the first session.
 * Source: doc/protocol.md, "Invitations". */
#ifndef PROTOCOL_INVITATION_H
#define PROTOCOL_INVITATION_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/hash.h"
#include "protocol/registry.h"
#include "protocol/sign.h"
#include "protocol/util/err.h"

enum {
    INVITATION_SECRET_BYTES = 16,
    INVITATION_ADDRESSES_MAX = 8,       /* a hub's names and its addresses on each local network */
    INVITATION_ADDRESS_BYTES_MAX = 100, /* "host:port", "[IPv6]:port" */
    INVITATION_NAME_BYTES_MAX = 200,    /* a unit's name; all fits a QR code of 2,953 bytes */
    INVITATION_BYTES_MAX = 1400,        /* of canonical bytes, checksum included */
    INVITATION_TEXT_BYTES = 1920,       /* of the line with its NUL */
};

/* What the invited machine becomes; numbers as in the registry's invitation.kind. */
enum invitation_kind {
    INVITATION_COMMUNE = 1, /* a unit below, with spaces of its own */
    INVITATION_CLERK = 2,   /* one more machine of the same office */
    INVITATION_UNIT = 3,    /* the machine of a unit that lives in the inviter's space */
    INVITATION_EVENT = 4,   /* a machine for check-ins */
};

struct invitation {
    unsigned role;             /* one enum role */
    enum invitation_kind kind;
    uint8_t secret[INVITATION_SECRET_BYTES]; /* wipe with invitation_wipe() */
    uint64_t expires;          /* seconds since 1970 UTC, 1..253402300799 (the year 9999) */
    uint8_t inviter_device[SIGN_PUBLIC_BYTES];
    uint8_t inviter_noise[DH_BYTES];
    unsigned addresses_count;  /* 0..INVITATION_ADDRESSES_MAX; 0 where only a stick goes */
    char addresses[INVITATION_ADDRESSES_MAX][INVITATION_ADDRESS_BYTES_MAX + 1];
    char inviter_name[INVITATION_NAME_BYTES_MAX + 1]; /* never empty */
    char unit_name[INVITATION_NAME_BYTES_MAX + 1];    /* "" where none is meant */
    unsigned unit_kind;        /* a choice of the registry's unit.kind; 0 = not said */
};

/* Write the line.
 *   ret_text  buffer of INVITATION_TEXT_BYTES
 *   Returns   OK; ERR_USAGE an address, a name or the end date cannot be written so (said to the
 *             person) */
enum err invitation_encode(const struct invitation *in, char *ret_text, struct error *e);

/* Read a line as pasted: blanks, line breaks and zero-width characters anywhere in it are passed
 * over.
 *   text      with a NUL
 *   Returns   OK; ERR_USAGE not an invitation at all; ERR_FORMAT cut or mistyped; ERR_UNSUPPORTED
 *             made by a newer version. Each is said to the person; ret is untouched. The end
 *             date is not looked at. */
enum err invitation_decode(const char *text, struct invitation *ret, struct error *e);

/* Whether it can still be used.
 *   now       seconds since 1970 UTC
 *   Returns   OK until `expires`; then ERR_AUTH, said to the person */
enum err invitation_check_time(const struct invitation *in, uint64_t now, struct error *e);

/* The digest by which the inviter records the secret (registry invitation.digest). */
void invitation_digest(const uint8_t *secret, struct hash *ret_digest);

/* Overwrite an invitation with zeros. */
void invitation_wipe(struct invitation *in);

#endif
