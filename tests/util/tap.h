/* cmocka with TAP output, for every unit test. */
#ifndef TESTS_UTIL_TAP_H
#define TESTS_UTIL_TAP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Run a group of tests and print TAP; give the result back from main(). */
#define tap_run(name, tests, setup, teardown)                                                      \
    (cmocka_set_message_output(CM_OUTPUT_TAP), cmocka_run_group_tests_name(name, tests, setup, teardown))

#endif
