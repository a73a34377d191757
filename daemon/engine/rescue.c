/* Rescue. */
#include "config.h"

#include "daemon/engine/rescue.h"

#include <stdio.h>
#include <string.h>

#include "daemon/platform.h"
#include "daemon/store/peers.h"

enum { RESCUE_PATH_BYTES_MAX = 4096, RESCUE_ARENA_BYTES_MAX = 16 * 1024 * 1024 };

/* --- backup ----------------------------------------------------------------------------------- */

static enum err
check_target(const char *database, const char *path, bool replace, struct error *e)
{
    enum platform_kind kind = platform_kind(path);

    if (path[0] != '/')
        return err_say(e, ERR_USAGE, N_("“{1}” is no absolute path: give one that begins with /"), path, NULL);
    if (strlen(path) > RESCUE_PATH_BYTES_MAX - 32)
        return err_say(e, ERR_USAGE, N_("the path of the backup is too long"), NULL);
    if (platform_same_folder(database, path))
        return err_say(e, ERR_USAGE,
                       N_("{1} lies in the data folder, so it would be lost with it: give a path on another "
                          "disk or a USB stick"),
                       path, NULL);
    if (kind == PLATFORM_OTHER)
        return err_say(e, ERR_USAGE, N_("{1} is no file: give the path of a file"), path, NULL);
    if (kind == PLATFORM_FILE && !replace)
        return err_say(e, ERR_CONFLICT,
                       N_("{1} is there already: give another path, or --force to replace it"), path, NULL);
    return OK;
}

enum err
rescue_backup(const char *database, const char *path, bool replace, uint64_t random,
              struct backup_facts *ret_facts, struct error *e)
{
    static const char *const leftovers[] = {"-journal", "-wal", "-shm"};
    char temporary[RESCUE_PATH_BYTES_MAX], journal[RESCUE_PATH_BYTES_MAX + 16];
    enum err err = check_target(database, path, replace, e);

    if (err != OK)
        return err;
    snprintf(temporary, sizeof temporary, "%s.%08llx.part", path, (unsigned long long) random & 0xFFFFFFFFu);
    err = platform_create_file(temporary, e);
    if (err != OK)
        return err;
    err = backup_write(database, temporary, e);
    if (err == OK)
        err = backup_check(temporary, ret_facts, e);
    if (err == OK)
        err = platform_publish_file(temporary, path, e);
    if (err == OK)
        return OK;
    platform_remove_file(temporary);
    for (size_t i = 0; i < sizeof leftovers / sizeof leftovers[0]; i++) {
        snprintf(journal, sizeof journal, "%s%s", temporary, leftovers[i]);
        platform_remove_file(journal);
    }
    return err;
}

/* --- putting back ----------------------------------------------------------------------------- */

enum err
rescue_renew_store(struct store *s, const uint8_t random[STORE_ID_BYTES], struct error *e)
{
    char text[2 * STORE_ID_BYTES + 1];
    enum err err;

    for (size_t i = 0; i < STORE_ID_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", random[i]);
    err = store_meta_set(s, "store_id", text, e);
    return err == OK ? base_drop_all(s, e) : err;
}

/* The logs of one space. */
static enum err
renew_space(struct store *s, const struct identity *me, const struct space_row *space, uint64_t epoch,
            struct error *e)
{
    struct log_id name = {.epoch = epoch};
    struct log_row log;
    bool wrote = false;
    enum err err;

    while ((err = log_own(s, space->id, &log, e)) == OK) {
        wrote = wrote || memcmp(log.name.device, me->sign.public_key, DEVICE_BYTES) == 0;
        log.own = false;
        err = log_update(s, &log, e);
        if (err != OK)
            return err;
    }
    if (err != ERR_NOT_FOUND)
        return err;
    if (!wrote)
        return OK;
    memcpy(name.space, space->space, SPACE_BYTES);
    memcpy(name.device, me->sign.public_key, DEVICE_BYTES);
    return log_add(s, &name, true, &log, e);
}

enum err
rescue_renew_logs(struct store *s, const struct identity *me, uint64_t (*random_epoch)(void),
                  struct error *e)
{
    struct space_row *spaces = NULL;
    struct arena a;
    size_t count = 0;
    enum err err;

    arena_init(&a, RESCUE_ARENA_BYTES_MAX);
    err = space_list(s, &a, &spaces, &count, e);
    for (size_t i = 0; err == OK && i < count; i++)
        err = renew_space(s, me, &spaces[i], random_epoch(), e);
    arena_release(&a);
    return err;
}
