/* Requests that concern other machines: sync, invitations, grants, and what the network knows of peers. */
#include "config.h"

#include <string.h>

#include "daemon/domain/fold.h"
#include "daemon/engine/enrol.h"
#include "daemon/local/handlers.h"
#include "daemon/net/carrier.h"
#include "daemon/net/net.h"
#include "protocol/base64.h"
#include "protocol/bundle_enrol.h"

enum { SYNC_WAIT_S_MAX = 3600, SYNC_WAIT_S = 30, EXPIRES_DAYS_MAX = 3650, EXPIRES_DAYS = 14,
       GRANT_DAYS = 30 };

/* A whole number of the body; `otherwise` when it is absent. */
static enum err
body_number(struct request *r, const char *name, int64_t min, int64_t max, int64_t otherwise,
            int64_t *ret_number, struct error *e)
{
    json_t *json = json_object_get(r->body, name);
    char least[24], most[24];

    *ret_number = otherwise;
    if (json == NULL || json_is_null(json))
        return OK;
    snprintf(least, sizeof least, "%lld", (long long) min);
    snprintf(most, sizeof most, "%lld", (long long) max);
    if (!json_is_integer(json) || json_integer_value(json) < min || json_integer_value(json) > max)
        return err_say(e, ERR_FORMAT, N_("“{1}” must be a whole number of {2} to {3}"), name, least,
                       most, NULL);
    *ret_number = json_integer_value(json);
    return OK;
}

/* --- sync ------------------------------------------------------------------------------------- */

/* On the loop. What is left when the time is over is no failure: the daemon goes on by itself. */
static void
on_synced(void *context, enum err err, const struct error *e)
{
    struct request *r = context;

    if (err == OK || err == ERR_AGAIN) {
        r->answer = json_pack("{s:b}", "done", err == OK);
        err = r->answer == NULL ? ERR_NOMEM : OK;
    }
    request_finish(r, err, e);
}

enum err
handle_sync(struct request *r, struct error *e)
{
    static const char *const members[] = {"wait_s", NULL};
    int64_t wait_s;
    enum err err = request_members(r->body, members, e);

    if (err == OK)
        err = body_number(r, "wait_s", 0, SYNC_WAIT_S_MAX, SYNC_WAIT_S, &wait_s, e);
    if (err == OK && r->daemon->net == NULL)
        err = err_say(e, ERR_CLOSED, N_("the daemon is starting or stopping; try again"), NULL);
    if (err != OK)
        return err;
    net_sync(r->daemon->net, (unsigned) wait_s, on_synced, r);
    return OK;
}

/* --- invitations ------------------------------------------------------------------------------ */

/* On the loop, where the network may be asked. */
enum err
prepare_invite(struct request *r, struct error *e)
{
    struct invitation *in = arena_alloc(&r->arena, sizeof *in);
    const struct daemon *d = r->daemon;

    if (in == NULL)
        return err_set(e, ERR_NOMEM, "no memory for an invitation");
    if (d->net != NULL)
        in->addresses_count = net_addresses(d->net, in->addresses, INVITATION_ADDRESSES_MAX);
    memcpy(in->inviter_device, d->me.sign.public_key, sizeof in->inviter_device);
    memcpy(in->inviter_noise, d->me.noise.public_key, sizeof in->inviter_noise);
    r->prepared = in;
    return OK;
}

static enum err
read_kind(struct request *r, struct invitation *in, struct error *e)
{
    static const struct {
        const char *name;
        enum invitation_kind kind;
        enum role role;
    } kinds[] = {
        {"commune", INVITATION_COMMUNE, ROLE_ADMIN},
        {"clerk", INVITATION_CLERK, ROLE_CLERK},
        {"unit", INVITATION_UNIT, ROLE_UNIT},
        {"event", INVITATION_EVENT, ROLE_EVENT},
    };
    const char *as = NULL;
    enum err err = request_body_text(r, "as", true, &as, e);

    for (size_t i = 0; err == OK && i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(as, kinds[i].name) != 0)
            continue;
        in->kind = kinds[i].kind;
        in->role = kinds[i].role;
        return OK;
    }
    return err == OK ? err_say(e, ERR_USAGE,
                               N_("say who is invited: commune, clerk, unit or event, not “{1}”"),
                               as, NULL)
                     : err;
}

