#include "hub/verify.h"

#include "base/log.h"
#include "server/ipc.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SPARE_MAX = 256, SPARE_FRAME_MAX = 64 << 10 };

struct hub_verify {
    struct hub_envelope_context context;
    pthread_t thread[HUB_VERIFY_THREADS_MAX];
    size_t threads;

    pthread_mutex_t reading;      /* whoever holds it reads the socket */
    struct server_ipc_in in;
    uint64_t arrivals;
    bool over;

    pthread_mutex_t lock;         /* everything below */
    pthread_cond_t some;
    pthread_cond_t room;          /* unanswered fell below the maximum */
    struct hub_job *first, **last;
    size_t under_way;             /* read, and not yet in the list */
    size_t unanswered;            /* bytes of frames read and not given back */
    enum hub_verify_state state;
    struct hub_job *spare;
    size_t spare_count;
};

static struct hub_job *take_spare(struct hub_verify *v)
{
    struct hub_job *j;

    (void)pthread_mutex_lock(&v->lock);
    j = v->spare;
    if (j != NULL) {
        v->spare = j->next;
        v->spare_count--;
    }
    (void)pthread_mutex_unlock(&v->lock);
    return j != NULL ? j : hub_job_new();
}

/* Nobody reads any more; the frames that were read are still judged and answered. */
static void end_reading(struct hub_verify *v, enum hub_verify_state state)
{
    v->over = true;
    (void)pthread_mutex_lock(&v->lock);
    v->state = state;
    (void)pthread_cond_signal(&v->some);
    (void)pthread_mutex_unlock(&v->lock);
}

/* A few hundred of the largest frames would be more than a machine has: what is not read waits at the gate, which then refuses. */
static void wait_for_room(struct hub_verify *v)
{
    (void)pthread_mutex_lock(&v->lock);
    while (v->unanswered >= HUB_VERIFY_BYTES_MAX)
        (void)pthread_cond_wait(&v->room, &v->lock);
    (void)pthread_mutex_unlock(&v->lock);
}

/* The next frame as a job; NULL when there will be none. */
static struct hub_job *read_job(struct hub_verify *v)
{
    struct hub_job *j = NULL;
    struct server_ipc_msg m;
    enum err e;

    (void)pthread_mutex_lock(&v->reading);
    wait_for_room(v);
    e = v->over ? ERR_PEER : server_ipc_next(&v->in, &m);
    if (e == OK && m.what == SERVER_IPC_FRAME) {
        j = take_spare(v);
        e = j == NULL ? ERR_NOMEM : hub_job_reset(j, m.len);
    }
    if (e == OK && j != NULL) {
        memcpy(j->frame, m.body, m.len);
        j->tag = m.tag;
        j->arrival = ++v->arrivals;
        (void)pthread_mutex_lock(&v->lock);
        v->under_way++;
        v->unanswered += j->frame_len;
        (void)pthread_mutex_unlock(&v->lock);
    } else if (!v->over) {
        hub_job_free(j);
        j = NULL;
        if (e != OK)
            log_event(LOG_ERROR, "gate lost", "err", err_word(e), NULL);
        end_reading(v, e == OK ? HUB_VERIFY_STOPPED : HUB_VERIFY_LOST);
    }
    (void)pthread_mutex_unlock(&v->reading);
    return j;
}

static void *run(void *arg)
{
    struct hub_verify *v = arg;
    struct hub_job *j;

    while ((j = read_job(v)) != NULL) {
        hub_envelope_judge(&v->context, j);
        (void)pthread_mutex_lock(&v->lock);
        v->under_way--;
        if (v->first == NULL)
            (void)pthread_cond_signal(&v->some);
        *v->last = j;
        v->last = &j->next;
        (void)pthread_mutex_unlock(&v->lock);
    }
    return NULL;
}

/* Signals go to the writer's thread alone. */
static enum err start_threads(struct hub_verify *v, size_t threads)
{
    sigset_t all, before;
    enum err e = OK;

    if (sigfillset(&all) != 0 || sigdelset(&all, SIGSYS) != 0 || pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return ERR_IO;
    for (size_t i = 0; e == OK && i < threads; i++)
        if (pthread_create(&v->thread[v->threads], NULL, run, v) == 0)
            v->threads++;
        else
            e = ERR_NOMEM;
    if (pthread_sigmask(SIG_SETMASK, &before, NULL) != 0)
        e = ERR_IO;
    return e;
}

enum err hub_verify_start(const struct hub_envelope_context *context, int fd, size_t threads, struct hub_verify **out)
{
    struct hub_verify *v;
    pthread_condattr_t attr;
    enum err e;

