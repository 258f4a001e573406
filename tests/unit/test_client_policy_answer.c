/* client/policy_answer: every verdict and reason, to every reader, as JSON and as sentences; and what the asker must not read. */
#include "tests/support/check.h"

#include "client/policy_answer.h"
#include "policy/files.h"
#include "policy/words.h"

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"
#define TALK "{\"asker\":\"vo\",\"purpose\":\"transfer_warm\",\"holder\":\"po\",\"sections\":[\"need\"],\"on\":\"2026-06-15\"," \
             "\"age\":14,\"custody\":[\"g1\",\"g2\"],\"events\":[{\"event\":\"ENROL_NEW\",\"by\":\"holder\"},{\"event\":\"AGENDA_SHOWN\",\"by\":\"holder\"}]"
#define REPORT "{\"asker\":\"veilig_thuis\",\"purpose\":\"child_safety\",\"holder\":\"vo\",\"sections\":[\"safety\"],\"on\":\"2026-06-15\"," \
               "\"events\":[{\"event\":\"MELDCODE\",\"by\":\"holder\"}]"

static struct policy_pack *pack;
static struct policy_texts *texts;

/* One answer as this reader gets it; both forms (free). */
struct given {
    struct client_policy_answer answer;
    char *json, *text;
};

static struct given give(const char *facts, enum client_reader reader, enum lang lang, bool with_texts)
{
    struct client_policy_question q = { .pack = pack, .texts = texts,
        .tongue = { .pack = pack, .texts = with_texts ? texts : NULL, .lang = lang } };
    struct given g = { .json = NULL };
    struct trouble t = { .lang = LANG_EN };
    cJSON *row = cJSON_CreateObject();
    size_t len = 0;
    FILE *out;

    if (client_policy_facts_read(pack, (const uint8_t *)facts, strlen(facts), (struct date){ 2026, 6, 15 }, &q.asked, &t) != OK)
        fail_msg("%s: %s in %s", t.where, t.text, facts);
    client_policy_answer_make(&q, q.asked.section[0], reader, &g.answer);
    client_policy_answer_json(&q.tongue, &g.answer, row);
    assert_err(json_print(row, &g.json), OK);
    cJSON_Delete(row);
    out = open_memstream(&g.text, &len);
    assert_non_null(out);
    client_policy_answer_head(&q.tongue, &g.answer, out);
    client_policy_answer_print(&q.tongue, &g.answer, out);
    assert_int_equal(fclose(out), 0);
    return g;
}

static void drop(struct given *g)
{
    free(g->json);
    free(g->text);
}

static void assert_holds(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        fail_msg("\"%s\" is in:\n%s", part, text);
}

/* ---- every answer there is ---- */

