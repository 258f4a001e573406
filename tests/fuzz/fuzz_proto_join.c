/*
 * What stands behind a right signature: certificates, join requests and welcomes whose bytes nobody made, signed by the key that may. The
 * first byte says which; the rest is the body, or the whole file.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/support/region_sample.h"

#include "base/wr.h"
#include "proto/sign.h"

#include <sodium.h>
#include <string.h>

enum { CERT, JOIN, WELCOME, AS_IT_IS, WHICH, ROOM = 70000 };

static struct region_sample sample;

/* The body in a signed envelope, in a block of exactly its size. */
static uint8_t *sign(const char *name, const uint8_t secret[64], const uint8_t *body, size_t body_len, size_t *len)
{
    static uint8_t room[ROOM];
    struct proto_signed s = { .body = body, .body_len = body_len, .count = 1 };
    uint8_t sig[64], *out;

    FUZZ_HOLDS(proto_sign_type(name, s.type) == OK);
    FUZZ_HOLDS(proto_sign_make(s.type, body, body_len, secret, sig) == OK);
    s.by[0].key = secret + 32;
    s.by[0].sig = sig;
    if (proto_sign_encode(&s, room, sizeof room, len) != OK)
        return NULL;
    out = malloc(*len);
    FUZZ_HOLDS(out != NULL);
    memcpy(out, room, *len);
    return out;
}

/* Was it taken? What is not says why. */
static bool is_taken(enum err e, const struct trouble *t)
{
    FUZZ_HOLDS(e == OK || e == ERR_NOMEM || t->text[0] != '\0');
    return e == OK;
}

static uint8_t again[ROOM];

static void same(size_t again_len, const uint8_t *data, size_t len)
{
    FUZZ_HOLDS(again_len == len && memcmp(again, data, len) == 0);
}

/* What is taken is made again as it was. */
static void cert(const uint8_t *data, size_t len)
{
    uint8_t signer[PROTO_KEY_LEN];
    struct proto_cert c, peeked;
    size_t again_len = 0;

    if (proto_cert_check(&sample.r, data, len, NULL, &c) != OK)
        return;
    FUZZ_HOLDS(c.use != PROTO_USE_STAFF && c.role == 0 && c.from_s < c.until_s);
    FUZZ_HOLDS(proto_cert_peek(data, len, &peeked, signer) == OK && memcmp(signer, sample.root_secret[0] + 32, sizeof signer) == 0);
    FUZZ_HOLDS(proto_cert_make(&peeked, sample.root_secret[0], again, PROTO_CERT_MAX, &again_len) == OK);
    same(again_len, data, len);
}

static void join(const uint8_t *data, size_t len)
{
    struct trouble t = { .lang = LANG_NL };
    struct proto_join j;
    size_t again_len = 0;

    if (!is_taken(proto_join_check(&sample.r, data, len, &j, &t), &t))
        return;
    FUZZ_HOLDS(proto_join_make(&sample.r, &j, sample.root_secret[0], again, sizeof again, &again_len) == OK);
    same(again_len, data, len);
}

static void welcome(const uint8_t *data, size_t len)
{
    struct trouble t = { .lang = LANG_EN };
    struct proto_welcome w;
    size_t again_len = 0;

    if (!is_taken(proto_welcome_check(&sample.r, data, len, &w, &t), &t))
        return;
    FUZZ_HOLDS(proto_welcome_make(&sample.r, &w, sample.log_secret, again, sizeof again, &again_len) == OK);
    same(again_len, data, len);
}

/* Where the sample's names are wanted: the region's hash in front, and the first partner behind it. */
static void put_names(uint8_t *body, size_t len)
{
    if (len >= PROTO_HASH_LEN + PROTO_PARTNER_LEN && body[0] == 0) {
        memcpy(body, sample.r.hash, PROTO_HASH_LEN);
        memcpy(body + PROTO_HASH_LEN, sample.id[0], PROTO_PARTNER_LEN);
    }
}

/* A block of exactly its size, so that the sanitizer sees one byte too far. */
static uint8_t *exact(const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len != 0 ? len : 1);

    FUZZ_HOLDS(copy != NULL);
    if (len != 0)
        memcpy(copy, data, len);
    return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const struct { const char *name; void (*check)(const uint8_t *data, size_t len); } kinds[] = {
        [CERT] = { "cert", cert }, [JOIN] = { "join", join }, [WELCOME] = { "welcome", welcome },
    };
    uint8_t *body, *file;
    size_t body_len = len - 1, file_len = 0;
    int which;

    if (sample.file == NULL) {
        if (sodium_init() < 0)
            abort();
        region_sample_init(&sample, true);
    }
    if (len == 0 || len > ROOM / 2)
        return 0;
    which = data[0] % WHICH;
    body = exact(data + 1, body_len);
    if (which == AS_IT_IS) {
        for (size_t i = 0; i < AS_IT_IS; i++)
            kinds[i].check(body, body_len);
    } else {
        put_names(body, body_len);
        file = sign(kinds[which].name, which == WELCOME ? sample.log_secret : sample.root_secret[0], body, body_len, &file_len);
        if (file != NULL)
            kinds[which].check(file, file_len);
        free(file);
    }
    free(body);
    return 0;
}
