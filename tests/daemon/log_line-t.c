/* Log lines: what others cause cannot fill the disk, and what counts is written. */
#include "config.h"

#include "daemon/log_line.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/util/tap.h"

/* Lines that a function writes to stderr. */
static unsigned
lines_of(void (*write_lines)(void))
{
    FILE *file = tmpfile();
    int before = dup(STDERR_FILENO);
    unsigned count = 0;
    int c;

    assert_non_null(file);
    fflush(stderr);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    write_lines();
    fflush(stderr);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    close(before);
    rewind(file);
    while ((c = fgetc(file)) != EOF)
        count += c == '\n';
    fclose(file);
    return count;
}

static void
flood(void)
{
    for (unsigned i = 0; i < 10000; i++)
        log_line(LOG_WARNING, "flood", "number=%u", i);
}

static void
write_another(void)
{
    log_line(LOG_WARNING, "another", "number=1");
}

static void
write_graver(void)
{
    for (unsigned i = 0; i < 100; i++)
        log_line(LOG_ERROR, "flood", "number=%u", i);
}

static void
write_forged(void)
{
    log_line(LOG_INFO, "session_end", "peer=\"%s\"", "Xã\nlevel=error event=forged");
}

static void
warnings_of_one_event_are_bounded(void **state)
{
    (void) state;
    /* A minute may end in between. */
    assert_in_range(lines_of(flood), LOG_WARNINGS_MAX, 2 * LOG_WARNINGS_MAX + 1);
    assert_int_equal(lines_of(write_another), 1);
    assert_int_equal(lines_of(write_graver), 100);
}

static void
a_name_cannot_forge_a_line(void **state)
{
    (void) state;
    assert_int_equal(lines_of(write_forged), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(warnings_of_one_event_are_bounded),
        cmocka_unit_test(a_name_cannot_forge_a_line),
    };

    return tap_run("log_line", tests, NULL, NULL);
}
