/* server/manifest: a pack.json that is accepted can be written, and reads the same again. */
#include "tests/fuzz/fuzz.h"

#include "server/manifest.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct server_manifest m = { .name = "" }, again = { .name = "" };
    struct trouble t = { .lang = LANG_NL };
    char *text = NULL, *other = NULL;
    enum err e = server_manifest_parse(data, len, &m, &t);

    if (e != OK) {
        FUZZ_HOLDS(t.err != OK && t.text[0] != '\0' && m.name[0] == '\0' && m.adoptions == 0);
        return 0;
    }
    FUZZ_HOLDS(m.name[0] != '\0' && m.version[0] != '\0' && m.valid_from.year >= 1900);
    FUZZ_HOLDS(m.adoptions <= SERVER_MANIFEST_NOTES_MAX && m.advices <= SERVER_MANIFEST_NOTES_MAX);
    for (size_t i = 0; i < POLICY_TABLES; i++)
        FUZZ_HOLDS(m.has[i]);
    FUZZ_HOLDS(server_manifest_format(&m, &text) == OK);
    FUZZ_HOLDS(server_manifest_parse((const uint8_t *)text, strlen(text), &again, NULL) == OK);
    FUZZ_HOLDS(server_manifest_format(&again, &other) == OK && strcmp(text, other) == 0);
    FUZZ_HOLDS(again.adoptions == m.adoptions && memcmp(again.file, m.file, sizeof m.file) == 0);
    free(text);
    free(other);
    server_manifest_fini(&m);
    server_manifest_fini(&again);
    return 0;
}
