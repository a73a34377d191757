/* The store: one SQLite connection with its prepared statements. The writer thread owns the only
 * read-write one; every reader has a connection of its own and sees one snapshot from store_begin()
 * to store_end(). Only daemon/store/ knows SQLite. Source: doc/storage.md. */
#ifndef DAEMON_STORE_STORE_H
#define DAEMON_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/chain.h"
#include "protocol/util/arena.h"

struct store;

enum store_mode {
    STORE_CREATE, /* make a new database; ERR_CONFLICT when there is one */
    STORE_WRITE,  /* the only writer */
    STORE_READ,
};

/* Open a database.
 *   path      file name; ":memory:" serves tests
 *   Returns   ERR_NOT_FOUND no such file; ERR_UNSUPPORTED made by another version (the message says
 *             which), or a file system that SQLite's write-ahead log does not work on;
 *             ERR_FORMAT not a database of thidua; ERR_IO. Close with store_close(). */
enum err store_open(const char *path, enum store_mode mode, struct store **ret_store,
                    struct error *e);

/* Close; NULL is allowed. An open transaction is rolled back. */
void store_close(struct store *s);

/* Begin a transaction (writer: immediate; reader: a snapshot), commit it durably, or undo it.
 *   store_commit  OK means that the change survives a power cut
 *                 ERR_IO: disk full or failing; the transaction is undone */
enum err store_begin(struct store *s, struct error *e);
enum err store_commit(struct store *s, struct error *e);
void store_rollback(struct store *s);

/* End a reader's snapshot. */
void store_end(struct store *s);

/* Marks inside a transaction, so that one job of a group commit can fail alone.
 *   store_savepoint_keep  ERR_NOMEM: store_commit() refuses the transaction
 *   store_savepoint_undo  false: an earlier fault has undone the whole transaction, or there is no memory to
 *                         undo a part; nothing more can be done in it, and store_commit() refuses it */
enum err store_savepoint(struct store *s, struct error *e);
enum err store_savepoint_keep(struct store *s, struct error *e);
bool store_savepoint_undo(struct store *s);

/* Small named values of this store ("node", "store_id", ...).
 *   store_meta_get  text copied into `a`; ERR_NOT_FOUND */
enum err store_meta_get(struct store *s, const char *name, struct arena *a, const char **ret_text,
                        struct error *e);
enum err store_meta_set(struct store *s, const char *name, const char *text, struct error *e);

/* Move what the write-ahead log holds into the database file, as far as no reader needs it. SQLite
 * does the same by itself after 1,000 pages; a writer calls this when it is idle. */
enum err store_checkpoint(struct store *s, struct error *e);

/* Read the whole database and check it, for `doctor`; seconds for a large one.
 *   Returns  ERR_IO it is damaged (the message says what to do) */
enum err store_check(struct store *s, struct error *e);

/* The registry's version under which the state was derived: REGISTRY_VERSION, or less when the
 * state has to be rebuilt (the tables themselves were already brought up to date by store_open()).
 * After the rebuild, in its transaction, store_registry_rebuilt() says so. */
unsigned store_registry_version(const struct store *s);
enum err store_registry_rebuilt(struct store *s, struct error *e);

/* A local record id packs the operation that introduced the record: log 20 bits, sequence 31, index
 * 12. Ids are this machine's own; they never leave it but on the local API. */
static inline int64_t
record_id(int64_t log, uint64_t seq, uint32_t index)
{
    return log << 43 | (int64_t) (seq << 12) | index;
}
static inline int64_t record_id_log(int64_t id) { return id >> 43; }
static inline uint64_t record_id_seq(int64_t id) { return (uint64_t) (id >> 12) & ENTRY_SEQ_MAX; }
static inline uint32_t record_id_index(int64_t id) { return (uint32_t) (id & 0xFFF); }

/* A record id as people see and type it: "3.17", or "3.17.2" when it is not the entry's first
 * operation; and its reading (ERR_FORMAT). Buffer of at least RECORD_ID_TEXT_BYTES. */
enum {
    RECORD_ID_TEXT_BYTES = 40,
    LOG_ID_MAX = (1 << 20) - 1, /* local number of a log */
};
void record_id_format(int64_t id, char *ret_text);
enum err record_id_parse(const char *text, int64_t *ret_id);

#endif
