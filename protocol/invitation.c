/* The invitation's line: "thidua:" and base64url (no padding) of
 *     u8       version, 1
 *     u8       role
 *     u8       kind
 *     16       secret
 *     varint   expires, seconds since 1970
 *     32       inviter's device key
 *     32       inviter's Noise key
 *     varint   how many addresses, 0..8; each: varint length 1..100, text
 *     varint   length 1..200, inviter's name
 *     varint   length 0..200, invited unit's name
 *     varint   kind of the invited unit, 0 = not said
 *     4        the first bytes of H("thidua/1 invitation", all before)
 * The checksum stands at the end in every version and is looked at first, so a line that was cut is
 * told apart from one that a newer version made. */
#include "config.h"

#include "protocol/invitation.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/api_value.h"
#include "protocol/base64.h"
#include "protocol/wire.h"

enum {
    INVITATION_VERSION = 1,
    CHECKSUM_BYTES = 4,
    PORT_DIGITS_MAX = 5,
};

static const char prefix[] = "thidua:";
static const uint64_t expires_max = 253402300799;

_Static_assert(sizeof prefix + BASE64_CHARS(INVITATION_BYTES_MAX) <= INVITATION_TEXT_BYTES,
               "room for it");
/* version, role, kind, secret, expires, keys, count, addresses, names, unit kind, checksum */
_Static_assert(3 + INVITATION_SECRET_BYTES + 10 + SIGN_PUBLIC_BYTES + DH_BYTES + 1
                       + INVITATION_ADDRESSES_MAX * (1 + INVITATION_ADDRESS_BYTES_MAX)
                       + 2 * (2 + INVITATION_NAME_BYTES_MAX) + 10 + CHECKSUM_BYTES
                   <= INVITATION_BYTES_MAX,
               "the longest invitation fits");

static bool
role_is_known(unsigned role)
{
    return role == ROLE_ADMIN || role == ROLE_CLERK || role == ROLE_UNIT || role == ROLE_EVENT
           || role == ROLE_REVIEWER;
}

static bool
kind_is_known(unsigned kind)
{
    return kind >= INVITATION_COMMUNE && kind <= INVITATION_EVENT;
}

/* A host without blanks, a colon, a port of 1..65535; an IPv6 host stands in brackets. */
static bool
address_is_valid(const char *address)
{
    const char *colon = strrchr(address, ':');
    size_t host, digits;
    unsigned long port;

    if (colon == NULL || strlen(address) > INVITATION_ADDRESS_BYTES_MAX)
        return false;
    host = (size_t) (colon - address);
    digits = strlen(colon + 1);
    if (host == 0 || digits == 0 || digits > PORT_DIGITS_MAX
        || strspn(colon + 1, "0123456789") != digits)
        return false;
    port = strtoul(colon + 1, NULL, 10);
    if (port < 1 || port > UINT16_MAX)
        return false;
    for (const char *p = address; p < colon; p++)
        if ((unsigned char) *p <= ' ' || *p == '/' || *p == 0x7F)
            return false;
    if (address[0] == '[')
        return host > 2 && colon[-1] == ']';
    return memchr(address, ':', host) == NULL;
}

/* Printable text: it is shown before anything is proven. */
static bool
name_is_valid(const char *name, size_t least)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < size; i++)
        if ((unsigned char) name[i] < ' ' || name[i] == 0x7F)
            return false;
    return size >= least && size <= INVITATION_NAME_BYTES_MAX
           && wire_utf8_valid((const uint8_t *) name, size);
}

static void
checksum(const uint8_t *bytes, size_t size, uint8_t ret[CHECKSUM_BYTES])
{
    struct hash hash;

    hash_once(DOMAIN_INVITATION, bytes, size, &hash);
    memcpy(ret, hash.bytes, CHECKSUM_BYTES);
}

