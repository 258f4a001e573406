/*
 * bench-acts: a hub of its own, partners in memory, and signed acts against the clock. Reads lines
 * "WHAT CONNECTIONS MILLISECONDS", where WHAT is statement, request, derive or disclosure, and answers each with lines
 * "figure value unit" and "end", or "failed WHY"; ends the hub at the end of its input. tools/bench runs it.
 *
 *     bench-acts HUB-PROGRAM PACK FOLDER tcp|tls PORT
 */
#include "tests/bench/disclosure.h"
#include "tests/bench/load.h"

#include "base/file.h"
#include "proto/oprf.h"
#include "proto/refusal.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

enum {
    PATH_ROOM = 512,
    WARM_MS = 500,
    FRAME_ROOM = 1536,
    LINE_ROOM = 64,
    REPLY_ROOM = PROTO_FRAME_HEAD + PROTO_REPLY_DECISION,
    CONF_ROOM = 4096,
    CONF_MODE = 0600,
    MEASURE_MAX_MS = 60000
};

/* What can be measured: how many in a second are made at most, over one connection and over all. */
enum { DISCLOSURE = BENCH_KINDS, WHATS };
static const struct {
    const char *name;
    size_t one_max, all_max;
    bool needs_cases;
} whats[WHATS] = {
    [BENCH_STATEMENT] = { "statement", 4000, 24000, false },
    [BENCH_REQUEST] = { "request", 4000, 24000, true },
    [BENCH_DERIVE] = { "derive", 1000, 1000, false },
    [DISCLOSURE] = { "disclosure", 500, 8000, true },
};

struct bench {
    char home[PATH_ROOM], log[PATH_ROOM], listen[32];
    bool plain;
    struct bench_hub hub;
    struct bench_region region;
    struct bench_acts acts;
    struct bench_load *load;
    struct bench_disclosures *disclosures;
    bool has_cases;
};

/*
 * Quotas are meant to stop who derives a whole register; this measures how fast the share answers. Everything else is as
 * an operator has it.
 */
static enum err lift_quota(struct bench *b, struct trouble *t)
{
    static const char lines[] = "pseudonyms_per_partner = 1000000\npseudonyms_total = 100000000\n";
    char path[PATH_ROOM], text[CONF_ROOM];
    uint8_t *old = NULL;
    size_t len = 0;
    enum err e = file_join(path, sizeof path, b->home, "schakel.conf");

    if (e == OK)
        e = file_read(path, CONF_ROOM - sizeof lines, &old, &len, t);
    if (e == OK) {
        memcpy(text, old, len);
        memcpy(text + len, lines, sizeof lines);
        e = file_write(path, text, len + sizeof lines - 1, CONF_MODE, t);
    }
    free(old);
    return e;
}

static enum err set_up_hub(struct bench *b, const char *folder, const char *pack, struct trouble *t)
{
    const char *args[] = { "init", "--name", "bench", "--listen", b->listen, "--pack", pack,
        b->plain ? "--plain" : NULL, NULL };
    enum err e = file_mkdirs(folder, t);

    if (e == OK)
        e = bench_hub_command(&b->hub, args, t);
    if (e == OK)
        e = lift_quota(b, t);
    if (e == OK)
        e = bench_region_make(&b->hub, folder, pack, &b->region, t);
    return e == OK ? bench_hub_start(&b->hub, t) : e;
}

/* One act before the clock starts. */
static enum err do_now(struct bench *b, const uint8_t *frame, size_t len, struct trouble *t)
{
    uint8_t reply[REPLY_ROOM], from[PROTO_PARTNER_LEN], refusal = PROTO_ACCEPTED;
    size_t reply_len = 0;
    uint64_t number;
    enum err e = bench_load_call(b->load, frame, len, reply, sizeof reply, &reply_len);

    if (e == OK)
        e = bench_answers_one(&b->region, frame, len, reply, reply_len, from, &number, &refusal);
    return e == OK ? OK
                   : trouble_set(t, e, "an act before the clock started was not taken (%s, %s)",
                       "een handeling voordat de klok begon is niet aangenomen (%s, %s)", err_word(e),
                       proto_refusal_name((enum proto_refusal)refusal));
}

/* The keys of those who will sign, known to the hub before the clock starts. */
static enum err publish(struct bench *b, struct trouble *t)
{
    uint8_t cert[PROTO_CERT_MAX], frame[FRAME_ROOM];
    size_t len = 0, frame_len = 0;
    enum err e = OK;

