/* Enrolment. Whatever grants a right is an ordinary entry of the space that it opens; what only this
 * machine knows (peers, which spaces it carries) stands in tables of its own. */
#include "config.h"

#include "daemon/engine/enrol.h"

#include <stdio.h>
#include <string.h>

#include "daemon/engine/clock.h"
#include "daemon/engine/policy.h"
#include "daemon/engine/submit.h"
#include "daemon/engine/system_fields.h"
#include "protocol/api_value.h"
#include "protocol/invitation.h"

enum {
    ENROL_ARENA_BYTES_MAX = 4 * 1024 * 1024,
    FIELDS_MAX = 8,
    UNIT_KIND = 3, /* field of a unit record; see system_fields.h for the rest */
    UNIT_CODE = 2,
};

_Static_assert((int) INVITE_COMMUNE == INVITATION_COMMUNE && (int) INVITE_EVENT == INVITATION_EVENT &&
                   (int) ENROL_SECRET_BYTES == INVITATION_SECRET_BYTES,
               "an invitation's line and its record speak of the same kinds");

/* --- building submitted operations ------------------------------------------------------------ */

struct draft {
    struct submit_op op;
    struct submit_field fields[FIELDS_MAX];
};

static void
draft_add(struct draft *d, unsigned type, int64_t space)
{
    *d = (struct draft){.op = {.kind = SUBMIT_ADD, .type = type, .space = space}};
}

static void
draft_field(struct draft *d, unsigned id, struct value v)
{
    d->fields[d->op.fields_count++] = (struct submit_field){id, v};
}

static void
draft_text(struct draft *d, unsigned id, const char *text)
{
    if (text != NULL && text[0] != '\0')
        draft_field(d, id, (struct value){.kind = VALUE_TEXT, .bytes = (const uint8_t *) text,
                                          .size = strlen(text)});
}

static void
draft_bytes(struct draft *d, unsigned id, const void *bytes, size_t size)
{
    draft_field(d, id, (struct value){.kind = VALUE_BYTES, .bytes = bytes, .size = size});
}

static void
draft_integer(struct draft *d, unsigned id, int64_t number)
{
    draft_field(d, id, (struct value){.kind = VALUE_INTEGER, .integer = number});
}

static void
draft_reference(struct draft *d, unsigned id, int64_t record)
{
    draft_field(d, id, (struct value){.kind = VALUE_REFERENCE, .record = record});
}

/* A choice of unit.kind, by its name or its label in either language. */
static enum err
draft_unit_kind(struct draft *d, unsigned id, const char *kind, struct error *e)
{
    const struct registry_field *f =
        registry_field_by_name(registry_by_type(RECORD_UNIT), "kind");
    struct value value;
    struct arena a;
    enum err err;

    if (kind == NULL || kind[0] == '\0')
        return OK;
    arena_init(&a, ENROL_ARENA_BYTES_MAX);
    err = api_value_parse(&a, f, kind, LANGUAGE_VI, &value, NULL);
    arena_release(&a);
    if (err != OK)
        return err_say(e, ERR_USAGE,
                       N_("“{1}” is no kind of unit: use one such as commune, ward, province, hamlet, "
                          "party_committee (thidua add unit --help lists them)"),
                       kind, NULL);
    draft_integer(d, id, value.integer);
    return OK;
}

static enum err
submit_drafts(struct store *s, const struct identity *me, struct draft *drafts, size_t count,
              int64_t operator, uint64_t random_epoch, int64_t now_s, struct error *e)
{
    struct submit_op ops[4];
    struct submit_request request = {.ops = ops, .ops_count = count, .operator = operator,
                                     .system = true, .random_epoch = random_epoch};
    enum err err;

    for (size_t i = 0; i < count; i++) {
        ops[i] = drafts[i].op;
        ops[i].fields = drafts[i].fields;
    }
    err = submit(s, me, &request, now_s, e);
    for (size_t i = 0; err == OK && i < count; i++)
        drafts[i].op.ret_record = ops[i].ret_record;
    return err;
}

/* --- founding --------------------------------------------------------------------------------- */

static void
hex(const uint8_t *bytes, size_t size, char *ret_text)
{
    for (size_t i = 0; i < size; i++)
        snprintf(ret_text + 2 * i, 3, "%02x", bytes[i]);
}

