/*
 * What people and hubs bring of the registry and of witnesses: statements, leaves, copies and parts of copies, origin files, answers of a
 * witness. What is accepted is written as it was read, and what is signed is what is read.
 */
#include "tests/fuzz/fuzz.h"

#include "base/wr.h"
#include "proto/originfile.h"
#include "proto/registry.h"
#include "proto/witness.h"

#include <string.h>

enum { NOTE_ROOM = PROTO_REGISTRY_NOTE_MAX + 1, LEAF_ROOM = PROTO_REGISTRY_LEAF_MAX };

/* P-180: the text is what the signatures are over, and has one form. */
static void statement(const uint8_t *data, size_t len)
{
    static struct proto_registry_say say;
    static struct proto_note note;
    static char again[NOTE_ROOM];
    struct trouble t = { .lang = LANG_NL };
    size_t again_len = 0;
    enum err e = proto_registry_say_parse(data, len, &say, &t);

    if (e != OK) {
        FUZZ_HOLDS(e == ERR_NOMEM || t.text[0] != '\0');
        return;
    }
    FUZZ_HOLDS(proto_registry_say_format(&say, again, sizeof again, &again_len) == OK);
    FUZZ_HOLDS(again_len <= len && memcmp(again, data, again_len) == 0);
    if (proto_note_parse(data, len, &note) == OK)
        FUZZ_HOLDS(note.text_len == again_len);
    else
        FUZZ_HOLDS(again_len == len || data[again_len] == '\n');
}

static void leaf(const uint8_t *data, size_t len)
{
    static uint8_t again[LEAF_ROOM];
    const uint8_t *note = NULL;
    uint64_t at_s = 0;
    size_t note_len = 0, again_len = 0;

    if (proto_registry_leaf_open(data, len, &at_s, &note, &note_len) != OK)
        return;
    FUZZ_HOLDS(proto_registry_leaf(at_s, note, note_len, again, sizeof again, &again_len) == OK);
    FUZZ_HOLDS(again_len == len && memcmp(again, data, len) == 0);
    statement(note, note_len);
}

/* All leaves are there, one after the other to the end, and lie within. */
static void leaves(const uint8_t *data, size_t len, struct proto_registry_more more)
{
    const uint8_t *end = more.leaves + more.len, *one = NULL;
    size_t one_len = 0;

    FUZZ_HOLDS(more.len == 0 || (more.leaves >= data && end <= data + len));
    for (uint64_t left = more.count; left != 0; left--) {
        FUZZ_HOLDS(proto_registry_copy_next(&more, &one, &one_len) == OK);
        FUZZ_HOLDS(one >= data && one + one_len <= end);
        leaf(one, one_len);
    }
    FUZZ_HOLDS(more.len == 0 && proto_registry_copy_next(&more, &one, &one_len) == ERR_NOTFOUND);
}

static void copies(const uint8_t *data, size_t len)
{
    struct proto_registry_more more, part;
    struct proto_merkle_proof proof;
    const uint8_t *checkpoint = NULL;
    size_t checkpoint_len = 0;
    bool whole = proto_registry_copy_read(data, len, &checkpoint, &checkpoint_len, &more) == OK;

    if (whole) {
        FUZZ_HOLDS(2 + checkpoint_len + 2 + more.len == len);
        leaves(data, len, more);
    }
    if (proto_registry_part_read(data, len, &checkpoint, &checkpoint_len, &part, &proof) != OK) {
        FUZZ_HOLDS(!whole);
        return;
    }
    FUZZ_HOLDS(2 + checkpoint_len + 2 + part.len + (whole ? 0 : 1 + 32 * (size_t)proof.count) == len);
    leaves(data, len, part);
}

static void origin_file(const uint8_t *data, size_t len)
{
    struct trouble t = { .lang = LANG_EN };
    struct proto_originfile f;
    char *again = NULL;
    size_t again_len = 0;
    enum err e = proto_originfile_parse(data, len, &f, &t);

    if (e != OK) {
        FUZZ_HOLDS(t.text[0] != '\0');
        return;
    }
    FUZZ_HOLDS(f.what.kept.size <= f.what.seen.size);
    FUZZ_HOLDS(proto_originfile_format(&f, &again, &again_len) == OK);
    FUZZ_HOLDS(again_len == len && memcmp(again, data, len) == 0);
    free(again);
}

static void witness_answer(const uint8_t *data, size_t len)
{
    struct proto_witness_answer a;

    if (proto_witness_answer_decode(data, len, &a) != OK)
        return;
    FUZZ_HOLDS((a.status == PROTO_WITNESS_COSIGNED) == (a.lines_len != 0));
    FUZZ_HOLDS(a.lines_len == 0 || (a.lines + a.lines_len == data + len && a.lines[a.lines_len - 1] == '\n'));
    FUZZ_HOLDS(a.size == PROTO_WITNESS_NO_SIZE || (a.status == PROTO_WITNESS_OTHER_SIZE && a.size <= PROTO_MERKLE_SIZE_MAX));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    statement(data, len);
    leaf(data, len);
    copies(data, len);
    origin_file(data, len);
    witness_answer(data, len);
    return 0;
}
