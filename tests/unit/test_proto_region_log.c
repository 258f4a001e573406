/* proto/region_log, and the statement that changes a log's origin (P-193, P-194). */
#include "tests/support/registry_alone.h"

#include "proto/originfile.h"
#include "proto/region_log.h"

#include <stdio.h>
#include <stdlib.h>

static struct proto_registry_say origin_say(uint64_t number)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_ORIGIN, 0);

    say.origin = number;
    return say;
}

static void two_partners_change_it(void **state)
{
    struct proto_registry_say say = origin_say(2);
    struct proto_note_key before, key, registry, registry_before;
    char vkey[PROTO_NOTE_VKEY_ROOM];

    (void)state;
    assert_err(proto_note_key_decode(s.region.r.log_vkey, &before), OK);
    assert_err(proto_registry_key(&s.region.r, &registry_before), OK);
    assert_int_equal(put_by(&say, "12"), PROTO_REG_COUNTS);
    assert_int_equal(proto_region_log_number(&s.region.r), 2);
    assert_string_equal(s.region.r.log_origin, "log.example.org/demo/2");
    assert_int_equal(s.region.r.origin[0].seen.size, 120);
    assert_int_equal(s.region.r.origin[0].kept.size, 100);
    assert_int_equal(s.region.r.origin[0].seen.root[5], 0x11);
    assert_int_equal(s.region.r.origin[0].kept.root[5], 0x22);
    assert_int_equal(s.region.r.origin[0].at_s, REGISTRY_NOW);
    assert_int_equal(proto_region_log_lost(&s.region.r), 20);
    /* The same key, under another name; the first one is known still. */
    assert_err(proto_note_key_decode(s.region.r.log_vkey, &key), OK);
    assert_memory_equal(key.key, before.key, sizeof key.key);
    assert_memory_not_equal(key.id, before.id, sizeof key.id);
    assert_err(proto_region_log_key(&s.region.r, 1, &key), OK);
    proto_note_key_encode(&key, vkey);
    assert_memory_equal(key.id, before.id, sizeof key.id);
    /* The registry's own name stays. */
    assert_err(proto_registry_key(&s.region.r, &registry), OK);
    assert_string_equal(registry.name, registry_before.name);
}

static void the_next_one_only(void **state)
{
    struct proto_registry_say say = origin_say(3), good = origin_say(2), again = origin_say(2), next = origin_say(3);

    (void)state;
    assert_int_equal(put_by(&say, "01"), PROTO_REG_ALREADY);
    assert_int_equal(proto_region_log_number(&s.region.r), 1);
    assert_int_equal(put_by(&good, "01"), PROTO_REG_COUNTS);
    assert_int_equal(put_by(&again, "02"), PROTO_REG_ALREADY);
    assert_int_equal(put_by(&next, "02"), PROTO_REG_COUNTS);
    assert_int_equal(proto_region_log_lost(&s.region.r), 40);
}

static void as_often_as_there_are_digits(void **state)
{
    (void)state;
    for (uint64_t n = 2; n <= PROTO_ORIGINS_MAX; n++) {
        struct proto_registry_say say = origin_say(n);

        assert_true(proto_region_log_can_change(&s.region.r));
        assert_int_equal(put_by(&say, "01"), PROTO_REG_COUNTS);
    }
    assert_false(proto_region_log_can_change(&s.region.r));
    assert_string_equal(s.region.r.log_origin, "log.example.org/demo/9");
}

static void one_partner_is_not_enough(void **state)
{
    struct proto_registry_say say = origin_say(2), three = origin_say(2);

    (void)state;
    assert_int_equal(put_by(&say, "0"), PROTO_REG_ONE_SIGNER);
    assert_int_equal(put_by(&three, "012"), PROTO_REG_TOO_MANY);
    assert_int_equal(proto_region_log_number(&s.region.r), 1);
}

static void a_name_that_is_too_long_has_no_next(void **state)
{
    struct proto_registry_say say = origin_say(2);

    (void)state;
    memset(s.region.r.log_origin, 'a', PROTO_NOTE_NAME_MAX - 1);
    s.region.r.log_origin[PROTO_NOTE_NAME_MAX - 1] = '\0';
    assert_false(proto_region_log_can_change(&s.region.r));
    assert_int_equal(put_by(&say, "01"), PROTO_REG_FULL);
}

static enum err through_a_file(uint64_t seen, uint64_t kept)
{
    struct proto_originfile f = {.number = 2, .what = {.seen = {.size = seen}, .kept = {.size = kept}}}, read;
    char *text = NULL;
    size_t len = 0;
    enum err e;

    assert_err(proto_originfile_format(&f, &text, &len), OK);
    e = proto_originfile_parse((const uint8_t *)text, len, &read, NULL);
    free(text);
    return e;
}

