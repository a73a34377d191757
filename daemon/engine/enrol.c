/* Enrolment: founding, inviting, joining; accept.c takes others in. Whatever grants a right is an ordinary
 * entry of the space that it opens; what only this machine knows (peers, which spaces it carries) stands in
 * tables of its own. */
#include "config.h"

#include "daemon/engine/enrol_core.h"

#include <stdio.h>
#include <string.h>

#include "daemon/engine/clock.h"
#include "daemon/engine/system_fields.h"
#include "protocol/invitation.h"

enum {
    UNIT_KIND = 3, /* field of a unit record; see system_fields.h for the rest */
    UNIT_CODE = 2,
};

_Static_assert((int) INVITE_COMMUNE == INVITATION_COMMUNE && (int) INVITE_EVENT == INVITATION_EVENT &&
                   (int) ENROL_SECRET_BYTES == INVITATION_SECRET_BYTES,
               "an invitation's line and its record speak of the same kinds");

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
    return err == OK ? draft_submit(s, me, drafts, 3, 0, 0, now_s, e) : err;
}

/* --- inviting --------------------------------------------------------------------------------- */

enum err
enrol_own_name(struct store *s, struct arena *a, const char **ret_name, struct error *e)
{
    enum err err = store_meta_get(s, "unit", a, ret_name, e);

    if (err == ERR_NOT_FOUND) {
        *ret_name = "";
        err = OK;
    }
    return err;
}

/* The unit whose records an invited device may write: found by its name, made when there is none. */
enum err
enrol_invited_unit(struct store *s, const struct identity *me, const struct enrol_invitation *invite,
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
        err = draft_submit(s, me, &draft, 1, operator, invite->random_epoch, now_s, e);
    if (err == OK)
        *ret_unit = draft.op.ret_record;
    return err;
}

unsigned
enrol_role_of(enum invite_kind kind)
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
        err = enrol_invited_unit(s, me, invite, operator, now_s, &a, &unit, e);
    invitation_digest(secret, &digest);
    draft_add(&draft, RECORD_INVITATION, 0);
    draft_bytes(&draft, INVITED_DIGEST, digest.bytes, HASH_BYTES);
    draft_integer(&draft, INVITED_ROLE, invite->manages ? (unsigned) ROLE_ADMIN : enrol_role_of(invite->kind));
    draft_integer(&draft, INVITED_KIND, invite->kind);
    draft_text(&draft, INVITED_UNIT_NAME, invite->unit_name);
    if (err == OK)
        err = draft_unit_kind(&draft, INVITED_UNIT_KIND, invite->unit_kind, e);
    draft_field(&draft, INVITED_EXPIRES,
                (struct value){.kind = VALUE_TIME, .integer = invite->expires_s});
    if (unit != 0)
        draft_reference(&draft, INVITED_UNIT, unit);
    if (err == OK)
        err = draft_submit(s, me, &draft, 1, operator, invite->random_epoch, now_s, e);
    arena_release(&a);
    return err;
}

/* --- what accepting and joining share --------------------------------------------------------- */

enum err
enrol_find_one(struct store *s, unsigned type, unsigned field, const void *bytes, size_t size, int64_t space,
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

enum err
enrol_know_peer(struct store *s, const struct device_cert *cert, const uint8_t store_id[STORE_ID_BYTES],
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

enum err
enrol_store_id(struct store *s, struct arena *a, uint8_t ret_id[STORE_ID_BYTES], struct error *e)
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

        err = enrol_find_one(s, RECORD_ADOPTION, ADOPTION_PARENT_DEVICE, parent_device, DEVICE_BYTES, own[i].id,
                             &a, &known, e);
        if (err != OK || known != NULL)
            continue;
        draft_add(&drafts[count], RECORD_ADOPTION, own[i].id);
        draft_bytes(&drafts[count], ADOPTION_PARENT_DEVICE, parent_device, DEVICE_BYTES);
        draft_text(&drafts[count], ADOPTION_PARENT_NAME, parent_name);
        count++;
    }
    if (err == OK && count > 0)
        err = draft_submit(s, me, drafts, count, 0, random_epoch, now_s, e);
    if (err == ERR_AUTH)
        err = err_say(e, ERR_AUTH,
                      N_("this unit has a superior already, who hands it over first (thidua move, there); then join "
                         "with the same invitation"),
                      NULL);
    arena_release(&a);
    return err;
}

/* A unit calls one superior; a former one may still call, and is served nothing. */
static enum err
leave_former(struct store *s, const uint8_t device[DEVICE_BYTES], struct error *e)
{
    struct arena a;
    struct peer_row *peers;
    size_t count = 0;
    int64_t id;
    enum err err;

    arena_init(&a, ENROL_ARENA_BYTES_MAX);
    err = peer_list(s, &a, &peers, &count, e);
    for (size_t i = 0; err == OK && i < count; i++) {
        if (peers[i].role != PEER_PARENT || memcmp(peers[i].device, device, DEVICE_BYTES) == 0)
            continue;
        peers[i].address = "";
        err = peer_put(s, &peers[i], &id, e);
    }
    arena_release(&a);
    return err;
}

enum err
enrol_joined(struct store *s, const struct identity *me, const struct enrol_welcome *welcome,
             const char *address, struct error *e)
{
    enum err err = sign_cert_verify(&welcome->cert);

    (void) me;
    if (err == ERR_NOMEM)
        return err_set(e, err, "certificate: no memory");
    if (err != OK)
        return err_say(e, ERR_AUTH, N_("the answering machine's certificate does not hold"), NULL);
    for (uint8_t i = 0; err == OK && i < welcome->spaces_count; i++) {
        struct space_row space;

        err = space_add(s, welcome->spaces[i].genesis, welcome->spaces[i].origin, &space, e);
    }
    if (err == OK)
        err = enrol_know_peer(s, &welcome->cert, welcome->store_id,
                              welcome->kind == INVITE_COMMUNE ? PEER_PARENT : PEER_OWN_DEVICE,
                              welcome->unit_name, address, e);
    if (err == OK && welcome->kind == INVITE_COMMUNE)
        err = leave_former(s, welcome->cert.device, e);
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
    err = enrol_store_id(s, &a, join.store_id, e);
    if (err == OK)
        err = enrol_own_name(s, &a, &unit, e);
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
