/* texts.csv of the Dutch pack: accepted only when every text is there in both languages. */
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
    struct policy_texts *texts = NULL;
    size_t count = 0;
    enum err e;

    if (pack == NULL)
        FUZZ_HOLDS(policy_files_load(SOURCE_DIR "/policy/packs/nl-jeugd", LANG_EN, NULL, NULL, &pack) == OK);
    e = policy_texts_load(pack, data, len, LANG_EN, told, &count, &texts);
    FUZZ_HOLDS((e == OK) == (count == 0) && (e == OK) == (texts != NULL));
    for (size_t i = 0; e == OK && i < pack->set[POLICY_SET_SECTIONS].count; i++)
        for (enum lang lang = LANG_EN; lang <= LANG_NL; lang++)
            FUZZ_HOLDS(policy_texts_get(texts, lang, "section", pack->set[POLICY_SET_SECTIONS].word[i].name)[0] != '\0');
    policy_texts_free(texts);
    return 0;
}
