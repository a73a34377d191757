/* Requests that concern other machines: sync, invitations, and what the network knows of peers. */
#include "config.h"

#include <string.h>

#include "daemon/domain/fold.h"
#include "daemon/engine/enrol.h"
#include "daemon/local/handlers.h"
#include "daemon/net/net.h"

enum { SYNC_WAIT_S_MAX = 3600, SYNC_WAIT_S = 30, EXPIRES_DAYS_MAX = 3650, EXPIRES_DAYS = 14 };

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
    const char *as;
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