enum err
enrol_store(struct store *s, const char *node, const uint8_t random[STORE_ID_BYTES], struct error *e)
{
    char text[2 * STORE_ID_BYTES + 1];
    enum err err;

    if (strcmp(node, "commune") != 0 && strcmp(node, "hub") != 0 && strcmp(node, "laptop") != 0)
        return err_say(e, ERR_USAGE, N_("“{1}” is no kind of node: use commune, hub or laptop"), node,
                       NULL);
    hex(random, STORE_ID_BYTES, text);
    err = store_meta_set(s, "store_id", text, e);
    return err == OK ? store_meta_set(s, "node", node, e) : err;
}

static enum err
found_space(struct store *s, const struct identity *me, enum space_kind kind, const uint8_t *unit_root,
            const uint8_t *nonce, struct space_row *ret_space, struct error *e)
{
    struct genesis genesis = {.kind = kind};
    uint8_t bytes[GENESIS_BYTES];
    struct log_row log;
    struct log_id name;
    enum err err;

    memcpy(genesis.founder, me->sign.public_key, DEVICE_BYTES);
    memcpy(genesis.unit, unit_root, UNIT_ROOT_BYTES);
    memcpy(genesis.nonce, nonce, UNIT_ROOT_BYTES);
    genesis_encode(&genesis, bytes);
    err = space_add(s, bytes, SPACE_OWN, ret_space, e);
    if (err != OK)
        return err;
    enrol_founder_log(ret_space, &name);
    return log_add(s, &name, true, &log, e);
}

void
enrol_founder_log(const struct space_row *space, struct log_id *ret_name)
{
    memcpy(ret_name->space, space->space, SPACE_BYTES);
    memcpy(ret_name->device, space->genesis.founder, DEVICE_BYTES);
    ret_name->epoch = 0;
    for (int i = 0; i < 8; i++)
        ret_name->epoch |= (uint64_t) space->genesis.nonce[i] << (8 * i);
}

enum err
enrol_found(struct store *s, const struct identity *me, const struct enrol_unit *unit,
            const uint8_t random[3 * UNIT_ROOT_BYTES], int64_t now_s, struct error *e)
{
    struct space_row inner, outer;
    struct draft drafts[3];
    size_t length = strlen(unit->name);
    enum err err;

    if (length == 0 || length > ENROL_NAME_BYTES_MAX ||
        !wire_utf8_valid((const uint8_t *) unit->name, length))
        return err_say(e, ERR_USAGE, N_("the unit needs a name of 1 to 200 bytes of UTF-8 text"), NULL);
    err = found_space(s, me, SPACE_INNER, random, random + UNIT_ROOT_BYTES, &inner, e);
    if (err == OK)
        err = found_space(s, me, SPACE_OUTER, random, random + 2 * UNIT_ROOT_BYTES, &outer, e);
    if (err != OK)
        return err;
    draft_add(&drafts[0], RECORD_UNIT, inner.id);
    draft_text(&drafts[0], UNIT_NAME, unit->name);
    draft_text(&drafts[0], UNIT_CODE, unit->code);
    err = draft_unit_kind(&drafts[0], UNIT_KIND, unit->kind, e);
    for (int i = 1; err == OK && i < 3; i++) {
        draft_add(&drafts[i], RECORD_PROFILE, i == 1 ? inner.id : outer.id);
        draft_text(&drafts[i], PROFILE_NAME, unit->name);
        draft_text(&drafts[i], PROFILE_CODE, unit->code);
        draft_bytes(&drafts[i], PROFILE_NODE, inner.space, SPACE_BYTES);
        draft_reference(&drafts[i], PROFILE_UNIT, SUBMIT_NEW(0));
        err = draft_unit_kind(&drafts[i], PROFILE_KIND, unit->kind, e);
    }
    if (err == OK)
        err = store_meta_set(s, "unit", unit->name, e);
    return err == OK ? submit_drafts(s, me, drafts, 3, 0, 0, now_s, e) : err;
}

/* --- inviting --------------------------------------------------------------------------------- */

static enum err
own_unit_name(struct store *s, struct arena *a, const char **ret_name, struct error *e)
{
    enum err err = store_meta_get(s, "unit", a, ret_name, e);

    if (err == ERR_NOT_FOUND) {
        *ret_name = "";
        err = OK;
    }
    return err;
}

