#include "tests/support/check.h"
#include "tests/support/oprf_world.h"

#include "base/clock.h"
#include "proto/pseudonym.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdio.h>

enum { DAY_S = 86400 };

const uint8_t oprf_world_hub_share[32] = { 3 }, oprf_world_keyholder_share[32] = { 5 };

void oprf_world_open(struct oprf_world *w, bool is_second, const uint8_t share[32], enum err expected)
{
    struct server_oprf_config c = { .region = w->region.file, .region_len = w->region.file_len, .blocks = w->folder.path,
        .registry = "/nonexistent/registry", .share = share,
        .is_second = is_second, .quota_path = w->folder.file, .per_partner = OPRF_WORLD_PER_PARTNER, .total = OPRF_WORLD_TOTAL };
    struct trouble t = { 0 };

    assert_err(server_oprf_open(&w->oprf, &c, &t), expected);
}

void oprf_world_ask_by(struct oprf_world *w, size_t partner)
{
    memcpy(w->msg.head.from, w->region.id[partner], PROTO_PARTNER_LEN);
    memcpy(w->cert.partner, w->region.id[partner], PROTO_PARTNER_LEN);
    w->signer = w->region.root_secret[partner];
}

int oprf_world_setup(void **state)
{
    struct oprf_world *w = calloc(1, sizeof *w);
    uint64_t now_s = clock_now_s();
    uint8_t input[PROTO_PSEUDONYM_INPUT_LEN], blind[32];

    assert_non_null(w);
    hub_folder_open(&w->folder);
    region_sample_init(&w->region, true);
    (void)crypto_sign_keypair(w->node_key, w->node_secret);
    w->cert = (struct proto_cert){ .use = PROTO_USE_NODE, .from_s = now_s - DAY_S, .until_s = now_s + DAY_S };
    memcpy(w->cert.region, w->region.r.hash, 32);
    memcpy(w->cert.key, w->node_key, 32);
    w->msg.kind = PROTO_DERIVE;
    memcpy(w->msg.head.region, w->region.r.hash, 32);
    randombytes_buf(w->msg.head.id, sizeof w->msg.head.id);
    w->msg.head.issued_s = now_s;
    w->msg.head.valid_until_s = now_s + DAY_S;
    oprf_world_ask_by(w, 0);
    w->by = w->node_secret;
    assert_err(proto_pseudonym_input(w->region.r.hash, PROTO_PSEUDONYM_CITIZEN, "999900067", input), OK);
    w->count = OPRF_WORLD_COUNT;
    for (size_t i = 0; i < OPRF_WORLD_COUNT; i++)
        assert_err(proto_pseudonym_blind(input, blind, w->element[i]), OK);
    oprf_world_open(w, false, oprf_world_hub_share, OK);
    *state = w;
    return 0;
}

int oprf_world_teardown(void **state)
{
    struct oprf_world *w = *state;

    server_oprf_close(&w->oprf);
    region_sample_fini(&w->region);
    hub_folder_close(&w->folder);
    free(w);
    return 0;
}

size_t oprf_world_frame(const struct oprf_world *w, enum proto_kind kind, const char *type, uint8_t *frame)
{
    return oprf_world_frame_of(w, kind, type, (struct proto_blob){ w->element[0], w->count * 32 }, frame);
}

size_t oprf_world_frame_of(const struct oprf_world *w, enum proto_kind kind, const char *type, struct proto_blob payload, uint8_t *frame)
{
    uint8_t cert[PROTO_CERT_MAX], body[4096], envelope[6144], sig[64];
    struct proto_msg m = w->msg;
    struct proto_signed s = { .body = body, .count = 1 };
    size_t len = 0;

    m.payload = payload;
    /* A copy of the registry has none: it proves itself. */
    if (m.kind != PROTO_REGISTRY_COPY) {
        m.original.data = cert;
        assert_err(proto_cert_make(&w->cert, w->signer, cert, sizeof cert, &m.original.len), OK);
    }
    assert_err(proto_msg_encode(&m, body, sizeof body, &s.body_len), OK);
    (void)snprintf(s.type, sizeof s.type, "%s", type);
    assert_err(proto_sign_make(type, body, s.body_len, w->by, sig), OK);
    s.by[0] = (struct proto_signed_by){ w->by + 32, sig };
    assert_err(proto_sign_encode(&s, envelope, sizeof envelope, &len), OK);
    assert_err(proto_frame_encode(kind, envelope, len, frame, OPRF_WORLD_FRAME, &len), OK);
    return len;
}

uint32_t oprf_world_used(const struct oprf_world *w)
{
    return server_quota_used(w->oprf.quota, NULL, clock_now_s());
}