static const struct row {
    const char *name, *facts;
    const char *to_holder, *to_asker;  /* parts of the JSON */
    const char *sentence;              /* to the holder, in English */
} rows[] = {
    { "NOT_IN_CASE", TALK "}", "\"verdict\":\"DENY\",\"reason\":\"NOT_IN_CASE\",\"rule\":\"\"", "\"reason\":\"NOT_IN_CASE\"",
        "does not take part" },
    { "NEVER", "{\"asker\":\"vo\",\"purpose\":\"transfer_warm\",\"holder\":\"po\",\"sections\":[\"care\"],\"member\":true}",
        "\"reason\":\"NEVER\",\"rule\":\"R26\",\"ground\":\"\"", "\"reason\":\"NEVER\"", "  Rule R26.\n" },
    { "NOT_IN_MATRIX", "{\"asker\":\"vo\",\"purpose\":\"transfer_warm\",\"holder\":\"cjg\",\"sections\":[\"att\"],\"member\":true}",
        "\"reason\":\"NOT_IN_MATRIX\",\"rule\":\"\"", "\"reason\":\"NOT_IN_MATRIX\"", "There is no rule that allows this." },
    { "IDENTIFIABLE", "{\"asker\":\"vo\",\"purpose\":\"anon_consult\",\"holder\":\"cjg\",\"sections\":[\"anon\"],\"identifiable\":true}",
        "\"reason\":\"IDENTIFIABLE\"", "\"reason\":\"IDENTIFIABLE\"", "still shows which child" },
    { "REFUSED", TALK ",\"member\":true,\"consent\":{\"yes\":[\"y\",\"g1\"],\"no\":[\"g2\"]}}",
        "\"verdict\":\"DENY\",\"reason\":\"REFUSED\",\"rule\":\"R25\"", "\"verdict\":\"NEED_CONSENT\",\"reason\":\"\",\"rule\":\"R25\"",
        "Somebody whose consent is needed said no.\n" },
    { "RESTRICTED", "{\"asker\":\"jgz\",\"purpose\":\"sick_advice\",\"holder\":\"vo\",\"sections\":[\"att_sick\"],\"on\":\"2026-06-15\",\"member\":true,"
                    "\"objection\":\"2026-06-01\",\"events\":[{\"event\":\"SICK_THR\",\"by\":\"holder\"},{\"event\":\"INFORMED\",\"by\":\"holder\"}]}",
        "\"reason\":\"RESTRICTED\",\"rule\":\"R11\"", "\"reason\":\"RESTRICTED\",\"rule\":\"R11\"", "There is an objection." },
    { "NEED_EVENT", "{\"asker\":\"leerplicht\",\"purpose\":\"att_followup\",\"holder\":\"vo\",\"sections\":[\"att_sick\"],\"age\":14,\"member\":true}",
        "\"verdict\":\"NEED_EVENT\",\"reason\":\"\",\"rule\":\"\"",
        "\"events\":[{\"event\":\"OVERIG\",\"set_by\":[\"po\",\"vo\",\"so_vso\",\"mbo\",\"leerplicht\"],\"by_asker\":\"ref\",\"valid_days\":90},"
        "{\"event\":\"SICK_CHECKED\",\"set_by\":[\"po\",\"vo\",\"so_vso\",\"mbo\"],\"by_asker\":\"no\",\"valid_days\":60}],"
        "\"ways\":[{\"rule\":\"R03\",\"consent\":false,\"all_of\":[{\"one_of\":[\"OVERIG\"]},{\"one_of\":[\"SICK_CHECKED\"]}]}]",
        "  This opens it:\n    - R03: OVERIG (other report of absence), and also SICK_CHECKED (" },
    { "NEED_CONSENT", TALK ",\"member\":true,\"consent\":{\"yes\":[\"y\",\"g1\"]}}",
        "\"verdict\":\"NEED_CONSENT\",\"reason\":\"\",\"rule\":\"R25\",\"ground\":\"CONSENT_X\",\"ground9\":\"9.2.a\",\"whose\":\"family\"",
        "\"verdict\":\"NEED_CONSENT\",\"reason\":\"\",\"rule\":\"R25\",\"ground\":\"CONSENT_X\",\"ground9\":\"9.2.a\",\"whose\":\"family\"",
        "There is no yes yet from: the other parent with custody." },
    { "NEED_WEIGH by the asker", "{\"asker\":\"swv\",\"purpose\":\"return_plan\",\"holder\":\"vo\",\"sections\":[\"need\"],\"on\":\"2026-06-15\",\"member\":true,"
        "\"age\":14,\"events\":[{\"event\":\"LRV\",\"by\":\"holder\"},{\"event\":\"INFORMED\",\"by\":\"holder\"}]}",
        "\"verdict\":\"NEED_WEIGH\",\"reason\":\"\",\"rule\":\"R16\",\"ground\":\"PUBLIC_TASK\",\"ground9\":\"9.2.g\",\"whose\":\"asker\"",
        "\"verdict\":\"NEED_WEIGH\",\"reason\":\"\",\"rule\":\"R16\",\"ground\":\"PUBLIC_TASK\",\"ground9\":\"9.2.g\",\"whose\":\"asker\"",
        "  Questions to answer:\n    - What exactly do I want to reach for this young person?\n" },
    { "NEED_WEIGH by the holder", REPORT "}",
        "\"verdict\":\"NEED_WEIGH\",\"reason\":\"\",\"rule\":\"R51\",\"ground\":\"MELDRECHT\",\"ground9\":\"9.2.g\",\"whose\":\"holder\"",
        "\"verdict\":\"AT_HOLDER\",\"reason\":\"\",\"rule\":\"R51\"", "  Questions to answer:\n" },
    { "NEED_APPROVAL", REPORT ",\"weighed\":true}", "\"verdict\":\"NEED_APPROVAL\",\"reason\":\"\",\"rule\":\"R51\"",
        "\"verdict\":\"AT_HOLDER\",\"reason\":\"\",\"rule\":\"R51\"", "schakel approve" },
    { "PERMIT", REPORT ",\"weighed\":true,\"second\":true}",
        "\"verdict\":\"PERMIT\",\"reason\":\"\",\"rule\":\"R51\",\"ground\":\"MELDRECHT\",\"ground9\":\"9.2.g\",\"whose\":\"nobody\"",
        "\"feedback_days\":5,\"access_days\":30,\"last_day\":\"2026-07-14\",\"questions\":[\"1\",\"2\",",
        "  Access until the end of 2026-07-14.\n  What goes with it:\n    - Telling may wait if that is safer" },
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct given holder = give(r->facts, CLIENT_READS_HOLDER, LANG_EN, true);
    struct given asker = give(r->facts, CLIENT_READS_ASKER, LANG_EN, true);
    struct given dutch = give(r->facts, CLIENT_READS_HOLDER, LANG_NL, true);

    assert_holds(holder.json, r->to_holder);
    assert_holds(asker.json, r->to_asker);
    assert_holds(holder.text, r->sentence);
    assert_string_not_equal(holder.text, dutch.text);
    drop(&holder);
    drop(&asker);
    drop(&dutch);
}

