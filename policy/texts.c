#include "policy/texts.h"

#include "policy/duty.h"
#include "policy/table.h"
#include "policy/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY, NL, EN, KEY_MAX = 64 };

struct policy_texts {
    struct csv *csv;
    int column[3];
};

/* What must have a text whatever the pack. */
static const struct {
    const char *group, *name;
} fixed[] = { { "asker", "consent" }, { "asker", "holder" }, { "step", "event" }, { "step", "consent" },
    { "step", "weigh_asker" }, { "step", "weigh_holder" }, { "step", "approval" }, { "no", "consent" },
    { "no", "stops" }, { "no", "stays" }, { "no", "safety" }, { "class", "S0" },
    { "class", "S1" }, { "class", "S2" }, { "class", "S3" }, { "class", "S4" }, { "class", "SX" } };

/* What is said to the young person and to the parents (client/policy_family): each in words for that reader. */
static const char *const readers[] = { "young", "parent" };
static const char *const to_family[] = { "permit", "until", "event", "consent", "steps", "no", "never", "objection", "later",
    "withheld", "decides_parents", "decides_both", "decides_young", "decides_rep", "decides_age", "no_consent", "no_stops",
    "no_stays", "rights" };

/* The rows that were asked for, and what was asked for in vain. */
struct checking {
    struct policy_table *table;
    bool *used;
};

/* The row of a key, or -1. */
static long row_of(const struct csv *csv, int column, const char *group, const char *name)
{
    size_t len = strlen(group);

    for (size_t i = 0; i < csv_rows(csv); i++) {
        const char *key = csv_cell(csv, i, (size_t)column);

        if (strncmp(key, group, len) == 0 && key[len] == '.' && strcmp(key + len + 1, name) == 0)
            return (long)i;
    }
    return -1;
}

static void want(struct checking *c, const char *group, const char *name)
{
    long row = row_of(c->table->csv, c->table->column[KEY], group, name);
    char en[2 * KEY_MAX], nl[2 * KEY_MAX];

    if (row >= 0) {
        c->used[row] = true;
        return;
    }
    (void)snprintf(en, sizeof en, "there is no row %s.%s", group, name);
    (void)snprintf(nl, sizeof nl, "er is geen rij %s.%s", group, name);
    policy_table_trouble(c->table->report, c->table->file, ERR_NOTFOUND, en, nl);
}

static void want_all(struct checking *c, const struct policy_pack *pack)
{
    static const char *const groups[POLICY_SETS] = { [POLICY_SET_KINDS] = "kind",
        [POLICY_SET_PURPOSES] = "purpose",
        [POLICY_SET_GROUNDS] = "ground",
        [POLICY_SET_SECTIONS] = "section",
        [POLICY_SET_EVENTS] = "event" };
    char number[8];

    for (enum policy_verdict v = 0; v < POLICY_VERDICTS; v++)
        want(c, "verdict", policy_words_verdict(v));
    for (enum policy_reason r = POLICY_NO_REASON + 1; r < POLICY_REASONS; r++)
        want(c, "reason", policy_words_reason(r));
    for (unsigned i = 0; i < POLICY_WHO_BITS; i++)
        want(c, "who", policy_words_who(i));
    for (unsigned i = 0; i < POLICY_DUTY_BITS; i++)
        want(c, "duty", policy_words_duty(i));
    for (unsigned i = 1; i <= POLICY_QUESTIONS; i++) {
        (void)snprintf(number, sizeof number, "%u", i);
        want(c, "question", number);
    }
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        want(c, fixed[i].group, fixed[i].name);
    for (size_t r = 0; r < sizeof readers / sizeof *readers; r++)
        for (size_t i = 0; i < sizeof to_family / sizeof *to_family; i++)
            want(c, readers[r], to_family[i]);
    for (enum policy_set set = 0; set < POLICY_SETS; set++)
        for (size_t i = 0; i < pack->set[set].count; i++)
            want(c, groups[set], pack->set[set].word[i].name);
}

/* A row has both texts, and somebody asked for it; the second of two rows with one key nobody does. */
static void check_rows(struct checking *c)
{
    struct policy_table *t = c->table;

    for (t->row = 0; t->row < csv_rows(t->csv); t->row++) {
        if (!c->used[t->row])
            policy_table_mistake(t, KEY, NULL, ERR_EXISTS, "the key of something in this pack, once",
                "de sleutel van iets in dit pakket, een keer");
        if (policy_table_cell(t, NL)[0] == '\0')
            policy_table_mistake(t, NL, NULL, ERR_SHORT, "a text in Dutch", "een tekst in het Nederlands");
        if (policy_table_cell(t, EN)[0] == '\0')
            policy_table_mistake(t, EN, NULL, ERR_SHORT, "a text in English", "een tekst in het Engels");
    }
}

enum err policy_texts_load(const struct policy_pack *pack, const uint8_t *data, size_t len, enum lang lang,
    csv_report *report, void *arg, struct policy_texts **out)
{
    static const char *const names[] = { "key", "nl", "en" };
    struct policy_report told = { .lang = lang, .report = report, .arg = arg };
    struct policy_table table = {
        .report = &told, .file = "texts.csv", .data = data, .len = len, .names = names, .count = 3
    };
    struct checking c = { .table = &table };
    struct policy_texts *texts = NULL;

    if (!policy_table_open(&table))
        goto out;
    texts = calloc(1, sizeof *texts);
    c.used = calloc(csv_rows(table.csv) + 1, sizeof *c.used);
    if (texts == NULL || c.used == NULL) {
        policy_table_trouble(&told, table.file, ERR_NOMEM, "not enough memory for these texts",
            "te weinig geheugen voor deze teksten");
        goto out;
    }
    want_all(&c, pack);
    check_rows(&c);
    if (told.first != OK)
        goto out;
    *texts = (struct policy_texts){ .csv = table.csv };
    memcpy(texts->column, table.column, sizeof texts->column);
    table.csv = NULL;
    *out = texts;
    texts = NULL;
out:
    free(c.used);
    free(texts);
    csv_drop(table.csv);
    return told.first;
}

void policy_texts_free(struct policy_texts *texts)
{
    if (texts == NULL)
        return;
    csv_drop(texts->csv);
    free(texts);
}

const char *policy_texts_get(
    const struct policy_texts *texts, enum lang lang, const char *group, const char *name)
{
    long row = row_of(texts->csv, texts->column[KEY], group, name);

    if (row < 0)
        return name;
    return csv_cell(texts->csv, (size_t)row, (size_t)texts->column[lang == LANG_NL ? NL : EN]);
}
