/* proto/registry_say: the form of a statement (P-180): each act goes round, and what is signed is what is read. And that of leaves (P-187). */
#include "tests/support/registry_alone.h"

#include "base/wr.h"
#include "proto/fields.h"

static struct registry_note text_of(const struct proto_registry_say *say)
{
    struct registry_note n;

    assert_err(proto_registry_say_format(say, (char *)n.data, sizeof n.data, &n.len), OK);
    return n;
}

/* Any text, signed by these partners as a note. */
static struct registry_note signed_text(const struct registry_note *text, const char *who)
{
    struct proto_note_sig sig = { .time_s = 0 };
    struct proto_note_key key;
    struct registry_note n;
    struct wr w;

    wr_init(&w, n.data, sizeof n.data);
    proto_note_write_text(&w, text->data, text->len);
    for (; *who != '\0'; who++) {
        const uint8_t *secret = s.region.root_secret[*who - '0'];

        assert_err(proto_note_key_make(s.region.handle[*who - '0'], PROTO_NOTE_ED25519, secret + 32, &key), OK);
        assert_err(proto_note_sign(&key, secret, text->data, text->len, &sig), OK);
        proto_note_write_line(&w, &key, &sig);
    }
    assert_err(wr_end(&w), OK);
    n.len = w.len;
    return n;
}

/* Refused with this error and a sentence; out is untouched. */
static void refused(const struct registry_note *n, enum err expected)
{
    struct proto_registry_say read = { .act = PROTO_REG_NONE, .origin = 77 };
    struct trouble t = { .lang = LANG_EN };
    uint8_t *exact = check_exact(n->data, n->len);

    assert_err(proto_registry_say_parse(exact, n->len, &read, &t), expected);
    assert_true(t.text[0] != '\0');
    assert_int_equal(read.act, PROTO_REG_NONE);
    assert_int_equal(read.origin, 77);
    assert_int_equal(proto_registry_judge(s.r, exact, n->len, REGISTRY_NOW, NULL), PROTO_REG_MALFORMED);
    free(exact);
}

static void every_act_is_read_as_it_was_written(void **state)
{
    (void)state;
    for (int act = PROTO_REG_ADMIT; act < PROTO_REG_ACT_END; act++) {
        struct proto_registry_say say = registry_say(&s, (enum proto_registry_act)act, 0), read;
        struct registry_note text = text_of(&say), note = signed_text(&text, "12"), again;

        assert_err(proto_registry_say_parse(text.data, text.len, &read, NULL), OK);
        again = text_of(&read);
        assert_int_equal(again.len, text.len);
        assert_memory_equal(again.data, text.data, text.len);
        assert_err(proto_registry_say_parse(note.data, note.len, &read, NULL), OK);
        assert_int_equal(read.act, act);
        assert_memory_equal(read.id, say.id, sizeof say.id);
    }
}

/* What would be signed with the statement and read to nobody who signs has no place there. */
static void text_behind_the_statement_is_refused(void **state)
{
    static const char more[] = "\nact revoke\n";
    struct proto_registry_say say = registry_say(&s, PROTO_REG_QUOTA, 0);
    struct registry_note n = text_of(&say), bare;

    (void)state;
    memcpy(n.data + n.len, more, sizeof more - 1);
    n.len += sizeof more - 1;
    bare = n;
    bare.data[bare.len++] = '\n';
    refused(&bare, ERR_LONG);
    n = signed_text(&n, "12");
    refused(&n, ERR_LONG);
}

static void a_line_more_is_refused(void **state)
{
    static const char more[] = "reason because\n";
    struct proto_registry_say say = registry_say(&s, PROTO_REG_QUOTA, 0);
    struct registry_note n = text_of(&say);

    (void)state;
    memcpy(n.data + n.len, more, sizeof more - 1);
    n.len += sizeof more - 1;
    n = signed_text(&n, "12");
    refused(&n, ERR_LONG);
}

/* ---- leaves ---- */

/* One time has one form: nothing is read past a zero byte. */
static void a_leaf_whose_time_holds_a_zero_byte_is_refused(void **state)
{
    static const char good[] = "at 100\nx\n", bad[] = "at 100\0\nx\n";
    const uint8_t *note = NULL;
    uint64_t at_s = 7;
    size_t len = 0;

    (void)state;
    assert_err(proto_registry_leaf_open((const uint8_t *)bad, sizeof bad - 1, &at_s, &note, &len), ERR_SYNTAX);
    assert_int_equal(at_s, 7);
    assert_null(note);
    assert_err(proto_registry_leaf_open((const uint8_t *)good, sizeof good - 1, &at_s, &note, &len), OK);
    assert_int_equal(at_s, 100);
    assert_int_equal(len, 2);
}

/* Whatever a hub appends from the far future, partners can be revoked afterwards. */
static void a_leaf_from_the_future_voids_none_behind_it(void **state)
{
    struct proto_registry_say quota = registry_say(&s, PROTO_REG_QUOTA, 0), revoke = registry_say(&s, PROTO_REG_REVOKE, 0);
    struct registry_note n = registry_signed(&s, &quota, "12"), junk = { .len = 5, .data = "junk\n" };

    (void)state;
    assert_int_equal(registry_put(s.r, &junk, PROTO_TIME_MAX), PROTO_REG_MALFORMED);
    assert_int_equal(registry_put(s.r, &n, PROTO_TIME_MAX), PROTO_REG_EXPIRED);
    assert_int_equal(proto_registry_time(s.r), 0);
    n = registry_signed(&s, &revoke, "12");
    assert_int_equal(registry_put(s.r, &n, REGISTRY_NOW), PROTO_REG_COUNTS);
    assert_true(proto_region_partner(&s.region.r, s.region.id[0])->revoked);
    assert_int_equal(proto_registry_time(s.r), REGISTRY_NOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_act_is_read_as_it_was_written, setup, teardown),
        cmocka_unit_test_setup_teardown(text_behind_the_statement_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_line_more_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_leaf_whose_time_holds_a_zero_byte_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_leaf_from_the_future_voids_none_behind_it, setup, teardown),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
