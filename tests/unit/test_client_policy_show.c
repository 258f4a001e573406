/* client/do_policy: the pack in words, and what a partner can ask of whom. */
#include "tests/support/client_fixture.h"

#include "base/json.h"
#include "tests/support/check.h"

#include <stdio.h>

static const cJSON *words(const struct client_fixture *f, const char *group)
{
    const cJSON *all = cJSON_GetObjectItemCaseSensitive(f->reply, "words");

    return cJSON_GetObjectItemCaseSensitive(all, group);
}

static const char *text(const cJSON *obj, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(obj, key);

    return cJSON_IsString(item) ? item->valuestring : "";
}

/* "att,effort" */
static void joined(const cJSON *array, char *out, size_t out_len)
{
    const cJSON *item;
    size_t used = 0;

    out[0] = '\0';
    cJSON_ArrayForEach(item, array)
        used +=
            (size_t) snprintf(out + used, out_len - used, "%s%s", used != 0 ? "," : "", item->valuestring);
}

/* The row that has this section; fails without. */
static const cJSON *row_of(const struct client_fixture *f, const char *section)
{
    const cJSON *row, *item;

    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(f->reply, "may"))
        cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(row, "sections"))
            if (strcmp(item->valuestring, section) == 0)
                return row;
    fail_msg("nobody may ask %s", section);
    return NULL;
}

static void the_words_in_either_language(void **state)
{
    struct client_fixture *f = *state;

    f->trouble.lang = LANG_NL;
    assert_err(client_fixture_call(f, LEERPLICHT, "policy.show", "{}"), OK);
    assert_string_equal(text(words(f, "purpose"), "att_followup"), "helpen na een melding van verzuim");
    assert_string_equal(text(words(f, "event"), "VZM"), "melding van 16 uur verzuim in 4 weken");
    assert_null(cJSON_GetObjectItemCaseSensitive(f->reply, "may"));
    f->trouble.lang = LANG_EN;
    assert_err(client_fixture_call(f, LEERPLICHT, "policy.show", "{}"), OK);
    assert_string_equal(text(words(f, "section"), "need"), "what the pupil needs, without a diagnosis");
    assert_string_equal(text(words(f, "kind"), "vo"), "secondary school");
    assert_true(text(words(f, "question"), "17")[0] != '\0');
    assert_string_equal(text(words(f, "question"), "18"), "");
}

static void what_opens_a_section(void **state)
{
    struct client_fixture *f = *state;
    char list[64];
    const cJSON *row;

    assert_err(client_fixture_call(f, LEERPLICHT, "policy.show", "{'purpose':'att_followup'}"), OK);
    row = row_of(f, "att");
    assert_string_equal(text(row, "kind"), "vo");
    joined(cJSON_GetObjectItemCaseSensitive(row, "events"), list, sizeof list);
    assert_string_equal(list, "VZM,OVERIG,LRV,ABS");
    joined(cJSON_GetObjectItemCaseSensitive(row, "sections"), list, sizeof list);
    assert_string_equal(list, "ident,att,effort");
    assert_true(cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(row, "consent")));
    assert_string_equal(text(row, "weigh"), "");
    assert_string_equal(text(row_of(f, "att_sick"), "weigh"), "asker");
}

static void a_section_that_needs_consent(void **state)
{
    struct client_fixture *f = *state;

    assert_err(client_fixture_call(f, WIJKTEAM, "policy.show", "{'purpose':'case_support'}"), OK);
    assert_true(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(row_of(f, "need"), "consent")));
}

/* What no rule names is not in the list, whoever holds it. */
static void nothing_that_is_denied(void **state)
{
    struct client_fixture *f = *state;
    const cJSON *row, *item;

    assert_err(client_fixture_call(f, LEERPLICHT, "policy.show", "{'purpose':'att_followup'}"), OK);
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(f->reply, "may"))
        cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(row, "sections")) {
            assert_string_not_equal(item->valuestring, "need");
            assert_string_not_equal(item->valuestring, "health_med");
        }
}

static void a_purpose_that_is_none(void **state)
{
    struct client_fixture *f = *state;

    assert_err(client_fixture_call(f, LEERPLICHT, "policy.show", "{'purpose':'curiosity'}"), ERR_RANGE);
    assert_string_equal(f->trouble.where, "--purpose");
}

/* Every purpose, asked by every partner: the strict reader of the other side takes each answer. */
static void every_answer_can_be_read(void **state)
{
    struct client_fixture *f = *state;
    const struct policy_words *purposes = &f->pack->set[POLICY_SET_PURPOSES];

    for (enum client_fixture_who who = VO; who < CLIENT_FIXTURE_PARTNERS; who++)
        for (size_t i = 0; i < purposes->count; i++) {
            const char *reply;
            cJSON *back = NULL;

            assert_err(
                client_fixture_call(f, who, "policy.show", "{'purpose':'%s'}", purposes->word[i].name), OK);
            reply = client_fixture_reply(f);
            assert_err(json_parse((const uint8_t *) reply, strlen(reply), &back, NULL), OK);
            cJSON_Delete(back);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(the_words_in_either_language),
        client_fixture_test(what_opens_a_section),
        client_fixture_test(a_section_that_needs_consent),
        client_fixture_test(nothing_that_is_denied),
        client_fixture_test(a_purpose_that_is_none),
        client_fixture_test(every_answer_can_be_read),
    };

    return cmocka_run_group_tests_name("client/do_policy", tests, NULL, NULL);
}
