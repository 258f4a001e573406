/* client/do_refuse: the holder refuses what was asked, or ends early what it granted or sent. */
#include "client/child.h"
#include "client/desk_arg.h"
#include "client/desk_table.h"
#include "client/outbox.h"
#include "client/sealed.h"
#include "client/twice.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Only these are for people to choose. */
static enum err reason_arg(struct client_call *c, uint8_t *out)
{
    const char *reason = NULL;
    enum err e = client_arg_text(c, "reason", &reason);

    for (uint8_t i = PROTO_REFUSE_NOT_NEEDED; e == OK && i <= PROTO_REFUSE_NOT_SAFE; i++)
        if (strcmp(client_desk_reason_name(i), reason) == 0) {
            *out = i;
            return OK;
        }
    return e != OK ? e : trouble_at(&c->trouble, ERR_RANGE, "--reason", 0, 0,
        "choose not_needed, not_proportionate, subject_doubt, nothing_held or not_safe",
        "kies not_needed, not_proportionate, subject_doubt, nothing_held of not_safe");
}

/* What the person adds is sealed to the asker: the hub reads the reason's code and no more. */
static enum err seal_note(struct client_call *c, struct vault_txn *x, const struct client_desk *d,
    const uint8_t id[PROTO_ID_LEN], uint8_t **out, size_t *len)
{
    struct client_desk said = {.state = CLIENT_DESK_NONE};
    enum err e = client_desk_arg_note(c, &said);

    memcpy(said.other, d->other, sizeof said.other);
    return e != OK ? e : client_sealed_request_make(c->node, x, &said, id, out, len);
}

/* Whatever the reason is now: the first one stays. */
static enum err refused_before(struct client_call *c, struct vault_txn *x, bool *already)
{
    struct client_desk d;
    struct proto_msg m = {.kind = PROTO_REFUSE};
    enum err e = client_desk_arg(c, x, "request", &d);

    if (e == OK && !d.mine && !d.offer)
        e = client_twice_answered(c, x, &d, &m, d.state == CLIENT_DESK_REFUSED, already);
    return e;
}

/* The message, with the note sealed for the other side. */
static enum err send(struct client_call *c, struct vault_txn *x, const struct client_desk *d, uint8_t code)
{
    struct proto_msg m = {.kind = PROTO_REFUSE, .code = code};
    uint8_t *sealed = NULL;
    size_t len = 0;
    enum err e;

    randombytes_buf(m.head.id, sizeof m.head.id);
    e = seal_note(c, x, d, m.head.id, &sealed, &len);
    if (e == OK) {
        client_desk_head(d, &m);
        memcpy(m.refers, d->id, sizeof m.refers);
        m.sealed = (struct proto_blob) {sealed, len};
        e = client_outbox_put(c->node, x, &m, c->who, NULL);
    }
    if (e == OK) {
        client_call_wait(c, m.head.id);
        client_reply_id(c->reply, d->offer ? "offer" : "request", d->id);
    }
    free(sealed);
    return e;
}

enum err client_do_refuse(struct client_call *c, struct vault_txn *x)
{
    struct client_desk d;
    uint8_t code = 0;
    bool already = false;
    enum err e = refused_before(c, x, &already);

    if (already)
        return e;
    if (e == OK)
        e = client_desk_arg_open(c, x, &d);
    if (e == OK)
        e = reason_arg(c, &code);
    return e == OK ? send(c, x, &d, code) : e;
}

/* ---- what was given, and should not have been ---- */

/* Ours to end, and there is still something to end. */
static enum err check_given(struct client_call *c, const struct client_desk *d)
{
    if (client_desk_is_receiver(d))
        return trouble_at(&c->trouble, ERR_STATE, "--share", 0, 0,
            "this was given to you; only its holder can end the access. Do you not need it: schakel not-for-us, or let it end by itself",
            "dit is aan u gegeven; alleen de houder kan de toegang beëindigen. Heeft u het niet nodig: schakel not-for-us, of laat het vanzelf aflopen");
    if (d->state == CLIENT_DESK_GRANTED || d->state == CLIENT_DESK_RELEASED || d->state == CLIENT_DESK_OPENED)
        return OK;
    return trouble_at(&c->trouble, ERR_STATE, "--share", 0, 0,
        "there is no access to end: it was not granted, or is over. How it stands: schakel request show",
        "er is geen toegang om te beëindigen: die is niet gegeven, of is voorbij. Hoe het ermee staat: schakel request show");
}

enum err client_do_access_end(struct client_call *c, struct vault_txn *x)
{
    const struct proto_msg m = {.kind = PROTO_REFUSE, .code = PROTO_REFUSE_TAKEN_BACK};
    struct client_desk d;
    bool already = false;
    enum err e = client_desk_arg(c, x, "share", &d);

    if (e == OK)
        e = client_twice_answered(c, x, &d, &m, d.state == CLIENT_DESK_WITHDRAWN && d.reason == m.code, &already);
    if (already)
        return e;
    if (e == OK)
        e = check_given(c, &d);
    return e == OK ? send(c, x, &d, m.code) : e;
}