/* What a person gave for an invitation, checked before it is written. */
static enum err
check_given(const struct invitation *in, struct error *e)
{
    if (!role_is_known(in->role) || !kind_is_known((unsigned) in->kind)
        || in->addresses_count > INVITATION_ADDRESSES_MAX)
        return err_set(e, ERR_USAGE, "invitation of role %u, kind %d, %u addresses", in->role,
                       (int) in->kind, in->addresses_count);
    if (in->expires < 1 || in->expires > expires_max)
        return err_say(e, ERR_USAGE, N_("the end date of the invitation is not in the calendar"),
                       NULL);
    for (unsigned i = 0; i < in->addresses_count; i++)
        if (!address_is_valid(in->addresses[i]))
            return err_say(
                e, ERR_USAGE,
                N_("“{1}” is not an address to call: write host:port, such as hub.example.vn:7700"),
                in->addresses[i], NULL);
    if (!name_is_valid(in->inviter_name, 1))
        return err_say(
            e, ERR_USAGE,
            N_("the inviting unit's name “{1}” is empty, longer than 200 bytes "
              "or not plain text: change it"),
            in->inviter_name, NULL);
    if (!name_is_valid(in->unit_name, 0))
        return err_say(
            e, ERR_USAGE,
            N_("the invited unit's name “{1}” is longer than 200 bytes "
              "or not plain text: change it"),
            in->unit_name, NULL);
    return OK;
}

static void
encode_bytes(const struct invitation *in, struct buf *b)
{
    uint8_t sum[CHECKSUM_BYTES];

    wire_put_u8(b, INVITATION_VERSION);
    wire_put_u8(b, (uint8_t) in->role);
    wire_put_u8(b, (uint8_t) in->kind);
    buf_append(b, in->secret, sizeof in->secret);
    wire_put_uint(b, in->expires);
    buf_append(b, in->inviter_device, sizeof in->inviter_device);
    buf_append(b, in->inviter_noise, sizeof in->inviter_noise);
    wire_put_uint(b, in->addresses_count);
    for (unsigned i = 0; i < in->addresses_count; i++)
        wire_put_sized(b, in->addresses[i], strlen(in->addresses[i]));
    wire_put_sized(b, in->inviter_name, strlen(in->inviter_name));
    wire_put_sized(b, in->unit_name, strlen(in->unit_name));
    wire_put_uint(b, in->unit_kind);
    if (b->err != OK)
        return;
    checksum(b->bytes, b->size, sum);
    buf_append(b, sum, sizeof sum);
}

enum err
invitation_encode(const struct invitation *in, char *ret_text, struct error *e)
{
    enum err err = check_given(in, e);
    struct buf b;

    if (err != OK)
        return err;
    buf_init(&b, INVITATION_BYTES_MAX);
    encode_bytes(in, &b);
    err = b.err;
    if (err == OK) {
        memcpy(ret_text, prefix, sizeof prefix);
        err = base64_encode(b.bytes, b.size, ret_text + sizeof prefix - 1,
                            INVITATION_TEXT_BYTES - (sizeof prefix - 1));
    }
    if (b.bytes != NULL)
        sign_wipe(b.bytes, b.size);
    buf_release(&b);
    return err == OK ? OK : err_set(e, err, "invitation does not fit");
}

/* Copy a text that the wire holds into a field of the struct; a NUL cannot be inside. */
static void
copy_text(struct wire *w, char *ret_text, size_t size_max)
{
    size_t size;
    const uint8_t *bytes = wire_text(w, size_max, &size);

    if (bytes == NULL)
        return;
    memcpy(ret_text, bytes, size);
    ret_text[size] = '\0';
}

static enum err
decode_bytes(const uint8_t *bytes, size_t size, struct invitation *ret)
{
    struct wire w;
    unsigned kind;

    wire_init(&w, bytes, size);
    wire_u8(&w); /* the version, seen by the caller */
    ret->role = wire_u8(&w);
    kind = wire_u8(&w);
    if (!role_is_known(ret->role) || !kind_is_known(kind))
        return wire_fail(&w);
    ret->kind = (enum invitation_kind) kind;
    wire_copy(&w, ret->secret, sizeof ret->secret);
    ret->expires = wire_uint_max(&w, expires_max);
    wire_copy(&w, ret->inviter_device, sizeof ret->inviter_device);
    wire_copy(&w, ret->inviter_noise, sizeof ret->inviter_noise);
    ret->addresses_count = (unsigned) wire_uint_max(&w, INVITATION_ADDRESSES_MAX);
    for (unsigned i = 0; i < ret->addresses_count && w.err == OK; i++) {
        copy_text(&w, ret->addresses[i], INVITATION_ADDRESS_BYTES_MAX);
        if (!address_is_valid(ret->addresses[i]))
            wire_fail(&w);
    }
    copy_text(&w, ret->inviter_name, INVITATION_NAME_BYTES_MAX);
    copy_text(&w, ret->unit_name, INVITATION_NAME_BYTES_MAX);
    ret->unit_kind = (unsigned) wire_uint_max(&w, INT32_MAX);
    if (ret->expires == 0 || !name_is_valid(ret->inviter_name, 1)
        || !name_is_valid(ret->unit_name, 0))
        wire_fail(&w);
    return wire_finish(&w);
}

