/* Spaces, logs, entries and signatures. */
#include "config.h"

#include "daemon/store/log.h"

#include "tests/daemon/store/fixture.h"

static void
a_space_is_known_once(void **state)
{
    struct fixture *f = *state;
    struct space_row inner = fixture_space(f, 1, SPACE_INNER, SPACE_OWN);
    struct space_row outer = fixture_space(f, 1, SPACE_OUTER, SPACE_OWN);
    struct space_row above = fixture_space(f, 2, SPACE_OUTER, SPACE_ABOVE);
    struct space_row again = fixture_space(f, 1, SPACE_INNER, SPACE_OWN);
    struct space_row *list, row;
    size_t count;

    assert_int_equal(again.id, inner.id);
    assert_ok(f, space_list(f->store, &f->arena, &list, &count, &f->error));
    assert_int_equal(count, 3);
    assert_memory_equal(&list[2], &above, sizeof above);
    assert_ok(f, space_own(f->store, SPACE_OUTER, &row, &f->error));
    assert_int_equal(row.id, outer.id);
    assert_int_equal(space_own(f->store, SPACE_EVENT, &row, NULL), ERR_NOT_FOUND);
    assert_ok(f, space_find(f->store, above.space, &row, &f->error));
    assert_int_equal(row.id, above.id);
    assert_int_equal(row.origin, SPACE_ABOVE);
    assert_int_equal(row.genesis.kind, SPACE_OUTER);
    assert_ok(f, space_get(f->store, inner.id, &row, &f->error));
    assert_memory_equal(row.space, inner.space, SPACE_BYTES);
    assert_int_equal(space_get(f->store, 99, &row, NULL), ERR_NOT_FOUND);
}

static void
a_log_may_be_known_before_its_space(void **state)
{
    struct fixture *f = *state;
    uint8_t genesis[GENESIS_BYTES];
    struct log_id name = {.epoch = 7};
    struct log_row log, again;
    struct space_row space;
    struct hash start;

    fixture_genesis(5, SPACE_OUTER, genesis);
    genesis_space(genesis, name.space);
    memset(name.device, 9, DEVICE_BYTES);
    assert_ok(f, log_add(f->store, &name, false, &log, &f->error));
    assert_int_equal(log.space, 0);
    assert_int_equal(log.received_seq, 0);
    chain_start(&name, &start);
    assert_true(hash_equal(&log.received_hash, &start));
    assert_true(hash_equal(&log.applied_hash, &start));
    assert_ok(f, space_add(f->store, genesis, SPACE_ABOVE, &space, &f->error));
    assert_ok(f, log_add(f->store, &name, false, &again, &f->error));
    assert_int_equal(again.id, log.id);
    assert_int_equal(again.space, space.id);
}

static void
logs_are_listed_by_device_then_epoch_as_unsigned_numbers(void **state)
{
    struct fixture *f = *state;
    struct space_row space = fixture_space(f, 1, SPACE_INNER, SPACE_OWN);
    struct log_row b_high = fixture_log(f, &space, 2, UINT64_MAX, false);
    struct log_row b_low = fixture_log(f, &space, 2, 255, false);
    struct log_row b_middle = fixture_log(f, &space, 2, 256, false);
    struct log_row a = fixture_log(f, &space, 1, 5, true);
    struct log_row empty = fixture_log(f, &space, 3, 5, false);
    struct log_row *list, own;
    size_t count;

    fixture_append(f, &b_high, 1, 10);
    fixture_append(f, &b_low, 2, 10);
    fixture_append(f, &b_middle, 2, 10);
    fixture_append(f, &a, 3, 10);
    assert_ok(f, log_list(f->store, space.id, &f->arena, &list, &count, &f->error));
    assert_int_equal(count, 4);
    assert_int_equal(list[0].id, a.id);
    assert_int_equal(list[1].id, b_low.id);
    assert_int_equal(list[1].name.epoch, 255);
    assert_int_equal(list[2].id, b_middle.id);
    assert_int_equal(list[3].id, b_high.id);
    assert_true(list[3].name.epoch == UINT64_MAX);
    assert_ok(f, log_own(f->store, space.id, &own, &f->error));
    assert_int_equal(own.id, a.id);
    assert_ok(f, log_get(f->store, empty.id, &own, &f->error));
    assert_int_equal(own.received_seq, 0);
}

