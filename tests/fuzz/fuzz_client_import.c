/*
 * client/import: files of records, as a table or as JSON (the first byte says which, and the language). What is refused is told with its place and
 * nothing is given; what is accepted has one row for a child, whose number passes the test, and only fields that a record may have.
 */
#include "tests/fuzz/fuzz.h"

#include "base/text.h"
#include "client/record.h"
#include "policy/files.h"

#include <string.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

enum { MISTAKES_MAX = 100 };

static struct policy_pack *pack;

static void check_row(const struct client_import_row *row)
{
    const cJSON *section, *field;

    FUZZ_HOLDS(text_is_bsn(row->number) && row->at != 0);
    cJSON_ArrayForEach(section, row->sections) {
        uint8_t index = policy_pack_find(pack, POLICY_SET_SECTIONS, section->string);

        FUZZ_HOLDS(index != POLICY_UNKNOWN && pack->section[index].class != POLICY_SX);
        cJSON_ArrayForEach(field, section)
            FUZZ_HOLDS(client_record_check_field(section->string, field->string, field->valuestring).err == OK);
    }
}

static void refused(enum err e, const struct trouble *t, const cJSON *mistakes, const struct client_import *im)
{
    int count = cJSON_GetArraySize(mistakes);
    const cJSON *one;

    FUZZ_HOLDS(im->count == 0 && im->row == NULL);
    if (e == ERR_NOMEM)
        return;
    FUZZ_HOLDS(t->text[0] != '\0' && count > 0 && count <= MISTAKES_MAX);
    cJSON_ArrayForEach(one, mistakes) {
        const char *text = NULL;

        FUZZ_HOLDS(json_text(one, "text", &text) == OK && text[0] != '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct client_import im = { .count = 0 };
    struct trouble t = { .err = OK };
    cJSON *mistakes;
    enum err e;

    if (pack == NULL)
        FUZZ_HOLDS(policy_files_load(PACK, LANG_EN, NULL, NULL, &pack) == OK);
    if (len == 0)
        return 0;
    t.lang = (data[0] & 2) != 0 ? LANG_NL : LANG_EN;
    mistakes = cJSON_CreateArray();
    FUZZ_HOLDS(mistakes != NULL);
    e = client_import_read(pack, t.lang, (data[0] & 1) != 0 ? "a.json" : "a.csv", data + 1, len - 1, mistakes, &im, &t);
    if (e != OK)
        refused(e, &t, mistakes, &im);
    else
        FUZZ_HOLDS(cJSON_GetArraySize(mistakes) == 0);
    for (size_t i = 0; i < im.count; i++) {
        check_row(&im.row[i]);
        for (size_t k = 0; k < i; k++)
            FUZZ_HOLDS(strcmp(im.row[i].number, im.row[k].number) != 0);
    }
    client_import_fini(&im);
    cJSON_Delete(mistakes);
    return 0;
}
