/* Plans: any file is either read, into text that is whole UTF-8, or refused with words. */
#include "config.h"

#include <string.h>

#include "plan/plan.h"
#include "plan/plan_json.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    struct plan *plan = NULL;
    struct error e = {0};

    if (plan_read(input, size, &plan, &e) == OK) {
        json_t *json = plan_to_json(plan); /* jansson refuses what is no UTF-8 */

        fuzz_must(json != NULL && json_object_size(json) > 10);
        json_decref(json);
        plan_free(plan);
    } else {
        fuzz_must(e.text[0] != '\0');
    }
    return 0;
}
