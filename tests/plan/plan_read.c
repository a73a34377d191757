/* Prints the reading of one plan as JSON: plan_read FILE. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "plan/plan_json.h"

int
main(int argc, char **argv)
{
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    uint8_t *bytes = malloc(PLAN_BYTES_MAX + 1);
    struct plan *plan = NULL;
    struct error e = {0};
    size_t size;
    json_t *json;

    if (file == NULL || bytes == NULL) {
        fprintf(stderr, "usage: plan_read FILE\n");
        return 2;
    }
    size = fread(bytes, 1, PLAN_BYTES_MAX + 1, file);
    fclose(file);
    if (plan_read(bytes, size, &plan, &e) != OK) {
        fprintf(stderr, "plan_read: %s\n", e.text);
        free(bytes);
        return 1;
    }
    free(bytes);
    json = plan_to_json(plan);
    plan_free(plan);
    if (json == NULL || json_dumpf(json, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER) != 0)
        return 1;
    printf("\n");
    json_decref(json);
    return 0;
}
