/* thidua sync, verify, backup: exchange with others, and proofs. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/cmd.h"
#include "common/language.h"

enum { PATH_BYTES_MAX = 4096 };

static enum outcome
print_sync(struct client *c, const json_t *answer, FILE *out)
{
    bool done = !json_is_false(json_object_get(answer, "done"));

    (void) c;
    if (out != NULL)
        fprintf(out, "%s\n",
                done ? _("Everything is exchanged.")
                     : _("Not everything is exchanged yet; the daemon goes on by itself."));
    return DONE;
}

enum outcome
cmd_sync(struct client *c, const struct args *args)
{
    struct error e;
    json_t *answer = NULL;
    enum outcome outcome;
    long wait_s;

    if (options_number(args, "wait", 0, 3600, 30, &wait_s, &e) != OK
        || client_send(c, "POST", "/v1/sync", json_pack("{s:I}", "wait_s", (json_int_t) wait_s), &answer,
                       &e)
               != OK)
        return client_fail(c, &e);
    if (c->json)
        client_print_json(answer);
    outcome = print_sync(c, answer, c->json ? NULL : stdout);
    json_decref(answer);
    return outcome;
}

static void
print_problem(FILE *out, const json_t *problem)
{
    fputs("  ", out);
    print_clean(out, json_is_string(problem) ? json_string_value(problem) : json_text(problem, "message"));
    fputc('\n', out);
}

static void
print_verified(const json_t *answer, FILE *out)
{
    const json_t *problem;
    size_t i;

    fprintf(out, _("%lld entries in %lld logs, %lld signatures."), json_number(answer, "entries"),
            json_number(answer, "logs"), json_number(answer, "signatures"));
    fputc('\n', out);
    json_array_foreach(json_object_get(answer, "problems"), i, problem)
        print_problem(out, problem);
    fprintf(out, "%s\n",
            json_is_true(json_object_get(answer, "ok"))
                ? _("Everything is as it was signed.")
                : _("Not everything is as it was signed; keep the data directory and ask for help."));
}

enum outcome
cmd_verify(struct client *c, const struct args *args)
{
    struct error e;
    json_t *answer = NULL;
    bool ok;

    if (client_send(c, "POST", "/v1/verify",
                    json_pack("{s:b}", "rebuild", (int) options_given(args, "rebuild")), &answer, &e)
        != OK)
        return client_fail(c, &e);
    ok = json_is_true(json_object_get(answer, "ok"));
    if (c->json)
        client_print_json(answer);
    else
        print_verified(answer, stdout);
    json_decref(answer);
    return ok ? DONE : REFUSED;
}

/* The daemon may run in another folder. */
static enum err
absolute_path(const char *path, char *ret_path, size_t path_bytes, struct error *e)
{
    size_t used = 0;

    ret_path[0] = '\0';
    if (path[0] != '/') {
        if (getcwd(ret_path, path_bytes) == NULL)
            return err_say(e, ERR_USAGE, N_("“{1}” is no absolute path: give one that begins with /"), path, NULL);
        used = strlen(ret_path);
    }
    if (snprintf(ret_path + used, path_bytes - used, "%s%s", used > 0 ? "/" : "", path)
        >= (int) (path_bytes - used))
        return err_say(e, ERR_USAGE, N_("the path of the backup is too long"), NULL);
    return OK;
}

enum outcome
cmd_backup(struct client *c, const struct args *args)
{
    char path[PATH_BYTES_MAX], size[PRINT_DATE_BYTES_MAX];
    json_t *body, *answer = NULL;
    struct error e;

    if (absolute_path(args->positionals[0], path, sizeof path, &e) != OK)
        return client_fail(c, &e);
    body = json_pack("{s:s, s:b}", "path", path, "replace", (int) options_given(args, "force"));
    if (body == NULL) {
        err_say(&e, ERR_USAGE, N_("the name of the backup is not UTF-8: give another"), NULL);
        return client_fail(c, &e);
    }
    if (client_send(c, "POST", "/v1/backup", body, &answer, &e) != OK)
        return client_fail(c, &e);
    if (c->json) {
        client_print_json(answer);
    } else {
        print_bytes(json_number(answer, "bytes"), size);
        printf(_("Written and checked: %lld entries, %s, in "), json_number(answer, "entries"), size);
        print_clean(stdout, path);
        printf("\n%s\n", _("The key of this machine (device.key) is not in it; keep a copy of that elsewhere."));
    }
    json_decref(answer);
    return DONE;
}