/* ---- what the asker must not read (MODEL section 2), with every answer and in both languages ---- */

static void test_asker(void **state)
{
    const struct row *r = *state;

    for (enum lang lang = LANG_EN; lang <= LANG_NL; lang++) {
        struct given g = give(r->facts, CLIENT_READS_ASKER, lang, true);

        for (unsigned i = 0; i < POLICY_WHO_BITS; i++) {
            char say[256];

            /* "the young person" stands in duties too: then it is not about who said what. */
            (void)snprintf(say, sizeof say, ": %s", policy_texts_get(texts, lang, "who", policy_words_who(i)));
            assert_lacks(g.text, say);
        }
        assert_holds(g.json, "\"people\":[]");
        assert_lacks(g.json, "REFUSED");
        assert_lacks(g.json, "NEED_APPROVAL");
        assert_lacks(g.text, "approve");
        drop(&g);
    }
}

/* One byte more would tell a no from a missing yes. */
static void test_no_is_silence(void **state)
{
    static const char *const silent[] = { TALK ",\"member\":true}", TALK ",\"member\":true,\"consent\":{\"yes\":[\"y\"]}}",
        TALK ",\"member\":true,\"consent\":{\"yes\":[\"y\",\"g1\"],\"no\":[\"g2\"]}}",
        TALK ",\"member\":true,\"consent\":{\"no\":[\"y\"]}}", TALK ",\"member\":true,\"consent\":{\"no\":[\"y\",\"g1\",\"g2\"]}}" };

    (void)state;
    for (enum lang lang = LANG_EN; lang <= LANG_NL; lang++) {
        struct given first = give(silent[0], CLIENT_READS_ASKER, lang, true);

        for (size_t i = 1; i < sizeof silent / sizeof *silent; i++) {
            struct given next = give(silent[i], CLIENT_READS_ASKER, lang, true), holder = give(silent[i], CLIENT_READS_HOLDER, lang, true);

            assert_string_equal(first.json, next.json);
            assert_string_equal(first.text, next.text);
            assert_string_not_equal(holder.json, next.json);
            drop(&next);
            drop(&holder);
        }
        drop(&first);
    }
}

/* Nor whether the holder has weighed, or waits for its second person. */
static void test_holder_is_silent(void **state)
{
    struct given before = give(REPORT "}", CLIENT_READS_ASKER, LANG_EN, true);
    struct given after = give(REPORT ",\"weighed\":true}", CLIENT_READS_ASKER, LANG_EN, true);

    (void)state;
    assert_string_equal(before.json, after.json);
    assert_string_equal(before.text, after.text);
    drop(&before);
    drop(&after);
}

/* ---- what a no of the family means ---- */

