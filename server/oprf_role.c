#include "server/oprf.h"

#include "base/file.h"
#include "base/jail.h"
#include "base/log.h"
#include "base/proc.h"
#include "server/ipc.h"
#include "server/start.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    FRAME_MAX = 8192,      /* of an answer: 64 elements, a proof, a reply around them */
    THREADS = 2
};

/* Each thread takes the next question from the socket itself, as those of hub/verify do. */
struct pool {
    struct server_oprf *oprf;
    pthread_mutex_t reading, writing;
    struct server_ipc_in in;
    struct server_ipc_out out;
    bool is_over;   /* read no more; under reading */
    enum err err;   /* why */
};

/* A question as a thread keeps it; its room grows to the longest that came. */
struct question {
    uint8_t *frame;
    size_t len, cap;
    uint64_t tag;
};

static enum err copy(const struct server_ipc_msg *m, struct question *q)
{
    if (m->len > q->cap) {
        uint8_t *grown = realloc(q->frame, m->len);

        if (grown == NULL)
            return ERR_NOMEM;
        q->frame = grown;
        q->cap = m->len;
    }
    memcpy(q->frame, m->body, m->len);
    q->len = m->len;
    q->tag = m->tag;
    return OK;
}

/* The first reason stands. The socket is shut for reading, so that nobody goes on waiting for it. */
static void end(struct pool *p, enum err why)
{
    if (!p->is_over)
        p->err = why;
    p->is_over = true;
    (void)shutdown(PROC_FIRST_FD, SHUT_RD);
}

/* false: there will be none. */
static bool read_question(struct pool *p, struct question *q)
{
    struct server_ipc_msg m;
    bool is_one = false;
    enum err e;

    (void)pthread_mutex_lock(&p->reading);
    if (!p->is_over) {
        e = server_ipc_next(&p->in, &m);
        if (e == OK && m.what == SERVER_IPC_FRAME) {
            e = copy(&m, q);
            is_one = e == OK;
        }
        if (!is_one)
            end(p, e);
    }
    (void)pthread_mutex_unlock(&p->reading);
    return is_one;
}

static enum err write_answer(struct pool *p, uint64_t tag, const uint8_t *frame, size_t len)
{
    enum err e;

    (void)pthread_mutex_lock(&p->writing);
    e = server_ipc_put(&p->out, SERVER_IPC_ANSWER, tag, frame, len);
    if (e == OK)
        e = server_ipc_flush(&p->out);
    (void)pthread_mutex_unlock(&p->writing);
    return e;
}

static void *work(void *arg)
{
    struct question q = { .frame = NULL };
    uint8_t frame[FRAME_MAX];
    struct pool *p = arg;
    size_t len;
    enum err e = OK;

    while (e == OK && read_question(p, &q)) {
        e = server_oprf_answer(p->oprf, q.frame, q.len, frame, sizeof frame, &len);
        if (e == OK)
            e = write_answer(p, q.tag, frame, len);
    }
    free(q.frame);
    if (e == OK)
        return NULL;
    /* Whoever waits for the next question holds the lock: wake it first. */
    (void)shutdown(PROC_FIRST_FD, SHUT_RD);
    (void)pthread_mutex_lock(&p->reading);
    if (!p->is_over || p->err == ERR_PEER)
        p->err = e;
    p->is_over = true;
    (void)pthread_mutex_unlock(&p->reading);
    return NULL;
}

/* Signals go to the first thread alone, which works as the others do. */
static enum err run_threads(struct pool *p)
{
    pthread_t thread[THREADS - 1];
    size_t started = 0;
    sigset_t all, before;
    enum err e = OK;

    if (sigfillset(&all) != 0 || sigdelset(&all, SIGSYS) != 0 || pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return ERR_IO;
    while (started < THREADS - 1 && pthread_create(&thread[started], NULL, work, p) == 0)
        started++;
    if (pthread_sigmask(SIG_SETMASK, &before, NULL) != 0)
        e = ERR_IO;
    if (e == OK)
        (void)work(p);
    else
        (void)shutdown(PROC_FIRST_FD, SHUT_RD);
    for (size_t i = 0; i < started; i++)
        if (pthread_join(thread[i], NULL) != 0)
            e = ERR_IO;
    return e == OK ? p->err : e;
}

static enum err loop(struct server_oprf *o)
{
    struct pool p = { .oprf = o };
    enum err e = ERR_NOMEM;

