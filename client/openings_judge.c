/* client/openings: one opening against what this partner has. And its row. */
#include "client/openings.h"

#include "base/rd.h"
#include "base/wr.h"
#include "client/archive.h"
#include "client/verify.h"

#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, HEAD = 2 };

static void number_key(uint64_t number, uint8_t out[8])
{
    struct wr w;

    wr_init(&w, out, 8);
    wr_u64(&w, number);
}

enum err client_openings_put(struct vault_txn *x, const struct client_opening *o)
{
    uint8_t key[8], row[HEAD + PROTO_OPENING_MAX];
    size_t len = 0;
    struct wr w;
    enum err e;

    wr_init(&w, row, sizeof row);
    wr_u8(&w, VERSION);
    wr_u8(&w, o->state);
    e = wr_end(&w);
    if (e == OK && o->opened)
        e = proto_opening_encode(&o->what, row + w.len, sizeof row - w.len, &len);
    number_key(o->number, key);
    return e == OK ? client_vault_put(x, CLIENT_T_OPENING, key, sizeof key, row, w.len + len) : e;
}

enum err client_openings_get(struct vault_txn *x, uint64_t number, struct client_opening *out)
{
    uint8_t key[8], *row = NULL;
    size_t len = 0;
    struct client_opening o = {.number = number};
    struct rd r;
    enum err e;

    number_key(number, key);
    e = client_vault_get(x, CLIENT_T_OPENING, key, sizeof key, &row, &len);
    if (e != OK)
        return e;
    rd_init(&r, row, len);
    if (rd_u8(&r) != VERSION)
        rd_fail(&r, ERR_VERSION);
    o.state = rd_u8(&r);
    o.opened = rd_left(&r) != 0;
    if (o.state == 0 || o.state >= CLIENT_OPENING_END)
        rd_fail(&r, ERR_RANGE);
    e = r.err;
    if (e == OK && o.opened)
        e = proto_opening_decode(r.at, rd_left(&r), &o.what);
    free(row);
    if (e == OK)
        *out = o;
    return e;
}

bool client_openings_is_bad(uint8_t state)
{
    return state >= CLIENT_OPENING_SEALED && state < CLIENT_OPENING_END;
}

const char *client_openings_why(uint8_t state, enum lang lang)
{
    static const struct { const char *en, *nl; } words[CLIENT_OPENING_END] = {
        [CLIENT_OPENING_WAITS] = {"its message is not here yet", "het bericht is er nog niet"},
        [CLIENT_OPENING_RIGHT] = {"right", "klopt"},
        [CLIENT_OPENING_BARE] = {"right, but its message is not here", "klopt, maar het bericht is er niet"},
        [CLIENT_OPENING_SEALED] = {"it does not open", "gaat niet open"},
        [CLIENT_OPENING_SIDE] = {"its running number is not the one in the log", "het volgnummer is niet dat in het logboek"},
        [CLIENT_OPENING_PREVIOUS] = {"it names another act before it than this organisation had",
            "noemt een andere handeling ervoor dan deze organisatie had"},
        [CLIENT_OPENING_LEAF] = {"what it says is not what was signed", "wat het zegt is niet wat is ondertekend"},
        [CLIENT_OPENING_UNLOGGED] = {"what it says is not what the log has", "wat het zegt is niet wat het logboek heeft"},
    };
    unsigned at = state < CLIENT_OPENING_END ? state : 0;

    return words[at].en == NULL ? "?" : lang == LANG_NL ? words[at].nl : words[at].en;
}

/* The leaf before this one, as the archive knows it, or an opening that was found right. ERR_NOTFOUND: neither knows. */
static enum err index_of(struct vault_txn *x, uint64_t number, uint64_t *index)
{
    struct client_archived a;
    struct client_opening *o = NULL;
    uint8_t *memory = NULL;
    enum err e = client_archive_get(x, number, &a, &memory);

    free(memory);
    if (e == OK && !a.bad && a.index != PROTO_NO_LEAF) {
        *index = a.index;
        return OK;
    }
    if (e != OK && e != ERR_NOTFOUND)
        return e;
    o = malloc(sizeof *o);
    e = o == NULL ? ERR_NOMEM : client_openings_get(x, number, o);
    if (e == OK && (!o->opened || client_openings_is_bad(o->state)))
        e = ERR_NOTFOUND;
    if (e == OK)
        *index = o->what.index;
    free(o);
    return e;
}

static enum err previous_is_right(struct vault_txn *x, const struct proto_opening *o, bool *right)
{
    uint64_t index = PROTO_NO_LEAF;
    enum err e = o->number == 1 ? OK : index_of(x, o->number - 1, &index);

    *right = e == ERR_NOTFOUND || (e == OK && o->previous == index);
    return e == ERR_NOTFOUND ? OK : e;
}

/* The leaf that was proven by its receipt when it was archived, against the one that is laid open. */
static enum err leaf_is_right(const struct client_node *n, const struct client_archived *a, const struct proto_opening *o, bool *right)
{
    uint8_t leaf[PROTO_LEAF_LEN];
    struct client_entry *entry;
    uint8_t kept[PROTO_HASH_LEN], hash[PROTO_HASH_LEN];
    unsigned origin;
    enum err e;

    *right = false;
    if (client_archive_spent_leaf(a, kept, &origin) == OK) {
        if (proto_opening_leaf(o, leaf) == OK) {
            proto_merkle_leaf(leaf, sizeof leaf, hash);
            *right = o->index == a->index && memcmp(hash, kept, sizeof hash) == 0;
        }
        return OK;
    }
    entry = malloc(sizeof *entry);
    e = entry == NULL ? ERR_NOMEM : client_entry_check(&n->region, a, entry);
    /* The archive's own trouble, not the hub's. */
    if (e == OK && proto_opening_leaf(o, leaf) == OK)
        *right = o->index == entry->receipt.index && o->side == entry->receipt.side && memcmp(leaf, entry->leaf, sizeof leaf) == 0;
    free(entry);
    return e;
}

enum err client_openings_judge(struct vault_txn *x, const struct client_node *n, struct client_opening *o, bool *ask)
{
    struct client_archived a;
    uint8_t *memory = NULL;
    bool right = false;
    enum err e;

    *ask = false;
    if (!o->opened) {
        o->state = CLIENT_OPENING_SEALED;
        return OK;
    }
    o->state = CLIENT_OPENING_SIDE;
    if (proto_opening_check_side(&o->what) != OK)
        return OK;
    o->state = CLIENT_OPENING_PREVIOUS;
    e = previous_is_right(x, &o->what, &right);
    if (e != OK || !right)
        return e;
    o->state = CLIENT_OPENING_WAITS;
    e = client_archive_get(x, o->number, &a, &memory);
    if (e == ERR_NOTFOUND)
        return OK;
    if (e == OK && (a.bad || a.index == PROTO_NO_LEAF)) {
        *ask = true;
    } else if (e == OK) {
        e = leaf_is_right(n, &a, &o->what, &right);
        o->state = right ? CLIENT_OPENING_RIGHT : CLIENT_OPENING_LEAF;
    }
    free(memory);
    return e;
}
