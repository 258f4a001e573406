#include "client/lastword.h"

#include "base/rd.h"
#include "base/wr.h"
#include "client/meta.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Under a hash of case, partner and purpose: index, leaf time, and the origin that proves it. */
enum { KEY_LEN = 1 + crypto_hash_sha256_BYTES, TIMED_LEN = 2 * 8, ROW_LEN = TIMED_LEN + 1 };

static void key_of(const struct proto_statement *s, uint8_t key[KEY_LEN])
{
    const uint8_t *member = s->code == PROTO_MEMBER_INVITE ? s->receiver : s->setter;
    crypto_hash_sha256_state h;

    key[0] = CLIENT_META_LAST_WORD;
    crypto_hash_sha256_init(&h);
    crypto_hash_sha256_update(&h, s->case_id, sizeof s->case_id);
    crypto_hash_sha256_update(&h, member, PROTO_PARTNER_LEN);
    crypto_hash_sha256_update(&h, (const uint8_t *) s->purpose, strlen(s->purpose));
    crypto_hash_sha256_final(&h, key + 1);
}

/* Rows of before there could be several origins have no time: they are of the first. Those of after had no origin at first. */
static enum err read_row(struct vault_txn *x, const uint8_t key[KEY_LEN], struct client_leaf *out)
{
    struct client_leaf leaf;
    uint8_t *row = NULL;
    size_t len = 0;
    struct rd r;
    enum err e = client_vault_get(x, CLIENT_T_META, key, KEY_LEN, &row, &len);

    if (e == OK) {
        rd_init(&r, row, len);
        leaf.index = rd_u64(&r);
        leaf.at_s = len >= TIMED_LEN ? rd_u64(&r) : 0;
        leaf.origin = len == ROW_LEN ? rd_u8(&r) : 0;
        e = rd_end(&r);
    }
    if (e == OK)
        *out = leaf;
    free(row);
    return e;
}

enum err client_lastword_is_newer(
    const struct client_node *n, struct vault_txn *x, const struct proto_statement *s, const struct client_leaf *leaf, bool *newer)
{
    struct client_leaf last;
    uint8_t key[KEY_LEN];
    enum err e;

    key_of(s, key);
    e = read_row(x, key, &last);
    if (e == OK)
        *newer = client_order_is_later(&n->region, leaf, &last);
    else if (e == ERR_NOTFOUND)
        *newer = true;
    return e == ERR_NOTFOUND ? OK : e;
}

enum err client_lastword_put(struct vault_txn *x, const struct proto_statement *s, const struct client_leaf *leaf)
{
    uint8_t key[KEY_LEN], row[ROW_LEN];
    struct wr w;
    enum err e;

    key_of(s, key);
    wr_init(&w, row, sizeof row);
    wr_u64(&w, leaf->index);
    wr_u64(&w, leaf->at_s);
    wr_u8(&w, (uint8_t) leaf->origin);
    e = wr_end(&w);
    return e == OK ? client_vault_put(x, CLIENT_T_META, key, sizeof key, row, sizeof row) : e;
}
