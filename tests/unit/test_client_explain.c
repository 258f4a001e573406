/* client/explain: what a decision reads like, to the asker and to the holder, in both languages, with and
 * without the pack's texts. */
#include "tests/support/check.h"

#include "client/explain.h"
#include "policy/files.h"

#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack;
static struct policy_texts *texts;

static struct client_tongue in(enum lang lang, bool with_texts)
{
    return (struct client_tongue){.pack = pack, .texts = with_texts ? texts : NULL, .lang = lang};
}

/* ---- one row, one answer ---- */

static const struct row {
    const char *name;
    enum client_reader reader;
    enum lang lang;
    struct policy_decision d;
    const char *text, *step, *whose;
} rows[] = {
    {"permitted", CLIENT_READS_ASKER, LANG_EN, {.verdict = POLICY_PERMIT, .rule = -1}, "This is allowed.", "",
        "nobody"},
    {"permitted, in Dutch", CLIENT_READS_HOLDER, LANG_NL, {.verdict = POLICY_PERMIT, .rule = -1}, "Dit mag.",
        "", "nobody"},
    {"denied by the matrix", CLIENT_READS_ASKER, LANG_EN,
        {.verdict = POLICY_DENY, .reason = POLICY_NOT_IN_MATRIX, .rule = -1},
        "This is not allowed. There is no rule that allows this.",
        "Check the purpose, or ask for less: schakel policy show lists what can be asked.", "you"},
    {"denied without a reason", CLIENT_READS_ASKER, LANG_EN, {.verdict = POLICY_DENY, .rule = -1},
        "This is not allowed.", "", "nobody"},
    {"an event is missing, in Dutch", CLIENT_READS_ASKER, LANG_NL,
        {.verdict = POLICY_NEED_EVENT, .rule = -1, .need_events = 1}, "Er moet eerst iets gebeuren.",
        "Nodig is: VZM (melding van 16 uur verzuim in 4 weken). De partner die het weet, meldt het: schakel "
        "event add.",
        "holder"},
    {"consent, to the holder", CLIENT_READS_HOLDER, LANG_EN,
        {.verdict = POLICY_NEED_CONSENT, .rule = -1, .missing = POLICY_WHO_Y | POLICY_WHO_G2},
        "There is no consent yet.",
        "There is no yes yet from: the young person, the other parent with custody. Talk with the family and "
        "record what they say: schakel consent record.",
        "family"},
    {"consent, to the asker, names nobody", CLIENT_READS_ASKER, LANG_EN,
        {.verdict = POLICY_NEED_CONSENT, .rule = -1, .missing = POLICY_WHO_Y | POLICY_WHO_G2},
        "There is no consent yet. Not everybody whose yes is needed has said yes.",
        "Talk with the family and record what they say: schakel consent record. The holder can do so too.",
        "family"},
    {"the asker weighs", CLIENT_READS_ASKER, LANG_EN,
        {.verdict = POLICY_NEED_WEIGH, .rule = -1, .weigh = POLICY_WEIGH_ASKER},
        "It must be weighed first. The one who asks first weighs whether this is needed.",
        "Answer the questions with schakel weigh, and give its number with --weigh.", "you"},
    {"the asker should have weighed", CLIENT_READS_HOLDER, LANG_EN,
        {.verdict = POLICY_NEED_WEIGH, .rule = -1, .weigh = POLICY_WEIGH_ASKER},
        "It must be weighed first. The one who asks first weighs whether this is needed.",
        "Refuse, or phone the asker: they weigh it with schakel weigh and ask again.", "asker"},
    {"the holder weighs", CLIENT_READS_HOLDER, LANG_EN,
        {.verdict = POLICY_NEED_WEIGH, .rule = -1, .weigh = POLICY_WEIGH_HOLDER},
        "It must be weighed first. The one who has the information first weighs whether this is needed.",
        "Answer the questions with schakel weigh, and give its number with --weigh.", "you"},
    {"a step of the holder, to the asker", CLIENT_READS_ASKER, LANG_EN,
        {.verdict = POLICY_NEED_WEIGH, .rule = -1, .weigh = POLICY_WEIGH_HOLDER, .at_holder = true},
        "This is now with the organisation that has the information.",
        "Nothing to do for you; the holder decides.", "holder"},
    {"a second person, to the holder", CLIENT_READS_HOLDER, LANG_NL,
        {.verdict = POLICY_NEED_APPROVAL, .rule = -1, .at_holder = true},
        "Een tweede persoon moet nog meekijken. Een tweede persoon van de organisatie die de informatie "
        "heeft kijkt mee.",
        "Een tweede collega meldt zich aan en gebruikt schakel approve; geef het nummer daarvan met "
        "--approval.",
        "holder"},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct client_tongue tongue = in(r->lang, true);
    struct client_explained out = {.whose = "?"};

    client_explain(&tongue, r->reader, &r->d, &out);
    assert_string_equal(out.text, r->text);
    assert_string_equal(out.step, r->step);
    assert_string_equal(out.whose, r->whose);
}

