/* thidua plan read, plan import, issue: from a plan's text to a campaign. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "client/cmd.h"
#include "common/language.h"
#include "client/reading.h"
#include "client/textfile.h"
#include "plan/plan.h"
#include "plan/plan_json.h"
#include "protocol/util/mem.h"

/* Read a plan from a file.
 *   ret_plan  a new reference */
static enum err
read_file(const char *path, json_t **ret_plan, struct error *e)
{
    char *text = NULL;
    size_t size = 0;
    struct plan *plan = NULL;
    enum err err = textfile_read(path, PLAN_BYTES_MAX, &text, &size, e);

    if (err == OK)
        err = plan_read((const uint8_t *) text, size, &plan, e);
    mem_free(text);
    if (err != OK)
        return err;
    *ret_plan = plan_to_json(plan);
    plan_free(plan);
    return *ret_plan != NULL ? OK : err_set(e, ERR_NOMEM, "no memory");
}

enum outcome
cmd_plan_read(struct client *c, const struct args *args)
{
    json_t *plan = NULL;
    struct error e;

    if (read_file(args->positionals[0], &plan, &e) != OK)
        return client_fail(c, &e);
    if (c->json)
        client_print_json(plan);
    else
        reading_print(plan, stdout, c->width);
    json_decref(plan);
    return DONE;
}

/* Show what was understood and let a person decide. */
static enum outcome
confirm(struct client *c, const struct args *args, const json_t *plan)
{
    struct error e;
    int answer;

    if (options_given(args, "yes"))
        return DONE;
    if (!c->json)
        reading_print(plan, stdout, c->width);
    fflush(stdout);
    answer = client_ask(_("Make a draft campaign of this?"));
    if (answer > 0)
        return DONE;
    if (answer == 0) {
        fprintf(stderr, "%s\n", _("Nothing was made."));
        return REFUSED;
    }
    err_say(&e, ERR_USAGE,
            N_("there is no terminal to ask on; look at `thidua plan read {1}` and say --yes"),
            args->positionals[0], NULL);
    return client_fail(c, &e);
}

static void
print_made(const json_t *answer)
{
    const json_t *campaign = json_object_get(answer, "campaign");
    const char *code = json_text(campaign, "code");
    const char *name;
    json_t *count;

    if (*code == '\0')
        code = json_text(json_object_get(campaign, "fields"), "code");
    if (*code == '\0')
        code = json_text(campaign, "id");
    printf(_("Campaign %s: "), code);
    print_clean(stdout, json_title(campaign));
    putchar('\n');
    json_object_foreach(json_object_get(answer, "counts"), name, count)
        printf("  %4lld  %s\n", (long long) json_integer_value(count), language_record(name));
    printf(_("Next: `thidua map %s` says which units its duties mean."), code);
    putchar('\n');
}

/* The questions that the text leaves open, and where their answers go. */
static void
print_to_settle(struct client *c, const json_t *answer)
{
    const json_t *questions = json_object_get(answer, "questions");
    const json_t *campaign = json_object_get(answer, "campaign");
    const char *code = json_text(campaign, "code");

    if (json_array_size(questions) == 0)
        return;
    reading_print_questions(questions, stdout, c->width);
    if (*code == '\0')
        code = json_text(json_object_get(campaign, "fields"), "code");
    if (*code == '\0')
        code = json_text(campaign, "id");
    printf(_("See what is there: thidua show campaign %s; fill in: thidua set campaign %s FIELD=VALUE"), code, code);
    putchar('\n');
}

enum outcome
cmd_plan_import(struct client *c, const struct args *args)
{
    json_t *plan = NULL, *answer = NULL, *body;
    struct error e;
    enum outcome outcome;

    if (read_file(args->positionals[0], &plan, &e) != OK)
        return client_fail(c, &e);
    outcome = confirm(c, args, plan);
    if (outcome != DONE) {
        json_decref(plan);
        return outcome;
    }
    body = json_pack("{s:o, s:b}", "plan", plan, "issue", (int) options_given(args, "issue"));
    if (client_send(c, "POST", "/v1/plan", body, &answer, &e) != OK)
        return client_fail(c, &e);
    if (c->json) {
        client_print_json(answer);
    } else {
        print_made(answer);
        print_to_settle(c, answer);
    }
    json_decref(answer);
    return DONE;
}

enum outcome
cmd_issue(struct client *c, const struct args *args)
{
    json_t *answer = NULL;
    struct error e;

    if (client_send(c, "POST", "/v1/issue", json_pack("{s:s}", "campaign", args->positionals[0]), &answer,
                    &e)
        != OK)
        return client_fail(c, &e);
    if (c->json)
        client_print_json(answer);
    else
        printf(_("The campaign is issued, with the new id %s: its units see it from the next exchange on."),
               json_text(json_object_get(answer, "campaign"), "id"));
    if (!c->json)
        putchar('\n');
    json_decref(answer);
    return DONE;
}
