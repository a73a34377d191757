/* Values and stamps in columns.
 *
 *     integer     INTEGER
 *     decimal     TEXT, exact, no exponent and no idle zero: 39 * 10^-2 is "0.39", 5 * 10^3 is
 *     "5000"
 *     text        TEXT
 *     date        INTEGER, first day since 1970-01-01 * 8 + precision: sorts by time, then
 *     precision
 *     time        INTEGER, seconds since 1970 UTC
 *     bytes       BLOB
 *     reference   INTEGER, local record id
 *     attachment  BLOB, 32 bytes hash, 8 bytes size (big-endian)
 *
 * _stamps is NULL while every field and the life were written by the entry that introduced the
 * record (its id names that entry), and no field is null by an explicit write. Otherwise it lists,
 * by ascending field (0 = life), those that are different, explicitly null, or in conflict:
 *
 *     varint  field * 4 + conflict * 2 + differs
 *     varint  log, varint sequence                only when differs = 1 */
#include "config.h"

#include "daemon/store/column.h"

#include <string.h>

enum {
    ATTACHMENT_COLUMN_BYTES = HASH_BYTES + 8,
    DATE_PRECISION_BITS = 3,
    STAMP_DIFFERS = 1,
    STAMP_CONFLICT = 2,
    STAMP_FIELD_SHIFT = 2,
};

/* --- decimals -------------------------------------------------------------------------------- */

void
decimal_format(const struct value *v, char *ret_text)
{
    uint64_t left = v->integer < 0 ? 0 - (uint64_t) v->integer : (uint64_t) v->integer;
    int fraction = v->exponent < 0 ? -v->exponent : 0;
    char digits[DECIMAL_TEXT_BYTES];
    int count = 0;
    char *p = ret_text;

    for (int i = 0; i < v->exponent; i++)
        digits[count++] = '0';
    for (; left > 0; left /= 10)
        digits[count++] = (char) ('0' + left % 10);
    while (count <= fraction)
        digits[count++] = '0';
    if (v->integer < 0)
        *p++ = '-';
    while (count > 0) {
        *p++ = digits[--count];
        if (count == fraction && fraction > 0)
            *p++ = '.';
    }
    *p = '\0';
}

enum err
decimal_parse(const char *text, size_t size, struct value *ret_value)
{
    struct value v = {.kind = VALUE_DECIMAL};
    bool negative = size > 0 && text[0] == '-';
    uint64_t mantissa = 0;
    int zeros = 0; /* seen since the last other digit: they are the exponent unless one follows */
    int fraction = -1;

    for (size_t i = negative; i < size; i++) {
        if (text[i] == '.' && fraction < 0) {
            fraction = 0;
            continue;
        }
        if (text[i] < '0' || text[i] > '9')
            return ERR_FORMAT;
        fraction += fraction >= 0;
        zeros++;
        if (text[i] == '0')
            continue;
        for (; zeros > 0; zeros--)
            if (__builtin_mul_overflow(mantissa, UINT64_C(10), &mantissa))
                return ERR_FORMAT;
        if (__builtin_add_overflow(mantissa, (uint64_t) (text[i] - '0'), &mantissa))
            return ERR_FORMAT;
    }
    if (mantissa > (uint64_t) INT64_MAX + negative)
        return ERR_FORMAT;
    if (mantissa != 0)
        v.exponent = zeros - (fraction > 0 ? fraction : 0);
    v.integer = (int64_t) (negative ? 0 - mantissa : mantissa);
    *ret_value = v;
    return OK;
}

/* --- dates ----------------------------------------------------------------------------------- */

int64_t
date_pack(struct date date)
{
    return (int64_t) date_first_day(date) * (1 << DATE_PRECISION_BITS) + (int64_t) date.precision;
}

struct date
date_unpack(int64_t packed)
{
    const int64_t mask = (1 << DATE_PRECISION_BITS) - 1;
    struct date date = {.precision = (enum date_precision) (packed & mask)};
    int32_t days = (int32_t) (packed >> DATE_PRECISION_BITS);
    int year, month;

    date_from_days(days, &year, &month, NULL);
    year -= 1970;
    switch (date.precision) {
    case DATE_YEAR:
        date.ordinal = year;
        break;
    case DATE_HALF:
        date.ordinal = year * 2 + (month - 1) / 6;
        break;
    case DATE_QUARTER:
        date.ordinal = year * 4 + (month - 1) / 3;
        break;
    case DATE_MONTH:
        date.ordinal = year * 12 + month - 1;
        break;
    case DATE_DAY:
        date.ordinal = days;
        break;
    }
    return date;
}

/* --- columns --------------------------------------------------------------------------------- */