static void
a_new_epoch_becomes_the_own_log(void **state)
{
    struct fixture *f = *state;
    struct space_row space = fixture_space(f, 1, SPACE_INNER, SPACE_OWN);
    struct log_row first = fixture_log(f, &space, 1, 5, true);
    struct log_row second, own;

    first.own = false;
    assert_ok(f, log_update(f->store, &first, &f->error));
    assert_int_equal(log_own(f->store, space.id, &own, NULL), ERR_NOT_FOUND);
    /* the second was heard of before this device writes it */
    second = fixture_log(f, &space, 1, 6, false);
    second = fixture_log(f, &space, 1, 6, true);
    assert_true(second.own);
    assert_ok(f, log_own(f->store, space.id, &own, &f->error));
    assert_int_equal(own.id, second.id);
}

static void
an_entry_comes_back_byte_for_byte(void **state)
{
    struct fixture *f = *state;
    struct space_row space = fixture_space(f, 1, SPACE_INNER, SPACE_OWN);
    struct log_row log = fixture_log(f, &space, 1, 5, true);
    struct entry_row entry;
    struct hash hash;
    uint8_t expected[300];
    int64_t last = -1;

    fixture_append(f, &log, 0xA5, 300);
    memset(expected, 0xA5, sizeof expected);
    fixture_reopen(f);
    assert_ok(f, entry_get(f->store, log.id, 1, &f->arena, &entry, &f->error));
    assert_int_equal(entry.item_size, 300);
    assert_memory_equal(entry.item, expected, 300);
    assert_int_equal(entry.applied, 0);
    assert_ok(f, entry_last_applied(f->store, &last, &f->error));
    assert_int_equal(last, 0);
    entry.applied = 12;
    entry.wall_s = -5;
    entry.operator = 77;
    assert_ok(f, entry_set_applied(f->store, &entry, &f->error));
    assert_ok(f, entry_by_applied(f->store, 12, &f->arena, &entry, &f->error));
    assert_int_equal(entry.seq, 1);
    assert_int_equal(entry.log, log.id);
    assert_int_equal(entry.wall_s, -5);
    assert_int_equal(entry.operator, 77);
    assert_ok(f, entry_last_applied(f->store, &last, &f->error));
    assert_int_equal(last, 12);
    assert_ok(f, entry_hash(f->store, log.id, 1, &hash, &f->error));
    assert_memory_equal(hash.bytes, expected, HASH_BYTES);
    assert_int_equal(entry_get(f->store, log.id, 2, &f->arena, &entry, NULL), ERR_NOT_FOUND);
    assert_int_equal(entry_hash(f->store, log.id, 2, &hash, NULL), ERR_NOT_FOUND);
    assert_int_equal(entry_by_applied(f->store, 13, &f->arena, &entry, NULL), ERR_NOT_FOUND);
    assert_int_equal(entry_by_applied(f->store, 0, &f->arena, &entry, NULL), ERR_NOT_FOUND);
}

static void
an_entry_is_never_stored_twice_or_under_a_used_number(void **state)
{
    struct fixture *f = *state;
    struct space_row space = fixture_space(f, 1, SPACE_INNER, SPACE_OWN);
    struct log_row log = fixture_log(f, &space, 1, 5, true);
    struct verified_entry entry = {.seq = 1, .item = (const uint8_t *) "x", .item_size = 1};
    struct entry_row row;

    fixture_append(f, &log, 1, 5);
    fixture_append(f, &log, 2, 5);
    assert_int_not_equal(log_append(f->store, log.id, &entry, NULL), OK);
    assert_ok(f, entry_get(f->store, log.id, 1, &f->arena, &row, &f->error));
    assert_int_equal(row.item_size, 5);
    row.applied = 1;
    assert_ok(f, entry_set_applied(f->store, &row, &f->error));
    row.seq = 2;
    assert_int_not_equal(entry_set_applied(f->store, &row, NULL), OK);
}

