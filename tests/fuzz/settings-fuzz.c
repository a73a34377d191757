/* The daemon's options: any file is either taken or refused with words. */
#include "config.h"

#include "daemon/settings.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    struct settings settings;
    struct error e = {0};

    settings_init(&settings);
    if (settings_parse(&settings, (const char *) input, size, &e) != OK)
        fuzz_must(e.text[0] != '\0');
    fuzz_must(settings.listen_count <= SETTINGS_LISTEN_MAX);
    return 0;
}