/* The kind of unit by name or label; NULL when it is not said. */
static enum err
read_unit_kind(struct request *r, struct invitation *in, const char **ret_name, struct error *e)
{
    const struct registry_record *type = registry_by_type(RECORD_UNIT);
    const struct registry_field *field = registry_field_by_name(type, "kind");
    struct value value;
    enum err err =
        view_read_value(&r->view, type, field, json_object_get(r->body, "unit_kind"), &value, e);

    *ret_name = NULL;
    if (err != OK || value.kind == VALUE_NULL)
        return err;
    in->unit_kind = (unsigned) value.integer;
    *ret_name = registry_choice_by_number(field, value.integer)->name;
    return OK;
}

/* The names that stand in the line: the invited unit's and ours. */
static enum err
read_names(struct request *r, struct invitation *in, struct error *e)
{
    struct space_row space;
    const char *name, *own = NULL;
    enum err err = request_body_text(r, "unit_name", in->kind == INVITATION_UNIT, &name, e);

    if (err == OK && name != NULL)
        name = nfc_text(&r->arena, name, strlen(name));
    if (err == OK && name != NULL && strlen(name) > INVITATION_NAME_BYTES_MAX)
        err = err_say(e, ERR_LIMIT, N_("“{1}” is too long; write at most 200 bytes"), "unit_name",
                      NULL);
    if (err == OK)
        err = space_own(r->store, SPACE_INNER, &space, e);
    if (err == OK)
        err = view_space_unit(&r->view, space.id, &own, e);
    if (err != OK)
        return err;
    snprintf(in->unit_name, sizeof in->unit_name, "%s", name == NULL ? "" : name);
    snprintf(in->inviter_name, sizeof in->inviter_name, "%.*s", INVITATION_NAME_BYTES_MAX,
             own == NULL ? "?" : own);
    return OK;
}

enum err
handle_invite(struct request *r, struct error *e)
{
    static const char *const members[] = {"as", "unit_name", "unit_kind", "expires_days", NULL};
    struct enrol_invitation invite = {.unit = 0};
    struct invitation *in = r->prepared;
    char line[INVITATION_TEXT_BYTES];
    size_t addresses;
    struct act act;
    int64_t days = 0;
    enum err err = request_members(r->body, members, e);

    if (err == OK)
        err = read_kind(r, in, e);
    if (err == OK)
        err = read_names(r, in, e);
    if (err == OK)
        err = read_unit_kind(r, in, &invite.unit_kind, e);
    if (err == OK)
        err = body_number(r, "expires_days", 1, EXPIRES_DAYS_MAX, EXPIRES_DAYS, &days, e);
    if (err == OK)
        err = request_act(r, &act, e);
    if (err != OK)
        return err;
    if (in->kind == INVITATION_UNIT) {
        /* marks and case may be left off; a unit that nobody knows yet is made */
        err = view_resolve(&r->view, RECORD_UNIT, in->unit_name, &invite.unit, e);
        if (err != OK && err != ERR_NOT_FOUND)
            return err;
    }
    daemon_random(in->secret, sizeof in->secret);
    invite.kind = (enum invite_kind) in->kind;
    invite.unit_name = in->unit_name;
    invite.expires_s = act.now_s + days * 86400;
    invite.random_epoch = act.random_epoch;
    in->expires = (uint64_t) invite.expires_s;
    err = enrol_invite(r->store, r->me, &invite, in->secret, act.operator, act.now_s, e);
    if (err == OK)
        err = invitation_encode(in, line, e);
    addresses = in->addresses_count;
    invitation_wipe(in);
    if (err == OK)
        r->answer =
            json_pack("{s:s, s:o, s:I}", "invitation", line, "expires", json_time(invite.expires_s),
                      "addresses", (json_int_t) addresses);
    return err;
}

