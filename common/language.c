/* The language that thidua speaks to a person: chosen once at the start, used by every message. */
#include "config.h"

#include "common/language.h"

#include <langinfo.h>
#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/registry.h"

#define DOMAIN_NAME "thidua"

/* The value that decides, or NULL where none is set. */
static const char *
locale_name(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);

        if (value != NULL && *value != '\0')
            return value;
    }
    return NULL;
}

/* "vi_VN.UTF-8" gives "vi"; no language gives "vi" too. */
static void
choose(char ret_language[static 16])
{
    const char *name = locale_name();
    size_t length = name != NULL ? strcspn(name, "_.@") : 0;

    if (length == 0 || length > 8 || strncmp(name, "C", length) == 0
        || strncmp(name, "POSIX", length) == 0) {
        name = "vi";
        length = 2;
    }
    memcpy(ret_language, name, length);
    ret_language[length] = '\0';
}

static bool
holds_messages(const char *dir)
{
    char path[PATH_MAX];
    struct stat info;

    if (snprintf(path, sizeof path, "%s/vi/LC_MESSAGES/" DOMAIN_NAME ".mo", dir) >= (int) sizeof path)
        return false;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* Where the messages are: named by the environment, beside the program (a build that runs in place), or
 * installed. */
static void
find_messages(char *ret_dir, size_t dir_bytes)
{
    const char *named = getenv("THIDUA_LOCALE_DIR");
    ssize_t length;
    char *slash;

    if (named != NULL && *named != '\0') {
        snprintf(ret_dir, dir_bytes, "%s", named);
        return;
    }
    length = readlink("/proc/self/exe", ret_dir, dir_bytes - sizeof "/locale");
    if (length > 0) {
        ret_dir[length] = '\0';
        slash = strrchr(ret_dir, '/');
        if (slash != NULL) {
            strcpy(slash, "/locale");
            if (holds_messages(ret_dir))
                return;
        }
    }
    snprintf(ret_dir, dir_bytes, "%s", LOCALE_DIR);
}

/* gettext reads no translation in the locale "C", and the machine may have no Vietnamese one; every other
 * locale will do, since LANGUAGE says which translation is meant. */
void
language_start(void)
{
    char language[16];
    char dir[PATH_MAX];
    const char *given;

    choose(language);
    given = setlocale(LC_ALL, "");
    if (given == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0
        || strcmp(setlocale(LC_MESSAGES, NULL), "C") == 0
        || strcmp(setlocale(LC_MESSAGES, NULL), "POSIX") == 0)
        if (setlocale(LC_ALL, "C.UTF-8") == NULL)
            setlocale(LC_ALL, "en_US.UTF-8");
    setlocale(LC_NUMERIC, "C"); /* print.c sets the decimal mark */
    setenv("LANGUAGE", language, 1);
    find_messages(dir, sizeof dir);
    bindtextdomain(DOMAIN_NAME, dir);
    bind_textdomain_codeset(DOMAIN_NAME, "UTF-8");
    textdomain(DOMAIN_NAME);
}

bool
language_is_vietnamese(void)
{
    const char *language = getenv("LANGUAGE");

    return language != NULL && strcmp(language, "vi") == 0;
}

const char *
language_text(const char *text)
{
    return *text != '\0' ? gettext(text) : text; /* gettext("") is the catalogue's header */
}

const char *
language_record(const char *name)
{
    const struct registry_record *record = registry_by_name(name);

    if (record == NULL)
        return name;
    return language_is_vietnamese() ? record->label_vi : record->label_en;
}

void
language_error(const struct error *e, char *ret_text, size_t text_bytes)
{
    char args[ERR_ARGS_MAX][ERR_ARG_BYTES_MAX];

    if (e->template == NULL) {
        snprintf(ret_text, text_bytes, "%s", e->text);
        return;
    }
    memcpy(args, e->args, sizeof args);
    err_fill(ret_text, text_bytes, language_text(e->template), args, e->args_count);
}
