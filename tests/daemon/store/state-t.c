/* The state: records, standing values, conflicts, history, keys and aliases. */
#include "config.h"

#include "daemon/store/state.h"

#include "daemon/store/column.h"
#include "tests/daemon/store/fixture.h"

/* A record of a type whose fields are set by put(). */
struct draft {
    struct record record;
    struct record_field fields[REGISTRY_FIELDS_MAX];
};

static void
draft(struct draft *d, unsigned type, int64_t id, int64_t space)
{
    memset(d, 0, sizeof *d);
    d->record = (struct record){.id = id,
                                .type = type,
                                .registry = registry_by_type(type),
                                .space = space,
                                .version = 1,
                                .live = true,
                                .fields = d->fields,
                                .life_stamp = {record_id_log(id), record_id_seq(id)}};
}

/* Set a field, as written by the introducing entry; fields in ascending order. */
static struct record_field *
put(struct draft *d, const char *name, struct value v)
{
    const struct registry_field *f = registry_field_by_name(d->record.registry, name);
    struct record_field *field = &d->fields[d->record.fields_count++];

    assert_non_null(f);
    *field = (struct record_field){.id = f->id, .value = v, .stamp = d->record.life_stamp};
    return field;
}

static struct value
text(const char *words)
{
    return (struct value){.kind = VALUE_TEXT, .bytes = (const uint8_t *) words, .size = strlen(words)};
}

static struct value
reference(int64_t record)
{
    return (struct value){.kind = VALUE_REFERENCE, .record = record};
}

static void
save(struct fixture *f, const struct draft *d)
{
    assert_ok(f, state_put(f->store, &d->record, &f->error));
}

static struct record *
get(struct fixture *f, int64_t id)
{
    struct record *r = NULL;

    assert_ok(f, state_get(f->store, id, &f->arena, &r, &f->error));
    return r;
}

static void
assert_same_record(const struct record *x, const struct record *y)
{
    assert_int_equal(x->id, y->id);
    assert_int_equal(x->type, y->type);
    assert_int_equal(x->space, y->space);
    assert_int_equal(x->version, y->version);
    assert_int_equal(x->live, y->live);
    assert_int_equal(x->several, y->several);
    assert_int_equal(x->life_conflict, y->life_conflict);
    assert_memory_equal(&x->life_stamp, &y->life_stamp, sizeof x->life_stamp);
    assert_int_equal(x->fields_count, y->fields_count);
    for (uint32_t i = 0; i < x->fields_count; i++) {
        assert_int_equal(x->fields[i].id, y->fields[i].id);
        assert_true(value_equal(&x->fields[i].value, &y->fields[i].value));
        assert_int_equal(x->fields[i].conflict, y->fields[i].conflict);
        assert_int_equal(x->fields[i].stamp.log, y->fields[i].stamp.log);
        assert_int_equal(x->fields[i].stamp.seq, y->fields[i].stamp.seq);
    }
}

/* A value of a kind; `turn` gives different ones, extremes among them. */
static struct value
sample(enum value_kind kind, unsigned turn)
{
    static const int64_t integers[] = {0, -1, INT64_MAX, INT64_MIN, 39};
    static const struct date dates[] = {{DATE_YEAR, 53}, {DATE_HALF, -1}, {DATE_QUARTER, 213},
                                        {DATE_MONTH, 643}, {DATE_DAY, 19584}, {DATE_DAY, -1},
                                        {DATE_YEAR, 1 - 1970}, {DATE_MONTH, (9999 - 1970) * 12 + 11}};
    static const uint8_t bytes[40] = {1, 0, 2};
    struct value v = {.kind = kind};

    switch (kind) {
    case VALUE_NULL:
        break;
    case VALUE_DECIMAL:
        v.integer = integers[turn % 5];
        v.exponent = (int32_t) (turn % 37) - 18;
        if (value_decimal_normalise(&v) != OK)
            v = (struct value){.kind = VALUE_DECIMAL, .integer = 7};
        break;
    case VALUE_INTEGER:
    case VALUE_TIME:
        v.integer = integers[turn % 5];
        break;
    case VALUE_TEXT:
        v = text(turn % 3 == 0 ? "" : "Đơn vị “Trấn Ninh”");
        break;
    case VALUE_DATE:
        v.date = dates[turn % 8];
        break;
    case VALUE_BYTES:
        v.bytes = bytes;
        v.size = turn % 40;
        break;
    case VALUE_REFERENCE:
        v.record = record_id(3, turn + 1, turn % 4096);
        break;
    case VALUE_ATTACHMENT:
        v.bytes = bytes;
        v.size = HASH_BYTES;
        v.attachment_bytes = turn % 2 == 0 ? UINT64_MAX : 20000000;
        break;
    }
    return v;
}

