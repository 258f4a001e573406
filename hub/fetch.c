#include "hub/core.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/wr.h"

#include <stdlib.h>
#include <string.h>

static size_t place_of(const struct hub_core *c, const struct hub_job *j)
{
    return (size_t)(j->act.from - c->region->partner);
}

static void give_back(struct hub_core *c, struct hub_job *j)
{
    if (c->pool != NULL)
        hub_verify_give_back(c->pool, j);
    else
        hub_job_free(j);
}

/* One waiting fetch per node: the newer ends the older. Takes j into c->waiting; the one that lost comes back decided. */
void hub_fetch_take(struct hub_core *c, struct hub_job *j)
{
    size_t place = place_of(c, j);
    struct hub_job *other = c->waiting[place];

    j->wait_until_ms = c->now_ms + j->act.msg.number * 1000;
    c->waiting[place] = j;
    c->look[place] = true;
    j->next = other;
}

/*
 * The node has stored everything up to running: delete that. Then stop what no longer may go: it is taken out, and the
 * fetch itself becomes a leaf (PROTO_WRONG_STATE) whose receipt goes back with the answer, so that the node can explain the missing number.
 */
static enum err stop_mail(struct hub_core *c, struct kv_txn *x, struct hub_job *j)
{
    const struct proto_header *h = &j->act.msg.head;
    struct hub_mail_row mail;
    uint64_t after = h->running;
    size_t bytes = 0;
    enum err e;

    while (bytes < HUB_FETCH_BYTES_MAX && (e = hub_store_mail_next(c->mail, x, h->from, after, &mail)) == OK) {
        bool permitted = false;

        after = mail.number;
        bytes += mail.message.len;
        e = hub_mail_still_permitted(&c->state, x, &j->act, (enum proto_kind)mail.kind, mail.id, &permitted);
        if (e == OK && !permitted) {
            e = hub_store_mail_delete(c->mail, x, h->from, mail.number);
            if (e == OK && !j->has_row) {
                memset(&j->outcome, 0, sizeof j->outcome);
                j->outcome.result = PROTO_WRONG_STATE;
                e = hub_apply_leaf(c, x, j);
            }
        } else if (e == OK) {
            c->has_mail[place_of(c, j)] = true;
        }
        if (e != OK)
            return e;
    }
    return bytes >= HUB_FETCH_BYTES_MAX || e == ERR_NOTFOUND ? OK : e;
}

enum err hub_fetch_prepare(struct hub_core *c, struct kv_txn *x)
{
    for (size_t i = 0; i < c->region->partner_count; i++) {
        struct hub_job *j = c->waiting[i];
        size_t deleted;
        enum err e;

        if (!c->look[i] || j == NULL)
            continue;
        c->has_mail[i] = false;
        j->has_row = j->has_sides = false;
        j->act.now_s = c->now_s > c->leaf_s ? c->now_s : c->leaf_s;
        e = hub_store_mail_delete_upto(c->mail, x, j->act.from->id, j->act.msg.head.running, &deleted);
        if (e == OK)
            e = stop_mail(c, x, j);
        if (e != OK)
            return e;
    }
    return OK;
}

/* The originals that go along, as far as they fit into one frame with the rest. */
static enum err attach(struct hub_core *c, struct kv_txn *x, const struct hub_mail_row *row, size_t room, struct proto_mail *m)
{
    for (size_t i = 0; i < row->attached.count; i++) {
        uint8_t *original = NULL;
        size_t len = 0;
        enum err e = hub_statement_original(&c->state, x, row->attached.id[i], &original, &len);

        if (e == ERR_NOTFOUND)
            continue;
        if (e != OK)
            return e;
        if (len + 4 > room) {
            free(original);
            break;
        }
        room -= len + 4;
        m->attached[m->attached_count++] = (struct proto_blob){ original, len };
    }
    return OK;
}

static void free_attached(struct proto_mail *m)
{
    for (size_t i = 0; i < m->attached_count; i++) {
        union { const uint8_t *in; void *out; } unconst = { .in = m->attached[i].data };
        free(unconst.out);
    }
    m->attached_count = 0;
}

enum { MAIL_OVERHEAD = 4096, PAYLOAD_MAX = PROTO_FRAME_MAX - PROTO_FRAME_HEAD - PROTO_REPLY_DECISION };

/* One mail behind *used. ERR_LONG when it does not fit any more: the next fetch gets it. */
static enum err write_mail(struct hub_core *c, struct kv_txn *x, const struct hub_mail_row *row, size_t *used)
{
    struct proto_mail m = { .number = row->number, .kind = row->kind, .message = row->message };
    struct hub_act_row act;
    size_t room = PAYLOAD_MAX - *used, len;
    enum err e;

    if (room < row->message.len + MAIL_OVERHEAD)
        return ERR_LONG;
    e = hub_store_act_get(c->acts, x, row->index, &act);
    if (e == OK)
        e = hub_answer_receipt(c, x, &act, NULL, 1, &m.receipt);
    if (e == ERR_NOTFOUND)
        return ERR_STATE;
    if (e == OK)
        e = attach(c, x, row, room - row->message.len - MAIL_OVERHEAD, &m);
    if (e == OK)
        e = proto_mail_encode(&m, c->payload + *used, room, &len);
    free_attached(&m);
    if (e == OK)
        *used += len;
    return e;
}

static enum err answer_one(struct hub_core *c, struct kv_txn *x, struct hub_job *j)
{
    uint64_t after = j->act.msg.head.running;
    struct hub_mail_row row;
    size_t used = 2;
    uint16_t count = 0;
    struct wr w;
    enum err e = OK;

    while (count < UINT16_MAX && used < HUB_FETCH_BYTES_MAX
        && (e = hub_store_mail_next(c->mail, x, j->act.from->id, after, &row)) == OK) {
        e = write_mail(c, x, &row, &used);
        if (e != OK && e != ERR_STATE)
            break;
        after = row.number;
        /* Its receipt cannot be made any more: one lost mail must not hold up all that come after it. */
        if (e == ERR_STATE)
            log_event(LOG_ERROR, "mail without receipt", "partner", j->act.from->handle, NULL);
        else
            count++;
    }
    if (e != OK && e != ERR_NOTFOUND && !(e == ERR_LONG && count != 0))
        return e;
    wr_init(&w, c->payload, 2);
    wr_u16(&w, count);
    return hub_answer_payload(c, x, j, PROTO_ACCEPTED, c->payload, used);
}

enum err hub_fetch_answer(struct hub_core *c, struct kv_txn *x)
{
    for (size_t i = 0; i < c->region->partner_count; i++) {
        struct hub_job *j = c->waiting[i];
        enum err e;

        if (!c->look[i])
            continue;
        c->look[i] = false;
        if (j == NULL || (!c->has_mail[i] && !j->has_row && j->wait_until_ms > c->now_ms))
            continue;
        e = answer_one(c, x, j);
        if (e != OK)
            return e;
        c->waiting[i] = NULL;
        give_back(c, j);
    }
    return OK;
}

uint64_t hub_fetch_next_ms(const struct hub_core *c, uint64_t max_ms)
{
    uint64_t now = clock_mono_ms(), best = max_ms;

    for (size_t i = 0; i < c->region->partner_count; i++) {
        const struct hub_job *j = c->waiting[i];

        if (j == NULL)
            continue;
        if (j->wait_until_ms <= now)
            return 0;
        if (j->wait_until_ms - now < best)
            best = j->wait_until_ms - now;
    }
    return best;
}
