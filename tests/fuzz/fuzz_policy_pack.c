/*
 * One table of a small pack is the input: which one its first column says. What is accepted is a pack within its
 * limits, gives the same answers and digest when it is read again, never gives what is never in the hub, and the hub
 * lets through whatever a node permits.
 */
#include "tests/fuzz/fuzz.h"

#include "policy/eval.h"
#include "tests/support/policy.h"

#include <string.h>

static void told(void *arg, const struct trouble *t)
{
    size_t *count = arg;

    FUZZ_HOLDS(t->err != OK && t->text[0] != '\0' && t->where[0] != '\0' && ++*count <= 100);
}

/* Which table: after a byte order mark, blanks or a quote comes the name of its first column. */
static enum policy_table_id table_of(const uint8_t *data, size_t len)
{
    static const char *const first[POLICY_TABLES] = { "kind", "purpose", "ground", "section", "event", "id",
        "parameter", "question" };

    while (len != 0 && memchr("\xef\xbb\xbf \"\n", data[0], 6) != NULL) {
        data++;
        len--;
    }
    for (enum policy_table_id id = 0; id < POLICY_TABLES; id++)
        if (len >= strlen(first[id]) && memcmp(data, first[id], strlen(first[id])) == 0)
            return id;
    return POLICY_TABLE_RULES;
}

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static struct policy_facts facts_of(uint32_t *seed)
{
    return (struct policy_facts){ .asker_kind = (uint8_t)(next(seed) % 5), .holder_kind = (uint8_t)(next(seed) % 5),
        .purpose = (uint8_t)(next(seed) % 4), .member = next(seed) % 4 != 0, .weighed = next(seed) % 2 != 0,
        .second = next(seed) % 2 != 0, .restricted = next(seed) % 4 == 0, .age_years = (int)(next(seed) % 25) - 1,
        .custody = (uint8_t)(next(seed) % 8 << 1), .given = (uint8_t)(next(seed) % 32),
        .refused = (uint8_t)(next(seed) % 8 == 0), .events = next(seed) };
}

static void judge(const struct policy_pack *a, const struct policy_pack *b)
{
    uint32_t seed = 7;

    for (size_t i = 0; i < 64; i++) {
        struct policy_facts f = facts_of(&seed);
        uint8_t section = (uint8_t)(next(&seed) % (a->set[POLICY_SET_SECTIONS].count + 1));
        struct policy_decision one, other;

        policy_eval_section(a, &f, section, &one);
        policy_eval_section(b, &f, section, &other);
        FUZZ_HOLDS(one.verdict == other.verdict && one.rule == other.rule && one.duties == other.duties);
        if (one.verdict != POLICY_PERMIT)
            continue;
        FUZZ_HOLDS(one.rule >= 0 && (size_t)one.rule < a->rules && a->section[section].class != POLICY_SX);
        FUZZ_HOLDS(one.access_days >= 1 && one.access_days <= POLICY_DAYS_MAX);
        f.hub_view = f.before_grant = f.consent_complete = true;
        policy_eval_section(a, &f, section, &other);
        FUZZ_HOLDS(other.verdict == POLICY_PERMIT);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct support_policy_texts texts = support_policy_small();
    struct policy_tables tables;
    struct policy_pack *pack = NULL, *again = NULL;
    enum policy_table_id changed = table_of(data, len);
    uint8_t digest[POLICY_DIGEST_LEN];
    size_t count = 0;
    enum err e;

    for (size_t i = 0; i < POLICY_TABLES; i++) {
        tables.table[i].data = (const uint8_t *)texts.text[i];
        tables.table[i].len = strlen(texts.text[i]);
    }
    tables.table[changed].data = data;
    tables.table[changed].len = len;
    e = policy_pack_load(&tables, LANG_EN, told, &count, &pack);
    FUZZ_HOLDS((e == OK) == (count == 0) && (e == OK) == (pack != NULL));
    if (e == OK) {
        FUZZ_HOLDS(policy_pack_load(&tables, LANG_NL, told, &count, &again) == OK);
        policy_pack_digest(&tables, digest);
        FUZZ_HOLDS(memcmp(pack->digest, digest, sizeof digest) == 0);
        FUZZ_HOLDS(memcmp(again->digest, digest, sizeof digest) == 0);
        judge(pack, again);
    }
    policy_pack_free(pack);
    policy_pack_free(again);
    return 0;
}
