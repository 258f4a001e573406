#include "hub_acts.h"

#include <sodium.h>
#include <stdio.h>


unsigned hub_acts_officer_days;

struct hub_world_reply hub_acts_one(struct hub_acts *f, const uint8_t *frame, size_t len)
{
    struct proto_blob in = { frame, len };
    struct hub_world_reply r;

    hub_world_round(&f->w, &in, &r, 1);
    assert_non_null(r.frame);
    return r;
}

struct hub_world_reply hub_acts_send(struct hub_acts *f, const struct proto_msg *m, int from)
{
    return hub_acts_one(f, f->frame, hub_world_frame(&f->w, m, from, f->frame));
}

/* Send, expect this result, forget the reply. */
void hub_acts_expect(struct hub_acts *f, const struct proto_msg *m, int from, enum proto_refusal result)
{
    struct hub_world_reply r = hub_acts_send(f, m, from);

    assert_string_equal(proto_refusal_name((enum proto_refusal)r.reply.result), proto_refusal_name(result));
    hub_world_reply_free(&r);
}

void hub_acts_publish(struct hub_acts *f, int partner, enum proto_role role, enum proto_refusal result)
{
    uint8_t cert[1024];
    struct proto_msg m;

    hub_world_msg(&f->w, PROTO_PUBLISH, partner, -1, &m);
    m.original = (struct proto_blob){ cert, hub_world_staff_cert(&f->w, partner, role, cert, sizeof cert) };
    hub_acts_expect(f, &m, partner, result);
}

/* A statement of facts from a to b; original has room for 2048. */
void hub_acts_facts(struct hub_acts *f, int from, int to, uint8_t *original, struct proto_msg *m)
{
    hub_world_msg(&f->w, PROTO_STATEMENT, from, to, m);
    memcpy(m->head.case_id, f->case_id, sizeof f->case_id);
    m->head.subject.type = PROTO_SUBJECT_HANDLE;
    memcpy(m->head.subject.value, f->case_id, sizeof f->case_id);
    m->original = (struct proto_blob){ original, hub_world_facts(&f->w, from, to, f->case_id, original, 2048) };
}

int hub_acts_open(void **state, const char *pack)
{
    struct hub_acts *f = calloc(1, sizeof *f);

    check_shift_clock(0);

    f->frame = malloc(HUB_WORLD_FRAME_MAX);
    f->w.officer_days = hub_acts_officer_days;
    hub_world_open(&f->w, pack, 0);
    hub_world_core_open(&f->w);
    randombytes_buf(f->case_id, sizeof f->case_id);
    hub_acts_publish(f, A, PROTO_ROLE_CASEWORKER, PROTO_ACCEPTED);
    hub_acts_publish(f, B, PROTO_ROLE_CASEWORKER, PROTO_ACCEPTED);
    *state = f;
    return 0;
}

int hub_acts_close(void **state)
{
    struct hub_acts *f = *state;

    hub_world_close(&f->w);
    free(f->frame);
    free(f);
    return 0;
}

void hub_acts_check_receipt(struct hub_acts *f, const struct proto_msg *m, int from, const struct hub_world_reply *r)
{
    uint8_t *frame = malloc(HUB_WORLD_FRAME_MAX);
    size_t len = hub_world_frame(&f->w, m, from, frame);
    struct proto_blob e = hub_world_envelope(frame, len);

    assert_true(r->reply.has_receipt);
    assert_err(proto_receipt_check(f->w.region, m, e.data, e.len, &r->reply.receipt, 0, NULL), OK);
    free(frame);
}

struct hub_world_reply hub_acts_fetch(struct hub_acts *f, int who, uint64_t running)
{
    struct proto_msg m;

    hub_world_msg(&f->w, PROTO_FETCH, who, -1, &m);
    m.head.running = running;
    return hub_acts_send(f, &m, who);
}

uint16_t hub_acts_mail_count(const struct hub_world_reply *r)
{
    assert_true(r->reply.payload.len >= 2);
    return (uint16_t)(r->reply.payload.data[0] << 8 | r->reply.payload.data[1]);
}

struct hub_world_reply hub_acts_query(struct hub_acts *f, enum proto_query code, uint64_t number, const uint8_t *key,
    const uint8_t *partner, const uint8_t *refers)
{
    struct proto_msg m;

    hub_world_msg(&f->w, PROTO_QUERY, A, -1, &m);
    m.code = (uint8_t)code;
    m.number = number;
    if (key != NULL)
        memcpy(m.key, key, sizeof m.key);
    if (partner != NULL)
        memcpy(m.partner, partner, sizeof m.partner);
    if (refers != NULL)
        memcpy(m.refers, refers, sizeof m.refers);
    return hub_acts_send(f, &m, A);
}
