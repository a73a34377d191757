/* thidua doctor: every check of this machine, and what to do where one fails. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>

#include "client/cmd.h"
#include "common/language.h"

enum {
    DISK_BYTES_MIN = 200 * 1024 * 1024, /* a log, its tables and a bundle of a commune's year fit */
    CONTACT_DAYS_MAX = 7,               /* reports are weekly */
    YEAR_MIN = 2025, YEAR_MAX = 2099,   /* a clock outside was lost with its battery */
    DAY_S = 24 * 60 * 60,
};

enum state { GOOD, WARNING, BAD };

struct doctor {
    json_t *checks; /* owned */
    enum state worst;
};

/* Add one check's result.
 *   name    of the check, for programs
 *   text    what is so, in the person's language
 *   remedy  what to do, in the person's language; NULL where nothing is to be done */
static void
check(struct doctor *d, const char *name, enum state state, const char *text, const char *remedy)
{
    static const char *const names[] = {"ok", "warning", "failed"};

    json_array_append_new(d->checks, json_pack("{s:s, s:s, s:s, s:s*}", "check", name, "state",
                                               names[state], "text", text, "remedy", remedy));
    if (state > d->worst)
        d->worst = state;
}

static void
check_disk(struct doctor *d, const char *socket_path)
{
    char dir[4096], text[256], amount[PRINT_DATE_BYTES_MAX];
    struct statvfs info;
    long long bytes;
    char *slash;

    snprintf(dir, sizeof dir, "%s", socket_path);
    slash = strrchr(dir, '/');
    snprintf(slash != NULL ? slash + 1 : dir, 2, "%s", slash != NULL ? "" : ".");
    if (statvfs(dir, &info) != 0) {
        check(d, "disk", WARNING, _("The free space of the disk cannot be read."), NULL);
        return;
    }
    bytes = (long long) info.f_bavail * (long long) info.f_frsize;
    print_bytes(bytes, amount);
    snprintf(text, sizeof text, _("%s are free where the daemon keeps its data."), amount);
    if (bytes < DISK_BYTES_MIN)
        check(d, "disk", BAD, text, _("Make room on the disk before you go on; the records stay as they are."));
    else
        check(d, "disk", GOOD, text, NULL);
}

static void
check_clock(struct doctor *d)
{
    time_t now = time(NULL);
    struct tm local;
    char text[256], shown[32];

    if (localtime_r(&now, &local) == NULL)
        return;
    strftime(shown, sizeof shown, "%d/%m/%Y %H:%M", &local);
    snprintf(text, sizeof text, _("The clock says %s."), shown);
    if (local.tm_year + 1900 < YEAR_MIN || local.tm_year + 1900 > YEAR_MAX)
        check(d, "clock", BAD, text,
              _("Set the clock. No record is lost, but dates and what is overdue are shown wrong."));
    else
        check(d, "clock", GOOD, text, NULL);
}

/* A number of the status that should be 0. */
static void
check_count(struct doctor *d, const json_t *status, const char *key, const char *good, const char *some,
            const char *remedy)
{
    long long count = json_number(status, key);
    char number[24], text[ERR_TEXT_BYTES_MAX], args[ERR_ARGS_MAX][ERR_ARG_BYTES_MAX] = {{0}};

    if (count == 0) {
        check(d, key, GOOD, good, NULL);
        return;
    }
    snprintf(number, sizeof number, "%lld", count);
    snprintf(args[0], sizeof args[0], "%s", number);
    err_fill(text, sizeof text, some, args, 1);
    check(d, key, WARNING, text, remedy);
}

/* "Máy 2, Xã Trấn Ninh" */
static const char *
machine_text(const json_t *machine, char *ret_text, size_t text_bytes)
{
    const char *name = json_text(machine, "machine"), *unit = json_text(machine, "unit");

    snprintf(ret_text, text_bytes, "%s%s%s", *name != '\0' ? name : _("a machine that is not known here yet"),
             *unit != '\0' ? ", " : "", unit);
    return ret_text;
}

