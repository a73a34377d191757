/* The help texts, made from the command table. */
#include "config.h"

#include "client/help.h"

#include <string.h>

#include "common/language.h"

enum { MARGIN = 28 };

const struct option_spec help_none[] = {{0}};

const struct option_spec help_options[] = {
    {"socket", N_("PATH"), N_("the daemon's socket (else THIDUA_SOCKET, else the data directory's)")},
    {"data", N_("DIR"), N_("the daemon's data directory (else THIDUA_DATA)")},
    {"operator", N_("ID"), N_("who acts (else THIDUA_OPERATOR)")},
    {"json", NULL, N_("print the answer as JSON")},
    {"help", NULL, N_("explain the command")},
    {0},
};

const struct option_spec help_top_options[] = {
    {"version", NULL, N_("print the program's version")},
    {0},
};

static const char *const group_titles[GROUP_COUNT] = {
    [GROUP_LOOK] = N_("See where things stand"),
    [GROUP_PLAN] = N_("Take in a plan"),
    [GROUP_RECORD] = N_("Keep records"),
    [GROUP_SYNC] = N_("Exchange with others"),
};

/* A term, and its explanation from the margin on. */
static void
entry(FILE *out, const char *term, const char *text, size_t width)
{
    size_t used = print_width(term) + 2;

    fprintf(out, "  %s", term);
    if (used + 2 > MARGIN)
        fprintf(out, "\n%*s", MARGIN, "");
    else
        fprintf(out, "%*s", (int) (MARGIN - used), "");
    print_folded(out, text, MARGIN, width);
    fputc('\n', out);
}

static void
print_options(FILE *out, const struct option_spec *options, size_t width)
{
    char term[128];

    for (; options->name != NULL; options++) {
        snprintf(term, sizeof term, "--%s%s%s", options->name, options->value != NULL ? " " : "",
                 options->value != NULL ? language_text(options->value) : "");
        entry(out, term, language_text(options->help), width);
    }
}

void
help_all(FILE *out, size_t width)
{
    fprintf(out, "%s\n", _("thidua keeps the records of emulation campaigns, with or without a network."));
    fprintf(out, "%s: thidua %s\n", _("Usage"), _("COMMAND [WORD…] [OPTION…]"));
    for (int g = 0; g < GROUP_COUNT; g++) {
        fprintf(out, "\n%s\n", language_text(group_titles[g]));
        for (const struct command *c = commands; c->name != NULL; c++)
            if ((int) c->group == g)
                entry(out, c->name, language_text(c->help), width);
    }
    fprintf(out, "\n%s\n", _("Options of every command"));
    print_options(out, help_options, width);
    print_options(out, help_top_options, width);
    fprintf(out, "\n%s\n", _("`thidua COMMAND --help` explains a command."));
}

void
help_command(FILE *out, const struct command *command, size_t width)
{
    fprintf(out, "%s: thidua %s %s\n\n", _("Usage"), command->name, language_text(command->args));
    print_folded(out, language_text(command->help), 0, width);
    fputc('\n', out);
    if (command->details != NULL) {
        fputc('\n', out);
        print_folded(out, language_text(command->details), 0, width);
        fputc('\n', out);
    }
    fprintf(out, "\n%s\n", _("Options"));
    if (command->options != NULL)
        print_options(out, command->options, width);
    print_options(out, help_options, width);
    fprintf(out, "\n%s\n", _("Exit codes"));
    entry(out, "0", _("done"), width);
    entry(out, "1", _("refused or failed"), width);
    entry(out, "2", _("called in a wrong way"), width);
    entry(out, "3", _("the answer is incomplete: something is not mapped to units yet; or there are findings"), width);
    entry(out, "4", _("the daemon is not reachable"), width);
    entry(out, "5", _("the record changed meanwhile, or it is held already; nothing was written"), width);
}
