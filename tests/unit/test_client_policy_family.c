/*
 * client/policy_family: what the young person and the parents hear of an answer, and that nothing of what is kept from them (MODEL
 * section 2) can be read from it: the same to the last byte, whoever said no, yes or nothing.
 */
#include "tests/support/check.h"

#include "client/policy_family.h"
#include "policy/files.h"
#include "tests/support/policy.h"

#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"
#define TALK "\"asker\":\"vo\",\"purpose\":\"transfer_warm\",\"holder\":\"po\",\"member\":true," \
    "\"events\":[{\"event\":\"ENROL_NEW\",\"by\":\"holder\"},{\"event\":\"AGENDA_SHOWN\",\"by\":\"holder\"}],"
#define SUPPORT "\"asker\":\"swv\",\"purpose\":\"return_plan\",\"holder\":\"vo\",\"member\":true,\"weighed\":true," \
    "\"events\":[{\"event\":\"LRV\",\"by\":\"holder\"},{\"event\":\"INFORMED\",\"by\":\"holder\"}],"
#define CARE "\"asker\":\"jeugdhulp\",\"purpose\":\"youth_help_delivery\",\"holder\":\"ggz\",\"member\":true,\"weighed\":true," \
    "\"events\":[{\"event\":\"CO_TREAT\",\"by\":\"holder\"}],"
#define YES "\"consent\":{\"yes\":[\"y\",\"g1\",\"g2\"]},"
#define NO(who) "\"consent\":{\"yes\":[],\"no\":[" who "]},"
#define G2 "\"custody\":[\"g1\",\"g2\"],"

static struct policy_pack *pack;
static struct policy_texts *texts;

/* The whole answer as JSON and, behind it, on paper. The caller frees it. */
static char *said(const char *facts, enum client_family reader, enum lang lang, struct client_policy_said *first)
{
    struct client_policy_question q = { .pack = pack, .texts = texts, .tongue = { .pack = pack, .texts = texts, .lang = lang } };
    cJSON *array = cJSON_CreateArray();
    struct client_policy_said one;
    char whole[2048], *json = NULL, *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)snprintf(whole, sizeof whole, "{%s\"on\":\"2026-06-15\"}", facts);
    assert_err(client_policy_facts_read(pack, (const uint8_t *)whole, strlen(whole), (struct date){ 2026, 6, 15 }, &q.asked, NULL), OK);
    for (size_t i = 0; i < q.asked.sections; i++) {
        client_policy_family_make(&q, q.asked.section[i], reader, &one);
        if (i == 0 && first != NULL)
            *first = one;
        client_policy_family_json(&q.tongue, reader, &one, json_push_object(array));
        client_policy_family_print(&q.tongue, reader, &one, out);
    }
    assert_int_equal(fclose(out), 0);
    assert_err(json_print(array, &json), OK);
    cJSON_Delete(array);
    text = realloc(text, len + strlen(json) + 1);
    assert_non_null(text);
    memcpy(text + len, json, strlen(json) + 1);
    free(json);
    return text;
}

/* ---- what is heard ---- */

