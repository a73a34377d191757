/* Taking others in: by an invitation that a machine presents, or by a request that a person answers. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "daemon/engine/clock.h"
#include "daemon/engine/enrol_core.h"
#include "daemon/engine/system_fields.h"
#include "daemon/engine/trust.h"
#include "protocol/invitation.h"

/* --- accepting -------------------------------------------------------------------------------- */

/* What the joining device gets, by an invitation or by a person who answers its request. */
struct taken {
    enum invite_kind kind;
    unsigned role;
    int64_t unit;                   /* whose records a UNIT device may write; 0 = none */
    const struct record *child;     /* a machine that manages this unit below; NULL: of the own unit, or a child */
    const char *unit_name;          /* as the inviting side wrote it */
    const struct value *unit_kind;  /* NULL: not said */
    int64_t operator;               /* who acts, 0 = nobody */
    uint64_t random_epoch;
};

/* The invitation that the secret opens, if this device may use it. */
static enum err
find_invitation(struct store *s, const struct enrol_join *join, int64_t inner, int64_t now_s,
                struct arena *a, struct record **ret_invitation, struct error *e)
{
    struct hash digest;
    struct record *r;
    const struct value *expires, *used_by, *withdrawn;
    enum err err;

    invitation_digest(join->secret, &digest);
    err = enrol_find_one(s, RECORD_INVITATION, INVITED_DIGEST, digest.bytes, HASH_BYTES, inner, a, &r, e);
    if (err != OK)
        return err;
    withdrawn = r != NULL ? record_value(r, INVITED_WITHDRAWN) : NULL;
    if (r == NULL || withdrawn != NULL)
        return err_say(e, ERR_AUTH,
                       N_("this invitation is not known or was withdrawn: ask for a new one"), NULL);
    used_by = record_value(r, INVITED_USED_BY);
    if (used_by != NULL &&
        (used_by->size != DEVICE_BYTES || memcmp(used_by->bytes, join->cert.device, DEVICE_BYTES) != 0))
        return err_say(e, ERR_AUTH,
                       N_("this invitation was already used by another machine: ask for a new one"), NULL);
    expires = record_value(r, INVITED_EXPIRES);
    if (used_by == NULL && expires != NULL && expires->integer < now_s)
        return clock_is_plausible(now_s, 0)
                   ? err_say(e, ERR_AUTH, N_("this invitation is past its end date: ask for a new one"), NULL)
                   : err_say(e, ERR_AUTH,
                             N_("the inviting machine's clock is wrong, so it takes no invitation: set its "
                                "clock, then join again"),
                             NULL);
    *ret_invitation = r;
    return OK;
}

static enum err
mark_used(struct store *s, const struct identity *me, const struct record *invitation,
          const struct enrol_join *join, int64_t now_s, struct error *e)
{
    struct draft draft = {.op = {.kind = SUBMIT_SET, .record = invitation->id}};

    if (record_value(invitation, INVITED_USED_BY) != NULL)
        return OK;
    draft_bytes(&draft, INVITED_USED_BY, join->cert.device, DEVICE_BYTES);
    return draft_submit(s, me, &draft, 1, 0, 0, now_s, e);
}

/* What is written here is signed and stays: never half a certificate. */
static enum err
draft_cert(struct draft *d, unsigned id, const struct device_cert *cert, struct buf *b, struct error *e)
{
    buf_init(b, DEVICE_CERT_BYTES_MAX);
    sign_cert_put(b, cert);
    if (b->err != OK)
        return err_set(e, b->err, "certificate: no memory");
    draft_bytes(d, id, b->bytes, b->size);
    return OK;
}

/* A unit below: carry its two spaces and write down that it is a child. */
static enum err
accept_commune(struct store *s, const struct identity *me, const struct taken *taken,
               const struct enrol_join *join, int64_t own_inner, int64_t now_s, struct arena *a,
               struct error *e)
{
    const uint8_t *founding[2] = {join->inner, join->outer};
    struct space_row spaces[2];
    struct log_id name;
    struct log_row log = {0};
    struct record *known;
    struct draft draft;
    struct buf cert = {0};
    enum err err = join->has_spaces ? OK : ERR_USAGE;

