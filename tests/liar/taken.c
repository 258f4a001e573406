/*
 * Parts of a hub that are taken over: "TAKEN", a word and the path of a file make the gate run foreign code when a frame begins so, oprf or
 * core when the body of a frame for them does; there where each first looks at the bytes of others. "quiet": the code stands in for the
 * handler of refusals, as whoever takes over a process would, makes every attempt of tests/support/attempts, and tells on standard error
 * what became of each. "loud": it just runs a program.
 */
#include "tests/liar/taken.h"

#include "hub/envelope.h"
#include "hub/job.h"
#include "proto/wire.h"
#include "server/oprf.h"
#include "tests/support/attempts.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

enum err __real_wire_server_recv(struct wire_server *s, uint8_t route[WIRE_ROUTE_MAX], size_t *route_len, void **handle,
    const uint8_t **frame, size_t *len);
enum err __wrap_wire_server_recv(struct wire_server *s, uint8_t route[WIRE_ROUTE_MAX], size_t *route_len, void **handle,
    const uint8_t **frame, size_t *len);

enum err __real_server_oprf_answer(struct server_oprf *o, const uint8_t *frame, size_t frame_len, uint8_t *out, size_t cap, size_t *len);
enum err __wrap_server_oprf_answer(struct server_oprf *o, const uint8_t *frame, size_t frame_len, uint8_t *out, size_t cap, size_t *len);
void __real_hub_envelope_judge(const struct hub_envelope_context *c, struct hub_job *j);
void __wrap_hub_envelope_judge(const struct hub_envelope_context *c, struct hub_job *j);

/* A refused call comes back as one that failed, and the code goes on. */
static void pass_over(int signal_number, siginfo_t *info, void *context)
{
    ucontext_t *c = context;

    (void)signal_number;
    (void)info;
#ifdef __x86_64__
    c->uc_mcontext.gregs[REG_RAX] = -EPERM;
#else
    c->uc_mcontext.regs[0] = (unsigned long long)-EPERM;
#endif
}

static void run_foreign_code(const char *how, const char *file)
{
    const struct attempts_on on = { file, getppid() };
    struct sigaction over = { .sa_sigaction = pass_over, .sa_flags = SA_SIGINFO };

    if (strcmp(how, "loud") == 0) {
        for (size_t i = 0; i < attempts_count; i++)
            if (strcmp(attempts[i].call, "execve") == 0)
                (void)attempts[i].run(&on);
        return;
    }
    (void)sigaction(SIGSYS, &over, NULL);
    for (size_t i = 0; i < attempts_count; i++) {
        char line[96];
        int n = snprintf(line, sizeof line, "taken: %s: %s\n", attempts[i].name, attempts[i].run(&on) < 0 ? "refused" : "DONE");

        (void)!write(STDERR_FILENO, line, (size_t)n);
    }
}

static void obey(const uint8_t *bytes, size_t len)
{
    char text[256] = "", how[8], file[200];

    if (len >= sizeof text)
        return;
    memcpy(text, bytes, len);
    if (sscanf(text, TAKEN " %7s %199s", how, file) == 2)
        run_foreign_code(how, file);
}

enum err __wrap_wire_server_recv(struct wire_server *s, uint8_t route[WIRE_ROUTE_MAX], size_t *route_len, void **handle,
    const uint8_t **frame, size_t *len)
{
    enum err e = __real_wire_server_recv(s, route, route_len, handle, frame, len);

    if (e == OK)
        obey(*frame, *len);
    return e;
}

enum err __wrap_server_oprf_answer(struct server_oprf *o, const uint8_t *frame, size_t frame_len, uint8_t *out, size_t cap, size_t *len)
{
    if (frame_len > PROTO_FRAME_HEAD)
        obey(frame + PROTO_FRAME_HEAD, frame_len - PROTO_FRAME_HEAD);
    return __real_server_oprf_answer(o, frame, frame_len, out, cap, len);
}

void __wrap_hub_envelope_judge(const struct hub_envelope_context *c, struct hub_job *j)
{
    if (j->frame_len > PROTO_FRAME_HEAD)
        obey(j->frame + PROTO_FRAME_HEAD, j->frame_len - PROTO_FRAME_HEAD);
    __real_hub_envelope_judge(c, j);
}
