/* thidua invite, grant: take another machine in, by a line or, where no network reaches, by files. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/cmd.h"
#include "client/outfile.h"
#include "client/qr.h"
#include "client/textfile.h"
#include "common/language.h"
#include "protocol/base64.h"
#include "protocol/bundle.h"
#include "protocol/util/mem.h"

/* --- what both ask ---------------------------------------------------------------------------- */

/* Who is taken in, as members of the request's body.
 *   named  a commune needs a name as well */
static enum err
put_role(const struct args *args, bool named, json_t *body, struct error *e)
{
    const char *as = options_value(args, "as");

    if (as == NULL)
        return err_say(e, ERR_USAGE, N_("say who is invited: --as commune, clerk, unit or event"), NULL);
    if (((named && strcmp(as, "commune") == 0) || strcmp(as, "unit") == 0) && !options_given(args, "unit-name"))
        return err_say(e, ERR_USAGE, N_("say which unit it is for: --unit-name NAME"), NULL);
    json_object_set_new(body, "as", json_string(as));
    if (options_given(args, "unit-name"))
        json_object_set_new(body, "unit_name", json_string(options_value(args, "unit-name")));
    if (options_given(args, "unit-kind"))
        json_object_set_new(body, "unit_kind", json_string(options_value(args, "unit-kind")));
    return OK;
}

/* --- invite ----------------------------------------------------------------------------------- */

static enum err
write_svg(const char *line, const char *path, struct error *e)
{
    struct qr *qr = NULL;
    char *text = NULL;
    size_t size = 0;
    FILE *out = NULL;
    enum err err = qr_new(line, 0, &qr, e);

    if (err != OK)
        return err;
    out = open_memstream(&text, &size);
    if (out != NULL) {
        qr_svg(qr, out);
        fclose(out);
    }
    err = out != NULL && text != NULL ? outfile_write(path, text, size, e)
                                      : err_set(e, ERR_NOMEM, "no memory for a QR code");
    free(text); /* from open_memstream() */
    qr_free(qr);
    return err;
}

/* A code wider than the terminal would be broken into lines, and read by nothing. */
static enum err
print_qr(const struct client *c, const char *line, struct error *e)
{
    struct qr *qr = NULL;
    enum err err = qr_new(line, c->width, &qr, e);

    if (err != OK)
        return err;
    if (c->width != 0 && qr_columns(qr) > c->width) {
        char columns[24];

        snprintf(columns, sizeof columns, "%zu", qr_columns(qr));
        err_say(e, OK, N_("the QR code needs a terminal of {1} columns: make it wider, or use --qr-file FILE.svg"),
                columns, NULL);
        client_note(e);
    } else {
        putchar('\n');
        qr_print(qr, stdout);
    }
    qr_free(qr);
    return OK;
}

/* The line alone on the first line of the output, whatever follows. */
static enum err
print_invitation(struct client *c, const struct args *args, const json_t *answer, struct error *e)
{
    const char *line = json_text(answer, "invitation"), *path = options_value(args, "qr-file");
    enum err err = OK;

    if (c->json) {
        client_print_json(answer);
    } else {
        printf("%s\n", line);
        if (options_given(args, "qr") || isatty(STDOUT_FILENO))
            err = print_qr(c, line, e);
    }
    if (err == OK && path != NULL)
        err = write_svg(line, path, e);
    if (json_is_integer(json_object_get(answer, "addresses")) && json_number(answer, "addresses") == 0) {
        struct error note;

        err_say(&note, OK,
                N_("this machine does not listen, so nobody can call it: run thiduad with --listen ADDRESS:PORT and "
                   "invite again, or have the other machine ask by a file (thiduad request --to)"),
                NULL);
        client_note(&note);
    }
    return err;
}

static enum err
check_svg_name(const char *path, struct error *e)
{
    size_t length = path != NULL ? strlen(path) : 0;

    if (path == NULL)
        return OK;
    if (length < 5 || strcmp(path + length - 4, ".svg") != 0)
        return err_say(e, ERR_USAGE, N_("the picture is SVG: give a name that ends in .svg"), NULL);
    return outfile_check(path, e);
}

enum outcome
cmd_invite(struct client *c, const struct args *args)
{
    json_t *body = json_object(), *answer = NULL;
    struct error e;
    long days = 0;
    enum err err = put_role(args, true, body, &e);

    if (err == OK)
        err = options_number(args, "expires", 1, 3650, 0, &days, &e);
    if (err == OK)
        err = check_svg_name(options_value(args, "qr-file"), &e);
    if (err != OK) {
        json_decref(body);
        return client_fail(c, &e);
    }
    if (days > 0)
        json_object_set_new(body, "expires_days", json_integer(days));
    err = client_send(c, "POST", "/v1/invitations", body, &answer, &e);
    if (err == OK)
        err = print_invitation(c, args, answer, &e);
    json_decref(answer);
    return err == OK ? DONE : client_fail(c, &e);
}

/* --- grant ------------------------------------------------------------------------------------ */

static enum err
put_request(const char *path, json_t *body, struct error *e)
{
    char *bytes = NULL, *text = NULL;
    size_t size = 0;
    enum err err = textfile_read(path, BUNDLE_BYTES_MAX, &bytes, &size, e);

    if (err == OK) {
        text = mem_alloc(BASE64_CHARS(size) + 1);
        if (text == NULL || base64_encode(bytes, size, text, BASE64_CHARS(size) + 1) != OK)
            err = err_set(e, ERR_NOMEM, "no memory for the request");
    }
    if (err == OK)
        json_object_set_new(body, "request", json_string(text));
    mem_free(text);
    mem_free(bytes);
    return err;
}

static enum err
write_grant(const json_t *answer, const char *path, struct error *e)
{
    const char *text = json_text(answer, "grant");
    size_t size = strlen(text), file_size = 0;
    uint8_t *file = mem_alloc(size + 1);
    enum err err = OK;

    if (file == NULL)
        return err_set(e, ERR_NOMEM, "no memory for the grant");
    if (size == 0 || base64_decode(text, size, file, size, &file_size) != OK)
        err = err_say(e, ERR_FORMAT, N_("the daemon's answer holds no grant: update both programs"), NULL);
    if (err == OK)
        err = outfile_write(path, file, file_size, e);
    mem_free(file);
    return err;
}

static void
tell_granted(struct client *c, const json_t *answer, const char *path)
{
    const char *name = json_text(answer, "name");

    if (c->json) {
        client_print_json(answer);
        return;
    }
    printf(_("Taken in: "));
    print_clean(stdout, name[0] != '\0' ? name : _("a machine without a name"));
    if (json_number(answer, "entries") > 0) {
        fputs(", ", stdout);
        printf(_("with %lld entries"), json_number(answer, "entries"));
    }
    printf("\n%s ", _("Bring this file to it, then there: thiduad join --data DIRECTORY"));
    print_clean(stdout, path);
    putchar('\n');
}

enum outcome
cmd_grant(struct client *c, const struct args *args)
{
    const char *path = args->positionals[1];
    json_t *body = json_object(), *answer = NULL;
    struct error e;
    enum err err = put_role(args, false, body, &e);

    if (err == OK)
        err = outfile_check(path, &e);
    if (err == OK)
        err = put_request(args->positionals[0], body, &e);
    if (err != OK) {
        json_decref(body);
        return client_fail(c, &e);
    }
    err = client_send(c, "POST", "/v1/grants", body, &answer, &e);
    if (err == OK)
        err = write_grant(answer, path, &e);
    if (err == OK)
        tell_granted(c, answer, path);
    json_decref(answer);
    return err == OK ? DONE : client_fail(c, &e);
}
