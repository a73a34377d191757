/* The tables. doc/storage.md describes each column; what stands here is what SQLite is told.
 *
 * Keys are small local integers: an entry is log << 31 | sequence, a record is entry << 12 | index.
 * Rows of one log therefore lie behind each other, and a new one goes to the end of its log's
 * stretch. */
#include "config.h"

#include "daemon/store/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char schema_text[] =
    "CREATE TABLE meta (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;"
    /* the truth */
    "CREATE TABLE space (id INTEGER PRIMARY KEY, space BLOB NOT NULL UNIQUE, genesis BLOB NOT NULL,"
    " kind INTEGER NOT NULL, origin INTEGER NOT NULL);"
    "CREATE TABLE log (id INTEGER PRIMARY KEY, space INTEGER NOT NULL, space_bytes BLOB NOT NULL,"
    " device BLOB NOT NULL, epoch BLOB NOT NULL, received_seq INTEGER NOT NULL,"
    " received_hash BLOB NOT NULL, applied_seq INTEGER NOT NULL, applied_hash BLOB NOT NULL,"
    " wall INTEGER NOT NULL, operator INTEGER NOT NULL, own INTEGER NOT NULL,"
    " closed INTEGER NOT NULL DEFAULT 0, reach INTEGER NOT NULL DEFAULT 0,"
    " UNIQUE (space_bytes, device, epoch));"
    "CREATE INDEX log_space ON log (space);"
    "CREATE INDEX log_held ON log (space) WHERE applied_seq < received_seq;"
    "CREATE TABLE entry (id INTEGER PRIMARY KEY, hash BLOB NOT NULL, applied INTEGER,"
    " wall INTEGER NOT NULL, operator INTEGER NOT NULL, item BLOB NOT NULL);"
    "CREATE UNIQUE INDEX entry_applied ON entry (applied) WHERE applied > 0;"
    "CREATE TABLE signature (id INTEGER PRIMARY KEY, signature BLOB NOT NULL);"
    /* read off the log's headers when an entry is merged */
    "CREATE TABLE place (log INTEGER, place INTEGER, other INTEGER NOT NULL, seq INTEGER NOT NULL,"
    " PRIMARY KEY (log, place)) WITHOUT ROWID;"
    "CREATE INDEX place_other ON place (log, other);"
    "CREATE TABLE seen (log INTEGER, other INTEGER, seq INTEGER, other_seq INTEGER NOT NULL,"
    " PRIMARY KEY (log, other, seq)) WITHOUT ROWID;"
    /* derived: emptied and made again by a rebuild */
    "CREATE TABLE aside (id INTEGER PRIMARY KEY, reason TEXT NOT NULL);"
    "CREATE TABLE record (id INTEGER PRIMARY KEY, type INTEGER NOT NULL);"
    "CREATE TABLE standing (record INTEGER, field INTEGER, entry INTEGER, wall INTEGER NOT NULL,"
    " displayed INTEGER NOT NULL, kind INTEGER NOT NULL, value,"
    " PRIMARY KEY (record, field, entry)) WITHOUT ROWID;"
    "CREATE TABLE touch (record INTEGER, applied INTEGER, entry INTEGER NOT NULL,"
    " PRIMARY KEY (record, applied)) WITHOUT ROWID;"
    "CREATE TABLE key (space INTEGER, hash BLOB, record INTEGER NOT NULL,"
    " PRIMARY KEY (space, hash)) WITHOUT ROWID;"
    "CREATE INDEX key_record ON key (record);"
    "CREATE TABLE alias (id INTEGER PRIMARY KEY, record INTEGER NOT NULL);"
    "CREATE INDEX alias_record ON alias (record);"
    "CREATE TABLE trust (id INTEGER PRIMARY KEY, space INTEGER NOT NULL, type INTEGER NOT NULL,"
    " device BLOB, role INTEGER NOT NULL, unit INTEGER NOT NULL, subject INTEGER NOT NULL,"
    " cutoffs BLOB, alone INTEGER NOT NULL, counts INTEGER NOT NULL);"
    "CREATE INDEX trust_space ON trust (space);"
    "CREATE TABLE rights (id INTEGER PRIMARY KEY, space INTEGER NOT NULL, device BLOB NOT NULL,"
    " role INTEGER NOT NULL, unit INTEGER NOT NULL, revocations INTEGER NOT NULL,"
    " ended INTEGER NOT NULL, print INTEGER NOT NULL);"
    "CREATE INDEX rights_space ON rights (space);"
    "CREATE INDEX rights_device ON rights (space, device);"
    "CREATE TABLE cutoff (grant INTEGER, revocation INTEGER, log INTEGER, seq INTEGER NOT NULL,"
    " PRIMARY KEY (grant, log, revocation)) WITHOUT ROWID;"
    "CREATE INDEX cutoff_log ON cutoff (log);"
    "CREATE TABLE erasure (id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, counts INTEGER NOT NULL);"
    "CREATE INDEX erasure_entry ON erasure (entry);"
    "CREATE TABLE restated (id INTEGER, by INTEGER, PRIMARY KEY (id, by)) WITHOUT ROWID;"
    /* this machine's own */
    "CREATE TABLE local_name (name TEXT PRIMARY KEY, record INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX local_name_record ON local_name (record);"
    "CREATE TABLE peer (id INTEGER PRIMARY KEY, device BLOB, noise BLOB, name TEXT NOT NULL,"
    " address TEXT NOT NULL, role INTEGER NOT NULL, store_id BLOB, last_contact INTEGER NOT NULL,"
    " bytes_in INTEGER NOT NULL DEFAULT 0, bytes_out INTEGER NOT NULL DEFAULT 0,"
    " entries_in INTEGER NOT NULL DEFAULT 0, entries_out INTEGER NOT NULL DEFAULT 0,"
    " sessions INTEGER NOT NULL DEFAULT 0, round_trips INTEGER NOT NULL DEFAULT 0,"
    " last_error TEXT NOT NULL);"
    "CREATE UNIQUE INDEX peer_device ON peer (device) WHERE device IS NOT NULL;"
    "CREATE INDEX peer_noise ON peer (noise) WHERE noise IS NOT NULL;"
    "CREATE TABLE base (peer INTEGER, digest BLOB, vector BLOB NOT NULL,"
    " confirmed INTEGER NOT NULL, made INTEGER NOT NULL, PRIMARY KEY (peer, digest)) WITHOUT ROWID;"
    "CREATE TABLE peer_day (peer INTEGER, day INTEGER, bytes_in INTEGER NOT NULL,"
    " bytes_out INTEGER NOT NULL, PRIMARY KEY (peer, day)) WITHOUT ROWID;";

