/* Requests about rights: which machines there are, taking their rights back, handing a unit over, erasing personal
 * data. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "daemon/engine/erase.h"
#include "daemon/engine/move.h"
#include "daemon/engine/revoke.h"
#include "daemon/engine/system_fields.h"
#include "daemon/local/handlers.h"
#include "protocol/api_value.h"
#include "protocol/invitation.h"

enum { KEY_DIGITS_MIN = 8, KEY_DIGITS = 2 * DEVICE_BYTES };

/* A machine with the rights that it has, or had, in the unit's own inner space. */
struct member {
    uint8_t device[DEVICE_BYTES];
    const char *name;       /* in the arena; NULL: nobody gave it one */
    unsigned roles;         /* mask of those that are open */
    bool is_founder;
    bool is_superior;       /* of the unit above */
    int64_t unit;           /* of a role `unit`; 0 = none */
    int64_t last_s;         /* wall time of its last entry here; 0 = none */
};

/* --- who there is ----------------------------------------------------------------------------- */

static struct member *
member_of(struct member *list, size_t *count, const uint8_t device[DEVICE_BYTES])
{
    for (size_t i = 0; i < *count; i++)
        if (memcmp(list[i].device, device, DEVICE_BYTES) == 0)
            return &list[i];
    memcpy(list[*count].device, device, DEVICE_BYTES);
    return &list[(*count)++];
}

static enum err
add_right(struct request *r, const struct right_row *right, struct member *m, struct error *e)
{
    struct record *record;
    const char *name;
    enum err err;

    if (trust_is_open(right))
        m->roles |= right->role;
    if (right->id < 0) {
        m->is_founder = true;
        return OK;
    }
    err = state_get(r->store, right->id, &r->arena, &record, e);
    if (err != OK)
        return err == ERR_NOT_FOUND ? OK : err;
    m->is_superior = m->is_superior || record->type == RECORD_ADOPTION;
    name = record_text(record, record->type == RECORD_ADOPTION ? (unsigned) ADOPTION_PARENT_NAME
                                                                : (unsigned) GRANT_NAME);
    if (name != NULL)
        m->name = name;
    if (record->type == RECORD_GRANT && record_reference(record, GRANT_UNIT) != 0)
        m->unit = record_reference(record, GRANT_UNIT);
    return OK;
}

static enum err
list_members(struct request *r, const struct space_row *space, struct member **ret_list, size_t *ret_count,
              struct error *e)
{
    struct right_row *rights, *founder;
    struct log_row *logs;
    struct member *list;
    size_t rights_count, founder_count, logs_count, count = 0;
    enum err err = right_list(r->store, space->id, &r->arena, &rights, &rights_count, e);

    if (err == OK)
        err = trust_rights_of(r->store, space, space->genesis.founder, &r->arena, &founder, &founder_count, e);
    if (err == OK)
        err = log_list(r->store, space->id, &r->arena, &logs, &logs_count, e);
    if (err != OK)
        return err;
    list = arena_array(&r->arena, rights_count + 1, sizeof *list);
    if (list == NULL)
        return err_set(e, ERR_NOMEM, "no memory for an answer");
    for (size_t i = 0; err == OK && i < founder_count; i++)
        err = add_right(r, &founder[i], member_of(list, &count, founder[i].device), e);
    for (size_t i = 0; err == OK && i < rights_count; i++)
        err = add_right(r, &rights[i], member_of(list, &count, rights[i].device), e);
    for (size_t i = 0; err == OK && i < logs_count; i++)
        for (size_t k = 0; k < count; k++)
            if (memcmp(list[k].device, logs[i].name.device, DEVICE_BYTES) == 0 && logs[i].wall_s > list[k].last_s)
                list[k].last_s = logs[i].wall_s;
    *ret_list = list;
    *ret_count = count;
    return err;
}

static json_t *
roles_json(unsigned roles)
{
    json_t *list = json_array();
    const struct registry_field *f = registry_field_by_id(registry_by_type(RECORD_GRANT), GRANT_ROLE);

    for (const struct registry_choice *c = f->choices; c->name != NULL; c++)
        if (roles & (unsigned) c->number)
            json_array_append_new(list, json_string(c->name));
    return list;
}