/* Bytes of the zero-width character or no-break space at p, else 0. */
static size_t
unseen_bytes(const char *p)
{
    static const char *const unseen[] = {"\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D",
                                         "\xE2\x81\xA0", "\xEF\xBB\xBF", "\xC2\xA0"};

    for (size_t i = 0; i < sizeof unseen / sizeof unseen[0]; i++)
        if (strncmp(p, unseen[i], strlen(unseen[i])) == 0)
            return strlen(unseen[i]);
    return 0;
}

/* Everything but blanks and what cannot be seen, without the prefix.
 *   ret_text  buffer of INVITATION_TEXT_BYTES
 *   Returns   ERR_USAGE it does not begin as an invitation; ERR_LIMIT longer than any */
static enum err
gather(const char *text, char *ret_text)
{
    size_t used = 0;

    for (const char *p = text; *p != '\0'; p++) {
        size_t unseen = unseen_bytes(p);

        if (unseen > 0) {
            p += unseen - 1;
            continue;
        }
        if ((unsigned char) *p <= ' ')
            continue;
        if (used + 1 == INVITATION_TEXT_BYTES)
            return ERR_LIMIT;
        ret_text[used++] = *p;
    }
    ret_text[used] = '\0';
    /* a telephone may begin the line with a capital */
    for (size_t i = 0; i + 1 < sizeof prefix; i++)
        if ((ret_text[i] | (i < sizeof prefix - 2 ? 0x20 : 0)) != prefix[i])
            return ERR_USAGE;
    memmove(ret_text, ret_text + sizeof prefix - 1, used - (sizeof prefix - 1) + 1);
    return OK;
}

static enum err
decode_line(char *line, uint8_t *bytes, struct invitation *ret, struct error *e)
{
    static const char cut[] =
        N_("the invitation is cut or mistyped: copy the whole line, from “thidua:” to its end");
    uint8_t sum[CHECKSUM_BYTES];
    size_t size;

    if (base64_decode(line, strlen(line), bytes, INVITATION_BYTES_MAX, &size) != OK
        || size <= CHECKSUM_BYTES)
        return err_say(e, ERR_FORMAT, cut, NULL);
    size -= CHECKSUM_BYTES;
    checksum(bytes, size, sum);
    if (memcmp(sum, bytes + size, sizeof sum) != 0)
        return err_say(e, ERR_FORMAT, cut, NULL);
    if (bytes[0] != INVITATION_VERSION)
        return err_say(
            e, ERR_UNSUPPORTED,
            N_("the invitation was made by a newer version: update thidua on this machine"), NULL);
    if (decode_bytes(bytes, size, ret) != OK)
        return err_say(
            e, ERR_FORMAT,
            N_("the invitation is not well formed: ask the unit that invites for a new one"), NULL);
    return OK;
}

enum err
invitation_decode(const char *text, struct invitation *ret, struct error *e)
{
    char line[INVITATION_TEXT_BYTES] = "";
    uint8_t bytes[INVITATION_BYTES_MAX] = {0};
    struct invitation in = {0};
    enum err err = gather(text, line);

    if (err == OK)
        err = decode_line(line, bytes, &in, e);
    else
        err_say(e, ERR_USAGE,
                N_("this is not an invitation: it is one line that begins with “thidua:”"), NULL);
    if (err == OK)
        *ret = in;
    sign_wipe(line, sizeof line);
    sign_wipe(bytes, sizeof bytes);
    invitation_wipe(&in);
    return err == ERR_LIMIT ? ERR_USAGE : err;
}

enum err
invitation_check_time(const struct invitation *in, uint64_t now, struct error *e)
{
    char end[API_DATE_BYTES];

    if (now <= in->expires)
        return OK;
    api_time_display((int64_t) in->expires, end);
    return err_say(
        e, ERR_AUTH,
        N_("the invitation of {1} ended at {2}: ask for a new one, or set this machine's clock"),
        in->inviter_name, end, NULL);
}

void
invitation_digest(const uint8_t *secret, struct hash *ret_digest)
{
    hash_once(DOMAIN_SECRET, secret, INVITATION_SECRET_BYTES, ret_digest);
}

void
invitation_wipe(struct invitation *in)
{
    sign_wipe(in, sizeof *in);
}
