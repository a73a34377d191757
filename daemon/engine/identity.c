/* Identity. The key file:
 *     "thidua key 1\n"  sign seed 32  noise seed 32  certificate serial varint  count varint
 *     then for each own log: space 32, device 32, epoch 8 (little-endian), seq varint, hash 32
 *     and BLAKE2b-256 under "thidua/1 vector" of all before it, to tell damage. */
#include "config.h"

#include "daemon/engine/identity.h"

#include <stdio.h>
#include <string.h>

#include "daemon/platform.h"

static const char magic[] = "thidua key 1\n";

enum { KEY_FILE_BYTES_MAX = 16384 };

enum err
identity_init(struct identity *me, const uint8_t random[64], struct error *e)
{
    *me = (struct identity){0};
    memcpy(me->sign_seed, random, SIGN_SEED_BYTES);
    memcpy(me->noise_seed, random + SIGN_SEED_BYTES, DH_BYTES);
    sign_key_init(&me->sign, me->sign_seed);
    dh_key_init(&me->noise, me->noise_seed);
    if (sign_cert_make(&me->sign, me->noise.public_key, 1, &me->cert) != OK)
        return err_set(e, ERR_NOMEM, "cannot certify the Noise key");
    return OK;
}

void
identity_release(struct identity *me)
{
    sign_wipe(me, sizeof *me);
}

enum err
identity_save(struct identity *me, const char *path, struct error *e)
{
    struct buf b;
    struct hash check;
    enum err err;

    buf_init(&b, KEY_FILE_BYTES_MAX);
    buf_append(&b, magic, sizeof magic - 1);
    buf_append(&b, me->sign_seed, SIGN_SEED_BYTES);
    buf_append(&b, me->noise_seed, DH_BYTES);
    wire_put_uint(&b, me->cert.serial);
    wire_put_uint(&b, me->heads_count);
    for (uint32_t i = 0; i < me->heads_count; i++) {
        const struct identity_head *head = &me->heads[i];

        buf_append(&b, head->log.space, SPACE_BYTES);
        buf_append(&b, head->log.device, DEVICE_BYTES);
        for (int k = 0; k < 8; k++)
            wire_put_u8(&b, (uint8_t) (head->log.epoch >> (8 * k)));
        wire_put_uint(&b, head->seq);
        buf_append(&b, head->hash.bytes, HASH_BYTES);
    }
    hash_once(DOMAIN_VECTOR, b.bytes, b.size, &check);
    buf_append(&b, check.bytes, HASH_BYTES);
    err = b.err != OK ? err_set(e, b.err, "key file: too large")
                      : platform_write_file(path, b.bytes, b.size, e);
    if (b.bytes != NULL)
        sign_wipe(b.bytes, b.size);
    buf_release(&b);
    if (err == OK && path != me->path)
        snprintf(me->path, sizeof me->path, "%s", path);
    return err;
}

static enum err
read_heads(struct wire *w, struct identity *me)
{
    me->heads_count = (uint32_t) wire_uint_max(w, IDENTITY_LOGS_MAX);
    for (uint32_t i = 0; i < me->heads_count; i++) {
        struct identity_head *head = &me->heads[i];
        uint8_t epoch[8];

        wire_copy(w, head->log.space, SPACE_BYTES);
        wire_copy(w, head->log.device, DEVICE_BYTES);
        wire_copy(w, epoch, sizeof epoch);
        for (int k = 0; k < 8; k++)
            head->log.epoch |= (uint64_t) epoch[k] << (8 * k);
        head->seq = wire_uint_max(w, ENTRY_SEQ_MAX);
        wire_copy(w, head->hash.bytes, HASH_BYTES);
    }
    return wire_finish(w);
}