/* The unit whose records an invited device may write: found by its name, made when there is none. */
static enum err
invited_unit(struct store *s, const struct identity *me, const struct enrol_invitation *invite,
             int64_t operator, int64_t now_s, struct arena *a, int64_t *ret_unit, struct error *e)
{
    struct state_filter filter = {.field = UNIT_NAME,
                                  .value = {.kind = VALUE_TEXT,
                                            .bytes = (const uint8_t *) invite->unit_name}};
    struct state_query query = {.type = RECORD_UNIT, .filters = &filter, .filters_count = 1, .limit = 2};
    struct record **records;
    struct draft draft;
    size_t count;
    enum err err;

    if (invite->unit_name == NULL || invite->unit_name[0] == '\0')
        return err_say(e, ERR_USAGE, N_("say which unit it is for: --unit-name NAME"), NULL);
    filter.value.size = strlen(invite->unit_name);
    err = state_list(s, &query, a, &records, &count, e);
    if (err == OK && count > 1)
        return err_say(e, ERR_USAGE, N_("two units are called “{1}”: rename one first"),
                       invite->unit_name, NULL);
    if (err == OK && count == 1) {
        *ret_unit = records[0]->id;
        return OK;
    }
    draft_add(&draft, RECORD_UNIT, 0);
    draft_text(&draft, UNIT_NAME, invite->unit_name);
    if (err == OK)
        err = draft_unit_kind(&draft, UNIT_KIND, invite->unit_kind, e);
    if (err == OK)
        err = submit_drafts(s, me, &draft, 1, operator, invite->random_epoch, now_s, e);
    if (err == OK)
        *ret_unit = draft.op.ret_record;
    return err;
}

static unsigned
role_of(enum invite_kind kind)
{
    return kind == INVITE_COMMUNE ? ROLE_ADMIN
           : kind == INVITE_CLERK ? ROLE_CLERK
           : kind == INVITE_UNIT  ? ROLE_UNIT
                                  : ROLE_EVENT;
}

enum err
enrol_invite(struct store *s, const struct identity *me, const struct enrol_invitation *invite,
             const uint8_t secret[ENROL_SECRET_BYTES], int64_t operator, int64_t now_s, struct error *e)
{
    struct arena a;
    struct hash digest;
    struct draft draft;
    int64_t unit = invite->unit;
    enum err err = OK;

    if (!clock_is_plausible(now_s, 0))
        return err_say(e, ERR_USAGE,
                       N_("this machine's clock is wrong, so an end date cannot be set: set the clock, then "
                          "invite again"),
                       NULL);
    arena_init(&a, ENROL_ARENA_BYTES_MAX);
    if (invite->kind == INVITE_UNIT && unit == 0)
        err = invited_unit(s, me, invite, operator, now_s, &a, &unit, e);
    invitation_digest(secret, &digest);
    draft_add(&draft, RECORD_INVITATION, 0);
    draft_bytes(&draft, INVITED_DIGEST, digest.bytes, HASH_BYTES);
    draft_integer(&draft, INVITED_ROLE, role_of(invite->kind));
    draft_integer(&draft, INVITED_KIND, invite->kind);
    draft_text(&draft, INVITED_UNIT_NAME, invite->unit_name);
    if (err == OK)
        err = draft_unit_kind(&draft, INVITED_UNIT_KIND, invite->unit_kind, e);
    draft_field(&draft, INVITED_EXPIRES,
                (struct value){.kind = VALUE_TIME, .integer = invite->expires_s});
    if (unit != 0)
        draft_reference(&draft, INVITED_UNIT, unit);
    if (err == OK)
        err = submit_drafts(s, me, &draft, 1, operator, invite->random_epoch, now_s, e);
    arena_release(&a);
    return err;
}

/* --- accepting -------------------------------------------------------------------------------- */

static enum err
find_one(struct store *s, unsigned type, unsigned field, const void *bytes, size_t size, int64_t space,
         struct arena *a, struct record **ret_record, struct error *e)
{
    struct state_filter filter = {.field = field,
                                  .value = {.kind = VALUE_BYTES, .bytes = bytes, .size = size}};
    struct state_query query = {.type = type, .filters = &filter, .filters_count = 1, .space = space,
                                .limit = 1};
    struct record **records;
    size_t count;
    enum err err = state_list(s, &query, a, &records, &count, e);