static json_t *
member_json(struct request *r, const struct member *m, const uint8_t *me)
{
    json_t *one = json_pack("{s:o, s:o, s:b, s:b, s:b, s:s}", "device", json_hex(m->device, DEVICE_BYTES), "roles",
                            roles_json(m->roles), "founder", (int) m->is_founder, "superior",
                            (int) m->is_superior, "self", (int) (memcmp(m->device, me, DEVICE_BYTES) == 0),
                            "state", m->roles != 0 ? "active" : "withdrawn");

    if (m->name != NULL)
        json_object_set_new(one, "name", json_string(m->name));
    if (m->unit != 0)
        json_object_set_new(one, "unit", json_string(view_title(&r->view, m->unit)));
    if (m->last_s != 0)
        json_object_set_new(one, "last_written", json_time(m->last_s));
    return one;
}

enum err
handle_machines(struct request *r, struct error *e)
{
    struct space_row own;
    struct member *list;
    size_t count = 0;
    json_t *machines;
    enum err err = space_own(r->store, SPACE_INNER, &own, e);

    if (err == OK)
        err = list_members(r, &own, &list, &count, e);
    if (err != OK)
        return err;
    machines = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(machines, member_json(r, &list[i], r->daemon->me.sign.public_key));
    r->answer = json_pack("{s:o, s:I}", "machines", machines, "count", (json_int_t) count);
    return r->answer == NULL ? err_set(e, ERR_NOMEM, "no memory for an answer") : OK;
}

/* --- taking rights back ----------------------------------------------------------------------- */

static bool
key_begins(const uint8_t device[DEVICE_BYTES], const char *digits)
{
    char key[KEY_DIGITS + 1];
    size_t length = strlen(digits);

    for (size_t i = 0; i < DEVICE_BYTES; i++)
        snprintf(key + 2 * i, 3, "%02x", device[i]);
    return length >= KEY_DIGITS_MIN && length <= KEY_DIGITS && memcmp(key, digits, length) == 0;
}

/* The machine that a person means, by its whole name or the first digits of its key. */
static enum err
find_member(struct request *r, const char *text, struct member *ret_member, struct error *e)
{
    struct space_row own;
    struct member *list, *found = NULL;
    size_t count = 0, matches = 0;
    enum err err = space_own(r->store, SPACE_INNER, &own, e);

    if (err == OK)
        err = list_members(r, &own, &list, &count, e);
    for (size_t i = 0; err == OK && i < count; i++) {
        if (!key_begins(list[i].device, text) && (list[i].name == NULL || strcmp(list[i].name, text) != 0))
            continue;
        found = &list[i];
        matches++;
    }
    if (err == OK && matches == 0)
        err = err_say(e, ERR_NOT_FOUND,
                      N_("no machine is called “{1}” (thidua machines lists them with their keys)"), text, NULL);
    if (err == OK && matches > 1)
        err = err_say(e, ERR_CONFLICT,
                      N_("several machines are called “{1}”: give the first eight digits of the key instead "
                         "(thidua machines)"),
                      text, NULL);
    if (err == OK)
        *ret_member = *found;
    return err;
}

/* A time as people write it; absent: nothing that was received is cut off. */
static enum err
read_since(struct request *r, int64_t *ret_since_s, struct error *e)
{
    const struct registry_field *f = registry_field_by_name(registry_by_type(RECORD_INVITATION), "expires");
    struct value value;
    enum err err;

    *ret_since_s = INT64_MAX;
    if (json_object_get(r->body, "since") == NULL)
        return OK;
    err = view_read_value(&r->view, registry_by_type(RECORD_INVITATION), f, json_object_get(r->body, "since"),
                          &value, e);
    if (err != OK)
        return err_say(e, ERR_FORMAT,
                       N_("“since” is the time from which on its entries do not count, such as 15/8/2023 7:30"), NULL);
    if (value.kind == VALUE_TIME)
        *ret_since_s = value.integer;
    return OK;
}