    for (size_t i = 0; e == OK && i < BENCH_PARTNERS; i++) {
        const struct bench_member *m = &b->region.member[i];

        e = bench_member_staff(&b->region, m, cert, sizeof cert, &len);
        if (e == OK)
            e = bench_make_publish(&b->region, m, cert, len, frame, sizeof frame, &frame_len);
        if (e == OK)
            e = do_now(b, frame, frame_len, t);
    }
    return e;
}

/* What requests rest on. */
static enum err open_cases(struct bench *b, struct trouble *t)
{
    uint8_t frame[FRAME_ROOM];
    size_t len = 0;
    enum err e = OK;

    for (size_t i = 0; e == OK && !b->has_cases && i < BENCH_CASES; i++) {
        e = bench_make_case(&b->region, i, frame, sizeof frame, &len);
        if (e == OK)
            e = do_now(b, frame, len, t);
        if (e == OK)
            e = bench_make_event(&b->region, i, frame, sizeof frame, &len);
        if (e == OK)
            e = do_now(b, frame, len, t);
    }
    b->has_cases = b->has_cases || e == OK;
    return e;
}

/* ---- one line ---- */

/* More than the connections can send. */
static size_t count_for(unsigned what, size_t connections, uint64_t measure_ms)
{
    size_t per_second = connections * whats[what].one_max;

    if (per_second > whats[what].all_max)
        per_second = whats[what].all_max;
    return per_second * (size_t)(measure_ms + 2 * WARM_MS) / 1000;
}

static void print(const struct bench_result *f, unsigned each)
{
    (void)printf("per_second %.1f 1/s\n", (double)(f->answered * each) / f->seconds);
    (void)printf("p50_ms %.3f ms\np99_ms %.3f ms\nmax_ms %.3f ms\n", f->p50_ms, f->p99_ms, f->max_ms);
    (void)printf("cpu_us_per_act %.1f us\nload_us_per_act %.1f us\n", f->hub_cpu_us / each, f->own_cpu_us / each);
}

static enum err ended_early(enum err e, struct trouble *t)
{
    return trouble_set(t, e, "the measurement ended early (%s)", "de meting brak af (%s)", err_word(e));
}

static enum err measure_acts(struct bench *b, enum bench_kind kind, size_t connections, uint64_t measure_ms, struct trouble *t)
{
    struct bench_verdict v = { 0 };
    struct bench_result f = { 0 };
    size_t count = count_for(kind, connections, measure_ms);
    enum err e = OK;

    if (count > b->acts.cap || kind != b->acts.kind) {
        bench_acts_fini(&b->acts);
        e = bench_acts_init(&b->acts, kind, count);
    }
    if (e == OK)
        e = bench_acts_make(&b->acts, &b->region, count);
    if (e == OK)
        e = bench_load_run(b->load, &b->hub, &b->acts, connections, WARM_MS, measure_ms, &f);
    if (e != OK)
        return ended_early(e, t);
    e = bench_answers_check(&b->acts, &b->region, &v);
    if (e == OK && (v.refused != 0 || v.unproven != 0 || v.gaps != 0))
        return trouble_set(t, ERR_SIGNATURE,
            "of %zu answers %zu were refusals (%s), %zu proved nothing; %zu running numbers are missing",
            "van %zu antwoorden weigerden er %zu (%s) en bewezen er %zu niets; %zu volgnummers ontbreken",
            v.answered, v.refused, proto_refusal_name((enum proto_refusal)v.refusal), v.unproven, v.gaps);
    if (e != OK)
        return e;
    print(&f, kind == BENCH_DERIVE ? PROTO_OPRF_BATCH_MAX : 1);
    (void)printf("checked %zu acts\nframe_bytes %u B\n", v.answered, (unsigned)b->acts.act[0].frame_len);
    return OK;
}

static enum err measure_disclosures(struct bench *b, size_t connections, uint64_t measure_ms, struct trouble *t)
{
    struct bench_result f = { 0 };
    uint8_t refusal = PROTO_ACCEPTED;
    enum err e = b->disclosures != NULL ? OK : bench_disclosures_open(&b->region, b->load, &b->disclosures);

    if (e == OK)
        e = bench_disclosures_run(b->disclosures, &b->hub, count_for(DISCLOSURE, connections, measure_ms), connections, WARM_MS,
            measure_ms, &f, &refusal);
    if (e == ERR_DENIED)
        return trouble_set(t, e, "a step of a disclosure was refused (%s)", "een stap van een verstrekking is geweigerd (%s)",
            proto_refusal_name((enum proto_refusal)refusal));
    if (e != OK)
        return ended_early(e, t);
    print(&f, 1);
    return OK;
}