/* ---- what holds for all ---- */

/* MODEL section 2: not one byte tells a no from a missing yes. */
static void a_no_reads_like_a_missing_yes(void **state)
{
    const struct policy_decision missing = {
        .verdict = POLICY_NEED_CONSENT, .rule = 3, .missing = POLICY_WHO_G1};
    const struct policy_decision refused = {.verdict = POLICY_DENY, .reason = POLICY_REFUSED, .rule = 3};

    (void) state;
    for (enum lang lang = LANG_EN; lang <= LANG_NL; lang++) {
        struct client_tongue tongue = in(lang, true);
        struct client_explained a, b, c;

        client_explain(&tongue, CLIENT_READS_ASKER, &missing, &a);
        client_explain(&tongue, CLIENT_READS_ASKER, &refused, &b);
        client_explain(&tongue, CLIENT_READS_HOLDER, &refused, &c);
        assert_string_equal(a.text, b.text);
        assert_string_equal(a.step, b.step);
        assert_string_equal(a.whose, b.whose);
        assert_string_not_equal(b.text, c.text);
    }
}

/* Every answer there is says something in either language, and not the same. */
static void every_answer_in_both_languages(void **state)
{
    struct client_tongue en = in(LANG_EN, true), nl = in(LANG_NL, true);

    (void) state;
    for (enum policy_verdict v = 0; v < POLICY_VERDICTS; v++)
        for (enum policy_reason r = 0; r < (v == POLICY_DENY ? POLICY_REASONS : 1); r++)
            for (int reader = CLIENT_READS_ASKER; reader <= CLIENT_READS_HOLDER; reader++) {
                const struct policy_decision d = {
                    .verdict = v, .reason = r, .rule = -1, .missing = POLICY_WHO_Y, .need_events = 3};
                struct client_explained a, b;

                client_explain(&en, (enum client_reader) reader, &d, &a);
                client_explain(&nl, (enum client_reader) reader, &d, &b);
                assert_true(a.text[0] != '\0' && b.text[0] != '\0');
                assert_string_not_equal(a.text, b.text);
                assert_int_equal(a.step[0] == '\0', b.step[0] == '\0');
                assert_true(a.step[0] == '\0' || strcmp(a.step, b.step) != 0);
                assert_string_equal(a.whose, b.whose);
            }
}

static void all_events_fit_or_end(void **state)
{
    struct client_tongue tongue = in(LANG_NL, true);
    char small[20], people[200];

    (void) state;
    client_explain_events(&tongue, ~UINT64_C(0), small, sizeof small);
    assert_int_equal(strlen(small), sizeof small - 1);
    assert_memory_equal(small, "VZM (melding van 16", 19);
    client_explain_events(&tongue, 0, small, sizeof small);
    assert_string_equal(small, "");
    client_explain_people(&tongue, POLICY_WHO_VOOGD | POLICY_WHO_AGE, people, sizeof people);
    assert_string_equal(people, "de voogd, iemand, maar zonder leeftijd is niet te zeggen wie");
}

static void without_texts_names_stand_for_themselves(void **state)
{
    struct client_tongue tongue = in(LANG_EN, false);
    const struct policy_decision denied = {.verdict = POLICY_DENY, .reason = POLICY_NEVER, .rule = -1};
    struct client_explained out;
    char text[200];

    (void) state;
    client_explain(&tongue, CLIENT_READS_HOLDER, &denied, &out);
    assert_string_equal(out.text, "DENY. NEVER");
    client_explain_people(&tongue, POLICY_WHO_Y | POLICY_WHO_G1, text, sizeof text);
    assert_string_equal(text, "y, g1");
    client_explain_events(&tongue, 1, text, sizeof text);
    assert_string_equal(text, "VZM (report of 16 hours of absence in 4 weeks)");
}

static void texts_of_a_folder_without_them(void **state)
{
    struct policy_texts *none = NULL;

    (void) state;
    assert_err(policy_files_texts(SOURCE_DIR "/policy", pack, LANG_EN, NULL, NULL, &none), ERR_NOTFOUND);
    assert_null(none);
}

int main(void)
{
    struct check_list list = {.count = 0};
    int code;

    if (policy_files_load(PACK, LANG_EN, NULL, NULL, &pack) != OK
        || policy_files_texts(PACK, pack, LANG_EN, NULL, NULL, &texts) != OK)
        return 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_add(&list, rows[i].name, test_row, &rows[i]);
    check_add(&list, "a no reads like a missing yes", a_no_reads_like_a_missing_yes, NULL);
    check_add(&list, "every answer in both languages", every_answer_in_both_languages, NULL);
    check_add(&list, "all events fit or end", all_events_fit_or_end, NULL);
    check_add(
        &list, "without texts names stand for themselves", without_texts_names_stand_for_themselves, NULL);
    check_add(&list, "texts of a folder without them", texts_of_a_folder_without_them, NULL);
    code = check_run(&list, "client/explain");
    policy_texts_free(texts);
    policy_pack_free(pack);
    return code;
}
