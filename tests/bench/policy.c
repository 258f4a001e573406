/*
 * bench-policy PACK MS REQUESTS.json: how many decisions a second one core takes, and how long a pack takes to load.
 *
 * The requests are made from the pack's own rules, as most random ones match nothing: eight of nine names are of a
 * rule, the rest any. Written to a file, so that tests/bench/peers answers the same ones: there every step of people
 * is done, nobody objects, and a consent is complete or not, for that is what engines of rules can say of them. Both
 * must permit the same ones. Prints "figure value" lines.
 */
#include "base/clock.h"
#include "policy/eval.h"
#include "policy/files.h"
#include "tests/bench/policy_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LOADS = 20 };

/* Numbers that are the same in every run. */
static uint32_t seed = 1;

static uint32_t pick(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % n;
}

static uint8_t near(uint64_t mask, size_t count)
{
    uint8_t i = (uint8_t)pick((uint32_t)count);

    if (pick(9) == 0)
        return i;
    while ((mask >> i & 1) == 0)
        i = (uint8_t)((i + 1) % count);
    return i;
}

static void make(const struct policy_pack *p, struct bench_request *r)
{
    const struct policy_rule *rule = &p->rule[pick((uint32_t)p->rules)];
    struct policy_facts *f = &r->facts;

    memset(r, 0, sizeof *r);
    f->asker_kind = near(rule->requesters, p->set[POLICY_SET_KINDS].count);
    f->holder_kind = near(rule->holders, p->set[POLICY_SET_KINDS].count);
    f->purpose = near(rule->purposes, p->set[POLICY_SET_PURPOSES].count);
    r->section = near(rule->sections, p->set[POLICY_SET_SECTIONS].count);
    f->member = f->weighed = f->second = true;
    f->age_years = (int)pick(24);
    f->custody = (uint8_t)(pick(2) == 0 ? POLICY_WHO_G1 : POLICY_WHO_G1 | POLICY_WHO_G2);
    f->given = (uint8_t)(pick(3) == 0 ? 0 : POLICY_WHO_PEOPLE);
    for (size_t i = 0; i < rule->needs; i++)
        if (pick(6) != 0)
            f->events |= rule->need[i] & -rule->need[i];
    if (pick(2) == 0)
        f->events |= UINT64_C(1) << pick((uint32_t)p->set[POLICY_SET_EVENTS].count);
}

/* Processor time of this thread: other programs on the machine do not count. */
static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static double load(const char *folder)
{
    double began = seconds();

    for (int i = 0; i < LOADS; i++) {
        struct policy_pack *p = NULL;

        if (policy_files_load(folder, LANG_EN, NULL, NULL, &p) != OK)
            exit(1);
        policy_pack_free(p);
    }
    return (seconds() - began) * 1000 / LOADS;
}

int main(int argc, char **argv)
{
    static struct bench_request request[BENCH_REQUESTS];
    struct policy_decision d;
    struct policy_pack *pack = NULL;
    size_t permits = 0, done = 0, sum = 0;
    double began, took, limit;

    if (argc != 4 || policy_files_load(argv[1], LANG_EN, NULL, NULL, &pack) != OK) {
        (void)fputs("usage: bench-policy PACK MILLISECONDS REQUESTS.json\n", stderr);
        return 64;
    }
    for (size_t i = 0; i < BENCH_REQUESTS; i++) {
        make(pack, &request[i]);
        policy_eval_section(pack, &request[i].facts, request[i].section, &d);
        request[i].permit = d.verdict == POLICY_PERMIT;
        permits += request[i].permit;
    }
    if (!bench_policy_json(argv[3], pack, request))
        return 74;
    limit = strtod(argv[2], NULL) / 1000;
    began = seconds();
    do {
        for (size_t i = 0; i < BENCH_REQUESTS; i++) {
            policy_eval_section(pack, &request[i].facts, request[i].section, &d);
            sum += d.verdict == POLICY_PERMIT;
        }
        done += BENCH_REQUESTS;
        took = seconds() - began;
    } while (took < limit);
    if (sum != permits * (done / BENCH_REQUESTS))
        return 70;  /* the same question, another answer */
    (void)printf("per_second %.0f\npermits %zu\npack_load_ms %.3f\n", (double)done / took, permits, load(argv[1]));
    policy_pack_free(pack);
    return 0;
}
