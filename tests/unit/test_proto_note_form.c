/* proto/note: what has the form of a note and what has not, and the limits of size. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/note.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Parse from a heap block of exactly its size, so that the sanitizer sees one byte too far. */
static enum err parse(const char *text, size_t len)
{
    static struct proto_note n, before;
    uint8_t *in = malloc(len);
    enum err e;

    assert_non_null(in);
    memcpy(in, text, len);
    memset(&n, 0xee, sizeof n);
    before = n;
    e = proto_note_parse(in, len, &n);
    if (e != OK)
        assert_memory_equal(&n, &before, sizeof n);
    free(in);
    return e;
}

#define FORM(name, text, expected) \
    static void name(void **state) \
    { \
        (void)state; \
        assert_int_equal(parse(text, strlen(text)), expected); \
    }

#define LINE "\xe2\x80\x94 k AAAAAAA=\n"

FORM(the_smallest_note_parses, "t\n\n" LINE, OK)
FORM(text_of_one_newline_parses, "\n\n" LINE, OK)
FORM(an_empty_note_is_refused, "", ERR_SHORT)
FORM(a_note_without_final_newline_is_refused, "t\n\n\xe2\x80\x94 k AAAAAAA=", ERR_SHORT)
FORM(text_alone_is_refused, "t\n", ERR_SYNTAX)
FORM(text_and_an_empty_line_is_refused, "t\n\n", ERR_SYNTAX)
FORM(signatures_alone_are_refused, LINE, ERR_SYNTAX)
FORM(an_empty_line_and_signatures_are_refused, "\n" LINE, ERR_SYNTAX)
FORM(an_empty_line_after_the_signatures_is_refused, "t\n\n" LINE "\n", ERR_SYNTAX)
FORM(a_line_without_dash_is_refused, "t\n\nk AAAAAAA=\n", ERR_SYNTAX)
FORM(a_hyphen_for_the_dash_is_refused, "t\n\n- k AAAAAAA=\n", ERR_SYNTAX)
FORM(a_line_without_signature_is_refused, "t\n\n\xe2\x80\x94 k\n", ERR_SYNTAX)
FORM(a_line_with_an_empty_name_is_refused, "t\n\n\xe2\x80\x94  AAAAAAA=\n", ERR_SYNTAX)
FORM(a_line_with_two_spaces_is_refused, "t\n\n\xe2\x80\x94 k  AAAAAAA=\n", ERR_SYNTAX)
FORM(a_name_with_a_plus_is_refused, "t\n\n\xe2\x80\x94 k+k AAAAAAA=\n", ERR_SYNTAX)
FORM(a_signature_of_only_an_id_is_refused, "t\n\n\xe2\x80\x94 k AAAAAA==\n", ERR_SYNTAX)
FORM(base64_that_is_not_canonical_is_refused, "t\n\n\xe2\x80\x94 k AAAAAAB=\n", ERR_SYNTAX)
FORM(base64_without_padding_is_refused, "t\n\n\xe2\x80\x94 k AAAAAAA\n", ERR_SYNTAX)
FORM(something_after_the_signature_is_refused, "t\n\n\xe2\x80\x94 k AAAAAAA= x\n", ERR_SYNTAX)
FORM(a_control_character_is_refused, "t\x01\n\n" LINE, ERR_SYNTAX)
FORM(a_carriage_return_is_refused, "t\r\n\r\n" LINE, ERR_SYNTAX)
FORM(text_that_is_not_utf8_is_refused, "\xff\n\n" LINE, ERR_SYNTAX)

static void a_zero_byte_is_refused(void **state)
{
    (void)state;
    assert_int_equal(parse("t\0\n\n" LINE, 4 + sizeof LINE - 1), ERR_SYNTAX);
}

static void lines_and_notes_over_their_limit_are_refused(void **state)
{
    static char note[PROTO_NOTE_LEN_MAX + 64];
    size_t at = 3;

    (void)state;
    memcpy(note, "t\n\n", 3);
    for (size_t i = 0; i < PROTO_NOTE_SIGS_MAX; i++, at += sizeof LINE - 1)
        memcpy(note + at, LINE, sizeof LINE);
    assert_int_equal(parse(note, strlen(note)), OK);
    memcpy(note + at, LINE, sizeof LINE);
    assert_int_equal(parse(note, strlen(note)), ERR_LONG);
    memset(note, 'A', sizeof note);
    memcpy(note, "t\n\n\xe2\x80\x94 k ", 9);
    memcpy(note + 9 + 8184, "\n", 2);
    assert_int_equal(parse(note, strlen(note)), OK);
    memset(note + 9, 'A', 8188);
    memcpy(note + 9 + 8188, "\n", 2);
    assert_int_equal(parse(note, strlen(note)), ERR_LONG);
    memset(note, '\n', sizeof note - 1);
    note[PROTO_NOTE_LEN_MAX + 1] = 0;
    assert_int_equal(parse(note, strlen(note)), ERR_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smallest_note_parses),
        cmocka_unit_test(text_of_one_newline_parses),
        cmocka_unit_test(an_empty_note_is_refused),
        cmocka_unit_test(a_note_without_final_newline_is_refused),
        cmocka_unit_test(text_alone_is_refused),
        cmocka_unit_test(text_and_an_empty_line_is_refused),
        cmocka_unit_test(signatures_alone_are_refused),
        cmocka_unit_test(an_empty_line_and_signatures_are_refused),
        cmocka_unit_test(an_empty_line_after_the_signatures_is_refused),
        cmocka_unit_test(a_line_without_dash_is_refused),
        cmocka_unit_test(a_hyphen_for_the_dash_is_refused),
        cmocka_unit_test(a_line_without_signature_is_refused),
        cmocka_unit_test(a_line_with_an_empty_name_is_refused),
        cmocka_unit_test(a_line_with_two_spaces_is_refused),
        cmocka_unit_test(a_name_with_a_plus_is_refused),
        cmocka_unit_test(a_signature_of_only_an_id_is_refused),
        cmocka_unit_test(base64_that_is_not_canonical_is_refused),
        cmocka_unit_test(base64_without_padding_is_refused),
        cmocka_unit_test(something_after_the_signature_is_refused),
        cmocka_unit_test(a_control_character_is_refused),
        cmocka_unit_test(a_carriage_return_is_refused),
        cmocka_unit_test(text_that_is_not_utf8_is_refused),
        cmocka_unit_test(a_zero_byte_is_refused),
        cmocka_unit_test(lines_and_notes_over_their_limit_are_refused),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
