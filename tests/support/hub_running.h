/*
 * tests/support/hub_running: the program schakel-hub as its own processes, on a port of its own, and a client of it. The program lies
 * beside the test that runs.
 */
#ifndef TESTS_SUPPORT_HUB_RUNNING_H
#define TESTS_SUPPORT_HUB_RUNNING_H

#include "check.h"
#include "hub_world.h"
#include "proto/wire.h"

#include <sys/types.h>

enum { A, B, C };

struct hub_running {
    struct hub_world w;
    const char *program;   /* beside the test; NULL: schakel-hub */
    pid_t pid;
    struct wire_client *client;
    uint8_t *frame;   /* room for one */
};

/* The hub runs and the client is dialled, with the partner's own TLS key and certificate or plain. */
int hub_running_open(void **state, const char *pack, bool plain);
/* The same with so many partners, plain. */
int hub_running_open_many(void **state, const char *pack, size_t partners);
int hub_running_close(void **state);
#ifdef SOURCE_DIR
static inline int hub_running_setup(void **state)
{
    return hub_running_open(state, SOURCE_DIR "/policy/packs/nl-jeugd", true);
}
static inline int hub_running_setup_tls(void **state)
{
    return hub_running_open(state, SOURCE_DIR "/policy/packs/nl-jeugd", false);
}
#endif

void hub_running_start(struct hub_running *f);
/* SIGTERM, and the exit code; with its log on standard error when that is not 0. */
int hub_running_stop(struct hub_running *f);
/* The process of this role. */
pid_t hub_running_role(const struct hub_running *f, const char *role);

struct hub_world_reply hub_running_call_frame(struct hub_running *f, const uint8_t *frame, size_t len);
struct hub_world_reply hub_running_call(struct hub_running *f, const struct proto_msg *m, int from);
/* A partner's staff; must be accepted. */
void hub_running_publish(struct hub_running *f, int partner);
/* A statement of facts from A to B about a fresh case. original has room for 2048 and must outlive m. */
void hub_running_facts(struct hub_running *f, uint8_t *original, struct proto_msg *m);

#endif