    *ret_record = err == OK && count > 0 ? records[0] : NULL;
    return err;
}

/* What the joining device gets, by an invitation or by a person who answers its request. */
struct taken {
    enum invite_kind kind;
    unsigned role;
    int64_t unit;                   /* whose records a UNIT device may write; 0 = none */
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
    err = find_one(s, RECORD_INVITATION, INVITED_DIGEST, digest.bytes, HASH_BYTES, inner, a, &r, e);
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
    return submit_drafts(s, me, &draft, 1, 0, 0, now_s, e);
}

static void
draft_cert(struct draft *d, unsigned id, const struct device_cert *cert, struct buf *b)
{
    buf_init(b, DEVICE_CERT_BYTES_MAX);
    sign_cert_put(b, cert);
    draft_bytes(d, id, b->bytes, b->size);
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
    struct log_row log;
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
        err = find_one(s, RECORD_CHILD, CHILD_INNER, spaces[0].space, SPACE_BYTES, own_inner, a, &known, e);
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
    draft_cert(&draft, CHILD_NOISE_CERT, &join->cert, &cert);
    draft_reference(&draft, CHILD_UNIT, record_id(log.id, 1, 0));
    if (err == OK)
        err = submit_drafts(s, me, &draft, 1, taken->operator, taken->random_epoch, now_s, e);
    buf_release(&cert);
    return err;
}

/* The grant under which this device itself manages a space: 0 for its founder, and for the device that an
 * adoption names. */
static enum err
own_grant(struct store *s, const struct identity *me, const struct space_row *space, struct arena *a,
          int64_t *ret_grant, struct error *e)
{
    struct state_filter filter = {.field = GRANT_DEVICE,
                                  .value = {.kind = VALUE_BYTES, .bytes = me->sign.public_key, .size = DEVICE_BYTES}};
    struct state_query query = {.type = RECORD_GRANT, .filters = &filter, .filters_count = 1, .space = space->id};
    struct record **grants, *adoption;
    size_t count;
    enum err err;

    *ret_grant = 0;
    if (memcmp(space->genesis.founder, me->sign.public_key, DEVICE_BYTES) == 0)
        return OK;
    err = find_one(s, RECORD_ADOPTION, ADOPTION_PARENT_DEVICE, me->sign.public_key, DEVICE_BYTES, space->id, a,
                   &adoption, e);
    if (err != OK || adoption != NULL)
        return err;
    err = state_list(s, &query, a, &grants, &count, e);
    for (size_t i = 0; err == OK && i < count && *ret_grant == 0; i++)
        if (record_integer(grants[i], GRANT_ROLE, 0) == ROLE_ADMIN)
            *ret_grant = grants[i]->id;
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

        err = find_one(s, RECORD_GRANT, GRANT_DEVICE, join->cert.device, DEVICE_BYTES, own[i].id, a,
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
        draft_cert(&drafts[count], GRANT_NOISE_CERT, &join->cert, &certs[i]);
        draft_text(&drafts[count], GRANT_NAME, join->unit_name[0] != '\0' ? join->unit_name : join->node);
        if (parent != 0)
            draft_reference(&drafts[count], GRANT_PARENT, parent);
        count++;
    }
    if (err == OK && count > 0)
        err = submit_drafts(s, me, drafts, count, taken->operator, taken->random_epoch, now_s, e);
    buf_release(&certs[0]);
    buf_release(&certs[1]);
    return err;
}

static enum err
know_peer(struct store *s, const struct device_cert *cert, const uint8_t store_id[STORE_ID_BYTES],
          enum peer_role role, const char *name, const char *address, struct error *e)
{
    struct peer_row peer = {.has_device = true, .has_noise = true, .has_store_id = true, .role = role,
                            .name = name, .address = address, .last_error = ""};
    int64_t id;

    memcpy(peer.device, cert->device, DEVICE_BYTES);
    memcpy(peer.noise, cert->noise, NOISE_KEY_BYTES);
    memcpy(peer.store_id, store_id, STORE_ID_BYTES);
    return peer_put(s, &peer, &id, e);
}

