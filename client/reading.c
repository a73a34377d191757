/* The reading of a plan, for a person: what it says, line by line, and what it leaves open. */
#include "config.h"

#include "client/reading.h"

#include <string.h>

#include "client/client.h"
#include "common/language.h"

enum { MARGIN = 24, NUMBER_COLUMNS = 7 };

struct named {
    const char *name;
    const char *text; /* N_() */
};

/* Words of the reading for which people have others. */
static const struct named words[] = {
    {"weekly", N_("every week")},       {"monthly", N_("every month")},
    {"quarterly", N_("every quarter")}, {"semiannual", N_("every six months")},
    {"annual", N_("every year")},       {"at_close", N_("at the end")},
    {"collective", N_("collective")},   {"individual", N_("individual")},
    {"household", N_("household")},
    {"monday", N_("Monday")},
    {"tuesday", N_("Tuesday")},
    {"wednesday", N_("Wednesday")},
    {"thursday", N_("Thursday")},
    {"friday", N_("Friday")},
    {"saturday", N_("Saturday")},
    {"sunday", N_("Sunday")},
};

static const char *const weekdays[] = {
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"),
};

/* A list of the reading: the key of an item's main text, then further keys with their labels. */
struct list {
    const char *key;
    const char *title;
    const char *main;
    struct named more[5];
};

static const struct list lists[] = {
    {"occasions", N_("Occasions"), "text", {{"from", N_("from")}, {"to", N_("to")}}},
    {"legal_bases", N_("Legal bases"), "text",
     {{"number", N_("number")}, {"date", N_("date")}, {"issuer", N_("issued by")}}},
    {"contents", N_("Contents"), "text", {{0}}},
    {"movements", N_("Movements"), NULL, {{0}}},
    {"participants", N_("Participants"), "text", {{"kind", N_("kind")}}},
    {"obligations", N_("Duties"), "who",
     {{"what", N_("what")}, {"min", N_("at least")}, {"unit", N_("of")}, {"due", N_("due")}}},
    {"works", N_("Works"), "name", {{"milestone", N_("milestone")}, {"due", N_("due")}}},
    {"indicators", N_("Indicators"), "name",
     {{"target", N_("target")}, {"unit", N_("unit of measure")}, {"by", N_("by")}}},
    {"reports", N_("Reports"), "from",
     {{"to", N_("to")}, {"via", N_("through")}, {"cadence", N_("how often")}, {"weekday", N_("on")}}},
    {"awards", N_("Awards"), "form", {{"authority", N_("granted by")}}},
    {"contests", N_("Contests"), "name", {{0}}},
    {"events", N_("Events"), "name", {{"when", N_("when")}}},
    {"assignments", N_("Assignments"), "assignee", {{"label", N_("item")}}},
    {"recipients", N_("Recipients"), NULL, {{0}}},
};

/* Any value of a reading as people read it. */
static void
value_text(const char *key, const json_t *value, char *ret_text, size_t text_bytes)
{
    char shown[PRINT_DATE_BYTES_MAX], number_text[32];
    const char *text = json_string_value(value);
    json_int_t number = json_integer_value(value);

    ret_text[0] = '\0';
    if (json_is_integer(value) && strcmp(key, "weekday") == 0 && number >= 1 && number <= 7) {
        snprintf(ret_text, text_bytes, "%s", _(weekdays[number - 1]));
    } else if (json_is_number(value)) {
        snprintf(number_text, sizeof number_text, "%.10g", json_number_value(value));
        print_decimal(number_text, shown);
        snprintf(ret_text, text_bytes, "%s", shown);
    } else if (text != NULL) {
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (strcmp(words[i].name, text) == 0)
                text = _(words[i].text);
        print_date(text, shown);
        snprintf(ret_text, text_bytes, "%s", strlen(text) < sizeof shown ? shown : text);
    }
}

/* One item: its line in the source, its main text, and the rest in one line below. */
static void
print_item(const struct list *list, const json_t *item, FILE *out, size_t width)
{
    char value[1024];
    const char *text = json_is_string(item) ? json_string_value(item) : json_text(item, list->main);
    const char *label = strcmp(list->key, "contents") == 0 ? json_text(item, "label") : "";
    bool first = true;

    if (json_number(item, "line") > 0)
        fprintf(out, "%*lld  ", NUMBER_COLUMNS - 2, json_number(item, "line"));
    else
        fprintf(out, "%*s", NUMBER_COLUMNS, "");
    if (*label != '\0')
        fprintf(out, "%s. ", label);
    print_folded(out, *text != '\0' ? text : "–", NUMBER_COLUMNS, width);
    for (const struct named *more = list->more;
         more < list->more + sizeof list->more / sizeof list->more[0] && more->name != NULL; more++) {
        value_text(more->name, json_object_get(item, more->name), value, sizeof value);
        if (value[0] == '\0')
            continue;
        if (first)
            fprintf(out, "\n%*s", NUMBER_COLUMNS, "");
        fprintf(out, "%s%s: ", first ? "" : "; ", _(more->text));
        print_clean(out, value);
        first = false;
    }
    fputc('\n', out);
}