static const char clear_text[] = "DELETE FROM aside; DELETE FROM record; DELETE FROM standing;"
                                 "DELETE FROM touch; DELETE FROM key; DELETE FROM alias;"
                                 "DELETE FROM trust; DELETE FROM rights; DELETE FROM cutoff;"
                                 "DELETE FROM erasure; DELETE FROM restated;";

/* --- tables of the registry ------------------------------------------------------------------ */

const char *
schema_column_type(enum value_kind kind)
{
    switch (kind) {
    case VALUE_INTEGER:
    case VALUE_DATE:
    case VALUE_TIME:
    case VALUE_REFERENCE:
        return "INTEGER";
    case VALUE_DECIMAL:
    case VALUE_TEXT:
        return "TEXT";
    case VALUE_NULL:
    case VALUE_BYTES:
    case VALUE_ATTACHMENT:
        break;
    }
    return "BLOB";
}

/* Columns whose names begin with an underscore are ours; no field is named so. */
static void
put_table(struct buf *b, const struct registry_record *r)
{
    char text[384];

    snprintf(text, sizeof text,
             "CREATE TABLE IF NOT EXISTS \"r_%s\" (_id INTEGER PRIMARY KEY,"
             " _space INTEGER NOT NULL, _version INTEGER NOT NULL, _live INTEGER NOT NULL, _several INTEGER NOT NULL,"
             " _conflicts INTEGER NOT NULL, _stamps BLOB",
             r->name);
    buf_append(b, text, strlen(text));
    for (const struct registry_field *f = r->fields; f->id != 0; f++) {
        snprintf(text, sizeof text, ", \"%s\" %s", f->name, schema_column_type(f->kind));
        buf_append(b, text, strlen(text));
    }
    snprintf(text, sizeof text,
             "); CREATE INDEX IF NOT EXISTS \"r_%s conflicts\" ON \"r_%s\" (_conflicts) "
             "WHERE _conflicts > 0;",
             r->name, r->name);
    buf_append(b, text, strlen(text));
}

