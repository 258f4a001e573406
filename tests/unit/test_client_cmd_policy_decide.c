/* "policy decide" and "policy explain": whole outputs, in both languages, and what is not there or wrong. */
#include "tests/support/check.h"

#include "base/file.h"
#include "base/json.h"
#include "client/cmd_policy_decide.h"

#include <stdio.h>
#include <unistd.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static char facts[] = "/tmp/schakel-facts-XXXXXX";

static const char question[] = "{\"asker\":\"leerplicht\",\"purpose\":\"att_followup\",\"holder\":\"vo\",\"sections\":[\"att\",\"need\",\"ident\"],"
    "\"on\":\"2026-01-20\",\"age\":14,\"member\":true,\"events\":[{\"event\":\"VZM\",\"by\":\"holder\"}]}";

static void put(const char *text)
{
    assert_err(file_write(facts, text, strlen(text), 0600, NULL), OK);
}

typedef enum err command(const struct client_cmd_policy_decide *ask, struct trouble *t);

static enum client_family family;   /* of the next runs */

static enum err run(command *cmd, const char *pack, enum client_reader reader, enum lang lang, char **text, struct trouble *t)
{
    struct client_cmd_policy_decide ask = { .pack_dir = pack, .facts_path = facts, .reader = reader, .family = family, .lang = lang };
    size_t len = 0;
    enum err e;

    ask.out = open_memstream(text, &len);
    assert_non_null(ask.out);
    e = cmd(&ask, t);
    assert_int_equal(fclose(ask.out), 0);
    return e;
}

/* The digest stands in a line of its own: it changes with every table. */
static void assert_text(char *text, const char *from)
{
    char *at = strstr(text, from);

    if (at == NULL)
        fail_msg("\"%s\" is not in:\n%s", from, text);
    free(text);
}

static void test_explain(void **state)
{
    char *text = NULL;

    (void)state;
    put(question);
    assert_err(run(client_cmd_policy_explain, PACK, CLIENT_READS_HOLDER, LANG_EN, &text, NULL), OK);
    assert_ptr_equal(strstr(text, "Who asks: school attendance officer\nWhom: secondary school\nWhat for: help after a report of "
                                  "absence\nDay: 2026-01-20\nPack: "), text);
    assert_text(text, " (draft)\n\n"
        "ident: name, birth date, address and contact\n"
        "att: absence without leave: dates, hours and kind\n"
        "  This is allowed.\n"
        "  Rule R02. Ground: legal duty (GDPR 6(1)(c)).\n"
        "  Access until the end of 2026-04-19.\n"
        "  What goes with it:\n"
        "    - Tell the young person and the parents before you read the information. Write down the date.\n"
        "    - Use the information for this purpose only.\n"
        "    - Do not pass the information on. Others ask the one who has it.\n"
        "    - Share only what is ticked and needed.\n"
        "    - Answer within 10 working days.\n"
        "  No consent is needed for this. Does the family not want it? It is still allowed. Explain why, and write down what the "
        "family says.\n\n"
        "need: what the pupil needs, without a diagnosis\n"
        "  This is not allowed. There is no rule that allows this.\n"
        "  Check the purpose, or ask for less: schakel policy show lists what can be asked.\n");
    assert_err(run(client_cmd_policy_explain, PACK, CLIENT_READS_ASKER, LANG_NL, &text, NULL), OK);
    assert_text(text, " (concept)\n\n"
        "ident: naam, geboortedatum, adres en contact\n"
        "att: ongeoorloofd verzuim: data, uren en soort\n"
        "  Dit mag.\n");
}

static void test_decide(void **state)
{
    static const char *const sections[] = { "ident", "att", "need" }, *const verdicts[] = { "PERMIT", "PERMIT", "DENY" };
    const cJSON *array = NULL, *row;
    const char *word = NULL;
    char *text = NULL;
    cJSON *json = NULL;
    size_t i = 0;

    (void)state;
    put(question);
    assert_err(run(client_cmd_policy_decide, PACK, CLIENT_READS_ASKER, LANG_EN, &text, NULL), OK);
    assert_err(json_parse((const uint8_t *)text, strlen(text) - 1, &json, NULL), OK);
    assert_err(json_text(json, "reader", &word), OK);
    assert_string_equal(word, "asker");
    assert_err(json_text(json, "pack", &word), OK);
    assert_int_equal(strlen(word), 64);
    assert_err(json_array(json, "sections", &array), OK);
    cJSON_ArrayForEach(row, array) {
        assert_true(i < 3);
        assert_err(json_text(row, "section", &word), OK);
        assert_string_equal(word, sections[i]);
        assert_err(json_text(row, "verdict", &word), OK);
        assert_string_equal(word, verdicts[i++]);
    }
    assert_int_equal(i, 3);
    cJSON_Delete(json);
    free(text);
}