static void
every_type_keeps_every_value_and_stamp(void **state)
{
    struct fixture *f = *state;
    unsigned turn = 0;

    assert_ok(f, store_begin(f->store, &f->error));
    for (size_t i = 0; i < registry_records_count * 8; i++) {
        const struct registry_record *registry = registry_records[i % registry_records_count];
        struct draft d;

        draft(&d, registry->type, record_id(2, i + 1, (uint32_t) i % 4096), 5);
        d.record.version = (int64_t) i;
        d.record.live = i % 5 != 0;
        d.record.several = i % 3 == 0;
        d.record.life_conflict = i % 7 == 0;
        if (i % 2)
            d.record.life_stamp = (struct stamp){LOG_ID_MAX, ENTRY_SEQ_MAX};
        for (const struct registry_field *field = registry->fields; field->id != 0; field++,
             turn++) {
            struct record_field *slot;

            if (turn % 5 == 0)
                continue;
            slot = put(&d, field->name, sample(turn % 7 == 0 ? VALUE_NULL : field->kind, turn));
            slot->stamp = turn % 3 == 0 ? (struct stamp){turn + 1, 1} : d.record.life_stamp;
            slot->conflict = turn % 11 == 0;
        }
        save(f, &d);
        assert_same_record(get(f, d.record.id), &d.record);
    }
    assert_ok(f, store_commit(f->store, &f->error));
}