static const struct row {
    const char *name, *facts, *young, *parent;   /* answer, decides, no: what there is of them */
} rows[] = {
    { "eleven: the parents hear, the child hears whom to ask", TALK YES G2 "\"age\":11,\"sections\":[\"need\"],", "withheld", "permit decides_parents no_consent" },
    { "twelve: both", TALK YES G2 "\"age\":12,\"sections\":[\"need\"],", "permit decides_both no_consent", "permit decides_both no_consent" },
    { "fifteen: both", TALK YES G2 "\"age\":15,\"sections\":[\"need\"],", "permit decides_both no_consent", "permit decides_both no_consent" },
    { "sixteen: the young person alone", TALK YES G2 "\"age\":16,\"sections\":[\"need\"],", "permit decides_young no_consent", "withheld" },
    { "eighteen", TALK YES G2 "\"age\":18,\"sections\":[\"need\"],", "permit decides_young no_consent", "withheld" },
    { "an unknown age", TALK G2 "\"sections\":[\"need\"],", "consent decides_age no_consent", "withheld" },
    { "not able to decide", TALK "\"consent\":{\"yes\":[\"rep\"]},\"incapable\":true,\"age\":17,\"sections\":[\"need\"],",
        "permit decides_rep no_consent", "permit decides_rep no_consent" },
    { "a missing yes", TALK G2 "\"age\":13,\"sections\":[\"need\"],", "consent decides_both no_consent", "consent decides_both no_consent" },
    { "a no", TALK NO("\"y\"") G2 "\"age\":13,\"sections\":[\"need\"],", "consent decides_both no_consent", "consent decides_both no_consent" },
    { "without consent, and an objection stops it", SUPPORT G2 "\"age\":13,\"sections\":[\"att\"],", "permit no_stops", "permit no_stops" },
    { "after an objection", SUPPORT G2 "\"objection\":\"2026-06-01\",\"age\":13,\"sections\":[\"att\"],", "objection", "no" },
    { "a legal duty", "\"asker\":\"leerplicht\",\"purpose\":\"att_enforce\",\"holder\":\"vo\",\"member\":true,\"age\":13,\"sections\":[\"att\"],"
        "\"events\":[{\"event\":\"VZM\",\"by\":\"holder\"}],", "permit no_stays", "permit no_stays" },
    { "nothing happened yet", "\"asker\":\"leerplicht\",\"purpose\":\"att_enforce\",\"holder\":\"vo\",\"member\":true,\"age\":13,\"sections\":[\"att\"],",
        "event", "event" },
    { "the organisations are not ready", "\"asker\":\"swv\",\"purpose\":\"return_plan\",\"holder\":\"vo\",\"member\":true,\"age\":13,\"sections\":[\"att\"],"
        "\"events\":[{\"event\":\"LRV\",\"by\":\"holder\"},{\"event\":\"INFORMED\",\"by\":\"holder\"}],", "steps no_stops", "steps no_stops" },
    { "never", "\"asker\":\"vo\",\"purpose\":\"case_support\",\"holder\":\"jgz\",\"member\":true,\"age\":13,\"sections\":[\"health_med\"],", "never", "withheld" },
    { "never, of what is not secret",
        "\"asker\":\"werkgever\",\"purpose\":\"bpv_guidance\",\"holder\":\"mbo\",\"member\":true,\"age\":13,\"sections\":[\"need\"],", "never", "never" },
    { "no rule", "\"asker\":\"vo\",\"purpose\":\"case_support\",\"holder\":\"vo\",\"member\":true,\"age\":13,\"sections\":[\"att\"],", "no", "no" },
    { "not a member", "\"asker\":\"leerplicht\",\"purpose\":\"att_enforce\",\"holder\":\"vo\",\"age\":13,\"sections\":[\"att\"],", "no", "no" },
    { "professional secrecy at eleven", CARE G2 "\"age\":11,\"sections\":[\"care\"],", "withheld", "permit no_stays" },
    { "professional secrecy at twelve", CARE G2 "\"age\":12,\"sections\":[\"care\"],", "permit no_stays", "withheld" },
    { "where telling may wait for safety",
        "\"asker\":\"veilig_thuis\",\"purpose\":\"child_safety\",\"holder\":\"vo\",\"age\":13,\"sections\":[\"att\"],", "later", "later" },
    { "text about no person",
        "\"asker\":\"vo\",\"purpose\":\"anon_consult\",\"holder\":\"cjg\",\"age\":13,\"member\":true,\"sections\":[\"anon\"],", "permit", "permit" },
};

static void assert_heard(const struct row *row, enum client_family reader, const char *expected)
{
    struct client_policy_said one;
    char got[128];

    free(said(row->facts, reader, LANG_EN, &one));
    (void)snprintf(got, sizeof got, "%s%s%s%s%s", one.answer, one.decides != NULL ? " " : "", one.decides != NULL ? one.decides : "",
        one.no != NULL ? " " : "", one.no != NULL ? one.no : "");
    assert_string_equal(got, expected);
}

static void test_row(void **state)
{
    const struct row *row = *state;

    assert_heard(row, CLIENT_FAMILY_YOUNG, row->young);
    assert_heard(row, CLIENT_FAMILY_PARENT, row->parent);
}

/* ---- what is not heard ---- */

/* All of these must read the same to this reader, in both languages. */
static void assert_same(enum client_family reader, const char *const *facts, size_t count)
{
    for (int lang = 0; lang < 2; lang++) {
        char *first = said(facts[0], reader, lang == 0 ? LANG_EN : LANG_NL, NULL);

        for (size_t i = 1; i < count; i++) {
            char *other = said(facts[i], reader, lang == 0 ? LANG_EN : LANG_NL, NULL);

            assert_string_equal(first, other);
            free(other);
        }
        free(first);
    }
}

#define ABOUT G2 "\"age\":13,\"sections\":[\"need\",\"plan\"],"

static void test_who_said_what(void **state)
{
    static const char *const facts[] = { TALK ABOUT, TALK NO("\"y\"") ABOUT, TALK NO("\"g1\"") ABOUT, TALK NO("\"y\",\"g2\"") ABOUT,
        TALK "\"consent\":{\"yes\":[\"g1\",\"g2\"]}," ABOUT, TALK "\"consent\":{\"yes\":[\"y\"],\"no\":[\"g1\"]}," ABOUT };

    (void)state;
    assert_same(CLIENT_FAMILY_PARENT, facts, sizeof facts / sizeof *facts);
    assert_same(CLIENT_FAMILY_YOUNG, facts, sizeof facts / sizeof *facts);
}

