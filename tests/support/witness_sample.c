#include "tests/support/witness_sample.h"

#include "tests/support/check.h"

#include <sodium.h>
#include <stdio.h>

void witness_sample_into(struct witness_sample *s, struct proto_region *r, size_t partners, size_t outsiders)
{
    char name[40];
    uint8_t public[32];

    memset(s, 0, sizeof *s);
    s->count = partners + outsiders;
    assert_true(s->count <= WITNESS_SAMPLE_MAX);
    r->witness_count = (uint8_t)s->count;
    if (r->partner_count == 0)
        r->partner_count = (uint16_t)partners;
    for (size_t i = 0; i < s->count; i++) {
        (void)crypto_sign_keypair(public, s->secret[i]);
        (void)snprintf(name, sizeof name, "%s%zu.example", i < partners ? "partner" : "outsider", i);
        assert_err(proto_note_key_make(name, PROTO_NOTE_COSIGNATURE, public, &s->key[i]), OK);
        r->witness[i].outsider = i >= partners;
        proto_note_key_encode(&s->key[i], r->witness[i].vkey);
    }
}

struct proto_note_key witness_sample_log_key(const struct log_sample *l)
{
    struct proto_note_key key;

    assert_err(proto_note_key_decode(l->vkey, &key), OK);
    return key;
}

struct proto_merkle_head witness_sample_head(struct log_sample *l, uint64_t size)
{
    struct proto_merkle_head head = { .size = size };
    struct proto_merkle_tree tree;

    proto_merkle_init(&tree);
    for (uint64_t i = 0; i < size; i++)
        assert_err(proto_merkle_append(&tree, l->leaf[i], NULL, NULL), OK);
    proto_merkle_root(&tree, head.root);
    return head;
}

size_t witness_sample_request(struct log_sample *l, uint64_t old, uint8_t *out)
{
    struct proto_tlog_request q = { .old = old };
    size_t len = 0;

    log_sample_checkpoint(l);
    if (old != 0 && old < l->size)
        log_sample_consistency(l, old, l->size, &q.path);
    q.checkpoint = l->note;
    q.checkpoint_len = l->note_len;
    assert_err(proto_tlog_request_encode(&q, out, PROTO_NOTE_MAX, &len), OK);
    return len;
}

void witness_sample_cosign(const struct witness_sample *s, size_t i, uint64_t time_s, uint8_t *note, size_t *len)
{
    struct proto_note *n = malloc(sizeof *n);
    struct proto_note_sig sig = { .time_s = time_s };
    struct wr w;

    assert_non_null(n);
    assert_err(proto_note_parse(note, *len, n), OK);
    assert_err(proto_note_sign(&s->key[i], s->secret[i], n->text, n->text_len, &sig), OK);
    wr_init(&w, note + *len, PROTO_NOTE_MAX - *len);
    proto_note_write_line(&w, &s->key[i], &sig);
    assert_err(wr_end(&w), OK);
    *len += w.len;
    free(n);
}
