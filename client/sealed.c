#include "client/sealed.h"

#include "base/log.h"
#include "client/rotate.h"
#include "proto/seal.h"
#include "proto/sealing.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Open one part with this node's key and read it as JSON. */
static enum err part_read(struct client_node *n, const struct proto_sealing_part *p, struct proto_blob box, cJSON **out)
{
    uint8_t *plain = NULL;
    const uint8_t *public;
    struct secret *key;
    size_t len = 0;
    enum err e = ERR_KEY;

    for (size_t i = 0; e != OK && (key = client_rotate_hpke(n, i, &public)) != NULL; i++) {
        e = proto_sealing_part_open(p, secret_wake(key), box, &plain, &len);
        secret_sleep(key);
    }
    if (e == OK)
        e = json_parse(plain, len, out, NULL);
    proto_seal_free(plain, len);
    return e;
}

static void copy_text(const cJSON *obj, const char *key, char *out, size_t out_len)
{
    const char *text = NULL;

    if (json_text(obj, key, &text) == OK && strlen(text) < out_len)
        memcpy(out, text, strlen(text) + 1);
}

void client_sealed_request_read(struct client_node *n, const struct proto_msg *m, struct client_desk *d)
{
    struct proto_sealing_part p = {0};
    cJSON *obj = NULL;
    uint64_t answered = 0;
    enum err e;

    if (m->sealed.len == 0)
        return;
    memcpy(p.region, m->head.region, sizeof p.region);
    memcpy(p.from, m->head.from, sizeof p.from);
    memcpy(p.to, m->head.to, sizeof p.to);
    memcpy(p.id, m->head.id, sizeof p.id);
    e = part_read(n, &p, m->sealed, &obj);
    if (e != OK) {
        log_event(LOG_WARN, "sealed-unreadable", "kind", proto_kind_name(m->kind), "reason", err_word(e), NULL);
        return;
    }
    copy_text(obj, "birth_date", d->birth_date, sizeof d->birth_date);
    copy_text(obj, "name_prefix", d->name_prefix, sizeof d->name_prefix);
    copy_text(obj, "note", d->note, sizeof d->note);
    if (json_u64(obj, "answered", &answered) == OK && answered <= UINT32_MAX)
        d->answered = (uint32_t) answered;
    cJSON_Delete(obj);
}

enum err client_sealed_request_make(struct client_node *n, struct vault_txn *x, const struct client_desk *d,
    const uint8_t message_id[PROTO_ID_LEN], uint8_t **out, size_t *len)
{
    struct proto_sealing_part p = {0};
    uint8_t key[PROTO_KEY_LEN];
    cJSON *obj = NULL;
    char *text = NULL;
    enum err e;

    if (d->birth_date[0] == '\0' && d->name_prefix[0] == '\0' && d->note[0] == '\0' && d->answered == 0) {
        *len = 0;
        return OK;
    }
    e = client_partner_hpke(n, x, d->other, key);
    if (e != OK)
        return e;
    memcpy(p.region, n->region.hash, sizeof p.region);
    memcpy(p.from, n->me->id, sizeof p.from);
    memcpy(p.to, d->other, sizeof p.to);
    memcpy(p.id, message_id, sizeof p.id);
    obj = cJSON_CreateObject();
    json_add_text(obj, "birth_date", d->birth_date);
    json_add_text(obj, "name_prefix", d->name_prefix);
    json_add_text(obj, "note", d->note);
    if (d->answered != 0)
        json_add_u64(obj, "answered", d->answered);
    e = obj == NULL ? ERR_NOMEM : json_print(obj, &text);
    if (e == OK)
        e = proto_sealing_part_make(&p, key, (struct proto_blob) {(const uint8_t *) text, strlen(text)}, out, len);
    if (text != NULL)
        sodium_memzero(text, strlen(text));
    free(text);
    cJSON_Delete(obj);
    return e;
}

enum err client_sealed_statement_read(struct client_node *n, const struct proto_statement *s, cJSON **out)
{
    struct proto_sealing_part p = {0};

    memcpy(p.region, s->region, sizeof p.region);
    memcpy(p.from, s->setter, sizeof p.from);
    memcpy(p.to, n->me->id, sizeof p.to);
    memcpy(p.id, s->id, sizeof p.id);
    for (uint8_t i = 0; i < s->sealed.count; i++)
        if (sodium_memcmp(s->sealed.part[i].to, n->me->id, PROTO_PARTNER_LEN) == 0)
            return part_read(n, &p, s->sealed.part[i].box, out);
    return ERR_NOTFOUND;
}