/* From sixteen the parents cannot tell one thing from another. */
static void test_sixteen(void **state)
{
    static const char *const facts[] = { TALK G2 "\"age\":16,\"sections\":[\"need\"],", TALK YES G2 "\"age\":16,\"sections\":[\"need\"],",
        TALK NO("\"y\"") G2 "\"age\":17,\"sections\":[\"need\"],", TALK YES G2 "\"objection\":\"2026-06-10\",\"age\":16,\"sections\":[\"need\"],",
        TALK G2 "\"sections\":[\"need\"],", TALK YES G2 "\"age\":25,\"sections\":[\"need\"]," };

    (void)state;
    assert_same(CLIENT_FAMILY_PARENT, facts, sizeof facts / sizeof *facts);
}

/* A report to Veilig Thuis was made, or was not; it is permitted, or is not: nothing can be told from the words. */
static void test_safety(void **state)
{
#define VT "\"asker\":\"veilig_thuis\",\"purpose\":\"child_safety\",\"holder\":\"vo\",\"age\":13,\"sections\":[\"att\",\"safety\"],"
    static const char *const facts[] = { VT, VT "\"events\":[{\"event\":\"MELDCODE\",\"by\":\"holder\"}],",
        VT "\"weighed\":true,\"second\":true,\"events\":[{\"event\":\"MELDCODE\",\"by\":\"holder\"}],", VT "\"objection\":\"2026-06-10\"," };

    (void)state;
    assert_same(CLIENT_FAMILY_PARENT, facts, sizeof facts / sizeof *facts);
    assert_same(CLIENT_FAMILY_YOUNG, facts, sizeof facts / sizeof *facts);
}

/* An objection is not named to the parents: it may be the young person's. */
static void test_objection(void **state)
{
    char *heard = said(SUPPORT G2 "\"objection\":\"2026-06-01\",\"age\":13,\"sections\":[\"att\"],", CLIENT_FAMILY_PARENT, LANG_NL, NULL);

    (void)state;
    assert_null(strstr(heard, "bezwaar"));
    assert_non_null(strstr(heard, "Dit wordt niet gedeeld."));
    free(heard);
}

/* No name of a table, of a person's role or of a command in any text. */
static void test_plain_words(void **state)
{
    static const char *const never[] = { "R0", "R1", "R2", "R5", "g1", "g2", "voogd", "schakel", "NEED_", "CONSENT", "art.", "AVG", "GDPR" };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int k = 0; k < 4; k++) {
            char *heard = said(rows[i].facts, k % 2 == 0 ? CLIENT_FAMILY_YOUNG : CLIENT_FAMILY_PARENT, k < 2 ? LANG_NL : LANG_EN, NULL);

            for (size_t n = 0; n < sizeof never / sizeof *never; n++)
                if (strstr(heard, never[n]) != NULL)
                    fail_msg("%s: \"%s\" in %s", rows[i].name, never[n], heard);
            free(heard);
        }
}

static void test_until(void **state)
{
    char *heard = said(TALK YES G2 "\"age\":13,\"sections\":[\"need\"],", CLIENT_FAMILY_YOUNG, LANG_NL, NULL);

    (void)state;
    assert_non_null(strstr(heard, "  Dat mag tot en met 2026-07-14.\n"));
    free(heard);
}

static void test_names(void **state)
{
    (void)state;
    assert_int_equal(client_policy_family_of("young"), CLIENT_FAMILY_YOUNG);
    assert_int_equal(client_policy_family_of("parent"), CLIENT_FAMILY_PARENT);
    assert_int_equal(client_policy_family_of("holder"), CLIENT_FAMILY_NONE);
    assert_int_equal(client_policy_family_of(NULL), CLIENT_FAMILY_NONE);
    assert_string_equal(client_policy_family_name(CLIENT_FAMILY_NONE), "");
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    if (policy_files_texts(PACK, pack, LANG_EN, NULL, NULL, &texts) != OK)
        return 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_add(&list, rows[i].name, test_row, &rows[i]);
    check_add(&list, "nobody hears who said what", test_who_said_what, NULL);
    check_add(&list, "from sixteen the parents hear nothing", test_sixteen, NULL);
    check_add(&list, "nothing is heard of a report", test_safety, NULL);
    check_add(&list, "an objection is not named to the parents", test_objection, NULL);
    check_add(&list, "plain words", test_plain_words, NULL);
    check_add(&list, "until when", test_until, NULL);
    check_add(&list, "readers by their names", test_names, NULL);
    failed = check_run(&list, "client/policy_family");
    policy_texts_free(texts);
    policy_pack_free(pack);
    return failed;
}
