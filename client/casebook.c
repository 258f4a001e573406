#include "client/casebook.h"

#include "base/rd.h"
#include "base/wr.h"
#include "client/subject_row.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_MAX = 128 + CLIENT_CASE_MEMBERS_MAX * (PROTO_PARTNER_LEN + PROTO_PURPOSE_WIDTH + 2) };

/* A row under another's id is not this one. */
static enum err row_decode(const uint8_t *key, size_t key_len, const uint8_t *data, size_t len, struct client_case *out)
{
    struct client_case c = {0};
    struct rd r;
    enum err e;

    rd_init(&r, data, len);
    rd_copy(&r, c.id, sizeof c.id);
    client_subject_read(&r, &c.child);
    client_subject_read(&r, &c.handle);
    c.count = rd_u16(&r);
    if (c.count > CLIENT_CASE_MEMBERS_MAX)
        rd_fail(&r, ERR_RANGE);
    for (uint16_t i = 0; r.err == OK && i < c.count; i++) {
        struct client_member *m = &c.member[i];
        rd_copy(&r, m->partner, sizeof m->partner);
        rd_name(&r, PROTO_PURPOSE_WIDTH, m->purpose, sizeof m->purpose, false);
        m->state = rd_u8(&r);
        m->by_handle = rd_u8(&r);
        if (m->state >= CLIENT_MEMBER_END || m->by_handle > 1)
            rd_fail(&r, ERR_RANGE);
    }
    e = rd_end(&r);
    if (e == OK && (key_len != sizeof c.id || sodium_memcmp(c.id, key, sizeof c.id) != 0))
        e = ERR_RANGE;
    if (e == OK)
        *out = c;
    return e;
}

enum err client_case_get(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN], struct client_case *out)
{
    uint8_t *row = NULL;
    size_t len = 0;
    enum err e = client_vault_get(x, CLIENT_T_CASE, id, PROTO_ID_LEN, &row, &len);

    if (e == OK)
        e = row_decode(id, PROTO_ID_LEN, row, len, out);
    free(row);
    return e;
}

enum err client_case_put(struct vault_txn *x, const struct client_case *c)
{
    uint8_t row[ROW_MAX];
    struct wr w;
    enum err e;

    wr_init(&w, row, sizeof row);
    wr_copy(&w, c->id, sizeof c->id);
    client_subject_write(&w, &c->child);
    client_subject_write(&w, &c->handle);
    wr_u16(&w, c->count);
    for (uint16_t i = 0; i < c->count; i++) {
        wr_copy(&w, c->member[i].partner, sizeof c->member[i].partner);
        wr_name(&w, c->member[i].purpose, PROTO_PURPOSE_WIDTH);
        wr_u8(&w, c->member[i].state);
        wr_u8(&w, c->member[i].by_handle);
    }
    e = wr_end(&w);
    return e != OK ? e : client_vault_put(x, CLIENT_T_CASE, c->id, sizeof c->id, row, w.len);
}

struct client_member *client_case_member(struct client_case *c, const uint8_t partner[PROTO_PARTNER_LEN], const char *purpose)
{
    for (uint16_t i = 0; i < c->count; i++)
        if (sodium_memcmp(c->member[i].partner, partner, PROTO_PARTNER_LEN) == 0 && strcmp(c->member[i].purpose, purpose) == 0)
            return &c->member[i];
    return NULL;
}

enum err client_case_set(struct client_case *c, const uint8_t partner[PROTO_PARTNER_LEN], const char *purpose,
    enum client_member_state state, bool by_handle)
{
    struct client_member *m = client_case_member(c, partner, purpose);

    if (m == NULL) {
        if (c->count == CLIENT_CASE_MEMBERS_MAX || strlen(purpose) > PROTO_PURPOSE_WIDTH)
            return ERR_RANGE;
        m = &c->member[c->count++];
        memcpy(m->partner, partner, sizeof m->partner);
        memcpy(m->purpose, purpose, strlen(purpose) + 1);
    }
    m->state = (uint8_t) state;
    m->by_handle = by_handle ? 1 : m->by_handle;
    return OK;
}

bool client_case_takes_part(struct client_case *c, const uint8_t partner[PROTO_PARTNER_LEN], const char *purpose)
{
    const struct client_member *m = client_case_member(c, partner, purpose);

    return m != NULL && (m->state == CLIENT_MEMBER_OPENED || m->state == CLIENT_MEMBER_ACCEPTED);
}

struct proto_subject_id client_case_subject_for(struct client_case *c, const uint8_t partner[PROTO_PARTNER_LEN])
{
    bool by_handle = false;

    for (uint16_t i = 0; i < c->count; i++)
        by_handle |= c->member[i].by_handle && sodium_memcmp(c->member[i].partner, partner, PROTO_PARTNER_LEN) == 0;
    if (!by_handle || c->child.type == PROTO_SUBJECT_HANDLE)
        return c->child;
    if (c->handle.type == PROTO_SUBJECT_NONE) {
        c->handle.type = PROTO_SUBJECT_HANDLE;
        randombytes_buf(c->handle.value, sizeof c->handle.value);
    }
    return c->handle;
}

struct search {
    struct client_node *node;
    const struct proto_subject_id *child;
    const char *purpose;
    struct client_case *found;
    bool done;
};

bool client_case_is_about(const struct client_case *c, const struct proto_subject_id *who)
{
    if (c->child.type == PROTO_SUBJECT_NONE)
        return false;
    if (proto_msg_same_subject(&c->child, who) || proto_msg_same_subject(&c->handle, who))
        return true;
    if (who->type == PROTO_SUBJECT_HANDLE)
        return c->child.type != PROTO_SUBJECT_HANDLE && c->handle.type == PROTO_SUBJECT_NONE;
    return who->type != PROTO_SUBJECT_NONE && c->child.type == PROTO_SUBJECT_HANDLE;
}

static bool takes_part_in_any(struct client_case *c, const uint8_t partner[PROTO_PARTNER_LEN], const char *purpose)
{
    for (uint16_t i = 0; i < c->count; i++)
        if ((purpose[0] == '\0' || strcmp(purpose, c->member[i].purpose) == 0)
            && client_case_takes_part(c, partner, c->member[i].purpose))
            return true;
    return false;
}

static bool search_each(void *arg, const struct client_case *c)
{
    struct search *s = arg;
    struct client_case copy = *c;

    if ((proto_msg_same_subject(&c->child, s->child) || proto_msg_same_subject(&c->handle, s->child))
        && takes_part_in_any(&copy, s->node->me->id, s->purpose)) {
        *s->found = copy;
        s->done = true;
    }
    return !s->done;
}

enum err client_case_of_child(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *child,
    const char *purpose, struct client_case *out)
{
    struct search s = {.node = n, .child = child, .purpose = purpose, .found = out};
    enum err e = client_case_walk(x, search_each, &s);

    return e != OK ? e : s.done ? OK : ERR_NOTFOUND;
}

struct walk {
    client_case_each *each;
    void *arg;
    enum err err;
};

static bool walk_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct walk *w = arg;
    struct client_case c;

    w->err = row_decode(key, key_len, value, len, &c);
    return w->err == OK && w->each(w->arg, &c);
}

enum err client_case_walk(struct vault_txn *x, client_case_each *each, void *arg)
{
    struct walk w = {.each = each, .arg = arg};
    enum err e = client_vault_walk(x, CLIENT_T_CASE, NULL, 0, walk_each, &w);

    return e != OK ? e : w.err;
}
