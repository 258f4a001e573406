#include "client/waiting.h"

#include "base/rd.h"
#include "base/wr.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { PLACE = 1, NUMBER = 2, PLACE_LEN = 16, NUMBER_KEY_LEN = 33, ROW_LEN = 9, DIGITS = 9 };

struct place { enum client_waiting_why why; uint64_t order; };

static void place_key(const struct place *p, uint8_t out[PLACE_LEN])
{
    struct wr w;

    memset(out, 0, PLACE_LEN);
    out[0] = PLACE;
    out[1] = (uint8_t)p->why;
    wr_init(&w, out + 8, 8);
    wr_u64(&w, p->order);
}

static void number_key(struct client_node *n, const char *number, uint8_t out[NUMBER_KEY_LEN])
{
    out[0] = NUMBER;
    client_vault_name_key(n->vault, "waiting number", number, strlen(number), out + 1);
}

static enum err find(struct client_node *n, struct vault_txn *x, const char *number, struct place *out)
{
    uint8_t key[NUMBER_KEY_LEN], *row = NULL;
    struct place p;
    size_t len = 0;
    struct rd r;
    enum err e;

    number_key(n, number, key);
    e = client_vault_get(x, CLIENT_T_WAITING, key, sizeof key, &row, &len);
    if (e != OK)
        return e;
    rd_init(&r, row, len);
    p.why = (enum client_waiting_why)rd_u8(&r);
    p.order = rd_u64(&r);
    e = rd_end(&r);
    free(row);
    if (e == OK)
        *out = p;
    return e;
}

bool client_waiting_has(struct client_node *n, struct vault_txn *x, const char *number)
{
    struct place p;

    return find(n, x, number, &p) == OK;
}

/* Rises with time and, within a second, with each. */
static uint64_t next_order(void)
{
    static uint64_t last;
    uint64_t order = clock_now_s() << 20;

    last = order > last ? order : last + 1;
    return last;
}

static enum err put_place(struct client_node *n, struct vault_txn *x, const char *number, const struct place *p)
{
    uint8_t at[PLACE_LEN], key[NUMBER_KEY_LEN], row[ROW_LEN];
    struct wr w;
    enum err e;

    place_key(p, at);
    e = client_vault_put(x, CLIENT_T_WAITING, at, sizeof at, number, DIGITS);
    if (e != OK)
        return e;
    number_key(n, number, key);
    wr_init(&w, row, sizeof row);
    wr_u8(&w, (uint8_t)p->why);
    wr_u64(&w, p->order);
    return client_vault_put(x, CLIENT_T_WAITING, key, sizeof key, row, sizeof row);
}

enum err client_waiting_put(struct client_node *n, struct vault_txn *x, const char *number, enum client_waiting_why why, bool *added)
{
    struct place p = {.why = why};
    enum err e = find(n, x, number, &p);
    bool fresh = e == ERR_NOTFOUND;

    if (e != OK && !fresh)
        return e;
    if (fresh) {
        p.order = next_order();
        e = put_place(n, x, number, &p);
    } else if (why < p.why) {
        e = client_waiting_drop(n, x, number);
        p.why = why;
        if (e == OK)
            e = put_place(n, x, number, &p);
    }
    if (e == OK && added != NULL)
        *added = fresh;
    return e;
}

enum err client_waiting_drop(struct client_node *n, struct vault_txn *x, const char *number)
{
    uint8_t at[PLACE_LEN], key[NUMBER_KEY_LEN];
    struct place p;
    enum err e = find(n, x, number, &p);

    if (e != OK)
        return e == ERR_NOTFOUND ? OK : e;
    place_key(&p, at);
    number_key(n, number, key);
    e = client_vault_delete(x, CLIENT_T_WAITING, at, sizeof at);
    return e == OK ? client_vault_delete(x, CLIENT_T_WAITING, key, sizeof key) : e;
}

struct reading { struct client_waiting *out; size_t max, count; enum client_waiting_why last; enum err e; };

static bool read_one(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct reading *r = arg;
    struct client_waiting *w = &r->out[r->count];

    if (key_len != PLACE_LEN || len != DIGITS || key[1] == 0 || key[1] >= CLIENT_WAITING_END) {
        r->e = ERR_SYNTAX;
        return false;
    }
    if (key[1] > (uint8_t)r->last)
        return false;
    w->why = (enum client_waiting_why)key[1];
    memcpy(w->number, value, DIGITS);
    w->number[DIGITS] = '\0';
    r->count++;
    return r->count < r->max;
}

enum err client_waiting_first(struct vault_txn *x, enum client_waiting_why last, struct client_waiting *out, size_t max, size_t *count)
{
    static const uint8_t prefix[] = {PLACE};
    struct reading r = {.out = out, .max = max, .last = last};
    enum err e = max == 0 ? OK : client_vault_walk(x, CLIENT_T_WAITING, prefix, sizeof prefix, read_one, &r);

    if (e == OK)
        e = r.e;
    if (e == OK)
        *count = r.count;
    return e;
}

enum err client_waiting_count(struct vault_txn *x, uint64_t *out)
{
    uint64_t rows = 0;
    enum err e = client_vault_count(x, CLIENT_T_WAITING, &rows);

    if (e == OK)
        *out = rows / 2;
    return e;
}
