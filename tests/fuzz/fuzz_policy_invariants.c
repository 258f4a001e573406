/* invariants.csv of the Dutch pack: what is accepted names only what the pack has. */
#include "tests/fuzz/fuzz.h"

#include "policy/files.h"
#include "policy/invariants.h"

static void told(void *arg, const struct trouble *t)
{
    size_t *count = arg;

    FUZZ_HOLDS(t->err != OK && t->text[0] != '\0' && ++*count <= 100);
}

static bool is_within(uint64_t mask, size_t count)
{
    return count >= 64 || mask >> count == 0;
}

static void judge(const struct policy_pack *pack, const struct policy_invariants *v)
{
    FUZZ_HOLDS(v->count <= POLICY_INVARIANTS_MAX);
    for (size_t i = 0; i < v->count; i++) {
        const struct policy_invariant *row = &v->row[i];

        FUZZ_HOLDS(row->statement < POLICY_STATEMENTS && row->name[0] != '\0' && row->line > 1);
        FUZZ_HOLDS(row->text[LANG_EN][0] != '\0' && row->text[LANG_NL][0] != '\0');
        FUZZ_HOLDS(is_within(row->askers | row->holders, pack->set[POLICY_SET_KINDS].count));
        FUZZ_HOLDS(is_within(row->purposes | row->others, pack->set[POLICY_SET_PURPOSES].count));
        FUZZ_HOLDS(is_within(row->sections, pack->set[POLICY_SET_SECTIONS].count));
        FUZZ_HOLDS(is_within(row->events, pack->set[POLICY_SET_EVENTS].count));
        FUZZ_HOLDS((row->statement == POLICY_STATES_DUTY) == (row->duties != 0));
        FUZZ_HOLDS((row->statement == POLICY_STATES_DAYS) == (row->days != 0));
        FUZZ_HOLDS(!row->has_ages || row->age_min <= row->age_max);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct policy_pack *pack;
    struct policy_invariants *v = NULL;
    size_t count = 0;
    enum err e;

    if (pack == NULL)
        FUZZ_HOLDS(policy_files_load(SOURCE_DIR "/policy/packs/nl-jeugd", LANG_EN, NULL, NULL, &pack) == OK);
    e = policy_invariants_load(pack, data, len, LANG_EN, told, &count, &v);
    FUZZ_HOLDS((e == OK) == (count == 0) && (e == OK) == (v != NULL));
    if (e == OK)
        judge(pack, v);
    policy_invariants_free(v);
    return 0;
}
