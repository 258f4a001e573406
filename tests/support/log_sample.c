#include "tests/support/log_sample.h"

#include "base/file.h"
#include "proto/merkle.h"
#include "proto/note.h"
#include "proto/tlog.h"
#include "tests/support/check.h"

#include <sodium.h>
#include <stdio.h>

enum { WIDTH = 256 };

static struct proto_note_key note_key(const struct log_sample *l)
{
    struct proto_note_key k;

    assert_err(proto_note_key_make(l->origin, PROTO_NOTE_ED25519, l->key, &k), OK);
    return k;
}

void log_sample_init(struct log_sample *l)
{
    struct proto_note_key k;

    memset(l, 0, sizeof *l);
    assert_true(sodium_init() >= 0);
    (void)crypto_sign_keypair(l->key, l->secret);
    check_name(l->origin, "example.org/log");
    k = note_key(l);
    proto_note_key_encode(&k, l->vkey);
    l->previous = PROTO_NO_LEAF;
}

void log_sample_into(const struct log_sample *l, struct proto_region *r)
{
    memcpy(r->log_vkey, l->vkey, sizeof r->log_vkey);
    memcpy(r->log_origin, l->origin, sizeof r->log_origin);
    memcpy(r->log_key, l->key, sizeof r->log_key);
}

static void append(struct log_sample *l, const uint8_t entry[PROTO_LEAF_LEN])
{
    assert_true(l->size < LOG_SAMPLE_LEAVES);
    memcpy(l->entry[l->size], entry, PROTO_LEAF_LEN);
    proto_merkle_leaf(entry, PROTO_LEAF_LEN, l->leaf[l->size++]);
}

void log_sample_fill(struct log_sample *l, size_t count)
{
    uint8_t entry[PROTO_LEAF_LEN] = {1};

    for (size_t i = 0; i < count; i++) {
        randombytes_buf(entry + 2, sizeof entry - 2 - 16);
        append(l, entry);
    }
}

static enum err get_node(void *context, uint8_t level, uint64_t index, uint8_t out[PROTO_MERKLE_HASH_LEN])
{
    struct log_sample *l = context;
    uint8_t left[32], right[32];

    if (level == 0) {
        memcpy(out, l->leaf[index], 32);
        return OK;
    }
    assert_err(get_node(l, (uint8_t)(level - 1), 2 * index, left), OK);
    assert_err(get_node(l, (uint8_t)(level - 1), 2 * index + 1, right), OK);
    proto_merkle_node(left, right, out);
    return OK;
}

void log_sample_checkpoint(struct log_sample *l)
{
    const struct proto_merkle_store store = {get_node, l};
    struct proto_note_key key = note_key(l);
    struct proto_tlog_checkpoint c = {.head.size = l->size};
    struct proto_merkle_tree tree;
    struct proto_note_sig sig = {0};
    uint8_t text[PROTO_TLOG_CHECKPOINT_ROOM];
    size_t len = 0;
    struct wr w;

    memcpy(c.origin, l->origin, strlen(l->origin) + 1);
    assert_err(proto_merkle_load(&store, l->size, &tree), OK);
    proto_merkle_root(&tree, c.head.root);
    assert_err(proto_tlog_checkpoint_encode(&c, text, sizeof text, &len), OK);
    assert_err(proto_note_sign(&key, l->secret, text, len, &sig), OK);
    wr_init(&w, l->note, sizeof l->note);
    proto_note_write_text(&w, text, len);
    proto_note_write_line(&w, &key, &sig);
    assert_err(wr_end(&w), OK);
    l->note_len = w.len;
}

static void seal_sides(struct proto_receipt *r)
{
    uint8_t *mine = r->side == 0 ? r->from_side : r->to_side, *theirs = r->side == 0 ? r->to_side : r->from_side;

    randombytes_buf(r->side_salt, sizeof r->side_salt);
    randombytes_buf(theirs, 32);
    proto_side_commit(r->side_salt, r->number, r->previous, mine);
}

void log_sample_act(struct log_sample *l, const struct proto_msg *m, struct proto_blob envelope, uint8_t side, uint64_t number,
    uint64_t time_s, enum proto_refusal result, struct proto_receipt *r)
{
    const struct proto_merkle_store store = {get_node, l};
    struct proto_merkle_proof proof;
    uint8_t entry[PROTO_LEAF_LEN];

    memset(r, 0, sizeof *r);
    r->index = l->size;
    r->time_s = time_s;
    r->side = side;
    r->number = number;
    r->previous = l->previous;
    r->result = (uint8_t)result;
    randombytes_buf(r->seed, sizeof r->seed);
    seal_sides(r);
    assert_err(proto_act_leaf(m, envelope.data, envelope.len, r, entry), OK);
    append(l, entry);
    r->tree_size = l->size;
    assert_err(proto_merkle_prove_inclusion(&store, r->index, l->size, &proof), OK);
    r->proof_len = proof.count;
    memcpy(r->proof, proof.hash, (size_t)proof.count * 32);
    log_sample_checkpoint(l);
    r->checkpoint = (struct proto_blob){l->note, l->note_len};
}

void log_sample_consistency(struct log_sample *l, uint64_t old, uint64_t size, struct proto_merkle_proof *out)
{
    const struct proto_merkle_store store = {get_node, l};

    assert_err(proto_merkle_prove_consistency(&store, old, size, out), OK);
}

/* ---- as files ---- */

static void write_tile(const char *folder, const char *kind, uint64_t n, size_t width, const uint8_t *data, size_t len)
{
    char path[300], *slash;

    (void)snprintf(path, sizeof path, width < WIDTH ? "%s/tile/%s/%03u.p/%zu" : "%s/tile/%s/%03u", folder, kind, (unsigned)n, width);
    slash = strrchr(path, '/');
    *slash = '\0';
    assert_err(file_mkdirs(path, NULL), OK);
    *slash = '/';
    assert_err(file_write(path, data, len, 0644, NULL), OK);
}

void log_sample_export(struct log_sample *l, const char *folder)
{
    static uint8_t data[WIDTH * (2 + PROTO_LEAF_LEN)];
    char path[300];
    uint64_t blocks = l->size / WIDTH;
    struct wr w;

    for (uint64_t n = 0; n * WIDTH < l->size; n++) {
        size_t width = l->size - n * WIDTH < WIDTH ? (size_t)(l->size - n * WIDTH) : WIDTH;

        wr_init(&w, data, sizeof data);
        for (size_t i = 0; i < width; i++)
            wr_bytes16(&w, l->entry[n * WIDTH + i], PROTO_LEAF_LEN);
        write_tile(folder, "entries", n, width, data, w.len);
        write_tile(folder, "0", n, width, l->leaf[n * WIDTH], width * 32);
    }
    wr_init(&w, data, sizeof data);
    for (uint64_t n = 0; n < blocks; n++) {
        uint8_t *at = wr_gap(&w, 32);

        assert_non_null(at);
        assert_err(get_node(l, 8, n, at), OK);
    }
    if (blocks != 0)
        write_tile(folder, "1", 0, (size_t)blocks, data, w.len);
    log_sample_checkpoint(l);
    (void)snprintf(path, sizeof path, "%s/checkpoint", folder);
    assert_err(file_write(path, l->note, l->note_len, 0644, NULL), OK);
}