static void
items_are_read_up_to_a_number_of_bytes(void **state)
{
    struct fixture *f = *state;
    struct space_row space = fixture_space(f, 1, SPACE_INNER, SPACE_OWN);
    struct log_row log = fixture_log(f, &space, 1, 5, true);
    struct log_row other = fixture_log(f, &space, 2, 5, true);
    struct buf b;
    uint64_t last = 99;

    for (uint8_t i = 1; i <= 5; i++)
        fixture_append(f, &log, i, 100);
    fixture_append(f, &other, 9, 100);
    buf_init(&b, 4096);
    assert_ok(f, log_read_items(f->store, log.id, 2, 5, 250, &b, &last, &f->error));
    assert_int_equal(last, 3);
    assert_int_equal(b.size, 200);
    assert_int_equal(b.bytes[0], 2);
    assert_int_equal(b.bytes[199], 3);
    /* one at least; the limit counts what this call appends */
    assert_ok(f, log_read_items(f->store, log.id, 4, 5, 10, &b, &last, &f->error));
    assert_int_equal(last, 4);
    assert_int_equal(b.size, 300);
    assert_ok(f, log_read_items(f->store, log.id, 5, 99, 4096, &b, &last, &f->error));
    assert_int_equal(last, 5);
    assert_int_equal(b.size, 400);
    assert_ok(f, log_read_items(f->store, log.id, 6, 99, 4096, &b, &last, &f->error));
    assert_int_equal(last, 5);
    assert_int_equal(b.size, 400);
    buf_release(&b);
    buf_init(&b, 150);
    assert_int_equal(log_read_items(f->store, log.id, 1, 5, 4096, &b, &last, NULL), ERR_LIMIT);
    buf_release(&b);
}

static void
signatures_are_found_before_and_after_a_place_of_their_own_log(void **state)
{
    struct fixture *f = *state;
    struct space_row space = fixture_space(f, 1, SPACE_INNER, SPACE_OWN);
    struct log_row log = fixture_log(f, &space, 1, 5, true);
    struct log_row other = fixture_log(f, &space, 2, 5, true);
    uint8_t signature[SIGNATURE_BYTES], found[SIGNATURE_BYTES];
    uint64_t seq = 0;

    memset(signature, 3, sizeof signature);
    assert_ok(f, signature_add(f->store, log.id, 10, signature, &f->error));
    assert_ok(f, signature_add(f->store, log.id, 20, signature, &f->error));
    assert_ok(f, signature_add(f->store, other.id, 15, signature, &f->error));
    assert_ok(f, signature_at_or_after(f->store, log.id, 10, &seq, found, &f->error));
    assert_int_equal(seq, 10);
    assert_memory_equal(found, signature, sizeof found);
    assert_ok(f, signature_at_or_after(f->store, log.id, 11, &seq, found, &f->error));
    assert_int_equal(seq, 20);
    assert_int_equal(signature_at_or_after(f->store, log.id, 21, &seq, found, NULL), ERR_NOT_FOUND);
    assert_ok(f, signature_last_before(f->store, log.id, 1, 19, &seq, found, &f->error));
    assert_int_equal(seq, 10);
    assert_int_equal(signature_last_before(f->store, log.id, 11, 19, &seq, found, NULL),
                     ERR_NOT_FOUND);
    assert_ok(f, signature_drop(f->store, log.id, 20, &f->error));
    assert_int_equal(signature_at_or_after(f->store, log.id, 11, &seq, found, NULL), ERR_NOT_FOUND);
}

static void
a_log_has_a_table_of_the_logs_it_introduced(void **state)
{
    struct fixture *f = *state;
    int64_t other = 0;
    uint32_t place = 9;

    assert_ok(f, place_add(f->store, 1, 1, 1, 20, &f->error));
    assert_ok(f, place_add(f->store, 1, 2, 2, 30, &f->error));
    assert_ok(f, place_add(f->store, 1, 2, 2, 30, &f->error));
    assert_ok(f, place_log(f->store, 1, 2, 2, &other, &f->error));
    assert_int_equal(other, 30);
    assert_ok(f, place_log(f->store, 1, 2, 0, &other, &f->error));
    assert_int_equal(other, 1);
    assert_ok(f, place_of(f->store, 1, 20, &place, &f->error));
    assert_int_equal(place, 1);
    assert_ok(f, place_of(f->store, 1, 1, &place, &f->error));
    assert_int_equal(place, 0);
    assert_ok(f, place_count(f->store, 1, &place, &f->error));
    assert_int_equal(place, 2);
    assert_ok(f, place_count(f->store, 2, &place, &f->error));
    assert_int_equal(place, 0);
    assert_int_equal(place_log(f->store, 1, 2, 3, &other, NULL), ERR_NOT_FOUND);
    assert_int_equal(place_log(f->store, 1, 1, 2, &other, NULL), ERR_NOT_FOUND); /* of a later entry */
    assert_int_equal(place_of(f->store, 1, 40, &place, NULL), ERR_NOT_FOUND);
}