static void
decimals_are_exact(void **state)
{
    static const struct {
        int64_t mantissa;
        int32_t exponent;
        const char *text;
    } decimals[] = {{39, -2, "0.39"}, {-39, -2, "-0.39"}, {5, 3, "5000"}, {0, 0, "0"}, {123, -1, "12.3"},
                    {1, -18, "0.000000000000000001"}, {-1, 0, "-1"}, {101, -2, "1.01"},
                    {INT64_MAX, 18, "9223372036854775807000000000000000000"},
                    {INT64_MIN + 1, -18, "-9.223372036854775807"}};
    static const char *const wrong[] = {"1e5", "1..2", "--1", "1-", "9223372036854775808", "0x1", " 1"};
    struct value v;

    (void) state;
    for (size_t i = 0; i < sizeof decimals / sizeof decimals[0]; i++) {
        char words[DECIMAL_TEXT_BYTES];

        v = (struct value){.kind = VALUE_DECIMAL, .integer = decimals[i].mantissa,
                           .exponent = decimals[i].exponent};
        decimal_format(&v, words);
        assert_string_equal(words, decimals[i].text);
        v = (struct value){0};
        assert_int_equal(decimal_parse(words, strlen(words), &v), OK);
        assert_true(v.integer == decimals[i].mantissa);
        assert_int_equal(v.exponent, decimals[i].exponent);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(decimal_parse(wrong[i], strlen(wrong[i]), &v), ERR_FORMAT);
}

static void
dates_sort_by_their_first_day(void **state)
{
    static const char *const ascending[] = {"1969", "1969-H2", "1969-12-31", "2023", "2023-H1", "2023-Q1",
                                            "2023-01", "2023-01-01", "2023-01-02", "2023-Q2", "2023-04",
                                            "2023-H2", "2023-08-15", "2024-02-29", "9999-12-31"};
    int64_t last = INT64_MIN;

    (void) state;
    for (size_t i = 0; i < sizeof ascending / sizeof ascending[0]; i++) {
        struct date date, back;
        int64_t packed;

        assert_int_equal(date_parse(ascending[i], &date, NULL), OK);
        packed = date_pack(date);
        assert_true(packed > last);
        last = packed;
        back = date_unpack(packed);
        assert_int_equal(back.precision, date.precision);
        assert_int_equal(back.ordinal, date.ordinal);
    }
}

static void
a_record_that_nobody_changed_stores_no_stamps(void **state)
{
    struct draft d;
    struct buf b;

    (void) state;
    buf_init(&b, 1000);
    draft(&d, RECORD_UNIT, record_id(1, 5, 0), 1);
    put(&d, "name", text("Thôn 1"));
    stamps_encode(&b, &d.record);
    assert_int_equal(b.size, 0);
    d.record.life_stamp = (struct stamp){2, 300};
    stamps_encode(&b, &d.record);
    /* field 0 differs, log 2, sequence 300 */
    assert_int_equal(b.size, 4);
    assert_memory_equal(b.bytes, "\x01\x02\xAC\x02", 4);
    buf_release(&b);
}

static void
writing_again_replaces_the_row(void **state)
{
    struct fixture *f = *state;
    struct draft d;
    struct record *r;
    unsigned type = 0;

    draft(&d, RECORD_UNIT, record_id(1, 5, 0), 1);
    put(&d, "name", text("Thôn 1"));
    put(&d, "code", text("T1"));
    save(f, &d);
    draft(&d, RECORD_UNIT, record_id(1, 5, 0), 1);
    put(&d, "name", text("Thôn Một"));
    d.record.version = 9;
    save(f, &d);
    r = get(f, d.record.id);
    assert_same_record(r, &d.record);
    assert_string_equal(record_text(r, 1), "Thôn Một");
    assert_null(record_text(r, 2));
    assert_int_equal(record_integer(r, 3, -7), -7);
    assert_int_equal(record_reference(r, 10), 0);
    assert_ok(f, state_type(f->store, d.record.id, &type, &f->error));
    assert_int_equal(type, RECORD_UNIT);
    assert_int_equal(state_type(f->store, 77, &type, NULL), ERR_NOT_FOUND);
    assert_int_equal(state_get(f->store, 77, &f->arena, &r, NULL), ERR_NOT_FOUND);
}

static void
a_record_of_the_wrong_shape_is_refused(void **state)
{
    struct fixture *f = *state;
    struct draft d;
    struct record *r;

    draft(&d, RECORD_UNIT, record_id(1, 5, 0), 1);
    put(&d, "code", text("T1"));
    put(&d, "name", text("out of order"));
    assert_int_equal(state_put(f->store, &d.record, NULL), ERR_USAGE);
    draft(&d, RECORD_UNIT, record_id(1, 5, 0), 1);
    put(&d, "name", reference(1));
    assert_int_equal(state_put(f->store, &d.record, NULL), ERR_USAGE);
    draft(&d, RECORD_UNIT, record_id(1, 5, 0), 1);
    put(&d, "name", text("x"))->id = 200;
    assert_int_equal(state_put(f->store, &d.record, NULL), ERR_USAGE);
    assert_int_equal(state_get(f->store, d.record.id, &f->arena, &r, NULL), ERR_NOT_FOUND);
}

static void
add_person(struct fixture *f, uint64_t seq, const char *name, int64_t unit, int64_t space,
           bool live)
{
    struct draft d;

    draft(&d, RECORD_PERSON, record_id(1, seq, 0), space);
    put(&d, "full_name", text(name));
    if (unit != 0)
        put(&d, "unit", reference(unit));
    d.record.live = live;
    save(f, &d);
}

static void
assert_list(struct fixture *f, const struct state_query *query, const char *expected)
{
    struct record **records;
    char found[128] = "";
    uint64_t counted;
    size_t count;

    assert_ok(f, state_list(f->store, query, &f->arena, &records, &count, &f->error));
    for (size_t i = 0; i < count; i++) {
        char id[RECORD_ID_TEXT_BYTES];

        record_id_format(records[i]->id, id);
        strcat(strcat(found, i == 0 ? "" : " "), id);
    }
    assert_string_equal(found, expected);
    assert_ok(f, state_count(f->store, query, &counted, &f->error));
    if (query->limit == 0 && query->offset == 0)
        assert_int_equal(counted, count);
}

static void
a_list_holds_what_its_filters_ask(void **state)
{
    struct fixture *f = *state;
    struct state_filter filters[2] = {{4, reference(record_id(1, 90, 0))}, {1, text("Nguyễn Văn An")}};
    struct state_query q = {.type = RECORD_PERSON};
    struct record **records;
    size_t count;

    add_person(f, 2, "Nguyễn Văn An", record_id(1, 90, 0), 1, true);
    add_person(f, 1, "Trần Thị Bình", record_id(1, 90, 0), 1, true);
    add_person(f, 3, "Nguyễn Văn An", record_id(1, 91, 0), 2, true);
    add_person(f, 4, "Lê Văn Cường", 0, 2, true);
    add_person(f, 5, "Nguyễn Văn An", record_id(1, 90, 0), 1, false);
    assert_list(f, &q, "1.1 1.2 1.3 1.4");
    q.deleted_too = true;
    assert_list(f, &q, "1.1 1.2 1.3 1.4 1.5");
    q.limit = 2;
    q.offset = 1;
    assert_list(f, &q, "1.2 1.3");
    q = (struct state_query){.type = RECORD_PERSON, .space = 2};
    assert_list(f, &q, "1.3 1.4");
    q = (struct state_query){.type = RECORD_PERSON, .filters = filters, .filters_count = 1};
    assert_list(f, &q, "1.1 1.2");
    q.filters_count = 2;
    assert_list(f, &q, "1.2");
    filters[0].value = (struct value){.kind = VALUE_NULL};
    q.filters_count = 1;
    assert_list(f, &q, "1.4");
    q.type = RECORD_UNIT;
    q.filters_count = 0;
    assert_list(f, &q, "");
    filters[0].value = text("wrong kind");
    q = (struct state_query){.type = RECORD_PERSON, .filters = filters, .filters_count = 1};
    assert_int_equal(state_list(f->store, &q, &f->arena, &records, &count, NULL), ERR_USAGE);
    q.type = REGISTRY_TYPE_MAX;
    assert_int_equal(state_list(f->store, &q, &f->arena, &records, &count, NULL), ERR_USAGE);
}

static void
many_shapes_of_lists_push_each_other_out_and_come_back(void **state)
{
    struct fixture *f = *state;

    add_person(f, 1, "Nguyễn Văn An", 0, 1, true);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < registry_records_count; i++) {
            struct state_query q = {.type = registry_records[i]->type};

            assert_list(f, &q, q.type == RECORD_PERSON ? "1.1" : "");
            q.deleted_too = true;
            assert_list(f, &q, q.type == RECORD_PERSON ? "1.1" : "");
        }
    }
}

