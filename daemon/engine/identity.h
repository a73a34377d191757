/* Identity: this device's keys, in a file of mode 0600 beside the database, with the last head of each
 * own log that may have left the machine. */
#ifndef DAEMON_ENGINE_IDENTITY_H
#define DAEMON_ENGINE_IDENTITY_H

#include "daemon/store/log.h"
#include "protocol/chain.h"
#include "protocol/sign.h"

enum { IDENTITY_LOGS_MAX = 64, IDENTITY_PATH_BYTES = 1088 };

struct identity_head {
    struct log_id log;
    uint64_t seq;
    struct hash hash;
};

struct identity {
    uint8_t sign_seed[SIGN_SEED_BYTES];
    uint8_t noise_seed[DH_BYTES];
    struct sign_key sign;          /* derived from sign_seed */
    struct dh_key noise;           /* derived from noise_seed */
    struct device_cert cert;       /* of the Noise key */
    char path[IDENTITY_PATH_BYTES]; /* of the key file, once saved or loaded */
    uint32_t heads_count;
    struct identity_head heads[IDENTITY_LOGS_MAX];
};

/* Make keys from 64 random bytes. Wipe with identity_release(). */
enum err identity_init(struct identity *me, const uint8_t random[64], struct error *e);
void identity_release(struct identity *me);

/* Write the key file (temporary name, synced, renamed, mode 0600), and read it.
 *   identity_load  ERR_NOT_FOUND, ERR_FORMAT damaged, ERR_AUTH others may read it */
enum err identity_save(struct identity *me, const char *path, struct error *e);
enum err identity_load(struct identity *me, const char *path, struct error *e);

/* Note how far this device's own logs have come.
 *   ret_changed  something is newer than the key file says: save it before it can leave the machine */
enum err identity_note_heads(struct identity *me, struct store *s, bool *ret_changed, struct error *e);

/* Hold the database against the noted heads.
 *   ret_behind  for each noted head, whether the database lacks entries that this device wrote: it was
 *               put back from a backup, or copied from another time */
enum err identity_check_heads(const struct identity *me, struct store *s,
                              bool ret_behind[IDENTITY_LOGS_MAX], struct error *e);

#endif