    for (int i = 0; err == OK && i < 2; i++) {
        err = space_add(s, founding[i], SPACE_BELOW, &spaces[i], e);
        if (err == OK && (memcmp(spaces[i].genesis.founder, join->cert.device, DEVICE_BYTES) != 0 ||
                          spaces[i].genesis.kind != (i == 0 ? SPACE_INNER : SPACE_OUTER)))
            err = ERR_USAGE;
    }
    if (err == OK && memcmp(spaces[0].genesis.unit, spaces[1].genesis.unit, UNIT_ROOT_BYTES) != 0)
        err = ERR_USAGE;
    if (err == ERR_USAGE)
        return err_say(e, ERR_AUTH,
                       N_("this invitation is for a unit with its own data folder, founded on the machine "
                          "that joins: run thiduad init there first"),
                       NULL);
    if (err == OK)
        err = enrol_find_one(s, RECORD_CHILD, CHILD_INNER, spaces[0].space, SPACE_BYTES, own_inner, a, &known,
                             e);
    if (err != OK || known != NULL)
        return err;
    enrol_founder_log(&spaces[0], &name);
    err = log_add(s, &name, false, &log, e);
    draft_add(&draft, RECORD_CHILD, own_inner);
    draft_text(&draft, CHILD_NAME, join->unit_name[0] != '\0' ? join->unit_name : taken->unit_name);
    if (taken->unit_kind != NULL)
        draft_field(&draft, CHILD_KIND, *taken->unit_kind);
    draft_bytes(&draft, CHILD_INNER, spaces[0].space, SPACE_BYTES);
    draft_bytes(&draft, CHILD_OUTER, spaces[1].space, SPACE_BYTES);
    draft_bytes(&draft, CHILD_DEVICE, join->cert.device, DEVICE_BYTES);
    if (err == OK)
        err = draft_cert(&draft, CHILD_NOISE_CERT, &join->cert, &cert, e);
    draft_reference(&draft, CHILD_UNIT, record_id(log.id, 1, 0));
    if (err == OK)
        err = draft_submit(s, me, &draft, 1, taken->operator, taken->random_epoch, now_s, e);
    buf_release(&cert);
    return err;
}

/* The grant under which this device itself manages a space: 0 for its founder, and for the device that an
 * adoption names. */
static enum err
own_grant(struct store *s, const struct identity *me, const struct space_row *space, struct arena *a,
          int64_t *ret_grant, struct error *e)
{
    struct right_row *rights;
    size_t count = 0;
    unsigned type = 0;
    enum err err = trust_rights_of(s, space, me->sign.public_key, a, &rights, &count, e);

    *ret_grant = 0;
    for (size_t i = 0; err == OK && i < count; i++) {
        if (rights[i].role != ROLE_ADMIN || !trust_is_open(&rights[i]))
            continue;
        if (rights[i].id > 0)
            err = state_type(s, rights[i].id, &type, e);
        if (rights[i].id < 0 || type == RECORD_ADOPTION) {
            *ret_grant = 0;
            return err;
        }
        *ret_grant = rights[i].id;
    }
    return err;
}

/* A device of this unit: grant it its role in both spaces. */
static enum err
accept_device(struct store *s, const struct identity *me, const struct taken *taken,
              const struct enrol_join *join, const struct space_row own[2], int64_t now_s, struct arena *a,
              struct error *e)
{
    struct draft drafts[2];
    struct buf certs[2] = {{0}, {0}};
    size_t count = 0;
    enum err err = OK;

    for (int i = 0; err == OK && i < 2; i++) {
        struct record *known;
        int64_t parent = 0;

        err = enrol_find_one(s, RECORD_GRANT, GRANT_DEVICE, join->cert.device, DEVICE_BYTES, own[i].id, a,
                             &known, e);
        if (err == OK && known == NULL)
            err = own_grant(s, me, &own[i], a, &parent, e);
        if (err != OK || known != NULL)
            continue;
        draft_add(&drafts[count], RECORD_GRANT, own[i].id);
        draft_bytes(&drafts[count], GRANT_DEVICE, join->cert.device, DEVICE_BYTES);
        draft_integer(&drafts[count], GRANT_ROLE, taken->role);
        if (taken->unit != 0)
            draft_reference(&drafts[count], GRANT_UNIT, taken->unit);
        err = draft_cert(&drafts[count], GRANT_NOISE_CERT, &join->cert, &certs[i], e);
        draft_text(&drafts[count], GRANT_NAME, join->unit_name[0] != '\0' ? join->unit_name : join->node);
        if (parent != 0)
            draft_reference(&drafts[count], GRANT_PARENT, parent);
        count++;
    }
    if (err == OK && count > 0)
        err = draft_submit(s, me, drafts, count, taken->operator, taken->random_epoch, now_s, e);
    buf_release(&certs[0]);
    buf_release(&certs[1]);
    return err;
}

/* What the joining device is told: who answers, and the spaces that it is to carry. */
static enum err
fill_welcome(struct store *s, const struct identity *me, const struct taken *taken, const struct space_row unit_spaces[2],
             struct arena *a, struct enrol_welcome *w, struct error *e)
{
    struct space_row *spaces;
    const char *unit;
    size_t count;
    enum err err;

