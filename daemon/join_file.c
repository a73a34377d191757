/* Joining without a network: a request goes out as a file, a grant comes back as one. Each is one transaction on
 * a store that no daemon has open. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/engine/policy.h"
#include "daemon/engine/submit.h"
#include "daemon/net/carrier.h"
#include "daemon/node_core.h"
#include "daemon/platform.h"
#include "protocol/base64.h"
#include "protocol/bundle_enrol.h"
#include "protocol/util/mem.h"

enum { FILE_ARENA_BYTES_MAX = 4 * 1024 * 1024, REQUEST_DAYS = 30 };

/* Note of this store: whom the last request was sealed to, as hex; "" = whoever answers. */
static const char request_note[] = "request_to";

/* What a machine is in its unit. */
enum standing {
    STANDING_NONE,     /* it has no unit yet */
    STANDING_FOUNDER,  /* it manages one of its own */
    STANDING_MEMBER,   /* it may write in one */
    STANDING_LOST,     /* it had a right, and has a new key since */
};

static enum err
standing_of(struct store *s, const struct identity *me, struct space_row *ret_inner, enum standing *ret_standing,
            struct error *e)
{
    struct arena a;
    unsigned roles = 0;
    enum err err = space_own(s, SPACE_INNER, ret_inner, e);

    if (err == ERR_NOT_FOUND) {
        *ret_standing = STANDING_NONE;
        return OK;
    }
    arena_init(&a, FILE_ARENA_BYTES_MAX);
    if (err == OK)
        err = policy_roles(s, ret_inner, me->sign.public_key, &a, &roles, e);
    arena_release(&a);
    if (err == OK)
        *ret_standing = roles == 0           ? STANDING_LOST
                        : roles & ROLE_ADMIN ? STANDING_FOUNDER
                                             : STANDING_MEMBER;
    return err;
}

/* --- a request -------------------------------------------------------------------------------- */

static enum err
make_requester(const struct settings *c, const struct node_paths *paths, const struct enrol_unit *unit,
               struct error *e)
{
    const char *node = unit->node != NULL ? unit->node : "laptop";

    if (strcmp(node, "laptop") == 0)
        return node_make(c, paths, node, NULL, e);
    if (unit->name == NULL || unit->kind == NULL)
        return err_say(e, ERR_USAGE,
                       N_("a unit of its own needs --unit-name and --unit-kind; a machine of another unit is "
                          "--node laptop"),
                       NULL);
    return node_make(c, paths, node, unit, e);
}

/* The request's own words, and whom it is for. */
static enum err
fill_request(struct store *s, const struct identity *me, const struct invitation *to, enum standing standing,
             struct bundle_header *header, struct buf *body, struct error *e)
{
    struct enrol_join present = {.has_spaces = false};
    struct bundle_request request = {.has_spaces = standing == STANDING_FOUNDER};
    enum err err = enrol_present(s, me, request.has_spaces, &present, e);

    if (err != OK)
        return err;
    snprintf(request.node, sizeof request.node, "%s", present.node);
    snprintf(request.unit_name, sizeof request.unit_name, "%s", present.unit_name);
    memcpy(request.inner, present.inner, GENESIS_BYTES);
    memcpy(request.outer, present.outer, GENESIS_BYTES);
    bundle_request_put(body, &request);
    header->kind = BUNDLE_REQUEST;
    header->cert = present.cert;
    memcpy(header->store_id, present.store_id, STORE_ID_BYTES);
    if (to != NULL)
        memcpy(header->recipient, to->inviter_device, DEVICE_BYTES);
    header->wall_s = daemon_now_s();
    header->expires_s = header->wall_s + REQUEST_DAYS * 86400;
    header->body = body->bytes;
    header->body_size = body->size;
    return body->err == OK ? OK : err_set(e, body->err, "request: no memory");
}

/* The request's bytes. A unit's records go along only where nobody else can read them. */
static enum err
build_request(struct store *s, const struct identity *me, const struct invitation *to, enum standing standing,
              struct buf *out, struct error *e)
{
    uint8_t everybody[DH_BYTES], seed[DH_BYTES];
    struct bundle_seal seal = {.key = &me->sign, .recipient = everybody, .seed = seed};
    struct bundle_header header = {.kind = BUNDLE_REQUEST};
    struct bundle_writer *w = NULL;
    struct space_row own;
    struct buf body;
    enum err err;

    buf_init(&body, BUNDLE_BODY_BYTES_MAX);
    err = fill_request(s, me, to, standing, &header, &body, e);
    if (err == OK)
        err = bundle_writer_new(&w, e);
    for (int i = 0; err == OK && standing == STANDING_FOUNDER && to != NULL && i < 2; i++) {
        err = space_own(s, i == 0 ? SPACE_INNER : SPACE_OUTER, &own, e);
        if (err == OK)
            err = carrier_load(s, own.genesis_bytes, w, e);
    }
    if (to != NULL)
        seal.recipient = to->inviter_noise;
    else
        bundle_open_key(everybody);
    daemon_random(seed, sizeof seed);
    if (err == OK)
        err = bundle_finish(w, &header, &seal, out, e);
    sign_wipe(seed, sizeof seed);
    bundle_writer_free(w);
    buf_release(&body);
    return err;
}

