/* Files that a person names on the command line. */
#include "config.h"

#include "client/textfile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "protocol/util/mem.h"

static enum err
cannot_read(const char *path, struct error *e)
{
    return err_say(e, ERR_IO, N_("the file {1} cannot be read: {2}"), path, strerror(errno), NULL);
}

static enum err
read_stream(FILE *file, const char *path, size_t bytes_max, char **ret_text, size_t *ret_bytes,
            struct error *e)
{
    size_t capacity = 64 * 1024, size = 0;
    char *text = mem_alloc(capacity);

    while (text != NULL) {
        size_t got = fread(text + size, 1, capacity - size - 1, file);
        char *grown;

        size += got;
        if (ferror(file)) {
            mem_free(text);
            return cannot_read(path, e);
        }
        if (size > bytes_max) {
            mem_free(text);
            return err_say(e, ERR_LIMIT, N_("the file {1} is too long; divide it"), path, NULL);
        }
        if (got == 0) {
            text[size] = '\0';
            *ret_text = text;
            if (ret_bytes != NULL)
                *ret_bytes = size;
            return OK;
        }
        if (size + 1 < capacity)
            continue;
        capacity *= 2;
        grown = mem_resize(text, capacity);
        if (grown == NULL)
            mem_free(text);
        text = grown;
    }
    return err_set(e, ERR_NOMEM, "no memory");
}

enum err
textfile_read(const char *path, size_t bytes_max, char **ret_text, size_t *ret_bytes, struct error *e)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    enum err err;

    if (file == NULL)
        return cannot_read(path, e);
    err = read_stream(file, path, bytes_max, ret_text, ret_bytes, e);
    if (file != stdin)
        fclose(file);
    return err;
}