static void test_if_no(void **state)
{
    static const struct { const char *facts, *part; } no[] = {
        { TALK ",\"member\":true}", "Does the family say no? Then this is not shared." },
        { REPORT "}", "Only talk with the family about it when that is safe." },
        { "{\"asker\":\"leerplicht\",\"purpose\":\"att_followup\",\"holder\":\"vo\",\"sections\":[\"att\"],\"on\":\"2026-06-15\",\"age\":14,"
          "\"member\":true,\"events\":[{\"event\":\"VZM\",\"by\":\"holder\"}]}", "It is still allowed." },
        { "{\"asker\":\"swv\",\"purpose\":\"return_plan\",\"holder\":\"vo\",\"sections\":[\"status\"],\"on\":\"2026-06-15\",\"member\":true,"
          "\"events\":[{\"event\":\"LRV\",\"by\":\"holder\"},{\"event\":\"INFORMED\",\"by\":\"holder\"}]}", "\"if_no\":\"\"" },
        { "{\"asker\":\"leerplicht\",\"purpose\":\"return_plan\",\"holder\":\"vo\",\"sections\":[\"status\"],\"on\":\"2026-06-15\",\"member\":true,"
          "\"events\":[{\"event\":\"LRV\",\"by\":\"holder\"}]}", "record that there is an objection" },
        { "{\"asker\":\"vo\",\"purpose\":\"anon_consult\",\"holder\":\"cjg\",\"sections\":[\"anon\"]}", "\"if_no\":\"\"" } };

    (void)state;
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        struct given g = give(no[i].facts, CLIENT_READS_HOLDER, LANG_EN, true);

        assert_holds(g.json, no[i].part);
        drop(&g);
    }
}

/* A consent that ends sooner ends the access. */
static void test_end(void **state)
{
    static const struct { const char *consent, *end; } ends[] = {
        { "\"birth_date\":\"2012-01-01\",\"consent\":{\"yes\":[\"y\",\"g1\"],\"given\":\"2026-06-01\"}", "2026-07-14" },
        { "\"birth_date\":\"2012-01-01\",\"consent\":{\"yes\":[\"y\",\"g1\"],\"given\":\"2026-06-01\",\"until\":\"2026-06-20\"}", "2026-06-20" },
        { "\"birth_date\":\"2010-06-17\",\"consent\":{\"yes\":[\"y\",\"g1\"],\"given\":\"2026-06-01\"}", "2026-06-16" } };

    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct given g;
        char json[700], end[40];

        (void)snprintf(json, sizeof json, "{\"asker\":\"vo\",\"purpose\":\"transfer_warm\",\"holder\":\"po\",\"sections\":[\"need\"],"
            "\"on\":\"2026-06-15\",\"custody\":[\"g1\"],\"member\":true,%s,\"events\":[{\"event\":\"ENROL_NEW\",\"by\":\"holder\"},"
            "{\"event\":\"AGENDA_SHOWN\",\"by\":\"holder\"}]}", ends[i].consent);
        g = give(json, CLIENT_READS_HOLDER, LANG_EN, true);
        (void)snprintf(end, sizeof end, "\"last_day\":\"%s\"", ends[i].end);
        assert_holds(g.json, end);
        drop(&g);
    }
}

/* A pack in the making may have no texts: then the names of its tables stand there. */
static void test_without_texts(void **state)
{
    struct given g = give(rows[6].facts, CLIENT_READS_HOLDER, LANG_EN, false);

    (void)state;
    assert_holds(g.text, "att_sick: att_sick\n  NEED_EVENT.\n");
    assert_holds(g.text, "R03: OVERIG (OVERIG), and also SICK_CHECKED (SICK_CHECKED).\n");
    drop(&g);
}

int main(void)
{
    static struct check_list list;
    int failed;

    if (policy_files_load(PACK, LANG_EN, NULL, NULL, &pack) != OK
        || policy_files_texts(PACK, pack, LANG_EN, NULL, NULL, &texts) != OK)
        return 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_add(&list, rows[i].name, test_row, &rows[i]);
        check_add(&list, rows[i].name, test_asker, &rows[i]);
    }
    check_add(&list, "to the asker a no reads as silence", test_no_is_silence, NULL);
    check_add(&list, "to the asker the holder's steps are one", test_holder_is_silent, NULL);
    check_add(&list, "what a no of the family means", test_if_no, NULL);
    check_add(&list, "a consent that ends sooner ends the access", test_end, NULL);
    check_add(&list, "without texts", test_without_texts, NULL);
    failed = check_run(&list, "client/policy_answer");
    policy_texts_free(texts);
    policy_pack_free(pack);
    return failed;
}