static void
put_indexes(struct buf *b, const struct registry_record *r)
{
    char text[384];

    for (const struct registry_field *f = r->fields; f->id != 0; f++) {
        if ((f->flags & FIELD_INDEXED) == 0)
            continue;
        snprintf(text, sizeof text,
                 "CREATE INDEX IF NOT EXISTS \"r_%s.%s\" ON \"r_%s\" (\"%s\");", r->name, f->name,
                 r->name, f->name);
        buf_append(b, text, strlen(text));
    }
}

/* A table that was made under an older registry gets the columns that it lacks. */
static enum err
add_columns(struct store *s, const struct registry_record *r, struct error *e)
{
    enum err err = OK;

    for (const struct registry_field *f = r->fields; f->id != 0 && err == OK; f++) {
        int64_t found = 0;
        char text[256];

        snprintf(text, sizeof text,
                 "SELECT count(*) FROM pragma_table_info('r_%s') WHERE name = '%s'", r->name, f->name);
        err = sql_number(s, text, 0, &found, e);
        if (err != OK || found > 0)
            continue;
        snprintf(text, sizeof text, "ALTER TABLE \"r_%s\" ADD COLUMN \"%s\" %s", r->name, f->name,
                 schema_column_type(f->kind));
        err = sql_exec(s, text, e);
    }
    return err;
}

/* Run what `b` holds and empty it. */
static enum err
run_buf(struct store *s, struct buf *b, struct error *e)
{
    enum err err;

    buf_append(b, "", 1);
    err = b->err == OK ? sql_exec(s, (const char *) b->bytes, e)
                       : err_set(e, b->err, "store: statement too long");
    buf_reset(b);
    return err;
}

static enum err
make_types(struct store *s, bool all_new, struct error *e)
{
    enum err err = OK;
    struct buf b;

    buf_init(&b, SQL_TEXT_BYTES_MAX);
    for (size_t i = 0; i < registry_records_count && err == OK; i++) {
        put_table(&b, registry_records[i]);
        err = run_buf(s, &b, e);
        if (err == OK && !all_new)
            err = add_columns(s, registry_records[i], e);
        put_indexes(&b, registry_records[i]);
        if (err == OK)
            err = run_buf(s, &b, e);
    }
    buf_release(&b);
    return err;
}

static void
mix(uint64_t *digest, const char *text)
{
    do
        *digest = (*digest ^ (uint8_t) *text) * UINT64_C(0x100000001B3);
    while (*text++ != '\0');
}

/* What the tables look like under this registry (FNV-1a), so that opening need not look at each. */
static void
shape_of_registry(char ret_text[17])
{
    uint64_t digest = UINT64_C(0xCBF29CE484222325);

    for (size_t i = 0; i < registry_records_count; i++) {
        mix(&digest, registry_records[i]->name);
        for (const struct registry_field *f = registry_records[i]->fields; f->id != 0; f++) {
            mix(&digest, f->name);
            mix(&digest, schema_column_type(f->kind));
            mix(&digest, f->flags & FIELD_INDEXED ? "indexed" : "");
        }
    }
    snprintf(ret_text, 17, "%016" PRIx64, digest);
}

/* --- create, check, follow ------------------------------------------------------------------- */

static enum err
set_shape(struct store *s, struct error *e)
{
    char shape[17];

    shape_of_registry(shape);
    return store_meta_set(s, "registry_shape", shape, e);
}

