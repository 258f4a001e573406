/* client/overdue: what status says first when others owe this partner something for over a day. */
#include "tests/support/check.h"

#include "client/overdue.h"

enum { WORDS = 4 };

struct row { const char *name; struct client_overdue overdue; int texts; const char *words[2][WORDS]; };

static const struct row rows[] = {
    {"nothing is owed", {0, 0, false}, 0, {{NULL}, {NULL}}},
    {"an opening is kept back", {17, 0, false}, 1, {{"KEEPS BACK", "number 17", "schakel audit complete"}, {"HOUDT", "nummer 17", "schakel audit complete"}}},
    {"a stop is not confirmed", {0, 2, false}, 1, {{"MAY GO ON", "stop: 2", "schakel statement list"},
        {"GAAT MISSCHIEN DOOR", "stoppen: 2", "schakel statement list"}}},
    {"nothing was anchored for a day", {0, 0, true}, 1, {{"NOT ANCHORED FOR A DAY", "schakel-hub status"}, {"AL EEN DAG NIET VERANKERD", "schakel-hub status"}}},
    {"all of it", {17, 2, true}, 3, {{"number 17", "stop: 2", "NOT ANCHORED FOR A DAY"}, {"nummer 17", "stoppen: 2", "AL EEN DAG NIET VERANKERD"}}},
    {"as large as numbers are", {UINT64_MAX, UINT64_MAX, false}, 2, {{"number 18446744073709551615",
        "If it stays so: tell the other partners", "stop: 18446744073709551615"},
        {"nummer 18446744073709551615", "Blijft dit zo: meld het de andere partners", "stoppen: 18446744073709551615"}}},
};

/* Its texts, one behind the other. */
static int texts_of(const struct client_overdue *o, enum lang lang, char out[4096])
{
    cJSON *reply = cJSON_CreateObject();
    const cJSON *list, *one;
    size_t len = 0;
    int count;

    client_overdue_add(reply, lang, o);
    list = cJSON_GetObjectItemCaseSensitive(reply, "overdue");
    count = list == NULL ? 0 : cJSON_GetArraySize(list);
    out[0] = '\0';
    cJSON_ArrayForEach(one, list)
        len += (size_t)snprintf(out + len, 4096 - len, "%s\n", one->valuestring);
    assert_true(len < 4096);
    cJSON_Delete(reply);
    return count;
}

static void says(void **state)
{
    const struct row *r = *state;
    char text[4096];

    for (int lang = 0; lang < 2; lang++) {
        assert_int_equal(texts_of(&r->overdue, lang == 1 ? LANG_NL : LANG_EN, text), r->texts);
        for (size_t i = 0; i < WORDS && r->words[lang][i] != NULL; i++)
            if (strstr(text, r->words[lang][i]) == NULL)
                fail_msg("\"%s\" is not said: %s", r->words[lang][i], text);
    }
}

int main(void)
{
    static struct check_list list;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_add(&list, rows[i].name, says, &rows[i]);
    return check_run(&list, "client_overdue");
}
