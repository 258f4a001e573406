/*
 * tests/support/hub_acts: a world with core in this process, and acts that go through it one round at a time. Staff of A and B is
 * published, that of C is not.
 */
#ifndef TESTS_SUPPORT_HUB_ACTS_H
#define TESTS_SUPPORT_HUB_ACTS_H

#include "check.h"
#include "hub_world.h"

enum { A, B, C };

struct hub_acts {
    struct hub_world w;
    uint8_t case_id[PROTO_ID_LEN];
    uint8_t *frame;   /* room for one */
};

/* How long officers' keys last in worlds opened from now on; 0: 90 days. */
extern unsigned hub_acts_officer_days;

/* pack: the folder of the pack. */
int hub_acts_open(void **state, const char *pack);
int hub_acts_close(void **state);
/* For the tests' tables, where SOURCE_DIR is known. */
#ifdef SOURCE_DIR
static inline int hub_acts_setup(void **state)
{
    return hub_acts_open(state, SOURCE_DIR "/policy/packs/nl-jeugd");
}
#endif


/* One frame, one round, its answer. */
struct hub_world_reply hub_acts_one(struct hub_acts *f, const uint8_t *frame, size_t len);
struct hub_world_reply hub_acts_send(struct hub_acts *f, const struct proto_msg *m, int from);
/* Send, expect this result, forget the reply. */
void hub_acts_expect(struct hub_acts *f, const struct proto_msg *m, int from, enum proto_refusal result);
void hub_acts_publish(struct hub_acts *f, int partner, enum proto_role role, enum proto_refusal result);
/* A statement of facts; original has room for 2048 and must outlive m. */
void hub_acts_facts(struct hub_acts *f, int from, int to, uint8_t *original, struct proto_msg *m);
/* The reply has a receipt of this message that verifies. */
void hub_acts_check_receipt(struct hub_acts *f, const struct proto_msg *m, int from, const struct hub_world_reply *r);
struct hub_world_reply hub_acts_fetch(struct hub_acts *f, int who, uint64_t running);
uint16_t hub_acts_mail_count(const struct hub_world_reply *r);
/* By A; NULL: none. */
struct hub_world_reply hub_acts_query(struct hub_acts *f, enum proto_query code, uint64_t number, const uint8_t *key,
    const uint8_t *partner, const uint8_t *refers);

#endif
