/* The bodies of enrolment's bundles.
 *
 *     request  text kind of node | text unit's name | u8 0, or u8 1, inner genesis 66, outer genesis 66
 *     grant    varint kind of invitation | text unit's name | varint count, text address... |
 *              varint count, (u8 origin, genesis 66)...                                          */
#include "config.h"

#include "protocol/bundle_enrol.h"

#include <string.h>

enum { ORIGIN_OWN = 1, ORIGIN_ABOVE = 2 };

void
bundle_request_put(struct buf *out, const struct bundle_request *request)
{
    wire_put_sized(out, request->node, strlen(request->node));
    wire_put_sized(out, request->unit_name, strlen(request->unit_name));
    wire_put_u8(out, request->has_spaces ? 1 : 0);
    if (request->has_spaces) {
        buf_append(out, request->inner, GENESIS_BYTES);
        buf_append(out, request->outer, GENESIS_BYTES);
    }
}

void
bundle_grant_put(struct buf *out, const struct bundle_grant *grant)
{
    wire_put_uint(out, grant->kind);
    wire_put_sized(out, grant->unit_name, strlen(grant->unit_name));
    wire_put_uint(out, grant->addresses_count);
    for (unsigned i = 0; i < grant->addresses_count; i++)
        wire_put_sized(out, grant->addresses[i], strlen(grant->addresses[i]));
    wire_put_uint(out, grant->spaces_count);
    for (unsigned i = 0; i < grant->spaces_count; i++) {
        wire_put_u8(out, grant->spaces[i].origin);
        buf_append(out, grant->spaces[i].genesis, GENESIS_BYTES);
    }
}

/* A text into an array of size_max + 1; it is shown to people, so it holds no control characters. */
static void
read_text(struct wire *w, size_t size_max, char *ret_text)
{
    size_t size = 0;
    const uint8_t *text = wire_text(w, size_max, &size);

    for (size_t i = 0; w->err == OK && i < size; i++)
        if (text[i] < ' ' || text[i] == 0x7F)
            wire_fail(w);
    if (w->err == OK && size > 0)
        memcpy(ret_text, text, size);
    ret_text[w->err == OK ? size : 0] = '\0';
}

static void
read_genesis(struct wire *w, uint8_t ret_bytes[GENESIS_BYTES])
{
    struct genesis genesis;

    wire_copy(w, ret_bytes, GENESIS_BYTES);
    if (w->err == OK && genesis_decode(ret_bytes, GENESIS_BYTES, &genesis, NULL) != OK)
        wire_fail(w);
}

static enum err
say_kind(enum bundle_kind wanted, struct error *e)
{
    return wanted == BUNDLE_REQUEST
               ? err_say(e, ERR_FORMAT,
                         N_("this is a grant, not a request: it belongs to the machine that joins (thiduad join)"),
                         NULL)
               : err_say(e, ERR_FORMAT,
                         N_("this is a request, not a grant: the machine that takes in answers it first (thidua "
                            "grant)"),
                         NULL);
}

static enum err
finish(struct wire *w, struct error *e)
{
    return wire_finish(w) == OK
               ? OK
               : err_say(e, ERR_FORMAT,
                         N_("the file does not hold what a request or grant holds: have it written again"), NULL);
}

enum err
bundle_request_read(const struct bundle_header *header, struct bundle_request *ret_request, struct error *e)
{
    struct bundle_request request = {.has_spaces = false};
    struct wire w;
    enum err err;

    if (header->kind != BUNDLE_REQUEST)
        return say_kind(BUNDLE_REQUEST, e);
    wire_init(&w, header->body, header->body_size);
    read_text(&w, BUNDLE_NODE_BYTES_MAX, request.node);
    read_text(&w, INVITATION_NAME_BYTES_MAX, request.unit_name);
    switch (wire_u8(&w)) {
    case 0:
        break;
    case 1:
        request.has_spaces = true;
        read_genesis(&w, request.inner);
        read_genesis(&w, request.outer);
        break;
    default:
        wire_fail(&w);
    }
    err = finish(&w, e);
    if (err == OK)
        *ret_request = request;
    return err;
}

enum err
bundle_grant_read(const struct bundle_header *header, struct bundle_grant *ret_grant, struct error *e)
{
    struct bundle_grant grant = {.spaces_count = 0};
    struct wire w;
    enum err err;

    if (header->kind != BUNDLE_GRANT)
        return say_kind(BUNDLE_GRANT, e);
    wire_init(&w, header->body, header->body_size);
    grant.kind = (enum invitation_kind) wire_uint_max(&w, INVITATION_EVENT);
    read_text(&w, INVITATION_NAME_BYTES_MAX, grant.unit_name);
    grant.addresses_count = (unsigned) wire_uint_max(&w, INVITATION_ADDRESSES_MAX);
    for (unsigned i = 0; i < grant.addresses_count; i++)
        read_text(&w, INVITATION_ADDRESS_BYTES_MAX, grant.addresses[i]);
    grant.spaces_count = (unsigned) wire_uint_max(&w, BUNDLE_SPACES_MAX);
    for (unsigned i = 0; i < grant.spaces_count; i++) {
        grant.spaces[i].origin = wire_u8(&w);
        read_genesis(&w, grant.spaces[i].genesis);
        if (grant.spaces[i].origin != ORIGIN_OWN && grant.spaces[i].origin != ORIGIN_ABOVE)
            wire_fail(&w);
    }
    if ((unsigned) grant.kind == 0)
        wire_fail(&w);
    err = finish(&w, e);
    if (err == OK)
        *ret_grant = grant;
    return err;
}