/* Which logs hold entries, and for whose they wait. */
static void
check_held(struct doctor *d, const json_t *logs)
{
    const json_t *log, *other;
    size_t i, k;

    json_array_foreach(logs, i, log)
        json_array_foreach(json_object_get(log, "waits_for"), k, other) {
            char args[ERR_ARGS_MAX][ERR_ARG_BYTES_MAX] = {{0}}, text[ERR_TEXT_BYTES_MAX];

            snprintf(args[0], sizeof args[0], "%lld", json_number(log, "entries"));
            machine_text(log, args[1], sizeof args[1]);
            machine_text(other, args[2], sizeof args[2]);
            snprintf(args[3], sizeof args[3], "%lld", json_number(other, "needs") - json_number(other, "has"));
            err_fill(text, sizeof text,
                     _("{1} entries of {2} wait for {4} entries of {3} that have not arrived."), args, 4);
            check(d, "held_log", WARNING, text, _("Exchange with that machine, or with one that has met it."));
        }
}

/* Seconds since a moment of the API, -1 where it is none. */
static long long
age_s(const char *moment)
{
    struct tm utc = {0};

    if (sscanf(moment, "%4d-%2d-%2dT%2d:%2d:%2dZ", &utc.tm_year, &utc.tm_mon, &utc.tm_mday, &utc.tm_hour,
               &utc.tm_min, &utc.tm_sec)
        != 6)
        return -1;
    utc.tm_year -= 1900;
    utc.tm_mon -= 1;
    return (long long) difftime(time(NULL), timegm(&utc));
}

static void
check_peers(struct doctor *d, const json_t *peers)
{
    const json_t *peer;
    char text[512], key[9]; /* of one without a name, enough of its key to tell it */
    size_t i;

    if (json_array_size(peers) == 0)
        check(d, "peers", GOOD, _("This machine exchanges with nobody yet."), NULL);
    json_array_foreach(peers, i, peer) {
        long long age = age_s(json_text(peer, "last_contact"));
        char at[PRINT_DATE_BYTES_MAX];
        bool fresh = age >= 0 && age < (long long) CONTACT_DAYS_MAX * DAY_S;

        print_time(json_text(peer, "last_contact"), at);
        snprintf(key, sizeof key, "%s", json_text(peer, "device"));
        snprintf(text, sizeof text, _("Last contact with %s: %s."), *json_title(peer) != '\0' ? json_title(peer) : key,
                 age >= 0 ? at : _("never"));
        check(d, "peer", fresh ? GOOD : WARNING, text,
              fresh ? NULL
                    : _("Find a link and run `thidua sync`. Records that were written here are kept until then."));
    }
}

static void
check_all(struct doctor *d, const struct client *c, const json_t *status)
{
    check(d, "daemon", GOOD, _("The daemon answers."), NULL);
    check_disk(d, c->socket_path);
    check_clock(d);
    check_count(d, status, "conflicts", _("No record is in conflict."), _("{1} records are in conflict."),
                _("`thidua conflicts` lists them; settle each with `thidua resolve`."));
    check_count(d, status, "findings", _("Nothing is odd in the records."), _("{1} things are odd in the records."),
                _("`thidua findings` lists them, each with what to do."));
    check_count(d, status, "held", _("No entry waits for an earlier one."),
                _("{1} entries wait for earlier ones."),
                _("They count after the next exchange with the machines that have what came before."));
    check_held(d, json_object_get(status, "held_logs"));
    check_count(d, status, "set_aside", _("No entry was set aside."), _("{1} entries were set aside."),
                _("`thidua set-aside` says why; somebody wrote without the right to."));
    check_peers(d, json_object_get(status, "peers"));
}

static void
print_checks(const json_t *checks, size_t width)
{
    const json_t *one;
    size_t i;

    json_array_foreach(checks, i, one) {
        const char *state = json_text(one, "state");
        const char *mark = strcmp(state, "ok") == 0 ? "✓" : strcmp(state, "warning") == 0 ? "!" : "✗";

        printf("%s ", mark);
        print_folded(stdout, json_text(one, "text"), 2, width);
        putchar('\n');
        if (*json_text(one, "remedy") != '\0') {
            fputs("  → ", stdout);
            print_folded(stdout, json_text(one, "remedy"), 4, width);
            putchar('\n');
        }
    }
}

enum outcome
cmd_doctor(struct client *c, const struct args *args)
{
    struct doctor d = {.checks = json_array()};
    json_t *status = NULL, *answer;
    struct error e;

    (void) args;
    if (client_get(c, "/v1/status", &status, &e) != OK) {
        json_decref(d.checks);
        return client_fail(c, &e);
    }
    check_all(&d, c, status);
    if (c->json) {
        answer = json_pack("{s:O}", "checks", d.checks);
        client_print_json(answer);
        json_decref(answer);
    } else {
        print_checks(d.checks, c->width);
    }
    json_decref(d.checks);
    json_decref(status);
    return d.worst == BAD ? REFUSED : DONE;
}
