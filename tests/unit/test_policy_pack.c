/* Tables to a pack: names, parameters by day, and the digest. */
#include "tests/support/check.h"

#include "policy/pack.h"
#include "tests/support/policy.h"

#include <sodium.h>
#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static void test_small_pack(void **state)
{
    struct support_policy_texts texts = support_policy_small();
    struct policy_pack *p = NULL;
    char told[1024];

    (void)state;
    assert_err(support_policy_load(&texts, LANG_EN, told, sizeof told, &p), OK);
    assert_string_equal(told, "");
    assert_int_equal(p->rules, 2);
    assert_string_equal(p->rule[0].id, "R1");
    assert_int_equal(p->rule[0].mode, POLICY_MODE_A);
    assert_int_equal(p->rule[0].requesters, 4);
    assert_int_equal(p->rule[0].holders, 3);
    assert_int_equal(p->rule[0].purposes, 1);
    assert_int_equal(p->rule[0].sections, 3);
    assert_int_equal(p->rule[0].needs, 2);
    assert_int_equal(p->rule[0].need[0], 3);
    assert_int_equal(p->rule[0].need[1], 4);
    assert_int_equal(p->rule[0].events, 7);
    assert_int_equal(p->rule[0].age_min, 0);
    assert_int_equal(p->rule[0].age_max, 17);
    assert_int_equal(p->rule[0].days, 90);
    assert_int_equal(p->rule[1].requesters, 7);
    assert_int_equal(p->rule[1].purposes, 3);
    assert_int_equal(p->event[1].set_by, 7);
    assert_true(p->event[2].system);
    assert_int_equal(p->system_event, 2);
    assert_int_equal(p->anon_section, POLICY_UNKNOWN);
    assert_true(p->needs_case[0]);
    assert_false(p->needs_case[1]);
    assert_true(p->needs_case[2]);
    assert_true(p->needs_case[POLICY_UNKNOWN]);
    policy_pack_free(p);
    policy_pack_free(NULL);
}

/* Every name of every set is found where it is, and only there. */
static void test_names(void **state)
{
    static const size_t counts[POLICY_SETS] = { 26, 23, 12, 34, 35 };
    struct policy_pack *p = support_policy_pack(PACK);

    (void)state;
    for (enum policy_set set = 0; set < POLICY_SETS; set++) {
        assert_int_equal(p->set[set].count, counts[set]);
        for (uint8_t i = 0; i < counts[set]; i++) {
            assert_int_equal(policy_pack_find(p, set, policy_pack_name(p, set, i)), i);
            assert_int_not_equal(strlen(p->set[set].word[i].meaning), 0);
        }
        assert_null(policy_pack_name(p, set, (uint8_t)counts[set]));
        assert_null(policy_pack_name(p, set, POLICY_UNKNOWN));
        assert_int_equal(policy_pack_find(p, set, ""), POLICY_UNKNOWN);
        assert_int_equal(policy_pack_find(p, set, "nobody"), POLICY_UNKNOWN);
    }
    assert_string_equal(
        p->set[POLICY_SET_KINDS].word[policy_pack_find(p, POLICY_SET_KINDS, "jgz")].meaning,
        "youth health care, school doctor of the GGD");
    assert_int_equal(policy_pack_rule(p, "R01"), 0);
    assert_int_equal(policy_pack_rule(p, "R80"), p->rules - 1);
    assert_int_equal(policy_pack_rule(p, "R67"), -1);
    policy_pack_free(p);
}

