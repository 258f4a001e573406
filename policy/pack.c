#include "policy/pack.h"

#include "policy/duty.h"
#include "policy/rules.h"
#include "policy/weighing.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const char *const files[POLICY_TABLES] = {
    [POLICY_TABLE_KINDS] = "kinds.csv",
    [POLICY_TABLE_PURPOSES] = "purposes.csv",
    [POLICY_TABLE_GROUNDS] = "grounds.csv",
    [POLICY_TABLE_SECTIONS] = "sections.csv",
    [POLICY_TABLE_EVENTS] = "events.csv",
    [POLICY_TABLE_RULES] = "rules.csv",
    [POLICY_TABLE_PARAMETERS] = "parameters.csv",
    [POLICY_TABLE_WEIGHING] = "weighing.csv",
};

const char *policy_pack_file(enum policy_table_id id)
{
    return files[id];
}

enum err policy_pack_load(const struct policy_tables *tables, enum lang lang, csv_report *report, void *arg,
    struct policy_pack **out)
{
    struct policy_loading loading = { .report = { .lang = lang, .report = report, .arg = arg } };
    struct policy_pack *pack = calloc(1, sizeof *pack);

    if (pack == NULL) {
        policy_table_trouble(&loading.report, "", ERR_NOMEM, "not enough memory for this pack",
            "te weinig geheugen voor dit pakket");
        return ERR_NOMEM;
    }
    loading.pack = pack;
    pack->system_event = POLICY_UNKNOWN;
    policy_sets_kinds(&loading, tables);
    policy_sets_purposes(&loading, tables);
    policy_sets_grounds(&loading, tables);
    policy_sets_sections(&loading, tables);
    policy_sets_events(&loading, tables);
    policy_rules_load(&loading, tables);
    policy_sets_parameters(&loading, tables);
    policy_weighing_load(&loading, tables);
    if (loading.report.first != OK) {
        policy_pack_free(pack);
        return loading.report.first;
    }
    pack->anon_section = policy_pack_find(pack, POLICY_SET_SECTIONS, "anon");
    policy_duty_feedback(pack);
    policy_rules_index(pack);
    policy_pack_digest(tables, pack->digest);
    *out = pack;
    return OK;
}

void policy_pack_free(struct policy_pack *pack)
{
    if (pack == NULL)
        return;
    for (size_t i = 0; i < POLICY_TABLES; i++)
        csv_drop(pack->csv[i]);
    free(pack->weighing);
    free(pack);
}

void policy_pack_digest(const struct policy_tables *tables, uint8_t out[POLICY_DIGEST_LEN])
{
    static const enum policy_table_id order[POLICY_TABLES] = { POLICY_TABLE_EVENTS, POLICY_TABLE_GROUNDS,
        POLICY_TABLE_KINDS, POLICY_TABLE_PARAMETERS, POLICY_TABLE_PURPOSES, POLICY_TABLE_RULES,
        POLICY_TABLE_SECTIONS, POLICY_TABLE_WEIGHING };
    crypto_hash_sha256_state state;
    uint8_t one[crypto_hash_sha256_BYTES];

    (void)crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < POLICY_TABLES; i++) {
        const char *name = files[order[i]];

        (void)crypto_hash_sha256(one, tables->table[order[i]].data, tables->table[order[i]].len);
        (void)crypto_hash_sha256_update(&state, (const uint8_t *)name, strlen(name) + 1);
        (void)crypto_hash_sha256_update(&state, one, sizeof one);
    }
    (void)crypto_hash_sha256_final(&state, out);
}

uint8_t policy_pack_find(const struct policy_pack *pack, enum policy_set set, const char *name)
{
    const struct policy_words *words = &pack->set[set];

    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->word[i].name, name) == 0)
            return (uint8_t)i;
    return POLICY_UNKNOWN;
}

const char *policy_pack_name(const struct policy_pack *pack, enum policy_set set, uint8_t index)
{
    return index < pack->set[set].count ? pack->set[set].word[index].name : NULL;
}

int policy_pack_rule(const struct policy_pack *pack, const char *id)
{
    for (size_t i = 0; i < pack->rules; i++)
        if (strcmp(pack->rule[i].id, id) == 0)
            return (int)i;
    return -1;
}

enum err policy_pack_parameter(
    const struct policy_pack *pack, const char *name, struct date on, uint64_t *out)
{
    const struct policy_parameter *found = NULL;

    for (size_t i = 0; i < pack->parameters; i++) {
        const struct policy_parameter *p = &pack->parameter[i];

        if (strcmp(p->name, name) != 0 || date_compare(p->from, on) > 0)
            continue;
        if (found == NULL || date_compare(p->from, found->from) > 0)
            found = p;
    }
    if (found == NULL)
        return ERR_NOTFOUND;
    *out = found->value;
    return OK;
}