    if (threads == 0 || threads > HUB_VERIFY_THREADS_MAX)
        return ERR_RANGE;
    v = calloc(1, sizeof *v);
    if (v == NULL)
        return ERR_NOMEM;
    v->context = *context;
    v->last = &v->first;
    if (pthread_condattr_init(&attr) != 0 || pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0
        || pthread_cond_init(&v->some, &attr) != 0 || pthread_cond_init(&v->room, NULL) != 0 || pthread_mutex_init(&v->lock, NULL) != 0
        || pthread_mutex_init(&v->reading, NULL) != 0) {
        free(v);
        return ERR_NOMEM;
    }
    e = server_ipc_in_init(&v->in, fd, SERVER_ROLE_GATE, SERVER_ROLE_CORE);
    if (e != OK) {
        free(v);
        return e;
    }
    /* Threads that were started before one failed may use v: it stays. The caller ends its process. */
    e = start_threads(v, threads);
    if (e == OK)
        *out = v;
    return e;
}

void hub_verify_free(struct hub_verify *v)
{
    struct hub_job *next;

    if (v == NULL)
        return;
    for (size_t i = 0; i < v->threads; i++)
        (void)pthread_join(v->thread[i], NULL);
    *v->last = v->spare;   /* what was judged and not taken, and behind it the spare ones */
    for (struct hub_job *j = v->first; j != NULL; j = next) {
        next = j->next;
        hub_job_free(j);
    }
    server_ipc_in_fini(&v->in);
    (void)pthread_cond_destroy(&v->some);
    (void)pthread_cond_destroy(&v->room);
    (void)pthread_mutex_destroy(&v->lock);
    (void)pthread_mutex_destroy(&v->reading);
    free(v);
}

static struct timespec after_ms(uint64_t ms)
{
    struct timespec t;

    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        abort();
    t.tv_sec += (time_t)(ms / 1000);
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_nsec -= 1000000000;
        t.tv_sec++;
    }
    return t;
}

/* Cut the list behind max. With the lock held. */
static struct hub_job *cut(struct hub_verify *v, size_t max)
{
    struct hub_job *jobs = v->first, **end = &jobs;

    for (size_t i = 0; i < max && *end != NULL; i++)
        end = &(*end)->next;
    v->first = *end;
    *end = NULL;
    if (v->first == NULL)
        v->last = &v->first;
    return jobs;
}

struct hub_job *hub_verify_take(struct hub_verify *v, uint64_t wait_ms, size_t max, enum hub_verify_state *state)
{
    struct timespec until = after_ms(wait_ms);
    struct hub_job *jobs;
    int rc = 0;

    (void)pthread_mutex_lock(&v->lock);
    while (v->first == NULL && rc != ETIMEDOUT && (v->state == HUB_VERIFY_GOES_ON || v->under_way != 0))
        rc = pthread_cond_timedwait(&v->some, &v->lock, &until);
    jobs = cut(v, max);
    *state = jobs == NULL && v->under_way == 0 ? v->state : HUB_VERIFY_GOES_ON;
    (void)pthread_mutex_unlock(&v->lock);
    return jobs;
}

void hub_verify_give_back(struct hub_verify *v, struct hub_job *j)
{
    bool kept;

    (void)pthread_mutex_lock(&v->lock);
    if (j->frame_len > v->unanswered)
        abort();
    if (v->unanswered >= HUB_VERIFY_BYTES_MAX && v->unanswered - j->frame_len < HUB_VERIFY_BYTES_MAX)
        (void)pthread_cond_signal(&v->room);
    v->unanswered -= j->frame_len;
    /* What had a large frame is freed: spare ones must not add up to what the maximum above keeps out. */
    kept = v->spare_count < SPARE_MAX && j->frame_cap <= SPARE_FRAME_MAX;
    if (kept) {
        j->next = v->spare;
        v->spare = j;
        v->spare_count++;
    }
    (void)pthread_mutex_unlock(&v->lock);
    if (!kept)
        hub_job_free(j);
}
