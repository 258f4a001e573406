/*
 * tests/bench/package: one disclosure as it is made before the clock starts: three frames, and what the asker must find in the release.
 * Used by bench/disclosure only. No state; any thread.
 */
#ifndef BENCH_PACKAGE_H
#define BENCH_PACKAGE_H

#include "tests/bench/acts.h"

#include "proto/reply.h"

enum bench_step { BENCH_ASK, BENCH_GRANT, BENCH_RELEASE, BENCH_STEPS };
enum { BENCH_STEP_ROOM = 2048, BENCH_DATA_LEN = 600 };

struct bench_package {
    uint8_t frame[BENCH_STEPS][BENCH_STEP_ROOM];
    size_t len[BENCH_STEPS];
    uint8_t id[BENCH_STEPS][PROTO_ID_LEN];
    uint64_t until_s;
};

/* Number n, whose frames have n in front of their ids; sealed for the asker's key. */
MUST_USE enum err bench_package_make(const struct bench_region *r, const uint8_t asker_key[PROTO_KEY_LEN], uint32_t n,
    struct bench_package *out);
/* The number in an id. */
uint32_t bench_package_number(const uint8_t id[PROTO_ID_LEN]);

/* The answer to a step as its sender checks it. ERR_DENIED (*refusal), ERR_SIGNATURE. */
MUST_USE enum err bench_package_check(const struct bench_region *r, const struct bench_package *p, enum bench_step step,
    const uint8_t *reply, size_t len, uint8_t *refusal);
/* The release as it comes to the asker: its receipt, and that it opens to what was sealed. ERR_SIGNATURE. */
MUST_USE enum err bench_package_open(const struct bench_region *r, const struct bench_package *p, const struct proto_mail *mail,
    const uint8_t asker_key[PROTO_KEY_LEN], const uint8_t secret_key[PROTO_KEY_LEN]);

#endif