void
column_bind(struct query *q, const struct value *v)
{
    uint8_t attachment[ATTACHMENT_COLUMN_BYTES];
    char decimal[DECIMAL_TEXT_BYTES];

    switch (v->kind) {
    case VALUE_NULL:
        query_bind_null(q);
        break;
    case VALUE_INTEGER:
    case VALUE_TIME:
        query_bind_int(q, v->integer);
        break;
    case VALUE_DECIMAL:
        decimal_format(v, decimal);
        query_bind_text_copy(q, decimal, strlen(decimal));
        break;
    case VALUE_TEXT:
        query_bind_text(q, (const char *) v->bytes, v->size);
        break;
    case VALUE_DATE:
        query_bind_int(q, date_pack(v->date));
        break;
    case VALUE_BYTES:
        query_bind_bytes(q, v->bytes, v->size);
        break;
    case VALUE_REFERENCE:
        query_bind_int(q, v->record);
        break;
    case VALUE_ATTACHMENT:
        memcpy(attachment, v->bytes, HASH_BYTES);
        for (int i = 0; i < 8; i++)
            attachment[HASH_BYTES + i] = (uint8_t) (v->attachment_bytes >> (8 * (7 - i)));
        query_bind_bytes_copy(q, attachment, sizeof attachment);
        break;
    }
}

/* Texts and bytes: copied behind a NUL that is not counted. */
static enum err
copy_bytes(const void *bytes, size_t size, struct arena *a, struct value *v, struct error *e)
{
    v->bytes = (const uint8_t *) arena_text(a, bytes, size);
    v->size = size;
    return v->bytes != NULL ? OK : sql_no_memory(e);
}

static enum err
damaged(struct error *e)
{
    return err_set(e, ERR_IO, "store: a value of a state table is damaged; rebuild the state");
}

enum err
column_read(const struct query *q, int column, enum value_kind kind, struct arena *a,
            struct value *ret_value, struct error *e)
{
    struct value v = {.kind = kind};
    const uint8_t *bytes;
    const char *text;
    size_t size;
    enum err err = OK;

    if (kind == VALUE_NULL || query_is_null(q, column)) {
        *ret_value = (struct value){.kind = VALUE_NULL};
        return OK;
    }
    switch (kind) {
    case VALUE_NULL:
        break;
    case VALUE_INTEGER:
    case VALUE_TIME:
        v.integer = query_int(q, column);
        break;
    case VALUE_REFERENCE:
        v.record = query_int(q, column);
        break;
    case VALUE_DATE:
        v.date = date_unpack(query_int(q, column));
        break;
    case VALUE_DECIMAL:
        text = query_text(q, column, &size);
        if (text == NULL || decimal_parse(text, size, &v) != OK)
            err = damaged(e);
        break;
    case VALUE_TEXT:
        text = query_text(q, column, &size);
        err = text != NULL ? copy_bytes(text, size, a, &v, e) : sql_no_memory(e);
        break;
    case VALUE_BYTES:
        bytes = query_bytes(q, column, &size);
        err = copy_bytes(bytes, size, a, &v, e);
        break;
    case VALUE_ATTACHMENT:
        bytes = query_bytes(q, column, &size);
        if (size != ATTACHMENT_COLUMN_BYTES)
            return damaged(e);
        err = copy_bytes(bytes, HASH_BYTES, a, &v, e);
        for (int i = 0; i < 8; i++)
            v.attachment_bytes = v.attachment_bytes << 8 | bytes[HASH_BYTES + i];
        break;
    }
    if (err == OK)
        *ret_value = v;
    return err;
}

/* --- stamps ---------------------------------------------------------------------------------- */

static struct stamp
introduction(int64_t record)
{
    return (struct stamp){record_id_log(record), record_id_seq(record)};
}

static void
put_stamp(struct buf *b, int64_t record, unsigned field, struct stamp stamp, bool is_null,
          bool conflict)
{
    struct stamp first = introduction(record);
    bool differs = stamp.log != first.log || stamp.seq != first.seq;

    if (!differs && !conflict && !is_null)
        return;
    wire_put_uint(b, field << STAMP_FIELD_SHIFT | (conflict ? STAMP_CONFLICT : 0) |
                         (differs ? STAMP_DIFFERS : 0));
    if (differs) {
        wire_put_uint(b, (uint64_t) stamp.log);
        wire_put_uint(b, stamp.seq);
    }
}

void
stamps_encode(struct buf *b, const struct record *r)
{
    put_stamp(b, r->id, LIFE_FIELD, r->life_stamp, false, r->life_conflict);
    for (uint32_t i = 0; i < r->fields_count; i++)
        put_stamp(b, r->id, r->fields[i].id, r->fields[i].stamp,
                  r->fields[i].value.kind == VALUE_NULL, r->fields[i].conflict);
}

bool
stamps_next(struct wire *w, int64_t record, struct stamp_item *ret_item)
{
    uint64_t head;

    if (wire_left(w) == 0)
        return false;
    head = wire_uint_max(w,
                         REGISTRY_FIELD_MAX << STAMP_FIELD_SHIFT | STAMP_CONFLICT | STAMP_DIFFERS);
    ret_item->field = (unsigned) (head >> STAMP_FIELD_SHIFT);
    ret_item->conflict = (head & STAMP_CONFLICT) != 0;
    ret_item->stamp = introduction(record);
    if (head & STAMP_DIFFERS) {
        ret_item->stamp.log = (int64_t) wire_uint_max(w, LOG_ID_MAX);
        ret_item->stamp.seq = wire_uint_max(w, ENTRY_SEQ_MAX);
    }
    return w->err == OK;
}
