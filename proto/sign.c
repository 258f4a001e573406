#include "proto/sign.h"

#include "base/rd.h"
#include "base/wr.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "application/vnd.schakel."
#define PREFIX_LEN (sizeof PREFIX - 1)
#define SUFFIX ".v1"
#define SUFFIX_LEN (sizeof SUFFIX - 1)

/* "DSSEv1 ", two decimals of at most 20 digits and three spaces. */
#define PAE_OVERHEAD 64
/* What stays on the stack; nearly every message but a release fits. */
#define PAE_SMALL 4608

_Static_assert(PREFIX_LEN + PROTO_SIGN_NAME_MAX + SUFFIX_LEN == PROTO_SIGN_TYPE_MAX, "room for the longest type");

static bool is_name(const char *name, size_t len)
{
    if (len == 0 || len > PROTO_SIGN_NAME_MAX || name[0] < 'a' || name[0] > 'z')
        return false;
    for (size_t i = 1; i < len; i++) {
        char c = name[i];
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_')
            return false;
    }
    return true;
}

enum err proto_sign_type(const char *name, char out[PROTO_SIGN_TYPE_MAX + 1])
{
    size_t len = strlen(name);

    if (len > PROTO_SIGN_NAME_MAX)
        return ERR_LONG;
    if (!is_name(name, len))
        return ERR_SYNTAX;
    (void)snprintf(out, PROTO_SIGN_TYPE_MAX + 1, PREFIX "%s" SUFFIX, name);
    return OK;
}

enum err proto_sign_type_check(const char *type)
{
    const char *name, *dot;

    if (strncmp(type, PREFIX, PREFIX_LEN) != 0)
        return ERR_SYNTAX;
    name = type + PREFIX_LEN;
    dot = strchr(name, '.');
    if (dot == NULL || !is_name(name, (size_t)(dot - name)))
        return ERR_SYNTAX;
    return strcmp(dot, SUFFIX) == 0 ? OK : ERR_VERSION;
}

bool proto_sign_is(const struct proto_signed *s, const char *name)
{
    char type[PROTO_SIGN_TYPE_MAX + 1];

    return proto_sign_type(name, type) == OK && strcmp(type, s->type) == 0;
}

enum err proto_sign_pae(const char *type, const uint8_t *body, size_t body_len,
    uint8_t *out, size_t cap, size_t *len)
{
    char decimal[24];
    size_t type_len = strlen(type);
    struct wr w;
    enum err e;

    wr_init(&w, out, cap);
    wr_copy(&w, (const uint8_t *)"DSSEv1 ", 7);
    wr_copy(&w, (const uint8_t *)decimal, (size_t)snprintf(decimal, sizeof decimal, "%zu ", type_len));
    wr_copy(&w, (const uint8_t *)type, type_len);
    wr_copy(&w, (const uint8_t *)decimal, (size_t)snprintf(decimal, sizeof decimal, " %zu ", body_len));
    wr_copy(&w, body, body_len);
    e = wr_end(&w);
    if (e == OK)
        *len = w.len;
    return e;
}

/* What is signed. Most of it fits without asking for memory, and signing is done for every act. */
struct pae {
    uint8_t small[PAE_SMALL];
    uint8_t *heap, *data;   /* heap is to be freed, also after a failure */
    size_t len;
};

static enum err pae_make(struct pae *p, const char *type, const uint8_t *body, size_t body_len)
{
    size_t cap = PAE_SMALL;
    enum err e;

    p->heap = NULL;
    p->data = p->small;
    if (body_len > PROTO_SIGN_BODY_MAX)
        return ERR_LONG;
    e = proto_sign_type_check(type);
    if (e != OK)
        return e;
    if (body_len + PROTO_SIGN_TYPE_MAX + PAE_OVERHEAD > PAE_SMALL) {
        cap = body_len + PROTO_SIGN_TYPE_MAX + PAE_OVERHEAD;
        p->heap = malloc(cap);
        if (p->heap == NULL)
            return ERR_NOMEM;
        p->data = p->heap;
    }
    return proto_sign_pae(type, body, body_len, p->data, cap, &p->len);
}

enum err proto_sign_make(const char *type, const uint8_t *body, size_t body_len,
    const uint8_t secret_key[PROTO_SIGN_SECRET_LEN], uint8_t sig[PROTO_SIGN_SIG_LEN])
{
    uint8_t made[PROTO_SIGN_SIG_LEN];
    struct pae p;
    enum err e = pae_make(&p, type, body, body_len);

    if (e == OK && crypto_sign_detached(made, NULL, p.data, p.len, secret_key) != 0)
        e = ERR_KEY;
    if (e == OK)
        memcpy(sig, made, sizeof made);
    free(p.heap);
    return e;
}