static void
a_list_larger_than_the_arena_is_refused_and_the_store_goes_on(void **state)
{
    struct fixture *f = *state;
    struct state_query q = {.type = RECORD_PERSON};
    struct record **records;
    struct arena small;
    size_t count;

    for (uint64_t i = 1; i <= 50; i++)
        add_person(f, i, "Nguyễn Văn An", 0, 1, true);
    arena_init(&small, 2000);
    assert_int_equal(state_list(f->store, &q, &small, &records, &count, &f->error), ERR_NOMEM);
    arena_release(&small);
    assert_ok(f, state_list(f->store, &q, &f->arena, &records, &count, &f->error));
    assert_int_equal(count, 50);
}

static void
standing_values_come_newest_first_and_conflicts_are_found(void **state)
{
    struct fixture *f = *state;
    struct standing_row rows[3] = {
        {{1, 5}, text("Thôn 1"), 100, false},
        {{2, 7}, {.kind = VALUE_NULL}, 300, true},
        {{3, 9}, text("Thôn Một"), 200, false},
    };
    struct standing_row *found;
    struct draft d;
    int64_t *records;
    size_t count;

    draft(&d, RECORD_UNIT, record_id(1, 5, 0), 1);
    put(&d, "name", text("Thôn Một"))->conflict = true;
    d.record.several = true;
    save(f, &d);
    assert_ok(f, state_put_standing(f->store, d.record.id, 1, rows, 3, &f->error));
    assert_ok(f, state_standing(f->store, d.record.id, 1, &f->arena, &found, &count, &f->error));
    assert_int_equal(count, 3);
    assert_int_equal(found[0].stamp.log, 2);
    assert_int_equal(found[0].stamp.seq, 7);
    assert_int_equal(found[0].value.kind, VALUE_NULL);
    assert_true(found[0].displayed);
    assert_int_equal(found[1].wall_s, 200);
    assert_string_equal((const char *) found[1].value.bytes, "Thôn Một");
    assert_int_equal(found[2].stamp.seq, 5);
    assert_ok(f, state_conflicts(f->store, &f->arena, &records, &count, &f->error));
    assert_int_equal(count, 1);
    assert_int_equal(records[0], d.record.id);
    assert_ok(f, state_put_standing(f->store, d.record.id, 1, NULL, 0, &f->error));
    d.fields[0].conflict = false;
    save(f, &d);
    assert_ok(f, state_standing(f->store, d.record.id, 1, &f->arena, &found, &count, &f->error));
    assert_int_equal(count, 0);
    assert_ok(f, state_conflicts(f->store, &f->arena, &records, &count, &f->error));
    assert_int_equal(count, 0);
    d.record.life_conflict = true;
    save(f, &d);
    assert_ok(f, state_conflicts(f->store, &f->arena, &records, &count, &f->error));
    assert_int_equal(count, 1);
}