/* --- grants: the answer to a request that came as a file --------------------------------------- */

/* Open the request and see that it may be answered here and now. */
static enum err
open_request(struct request *r, struct bundle **ret_bundle, struct bundle_request *ret_request, struct error *e)
{
    static const uint8_t nobody[DEVICE_BYTES];
    const struct bundle_header *header;
    struct bundle *b = NULL;
    const char *text = NULL;
    size_t size = 0;
    uint8_t *bytes;
    enum err err = request_body_text(r, "request", true, &text, e);

    if (err != OK)
        return err;
    bytes = arena_alloc(&r->arena, strlen(text) + 1);
    if (bytes == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a request file");
    if (base64_decode(text, strlen(text), bytes, strlen(text), &size) != OK)
        return err_say(e, ERR_FORMAT, N_("“{1}” must be the file's bytes in base64url"), "request", NULL);
    err = bundle_open(bytes, size, &r->me->noise, &b, e);
    if (err != OK)
        return err;
    header = bundle_header(b);
    err = bundle_request_read(header, ret_request, e);
    if (err == OK && memcmp(header->recipient, nobody, DEVICE_BYTES) != 0 &&
        memcmp(header->recipient, r->me->sign.public_key, DEVICE_BYTES) != 0)
        err = err_say(e, ERR_AUTH, N_("the request is for another machine: have it written for this one"), NULL);
    if (err == OK)
        err = bundle_check_time(header, daemon_now_s(), e);
    if (err == OK)
        *ret_bundle = b;
    else
        bundle_free(b);
    return err;
}

/* Take the machine in, and the entries that it brought. */
static enum err
take_request(struct request *r, struct bundle *b, const struct bundle_request *request,
             struct enrol_grant *grant, struct enrol_welcome *ret_welcome, uint64_t *ret_stored, struct error *e)
{
    const struct bundle_header *header = bundle_header(b);
    struct enrol_join join = {.cert = header->cert, .has_spaces = request->has_spaces};
    struct act act;
    enum err err = request_act(r, &act, e);

    if (err != OK)
        return err;
    memcpy(join.store_id, header->store_id, STORE_ID_BYTES);
    memcpy(join.inner, request->inner, GENESIS_BYTES);
    memcpy(join.outer, request->outer, GENESIS_BYTES);
    snprintf(join.unit_name, sizeof join.unit_name, "%s", request->unit_name);
    snprintf(join.node, sizeof join.node, "%s", request->node);
    grant->operator = act.operator;
    grant->random_epoch = act.random_epoch;
    err = enrol_grant(r->store, r->me, &join, grant, act.now_s, ret_welcome, e);
    return err == OK ? carrier_unload(r->store, b, ret_stored, e) : err;
}

static void
fill_answer(const struct enrol_welcome *w, const struct invitation *in, struct bundle_grant *answer)
{
    *answer = (struct bundle_grant){.kind = (enum invitation_kind) w->kind, .addresses_count = in->addresses_count,
                                    .spaces_count = w->spaces_count};
    snprintf(answer->unit_name, sizeof answer->unit_name, "%s", w->unit_name);
    memcpy(answer->addresses, in->addresses, sizeof answer->addresses);
    for (unsigned i = 0; i < w->spaces_count; i++) {
        answer->spaces[i].origin = (uint8_t) w->spaces[i].origin;
        memcpy(answer->spaces[i].genesis, w->spaces[i].genesis, GENESIS_BYTES);
    }
}

/* The answer's bytes: what the machine is now, and every entry of the spaces that it is to carry. */
static enum err
build_answer(struct request *r, const struct bundle_header *asked, const struct enrol_welcome *w, struct buf *out,
             struct error *e)
{
    uint8_t seed[DH_BYTES];
    struct bundle_seal seal = {.key = &r->me->sign, .recipient = asked->cert.noise, .seed = seed};
    struct bundle_header header = {.kind = BUNDLE_GRANT, .cert = w->cert, .wall_s = daemon_now_s()};
    struct bundle_grant *answer = arena_alloc(&r->arena, sizeof *answer);
    struct bundle_writer *writer = NULL;
    struct buf body;
    enum err err = answer != NULL ? OK : err_set(e, ERR_NOMEM, "no memory for a grant");

    buf_init(&body, BUNDLE_BODY_BYTES_MAX);
    if (err == OK) {
        fill_answer(w, r->prepared, answer);
        bundle_grant_put(&body, answer);
        err = body.err;
    }
    memcpy(header.store_id, w->store_id, STORE_ID_BYTES);
    memcpy(header.recipient, asked->cert.device, DEVICE_BYTES);
    header.expires_s = header.wall_s + GRANT_DAYS * 86400;
    header.body = body.bytes;
    header.body_size = body.size;
    if (err == OK)
        err = bundle_writer_new(&writer, e);
    for (unsigned i = 0; err == OK && i < w->spaces_count; i++)
        err = carrier_load(r->store, w->spaces[i].genesis, writer, e);
    daemon_random(seed, sizeof seed);
    if (err == OK)
        err = bundle_finish(writer, &header, &seal, out, e);
    sign_wipe(seed, sizeof seed);
    bundle_writer_free(writer);
    buf_release(&body);
    return err;
}

static enum err
answer_to_json(struct request *r, const struct bundle_header *asked, const char *name, uint64_t stored,
               const struct buf *file, struct error *e)
{
    size_t size = BASE64_CHARS(file->size) + 1;
    char *text = arena_alloc(&r->arena, size);

    if (text == NULL || base64_encode(file->bytes, file->size, text, size) != OK)
        return err_set(e, ERR_NOMEM, "no memory for a grant");
    r->answer = json_pack("{s:s, s:s, s:o, s:I}", "grant", text, "name", name, "device",
                          json_hex(asked->cert.device, DEVICE_BYTES), "entries", (json_int_t) stored);
    return r->answer != NULL ? OK : err_set(e, ERR_NOMEM, "no memory for a grant");
}

/* What the body says of the role and the unit. */
static enum err
read_grant(struct request *r, struct enrol_grant *grant, struct error *e)
{
    static const char *const members[] = {"request", "as", "unit_name", "unit_kind", NULL};
    struct invitation *in = r->prepared;
    enum err err = request_members(r->body, members, e);

    if (err == OK)
        err = read_kind(r, in, e);
    if (err == OK)
        err = read_names(r, in, e);
    if (err == OK)
        err = read_unit_kind(r, in, &grant->unit_kind, e);
    grant->kind = (enum invite_kind) in->kind;
    grant->unit_name = in->unit_name;
    if (err == OK && in->kind == INVITATION_UNIT) {
        /* marks and case may be left off; a unit that nobody knows yet is made */
        err = view_resolve(&r->view, RECORD_UNIT, in->unit_name, &grant->unit, e);
        if (err == ERR_NOT_FOUND)
            err = OK;
    }
    return err;
}

enum err
handle_grant(struct request *r, struct error *e)
{
    struct bundle_request request;
    struct enrol_grant grant = {.unit = 0};
    struct enrol_welcome welcome;
    struct bundle *b = NULL;
    struct buf file;
    uint64_t stored = 0;
    enum err err = read_grant(r, &grant, e);

    buf_init(&file, BUNDLE_BYTES_MAX);
    if (err == OK)
        err = open_request(r, &b, &request, e);
    if (err == OK)
        err = take_request(r, b, &request, &grant, &welcome, &stored, e);
    if (err == OK)
        err = submit_sign(r->store, r->me, e); /* what leaves the machine is signed; commit and answer follow */
    if (err == OK)
        err = build_answer(r, bundle_header(b), &welcome, &file, e);
    if (err == OK)
        err = answer_to_json(r, bundle_header(b), request.unit_name, stored, &file, e);
    buf_release(&file);
    bundle_free(b);
    return err;
}
