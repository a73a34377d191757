/* Values and stamps as the state tables keep them. Private to daemon/store/. */
#ifndef DAEMON_STORE_COLUMN_H
#define DAEMON_STORE_COLUMN_H

#include "daemon/store/sql.h"
#include "daemon/store/state.h"

enum { DECIMAL_TEXT_BYTES = 48 };

/* Bind a value as the next parameter. Texts and bytes are borrowed until query_end(). */
void column_bind(struct query *q, const struct value *v);

/* Read a value of a known kind; a null column gives VALUE_NULL. References are given as stored.
 *   Returns  ERR_NOMEM the arena is full; ERR_IO the column holds something else */
enum err column_read(const struct query *q, int column, enum value_kind kind, struct arena *a,
                     struct value *ret_value, struct error *e);

/* A decimal as text without exponent ("-0.39", "5000"), and back to its canonical form
 * (ERR_FORMAT).
 *   ret_text  at least DECIMAL_TEXT_BYTES */
void decimal_format(const struct value *v, char *ret_text);
enum err decimal_parse(const char *text, size_t size, struct value *ret_value);

/* A date as one integer that sorts by its first day, and back. */
int64_t date_pack(struct date date);
struct date date_unpack(int64_t packed);

/* Append the stamps of a record that differ from the entry that introduced it; nothing is appended
 * when none does. Errors stay in b->err. */
void stamps_encode(struct buf *b, const struct record *r);

/* One stamp of such a list. */
struct stamp_item {
    unsigned field; /* LIFE_FIELD or a field's id; ascending */
    bool conflict;
    struct stamp stamp;
};

/* Read the next stamp of a record's list; false at its end or after a fault (w->err). */
bool stamps_next(struct wire *w, int64_t record, struct stamp_item *ret_item);

#endif