static void
an_alias_stands_for_its_record_everywhere(void **state)
{
    struct fixture *f = *state;
    int64_t unit = record_id(1, 5, 0), alias = record_id(2, 3, 0), second = record_id(3, 1,
                                                                                      0), id = 0;
    struct state_filter filter = {4, reference(unit)};
    struct state_query q = {.type = RECORD_PERSON, .filters = &filter, .filters_count = 1};
    struct space_row inner = fixture_space(f, 1, SPACE_INNER, SPACE_OWN);
    struct space_row outer = fixture_space(f, 1, SPACE_OUTER, SPACE_OWN);
    struct draft d;

    for (unsigned i = 1; i <= 3; i++)
        assert_int_equal(fixture_log(f, &inner, i, 5, false).id, i);
    assert_int_equal(fixture_log(f, &outer, 1, 5, false).id, 4);
    draft(&d, RECORD_UNIT, unit, 1);
    put(&d, "name", text("Thôn 1"));
    save(f, &d);
    /* written before anybody knew that it is an alias */
    add_person(f, 1, "Nguyễn Văn An", alias, 1, true);
    add_person(f, 2, "Trần Thị Bình", unit, 1, true);
    assert_list(f, &q, "1.2");
    assert_int_equal(state_alias_get(f->store, alias, &id, NULL), ERR_NOT_FOUND);
    assert_ok(f, state_alias_add(f->store, second, alias, &f->error));
    assert_ok(f, state_alias_add(f->store, alias, unit, &f->error));
    assert_ok(f, state_alias_get(f->store, alias, &id, &f->error));
    assert_int_equal(id, unit);
    assert_ok(f, state_alias_get(f->store, second, &id, &f->error));
    assert_int_equal(id, unit);
    assert_int_equal(get(f, alias)->id, unit);
    assert_int_equal(record_reference(get(f, record_id(1, 1, 0)), 4), unit);
    assert_list(f, &q, "1.1 1.2");
    /* from another space it stays as it was written: the state is the same on every machine */
    draft(&d, RECORD_PERSON, record_id(4, 1, 0), outer.id);
    put(&d, "unit", reference(alias));
    save(f, &d);
    assert_int_equal(record_reference(get(f, record_id(4, 1, 0)), 4), alias);
    q.space = inner.id;
    assert_list(f, &q, "1.1 1.2");
    filter.value.record = second;
    assert_list(f, &q, "1.1 1.2");
    assert_int_equal(state_alias_add(f->store, unit, alias, NULL), ERR_USAGE);
}

