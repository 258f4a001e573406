#include "tests/bench/policy_json.h"

#include "policy/consent.h"

#include <stdio.h>

struct writing {
    FILE *out;
    const struct policy_pack *pack;
};

/* ["a","b"] of a mask. */
static void names(const struct writing *w, const char *key, enum policy_set set, uint64_t mask)
{
    const char *comma = "";

    (void)fprintf(w->out, "\"%s\":[", key);
    for (size_t i = 0; i < w->pack->set[set].count; i++)
        if ((mask >> i & 1) != 0) {
            (void)fprintf(w->out, "%s\"%s\"", comma, w->pack->set[set].word[i].name);
            comma = ",";
        }
    (void)fputs("],", w->out);
}

static void one_rule(const struct writing *w, const struct policy_rule *r)
{
    const char *comma = "";

    (void)fprintf(w->out, "{\"id\":\"%s\",", r->id);
    names(w, "askers", POLICY_SET_KINDS, r->requesters);
    names(w, "purposes", POLICY_SET_PURPOSES, r->purposes);
    names(w, "holders", POLICY_SET_KINDS, r->holders);
    names(w, "sections", POLICY_SET_SECTIONS, r->sections);
    (void)fputs("\"needs\":[", w->out);
    for (size_t n = 0; n < r->needs; n++) {
        (void)fprintf(w->out, "%s{", comma);
        names(w, "one_of", POLICY_SET_EVENTS, r->need[n]);
        (void)fputs("\"n\":0}", w->out);
        comma = ",";
    }
    (void)fprintf(w->out, "],\"min\":%u,\"max\":%u,\"mode\":\"%c\"}", r->has_ages ? r->age_min : 0,
        r->has_ages ? r->age_max : POLICY_AGE_MAX, "NAC"[r->mode]);
}

static void one_request(const struct writing *w, const struct bench_request *r)
{
    const struct policy_facts *f = &r->facts;
    bool consent = policy_consent_check(f).state == POLICY_CONSENT_COMPLETE;

    (void)fprintf(w->out, "{\"asker\":\"%s\",\"purpose\":\"%s\",\"holder\":\"%s\",\"section\":\"%s\",",
        policy_pack_name(w->pack, POLICY_SET_KINDS, f->asker_kind), policy_pack_name(w->pack, POLICY_SET_PURPOSES, f->purpose),
        policy_pack_name(w->pack, POLICY_SET_KINDS, f->holder_kind), policy_pack_name(w->pack, POLICY_SET_SECTIONS, r->section));
    names(w, "events", POLICY_SET_EVENTS, f->events);
    (void)fprintf(w->out, "\"age\":%d,\"consent\":%s,\"permit\":%s}", f->age_years, consent ? "true" : "false",
        r->permit ? "true" : "false");
}

bool bench_policy_json(const char *path, const struct policy_pack *pack, const struct bench_request request[BENCH_REQUESTS])
{
    struct writing w = { fopen(path, "we"), pack };

    if (w.out == NULL) {
        perror(path);
        return false;
    }
    (void)fputs("{\"rules\":[", w.out);
    for (size_t i = 0; i < pack->rules; i++) {
        (void)fputs(i == 0 ? "" : ",\n", w.out);
        one_rule(&w, &pack->rule[i]);
    }
    (void)fputs("],\n\"requests\":[", w.out);
    for (size_t i = 0; i < BENCH_REQUESTS; i++) {
        (void)fputs(i == 0 ? "" : ",\n", w.out);
        one_request(&w, &request[i]);
    }
    (void)fputs("]}\n", w.out);
    return fclose(w.out) == 0;
}
