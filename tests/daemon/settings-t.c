/* Options of the daemon. */
#include "config.h"

#include "daemon/settings.h"

#include <string.h>

#include "tests/util/tap.h"

static enum err
parse(struct settings *c, const char *text, struct error *e)
{
    settings_init(c);
    return settings_parse(c, text, strlen(text), e);
}

static void
a_file_sets_what_it_names(void **state)
{
    struct settings c;
    struct error e = {0};

    (void) state;
    assert_int_equal(parse(&c, "# x\n[thiduad]\n data = /srv/thidua \r\nlisten=0.0.0.0:7878\nlisten=[::]:7878\n"
                               "log_level=debug", &e), OK);
    assert_string_equal(c.data, "/srv/thidua");
    assert_int_equal(c.listen_count, 2);
    assert_string_equal(c.listen[1], "[::]:7878");
    assert_string_equal(c.log_level, "debug");
    assert_string_equal(c.peer, "");
}

static void
a_mistake_is_named_with_its_line(void **state)
{
    struct settings c;
    struct error e = {0};

    (void) state;
    assert_int_equal(parse(&c, "data=/x\n\nlsten=1:2\n", &e), ERR_USAGE);
    assert_non_null(strstr(e.text, "line 3"));
    assert_non_null(strstr(e.text, "lsten"));
    assert_int_equal(parse(&c, "nonsense\n", &e), ERR_FORMAT);
    assert_int_equal(parse(&c, "listen=7878\n", &e), ERR_USAGE);
    assert_int_equal(parse(&c, "log_level=loud\n", &e), ERR_USAGE);
}

static void
a_value_or_line_that_is_too_long_is_refused(void **state)
{
    struct settings c;
    struct error e = {0};
    char text[4096];

    (void) state;
    memset(text, 'x', sizeof text);
    memcpy(text, "data=", 5);
    text[1500] = '\0';
    assert_int_equal(parse(&c, text, &e), ERR_USAGE);
    memset(text, 'x', sizeof text);
    text[4095] = '\0';
    assert_int_equal(parse(&c, text, &e), ERR_FORMAT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_sets_what_it_names),
        cmocka_unit_test(a_mistake_is_named_with_its_line),
        cmocka_unit_test(a_value_or_line_that_is_too_long_is_refused),
    };

    return tap_run("settings", tests, NULL, NULL);
}