static void
an_alias_that_was_undone_is_none(void **state)
{
    struct fixture *f = *state;
    int64_t id = 0;

    assert_ok(f, store_begin(f->store, &f->error));
    assert_ok(f, store_savepoint(f->store, &f->error));
    assert_ok(f, state_alias_add(f->store, 7, 8, &f->error));
    assert_ok(f, state_alias_get(f->store, 7, &id, &f->error));
    store_savepoint_undo(f->store);
    assert_int_equal(state_alias_get(f->store, 7, &id, NULL), ERR_NOT_FOUND);
    assert_ok(f, state_alias_add(f->store, 7, 9, &f->error));
    assert_ok(f, store_commit(f->store, &f->error));
    assert_ok(f, state_alias_get(f->store, 7, &id, &f->error));
    assert_int_equal(id, 9);
}

static void
a_record_tells_who_touched_it_its_introduction_first(void **state)
{
    struct fixture *f = *state;
    struct space_row space = fixture_space(f, 1, SPACE_INNER, SPACE_OWN);
    struct log_row log = fixture_log(f, &space, 1, 5, true);
    struct entry_row entry;
    struct touch_row *rows;
    struct draft d;
    size_t count;

    fixture_append(f, &log, 1, 10);
    assert_ok(f, entry_get(f->store, log.id, 1, &f->arena, &entry, &f->error));
    entry.applied = 4;
    assert_ok(f, entry_set_applied(f->store, &entry, &f->error));
    draft(&d, RECORD_UNIT, record_id(log.id, 1, 3), 1);
    put(&d, "name", text("Thôn 1"));
    save(f, &d);
    assert_ok(f, state_touch_add(f->store, d.record.id, 4, (struct stamp){log.id, 1}, &f->error));
    assert_ok(f, state_touch_add(f->store, d.record.id, 9, (struct stamp){2, 7}, &f->error));
    assert_ok(f, state_touch_add(f->store, d.record.id, 9, (struct stamp){2, 7}, &f->error));
    assert_ok(f, state_touch_add(f->store, d.record.id, 6, (struct stamp){3, 1}, &f->error));
    assert_ok(f, state_touches(f->store, d.record.id, &f->arena, &rows, &count, &f->error));
    assert_int_equal(count, 3);
    assert_int_equal(rows[0].applied, 4);
    assert_int_equal(rows[0].stamp.log, log.id);
    assert_int_equal(rows[0].stamp.seq, 1);
    assert_int_equal(rows[1].applied, 6);
    assert_int_equal(rows[2].stamp.seq, 7);
    assert_ok(f, state_touches(f->store, record_id(9, 9, 0), &f->arena, &rows, &count, &f->error));
    assert_int_equal(count, 0);
}

