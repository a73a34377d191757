/* Invitations: one line that a person carries, and what becomes of it on the way. */
#include "config.h"

#include "protocol/invitation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base64.h"
#include "tests/util/tap.h"

/* Computed with another implementation of BLAKE2b and base64url. */
static const char frozen[] =
    "thidua:AQEBAAECAwQFBgcICQoLDA0OD4Diz6oGICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6"
    "Ozw9Pj9AQUJDREVGR0hJSktMTU5P"
    "UFFSU1RVVldYWVpbXF1eXwITaHViLmV4YW1wbGUudm46NzcwMA5bZmU4MDo6MV06NzcwMBdU"
    "aMOgbmgg4buneSBOYW0gxJDhu4tuaA9Y"
    "w6MgVHLhuqVuIE5pbmgDA10vdg";

static void
fill(uint8_t *bytes, size_t size, uint8_t first)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t) (first + i);
}

static struct invitation
sample(void)
{
    struct invitation in = {.role = ROLE_ADMIN,
                            .kind = INVITATION_COMMUNE,
                            .expires = 1700000000,
                            .addresses_count = 2,
                            .addresses = {"hub.example.vn:7700", "[fe80::1]:7700"},
                            .inviter_name = "Thành ủy Nam Định",
                            .unit_name = "Xã Trấn Ninh",
                            .unit_kind = 3};

    fill(in.secret, sizeof in.secret, 0);
    fill(in.inviter_device, sizeof in.inviter_device, 0x20);
    fill(in.inviter_noise, sizeof in.inviter_noise, 0x40);
    return in;
}

static void
assert_same(const struct invitation *a, const struct invitation *b)
{
    assert_int_equal(a->role, b->role);
    assert_int_equal(a->kind, b->kind);
    assert_memory_equal(a->secret, b->secret, sizeof a->secret);
    assert_true(a->expires == b->expires);
    assert_memory_equal(a->inviter_device, b->inviter_device, sizeof a->inviter_device);
    assert_memory_equal(a->inviter_noise, b->inviter_noise, sizeof a->inviter_noise);
    assert_int_equal(a->addresses_count, b->addresses_count);
    for (unsigned i = 0; i < a->addresses_count; i++)
        assert_string_equal(a->addresses[i], b->addresses[i]);
    assert_string_equal(a->inviter_name, b->inviter_name);
    assert_string_equal(a->unit_name, b->unit_name);
    assert_int_equal(a->unit_kind, b->unit_kind);
}

static void
the_line_is_the_frozen_one_both_ways(void **state)
{
    struct invitation in = sample(), back;
    char text[INVITATION_TEXT_BYTES];

    (void) state;
    assert_int_equal(invitation_encode(&in, text, NULL), OK);
    assert_string_equal(text, frozen);
    assert_int_equal(invitation_decode(frozen, &back, NULL), OK);
    assert_same(&in, &back);
}

static void
the_secret_is_recorded_by_its_digest(void **state)
{
    struct invitation in = sample();
    struct hash digest;
    char text[HEX_CHARS(HASH_BYTES) + 1];

    (void) state;
    invitation_digest(in.secret, &digest);
    assert_int_equal(hex_encode(digest.bytes, HASH_BYTES, text, sizeof text), OK);
    assert_string_equal(text, "e0fe461fad1764bc265395ad6802d29cd2a93dc4c7241e3201605d3582768ce2");
}

static void
the_largest_and_the_smallest_invitation_fit(void **state)
{
    struct invitation in = sample(), back;
    char text[INVITATION_TEXT_BYTES];

    (void) state;
    in.expires = 253402300799;
    in.unit_kind = INT32_MAX;
    in.addresses_count = INVITATION_ADDRESSES_MAX;
    for (unsigned i = 0; i < INVITATION_ADDRESSES_MAX; i++) {
        memset(in.addresses[i], 'a', INVITATION_ADDRESS_BYTES_MAX);
        memcpy(in.addresses[i] + INVITATION_ADDRESS_BYTES_MAX - 6, ":65535", 7);
    }
    memset(in.inviter_name, 'b', INVITATION_NAME_BYTES_MAX);
    memset(in.unit_name, 'c', INVITATION_NAME_BYTES_MAX);
    assert_int_equal(invitation_encode(&in, text, NULL), OK);
    assert_true(strlen(text) < 2953); /* a QR code */
    assert_int_equal(invitation_decode(text, &back, NULL), OK);
    assert_same(&in, &back);

    in = sample();
    in.expires = 1;
    in.addresses_count = 0;
    in.unit_name[0] = '\0';
    in.unit_kind = 0;
    assert_int_equal(invitation_encode(&in, text, NULL), OK);
    assert_int_equal(invitation_decode(text, &back, NULL), OK);
    assert_same(&in, &back);
}