enum err
schema_create(struct store *s, struct error *e)
{
    char text[96];
    enum err err = sql_exec(s, schema_text, e);

    if (err == OK)
        err = make_types(s, true, e);
    if (err == OK)
        err = set_shape(s, e);
    if (err == OK)
        err = store_registry_rebuilt(s, e);
    snprintf(text, sizeof text, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             SCHEMA_APPLICATION_ID, SCHEMA_VERSION);
    return err == OK ? sql_exec(s, text, e) : err;
}

enum err
schema_check(struct store *s, const char *path, struct error *e)
{
    int64_t application = 0;
    int64_t version = 0;
    int64_t tables = 0;
    enum err err = sql_number(s, "PRAGMA application_id", 0, &application, e);

    if (err == OK)
        err = sql_number(s, "PRAGMA user_version", 0, &version, e);
    if (err == OK)
        err = sql_number(s, "SELECT count(*) FROM sqlite_schema", 0, &tables, e);
    if (err != OK)
        return err;
    if (tables == 0 && application == 0)
        return err_say(e, ERR_NOT_FOUND,
                       N_("the database {1} is empty: run thiduad --init first"), path, NULL);
    if (application != SCHEMA_APPLICATION_ID)
        return err_say(e, ERR_FORMAT, N_("{1} is not a database of thidua: give another path"),
                       path, NULL);
    if (version > SCHEMA_VERSION)
        return err_say(e, ERR_UNSUPPORTED,
                       N_("the database {1} was written by a newer version of thidua: install "
                          "that version or a later one"),
                       path, NULL);
    if (version < SCHEMA_VERSION)
        return err_say(e, ERR_UNSUPPORTED,
                       N_("the database {1} was written by a version of thidua that this one no "
                          "longer reads: open it with the release between them first"),
                       path, NULL);
    return OK;
}

static enum err
meta_is(struct store *s, const char *name, const char *text, bool *ret_same, struct error *e)
{
    struct arena a;
    const char *found = NULL;
    enum err err;

    arena_init(&a, 4096);
    err = store_meta_get(s, name, &a, &found, e);
    if (err == OK || err == ERR_NOT_FOUND) {
        *ret_same = err == OK && strcmp(found, text) == 0;
        err = OK;
    }
    arena_release(&a);
    return err;
}

static enum err
read_registry_version(struct store *s, struct error *e)
{
    int64_t version = 0;
    enum err err = sql_number(s, "SELECT text + 0 FROM meta WHERE name = 'registry_version'", 0,
                              &version, e);

    if (err != OK)
        return err;
    if (version > REGISTRY_VERSION)
        return err_say(e, ERR_UNSUPPORTED,
                       N_("the database holds record types of a newer version of thidua: install "
                          "that version or a later one"),
                       NULL);
    s->registry_version = (unsigned) version;
    s->registry_committed = s->registry_version;
    return OK;
}

enum err
schema_follow_registry(struct store *s, struct error *e)
{
    char shape[17];
    bool same = false;
    enum err err = read_registry_version(s, e);

    shape_of_registry(shape);
    if (err == OK)
        err = meta_is(s, "registry_shape", shape, &same, e);
    if (err != OK || same)
        return err;
    if (s->mode == STORE_READ)
        return err_say(e, ERR_UNSUPPORTED,
                       N_("the database was last written by another version of thidua: start "
                          "thiduad once"),
                       NULL);
    err = store_begin(s, e);
    if (err == OK)
        err = make_types(s, false, e);
    /* rows made before a column was there lack its values: version 0 asks for a rebuild */
    if (err == OK && s->registry_version == REGISTRY_VERSION)
        err = store_meta_set(s, "registry_version", "0", e);
    if (err == OK)
        err = set_shape(s, e);
    if (err == OK)
        err = store_commit(s, e);
    else
        store_rollback(s);
    return err == OK ? read_registry_version(s, e) : err;
}

enum err
schema_clear_derived(struct store *s, struct error *e)
{
    enum err err = sql_exec(s, clear_text, e);

    for (size_t i = 0; i < registry_records_count && err == OK; i++) {
        char text[128];

        snprintf(text, sizeof text, "DELETE FROM \"r_%s\"", registry_records[i]->name);
        err = sql_exec(s, text, e);
    }
    return err;
}
