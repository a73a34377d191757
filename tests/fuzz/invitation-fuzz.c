/* Invitations: what reads is written back as a line that reads the same. */
#include "config.h"

#include <string.h>

#include "protocol/invitation.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    char line[4096], again[INVITATION_TEXT_BYTES];
    struct invitation in, read;
    struct error e = {0};

    if (size >= sizeof line)
        return 0;
    memcpy(line, input, size);
    line[size] = '\0';
    if (invitation_decode(line, &in, &e) != OK) {
        fuzz_must(e.text[0] != '\0');
        return 0;
    }
    fuzz_must(invitation_encode(&in, again, &e) == OK);
    fuzz_must(invitation_decode(again, &read, &e) == OK);
    fuzz_must(memcmp(read.secret, in.secret, sizeof in.secret) == 0 && read.expires == in.expires &&
              strcmp(read.unit_name, in.unit_name) == 0);
    return 0;
}
