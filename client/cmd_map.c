/* thidua map: which units the words of a plan mean. The daemon suggests, a person decides. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "client/cmd.h"
#include "common/language.h"
#include "client/reading.h"

/* Map a duty to units, given by ids, codes or names; no unit says that it binds none of ours. */
static enum err
map_duty(struct client *c, const char *duty, json_t *take_units, json_t **ret_answer, struct error *e)
{
    return client_send(c, "POST", "/v1/mapping", json_pack("{s:s, s:o}", "duty", duty, "units", take_units),
                       ret_answer, e);
}

static enum err
get_mapping(struct client *c, const char *campaign, json_t **ret_answer, struct error *e)
{
    char path[2048] = "/v1/mapping";

    if (api_query(path, sizeof path, "campaign", campaign) != OK)
        return err_say(e, ERR_USAGE, N_("the request is too long; ask for less"), NULL);
    return client_get(c, path, ret_answer, e);
}

static void
print_units(const char *label, const json_t *units, size_t width)
{
    const json_t *unit;
    size_t i, indent = 4 + print_width(label) + 2;
    char names[8192] = "";
    size_t used = 0;

    json_array_foreach(units, i, unit) {
        int size = snprintf(names + used, sizeof names - used, "%s%s (%s)", i > 0 ? ", " : "",
                            json_title(unit), json_text(unit, "id"));

        if (size < 0 || used + (size_t) size >= sizeof names)
            break;
        used += (size_t) size;
    }
    printf("    %s: ", label);
    print_folded(stdout, names[0] != '\0' ? names : _("none"), indent, width);
    putchar('\n');
}

/* One duty: its words, its units or what is suggested, and numbers of the text that do not fit. */
static void
print_duty(const struct client *c, const json_t *duty)
{
    const json_t *count;
    size_t i;

    fputs("  ", stdout);
    reading_print_duty(duty, stdout);
    if (json_is_true(json_object_get(duty, "mapped"))) {
        print_units(_("units"), json_object_get(duty, "units"), c->width);
        return;
    }
    print_units(_("suggested"), json_object_get(duty, "suggestions"), c->width);
    json_array_foreach(json_object_get(duty, "counts"), i, count) {
        if (json_number(count, "stated") == json_number(count, "found"))
            continue;
        fputs("    ", stdout);
        printf(_("The text says “%s”: %lld, but %lld are known here."), json_text(count, "words"),
               json_number(count, "stated"), json_number(count, "found"));
        putchar('\n');
    }
}

static json_t *
suggested_ids(const json_t *duty)
{
    json_t *ids = json_array();
    const json_t *unit;
    size_t i;

    json_array_foreach(json_object_get(duty, "suggestions"), i, unit)
        json_array_append_new(ids, json_string(json_text(unit, "id")));
    return ids;
}

/* Accept the suggestions for a duty. */
static enum err
accept(struct client *c, const json_t *duty, struct error *e)
{
    json_t *answer = NULL;
    enum err err = map_duty(c, json_text(duty, "id"), suggested_ids(duty), &answer, e);

    json_decref(answer);
    return err;
}

/* What is left open, and the exit code. */
static enum outcome
rest(long long unmapped)
{
    struct error e;
    char text[ERR_TEXT_BYTES_MAX];

    if (unmapped == 0)
        return DONE;
    snprintf(text, sizeof text, "%lld", unmapped);
    err_say(&e, ERR_AGAIN,
            N_("{1} duties are not mapped yet: thidua map DUTY UNIT…, or thidua map --none DUTY"), text,
            NULL);
    language_error(&e, text, sizeof text);
    fflush(stdout);
    fprintf(stderr, "thidua: %s\n", text);
    return INCOMPLETE;
}

/* List the duties; on a terminal ask for each that is open and has suggestions; with --suggested take them. */
static enum outcome
walk(struct client *c, const json_t *mapping, bool take, long long *ret_unmapped)
{
    const json_t *one, *duty;
    struct error e;
    size_t i, k;
    bool talk = !c->json;

    json_array_foreach(json_object_get(mapping, "campaigns"), i, one) {
        if (talk) {
            printf("%s  ", json_text(json_object_get(one, "campaign"), "id"));
            print_clean(stdout, json_title(json_object_get(one, "campaign")));
            putchar('\n');
        }
        json_array_foreach(json_object_get(one, "duties"), k, duty) {
            bool open = !json_is_true(json_object_get(duty, "mapped"));
            bool has = json_array_size(json_object_get(duty, "suggestions")) > 0;

            if (talk)
                print_duty(c, duty);
            if (!open)
                continue;
            if (has && (take || (talk && client_ask(_("Does the plan mean these units?")) > 0))) {
                if (accept(c, duty, &e) != OK)
                    return client_fail(c, &e);
                continue;
            }
            (*ret_unmapped)++;
        }
    }
    return DONE;
}

static enum outcome
map_one(struct client *c, const struct args *args)
{
    json_t *units = json_array(), *answer = NULL;
    struct error e;

    for (size_t i = 1; i < args->positionals_count; i++)
        json_array_append_new(units, json_string(args->positionals[i]));
    if (map_duty(c, args->positionals[0], units, &answer, &e) != OK)
        return client_fail(c, &e);
    if (c->json)
        client_print_json(answer);
    else
        print_duty(c, answer);
    json_decref(answer);
    return DONE;
}

enum outcome
cmd_map(struct client *c, const struct args *args)
{
    const char *campaign = args->positionals_count > 0 ? args->positionals[0] : NULL;
    bool take = options_given(args, "suggested");
    json_t *mapping = NULL;
    struct error e;
    long long unmapped = 0;
    enum outcome outcome;

    if (options_given(args, "none") ? args->positionals_count == 1 && !take
                                    : args->positionals_count >= 2 && !take)
        return map_one(c, args);
    if (options_given(args, "none") || args->positionals_count > 1) {
        err_say(&e, ERR_USAGE, N_("this is how it is called: thidua {1} {2}"), "map",
                "[CAMPAIGN] | DUTY UNIT… | --none DUTY | --suggested [CAMPAIGN]", NULL);
        return client_fail(c, &e);
    }
    if (get_mapping(c, campaign, &mapping, &e) != OK)
        return client_fail(c, &e);
    if (c->json && !take)
        client_print_json(mapping);
    outcome = walk(c, mapping, take, &unmapped);
    json_decref(mapping);
    mapping = NULL;
    if (outcome == DONE && c->json && take) {
        if (get_mapping(c, campaign, &mapping, &e) != OK)
            return client_fail(c, &e);
        client_print_json(mapping);
        json_decref(mapping);
    }
    return outcome == DONE ? rest(unmapped) : outcome;
}
