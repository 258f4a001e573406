/* The questions of a weighing: which apply when, the answers to pick, and the mistakes of the table. */
#include "tests/support/check.h"

#include "base/file.h"
#include "policy/weighing.h"
#include "tests/support/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack;
static const struct policy_weighing *weighing;
static uint8_t *text;
static size_t text_len;

static uint64_t sections(const char *a, const char *b)
{
    return UINT64_C(1) << policy_pack_find(pack, POLICY_SET_SECTIONS, a)
        | UINT64_C(1) << policy_pack_find(pack, POLICY_SET_SECTIONS, b);
}

static uint32_t numbers(const char *list)
{
    uint32_t mask = 0;
    char *end;

    for (const char *at = list; *at != '\0'; at = *end == ' ' ? end + 1 : end)
        mask |= UINT32_C(1) << (strtoul(at, &end, 10) - 1);
    return mask;
}

static uint32_t questions(const char *rule, uint64_t mask)
{
    return policy_weighing_questions(pack, policy_pack_rule(pack, rule), mask);
}

static void test_questions(void **state)
{
    (void)state;
    assert_int_equal(questions("R41", sections("ident", "att")), 0);
    assert_int_equal(questions("R41", sections("ident", "need")), numbers("1 7 17"));
    assert_int_equal(questions("R14", sections("ident", "need")), numbers("1 3 5 6 7 11 13"));
    assert_int_equal(questions("R14", sections("ident", "enrol")), 0);
    assert_int_equal(questions("R40", sections("plan", "care")), 0x1ffff);
    assert_int_equal(questions("R51", sections("ident", "att")), 0x1ffff);
    assert_int_equal(questions("R54", sections("ident", "att")), 0x1ffff);
    assert_int_equal(questions("R56", sections("ident", "guard")), 0x1ffff);
    assert_int_equal(questions("R62", sections("pgn", "pgn")), 0);
}

/* Half of the questions can be answered from a list (MODEL section 7), the rest in one's own words. */
static void test_picks(void **state)
{
    uint32_t with = 0;
    int count = 0;

    (void)state;
    for (size_t i = 0; i < weighing->picks; i++)
        with |= UINT32_C(1) << (weighing->pick[i].question - 1);
    for (unsigned i = 0; i < POLICY_QUESTIONS; i++)
        count += (int)(with >> i & 1);
    assert_true(2 * count >= POLICY_QUESTIONS);
    assert_string_equal(policy_weighing_pick(weighing, 7, "dates_only")->en, "Dates only, no reasons");
    assert_string_equal(policy_weighing_pick(weighing, 7, "dates_only")->nl, "Alleen data, geen redenen");
    assert_null(policy_weighing_pick(weighing, 6, "dates_only"));
    assert_null(policy_weighing_pick(weighing, 7, "dates"));
}

struct mistake {
    const char *name, *from, *to;
    enum err err;
    const char *told;
};

static const struct mistake mistakes[] = {
    { "a column is missing", "question,when", "question,where", ERR_SYNTAX,
        "weighing.csv:1:1: column \"when\" is missing\nweighing.csv:1:10: column \"where\" is not one of this table\n" },
    { "a question that is not there", "2,grave,,,", "18,grave,,,", ERR_RANGE,
        "weighing.csv:8:1: question \"18\": expected a whole number from 1 to 17\n" },
    { "a question without a row", "2,grave,,,\n", "", ERR_SHORT,
        "weighing.csv: not every question from 1 to 17 has its row\n" },
    { "a question twice", "2,grave,,,", "1,grave,,,", ERR_EXISTS,
        "weighing.csv:8:1: question \"1\": expected a question that is not there already\n" },
    { "a word for when that is not one", "2,grave,,,", "2,grave always,,,", ERR_RANGE,
        "weighing.csv:8:9: when \"always\": expected consent, allowed or grave\n" },
    { "a question with words", "2,grave,,,", "2,grave,,,words", ERR_RANGE,
        "weighing.csv:8:11: en \"words\": expected nothing: the words of a question are in texts.csv\n" },
    { "an answer with a when", "1,,help_fits,", "1,grave,help_fits,", ERR_RANGE,
        "weighing.csv:3:3: when \"grave\": expected nothing: this row is an answer to pick\n" },
    { "an answer twice", "1,,back_to_school,", "1,,help_fits,", ERR_EXISTS,
        "weighing.csv:4:4: pick \"help_fits\": expected an answer that this question does not have yet\n" },
    { "an answer with a bad name", "1,,back_to_school,", "1,,Back to school,", ERR_SYNTAX,
        "weighing.csv:4:4: pick \"Back to school\": expected a name of small letters, digits and _, a letter first, at most "
        "31\n" },
    { "an answer without Dutch", "1,,help_fits,Hulp die past,", "1,,help_fits,,", ERR_SHORT,
        "weighing.csv:3:14: nl \"\": expected a text in Dutch\n" },
    { "an answer without English", ",Help that fits", ",", ERR_SHORT,
        "weighing.csv:3:28: en \"\": expected a text in English\n" },
};

