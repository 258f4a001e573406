/* server/cosigner: its key, and another in its place when the registry says so (P-200). */
#include "server/cosigner.h"

#include "base/log.h"
#include "proto/region_log.h"
#include "proto/region_witness.h"

#include <sodium.h>
#include <string.h>

enum { SECRET_LEN = 64 };

enum err server_cosigner_key_open(struct server_cosigner *s, const struct server_cosigner_config *c, struct trouble *t)
{
    enum err e = proto_note_key_decode(c->vkey, &s->key);
    uint8_t i;

    /* The second half of the secret is the public key; that they fit shows when it signs. */
    if (e == OK && sodium_memcmp(c->secret + 32, s->key.key, 32) != 0)
        e = ERR_KEY;
    if (e == OK && c->next_secret != NULL)
        e = proto_note_key_make(s->key.name, PROTO_NOTE_COSIGNATURE, c->next_secret + 32, &s->next_key);
    if (e == OK && !proto_region_witness_is_outsider(s->region, &s->key, false, &i)
        && (c->next_secret == NULL || !proto_region_witness_is_outsider(s->region, &s->next_key, true, &i)))
        e = ERR_KEY;
    if (e != OK)
        return trouble_set(t, e, "the region does not name this keyholder as a witness from outside",
            "de regio noemt deze sleutelhouder niet als getuige van buiten");
    e = secret_copy(c->secret, SECRET_LEN, &s->secret);
    if (e == OK && c->next_secret != NULL)
        e = secret_copy(c->next_secret, SECRET_LEN, &s->next);
    s->counts = true;
    return e;
}

static void go_over(struct server_cosigner *s)
{
    secret_free(s->secret);
    s->secret = s->next;
    s->next = NULL;
    s->key = s->next_key;
    log_event(LOG_INFO, "witness-key-changed", NULL);
}

static void hold_to(struct proto_witness_log *l, const struct proto_merkle_head *head)
{
    if (head->size > l->seen.size)
        l->seen = *head;
}

void server_cosigner_key_settle(struct server_cosigner *s)
{
    const struct proto_region_witness *place;
    bool counted = s->counts;
    uint8_t i = 0;

    if (s->next != NULL && proto_region_witness_is_outsider(s->region, &s->next_key, true, &i))
        go_over(s);
    s->counts = proto_region_witness_is_outsider(s->region, &s->key, true, &i);
    /* It goes on: its lines count for nobody, and its memory may be wanted again. */
    if (counted && !s->counts)
        log_event(LOG_ERROR, "witness-key-counts-no-more", NULL);
    if (!s->counts)
        return;
    place = &s->region->witness[i];
    s->since_s = place->from_s;
    if (place->log_number == proto_region_log_number(s->region))
        hold_to(&s->log[SERVER_COSIGNER_MAIN], &place->seen);
    hold_to(&s->log[SERVER_COSIGNER_REGISTRY_LOG], &place->registry);
}
