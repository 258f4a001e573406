/* sources.csv of the Dutch pack: accepted only when every rule has a source in both languages. */
#include "tests/fuzz/fuzz.h"

#include "policy/files.h"

static void told(void *arg, const struct trouble *t)
{
    size_t *count = arg;

    FUZZ_HOLDS(t->err != OK && t->text[0] != '\0' && ++*count <= 100);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct policy_pack *pack;
    struct policy_sources *sources = NULL;
    size_t count = 0;
    enum err e;

    if (pack == NULL)
        FUZZ_HOLDS(policy_files_load(SOURCE_DIR "/policy/packs/nl-jeugd", LANG_EN, NULL, NULL, &pack) == OK);
    e = policy_sources_load(pack, data, len, LANG_NL, told, &count, &sources);
    FUZZ_HOLDS((e == OK) == (count == 0) && (e == OK) == (sources != NULL));
    for (size_t i = 0; e == OK && i < pack->rules; i++) {
        FUZZ_HOLDS(policy_sources_text(sources, LANG_EN, i)[0] != '\0' && policy_sources_text(sources, LANG_NL, i)[0] != '\0');
        FUZZ_HOLDS(policy_sources_sure(sources, i) < POLICY_SURE_ALL);
    }
    policy_sources_free(sources);
    return 0;
}