static void
scalar(const char *label, const char *text, FILE *out, size_t width)
{
    size_t used = print_width(label) + 1;

    if (*text == '\0')
        return;
    fprintf(out, "%s:%*s", label, (int) (used < MARGIN ? MARGIN - used : 1), "");
    print_folded(out, text, MARGIN, width);
    fputc('\n', out);
}

static void
print_head(const json_t *plan, FILE *out, size_t width)
{
    const json_t *signer = json_object_get(plan, "signer");
    const json_t *period = json_object_get(plan, "period");
    char date[PRINT_DATE_BYTES_MAX];

    scalar(_("Type"), json_text(plan, "type"), out, width);
    scalar(_("Title"), json_text(plan, "title"), out, width);
    scalar(_("Theme"), json_text(plan, "theme"), out, width);
    scalar(_("Number"), json_text(plan, "number"), out, width);
    print_date(json_text(plan, "issued"), date);
    scalar(_("Date of issue"), date, out, width);
    scalar(_("Place"), json_text(plan, "place"), out, width);
    scalar(_("Issuer"), json_text(plan, "issuer"), out, width);
    print_date(json_text(period, "from"), date);
    scalar(_("Begins"), date, out, width);
    print_date(json_text(period, "to"), date);
    scalar(_("Ends"), date, out, width);
    scalar(_("Period as written"), json_text(period, "text"), out, width);
    scalar(_("Signed on behalf of"), json_text(signer, "authority"), out, width);
    scalar(_("Signer's office"), json_text(signer, "title"), out, width);
    scalar(_("Signer"), json_text(signer, "name"), out, width);
}

void
reading_print_questions(const json_t *questions, FILE *out, size_t width)
{
    const json_t *question, *arg;
    size_t i, a;

    if (json_array_size(questions) == 0)
        return;
    fprintf(out, "\n%s (%zu)\n", _("To be settled by you"), json_array_size(questions));
    json_array_foreach(questions, i, question) {
        const char *args[ERR_ARGS_MAX + 1] = {0};
        struct error filled;
        char text[ERR_TEXT_BYTES_MAX];

        json_array_foreach(json_object_get(question, "args"), a, arg)
            if (a < ERR_ARGS_MAX)
                args[a] = json_is_string(arg) ? json_string_value(arg) : "";
        err_say(&filled, ERR_AGAIN, "", args[0], args[1], args[2], args[3], NULL);
        err_fill(text, sizeof text, language_text(json_text(question, "template")), filled.args,
                 filled.args_count);
        if (text[0] == '\0')
            snprintf(text, sizeof text, "%s", json_text(question, "text"));
        if (json_number(question, "line") > 0)
            fprintf(out, "%*lld  ", NUMBER_COLUMNS - 2, json_number(question, "line"));
        else
            fprintf(out, "%*s", NUMBER_COLUMNS, "");
        print_folded(out, text, NUMBER_COLUMNS, width);
        fputc('\n', out);
    }
}

void
reading_print(const json_t *plan, FILE *out, size_t width)
{
    print_head(plan, out, width);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const json_t *items = json_object_get(plan, lists[i].key);
        const json_t *item;
        size_t n;

        if (json_array_size(items) == 0)
            continue;
        fprintf(out, "\n%s (%zu)\n", _(lists[i].title), json_array_size(items));
        json_array_foreach(items, n, item)
            print_item(&lists[i], item, out, width);
    }
    reading_print_questions(json_object_get(plan, "questions"), out, width);
    fprintf(out, "\n%s\n", _("A number at the left is the line of the source."));
}

/* ", label: value", nothing where there is no value. */
static void
duty_part(const json_t *duty, const char *key, const char *label, FILE *out)
{
    char value[512];

    value_text(key, json_object_get(duty, key), value, sizeof value);
    if (value[0] == '\0')
        return;
    fprintf(out, "; %s%s", label, *label != '\0' ? " " : "");
    print_clean(out, value);
}

void
reading_print_duty(const json_t *duty, FILE *out)
{
    const char *who = json_text(duty, "who");

    fprintf(out, "%s  “", json_text(duty, "id"));
    print_clean(out, *who != '\0' ? who : json_text(duty, "from"));
    fputs("”", out);
    duty_part(duty, "what", "", out);
    duty_part(duty, "minimum", _("at least"), out);
    duty_part(duty, "alternatives", "", out);
    duty_part(duty, "to", _("report to"), out);
    duty_part(duty, "via", _("through"), out);
    if (strcmp(json_text(duty, "cadence"), "none") == 0)
        fprintf(out, "; %s", _("no period is stated"));
    else
        duty_part(duty, "cadence", "", out);
    duty_part(duty, "weekday", _("on"), out);
    duty_part(duty, "due", _("due"), out);
    fputc('\n', out);
}