static enum err
read_key(struct buf *b, const char *path, struct identity *ret_me, struct error *e)
{
    uint8_t seeds[SIGN_SEED_BYTES + DH_BYTES];
    struct identity me;
    struct hash check;
    struct wire w;
    uint64_t serial;
    enum err err;

    if (b->size < sizeof magic - 1 + HASH_BYTES || memcmp(b->bytes, magic, sizeof magic - 1) != 0)
        return err_say(e, ERR_FORMAT, N_("{1} is not a key file of this version"), path, NULL);
    hash_once(DOMAIN_VECTOR, b->bytes, b->size - HASH_BYTES, &check);
    if (memcmp(check.bytes, b->bytes + b->size - HASH_BYTES, HASH_BYTES) != 0)
        return err_say(e, ERR_FORMAT, N_("{1} is damaged: put a copy of it back"), path, NULL);
    wire_init(&w, b->bytes + sizeof magic - 1, b->size - HASH_BYTES - (sizeof magic - 1));
    wire_copy(&w, seeds, sizeof seeds);
    serial = wire_uint(&w);
    err = identity_init(&me, seeds, e);
    if (err == OK && read_heads(&w, &me) != OK)
        err = err_say(e, ERR_FORMAT, N_("{1} is not a key file of this version"), path, NULL);
    if (err == OK && serial != me.cert.serial &&
        sign_cert_make(&me.sign, me.noise.public_key, serial, &me.cert) != OK)
        err = err_set(e, ERR_NOMEM, "cannot certify the Noise key");
    if (err == OK)
        *ret_me = me;
    sign_wipe(seeds, sizeof seeds);
    identity_release(&me);
    return err;
}

enum err
identity_load(struct identity *me, const char *path, struct error *e)
{
    struct buf b;
    enum err err;

    buf_init(&b, KEY_FILE_BYTES_MAX);
    err = platform_read_file(path, true, &b, e);
    if (err == OK)
        err = read_key(&b, path, me, e);
    if (err == OK)
        snprintf(me->path, sizeof me->path, "%s", path);
    if (b.bytes != NULL)
        sign_wipe(b.bytes, b.size);
    buf_release(&b);
    return err;
}

static struct identity_head *
find_head(struct identity *me, const struct log_id *log)
{
    for (uint32_t i = 0; i < me->heads_count; i++)
        if (memcmp(me->heads[i].log.space, log->space, SPACE_BYTES) == 0 &&
            me->heads[i].log.epoch == log->epoch)
            return &me->heads[i];
    /* A database is put back as a whole, so one head that is behind tells; a hub that writes in more
     * spaces than the file holds keeps the last place for the log that advanced last. */
    if (me->heads_count < IDENTITY_LOGS_MAX)
        me->heads_count++;
    me->heads[me->heads_count - 1] = (struct identity_head){.log = *log};
    return &me->heads[me->heads_count - 1];
}

enum err
identity_note_heads(struct identity *me, struct store *s, bool *ret_changed, struct error *e)
{
    struct arena a;
    struct space_row *spaces;
    size_t count;
    enum err err;

    *ret_changed = false;
    arena_init(&a, 16 * 1024 * 1024);
    err = space_list(s, &a, &spaces, &count, e);
    for (size_t i = 0; err == OK && i < count; i++) {
        struct log_row log;
        struct identity_head *head;

        err = log_own(s, spaces[i].id, &log, e);
        if (err == ERR_NOT_FOUND || (err == OK && log.received_seq == 0)) {
            err = OK;
            continue;
        }
        if (err != OK)
            break;
        head = find_head(me, &log.name);
        if (head->seq < log.received_seq) {
            head->seq = log.received_seq;
            head->hash = log.received_hash;
            *ret_changed = true;
        }
    }
    arena_release(&a);
    return err;
}

enum err
identity_check_heads(const struct identity *me, struct store *s, bool ret_behind[IDENTITY_LOGS_MAX],
                     struct error *e)
{
    enum err err = OK;

    for (uint32_t i = 0; err == OK && i < me->heads_count; i++) {
        struct log_row log;
        struct hash hash;

        err = log_find(s, &me->heads[i].log, &log, e);
        ret_behind[i] = err == ERR_NOT_FOUND || (err == OK && log.received_seq < me->heads[i].seq);
        if (err == OK && !ret_behind[i]) {
            err = entry_hash(s, log.id, me->heads[i].seq, &hash, e);
            ret_behind[i] = err == OK && !hash_equal(&hash, &me->heads[i].hash);
        }
        if (err == ERR_NOT_FOUND)
            err = OK;
    }
    return err;
}
