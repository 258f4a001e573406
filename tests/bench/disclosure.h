/*
 * tests/bench/disclosure: whole disclosures against the clock: asked, fetched by the holder, granted, released, fetched by the asker,
 * opened. What can be signed and sealed before is; what a node must check before its next step is checked on the way: the
 * holder the receipt of its grant, the asker the receipt of the release, and that it opens to what was sealed. One under way on each
 * connection; two more connections fetch, one for each side. Used by bench-acts only.
 */
#ifndef BENCH_DISCLOSURE_H
#define BENCH_DISCLOSURE_H

#include "tests/bench/load.h"

struct bench_disclosures;

/* Both are borrowed as long as it lives. The cases of bench/questions are there already. ERR_NOMEM, ERR_IO. */
MUST_USE enum err bench_disclosures_open(const struct bench_region *r, const struct bench_load *l, struct bench_disclosures **out);

void bench_disclosures_close(struct bench_disclosures *d);  /* takes NULL; before the load goes */

/*
 * Make count disclosures, then run them over the first connections of load but two. ERR_RANGE when there are fewer than three
 * connections, ERR_FULL when the disclosures did not last, ERR_DENIED when something was refused (*refusal says why), ERR_SIGNATURE
 * when a receipt proves nothing or a release is another, ERR_PEER when an answer failed to come.
 */
MUST_USE enum err bench_disclosures_run(struct bench_disclosures *d, const struct bench_hub *hub, size_t count, size_t connections,
    uint64_t warm_ms, uint64_t measure_ms, struct bench_result *out, uint8_t *refusal);

#endif