/* Every partner's numbers skip what is given up, and each node has a row for each: one number must not fill them. */
static void no_more_is_given_up_than_a_node_can_carry(void **state)
{
    static const struct { uint64_t seen, kept; bool counts; } rows[] = {
        {PROTO_ORIGIN_LOST_MAX, 0, true}, {PROTO_ORIGIN_LOST_MAX + 1, 0, false}, {PROTO_ORIGIN_LOST_MAX + 100, 100, true},
        {PROTO_ORIGIN_LOST_MAX + 101, 100, false}, {PROTO_MERKLE_SIZE_MAX, 100, false},
        {PROTO_MERKLE_SIZE_MAX, PROTO_MERKLE_SIZE_MAX - PROTO_ORIGIN_LOST_MAX, true},
    };
    char text[PROTO_REGISTRY_NOTE_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct proto_registry_say say = origin_say(2);
        size_t len = 0;

        say.seen = rows[i].seen;
        say.kept = rows[i].kept;
        assert_int_equal(proto_registry_say_format(&say, text, sizeof text, &len) == OK, rows[i].counts);
        assert_int_equal(through_a_file(rows[i].seen, rows[i].kept) == OK, rows[i].counts);
    }
}

/* More kept than seen, no root, an origin that is no next one: such a statement has no form. */
static void what_it_says_must_have_sense(void **state)
{
    struct proto_registry_say rows[] = {origin_say(2), origin_say(2), origin_say(1), origin_say(PROTO_ORIGINS_MAX + 1)};
    char text[PROTO_REGISTRY_NOTE_MAX];
    size_t len = 77;

    (void)state;
    rows[0].kept = 121;
    memset(rows[1].digest, 0, sizeof rows[1].digest);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_not_equal(proto_registry_say_format(&rows[i], text, sizeof text, &len), OK);
        assert_int_equal(len, 77);
    }
}

static void the_first_line_says_which(void **state)
{
    static const struct { const char *line; unsigned number; } rows[] = {
        {"log.example.org/demo\n", 1}, {"log.example.org/demo/2\n", 2}, {"log.example.org/demo/9\n", 9}, {"log.example.org/demo/1\n", 0},
        {"log.example.org/demo/10\n", 0}, {"log.example.org/demo/0\n", 0}, {"log.example.org/demo/registry\n", 0}, {"log.example.org/demo", 0},
        {"log.example.org/dem\n", 0}, {"other/2\n", 0}, {"", 0},
    };
    struct proto_registry_say say = origin_say(2);

    (void)state;
    for (int changed = 0; changed < 2; changed++) {
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            uint8_t *exact = check_exact((const uint8_t *)rows[i].line, strlen(rows[i].line));
            struct proto_note_key key;
            unsigned number = 0;
            enum err e = proto_region_log_of(&s.region.r, exact, strlen(rows[i].line), &key, &number);

            assert_int_equal(e, rows[i].number != 0 ? OK : ERR_KEY);
            assert_int_equal(number, rows[i].number);
            free(exact);
        }
        if (changed == 0)
            assert_int_equal(put_by(&say, "01"), PROTO_REG_COUNTS);
    }
}

/* ---- the operator's file ---- */

static void the_file_is_read_as_it_was_written(void **state)
{
    struct proto_originfile f = {.number = 2, .what = {.seen.size = 9, .kept.size = 7}}, again;
    struct trouble t = {.lang = LANG_EN};
    char *text = NULL;
    size_t len = 0;

    (void)state;
    memset(f.region, 1, sizeof f.region);
    memset(f.what.seen.root, 2, sizeof f.what.seen.root);
    memset(f.what.kept.root, 3, sizeof f.what.kept.root);
    assert_err(proto_originfile_format(&f, &text, &len), OK);
    assert_err(proto_originfile_parse((const uint8_t *)text, len, &again, &t), OK);
    assert_memory_equal(&f, &again, sizeof f);
    for (size_t n = 0; n < len; n++) {
        uint8_t *exact = check_exact((const uint8_t *)text, n);

        again.number = 99;
        assert_int_not_equal(proto_originfile_parse(exact, n, &again, &t), OK);
        assert_int_equal(again.number, 99);
        free(exact);
    }
    free(text);
    f.what.kept.size = 10;
    assert_err(proto_originfile_format(&f, &text, &len), OK);
    assert_err(proto_originfile_parse((const uint8_t *)text, len, &again, &t), ERR_RANGE);
    free(text);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    static const struct CMUnitTest tests[] = {
        T(two_partners_change_it), T(the_next_one_only), T(as_often_as_there_are_digits), T(one_partner_is_not_enough),
        T(a_name_that_is_too_long_has_no_next), T(what_it_says_must_have_sense), T(no_more_is_given_up_than_a_node_can_carry),
        T(the_first_line_says_which),
        T(the_file_is_read_as_it_was_written),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