enum err proto_sign_check(const char *type, const uint8_t *body, size_t body_len,
    const uint8_t public_key[PROTO_SIGN_PUBLIC_LEN], const uint8_t sig[PROTO_SIGN_SIG_LEN])
{
    struct pae p;
    enum err e = pae_make(&p, type, body, body_len);

    if (e == OK && crypto_sign_verify_detached(sig, p.data, p.len, public_key) != 0)
        e = ERR_SIGNATURE;
    free(p.heap);
    return e;
}

/* A second signature by the same key is not a second pair of eyes. */
static bool has_twice(const struct proto_signed *s)
{
    for (uint8_t i = 0; i < s->count; i++) {
        for (uint8_t j = 0; j < i; j++) {
            if (sodium_memcmp(s->by[i].key, s->by[j].key, PROTO_SIGN_PUBLIC_LEN) == 0)
                return true;
        }
    }
    return false;
}

size_t proto_sign_encoded_len(const struct proto_signed *s)
{
    return 2 + strlen(s->type) + 4 + s->body_len + 1 +
        (size_t)s->count * (PROTO_SIGN_PUBLIC_LEN + PROTO_SIGN_SIG_LEN);
}

enum err proto_sign_encode(const struct proto_signed *s, uint8_t *out, size_t cap, size_t *len)
{
    struct wr w;
    enum err e = proto_sign_type_check(s->type);

    if (e != OK)
        return e;
    if (s->count == 0 || s->count > PROTO_SIGN_BY_MAX || has_twice(s))
        return ERR_RANGE;
    if (s->body_len > PROTO_SIGN_BODY_MAX)
        return ERR_LONG;
    wr_init(&w, out, cap);
    wr_bytes16(&w, (const uint8_t *)s->type, strlen(s->type));
    wr_bytes32(&w, s->body, s->body_len);
    wr_u8(&w, s->count);
    for (uint8_t i = 0; i < s->count; i++) {
        wr_copy(&w, s->by[i].key, PROTO_SIGN_PUBLIC_LEN);
        wr_copy(&w, s->by[i].sig, PROTO_SIGN_SIG_LEN);
    }
    e = wr_end(&w);
    if (e == OK)
        *len = w.len;
    return e;
}

/* A type with a zero byte inside would be shorter as text than on the wire: two encodings of one value. */
static enum err take_type(const uint8_t *type, size_t len, char out[PROTO_SIGN_TYPE_MAX + 1])
{
    if (memchr(type, 0, len) != NULL)
        return ERR_SYNTAX;
    memcpy(out, type, len);
    out[len] = 0;
    return proto_sign_type_check(out);
}

enum err proto_sign_decode(const uint8_t *data, size_t len, struct proto_signed *out)
{
    struct proto_signed s;
    const uint8_t *type;
    size_t type_len = 0;
    struct rd r;
    enum err e;

    memset(&s, 0, sizeof s);
    rd_init(&r, data, len);
    type = rd_bytes16(&r, PROTO_SIGN_TYPE_MAX, &type_len);
    s.body = rd_bytes32(&r, PROTO_SIGN_BODY_MAX, &s.body_len);
    s.count = rd_u8(&r);
    if (r.err == OK && (s.count == 0 || s.count > PROTO_SIGN_BY_MAX))
        rd_fail(&r, ERR_RANGE);
    for (uint8_t i = 0; r.err == OK && i < s.count; i++) {
        s.by[i].key = rd_view(&r, PROTO_SIGN_PUBLIC_LEN);
        s.by[i].sig = rd_view(&r, PROTO_SIGN_SIG_LEN);
    }
    e = rd_end(&r);
    if (e != OK)
        return e;
    e = take_type(type, type_len, s.type);
    if (e != OK)
        return e;
    if (has_twice(&s))
        return ERR_RANGE;
    *out = s;
    return OK;
}

enum err proto_sign_check_all(const struct proto_signed *s)
{
    if (s->count == 0 || s->count > PROTO_SIGN_BY_MAX)
        return ERR_RANGE;
    for (uint8_t i = 0; i < s->count; i++) {
        enum err e = proto_sign_check(s->type, s->body, s->body_len, s->by[i].key, s->by[i].sig);
        if (e != OK)
            return e;
    }
    return OK;
}