/* What is said is tested in test_client_policy_family; here, that both commands say it, and nothing else about the sections. */
static void test_family(void **state)
{
    char *text = NULL;

    (void)state;
    put(question);
    family = CLIENT_FAMILY_PARENT;
    assert_err(run(client_cmd_policy_explain, PACK, CLIENT_READS_HOLDER, LANG_EN, &text, NULL), OK);
    assert_text(text, " (draft)\n\n"
        "name, birth date, address and contact\n"
        "absence without leave: dates, hours and kind\n"
        "  This may be read.\n"
        "  That is allowed until the end of 2026-04-19.\n"
        "  No yes is needed for this, even if you do not want it. Ask why, and say what you think. That is written down.\n\n"
        "what the pupil needs, without a diagnosis\n"
        "  This is not shared.\n\n"
        "You may always ask what was shared about your child, and with whom. Is something wrong? Then you may ask to correct it.\n");
    family = CLIENT_FAMILY_YOUNG;
    assert_err(run(client_cmd_policy_decide, PACK, CLIENT_READS_HOLDER, LANG_NL, &text, NULL), OK);
    assert_null(strstr(text, "R02"));
    assert_null(strstr(text, "verdict"));
    assert_non_null(strstr(text, "\"reader\":\"young\""));
    assert_non_null(strstr(text, "\"rights\":\"Je mag altijd vragen wat er over je is gedeeld"));
    assert_text(text, "{\"section\":\"need\",\"answer\":\"no\",\"text\":\"Dit wordt niet gedeeld.\",\"events\":[],\"last_day\":\"\",\"decides\":\"\",\"no\":\"\"}");
    family = CLIENT_FAMILY_NONE;
}

/* Nothing is written, and the trouble says what is wrong where. */
static void test_refused(void **state)
{
    static const struct { const char *pack, *facts; enum err err; const char *where; } rows[] = {
        { SOURCE_DIR "/policy", question, ERR_NOTFOUND, "kinds.csv" }, { PACK, "{\"asker\":\"bakker\"}", ERR_NOTFOUND, "asker" },
        { PACK, "", ERR_SYNTAX, "" } };
    command *const commands[] = { client_cmd_policy_decide, client_cmd_policy_explain };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t c = 0; c < 2; c++) {
            struct trouble t = { .lang = LANG_EN };
            char *text = NULL;

            put(rows[i].facts);
            assert_err(run(commands[c], rows[i].pack, CLIENT_READS_HOLDER, LANG_EN, &text, &t), rows[i].err);
            assert_string_equal(t.where, rows[i].where);
            assert_string_equal(text, "");
            free(text);
        }
}

static void test_no_facts(void **state)
{
    struct trouble t = { .lang = LANG_NL };
    char *text = NULL;

    (void)state;
    assert_int_equal(unlink(facts), 0);
    assert_err(run(client_cmd_policy_decide, PACK, CLIENT_READS_HOLDER, LANG_NL, &text, &t), ERR_NOTFOUND);
    assert_string_equal(t.where, facts);
    free(text);
    put("");
}

int main(void)
{
    static struct check_list list;
    int fd = mkstemp(facts), failed;

    if (fd < 0)
        return 1;
    (void)close(fd);
    check_add(&list, "explained, in both languages, each answer once", test_explain, NULL);
    check_add(&list, "decided, as JSON", test_decide, NULL);
    check_add(&list, "for the family", test_family, NULL);
    check_add(&list, "a pack or facts that are wrong", test_refused, NULL);
    check_add(&list, "facts that are not there", test_no_facts, NULL);
    failed = check_run(&list, "client/cmd_policy_decide");
    (void)unlink(facts);
    return failed;
}