    *w = (struct enrol_welcome){.kind = taken->kind, .cert = me->cert};
    err = enrol_store_id(s, a, w->store_id, e);
    if (err == OK)
        err = enrol_own_name(s, a, &unit, e);
    if (err == OK)
        err = space_list(s, a, &spaces, &count, e);
    if (err != OK)
        return err;
    snprintf(w->unit_name, sizeof w->unit_name, "%s",
             taken->child != NULL ? record_text(taken->child, CHILD_NAME) : unit);
    for (size_t i = 0; i < count && w->spaces_count < ENROL_SPACES_MAX; i++) {
        bool of_unit = taken->kind != INVITE_COMMUNE &&
                       (spaces[i].id == unit_spaces[0].id || spaces[i].id == unit_spaces[1].id);
        bool above = spaces[i].genesis.kind == SPACE_OUTER && spaces[i].origin != SPACE_BELOW;

        if (!of_unit && !above)
            continue;
        w->spaces[w->spaces_count].origin = of_unit ? SPACE_OWN : SPACE_ABOVE;
        memcpy(w->spaces[w->spaces_count++].genesis, spaces[i].genesis_bytes, GENESIS_BYTES);
    }
    return OK;
}

/* The two spaces of a unit below. */
static enum err
child_spaces(struct store *s, const struct record *child, struct space_row ret_spaces[2], struct error *e)
{
    static const unsigned fields[2] = {CHILD_INNER, CHILD_OUTER};
    enum err err = OK;

    for (int i = 0; err == OK && i < 2; i++) {
        const struct value *id = record_value(child, fields[i]);

        err = id != NULL && id->size == SPACE_BYTES ? space_find(s, id->bytes, &ret_spaces[i], e)
                                                    : err_set(e, ERR_NOT_FOUND, "a child without its spaces");
    }
    return err;
}

/* The unit below whose record an invitation names. */
static enum err
find_child(struct store *s, int64_t unit, struct arena *a, const struct record **ret_child, struct error *e)
{
    struct state_filter filter = {.field = CHILD_UNIT, .value = {.kind = VALUE_REFERENCE, .record = unit}};
    struct state_query query = {.type = RECORD_CHILD, .filters = &filter, .filters_count = 1, .limit = 1};
    struct record **children;
    size_t count = 0;
    enum err err = state_list(s, &query, a, &children, &count, e);

    if (err == OK && count == 0)
        err = err_say(e, ERR_AUTH, N_("this invitation is not known or was withdrawn: ask for a new one"), NULL);
    if (err == OK)
        *ret_child = children[0];
    return err;
}

/* Take a device in, know it as a peer, and fill in the answer. */
static enum err
take_in(struct store *s, const struct identity *me, const struct taken *taken, const struct enrol_join *join,
        const struct space_row own[2], int64_t now_s, struct arena *a, struct enrol_welcome *ret_welcome,
        struct error *e)
{
    bool is_child = taken->kind == INVITE_COMMUNE || taken->child != NULL;
    struct space_row unit_spaces[2] = {own[0], own[1]};
    enum err err = taken->child != NULL ? child_spaces(s, taken->child, unit_spaces, e) : OK;

    if (err == OK)
        err = taken->kind == INVITE_COMMUNE ? accept_commune(s, me, taken, join, own[0].id, now_s, a, e)
                                            : accept_device(s, me, taken, join, unit_spaces, now_s, a, e);

    if (err == OK)
        err = enrol_know_peer(s, &join->cert, join->store_id, is_child ? PEER_CHILD : PEER_OWN_DEVICE,
                              join->unit_name, "", e);
    return err == OK ? fill_welcome(s, me, taken, unit_spaces, a, ret_welcome, e) : err;
}

/* Whose certificate it is, and this unit's own spaces. */
static enum err
begin_accepting(struct store *s, const struct enrol_join *join, struct space_row ret_own[2], struct error *e)
{
    enum err err = sign_cert_verify(&join->cert);

    if (err == ERR_NOMEM)
        return err_set(e, err, "certificate: no memory");
    if (err != OK)
        return err_say(e, ERR_AUTH, N_("the joining machine's certificate does not hold"), NULL);
    err = space_own(s, SPACE_INNER, &ret_own[0], e);
    return err == OK ? space_own(s, SPACE_OUTER, &ret_own[1], e) : err;
}

