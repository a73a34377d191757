/* Two sessions over a wire in memory: what they bring each other, what it costs, and what they make of
 * links that break and peers that lie. */
#include "config.h"

#include "protocol/session.h"

#include <stdio.h>
#include <string.h>

#include "tests/util/bytes.h"
#include "tests/util/replica.h"

const struct link_options open_options = {
    .keep_open = true, .early_bytes_max = SESSION_EARLY_BYTES_MAX, .level = 3};

static struct replica commune, hub;
static const uint8_t *inner, *outer, *above;

/* A commune with its two spaces, a hub with its outer space; both carry all three. */
static int
make_pair(void **state)
{
    (void) state;
    assert_int_equal(protocol_init(NULL), OK);
    replica_init(&commune, "commune", 1);
    replica_init(&hub, "hub", 2);
    inner = replica_found(&commune, SPACE_INNER);
    outer = replica_found(&commune, SPACE_OUTER);
    above = replica_found(&hub, SPACE_OUTER);
    replica_carry(&commune, above);
    replica_carry(&hub, inner);
    replica_carry(&hub, outer);
    return 0;
}

static int
free_pair(void **state)
{
    (void) state;
    replica_release(&commune);
    replica_release(&hub);
    return 0;
}

/* Both sides hold a year's work and a common base. */
static void
warm_up(size_t entries)
{
    replica_write(&commune, inner, entries);
    replica_write(&commune, outer, 20);
    replica_write(&hub, above, 40);
    link_sync(&commune, &hub);
    assert_true(replica_same(&commune, &hub));
}

static void
a_first_contact_brings_both_sides_everything(void **state)
{
    (void) state;
    replica_write(&commune, inner, 300);
    replica_write(&commune, outer, 5);
    replica_write(&hub, above, 50);
    link_sync(&commune, &hub);
    assert_int_equal(replica_count(&commune), 355);
    assert_true(replica_same(&commune, &hub));
}

static void
nothing_to_do_costs_200_bytes_at_most(void **state)
{
    uint64_t bytes;

    (void) state;
    warm_up(100);
    bytes = link_sync(&commune, &hub);
    print_message("# nothing to do: %u bytes\n", (unsigned) bytes);
    assert_in_range(bytes, 150, 200);
}

static void
the_costs_of_changes_stay_within_their_targets(void **state)
{
    static const struct {
        size_t changes;
        unsigned bytes_max;
    } targets[] = {{1, 400}, {10, 1000}, {100, 7500}, {1000, 69000}};

    (void) state;
    warm_up(3000);
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        uint64_t bytes;

        replica_write(&commune, inner, targets[i].changes);
        bytes = link_sync(&commune, &hub);
        print_message("# %zu changes: %u bytes\n", targets[i].changes, (unsigned) bytes);
        assert_true(replica_same(&commune, &hub));
        assert_in_range(bytes, 150, targets[i].bytes_max);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_pair, free_pair)
    const struct CMUnitTest tests[] = {
        TEST(a_first_contact_brings_both_sides_everything),
        TEST(nothing_to_do_costs_200_bytes_at_most),
        TEST(the_costs_of_changes_stay_within_their_targets),
    };
#undef TEST

    return tap_run("session", tests, NULL, NULL);
}