static void
what_an_entry_has_seen_holds_until_a_later_one_has_seen_more(void **state)
{
    struct fixture *f = *state;
    uint64_t seen = 99;

    assert_ok(f, seen_add(f->store, 1, 5, 2, 100, &f->error));
    assert_ok(f, seen_add(f->store, 1, 9, 2, 200, &f->error));
    assert_ok(f, seen_get(f->store, 1, 4, 2, &seen, &f->error));
    assert_int_equal(seen, 0);
    assert_ok(f, seen_get(f->store, 1, 5, 2, &seen, &f->error));
    assert_int_equal(seen, 100);
    assert_ok(f, seen_get(f->store, 1, 8, 2, &seen, &f->error));
    assert_int_equal(seen, 100);
    assert_ok(f, seen_get(f->store, 1, 50, 2, &seen, &f->error));
    assert_int_equal(seen, 200);
    assert_ok(f, seen_get(f->store, 1, 50, 3, &seen, &f->error));
    assert_int_equal(seen, 0);
    assert_ok(f, seen_get(f->store, 1, 50, 1, &seen, &f->error));
    assert_int_equal(seen, 50);
}

static void
counts_tell_what_is_held_and_what_does_not_count(void **state)
{
    struct fixture *f = *state;
    struct space_row space = fixture_space(f, 1, SPACE_INNER, SPACE_OWN);
    struct log_row own = fixture_log(f, &space, 1, 5, true);
    struct log_row other = fixture_log(f, &space, 2, 5, false);
    struct log_counts counts;
    struct aside_row *rows;
    size_t count;

    fixture_append(f, &own, 1, 10);
    for (uint8_t i = 1; i <= 3; i++)
        fixture_append(f, &other, i, 10);
    own.applied_seq = 1;
    other.applied_seq = 1;
    assert_ok(f, log_update(f->store, &own, &f->error));
    assert_ok(f, log_update(f->store, &other, &f->error));
    assert_ok(f, aside_add(f->store, other.id, 1, "no right to write", &f->error));
    assert_ok(f, aside_add(f->store, other.id, 1, "no grant", &f->error));
    assert_ok(f, log_count(f->store, &counts, &f->error));
    assert_int_equal(counts.entries, 4);
    assert_int_equal(counts.held, 2);
    assert_int_equal(counts.own_entries, 1);
    assert_int_equal(counts.set_aside, 1);
    assert_ok(f, aside_list(f->store, &f->arena, &rows, &count, &f->error));
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].log, other.id);
    assert_int_equal(rows[0].seq, 1);
    assert_string_equal(rows[0].reason, "no grant");
}

int
main(void)
{
#define FRESH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        FRESH(a_space_is_known_once),
        FRESH(a_log_may_be_known_before_its_space),
        FRESH(logs_are_listed_by_device_then_epoch_as_unsigned_numbers),
        FRESH(a_new_epoch_becomes_the_own_log),
        FRESH(an_entry_comes_back_byte_for_byte),
        FRESH(an_entry_is_never_stored_twice_or_under_a_used_number),
        FRESH(items_are_read_up_to_a_number_of_bytes),
        FRESH(signatures_are_found_before_and_after_a_place_of_their_own_log),
        FRESH(a_log_has_a_table_of_the_logs_it_introduced),
        FRESH(what_an_entry_has_seen_holds_until_a_later_one_has_seen_more),
        FRESH(counts_tell_what_is_held_and_what_does_not_count),
    };

    return tap_run("log", tests, NULL, NULL);
}
