/*
 * bench-acts: a hub of its own, partners in memory, and signed acts against the clock. Reads lines
 * "CONNECTIONS MILLISECONDS" and answers each with lines "figure value unit" and "end", or "failed WHY"; ends
 * the hub at the end of its input. tools/bench runs it.
 *
 *     bench-acts HUB-PROGRAM PACK FOLDER tcp|tls PORT
 */
#include "tests/bench/load.h"

#include "base/file.h"
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
    CERT_FRAME_ROOM = 1536,
    LINE_ROOM = 64,
    CLOSED_LOOP_MAX = 2000,
    AT_MOST = 24000,
    MEASURE_MAX_MS = 60000
};

struct bench {
    char home[PATH_ROOM], log[PATH_ROOM], listen[32];
    bool plain;
    struct bench_hub hub;
    struct bench_region region;
    struct bench_acts acts;
    struct bench_load *load;
};

static enum err set_up_hub(struct bench *b, const char *folder, const char *pack, struct trouble *t)
{
    const char *args[] = { "init", "--name", "bench", "--listen", b->listen, "--pack", pack,
        b->plain ? "--plain" : NULL, NULL };
    enum err e = file_mkdirs(folder, t);

    if (e == OK)
        e = bench_hub_command(&b->hub, args, t);
    if (e == OK)
        e = bench_region_make(&b->hub, folder, pack, &b->region, t);
    return e == OK ? bench_hub_start(&b->hub, t) : e;
}

/* The keys of those who will sign, known to the hub before the clock starts. */
static enum err publish(struct bench *b, struct trouble *t)
{
    uint8_t cert[PROTO_CERT_MAX], frame[CERT_FRAME_ROOM], reply[BENCH_REPLY_ROOM], from[PROTO_PARTNER_LEN],
        refusal = PROTO_ACCEPTED;
    size_t len = 0, frame_len = 0, reply_len = 0;
    uint64_t number;
    enum err e = OK;

    for (size_t i = 0; e == OK && i < BENCH_PARTNERS; i++) {
        const struct bench_member *m = &b->region.member[i];

        e = bench_member_staff(&b->region, m, cert, sizeof cert, &len);
        if (e == OK)
            e = bench_acts_publish(&b->region, m, cert, len, frame, sizeof frame, &frame_len);
        if (e == OK)
            e = bench_load_call(b->load, frame, frame_len, reply, sizeof reply, &reply_len);
        if (e == OK)
            e = bench_answers_one(&b->region, frame, frame_len, reply, reply_len, from, &number, &refusal);
    }
    return e == OK ? OK
                   : trouble_set(t, e, "a certificate was not taken (%s, %s)",
                       "een certificaat is niet aangenomen (%s, %s)", err_word(e),
                       proto_refusal_name((enum proto_refusal)refusal));
}

/* ---- one line ---- */

/* More acts than the connections can send: one at a time they wait for the disk. */
static size_t acts_for(size_t connections, uint64_t measure_ms)
{
    size_t per_second = connections * CLOSED_LOOP_MAX;

    if (per_second < 2 * CLOSED_LOOP_MAX)
        per_second = 2 * CLOSED_LOOP_MAX;
    if (per_second > AT_MOST)
        per_second = AT_MOST;
    return per_second * (size_t)(measure_ms + 2 * WARM_MS) / 1000;
}

static enum err measure(struct bench *b, size_t connections, uint64_t measure_ms, struct trouble *t)
{
    struct bench_verdict v = { 0 };
    struct bench_result f = { 0 };
    size_t count = acts_for(connections, measure_ms);
    enum err e = OK;

    if (count > b->acts.cap) {
        bench_acts_fini(&b->acts);
        e = bench_acts_init(&b->acts, count);
    }
    if (e == OK)
        e = bench_acts_make(&b->acts, &b->region, count);
    if (e == OK)
        e = bench_load_connect(b->load, connections, t);
    if (e == OK)
        e = bench_load_run(b->load, &b->hub, &b->acts, connections, WARM_MS, measure_ms, &f);
    if (e != OK)
        return trouble_set(t, e, "the measurement ended early (%s)", "de meting brak af (%s)", err_word(e));
    e = bench_answers_check(&b->acts, &b->region, &v);
    if (e == OK && (v.refused != 0 || v.unproven != 0 || v.gaps != 0))
        return trouble_set(t, ERR_SIGNATURE,
            "of %zu answers %zu were refusals (%s), %zu proved nothing; %zu running numbers are missing",
            "van %zu antwoorden weigerden er %zu (%s) en bewezen er %zu niets; %zu volgnummers ontbreken",
            v.answered, v.refused, proto_refusal_name((enum proto_refusal)v.refusal), v.unproven, v.gaps);
    if (e != OK)
        return e;
    (void)printf("per_second %.1f 1/s\n", (double)f.answered / f.seconds);
    (void)printf("p50_ms %.3f ms\np99_ms %.3f ms\nmax_ms %.3f ms\n", f.p50_ms, f.p99_ms, f.max_ms);
    (void)printf("cpu_us_per_act %.1f us\nload_us_per_act %.1f us\n", f.hub_cpu_us, f.own_cpu_us);
    (void)printf("checked %zu acts\nframe_bytes %u B\n", v.answered, (unsigned)b->acts.act[0].frame_len);
    return OK;
}

static enum err serve(struct bench *b, struct trouble *t)
{
    char line[LINE_ROOM];
    enum err e = OK;

    while (e == OK && fgets(line, sizeof line, stdin) != NULL) {
        unsigned connections, ms;

        if (sscanf(line, "%u %u", &connections, &ms) != 2 || connections == 0
            || connections > BENCH_CONNECTIONS_MAX || ms == 0 || ms > MEASURE_MAX_MS)
            return trouble_set(t, ERR_USAGE, "a line is: CONNECTIONS MILLISECONDS",
                "een regel is: VERBINDINGEN MILLISECONDEN");
        e = measure(b, connections, ms, t);
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
    bench_acts_fini(&b->acts);
    bench_region_fini(&b->region);
    return err_exit(e);
}