    if (pthread_mutex_init(&p.reading, NULL) != 0 || pthread_mutex_init(&p.writing, NULL) != 0)
        return e;
    e = server_ipc_in_init(&p.in, PROC_FIRST_FD, SERVER_ROLE_GATE, SERVER_ROLE_OPRF);
    if (e != OK)
        return e;
    server_ipc_out_init(&p.out, PROC_FIRST_FD, SERVER_ROLE_OPRF, SERVER_ROLE_GATE);
    e = run_threads(&p);
    server_ipc_out_fini(&p.out);
    server_ipc_in_fini(&p.in);
    (void)pthread_mutex_destroy(&p.reading);
    (void)pthread_mutex_destroy(&p.writing);
    return e;
}

static enum err read_start(const struct proto_blob part[SERVER_OPRF_STARTS], struct server_oprf_config *c)
{
    uint64_t per_partner = 0, total = 0, is_second = 0;
    enum err e = server_start_as_number(&part[SERVER_OPRF_PER_PARTNER], &per_partner);

    if (e == OK)
        e = server_start_as_number(&part[SERVER_OPRF_TOTAL], &total);
    if (e == OK)
        e = server_start_as_number(&part[SERVER_OPRF_IS_SECOND], &is_second);
    if (e != OK)
        return e;
    c->region = (const char *)part[SERVER_OPRF_REGION].data;
    c->region_len = part[SERVER_OPRF_REGION].len;
    c->blocks = server_start_as_text(&part[SERVER_OPRF_BLOCKS]);
    c->share = part[SERVER_OPRF_SHARE].data;
    c->is_second = is_second != 0;
    c->registry = server_start_as_text(&part[SERVER_OPRF_REGISTRY]);
    c->registry_before = part[SERVER_OPRF_REGISTRY_BEFORE].len != 0 ? part[SERVER_OPRF_REGISTRY_BEFORE].data : NULL;
    c->quota_path = server_start_as_text(&part[SERVER_OPRF_QUOTA_FILE]);
    c->per_partner = (uint32_t)per_partner;
    c->total = (uint32_t)total;
    return c->blocks == NULL || c->quota_path == NULL || c->registry == NULL || part[SERVER_OPRF_SHARE].len != PROTO_OPRF_LEN || per_partner > UINT32_MAX
            || total > UINT32_MAX || (c->registry_before != NULL && part[SERVER_OPRF_REGISTRY_BEFORE].len != SERVER_REGISTRY_STAMP)
        ? ERR_SYNTAX
        : OK;
}

/* From here on: the folder of the registry alone, which at a keyholder is written here. What the quota is counted in is open. */
static enum err shut_files(const char *program, const struct server_oprf_config *c)
{
    char folder[PATH_MAX];
    enum err e = file_folder(c->registry, folder);
    const struct jail_path own = { folder, c->is_second ? JAIL_WRITES : JAIL_READS };

    return e == OK ? jail_files(program, &own, 1) : e;
}

static enum err open_from_start(const char *program, struct server_oprf *o, struct trouble *t)
{
    struct proto_blob part[SERVER_OPRF_STARTS];
    struct server_oprf_config config = { 0 };
    uint8_t *block = NULL;
    size_t len = 0;
    enum err e = proc_start_block(&block, &len);

    if (e != OK)
        return e;
    e = server_start_decode(block, len, part, SERVER_OPRF_STARTS);
    if (e == OK)
        e = read_start(part, &config);
    if (e == OK && config.registry_before != NULL)
        e = server_registry_await(config.registry, config.registry_before, PROC_FIRST_FD);
    if (e == OK)
        e = server_oprf_open(o, &config, t);
    if (e == OK)
        e = shut_files(program, &config);
    sodium_memzero(block, len);
    free(block);
    return e;
}

int server_oprf_run(const char *program)
{
    struct trouble t = { 0 };
    struct server_oprf *o = calloc(1, sizeof *o);
    enum err e = o == NULL ? ERR_NOMEM : OK;

    log_init(program, LOG_INFO);
    proc_harden();
    server_role_heed();
    if (e == OK)
        e = open_from_start(program, o, &t);
    if (e == OK)
        e = jail_calls(program, SERVER_OPRF_CALLS);
    if (e == OK) {
        e = loop(o);
        server_oprf_close(o);
    }
    free(o);
    return server_role_end("oprf ends", e == ERR_PEER && server_role_is_stopping() ? OK : e, &t);
}