/* A small pack with this table of questions. */
static enum err load(const char *table, enum lang lang, char *told, size_t told_len)
{
    struct support_policy_texts texts = support_policy_small();
    struct policy_pack *p = NULL;
    enum err e;

    texts.text[POLICY_TABLE_WEIGHING] = table;
    e = support_policy_load(&texts, lang, told, told_len, &p);
    assert_int_equal(p != NULL, e == OK);
    policy_pack_free(p);
    return e;
}

static void test_mistake(void **state)
{
    const struct mistake *m = *state;
    const char *at = strstr((const char *)text, m->from);
    char told[4096] = "", *copy;

    assert_non_null(at);
    assert_true(asprintf(&copy, "%.*s%s%s", (int)(at - (const char *)text), (const char *)text, m->to, at + strlen(m->from)) > 0);
    assert_err(load(copy, LANG_EN, told, sizeof told), m->err);
    assert_string_equal(told, m->told);
    assert_err(load(copy, LANG_NL, NULL, 0), m->err);
    free(copy);
}

static void test_too_many_answers(void **state)
{
    size_t room = text_len + 64 * POLICY_PICKS_MAX, len = text_len;
    char *many = malloc(room), told[4096] = "";

    (void)state;
    assert_non_null(many);
    memcpy(many, text, text_len);
    for (int i = 0; i <= POLICY_PICKS_MAX; i++)
        len += (size_t)snprintf(many + len, room - len, "2,,answer_%d,ja,yes\n", i);
    assert_err(load(many, LANG_EN, told, sizeof told), ERR_LONG);
    assert_non_null(strstr(told, "no more answers"));
    free(many);
}

static void test_no_table(void **state)
{
    char told[4096] = "";

    (void)state;
    assert_err(load(NULL, LANG_EN, told, sizeof told), ERR_NOTFOUND);
    assert_string_equal(told, "weighing.csv: this table is missing\n");
}

/* What another table lacks does not hide what this one lacks. */
static void test_with_another_mistake(void **state)
{
    struct support_policy_texts texts = support_policy_small();
    struct policy_pack *p = NULL;
    char told[4096] = "";

    (void)state;
    texts.text[POLICY_TABLE_PARAMETERS] = "parameter,value,valid_from,source\nhours,many,2020-01-01,law\n";
    texts.text[POLICY_TABLE_WEIGHING] = "question,when,pick,nl,en\n1,,,,\n";
    assert_int_not_equal(support_policy_load(&texts, LANG_EN, told, sizeof told, &p), OK);
    assert_non_null(strstr(told, "parameters.csv:2"));
    assert_non_null(strstr(told, "weighing.csv: not every question from 1 to 17 has its row"));
}

static void count_differences(void *arg, const char *when, uint32_t before, uint32_t after)
{
    char *told = arg, list[2][POLICY_WEIGHING_LIST];

    policy_weighing_list(before, list[0]);
    policy_weighing_list(after, list[1]);
    (void)snprintf(told + strlen(told), 512 - strlen(told), "%s: %s -> %s\n", when, list[0], list[1]);
}

static void test_compare(void **state)
{
    struct policy_weighing other = *weighing;
    struct policy_pack next = *pack;
    char told[512] = "";

    (void)state;
    next.weighing = &other;
    policy_weighing_compare(pack, &next, count_differences, told);
    assert_string_equal(told, "");
    other.consented = 0;
    other.allowed |= 1 << 9;
    policy_weighing_compare(pack, &next, count_differences, told);
    assert_string_equal(told, "consent: 1 7 17 -> -\nallowed: 1 3 5 6 7 11 13 -> 1 3 5 6 7 10 11 13\n");
    told[0] = '\0';
    other = *weighing;
    other.grave = 1;
    policy_weighing_compare(pack, &next, count_differences, told);
    assert_string_equal(told, "grave: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 -> 1\n");
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    weighing = pack->weighing;
    if (file_read(PACK "/weighing.csv", 1 << 20, &text, &text_len, NULL) != OK)
        return 1;
    check_add(&list, "which questions apply", test_questions, NULL);
    check_add(&list, "answers to pick", test_picks, NULL);
    check_add(&list, "more answers than fit", test_too_many_answers, NULL);
    check_add(&list, "another set of questions", test_compare, NULL);
    check_add(&list, "no such table", test_no_table, NULL);
    check_add(&list, "beside a mistake in another table", test_with_another_mistake, NULL);
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        check_add(&list, mistakes[i].name, test_mistake, &mistakes[i]);
    failed = check_run(&list, "policy/weighing");
    policy_pack_free(pack);
    free(text);
    return failed;
}
