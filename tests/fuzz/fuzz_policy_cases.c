/* cases.csv against the Dutch pack: every row is judged or told, and one that differs differs. */
#include "tests/fuzz/fuzz.h"

#include "policy/cases.h"
#include "policy/files.h"

struct heard {
    size_t mistakes, mismatches;
};

static void told(void *arg, const struct trouble *t)
{
    struct heard *heard = arg;

    FUZZ_HOLDS(t->err != OK && t->text[0] != '\0' && ++heard->mistakes <= 100);
}

static void differs(void *arg, const struct policy_case *row, const struct policy_decision *got)
{
    struct heard *heard = arg;

    heard->mismatches++;
    FUZZ_HOLDS(row->line > 1 && row->detail != NULL);
    FUZZ_HOLDS(row->expected != got->verdict || got->verdict == POLICY_PERMIT || got->verdict == POLICY_DENY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct policy_pack *pack;
    struct heard heard = { 0 };
    struct policy_cases_run run = { .data = data, .len = len, .name = "fuzz", .mistake = told, .mismatch = differs,
        .arg = &heard };
    size_t passed = 0, failed = 0;

    if (pack == NULL)
        FUZZ_HOLDS(policy_files_load(SOURCE_DIR "/policy/packs/nl-jeugd", LANG_EN, NULL, NULL, &pack) == OK);
    run.pack = pack;
    if (policy_cases_check(&run, &passed, &failed) == OK) {
        FUZZ_HOLDS(failed >= heard.mismatches);
        FUZZ_HOLDS(failed == 0 || heard.mismatches + heard.mistakes != 0);
    } else {
        FUZZ_HOLDS(heard.mistakes != 0);
    }
    return 0;
}
