/* base/json: what is accepted prints, and what was printed is accepted and prints the same. */
#include "tests/fuzz/fuzz.h"

#include "base/json.h"

#include <string.h>

/* cJSON writes numbers of more than 15 digits with an exponent, which is not read: such are written by json_add_u64 only. */
static bool has_long_number(const cJSON *item)
{
    const cJSON *child;

    if (cJSON_IsNumber(item) && (item->valuedouble >= 1e15 || item->valuedouble <= -1e15))
        return true;
    cJSON_ArrayForEach(child, item) if (has_long_number(child)) return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct trouble t = { .lang = LANG_NL };
    cJSON *first = NULL, *second = NULL;
    char *a = NULL, *b = NULL;
    enum err e = json_parse(data, len, &first, &t);

    FUZZ_HOLDS((e == OK) == (first != NULL) && (e == OK || e == ERR_NOMEM || t.text[0] != '\0'));
    if (e == OK && !has_long_number(first)) {
        FUZZ_HOLDS(json_print(first, &a) == OK && a != NULL);
        FUZZ_HOLDS(json_parse((const uint8_t *)a, strlen(a), &second, NULL) == OK);
        FUZZ_HOLDS(json_print(second, &b) == OK && strcmp(a, b) == 0);
    }
    free(a);
    free(b);
    cJSON_Delete(first);
    cJSON_Delete(second);
    return 0;
}