static void test_parameters(void **state)
{
    struct support_policy_texts texts = support_policy_small();
    struct policy_pack *p = NULL;
    uint64_t value = 7;

    (void)state;
    /* The order of the rows does not matter. */
    texts.text[POLICY_TABLE_PARAMETERS] =
        "parameter,value,valid_from,source\nother,1,2010-01-01,x\nhours,20,2026-08-01,x\n"
        "hours,16,2020-01-01,x\n";
    assert_err(support_policy_load(&texts, LANG_EN, NULL, 0, &p), OK);
    assert_err(policy_pack_parameter(p, "hours", (struct date){ 2019, 12, 31 }, &value), ERR_NOTFOUND);
    assert_err(policy_pack_parameter(p, "days", (struct date){ 2026, 12, 31 }, &value), ERR_NOTFOUND);
    assert_int_equal(value, 7);
    assert_err(policy_pack_parameter(p, "hours", (struct date){ 2020, 1, 1 }, &value), OK);
    assert_int_equal(value, 16);
    assert_err(policy_pack_parameter(p, "hours", (struct date){ 2026, 7, 31 }, &value), OK);
    assert_int_equal(value, 16);
    assert_err(policy_pack_parameter(p, "hours", (struct date){ 2026, 8, 1 }, &value), OK);
    assert_int_equal(value, 20);
    policy_pack_free(p);
    texts = support_policy_small();
    assert_err(support_policy_load(&texts, LANG_EN, NULL, 0, &p), OK);
    assert_err(policy_pack_parameter(p, "hours", (struct date){ 2026, 8, 1 }, &value), OK);
    assert_int_equal(value, 20);
    assert_err(policy_pack_parameter(p, "hours", (struct date){ 2026, 7, 31 }, &value), OK);
    assert_int_equal(value, 16);
    policy_pack_free(p);
}

/* The definition again, in one buffer. */
static void test_digest(void **state)
{
    static const enum policy_table_id order[] = { POLICY_TABLE_EVENTS, POLICY_TABLE_GROUNDS,
        POLICY_TABLE_KINDS, POLICY_TABLE_PARAMETERS, POLICY_TABLE_PURPOSES, POLICY_TABLE_RULES,
        POLICY_TABLE_SECTIONS, POLICY_TABLE_WEIGHING };
    struct support_policy_texts texts = support_policy_small();
    struct policy_pack *p = NULL;
    uint8_t buffer[1024], digest[32];
    size_t used = 0;

    (void)state;
    for (size_t i = 0; i < POLICY_TABLES; i++) {
        const char *name = policy_pack_file(order[i]);

        if (i > 0)
            assert_true(strcmp(policy_pack_file(order[i - 1]), name) < 0);
        memcpy(buffer + used, name, strlen(name) + 1);
        used += strlen(name) + 1;
        crypto_hash_sha256(
            buffer + used, (const uint8_t *)texts.text[order[i]], strlen(texts.text[order[i]]));
        used += 32;
    }
    crypto_hash_sha256(digest, buffer, used);
    assert_err(support_policy_load(&texts, LANG_EN, NULL, 0, &p), OK);
    assert_memory_equal(p->digest, digest, sizeof digest);
    policy_pack_free(p);
}

/* A change of any table, even of a blank at its end, is another pack. */
static void test_digest_of_each_table(void **state)
{
    struct support_policy_texts texts = support_policy_small();
    struct policy_pack *p = NULL, *q = NULL;

    (void)state;
    assert_err(support_policy_load(&texts, LANG_EN, NULL, 0, &p), OK);
    for (size_t i = 0; i < POLICY_TABLES; i++) {
        struct support_policy_texts other = texts;
        char *copy = NULL;

        assert_true(asprintf(&copy, "%s\n", texts.text[i]) > 0);
        other.text[i] = copy;
        assert_err(support_policy_load(&other, LANG_EN, NULL, 0, &q), OK);
        assert_memory_not_equal(p->digest, q->digest, sizeof p->digest);
        policy_pack_free(q);
        free(copy);
    }
    policy_pack_free(p);
}

int main(void)
{
    static struct check_list list;

    check_add(&list, "the small pack", test_small_pack, NULL);
    check_add(&list, "names and indexes", test_names, NULL);
    check_add(&list, "parameters by day", test_parameters, NULL);
    check_add(&list, "the digest as defined", test_digest, NULL);
    check_add(&list, "the digest covers each table", test_digest_of_each_table, NULL);
    return check_run(&list, "policy/pack");
}
