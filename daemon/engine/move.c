/* Moving, on the side of the superior of now. */
#include "config.h"

#include "daemon/engine/move.h"

#include <string.h>

#include "daemon/engine/draft.h"
#include "daemon/engine/system_fields.h"
#include "daemon/engine/trust.h"

enum { MOVE_ARENA_BYTES_MAX = 16 * 1024 * 1024 };

/* The adoption under which this device is the superior in a space. */
static enum err
own_adoption(struct store *s, const struct identity *me, const struct space_row *space, struct arena *a,
             int64_t *ret_adoption, struct error *e)
{
    struct right_row *rights;
    size_t count = 0;
    enum err err = trust_rights_of(s, space, me->sign.public_key, a, &rights, &count, e);

    *ret_adoption = 0;
    for (size_t i = 0; err == OK && i < count; i++) {
        unsigned type = 0;

        if (rights[i].id <= 0 || !trust_is_open(&rights[i]))
            continue;
        err = state_type(s, rights[i].id, &type, e);
        if (err == OK && type == RECORD_ADOPTION)
            *ret_adoption = rights[i].id;
    }
    if (err == OK && *ret_adoption == 0)
        err = err_say(e, ERR_AUTH, N_("this machine is not the superior of that unit any more, or not yet"), NULL);
    return err;
}

static enum err
move_space(struct store *s, const struct identity *me, const struct value *id, const struct move_request *request,
           int64_t now_s, struct arena *a, struct error *e)
{
    struct space_row space;
    struct draft draft;
    int64_t adoption;
    enum err err;

    if (id == NULL || id->size != SPACE_BYTES)
        return err_set(e, ERR_NOT_FOUND, "a child without its spaces");
    err = space_find(s, id->bytes, &space, e);
    if (err == OK)
        err = own_adoption(s, me, &space, a, &adoption, e);
    if (err != OK)
        return err;
    draft_add(&draft, RECORD_ADOPTION, space.id);
    draft_bytes(&draft, ADOPTION_PARENT_DEVICE, request->device, DEVICE_BYTES);
    draft_text(&draft, ADOPTION_PARENT_NAME, request->name);
    draft_reference(&draft, ADOPTION_PREVIOUS, adoption);
    return draft_submit(s, me, &draft, 1, request->operator, request->random_epoch, now_s, e);
}

enum err
move_child(struct store *s, const struct identity *me, const struct move_request *request, int64_t now_s,
           struct error *e)
{
    struct record *child;
    struct arena a;
    enum err err;

    arena_init(&a, MOVE_ARENA_BYTES_MAX);
    err = state_get(s, request->child, &a, &child, e);
    if (err == OK)
        err = move_space(s, me, record_value(child, CHILD_INNER), request, now_s, &a, e);
    if (err == OK)
        err = move_space(s, me, record_value(child, CHILD_OUTER), request, now_s, &a, e);
    arena_release(&a);
    return err;
}
