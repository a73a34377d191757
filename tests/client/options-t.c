/* Command-line arguments. */
#include "config.h"

#include "tests/util/tap.h"

#include <string.h>

#include "client/options.h"

static const struct option_spec local_options[] = {
    {"wait", "SECONDS", ""}, {"rebuild", NULL, ""}, {"version", "N", ""}, {0}};
static const struct option_spec global_options[] = {{"json", NULL, ""}, {"help", NULL, ""}, {0}};
static const struct option_spec *const tables[] = {local_options, global_options, NULL};

#define PARSE(...)                                                                                 \
    char *const argv[] = {__VA_ARGS__, NULL};                                                      \
    struct args args = {0};                                                                        \
    struct error e = {0};                                                                          \
    enum err err = options_parse(tables, (int) (sizeof argv / sizeof argv[0]) - 1, argv, &args, &e)

static char *
w(const char *word)
{
    static char copies[16][64];
    static unsigned next;
    char *copy = copies[next++ % 16];

    strncpy(copy, word, 63);
    return copy;
}

static void
words_and_options_may_be_mixed(void **state)
{
    PARSE(w("unit"), w("--json"), w("name=Thôn 1"), w("--wait=5"), w("-"));

    (void) state;
    assert_int_equal(err, OK);
    assert_int_equal(args.positionals_count, 3);
    assert_string_equal(args.positionals[1], "name=Thôn 1");
    assert_string_equal(args.positionals[2], "-");
    assert_true(options_given(&args, "json"));
    assert_string_equal(options_value(&args, "wait"), "5");
    assert_null(options_value(&args, "version"));
}

static void
a_value_may_stand_behind_its_option(void **state)
{
    PARSE(w("--wait"), w("--5"), w("x"));

    (void) state;
    assert_int_equal(err, OK);
    assert_string_equal(options_value(&args, "wait"), "--5");
    assert_int_equal(args.positionals_count, 1);
}

static void
behind_two_dashes_nothing_is_an_option(void **state)
{
    PARSE(w("--"), w("--json"), w("--"));

    (void) state;
    assert_int_equal(err, OK);
    assert_int_equal(args.positionals_count, 2);
    assert_false(options_given(&args, "json"));
}

static void
the_last_value_holds(void **state)
{
    PARSE(w("--wait=1"), w("--wait=2"));

    (void) state;
    assert_int_equal(err, OK);
    assert_int_equal(args.options_count, 1);
    assert_string_equal(options_value(&args, "wait"), "2");
}

static void
an_unknown_option_is_refused_by_name(void **state)
{
    PARSE(w("--weit"), w("5"));

    (void) state;
    assert_int_equal(err, ERR_USAGE);
    assert_non_null(strstr(e.text, "--weit"));
}

static void
one_dash_makes_no_option(void **state)
{
    PARSE(w("-wait"), w("5"));

    (void) state;
    assert_int_equal(err, ERR_USAGE);
}

static void
a_missing_value_is_refused(void **state)
{
    PARSE(w("--wait"));

    (void) state;
    assert_int_equal(err, ERR_USAGE);
}

static void
a_switch_takes_no_value(void **state)
{
    PARSE(w("--json=1"));

    (void) state;
    assert_int_equal(err, ERR_USAGE);
}

static void
h_is_help(void **state)
{
    PARSE(w("-h"));

    (void) state;
    assert_int_equal(err, OK);
    assert_true(options_given(&args, "help"));
}

static void
too_many_words_are_refused_and_change_nothing(void **state)
{
    static char *argv[POSITIONALS_MAX + 1];
    struct args args = {.positionals_count = 77};
    struct error e;

    (void) state;
    for (int i = 0; i <= POSITIONALS_MAX; i++)
        argv[i] = w("x");
    assert_int_equal(options_parse(tables, POSITIONALS_MAX, argv, &args, &e), OK);
    assert_int_equal(args.positionals_count, POSITIONALS_MAX);
    args.positionals_count = 77;
    assert_int_equal(options_parse(tables, POSITIONALS_MAX + 1, argv, &args, &e), ERR_USAGE);
    assert_int_equal(args.positionals_count, 77);
}

static void
numbers_have_bounds(void **state)
{
    static const struct {
        const char *word;
        enum err err;
        long number;
    } cases[] = {
        {"--wait=0", OK, 0},          {"--wait=10", OK, 10},        {"--wait=11", ERR_USAGE, -7},
        {"--wait=-1", ERR_USAGE, -7}, {"--wait=", ERR_USAGE, -7},   {"--wait=5s", ERR_USAGE, -7},
        {"--wait=99999999999999999999", ERR_USAGE, -7}, {"--json", OK, 4},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        long number = -7;
        PARSE(w(cases[i].word));

        assert_int_equal(err, OK);
        assert_int_equal(options_number(&args, "wait", 0, 10, 4, &number, &e), cases[i].err);
        assert_int_equal(number, cases[i].number);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_options_may_be_mixed),
        cmocka_unit_test(a_value_may_stand_behind_its_option),
        cmocka_unit_test(behind_two_dashes_nothing_is_an_option),
        cmocka_unit_test(the_last_value_holds),
        cmocka_unit_test(an_unknown_option_is_refused_by_name),
        cmocka_unit_test(one_dash_makes_no_option),
        cmocka_unit_test(a_missing_value_is_refused),
        cmocka_unit_test(a_switch_takes_no_value),
        cmocka_unit_test(h_is_help),
        cmocka_unit_test(too_many_words_are_refused_and_change_nothing),
        cmocka_unit_test(numbers_have_bounds),
    };

    return tap_run("options", tests, NULL, NULL);
}
