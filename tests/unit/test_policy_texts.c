/* The words for people: everything of the pack has them, in both languages. */
#include "tests/support/check.h"

#include "base/file.h"
#include "policy/texts.h"
#include "tests/support/policy.h"

#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack;
static uint8_t *text;
static size_t text_len;

static void tell(void *arg, const struct trouble *t)
{
    char *told = arg, line[1024];

    trouble_line(t, line, sizeof line);
    (void)snprintf(told + strlen(told), 4096 - strlen(told), "%s\n", line);
}

static void test_texts(void **state)
{
    struct policy_texts *texts = NULL;
    char told[4096] = "";

    (void)state;
    assert_err(policy_texts_load(pack, text, text_len, LANG_EN, tell, told, &texts), OK);
    assert_string_equal(told, "");
    assert_string_equal(policy_texts_get(texts, LANG_NL, "verdict", "PERMIT"), "Dit mag");
    assert_string_equal(policy_texts_get(texts, LANG_EN, "verdict", "PERMIT"), "This is allowed");
    assert_string_equal(
        policy_texts_get(texts, LANG_NL, "who", "custody"), "iemand met gezag, maar niemand weet wie dat is");
    assert_string_equal(
        policy_texts_get(texts, LANG_NL, "question", "1"), "Wat wil ik precies bereiken voor deze jongere?");
    assert_string_equal(policy_texts_get(texts, LANG_NL, "event", "NONE"), "NONE");
    assert_string_equal(policy_texts_get(texts, LANG_NL, "even", "VZM"), "VZM");
    policy_texts_free(texts);
    policy_texts_free(NULL);
}

struct mistake {
    const char *name, *from, *to;
    enum err err;
    const char *told;
};

static const struct mistake mistakes[] = {
    { "a column is missing", "key,nl,en", "key,nl,uk", ERR_SYNTAX,
        "texts.csv:1:1: column \"en\" is missing\ntexts.csv:1:8: column \"uk\" is not one of this table\n" },
    { "a text is missing", "event.VZM,", "event.VZN,", ERR_NOTFOUND,
        "texts.csv: there is no row event.VZM\n"
        "texts.csv:162:1: key \"event.VZN\": expected the key of something in this pack, once\n" },
    { "a text is there twice", "who.g2,", "who.g1,", ERR_NOTFOUND,
        "texts.csv: there is no row who.g2\ntexts.csv:23:1: key \"who.g1\": expected the key of something in "
        "this pack, once\n" },
    { "no Dutch", "who.g2,de andere ouder met gezag", "who.g2,", ERR_SHORT,
        "texts.csv:23:8: nl \"\": expected a text in Dutch\n" },
    { "no English", "the other parent with custody", "", ERR_SHORT,
        "texts.csv:23:34: en \"\": expected a text in English\n" },
};

static void test_mistake(void **state)
{
    const struct mistake *m = *state;
    const char *at = strstr((const char *)text, m->from);
    struct policy_texts *texts = NULL;
    char told[4096] = "", *copy;

    assert_non_null(at);
    assert_true(asprintf(&copy, "%.*s%s%s", (int)(at - (const char *)text), (const char *)text, m->to,
                    at + strlen(m->from))
        > 0);
    assert_err(
        policy_texts_load(pack, (const uint8_t *)copy, strlen(copy), LANG_EN, tell, told, &texts), m->err);
    assert_string_equal(told, m->told);
    assert_err(
        policy_texts_load(pack, (const uint8_t *)copy, strlen(copy), LANG_NL, NULL, NULL, &texts), m->err);
    assert_null(texts);
    free(copy);
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    if (file_read(PACK "/texts.csv", 1 << 20, &text, &text_len, NULL) != OK)
        return 1;
    check_add(&list, "everything has words", test_texts, NULL);
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        check_add(&list, mistakes[i].name, test_mistake, &mistakes[i]);
    failed = check_run(&list, "policy/texts");
    policy_pack_free(pack);
    free(text);
    return failed;
}