static void
what_a_paste_adds_is_passed_over(void **state)
{
    char pasted[4 * sizeof frozen] = "\xEF\xBB\xBF \n";
    size_t used = strlen(pasted);
    struct invitation in = sample(), back;

    (void) state;
    for (size_t i = 0; i + 1 < sizeof frozen; i++) {
        pasted[used++] = i == 0 ? 'T' : frozen[i];
        if (i % 76 == 40)
            used += (size_t) sprintf(pasted + used, "\r\n\t ");
        if (i % 90 == 50)
            used += (size_t) sprintf(pasted + used, "\xE2\x80\x8B\xC2\xA0");
    }
    snprintf(pasted + used, sizeof pasted - used, " \n");
    assert_int_equal(invitation_decode(pasted, &back, NULL), OK);
    assert_same(&in, &back);
}

static void
assert_said(const char *text, enum err code, const char *said)
{
    struct invitation back = {.role = 77};
    struct error e = {0};

    assert_int_equal(invitation_decode(text, &back, &e), code);
    assert_string_equal(e.text, said);
    assert_non_null(e.template);
    assert_int_equal(back.role, 77);
}

static void
a_line_cut_anywhere_is_told_apart_from_none(void **state)
{
    static const char cut[] =
        "the invitation is cut or mistyped: copy the whole line, from “thidua:” to its end";
    static const char none[] =
        "this is not an invitation: it is one line that begins with “thidua:”";
    char text[sizeof frozen];

    (void) state;
    for (size_t size = 0; size + 1 < sizeof frozen; size++) {
        memcpy(text, frozen, size);
        text[size] = '\0';
        if (size < strlen("thidua:"))
            assert_said(text, ERR_USAGE, none);
        else
            assert_said(text, ERR_FORMAT, cut);
    }
    assert_said("http://example.vn/", ERR_USAGE, none);
    assert_said("thidua;AQEB", ERR_USAGE, none);
}

static void
any_mistyped_letter_is_noticed(void **state)
{
    char text[sizeof frozen];

    (void) state;
    for (size_t i = strlen("thidua:"); i + 1 < sizeof frozen; i++) {
        struct invitation back;
        struct error e = {0};

        memcpy(text, frozen, sizeof frozen);
        text[i] = text[i] == 'x' ? 'y' : 'x';
        assert_int_equal(invitation_decode(text, &back, &e), ERR_FORMAT);
    }
}

static void
a_far_too_long_paste_is_refused(void **state)
{
    char text[3000];

    (void) state;
    memset(text, 'A', sizeof text - 1);
    memcpy(text, "thidua:", 7);
    text[sizeof text - 1] = '\0';
    assert_said(text, ERR_USAGE,
                "this is not an invitation: it is one line that begins with “thidua:”");
}

/* The frozen line with one byte changed or appended and a right checksum. */
static void
forge(size_t place, int byte, bool longer, char *ret_text)
{
    uint8_t bytes[INVITATION_BYTES_MAX];
    struct hash sum;
    size_t size;

    assert_int_equal(base64_decode(frozen + 7, strlen(frozen + 7), bytes, sizeof bytes, &size), OK);
    size -= 4;
    if (longer)
        size++, place = size - 1;
    bytes[place] = (uint8_t) byte;
    hash_once(DOMAIN_INVITATION, bytes, size, &sum);
    memcpy(bytes + size, sum.bytes, 4);
    memcpy(ret_text, "thidua:", 8);
    assert_int_equal(base64_encode(bytes, size + 4, ret_text + 7, INVITATION_TEXT_BYTES - 7), OK);
}

