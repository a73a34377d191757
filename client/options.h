/* Command-line arguments: long options in any place, and what is left over. */
#ifndef CLIENT_OPTIONS_H
#define CLIENT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "protocol/util/err.h"

enum {
    OPTIONS_MAX = 32,      /* different options given at once */
    POSITIONALS_MAX = 256, /* words that are no options */
};

/* One option; a table of them ends with name NULL. */
struct option_spec {
    const char *name;  /* without the dashes */
    const char *value; /* what stands for its value in the help, N_(); NULL for a switch */
    const char *help;  /* one line, N_() */
};

/* The words of one call. Views into argv. */
struct args {
    size_t options_count;
    struct {
        const struct option_spec *spec;
        const char *value; /* "" for a switch */
    } options[OPTIONS_MAX];
    size_t positionals_count;
    const char *positionals[POSITIONALS_MAX];
};

/* Divide the words behind the program's name into options and the rest.
 * An option is --name, --name=value or --name value; -h is --help; behind "--" nothing is an option, and a
 * single "-" is none. An option that is given twice keeps its last value.
 *   tables    option tables to look in, ends with NULL
 *   ret_args  untouched on failure
 *   Returns   OK; ERR_USAGE unknown option, value missing or too many, with a text for a person */
enum err options_parse(const struct option_spec *const *tables, int argc, char *const *argv,
                       struct args *ret_args, struct error *e);

/* The value of an option: NULL when it was not given, "" for a switch that was. */
const char *options_value(const struct args *args, const char *name);

/* Was the option given? */
bool options_given(const struct args *args, const char *name);

/* The whole number of an option.
 *   fallback    when it was not given
 *   ret_number  min..max
 *   Returns     OK; ERR_USAGE not a number, or out of bounds */
enum err options_number(const struct args *args, const char *name, long min, long max, long fallback,
                        long *ret_number, struct error *e);

#endif
