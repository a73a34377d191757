/* Names of machines. A grant names its machine; the founder is known by the profile of its unit; one that was
 * never granted anything here may still be a peer, or the first machine of a unit that joined. */
#include "config.h"

#include "daemon/local/machine.h"

#include <string.h>

#include "daemon/engine/system_fields.h"
#include "daemon/store/peers.h"
#include "protocol/base64.h"

/* The first record of a type whose field holds the device's key; in one space, or (0) in any. */
static enum err
first_with_key(struct view *v, unsigned type, unsigned field, int64_t space, const uint8_t *device,
               struct record **ret_record, struct error *e)
{
    struct state_filter filter = {
        .field = field, .value = {.kind = VALUE_BYTES, .bytes = device, .size = DEVICE_BYTES}};
    struct state_query query = {
        .type = type, .space = space, .filters = &filter, .filters_count = 1, .limit = 1};
    struct record **records = NULL;
    size_t count = 0;
    enum err err = state_list(v->s, &query, v->a, &records, &count, e);

    if (err == OK)
        *ret_record = count > 0 ? records[0] : NULL;
    return err;
}

static enum err
from_grant(struct view *v, const struct log_row *log, struct machine *m, struct error *e)
{
    struct record *grant = NULL;
    enum err err = first_with_key(v, RECORD_GRANT, GRANT_DEVICE, log->space, log->name.device, &grant, e);

    if (err != OK || grant == NULL)
        return err;
    m->name = record_text(grant, GRANT_NAME);
    m->unit = record_reference(grant, GRANT_UNIT) != 0 ? view_title(v, record_reference(grant, GRANT_UNIT))
                                                        : m->space_unit;
    return OK;
}

/* The superior that adopted the unit writes into its spaces by the adoption. */
static enum err
from_adoption(struct view *v, const struct log_row *log, struct machine *m, struct error *e)
{
    struct record *adoption = NULL;
    enum err err =
        first_with_key(v, RECORD_ADOPTION, ADOPTION_PARENT_DEVICE, log->space, log->name.device, &adoption, e);

    if (err == OK && adoption != NULL)
        m->unit = record_text(adoption, ADOPTION_PARENT_NAME);
    return err;
}

/* The unit that the machine founded, where one of its spaces is carried; else one that joined here. */
static enum err
from_founding(struct view *v, const struct log_row *log, struct machine *m, struct error *e)
{
    struct space_row *spaces = NULL;
    struct record *child = NULL;
    size_t count = 0;
    enum err err = space_list(v->s, v->a, &spaces, &count, e);

    for (size_t i = 0; err == OK && m->unit == NULL && i < count; i++)
        if (memcmp(spaces[i].genesis.founder, log->name.device, DEVICE_BYTES) == 0)
            err = view_space_unit(v, spaces[i].id, &m->unit, e);
    if (err == OK && m->unit == NULL)
        err = first_with_key(v, RECORD_CHILD, CHILD_DEVICE, 0, log->name.device, &child, e);
    if (err == OK && child != NULL)
        m->unit = record_text(child, CHILD_NAME);
    return err;
}

static enum err
from_peers(struct view *v, const struct log_row *log, struct machine *m, struct error *e)
{
    struct peer_row peer;
    enum err err = peer_by_device(v->s, log->name.device, v->a, &peer, e);

    if (err == OK && peer.name[0] != '\0')
        m->name = peer.name;
    return err == ERR_NOT_FOUND ? OK : err;
}

static const char *
kind_of(const struct space_row *space)
{
    static const char *const names[] = {
        [SPACE_INNER] = "inner", [SPACE_OUTER] = "outer", [SPACE_EVENT] = "event"};

    return space->genesis.kind >= SPACE_INNER && space->genesis.kind <= SPACE_EVENT ? names[space->genesis.kind]
                                                                                    : NULL;
}

enum err
machine_of_log(struct view *v, int64_t log_id, struct machine *ret_machine, struct error *e)
{
    struct machine m = {.name = NULL};
    char key[HEX_CHARS(MACHINE_KEY_CHARS / 2) + 1];
    struct space_row space;
    struct log_row log;
    enum err err = log_get(v->s, log_id, &log, e);

    if (err != OK)
        return err;
    if (space_get(v->s, log.space, &space, NULL) == OK) {
        m.space = kind_of(&space);
        err = view_space_unit(v, log.space, &m.space_unit, e);
    }
    if (err == OK)
        err = from_grant(v, &log, &m, e);
    if (err == OK && m.unit == NULL)
        err = from_adoption(v, &log, &m, e);
    if (err == OK && m.unit == NULL)
        err = from_founding(v, &log, &m, e);
    if (err == OK && m.name == NULL)
        err = from_peers(v, &log, &m, e);
    if (err != OK)
        return err;
    hex_encode(log.name.device, MACHINE_KEY_CHARS / 2, key, sizeof key);
    m.key = arena_text(v->a, key, strlen(key));
    m.named = m.name != NULL;
    if (!m.named)
        m.name = m.key;
    if (m.key == NULL)
        return err_set(e, ERR_NOMEM, "no memory for machines");
    *ret_machine = m;
    return OK;
}

void
machine_to_json(const struct machine *m, json_t *object)
{
    json_object_set_new(object, "machine", json_string(m->name));
    json_object_set_new(object, "machine_key", json_string(m->key));
    json_object_set_new(object, "machine_named", json_boolean(m->named));
    if (m->unit != NULL)
        json_object_set_new(object, "unit", json_string(m->unit));
    if (m->space != NULL)
        json_object_set_new(object, "space", json_string(m->space));
    if (m->space_unit != NULL)
        json_object_set_new(object, "space_unit", json_string(m->space_unit));
}