static enum err
read_store_id(struct store *s, struct arena *a, uint8_t ret_id[STORE_ID_BYTES], struct error *e)
{
    const char *text;
    enum err err = store_meta_get(s, "store_id", a, &text, e);

    if (err == OK && strlen(text) != 2 * STORE_ID_BYTES)
        err = err_set(e, ERR_FORMAT, "the store's id is damaged");
    for (int i = 0; err == OK && i < STORE_ID_BYTES; i++) {
        unsigned byte;

        if (sscanf(text + 2 * i, "%2x", &byte) != 1)
            err = err_set(e, ERR_FORMAT, "the store's id is damaged");
        else
            ret_id[i] = (uint8_t) byte;
    }
    return err;
}

/* What the joining device is told: who answers, and the spaces that it is to carry. */
static enum err
fill_welcome(struct store *s, const struct identity *me, enum invite_kind kind, struct arena *a,
             struct enrol_welcome *w, struct error *e)
{
    struct space_row *spaces;
    const char *unit;
    size_t count;
    enum err err;

    *w = (struct enrol_welcome){.kind = kind, .cert = me->cert};
    err = read_store_id(s, a, w->store_id, e);
    if (err == OK)
        err = own_unit_name(s, a, &unit, e);
    if (err == OK)
        err = space_list(s, a, &spaces, &count, e);
    if (err != OK)
        return err;
    snprintf(w->unit_name, sizeof w->unit_name, "%s", unit);
    for (size_t i = 0; i < count && w->spaces_count < ENROL_SPACES_MAX; i++) {
        bool of_unit = kind != INVITE_COMMUNE && spaces[i].origin == SPACE_OWN;
        bool above = spaces[i].genesis.kind == SPACE_OUTER && spaces[i].origin != SPACE_BELOW;

        if (!of_unit && !above)
            continue;
        w->spaces[w->spaces_count].origin = of_unit ? SPACE_OWN : SPACE_ABOVE;
        memcpy(w->spaces[w->spaces_count++].genesis, spaces[i].genesis_bytes, GENESIS_BYTES);
    }
    return OK;
}

/* Take a device in, know it as a peer, and fill in the answer. */
static enum err
take_in(struct store *s, const struct identity *me, const struct taken *taken, const struct enrol_join *join,
        const struct space_row own[2], int64_t now_s, struct arena *a, struct enrol_welcome *ret_welcome,
        struct error *e)
{
    bool is_child = taken->kind == INVITE_COMMUNE;
    enum err err = is_child ? accept_commune(s, me, taken, join, own[0].id, now_s, a, e)
                            : accept_device(s, me, taken, join, own, now_s, a, e);

    if (err == OK)
        err = know_peer(s, &join->cert, join->store_id, is_child ? PEER_CHILD : PEER_OWN_DEVICE, join->unit_name,
                        "", e);
    return err == OK ? fill_welcome(s, me, taken->kind, a, ret_welcome, e) : err;
}