static void
a_newer_or_ill_made_line_is_said_to_be_so(void **state)
{
    static const char newer[] =
        "the invitation was made by a newer version: update thidua on this machine";
    static const char ill[] =
        "the invitation is not well formed: ask the unit that invites for a new one";
    /* place, byte: role, kind, expires not minimal, count of addresses, port, length of the name,
     * unit kind */
    static const struct {
        size_t place;
        int byte;
    } wrong[] = {{1, 3},  {1, 0},     {2, 0},   {2, 5},      {23, 0x80},
                 {88, 9}, {105, 'x'}, {124, 0}, {124, 0x7F}, {125, 7}};
    char text[INVITATION_TEXT_BYTES];

    (void) state;
    forge(0, 2, false, text);
    assert_said(text, ERR_UNSUPPORTED, newer);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        forge(wrong[i].place, wrong[i].byte, false, text);
        assert_said(text, ERR_FORMAT, ill);
    }
    forge(0, 0, true, text);
    assert_said(text, ERR_FORMAT, ill);
}

static void
what_cannot_be_written_is_said(void **state)
{
    static const char *const wrong[] = {"",
                                        "hub",
                                        "hub:",
                                        ":7700",
                                        "hub:0",
                                        "hub:65536",
                                        "hub:77x",
                                        "hub: 7700",
                                        "a b:7700",
                                        "fe80::1:7700",
                                        "[]:7700",
                                        "[fe80::1:7700",
                                        "http://hub:7700",
                                        "hub:077000"};
    struct invitation in;
    struct error e;
    char text[INVITATION_TEXT_BYTES] = "untouched";

    (void) state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        in = sample();
        snprintf(in.addresses[1], sizeof in.addresses[1], "%s", wrong[i]);
        e = (struct error) {0};
        assert_int_equal(invitation_encode(&in, text, &e), ERR_USAGE);
        assert_non_null(e.template);
    }
    in = sample();
    in.inviter_name[0] = '\0';
    assert_int_equal(invitation_encode(&in, text, NULL), ERR_USAGE);
    in = sample();
    in.unit_name[0] = '\x1B';
    assert_int_equal(invitation_encode(&in, text, NULL), ERR_USAGE);
    in = sample();
    in.expires = 0;
    assert_int_equal(invitation_encode(&in, text, NULL), ERR_USAGE);
    in = sample();
    in.role = ROLE_ADMIN | ROLE_CLERK;
    assert_int_equal(invitation_encode(&in, text, NULL), ERR_USAGE);
    assert_string_equal(text, "untouched");
}

static void
an_invitation_ends_after_its_last_second(void **state)
{
    struct invitation in = sample();
    struct error e = {0};

    (void) state;
    assert_int_equal(invitation_check_time(&in, 1700000000, &e), OK);
    assert_int_equal(invitation_check_time(&in, 1700000001, &e), ERR_AUTH);
    assert_string_equal(
        e.text, "the invitation of Thành ủy Nam Định ended at 15/11/2023 05:13: ask for a new one, "
                "or set this machine's clock");
}

static void
its_kinds_are_those_of_the_registry(void **state)
{
    const struct registry_field *f =
        registry_field_by_name(registry_by_type(RECORD_INVITATION), "kind");

    (void) state;
    assert_int_equal(registry_choice_by_name(f, "commune")->number, INVITATION_COMMUNE);
    assert_int_equal(registry_choice_by_name(f, "clerk")->number, INVITATION_CLERK);
    assert_int_equal(registry_choice_by_name(f, "unit")->number, INVITATION_UNIT);
    assert_int_equal(registry_choice_by_name(f, "event")->number, INVITATION_EVENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_is_the_frozen_one_both_ways),
        cmocka_unit_test(the_secret_is_recorded_by_its_digest),
        cmocka_unit_test(the_largest_and_the_smallest_invitation_fit),
        cmocka_unit_test(what_a_paste_adds_is_passed_over),
        cmocka_unit_test(a_line_cut_anywhere_is_told_apart_from_none),
        cmocka_unit_test(any_mistyped_letter_is_noticed),
        cmocka_unit_test(a_far_too_long_paste_is_refused),
        cmocka_unit_test(a_newer_or_ill_made_line_is_said_to_be_so),
        cmocka_unit_test(what_cannot_be_written_is_said),
        cmocka_unit_test(an_invitation_ends_after_its_last_second),
        cmocka_unit_test(its_kinds_are_those_of_the_registry),
    };

    return tap_run("invitation", tests, NULL, NULL);
}
