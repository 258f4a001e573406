/* client/overdue: what status says first when others owe this partner something for over a day. */
#include "tests/support/check.h"

#include "client/overdue.h"

struct row { const char *name; struct client_overdue overdue; int texts; const char *words[2][3]; };

static const struct row rows[] = {
    {"nothing is owed", {0, 0, false}, 0, {{NULL}, {NULL}}},
    {"an opening is kept back", {17, 0, false}, 1, {{"KEEPS BACK", "number 17", "schakel audit complete"}, {"HOUDT", "nummer 17", "schakel audit complete"}}},
    {"a stop is not confirmed", {0, 2, false}, 1, {{"MAY GO ON", "stop: 2", "schakel statement list"}, {"GAAT MISSCHIEN DOOR", "stoppen: 2", "schakel statement list"}}},
    {"both", {17, 2, false}, 2, {{"number 17", NULL, NULL}, {"nummer 17", NULL, NULL}}},
    {"nothing was anchored for a day", {0, 0, true}, 1, {{"NOT ANCHORED FOR A DAY", "schakel-hub status", NULL},
        {"AL EEN DAG NIET VERANKERD", "schakel-hub status", NULL}}},
    {"as large as numbers are", {UINT64_MAX, UINT64_MAX, false}, 2, {{"If it stays so: tell the other partners", NULL, NULL},
        {"Blijft dit zo: meld het de andere partners", NULL, NULL}}},
};

static void says(void **state)
{
    const struct row *r = *state;

    for (int lang = 0; lang < 2; lang++) {
        cJSON *reply = cJSON_CreateObject(), *list;

        client_overdue_add(reply, lang == 1 ? LANG_NL : LANG_EN, &r->overdue);
        list = cJSON_GetObjectItemCaseSensitive(reply, "overdue");
        assert_int_equal(cJSON_GetArraySize(list), r->texts);
        if (r->texts == 0)
            assert_null(list);
        for (size_t i = 0; r->texts != 0 && i < 3 && r->words[lang][i] != NULL; i++)
            assert_non_null(strstr(cJSON_GetArrayItem(list, 0)->valuestring, r->words[lang][i]));
        cJSON_Delete(reply);
    }
}

int main(void)
{
    static struct check_list list;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_add(&list, rows[i].name, says, &rows[i]);
    return check_run(&list, "client_overdue");
}