/* Whose certificate it is, and this unit's own spaces. */
static enum err
begin_accepting(struct store *s, const struct enrol_join *join, struct space_row ret_own[2], struct error *e)
{
    enum err err = sign_cert_verify(&join->cert);

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
        return err_say(e, ERR_USAGE, N_("this machine wrote the request itself: bring it to the machine that is to "
                                        "take it in"),
                       NULL);
    if (kind == INVITE_COMMUNE && !join->has_spaces)
        return err_say(e, ERR_USAGE,
                       N_("the request is from a machine without a unit of its own: grant it --as clerk, unit or "
                          "event"),
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
    enum err err = find_one(s, RECORD_GRANT, GRANT_DEVICE, join->cert.device, DEVICE_BYTES, inner, a, &known, e);

    if (err == OK && taken->kind != INVITE_COMMUNE && known != NULL &&
        (record_integer(known, GRANT_ROLE, 0) != taken->role ||
         (taken->kind == INVITE_UNIT && record_reference(known, GRANT_UNIT) != taken->unit)))
        err = err_say(e, ERR_CONFLICT,
                      N_("this machine is already taken in, with another role or for another unit: grant it as it was "
                         "granted before"),
                      NULL);
    return err;
}

/* The kind of the child's unit, as a value; NULL when it is not said. */
static enum err
granted_kind(const struct enrol_grant *grant, struct draft *scratch, const struct value **ret_kind, struct error *e)
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
    struct taken taken = {.kind = grant->kind, .role = role_of(grant->kind), .unit = grant->unit,
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
        err = invited_unit(s, me, &invite, grant->operator, now_s, &a, &taken.unit, e);
    if (err == OK)
        err = check_known(s, join, &taken, own[0].id, &a, e);
    if (err == OK)
        err = take_in(s, me, &taken, join, own, now_s, &a, ret_welcome, e);
    arena_release(&a);
    return err;
}

/* --- joining ---------------------------------------------------------------------------------- */

enum err
enrol_adopt(struct store *s, const struct identity *me, const uint8_t parent_device[DEVICE_BYTES],
            const char *parent_name, uint64_t random_epoch, int64_t now_s, struct error *e)
{
    struct space_row own[2];
    struct draft drafts[2];
    struct arena a;
    size_t count = 0;
    enum err err;

    arena_init(&a, ENROL_ARENA_BYTES_MAX);
    err = space_own(s, SPACE_INNER, &own[0], e);
    if (err == OK)
        err = space_own(s, SPACE_OUTER, &own[1], e);
    for (int i = 0; err == OK && i < 2; i++) {
        struct record *known;

        err = find_one(s, RECORD_ADOPTION, ADOPTION_PARENT_DEVICE, parent_device, DEVICE_BYTES, own[i].id,
                       &a, &known, e);
        if (err != OK || known != NULL)
            continue;
        draft_add(&drafts[count], RECORD_ADOPTION, own[i].id);
        draft_bytes(&drafts[count], ADOPTION_PARENT_DEVICE, parent_device, DEVICE_BYTES);
        draft_text(&drafts[count], ADOPTION_PARENT_NAME, parent_name);
        count++;
    }
    if (err == OK && count > 0)
        err = submit_drafts(s, me, drafts, count, 0, random_epoch, now_s, e);
    arena_release(&a);
    return err;
}

enum err
enrol_joined(struct store *s, const struct identity *me, const struct enrol_welcome *welcome,
             const char *address, struct error *e)
{
    enum err err = sign_cert_verify(&welcome->cert);

    (void) me;
    if (err != OK)
        return err_say(e, ERR_AUTH, N_("the answering machine's certificate does not hold"), NULL);
    for (uint8_t i = 0; err == OK && i < welcome->spaces_count; i++) {
        struct space_row space;

        err = space_add(s, welcome->spaces[i].genesis, welcome->spaces[i].origin, &space, e);
    }
    if (err == OK)
        err = know_peer(s, &welcome->cert, welcome->store_id,
                        welcome->kind == INVITE_COMMUNE ? PEER_PARENT : PEER_OWN_DEVICE,
                        welcome->unit_name, address, e);
    if (err == OK && welcome->kind != INVITE_COMMUNE)
        err = store_meta_set(s, "unit", welcome->unit_name, e);
    return err;
}

enum err
enrol_present(struct store *s, const struct identity *me, bool is_adoption, struct enrol_join *ret_join,
              struct error *e)
{
    struct enrol_join join = {.cert = me->cert, .has_spaces = is_adoption};
    struct space_row own[2];
    struct arena a;
    const char *unit, *node;
    enum err err;

    arena_init(&a, ENROL_ARENA_BYTES_MAX);
    err = read_store_id(s, &a, join.store_id, e);
    if (err == OK)
        err = own_unit_name(s, &a, &unit, e);
    if (err == OK)
        err = store_meta_get(s, "node", &a, &node, e);
    if (err == OK && is_adoption)
        err = space_own(s, SPACE_INNER, &own[0], e);
    if (err == OK && is_adoption)
        err = space_own(s, SPACE_OUTER, &own[1], e);
    if (err == OK) {
        snprintf(join.unit_name, sizeof join.unit_name, "%s", unit);
        snprintf(join.node, sizeof join.node, "%s", node);
        if (is_adoption) {
            memcpy(join.inner, own[0].genesis_bytes, GENESIS_BYTES);
            memcpy(join.outer, own[1].genesis_bytes, GENESIS_BYTES);
        }
        memcpy(join.secret, ret_join->secret, ENROL_SECRET_BYTES);
        *ret_join = join;
    }
    arena_release(&a);
    return err;
}
