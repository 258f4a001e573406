/* proto/note and proto/tlog: notes, checkpoints, proof files and requests of a log to a witness. What is accepted is written the same again. */
#include "tests/fuzz/fuzz.h"

#include "proto/tlog.h"

#include <string.h>

static uint8_t again[1 << 20];
static size_t again_len;

static void same(const uint8_t *data, size_t len, enum err e)
{
    FUZZ_HOLDS(e == OK && again_len == len && memcmp(again, data, len) == 0);
}

static void note(const uint8_t *data, size_t len)
{
    static struct proto_note n;

    if (proto_note_parse(data, len, &n) == OK)
        FUZZ_HOLDS(n.text_len != 0 && n.text_len < len && n.text[n.text_len - 1] == '\n');
}

/* Other logs have origins that are no name of a key, with spaces: those are read, and not written. */
static void checkpoint(const uint8_t *data, size_t len)
{
    static struct proto_tlog_checkpoint c;

    if (proto_tlog_checkpoint_decode(data, len, &c) == OK && proto_note_is_name((const uint8_t *)c.origin, strlen(c.origin)))
        same(data, len, proto_tlog_checkpoint_encode(&c, again, sizeof again, &again_len));
}

static void proof(const uint8_t *data, size_t len)
{
    static struct proto_tlog_proof p;

    if (proto_tlog_proof_decode(data, len, &p) == OK)
        same(data, len, proto_tlog_proof_encode(&p, again, sizeof again, &again_len));
}

static void request(const uint8_t *data, size_t len)
{
    static struct proto_tlog_request q;

    if (proto_tlog_request_decode(data, len, &q) == OK)
        same(data, len, proto_tlog_request_encode(&q, again, sizeof again, &again_len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    note(data, len);
    checkpoint(data, len);
    proof(data, len);
    request(data, len);
    return 0;
}
