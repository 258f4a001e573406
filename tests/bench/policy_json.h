/*
 * tests/bench/policy_json: the pack's rules and the requests for the peers, as one JSON file.
 */
#ifndef BENCH_POLICY_JSON_H
#define BENCH_POLICY_JSON_H

#include "policy/pack.h"

enum { BENCH_REQUESTS = 4096 };

struct bench_request {
    struct policy_facts facts;
    uint8_t section;
    bool permit;
};

/* {"rules":[...],"requests":[...],"permits":N}. False when the file cannot be written; said on stderr. */
bool bench_policy_json(const char *path, const struct policy_pack *pack, const struct bench_request request[BENCH_REQUESTS]);

#endif
