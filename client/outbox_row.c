#include "client/outbox.h"

#include "base/rd.h"
#include "base/wr.h"
#include "client/hublink_parts.h"
#include "proto/sign.h"

#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, VARIANT_LEN = 24 + PROTO_HASH_LEN + PROTO_KEY_LEN + PROTO_SIG_LEN, ENVELOPE_EXTRA = 256 };

enum err client_outbox_encode(const struct client_outbox_row *r, uint8_t **out, size_t *len)
{
    size_t cap = 19 + (size_t)r->count * VARIANT_LEN + 4 + r->body.len;
    uint8_t *data = malloc(cap);
    struct wr w;

    if (data == NULL)
        return ERR_NOMEM;
    wr_init(&w, data, cap);
    wr_u8(&w, VERSION);
    wr_u8(&w, r->kind);
    wr_u64(&w, r->put_s);
    wr_u64(&w, r->group);
    wr_u8(&w, r->count);
    for (size_t i = 0; i < r->count; i++) {
        const struct client_variant *v = &r->variant[i];

        wr_u64(&w, v->issued_s);
        wr_u64(&w, v->seen_size);
        wr_copy(&w, v->seen_root, sizeof v->seen_root);
        wr_u64(&w, v->running);
        wr_copy(&w, v->key, sizeof v->key);
        wr_copy(&w, v->sig, sizeof v->sig);
    }
    wr_bytes32(&w, r->body.data, r->body.len);
    if (wr_end(&w) != OK) {
        free(data);
        return w.err;
    }
    *out = data;
    *len = w.len;
    return OK;
}

enum err client_outbox_decode(const uint8_t *data, size_t len, struct client_outbox_row *out)
{
    struct client_outbox_row row = {0};
    struct rd r;

    rd_init(&r, data, len);
    if (rd_u8(&r) != VERSION)
        rd_fail(&r, ERR_VERSION);
    row.kind = rd_u8(&r);
    row.put_s = rd_u64(&r);
    row.group = rd_u64(&r);
    row.count = rd_u8(&r);
    if (row.count == 0 || row.count > CLIENT_VARIANTS_MAX)
        rd_fail(&r, ERR_RANGE);
    for (size_t i = 0; r.err == OK && i < row.count; i++) {
        struct client_variant *v = &row.variant[i];

        v->issued_s = rd_u64(&r);
        v->seen_size = rd_u64(&r);
        rd_copy(&r, v->seen_root, sizeof v->seen_root);
        v->running = rd_u64(&r);
        rd_copy(&r, v->key, sizeof v->key);
        rd_copy(&r, v->sig, sizeof v->sig);
    }
    row.body.data = rd_bytes32(&r, PROTO_FRAME_MAX, &row.body.len);
    if (rd_end(&r) == OK)
        *out = row;
    return r.err;
}

/* The body with the header fields of a variant. Gives *out. */
static enum err variant_body(const struct client_outbox_row *r, const struct client_variant *v, uint8_t **out, size_t *len)
{
    struct proto_msg *m = malloc(sizeof *m);
    uint8_t *body = malloc(r->body.len);
    enum err e = m == NULL || body == NULL ? ERR_NOMEM : proto_msg_decode((enum proto_kind)r->kind, r->body.data, r->body.len, m);

    if (e == OK) {
        m->head.issued_s = v->issued_s;
        m->head.seen_size = v->seen_size;
        memcpy(m->head.seen_root, v->seen_root, sizeof v->seen_root);
        m->head.running = v->running;
        e = proto_msg_encode(m, body, r->body.len, len);
    }
    free(m);
    if (e != OK) {
        free(body);
        return e;
    }
    *out = body;
    return OK;
}

enum err client_outbox_envelope(const struct client_outbox_row *r, const struct client_variant *v, uint8_t **out, size_t *len)
{
    struct proto_signed s = {.count = 1, .by[0] = {v->key, v->sig}};
    const char *type = proto_msg_type((enum proto_kind)r->kind);
    uint8_t *body = NULL, *data = NULL;
    size_t body_len = 0;
    enum err e = type == NULL ? ERR_RANGE : variant_body(r, v, &body, &body_len);

    if (e != OK)
        return e;
    memcpy(s.type, type, strlen(type) + 1);
    s.body = body;
    s.body_len = body_len;
    data = malloc(body_len + ENVELOPE_EXTRA);
    e = data == NULL ? ERR_NOMEM : proto_sign_encode(&s, data, body_len + ENVELOPE_EXTRA, len);
    free(body);
    if (e != OK) {
        free(data);
        return e;
    }
    *out = data;
    return OK;
}

enum err client_outbox_sign(struct client_node *n, const struct client_outbox_row *r, struct client_variant *v)
{
    struct proto_header h = {.id = {1}};
    const char *type = proto_msg_type((enum proto_kind)r->kind);
    uint8_t *body = NULL;
    size_t len = 0;
    enum err e;

    client_link_header(n, &h);
    v->issued_s = h.issued_s;
    v->seen_size = h.seen_size;
    memcpy(v->seen_root, h.seen_root, sizeof v->seen_root);
    v->running = h.running;
    memcpy(v->key, n->node_public, sizeof v->key);
    e = type == NULL ? ERR_RANGE : variant_body(r, v, &body, &len);
    if (e != OK)
        return e;
    e = proto_sign_make(type, body, len, secret_wake(n->node_key), v->sig);
    secret_sleep(n->node_key);
    free(body);
    return e;
}
