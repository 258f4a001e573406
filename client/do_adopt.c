/* client/do_adopt: an adopter signs for a pack, a data protection officer advises. The tables are read and judged by the command. */
#include "client/policy_adopt.h"

#include "base/text.h"
#include "client/registry.h"
#include "client/sessions.h"
#include "proto/registry_say.h"
#include "server/adoption.h"
#include "server/advice.h"

#include <stdlib.h>
#include <string.h>

/* The node's certificate, and one for the person as it is now: both travel in the note, as it is read without this node. */
static enum err chain(const struct client_call *c, uint64_t now_s, uint8_t node[PROTO_CERT_MAX], size_t *node_len,
    uint8_t staff[PROTO_CERT_MAX], size_t *staff_len)
{
    struct client_node *n = c->node;
    struct proto_cert cert = {.use = PROTO_USE_STAFF, .role = (uint8_t) c->who->role, .from_s = now_s - 600, .until_s = now_s + CLIENT_STAFF_CERT_S};
    enum err e;

    memcpy(cert.region, n->region.hash, sizeof cert.region);
    memcpy(cert.partner, n->me->id, sizeof cert.partner);
    memcpy(cert.key, c->who->key, sizeof cert.key);
    e = proto_cert_make(&cert, secret_wake(n->node_key), staff, PROTO_CERT_MAX, staff_len);
    secret_sleep(n->node_key);
    memcpy(node, n->node_cert, n->node_cert_len);
    *node_len = n->node_cert_len;
    return e;
}

static enum err digest_arg(struct client_call *c, uint8_t out[POLICY_DIGEST_LEN])
{
    const char *hex = NULL;
    enum err e = client_arg_text(c, "digest", &hex);

    if (e == OK && text_unhex(hex, out, POLICY_DIGEST_LEN) != OK)
        e = trouble_at(&c->trouble, ERR_SYNTAX, "digest", 0, 0, "is not 64 hex digits", "is geen 64 hexcijfers");
    return e;
}

static enum err name_arg(struct client_call *c, const char *name, char *out, size_t out_len)
{
    const char *text = NULL;
    enum err e = client_arg_text(c, name, &text);

    if (e == OK && strlen(text) >= out_len)
        e = trouble_at(&c->trouble, ERR_LONG, name, 0, 0, "is too long", "is te lang");
    if (e == OK)
        memcpy(out, text, strlen(text) + 1);
    return e;
}

/* To the registry too, so that every node and the hub know of it; nobody waits, as the note itself travels with the pack. */
static enum err tell_registry(struct client_call *c, struct vault_txn *x, const char *note, size_t len)
{
    struct proto_msg *m = calloc(1, sizeof *m);
    enum err e = m == NULL ? ERR_NOMEM : OK;

    if (e == OK) {
        m->kind = PROTO_REGISTRY;
        m->original = (struct proto_blob) {(const uint8_t *) note, len};
        e = client_outbox_put(c->node, x, m, c->who, NULL);
    }
    free(m);
    return e;
}

enum err client_do_policy_adopt(struct client_call *c, struct vault_txn *x)
{
    struct server_manifest m = {.name = ""};
    char text[PROTO_REGISTRY_NOTE_MAX], note[PROTO_REGISTRY_NOTE_MAX + 1];
    struct proto_registry_say *say = malloc(sizeof *say);
    size_t len = 0, note_len = 0;
    enum err e = say == NULL ? ERR_NOMEM : digest_arg(c, m.digest);

    if (e == OK)
        e = name_arg(c, "name", m.name, sizeof m.name);
    if (e == OK)
        e = name_arg(c, "version", m.version, sizeof m.version);
    if (e == OK)
        e = client_arg_date(c, "valid_from", &m.valid_from);
    if (e == OK) {
        server_adoption_say(&m, &c->node->region, clock_now_s(), say);
        e = chain(c, say->made_s, say->node_cert, &say->node_cert_len, say->staff_cert, &say->staff_cert_len);
    }
    if (e == OK)
        e = proto_registry_say_format(say, text, sizeof text, &len);
    if (e == OK) {
        e = proto_registry_say_sign((const uint8_t *) text, len, c->node->me->handle, secret_wake(c->who->secret), note, sizeof note - 1, &note_len);
        secret_sleep(c->who->secret);
    }
    if (e == OK)
        e = tell_registry(c, x, note, note_len);
    if (e == OK) {
        note[note_len] = '\0';
        json_add_text(c->reply, "partner", c->node->me->handle);
        json_add_text(c->reply, "note", note);
    }
    free(say);
    return e == OK ? OK : trouble_set(&c->trouble, e, "the adoption could not be signed", "de aanneming kon niet worden ondertekend");
}

enum err client_do_policy_advise(struct client_call *c, struct vault_txn *x)
{
    struct server_advice *a = calloc(1, sizeof *a);
    char note[SERVER_ADVICE_NOTE_MAX + 1];
    enum err e = a == NULL ? ERR_NOMEM : digest_arg(c, a->digest);

    (void) x;
    if (e == OK)
        e = name_arg(c, "advice", a->word, sizeof a->word);
    if (e == OK)
        e = name_arg(c, "text", a->text, sizeof a->text);
    if (e == OK) {
        memcpy(a->region, c->node->region.hash, sizeof a->region);
        a->made_s = clock_now_s();
        e = chain(c, a->made_s, a->node_cert, &a->node_cert_len, a->staff_cert, &a->staff_cert_len);
    }
    if (e == OK) {
        e = server_advice_sign(a, c->node->me->handle, secret_wake(c->who->secret), note);
        secret_sleep(c->who->secret);
    }
    if (e == OK) {
        json_add_text(c->reply, "partner", c->node->me->handle);
        json_add_text(c->reply, "note", note);
    }
    free(a);
    return e == OK ? OK : trouble_set(&c->trouble, e, "the advice has no form: positive, negative or remarks, and one line of text",
        "het advies heeft geen vorm: positive, negative of remarks, en een regel tekst");
}

/* An adopter elsewhere signs there, and the registry brings it here: nobody has to carry the note as well. */
enum err client_do_policy_adopted(struct client_call *c, struct vault_txn *x)
{
    const struct proto_registry *log = client_registry_fold(c->node);
    uint8_t digest[POLICY_DIGEST_LEN];
    struct date from;
    enum err e = digest_arg(c, digest);

    (void) x;
    if (e == OK)
        e = client_arg_date(c, "valid_from", &from);
    if (e == OK)
        json_add_u64(c->reply, "adopters",
            log == NULL ? 0 : proto_registry_adopters(log, digest, clock_midnight_nl(from), proto_registry_time(log)));
    return e;
}
