/* Command-line arguments: long options in any place, and what is left over. */
#include "config.h"

#include "client/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_spec *
find_spec(const struct option_spec *const *tables, const char *name, size_t length)
{
    for (; *tables != NULL; tables++)
        for (const struct option_spec *s = *tables; s->name != NULL; s++)
            if (strlen(s->name) == length && memcmp(s->name, name, length) == 0)
                return s;
    return NULL;
}

static enum err
keep_option(struct args *args, const struct option_spec *spec, const char *value, struct error *e)
{
    for (size_t i = 0; i < args->options_count; i++) {
        if (args->options[i].spec == spec) {
            args->options[i].value = value;
            return OK;
        }
    }
    if (args->options_count == OPTIONS_MAX)
        return err_say(e, ERR_USAGE, N_("there are too many options; give fewer"), NULL);
    args->options[args->options_count].spec = spec;
    args->options[args->options_count++].value = value;
    return OK;
}

/* One option at argv[*at]; moves *at to its last word. */
static enum err
parse_option(const struct option_spec *const *tables, int argc, char *const *argv, int *at,
             struct args *args, struct error *e)
{
    const char *word = argv[*at];
    const char *name = strcmp(word, "-h") == 0 ? "help" : word + 2;
    const char *equals = strchr(name, '=');
    size_t length = equals != NULL ? (size_t) (equals - name) : strlen(name);
    const struct option_spec *spec = NULL;

    if (strcmp(word, "-h") == 0 || word[1] == '-')
        spec = find_spec(tables, name, length);
    if (spec == NULL)
        return err_say(e, ERR_USAGE,
                       N_("there is no option “{1}” here; --help lists the options"), word, NULL);
    if (spec->value == NULL) {
        if (equals != NULL)
            return err_say(e, ERR_USAGE, N_("the option --{1} takes no value; leave out “{2}”"),
                           spec->name, equals, NULL);
        return keep_option(args, spec, "", e);
    }
    if (equals != NULL)
        return keep_option(args, spec, equals + 1, e);
    if (*at + 1 >= argc)
        return err_say(e, ERR_USAGE, N_("the option --{1} needs a value; write it behind the option"),
                       spec->name, NULL);
    (*at)++;
    return keep_option(args, spec, argv[*at], e);
}

enum err
options_parse(const struct option_spec *const *tables, int argc, char *const *argv,
              struct args *ret_args, struct error *e)
{
    struct args args = {0};
    bool only_words = false;

    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];

        if (!only_words && strcmp(word, "--") == 0) {
            only_words = true;
        } else if (!only_words && word[0] == '-' && word[1] != '\0') {
            enum err err = parse_option(tables, argc, argv, &i, &args, e);

            if (err != OK)
                return err;
        } else if (args.positionals_count == POSITIONALS_MAX) {
            return err_say(e, ERR_USAGE, N_("there are too many words; give them in several calls"),
                           NULL);
        } else {
            args.positionals[args.positionals_count++] = word;
        }
    }
    *ret_args = args;
    return OK;
}

const char *
options_value(const struct args *args, const char *name)
{
    for (size_t i = 0; i < args->options_count; i++)
        if (strcmp(args->options[i].spec->name, name) == 0)
            return args->options[i].value;
    return NULL;
}

bool
options_given(const struct args *args, const char *name)
{
    return options_value(args, name) != NULL;
}

enum err
options_number(const struct args *args, const char *name, long min, long max, long fallback,
               long *ret_number, struct error *e)
{
    const char *value = options_value(args, name);
    char bounds[64];
    char *end;
    long number;

    if (value == NULL) {
        *ret_number = fallback;
        return OK;
    }
    errno = 0;
    number = strtol(value, &end, 10);
    if (end == value || *end != '\0' || errno != 0 || number < min || number > max) {
        snprintf(bounds, sizeof bounds, "%ld–%ld", min, max);
        return err_say(e, ERR_USAGE, N_("--{1} takes a whole number from {2}; “{3}” is none"), name,
                       bounds, value, NULL);
    }
    *ret_number = number;
    return OK;
}
