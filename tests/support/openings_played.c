#include "tests/support/openings_played.h"

#include "base/file.h"
#include "base/wr.h"
#include "client/archive.h"
#include "client/keyfile.h"
#include "client/officer.h"
#include "client/openings_parts.h"
#include "tests/support/home_folder.h"

#include <sodium.h>

void openings_played_key(struct openings_played *p, const char *name)
{
    const struct client_plain_key key = {name, p->officer_secret, sizeof p->officer_secret, p->officer_public};
    struct client_officer *more = NULL;
    struct secret *vault_key = NULL;
    uint8_t wrapping[32] = {7};

    (void)crypto_box_keypair(p->officer_public, p->officer_secret);
    assert_err(secret_take(wrapping, sizeof wrapping, &vault_key), OK);
    assert_err(client_keyfile_make(home_folder_path(p->home, "."), &key, &(struct client_unlock){.key = vault_key}, NULL), OK);
    assert_err(client_officer_open(home_folder_path(p->home, "."), vault_key, &more, NULL), OK);
    client_officer_close(p->h->n->officer);
    p->h->n->officer = more;
    secret_free(vault_key);
}

int openings_played_open(void **state, const char *pack)
{
    struct openings_played *p = calloc(1, sizeof *p);
    void *hub = NULL;

    if (p == NULL || hub_played_setup(&hub, pack) != 0 || home_folder_setup(&p->home) != 0)
        return -1;
    p->h = hub;
    assert_err(file_mkdirs(home_folder_path(p->home, "keys"), NULL), OK);
    openings_played_key(p, "officer");
    assert_err(client_openings_open(p->h->n, NULL), OK);
    p->h->n->openings->next_ms = 0;
    *state = p;
    return 0;
}

int openings_played_close(void **state)
{
    struct openings_played *p = *state;
    void *hub = p->h;
    int gone = home_folder_teardown(&p->home);

    client_openings_close(p->h->n->openings);
    client_officer_close(p->h->n->officer);
    p->h->n->openings = NULL;
    p->h->n->officer = NULL;
    free(p);
    return hub_played_teardown(&hub) == 0 ? gone : -1;
}

static bool is_archived(struct openings_played *p, uint64_t number)
{
    struct vault_txn *x = client_fixture_begin(p->h->f, VO);
    struct client_archived a;
    uint8_t *memory = NULL;
    enum err e = client_archive_get(x, number, &a, &memory);

    client_vault_abort(x);
    free(memory);
    return e == OK;
}

static void send(struct openings_played *p, struct proto_msg *m, uint64_t previous)
{
    struct hub_played *h = p->h;
    struct vault_txn *x = client_fixture_begin(h->f, VO);
    struct hub_played_msg *in;

    assert_true(p->count < OPENINGS_PLAYED_MAX);
    memset(m->head.id, 0, sizeof m->head.id);
    memset(m->head.case_id, (int)p->count + 1, sizeof m->head.case_id);
    assert_err(client_outbox_put(h->n, x, m, NULL, NULL), OK);
    client_fixture_commit(x);
    in = hub_played_wait(h, m->kind);
    h->log.previous = previous;
    hub_played_log(h, in, PROTO_ACCEPTED);
    proto_opening_of(&in->msg, in->envelope, in->len, &h->receipt, &p->opening[p->count++]);
    for (uint64_t until = clock_mono_ms() + HUB_PLAYED_MS; !is_archived(p, h->number) && clock_mono_ms() < until;)
        hub_played_turn(h, 10);
    assert_true(is_archived(p, h->number));
}

static uint64_t last_index(const struct openings_played *p)
{
    return p->count == 0 ? PROTO_NO_LEAF : p->opening[p->count - 1].index;
}

void openings_played_log(struct openings_played *p, uint64_t previous)
{
    struct proto_msg m = client_fixture_msg(p->h->f, PROTO_CANCEL, VO, LEERPLICHT);

    m.refers[0] = 1;
    send(p, &m, previous);
}

void openings_played_say(struct openings_played *p, struct proto_statement *s)
{
    struct proto_msg m = client_fixture_msg(p->h->f, PROTO_STATEMENT, VO, CJG);

    m.original = client_fixture_sign(p->h->f, s, WORKER);
    send(p, &m, last_index(p));
}

void openings_played_act(struct openings_played *p)
{
    openings_played_log(p, last_index(p));
}

struct hub_played_msg *openings_played_question(struct openings_played *p, enum proto_query code)
{
    uint64_t until = clock_mono_ms() + HUB_PLAYED_MS;

    while (clock_mono_ms() < until) {
        for (size_t i = 0; i < p->h->count; i++) {
            struct hub_played_msg *m = &p->h->in[i];

            if (m->kind != PROTO_QUERY || m->answered)
                continue;
            if (m->msg.code == code)
                return m;
            if (m->msg.code != PROTO_QUERY_OPENINGS)
                hub_played_refuse(p->h, m, PROTO_TROUBLE);
        }
        hub_played_turn(p->h, 10);
    }
    fail_msg("no such question came");
    return NULL;
}

struct proto_opening_place openings_played_place(const struct proto_opening *o)
{
    return (struct proto_opening_place){.index = o->index, .number = o->number, .side = o->side};
}

static size_t write_item(struct openings_played *p, const struct openings_played_item *it, uint8_t *out, size_t cap)
{
    struct proto_opening_item item = {.at = it->at, .count = 1};
    struct proto_opening_seal s;
    uint8_t sealed[PROTO_OPENING_SEALED_MAX];
    size_t len = 0;

    assert_err(proto_opening_seal_init(&s, p->h->f->region.hash, p->h->n->me->id, it->key != NULL ? it->key : p->officer_public), OK);
    assert_err(proto_opening_seal_put(&s, it->what, sealed, sizeof sealed, &len), OK);
    if (it->flip != 0)
        sealed[it->flip] ^= 1;
    memcpy(item.box[0].key, p->officer_public, 32);
    memcpy(item.box[0].enc, s.enc, 32);
    item.box[0].sealed = (struct proto_blob){sealed, len};
    assert_err(proto_opening_item_encode(&item, out, cap, &len), OK);
    return len;
}

void openings_played_lay(struct openings_played *p, const struct openings_played_item *items, size_t count)
{
    uint8_t *payload = client_fixture_memory(p->h->f, 65536);
    struct hub_played_msg *m = openings_played_question(p, PROTO_QUERY_OPENINGS);
    size_t used = 2;
    struct wr w;

    wr_init(&w, payload, 2);
    wr_u16(&w, (uint16_t)count);
    for (size_t i = 0; i < count; i++)
        used += write_item(p, &items[i], payload + used, 65536 - used);
    hub_played_payload(p->h, m, (struct proto_blob){payload, used});
    hub_played_turn(p->h, 50);
}

void openings_played_lay_right(struct openings_played *p)
{
    struct openings_played_item items[OPENINGS_PLAYED_MAX];
    uint64_t after = openings_played_question(p, PROTO_QUERY_OPENINGS)->msg.number;
    size_t count = 0;

    for (size_t i = 0; i < p->count; i++)
        if (p->opening[i].number > after)
            items[count++] = (struct openings_played_item){.what = &p->opening[i], .at = openings_played_place(&p->opening[i])};
    openings_played_lay(p, items, count);
    if (count != 0)
        openings_played_lay(p, NULL, 0);
}

void openings_played_status(struct openings_played *p, struct client_openings_status *out)
{
    struct vault_txn *x = client_fixture_begin(p->h->f, VO);

    assert_err(client_openings_status(p->h->n, x, out), OK);
    client_vault_abort(x);
}
