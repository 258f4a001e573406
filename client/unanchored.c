#include "client/unanchored.h"

#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"
#include "client/hublink.h"
#include "client/meta.h"
#include "client/witness.h"

#include <stdlib.h>

enum { EVERY_MS = 60000, ROW_LEN = 16 };

void client_unanchored_saw(struct client_unanchored *u, uint64_t size, uint64_t anchored, uint64_t now_s)
{
    if (u->size != 0 && (anchored >= u->size || size < u->size))
        u->size = u->since_s = 0;
    if (u->size == 0 && size > anchored) {
        u->size = size;
        u->since_s = now_s;
    }
}

bool client_unanchored_is_late(const struct client_unanchored *u, uint64_t now_s)
{
    return u->looked && u->size != 0 && u->since_s + CLIENT_UNANCHORED_LATE_S <= now_s;
}

static enum err load(struct client_node *n)
{
    struct client_unanchored *u = &n->unanchored;
    uint8_t *row = NULL;
    size_t len = 0;
    struct rd r;
    enum err e = client_meta_load(n->vault, CLIENT_META_UNANCHORED, &row, &len);

    if (e == OK) {
        rd_init(&r, row, len);
        u->size = rd_u64(&r);
        u->since_s = rd_u64(&r);
        e = rd_end(&r);
    }
    free(row);
    u->loaded = e == OK || e == ERR_NOTFOUND;
    return u->loaded ? OK : e;
}

static enum err store(struct client_node *n)
{
    uint8_t row[ROW_LEN];
    struct wr w;

    wr_init(&w, row, sizeof row);
    wr_u64(&w, n->unanchored.size);
    wr_u64(&w, n->unanchored.since_s);
    return wr_end(&w) == OK ? client_meta_store(n->vault, CLIENT_META_UNANCHORED, row, sizeof row) : w.err;
}

/* What the log shows now; kept when that is another moment than before. */
static enum err look(struct client_node *n)
{
    struct client_unanchored *u = &n->unanchored;
    struct client_witness_status w;
    struct client_link_status s;
    uint64_t size = u->size, since_s = u->since_s;

    client_hublink_status(n, &s);
    client_witness_status(n, &w);
    client_unanchored_saw(u, s.checkpoint_size, w.anchored_size, clock_now_s());
    u->looked = true;
    return u->size == size && u->since_s == since_s ? OK : store(n);
}

void client_unanchored_step(struct client_node *n)
{
    struct client_unanchored *u = &n->unanchored;
    uint64_t now_ms = clock_mono_ms();
    enum err e;

    /* Without the hub nothing is known of what others cosigned; with it again, that takes a moment to come. */
    if (u->loaded && !client_link_is_up(n)) {
        u->looked = false;
        u->due_ms = now_ms + EVERY_MS;
    }
    if (now_ms < u->due_ms)
        return;
    e = u->loaded ? look(n) : load(n);
    u->due_ms = now_ms + EVERY_MS;
    if (e != OK)
        log_event(LOG_WARN, "not-stored", "step", "unanchored", "err", err_word(e), NULL);
}