/* Note who may answer, and the name that a machine without a unit goes by. */
static enum err
note_request(struct store *s, const struct enrol_unit *unit, const struct invitation *to, enum standing standing,
             struct error *e)
{
    char device[HEX_CHARS(DEVICE_BYTES) + 1] = "";
    enum err err = store_begin(s, e);

    if (to != NULL)
        hex_encode(to->inviter_device, DEVICE_BYTES, device, sizeof device);
    if (err == OK)
        err = store_meta_set(s, request_note, device, e);
    if (err == OK && standing == STANDING_NONE && unit->name != NULL)
        err = store_meta_set(s, "unit", unit->name, e);
    if (err == OK)
        return store_commit(s, e);
    store_rollback(s);
    return err;
}

static enum err
check_name(const struct enrol_unit *unit, struct error *e)
{
    size_t length = unit->name != NULL ? strlen(unit->name) : 0;

    if (length > ENROL_NAME_BYTES_MAX || (length > 0 && !wire_utf8_valid((const uint8_t *) unit->name, length)))
        return err_say(e, ERR_USAGE, N_("the unit needs a name of 1 to 200 bytes of UTF-8 text"), NULL);
    return OK;
}

static enum err
write_request(struct store *s, const struct identity *me, const struct enrol_unit *unit,
              const struct invitation *to, const char *path, struct error *e)
{
    enum standing standing;
    struct space_row inner;
    struct buf out;
    enum err err = standing_of(s, me, &inner, &standing, e);

    buf_init(&out, BUNDLE_BYTES_MAX);
    if (err == OK && standing == STANDING_MEMBER)
        err = err_say(e, ERR_USAGE, N_("this machine already belongs to a unit: ask with an empty folder"), NULL);
    if (err == OK)
        err = note_request(s, unit, to, standing, e);
    if (err == OK)
        err = build_request(s, me, to, standing, &out, e);
    if (err == OK)
        err = platform_write_file(path, out.bytes, out.size, e);
    buf_release(&out);
    return err;
}

enum err
node_request(const struct settings *c, const struct enrol_unit *unit, const char *line, const char *path,
             struct error *e)
{
    struct node_paths paths;
    struct invitation invitation = {.secret = {0}};
    struct identity *me = NULL;
    struct store *s = NULL;
    enum err err = check_name(unit, e);

    node_paths(c, &paths);
    if (err == OK && line != NULL)
        err = invitation_decode(line, &invitation, e);
    if (err == OK && platform_kind(path) != PLATFORM_NOTHING)
        err = err_say(e, ERR_CONFLICT, N_("{1} is there already: choose another name, or remove it first"), path,
                      NULL);
    if (err == OK && platform_kind(paths.database) == PLATFORM_NOTHING)
        err = make_requester(c, &paths, unit, e);
    if (err == OK)
        err = node_open(c, &me, &s, e);
    if (err == OK)
        err = node_note_heads(s, me, e);
    if (err == OK)
        err = write_request(s, me, unit, line != NULL ? &invitation : NULL, path, e);
    store_close(s);
    if (me != NULL)
        identity_release(me);
    mem_free(me);
    invitation_wipe(&invitation);
    return err;
}

/* --- a grant ---------------------------------------------------------------------------------- */

/* Whether it answers this machine, in time, and comes from whom the request was sealed to. */
static enum err
check_grant(struct store *s, const struct identity *me, const struct bundle *b, struct error *e)
{
    const struct bundle_header *header = bundle_header(b);
    char device[HEX_CHARS(DEVICE_BYTES) + 1];
    const char *wanted = "";
    struct arena a;
    enum err err;

    if (bundle_is_open(b) || memcmp(header->recipient, me->sign.public_key, DEVICE_BYTES) != 0)
        return err_say(e, ERR_AUTH, N_("the grant is for another machine: have this machine's request granted"),
                       NULL);
    hex_encode(header->cert.device, DEVICE_BYTES, device, sizeof device);
    arena_init(&a, FILE_ARENA_BYTES_MAX);
    err = store_meta_get(s, request_note, &a, &wanted, e);
    if (err == ERR_NOT_FOUND)
        err = err_say(e, ERR_AUTH,
                      N_("this machine has asked for nothing: write a request first (thiduad request)"), NULL);
    else if (err == OK && wanted[0] != '\0' && strcmp(wanted, device) != 0)
        err = err_say(e, ERR_AUTH,
                      N_("the grant comes from another machine than the one that was asked: look who wrote it, or "
                         "write a new request"),
                      NULL);
    arena_release(&a);
    return err == OK ? bundle_check_time(header, daemon_now_s(), e) : err;
}