static void
keys_and_names_lead_to_records(void **state)
{
    struct fixture *f = *state;
    struct hash key = {{1, 2, 3}};
    int64_t id = 0;

    assert_ok(f, state_key_add(f->store, 1, &key, 55, &f->error));
    assert_ok(f, state_by_key(f->store, 1, &key, &id, &f->error));
    assert_int_equal(id, 55);
    assert_int_equal(state_by_key(f->store, 2, &key, &id, NULL), ERR_NOT_FOUND);
    assert_ok(f, local_name_set(f->store, "thôn 1", 55, &f->error));
    assert_ok(f, local_name_set(f->store, "thôn 1", 56, &f->error));
    assert_ok(f, local_name_get(f->store, "thôn 1", &id, &f->error));
    assert_int_equal(id, 56);
    assert_int_equal(local_name_get(f->store, "thôn 2", &id, NULL), ERR_NOT_FOUND);
}

static void
clearing_empties_what_is_derived_and_keeps_the_log(void **state)
{
    struct fixture *f = *state;
    struct space_row space = fixture_space(f, 1, SPACE_INNER, SPACE_OWN);
    struct log_row log = fixture_log(f, &space, 1, 5, true);
    struct hash key = {{1}};
    struct state_query q = {.type = RECORD_PERSON, .deleted_too = true};
    struct log_counts counts;
    struct touch_row *touches;
    uint64_t seen;
    int64_t id;
    size_t count;
    unsigned type;

    fixture_append(f, &log, 1, 10);
    assert_ok(f, seen_add(f->store, log.id, 1, 7, 3, &f->error));
    add_person(f, 1, "Nguyễn Văn An", 0, 1, true);
    assert_ok(f, aside_add(f->store, log.id, 1, "no grant", &f->error));
    assert_ok(f, state_key_add(f->store, 1, &key, 55, &f->error));
    assert_ok(f, state_alias_add(f->store, 7, 8, &f->error));
    assert_ok(f, state_touch_add(f->store, 55, 1, (struct stamp){2, 7}, &f->error));
    assert_ok(f, local_name_set(f->store, "an", 55, &f->error));
    assert_ok(f, state_clear(f->store, &f->error));
    assert_list(f, &q, "");
    assert_int_equal(state_type(f->store, record_id(1, 1, 0), &type, NULL), ERR_NOT_FOUND);
    assert_int_equal(state_by_key(f->store, 1, &key, &id, NULL), ERR_NOT_FOUND);
    assert_int_equal(state_alias_get(f->store, 7, &id, NULL), ERR_NOT_FOUND);
    assert_ok(f, state_touches(f->store, 55, &f->arena, &touches, &count, &f->error));
    assert_int_equal(count, 0);
    assert_ok(f, log_count(f->store, &counts, &f->error));
    assert_int_equal(counts.entries, 1);
    assert_int_equal(counts.set_aside, 0);
    assert_ok(f, local_name_get(f->store, "an", &id, &f->error));
    assert_ok(f, seen_get(f->store, log.id, 1, 7, &seen, &f->error));
    assert_int_equal(seen, 3);
}

int
main(void)
{
#define FRESH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        FRESH(every_type_keeps_every_value_and_stamp),
        cmocka_unit_test(decimals_are_exact),
        cmocka_unit_test(dates_sort_by_their_first_day),
        cmocka_unit_test(a_record_that_nobody_changed_stores_no_stamps),
        FRESH(writing_again_replaces_the_row),
        FRESH(a_record_of_the_wrong_shape_is_refused),
        FRESH(a_list_holds_what_its_filters_ask),
        FRESH(many_shapes_of_lists_push_each_other_out_and_come_back),
        FRESH(a_list_larger_than_the_arena_is_refused_and_the_store_goes_on),
        FRESH(standing_values_come_newest_first_and_conflicts_are_found),
        FRESH(an_alias_stands_for_its_record_everywhere),
        FRESH(an_alias_that_was_undone_is_none),
        FRESH(a_record_tells_who_touched_it_its_introduction_first),
        FRESH(keys_and_names_lead_to_records),
        FRESH(clearing_empties_what_is_derived_and_keeps_the_log),
    };

    return tap_run("state", tests, NULL, NULL);
}
