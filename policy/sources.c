#include "policy/sources.h"

#include "policy/table.h"

#include <stdio.h>
#include <stdlib.h>

enum { RULE, CHECKED, NL, EN };

struct policy_sources {
    struct csv *csv;
    const char *nl[POLICY_RULES_MAX], *en[POLICY_RULES_MAX];
    enum policy_sources_sure checked[POLICY_RULES_MAX];
};

static void read_row(const struct policy_pack *pack, struct policy_table *t, struct policy_sources *s)
{
    static const char *const words[] = { "no", "part", "yes", NULL };
    int rule = policy_pack_rule(pack, policy_table_cell(t, RULE));

    if (rule < 0) {
        policy_table_mistake(t, RULE, NULL, ERR_NOTFOUND, "a rule of rules.csv", "een regel uit rules.csv");
        return;
    }
    if (s->nl[rule] != NULL)
        policy_table_mistake(t, RULE, NULL, ERR_EXISTS, "a rule that has no row yet",
            "een regel die nog geen rij heeft");
    for (size_t column = NL; column <= EN; column++)
        if (policy_table_cell(t, column)[0] == '\0')
            policy_table_mistake(t, column, NULL, ERR_SHORT, "where in the law it stands", "waar het in de wet staat");
    s->nl[rule] = policy_table_cell(t, NL);
    s->en[rule] = policy_table_cell(t, EN);
    s->checked[rule] = (enum policy_sources_sure)policy_table_choice(t, CHECKED, words);
}

static void want_all(const struct policy_pack *pack, const struct policy_table *t, const struct policy_sources *s)
{
    char en[96], nl[96];

    for (size_t i = 0; i < pack->rules; i++) {
        if (s->nl[i] != NULL)
            continue;
        (void)snprintf(en, sizeof en, "there is no row for rule %.*s", POLICY_NAME_MAX, pack->rule[i].id);
        (void)snprintf(nl, sizeof nl, "er is geen rij voor regel %.*s", POLICY_NAME_MAX, pack->rule[i].id);
        policy_table_trouble(t->report, t->file, ERR_NOTFOUND, en, nl);
    }
}

enum err policy_sources_load(const struct policy_pack *pack, const uint8_t *data, size_t len, enum lang lang,
    csv_report *report, void *arg, struct policy_sources **out)
{
    static const char *const names[] = { "rule", "checked", "nl", "en" };
    struct policy_report told = { .lang = lang, .report = report, .arg = arg };
    struct policy_table table = {
        .report = &told, .file = "sources.csv", .data = data, .len = len, .names = names, .count = 4
    };
    struct policy_sources *s = NULL;

    if (!policy_table_open(&table))
        goto out;
    s = calloc(1, sizeof *s);
    if (s == NULL) {
        policy_table_trouble(&told, table.file, ERR_NOMEM, "not enough memory for these sources",
            "te weinig geheugen voor deze bronnen");
        goto out;
    }
    for (table.row = 0; table.row < csv_rows(table.csv); table.row++)
        read_row(pack, &table, s);
    want_all(pack, &table, s);
    if (told.first != OK)
        goto out;
    s->csv = table.csv;
    table.csv = NULL;
    *out = s;
    s = NULL;
out:
    free(s);
    csv_drop(table.csv);
    return told.first;
}

void policy_sources_free(struct policy_sources *sources)
{
    if (sources == NULL)
        return;
    csv_drop(sources->csv);
    free(sources);
}

const char *policy_sources_text(const struct policy_sources *sources, enum lang lang, size_t rule)
{
    return lang == LANG_NL ? sources->nl[rule] : sources->en[rule];
}

enum policy_sources_sure policy_sources_sure(const struct policy_sources *sources, size_t rule)
{
    return sources->checked[rule];
}