/* A machine belongs to one unit; only a unit of its own is adopted. */
static enum err
check_fits(struct store *s, const struct identity *me, const struct bundle_grant *grant, struct error *e)
{
    enum standing standing;
    struct space_row inner;
    unsigned own = 0;
    bool same = false;
    enum err err = standing_of(s, me, &inner, &standing, e);

    if (err != OK)
        return err;
    for (unsigned i = 0; i < grant->spaces_count; i++) {
        if (grant->spaces[i].origin != SPACE_OWN)
            continue;
        own++;
        same = same || (standing != STANDING_NONE &&
                        memcmp(grant->spaces[i].genesis, inner.genesis_bytes, GENESIS_BYTES) == 0);
    }
    if (grant->kind == INVITATION_COMMUNE)
        return standing == STANDING_FOUNDER && own == 0
                   ? OK
                   : err_say(e, ERR_CONFLICT,
                             N_("the grant is for a unit with its own records, and this machine manages none"),
                             NULL);
    if (standing != STANDING_NONE && !same)
        return err_say(e, ERR_CONFLICT,
                       N_("this machine already belongs to another unit: ask with an empty folder"), NULL);
    return own > 0 ? OK : err_say(e, ERR_FORMAT, N_("the grant names no unit: have it written again"), NULL);
}

static void
fill_welcome(const struct bundle_header *header, const struct bundle_grant *grant, struct enrol_welcome *w)
{
    *w = (struct enrol_welcome){.kind = (enum invite_kind) grant->kind, .cert = header->cert};
    memcpy(w->store_id, header->store_id, STORE_ID_BYTES);
    snprintf(w->unit_name, sizeof w->unit_name, "%s", grant->unit_name);
    for (unsigned i = 0; i < grant->spaces_count && i < ENROL_SPACES_MAX; i++) {
        w->spaces[i].origin = (enum space_origin) grant->spaces[i].origin;
        memcpy(w->spaces[w->spaces_count++].genesis, grant->spaces[i].genesis, GENESIS_BYTES);
    }
}

/* A machine of the unit must find its own right in what came, or it could not write. */
static enum err
check_taken_in(struct store *s, const struct identity *me, struct error *e)
{
    enum standing standing;
    struct space_row inner;
    enum err err = standing_of(s, me, &inner, &standing, e);

    if (err == OK && (standing == STANDING_NONE || standing == STANDING_LOST))
        err = err_say(e, ERR_FORMAT, N_("the file does not hold the right that it grants: have it written again"),
                      NULL);
    return err;
}

/* Inside a transaction: adoption, spaces, peer, entries. */
static enum err
take_grant(struct store *s, struct identity *me, struct bundle *b, const struct bundle_grant *grant,
           struct error *e)
{
    const struct bundle_header *header = bundle_header(b);
    const char *address = grant->addresses_count > 0 ? grant->addresses[0] : "";
    struct enrol_welcome welcome;
    uint64_t random, stored;
    enum err err = OK;

    daemon_random(&random, sizeof random);
    fill_welcome(header, grant, &welcome);
    if (grant->kind == INVITATION_COMMUNE)
        err = enrol_adopt(s, me, header->cert.device, grant->unit_name, random, daemon_now_s(), e);
    if (err == OK)
        err = enrol_joined(s, me, &welcome, address, e);
    if (err == OK)
        err = carrier_unload(s, b, &stored, e);
    if (err == OK && grant->kind != INVITATION_COMMUNE)
        err = check_taken_in(s, me, e);
    return err == OK ? submit_sign(s, me, e) : err;
}

static enum err
join_with(struct store *s, struct identity *me, struct bundle *b, char ret_inviter[ENROL_NAME_BYTES_MAX + 1],
          struct error *e)
{
    struct bundle_grant grant;
    enum err err = bundle_grant_read(bundle_header(b), &grant, e);

    if (err == OK)
        err = check_grant(s, me, b, e);
    if (err == OK)
        err = check_fits(s, me, &grant, e);
    if (err == OK)
        err = store_begin(s, e);
    if (err != OK)
        return err;
    err = take_grant(s, me, b, &grant, e);
    if (err == OK)
        err = store_commit(s, e);
    else
        store_rollback(s);
    if (err == OK)
        snprintf(ret_inviter, ENROL_NAME_BYTES_MAX + 1, "%s", grant.unit_name);
    return err == OK ? node_note_heads(s, me, e) : err;
}

enum err
node_join_file(const struct settings *c, const char *path, char ret_inviter[ENROL_NAME_BYTES_MAX + 1],
               struct error *e)
{
    struct identity *me = NULL;
    struct store *s = NULL;
    struct bundle *b = NULL;
    struct buf bytes;
    enum err err;

    buf_init(&bytes, BUNDLE_BYTES_MAX);
    err = platform_read_file(path, false, &bytes, e);
    if (err == OK)
        err = node_open(c, &me, &s, e);
    if (err == OK)
        err = bundle_open(bytes.bytes, bytes.size, &me->noise, &b, e);
    if (err == OK)
        err = join_with(s, me, b, ret_inviter, e);
    bundle_free(b);
    store_close(s);
    if (me != NULL)
        identity_release(me);
    mem_free(me);
    buf_release(&bytes);
    return err;
}