enum err
enrol_accept(struct store *s, const struct identity *me, const struct enrol_join *join,
             uint64_t random_epoch, int64_t now_s, struct enrol_welcome *ret_welcome, struct error *e)
{
    struct space_row own[2];
    struct arena a;
    struct record *invitation = NULL;
    struct taken taken = {.kind = INVITE_COMMUNE};
    enum err err;

    (void) random_epoch; /* this device founded the spaces, or has written in them before it invites */
    arena_init(&a, ENROL_ARENA_BYTES_MAX);
    err = begin_accepting(s, join, own, e);
    if (err == OK)
        err = find_invitation(s, join, own[0].id, now_s, &a, &invitation, e);
    if (err == OK)
        err = mark_used(s, me, invitation, join, now_s, e);
    if (err == OK) {
        taken.kind = (enum invite_kind) record_integer(invitation, INVITED_KIND, INVITE_COMMUNE);
        taken.role = (unsigned) record_integer(invitation, INVITED_ROLE, ROLE_UNIT);
        taken.unit = record_reference(invitation, INVITED_UNIT);
        taken.unit_name = record_text(invitation, INVITED_UNIT_NAME);
        taken.unit_kind = record_value(invitation, INVITED_UNIT_KIND);
        if (taken.kind == INVITE_CLERK && taken.role == ROLE_ADMIN && taken.unit != 0) {
            err = find_child(s, taken.unit, &a, &taken.child, e);
            taken.unit = 0;
        }
    }
    if (err == OK) {
        err = take_in(s, me, &taken, join, own, now_s, &a, ret_welcome, e);
    }
    arena_release(&a);
    return err;
}

/* --- granting a request that came as a file ---------------------------------------------------- */

/* Whether the request and what the person grants go together, before anything is written. */
static enum err
check_request(const struct identity *me, const struct enrol_join *join, enum invite_kind kind, struct error *e)
{
    if (memcmp(join->cert.device, me->sign.public_key, DEVICE_BYTES) == 0)
        return err_say(e, ERR_USAGE,
                       N_("this machine wrote the request itself: bring it to the machine that is to take it "
                          "in"),
                       NULL);
    if (kind == INVITE_COMMUNE && !join->has_spaces)
        return err_say(e, ERR_USAGE,
                       N_("the request is from a machine without a unit of its own: grant it --as clerk, "
                          "unit or event"),
                       NULL);
    if (kind != INVITE_COMMUNE && join->has_spaces)
        return err_say(e, ERR_USAGE,
                       N_("the request is from a unit with its own records, “{1}”: grant it --as commune"),
                       join->unit_name, NULL);
    return OK;
}

/* A machine has one role; a second grant of another would be passed over in silence. */
static enum err
check_known(struct store *s, const struct enrol_join *join, const struct taken *taken, int64_t inner,
            struct arena *a, struct error *e)
{
    struct record *known;
    enum err err = enrol_find_one(s, RECORD_GRANT, GRANT_DEVICE, join->cert.device, DEVICE_BYTES, inner, a,
                                  &known, e);

    if (err == OK && taken->kind != INVITE_COMMUNE && known != NULL &&
        (record_integer(known, GRANT_ROLE, 0) != taken->role ||
         (taken->kind == INVITE_UNIT && record_reference(known, GRANT_UNIT) != taken->unit)))
        err = err_say(e, ERR_CONFLICT,
                      N_("this machine is already taken in, with another role or for another unit: grant it "
                         "as it was granted before"),
                      NULL);
    return err;
}

/* The kind of the child's unit, as a value; NULL when it is not said. */
static enum err
granted_kind(const struct enrol_grant *grant, struct draft *scratch, const struct value **ret_kind,
             struct error *e)
{
    enum err err;

    draft_add(scratch, RECORD_CHILD, 0);
    err = draft_unit_kind(scratch, CHILD_KIND, grant->unit_kind, e);
    *ret_kind = err == OK && scratch->op.fields_count > 0 ? &scratch->fields[0].value : NULL;
    return err;
}

enum err
enrol_grant(struct store *s, const struct identity *me, const struct enrol_join *join,
            const struct enrol_grant *grant, int64_t now_s, struct enrol_welcome *ret_welcome, struct error *e)
{
    struct enrol_invitation invite = {.kind = grant->kind, .unit_name = grant->unit_name,
                                      .unit_kind = grant->unit_kind, .random_epoch = grant->random_epoch};
    struct taken taken = {.kind = grant->kind, .role = enrol_role_of(grant->kind), .unit = grant->unit,
                          .unit_name = grant->unit_name, .operator = grant->operator,
                          .random_epoch = grant->random_epoch};
    struct space_row own[2];
    struct draft scratch;
    struct arena a;
    enum err err = check_request(me, join, grant->kind, e);

    arena_init(&a, ENROL_ARENA_BYTES_MAX);
    if (err == OK)
        err = begin_accepting(s, join, own, e);
    if (err == OK)
        err = granted_kind(grant, &scratch, &taken.unit_kind, e);
    if (err == OK && grant->kind == INVITE_UNIT && taken.unit == 0)
        err = enrol_invited_unit(s, me, &invite, grant->operator, now_s, &a, &taken.unit, e);
    if (err == OK)
        err = check_known(s, join, &taken, own[0].id, &a, e);
    if (err == OK)
        err = take_in(s, me, &taken, join, own, now_s, &a, ret_welcome, e);
    arena_release(&a);
    return err;
}
