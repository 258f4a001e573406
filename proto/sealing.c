#include "proto/sealing.h"

#include "base/hash.h"
#include "base/wr.h"
#include "proto/seal.h"

#include <string.h>

#define PART_LABEL "schakel sealed v1"
#define RELEASE_LABEL "schakel release v1"

enum {
    PART_INFO_LEN = sizeof PART_LABEL - 1 + 32 + 16 + 16 + 16,
    RELEASE_INFO_LEN = sizeof RELEASE_LABEL - 1 + 32 + 16 + 32 + 16 + PROTO_PURPOSE_WIDTH + 8 + 32,
    RELEASE_HEAD_LEN = 32 + 16 + 16 + 16 + 33 + PROTO_PURPOSE_WIDTH + 16 + 8
};

static struct proto_hpke_bytes bytes(const uint8_t *data, size_t len)
{
    return (struct proto_hpke_bytes){.data = data, .len = len};
}

static enum err part_info(const struct proto_sealing_part *p, uint8_t info[PART_INFO_LEN])
{
    struct wr w;

    wr_init(&w, info, PART_INFO_LEN);
    wr_copy(&w, (const uint8_t *)PART_LABEL, sizeof PART_LABEL - 1);
    wr_copy(&w, p->region, sizeof p->region);
    wr_copy(&w, p->from, sizeof p->from);
    wr_copy(&w, p->to, sizeof p->to);
    wr_copy(&w, p->id, sizeof p->id);
    return wr_end(&w);
}

enum err proto_sealing_part_make(const struct proto_sealing_part *p, const uint8_t recipient_key[PROTO_KEY_LEN], struct proto_blob data,
    uint8_t **out, size_t *out_len)
{
    uint8_t info[PART_INFO_LEN];
    const struct proto_seal_bound bound = {.info = {info, sizeof info}};
    size_t bucket = proto_seal_bucket(data.len);
    enum err e = part_info(p, info);

    if (e != OK)
        return e;
    if (bucket == 0 || bucket + PROTO_SEAL_OVERHEAD > PROTO_SEALED_MAX)
        return ERR_LONG;
    return proto_seal_make(recipient_key, &bound, bytes(data.data, data.len), out, out_len);
}

enum err proto_sealing_part_open(const struct proto_sealing_part *p, const uint8_t secret_key[PROTO_KEY_LEN], struct proto_blob sealed,
    uint8_t **out, size_t *out_len)
{
    uint8_t info[PART_INFO_LEN];
    const struct proto_seal_bound bound = {.info = {info, sizeof info}};
    enum err e = part_info(p, info);

    if (e != OK)
        return e;
    if (sealed.len > PROTO_SEALED_MAX)
        return ERR_LONG;
    return proto_seal_open(secret_key, &bound, bytes(sealed.data, sealed.len), out, out_len);
}

/* Both strings of a release; aad is the hash of the header fields that both sides know. */
struct release_bound {
    uint8_t info[RELEASE_INFO_LEN];
    uint8_t aad[PROTO_HASH_LEN];
};

static enum err release_bound(const struct proto_sealing_release *p, struct release_bound *b)
{
    uint8_t head[RELEASE_HEAD_LEN];
    struct wr info, w;

    /* A purpose without its end would be read past its array. */
    if (memchr(p->purpose, '\0', sizeof p->purpose) == NULL)
        return ERR_RANGE;
    wr_init(&info, b->info, sizeof b->info);
    wr_copy(&info, (const uint8_t *)RELEASE_LABEL, sizeof RELEASE_LABEL - 1);
    wr_copy(&info, p->region, sizeof p->region);
    wr_copy(&info, p->from, sizeof p->from);
    wr_copy(&info, p->recipient_key, sizeof p->recipient_key);
    wr_copy(&info, p->about, sizeof p->about);
    wr_name(&info, p->purpose, PROTO_PURPOSE_WIDTH);
    wr_u64(&info, p->until_s);
    wr_copy(&info, p->pack, sizeof p->pack);

    wr_init(&w, head, sizeof head);
    wr_copy(&w, p->region, sizeof p->region);
    wr_copy(&w, p->from, sizeof p->from);
    wr_copy(&w, p->to, sizeof p->to);
    wr_copy(&w, p->case_id, sizeof p->case_id);
    wr_u8(&w, p->subject.type);
    wr_copy(&w, p->subject.value, sizeof p->subject.value);
    wr_name(&w, p->purpose, PROTO_PURPOSE_WIDTH);
    wr_copy(&w, p->about, sizeof p->about);
    wr_u64(&w, p->until_s);
    if (wr_end(&w) != OK)
        return wr_end(&w);
    hash_once(head, w.len, b->aad);
    return wr_end(&info);
}

enum err proto_sealing_release_make(const struct proto_sealing_release *p, struct proto_blob data, uint8_t **out, size_t *out_len)
{
    struct release_bound b;
    const struct proto_seal_bound bound = {.info = {b.info, sizeof b.info}, .aad = {b.aad, sizeof b.aad}};
    size_t bucket = proto_seal_bucket(data.len);
    enum err e = release_bound(p, &b);

    if (e != OK)
        return e;
    if (bucket == 0 || bucket + PROTO_SEAL_OVERHEAD > PROTO_RELEASE_MAX)
        return ERR_LONG;
    return proto_seal_make(p->recipient_key, &bound, bytes(data.data, data.len), out, out_len);
}

enum err proto_sealing_release_open(const struct proto_sealing_release *p, const uint8_t secret_key[PROTO_KEY_LEN],
    struct proto_blob sealed, uint8_t **out, size_t *out_len)
{
    struct release_bound b;
    const struct proto_seal_bound bound = {.info = {b.info, sizeof b.info}, .aad = {b.aad, sizeof b.aad}};
    enum err e = release_bound(p, &b);

    if (e != OK)
        return e;
    if (sealed.len > PROTO_RELEASE_MAX)
        return ERR_LONG;
    return proto_seal_open(secret_key, &bound, bytes(sealed.data, sealed.len), out, out_len);
}

void proto_sealing_digest(struct proto_blob sealed, uint8_t out[PROTO_HASH_LEN])
{
    hash_once(sealed.data, sealed.len, out);
}
