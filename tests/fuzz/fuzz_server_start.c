/*
 * What a role is started with, and the texts of settings: start blocks, addresses of public witnesses, verifier keys, "key = value". The first
 * byte says how many parts a start block must have.
 */
#include "tests/fuzz/fuzz.h"

#include "base/conf.h"
#include "hub/outside.h"
#include "proto/note.h"
#include "server/start.h"

#include <string.h>

static void start_block(const uint8_t *data, size_t len, size_t count)
{
    struct proto_blob part[SERVER_START_MAX];
    uint8_t *again = NULL;
    size_t again_len = 0;
    uint64_t number;

    if (server_start_decode(data, len, part, count) != OK)
        return;
    for (size_t i = 0; i < count; i++) {
        const char *text = server_start_as_text(&part[i]);

        FUZZ_HOLDS(part[i].len == 0 || (part[i].data >= data && part[i].data + part[i].len <= data + len));
        FUZZ_HOLDS(text == NULL || strlen(text) + 1 == part[i].len);
        FUZZ_HOLDS((server_start_as_number(&part[i], &number) == OK) == (part[i].len == 8));
    }
    FUZZ_HOLDS(server_start_encode(part, count, &again, &again_len) == OK);
    FUZZ_HOLDS(again_len == len && memcmp(again, data, len) == 0);
    free(again);
}

/* A setting is as it was, or within what the table says. */
static void settings(const uint8_t *data, size_t len)
{
    static const struct set { char text[9]; bool yes; uint64_t number; } before = { "before", true, 7 };
    static const struct conf_key keys[] = {
        { "text", CONF_TEXT, offsetof(struct set, text), sizeof before.text, 0, 0 },
        { "yes", CONF_BOOL, offsetof(struct set, yes), sizeof before.yes, 0, 0 },
        { "number", CONF_U64, offsetof(struct set, number), sizeof before.number, 3, 9 },
    };
    struct trouble t = { .lang = LANG_EN };
    struct set set = before;
    enum err e = conf_parse("made up", data, len, keys, sizeof keys / sizeof *keys, &set, sizeof set, &t);

    if (e != OK) {
        FUZZ_HOLDS(strcmp(set.text, before.text) == 0 && set.yes && set.number == before.number);
        FUZZ_HOLDS(e == ERR_NOMEM || t.text[0] != '\0');
        return;
    }
    FUZZ_HOLDS(set.number >= 3 && set.number <= 9 && memchr(set.text, '\0', sizeof set.text) != NULL);
}

static void texts(const char *text)
{
    static struct hub_outside_list list;
    struct trouble t = { .lang = LANG_NL };
    struct proto_note_key key;
    char again[PROTO_NOTE_VKEY_ROOM];
    enum err e = hub_outside_parse(text, &list, &t);

    FUZZ_HOLDS(e == OK || t.text[0] != '\0');
    for (size_t i = 0; e == OK && i < list.count; i++)
        FUZZ_HOLDS(list.at[i].name[0] != '\0' && strncmp(list.at[i].url, "http", 4) == 0);
    if (proto_note_key_decode(text, &key) != OK)
        return;
    proto_note_key_encode(&key, again);
    FUZZ_HOLDS(strcmp(text, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char *text;

    if (len == 0)
        return 0;
    start_block(data + 1, len - 1, data[0] % (SERVER_START_MAX + 1));
    settings(data + 1, len - 1);
    text = malloc(len);
    FUZZ_HOLDS(text != NULL);
    memcpy(text, data + 1, len - 1);
    text[len - 1] = '\0';
    texts(text);
    free(text);
    return 0;
}