static enum err measure(struct bench *b, unsigned what, size_t connections, uint64_t measure_ms, struct trouble *t)
{
    enum err e;

    /* Their fetches go on waiting on connections that the others would use. */
    if (b->disclosures != NULL && what != DISCLOSURE)
        return trouble_set(t, ERR_USAGE, "after disclosures only disclosures are measured", "na verstrekkingen worden alleen verstrekkingen gemeten");
    e = bench_load_connect(b->load, connections, t);
    if (e == OK && whats[what].needs_cases)
        e = open_cases(b, t);
    if (e != OK)
        return e;
    return what == DISCLOSURE ? measure_disclosures(b, connections, measure_ms, t)
                              : measure_acts(b, (enum bench_kind)what, connections, measure_ms, t);
}

/* ERR_USAGE when it is no such line. */
static enum err read_line(const char *line, unsigned *what, unsigned *connections, unsigned *ms)
{
    char name[LINE_ROOM];

    if (sscanf(line, "%63s %u %u", name, connections, ms) != 3 || *connections == 0 || *connections > BENCH_CONNECTIONS_MAX
        || *ms == 0 || *ms > MEASURE_MAX_MS)
        return ERR_USAGE;
    for (*what = 0; *what < WHATS; (*what)++)
        if (strcmp(name, whats[*what].name) == 0)
            return OK;
    return ERR_USAGE;
}

static enum err serve(struct bench *b, struct trouble *t)
{
    char line[LINE_ROOM];
    enum err e = OK;

    while (e == OK && fgets(line, sizeof line, stdin) != NULL) {
        unsigned what, connections, ms;

        if (read_line(line, &what, &connections, &ms) != OK)
            return trouble_set(t, ERR_USAGE, "a line is: statement|request|derive|disclosure CONNECTIONS MILLISECONDS",
                "een regel is: statement|request|derive|disclosure VERBINDINGEN MILLISECONDEN");
        e = measure(b, what, connections, ms, t);
        if (e == OK)
            (void)printf("end\n");
        (void)fflush(stdout);
    }
    return e;
}

static enum err run(struct bench *b, char **argv, struct trouble *t)
{
    enum err e = file_join(b->home, sizeof b->home, argv[3], "hub"), stopped;

    if (e == OK)
        e = file_join(b->log, sizeof b->log, argv[3], "log");
    if (e != OK)
        return trouble_at(t, e, argv[3], 0, 0, "this path is too long", "dit pad is te lang");
    (void)snprintf(b->listen, sizeof b->listen, "127.0.0.1:%.5s", argv[5]);
    b->plain = strcmp(argv[4], "tcp") == 0;
    b->hub = (struct bench_hub){ .program = argv[1], .home = b->home, .log = b->log };
    e = set_up_hub(b, argv[3], argv[2], t);
    if (e == OK)
        e = bench_load_open(&b->region, b->plain, &b->load);
    if (e == OK)
        e = bench_load_connect(b->load, 1, t);
    if (e == OK)
        e = publish(b, t);
    if (e == OK) {
        (void)printf("end\n");
        (void)fflush(stdout);
        e = serve(b, t);
    }
    stopped = bench_hub_stop(&b->hub);
    return e != OK ? e
                   : trouble_at(t, stopped, b->log, 0, 0, "the hub did not end well; this file says why",
                       "de hub is niet goed geëindigd; dit bestand zegt waarom");
}

int main(int argc, char **argv)
{
    struct trouble t = { 0 };
    struct bench *b = calloc(1, sizeof *b);
    char line[768];
    enum err e;

    if (argc != 6 || (strcmp(argv[4], "tcp") != 0 && strcmp(argv[4], "tls") != 0)) {
        (void)fprintf(stderr, "usage: bench-acts HUB-PROGRAM PACK FOLDER tcp|tls PORT\n");
        return EX_USAGE;
    }
    if (b == NULL || sodium_init() < 0)
        return EX_OSERR;
    (void)umask(077);
    e = run(b, argv, &t);
    if (e != OK) {
        (void)trouble_set(&t, e, "%s", "%s", err_word(e));
        trouble_line(&t, line, sizeof line);
        (void)printf("failed %s\n", line);
    }
    bench_disclosures_close(b->disclosures);
    bench_acts_fini(&b->acts);
    bench_region_fini(&b->region);
    return err_exit(e);
}
