#include "client/replaced.h"

#include "client/child.h"
#include "client/order.h"
#include "client/rows.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct row {
    uint8_t id[PROTO_ID_LEN], holder[PROTO_PARTNER_LEN], receiver[PROTO_PARTNER_LEN];
    struct proto_subject_id child;
    char purpose[PROTO_PURPOSE_WIDTH + 1];
    uint8_t code;
    struct proto_sections sections;
    struct client_leaf leaf;
    bool logged, over;   /* over: withdrawn, or behind its last day */
    bool counts;         /* somebody could be given something on it */
};

struct client_replaced {
    const struct proto_region *region;
    const struct client_ends *ends;
    uint64_t now_s;
    struct row *row;
    size_t count, cap;
    bool no_memory;
};

static void fill(struct row *out, const struct client_kept *k, bool over)
{
    const struct proto_statement *s = &k->what;

    *out = (struct row){.child = s->subject,
        .code = s->code,
        .sections = s->sections,
        .leaf = client_kept_leaf(k),
        .logged = k->leaf_s != 0,
        .over = over,
        .counts = !over && s->until_s != 0};
    memcpy(out->id, s->id, sizeof out->id);
    memcpy(out->holder, s->holder, sizeof out->holder);
    memcpy(out->receiver, s->receiver, sizeof out->receiver);
    memcpy(out->purpose, s->purpose, sizeof out->purpose);
}

static bool read_each(void *arg, const struct client_kept *k)
{
    struct client_replaced *r = arg;
    struct row *more;

    if (k->what.kind != PROTO_SAY_CONSENT)
        return true;
    more = client_rows_more(r->row, r->count, &r->cap, sizeof *more);
    if (more == NULL) {
        r->no_memory = true;
        return false;
    }
    r->row = more;
    fill(&r->row[r->count++], k,
        client_ends_of(r->ends, &k->what) != NULL
            || (k->what.until_s != 0 && k->what.until_s <= r->now_s));
    return true;
}

enum err client_replaced_read(
    const struct proto_region *region, struct vault_txn *x, const struct client_ends *ends, uint64_t now_s, struct client_replaced **out)
{
    struct client_replaced *r = calloc(1, sizeof *r);
    enum err e;

    if (r == NULL)
        return ERR_NOMEM;
    r->region = region;
    r->ends = ends;
    r->now_s = now_s;
    e = client_kept_walk(x, read_each, r);
    if (e == OK && r->no_memory)
        e = ERR_NOMEM;
    if (e == OK)
        *out = r;
    else
        client_replaced_free(r);
    return e;
}

void client_replaced_free(struct client_replaced *r)
{
    if (r == NULL)
        return;
    free(r->row);
    free(r);
}

static bool same_question(const struct row *a, const struct row *b)
{
    return a->code == b->code && strcmp(a->purpose, b->purpose) == 0
        && sodium_memcmp(a->holder, b->holder, sizeof a->holder) == 0
        && sodium_memcmp(a->receiver, b->receiver, sizeof a->receiver) == 0
        && proto_msg_same_subject(&a->child, &b->child);
}

/* A newer one that is over itself takes the place only of what does not count either: else the older one is
 * what a decision goes by. */
static bool takes_place(const struct proto_region *r, const struct row *newer, const struct row *older)
{
    return newer->logged && older->logged && client_order_is_later(r, &newer->leaf, &older->leaf)
        && (!newer->over || !older->counts) && same_question(newer, older);
}

bool client_replaced_is(const struct client_replaced *r, const struct proto_statement *consent)
{
    const struct row *mine = NULL;

    for (size_t i = 0; i < r->count && mine == NULL; i++)
        if (sodium_memcmp(r->row[i].id, consent->id, PROTO_ID_LEN) == 0)
            mine = &r->row[i];
    for (uint8_t s = 0; mine != NULL && s < mine->sections.count; s++) {
        bool covered = false;

        for (size_t i = 0; i < r->count && !covered; i++)
            covered = takes_place(r->region, &r->row[i], mine)
                && proto_sections_has(&r->row[i].sections, mine->sections.name[s]);
        if (!covered)
            return false;
    }
    return mine != NULL;
}