enum err
handle_revoke(struct request *r, struct error *e)
{
    static const char *const members[] = {"machine", "since", "reason", NULL};
    struct revoke_request request = {.reason = NULL};
    struct member machine;
    struct act act;
    const char *text = NULL;
    uint64_t cut = 0;
    enum err err = request_members(r->body, members, e);

    if (err == OK)
        err = request_body_text(r, "machine", true, &text, e);
    if (err == OK)
        err = request_body_text(r, "reason", false, &request.reason, e);
    if (err == OK)
        err = read_since(r, &request.since_s, e);
    if (err == OK)
        err = request_act(r, &act, e);
    if (err == OK)
        err = find_member(r, text, &machine, e);
    if (err == OK && memcmp(machine.device, r->me->sign.public_key, DEVICE_BYTES) == 0)
        err = err_say(e, ERR_USAGE, N_("a machine does not take its own right back: do it on another one"), NULL);
    if (err != OK)
        return err;
    request.device = machine.device;
    err = revoke_device(r->store, r->me, &request, act.operator, act.now_s, &cut, e);
    if (err != OK)
        return err;
    r->answer = json_pack("{s:o, s:I}", "device", json_hex(machine.device, DEVICE_BYTES), "cut_off",
                          (json_int_t) cut);
    if (r->answer != NULL && machine.name != NULL)
        json_object_set_new(r->answer, "name", json_string(machine.name));
    return r->answer == NULL ? err_set(e, ERR_NOMEM, "no memory for an answer") : OK;
}

/* --- moving ----------------------------------------------------------------------------------- */

enum err
handle_move(struct request *r, struct error *e)
{
    static const char *const members[] = {"unit", "invitation", NULL};
    struct invitation in;
    struct move_request request = {.child = 0};
    const char *unit = NULL, *line = NULL;
    struct act act;
    enum err err = request_members(r->body, members, e);

    if (err == OK)
        err = request_body_text(r, "unit", true, &unit, e);
    if (err == OK)
        err = request_body_text(r, "invitation", true, &line, e);
    if (err == OK)
        err = request_act(r, &act, e);
    if (err == OK)
        err = view_resolve(&r->view, RECORD_CHILD, unit, &request.child, e);
    if (err == ERR_NOT_FOUND)
        err = err_say(e, err, N_("no unit called “{1}” has joined this one"), unit, NULL);
    if (err == OK)
        err = invitation_decode(line, &in, e);
    if (err != OK)
        return err;
    if (in.kind != INVITATION_COMMUNE)
        err = err_say(e, ERR_USAGE,
                      N_("that invitation is for another kind of machine: a superior invites a unit with thidua "
                         "invite --as commune"),
                      NULL);
    request.device = in.inviter_device;
    request.name = in.inviter_name;
    request.operator = act.operator;
    request.random_epoch = act.random_epoch;
    if (err == OK)
        err = move_child(r->store, r->me, &request, act.now_s, e);
    if (err == OK)
        r->answer = json_pack("{s:s, s:s}", "unit", view_title(&r->view, request.child), "superior",
                              in.inviter_name);
    invitation_wipe(&in);
    return err == OK && r->answer == NULL ? err_set(e, ERR_NOMEM, "no memory for an answer") : err;
}

/* --- erasure ---------------------------------------------------------------------------------- */

enum err
handle_erase(struct request *r, struct error *e)
{
    static const char *const members[] = {"reason", NULL};
    const struct registry_record *type;
    struct erase_request request = {.reason = NULL};
    struct act act;
    uint64_t bodies = 0;
    enum err err = records_find(r, &type, &request.record, e);

    if (err == OK)
        err = request_members(r->body, members, e);
    if (err == OK)
        err = request_body_text(r, "reason", false, &request.reason, e);
    if (err == OK)
        err = request_act(r, &act, e);
    if (err != OK)
        return err;
    request.operator = act.operator;
    request.random_epoch = act.random_epoch;
    err = erase_record(r->store, r->me, &request, act.now_s, &bodies, e);
    if (err == OK)
        r->answer = json_pack("{s:I}", "entries", (json_int_t) bodies);
    return err == OK && r->answer == NULL ? err_set(e, ERR_NOMEM, "no memory for an answer") : err;
}
