/*
 * What a node wrote and reads again, also from a folder of receipts that others bring or a backup that was put back: rows of archive and outbox,
 * and key files. What is accepted has this one encoding, its blobs lie within, and a key that nobody wrapped does not open.
 */
#include "tests/fuzz/fuzz.h"

#include "client/keyfile.h"
#include "client/outbox.h"
#include "client/verify.h"

#include <sodium.h>
#include <string.h>

enum { FLAG_BAD = 1, FLAG_BARE = 2, FLAG_SPENT = 4 };

static bool is_within(struct proto_blob b, const uint8_t *data, size_t len)
{
    return b.len == 0 || (b.data >= data && b.data + b.len <= data + len);
}

/* An entry is read from a row, and checked against a region that has none of its keys. */
static void entry(const struct client_archived *a)
{
    static struct client_entry e;
    static struct proto_region region;

    if (client_entry_read(a, &e) == OK)
        FUZZ_HOLDS(a->bare ? e.msg.kind == PROTO_RELEASE : e.msg.kind == (enum proto_kind)a->kind);
    FUZZ_HOLDS(client_entry_check(&region, a, &e) != OK);
}

static void archive(const uint8_t *data, size_t len)
{
    struct client_archived a = { .number = 7 };
    uint8_t hash[PROTO_HASH_LEN];
    unsigned origin = 0;

    if (client_archive_decode(data, len, &a) != OK)
        return;
    FUZZ_HOLDS(len == 4 + 16 + 8 + a.envelope.len + a.proof.len && is_within(a.envelope, data, len) && is_within(a.proof, data, len));
    FUZZ_HOLDS(data[3] == ((a.bad ? FLAG_BAD : 0) | (a.bare ? FLAG_BARE : 0) | (a.spent ? FLAG_SPENT : 0)));
    if (client_archive_spent_leaf(&a, hash, &origin) == OK)
        FUZZ_HOLDS(a.spent && a.envelope.len == PROTO_HASH_LEN && memcmp(hash, a.envelope.data, sizeof hash) == 0);
    entry(&a);
}

static void outbox(const uint8_t *data, size_t len)
{
    struct client_outbox_row row;
    uint8_t *again = NULL, *envelope = NULL;
    size_t again_len = 0, envelope_len = 0;

    if (client_outbox_decode(data, len, &row) != OK)
        return;
    FUZZ_HOLDS(row.count != 0 && row.count <= CLIENT_VARIANTS_MAX && is_within(row.body, data, len));
    FUZZ_HOLDS(client_outbox_encode(&row, &again, &again_len) == OK);
    FUZZ_HOLDS(again_len == len && memcmp(again, data, len) == 0);
    if (client_outbox_envelope(&row, &row.variant[row.count - 1], &envelope, &envelope_len) == OK)
        FUZZ_HOLDS(envelope_len > row.body.len);
    free(envelope);
    free(again);
}

static void key_file(const uint8_t *data, size_t len)
{
    static const uint8_t wrap[32] = { 1 };
    struct client_unlock by = { .key = NULL };
    struct secret *opened = NULL;
    uint8_t public[32];

    if (client_key_public(data, len, "node", public) != OK)
        return;
    FUZZ_HOLDS(secret_copy(wrap, sizeof wrap, &by.key) == OK);
    FUZZ_HOLDS(client_key_unwrap(data, len, "node", &by, &opened, public) != OK && opened == NULL);
    secret_free(by.key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (sodium_init() < 0)
        abort();
    archive(data, len);
    outbox(data, len);
    key_file(data, len);
    return 0;
}
