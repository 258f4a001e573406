#include "client/cmd_witness.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "client/home.h"
#include "client/keyfile.h"
#include "client/rotate_witness.h"
#include "proto/note.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* A week for a start of the node; no longer, as it is the hub that dates what it takes (P-187), and the new key counts from then on. */
enum { DAY_S = 86400, BEFORE_DAYS = 7 };

/* ---- the node ---- */

enum err client_cmd_witness_call(struct client_run *r, const char *command, cJSON **reply)
{
    cJSON *args = r->args;
    enum err e;

    r->args = cJSON_CreateObject();
    e = r->args == NULL ? ERR_NOMEM : client_run_call_as_nobody(r, command, reply);
    cJSON_Delete(r->args);
    r->args = args;
    return e;
}

static enum err read_head(const cJSON *reply, const char *size, const char *root, uint64_t *out, uint8_t hash[PROTO_HASH_LEN])
{
    const char *hex = NULL;
    enum err e = json_u64(reply, size, out);

    if (e == OK)
        e = json_text(reply, root, &hex);
    return e == OK ? text_unhex(hex, hash, PROTO_HASH_LEN) : e;
}

/* What this partner's node cosigned last. */
static enum err ask_held(struct client_run *r, struct proto_registry_say *s)
{
    cJSON *reply = NULL;
    enum err e = client_cmd_witness_call(r, "witness.held", &reply);

    if (e == OK)
        e = read_head(reply, "seen", "digest", &s->seen, s->digest);
    if (e == OK)
        e = read_head(reply, "statements", "root", &s->statements, s->root);
    cJSON_Delete(reply);
    return e;
}

enum err client_cmd_witness_held(struct client_run *r, struct proto_registry_say *s)
{
    enum err e = ask_held(r, s);

    /* The new key would begin with nothing, and cosign whatever it is shown. */
    if (e == OK && s->seen == 0)
        e = trouble_set(r->t, ERR_STATE, "this node has cosigned nothing of the log yet: wait until schakel status says that it has, or let another "
            "partner propose this",
            "dit knooppunt heeft nog niets van het logboek medeondertekend: wacht tot schakel status dat zegt, of laat een andere partner dit voorstellen");
    return e;
}

/* ---- its own ---- */

/* The key that waits, made where none does. */
static enum err next_key(struct client_run *r, struct secret *vault, uint8_t public[32])
{
    struct client_unlock by = {.key = vault};
    struct secret *key = NULL;
    enum err e = client_keyfile_open_next(r->home, "witness", &by, &key, public);

    secret_free(key);
    return e == ERR_NOTFOUND ? client_keyfile_make_next(r->home, "witness", &by, public, r->t) : e;
}

static enum err write_org(struct client_run *r, const struct proto_org_file *org, struct secret *root)
{
    char path[CLIENT_PATH_MAX], *text = NULL;
    size_t len = 0;
    enum err e = proto_org_file_format(org, secret_wake(root), &text, &len);

    secret_sleep(root);
    if (e == OK)
        e = client_home_path(r->home, CLIENT_WITNESS_ORG, path, r->t);
    if (e == OK)
        e = file_write(path, text, len, 0644, r->t);
    free(text);
    return e;
}

/* Which region and partner this is: by its certificate, as the id stays when the root key does not. */
static enum err begin(struct client_run *r, struct proto_registry_say *s)
{
    uint8_t *data = NULL, signer[PROTO_KEY_LEN];
    char path[CLIENT_PATH_MAX];
    struct proto_cert own;
    size_t len = 0;
    enum err e = client_home_path(r->home, "certs/node", path, r->t);

    if (e == OK)
        e = file_read(path, PROTO_CERT_MAX, &data, &len, NULL);
    if (e == OK)
        e = proto_cert_peek(data, len, &own, signer);
    free(data);
    if (e != OK)
        return trouble_at(r->t, ERR_STATE, "certs/node", 0, 0, "is not here: join the hub first (schakel hub join)",
            "is er niet: sluit eerst aan bij de hub (schakel hub join)");
    *s = (struct proto_registry_say){.act = PROTO_REG_WITNESS, .made_s = clock_now_s(), .from_s = clock_now_s()};
    s->before_s = s->made_s + BEFORE_DAYS * DAY_S;
    memcpy(s->region, own.region, sizeof s->region);
    memcpy(s->partner, own.partner, sizeof s->partner);
    randombytes_buf(s->id, sizeof s->id);
    return OK;
}

/* Signed by the root key, then by the key that is replaced. */
static enum err sign_say(const struct proto_registry_say *s, const struct client_cmd_witness *w, struct secret *old, const struct proto_note_key *vkey,
    char *out, size_t *len)
{
    char *text = malloc(PROTO_REGISTRY_NOTE_MAX);
    size_t text_len = 0, once = 0;
    enum err e = text == NULL ? ERR_NOMEM : proto_registry_say_format(s, text, PROTO_REGISTRY_NOTE_MAX, &text_len);

    if (e == OK) {
        e = proto_registry_say_sign((const uint8_t *)text, text_len, w->org->handle, secret_wake(w->root), out, PROTO_REGISTRY_NOTE_MAX, &once);
        secret_sleep(w->root);
    }
    if (e == OK) {
        memcpy(text, out, once);
        e = proto_registry_say_cosign((const uint8_t *)text, once, vkey, secret_wake(old), s->made_s, out, PROTO_REGISTRY_NOTE_MAX, len);
        secret_sleep(old);
    }
    free(text);
    return e;
}

static enum err make_say(struct client_run *r, const struct client_cmd_witness *w, const char *vkey)
{
    struct client_unlock by = {.key = w->vault};
    char *note = malloc(PROTO_REGISTRY_NOTE_MAX), path[CLIENT_PATH_MAX];
    struct secret *old = NULL;
    struct proto_registry_say s;
    struct proto_note_key key;
    uint8_t public[32];
    size_t len = 0;
    enum err e = note == NULL ? ERR_NOMEM : begin(r, &s);

    if (e == OK)
        e = client_keyfile_open(r->home, "witness", &by, &old, public, NULL);
    if (e != OK && old == NULL)
        e = trouble_at(r->t, e, "keys/witness", 0, 0, "cannot be used: say --lost, and let another partner propose the new key",
            "is niet te gebruiken: zeg --lost, en laat een andere partner de nieuwe sleutel voorstellen");
    if (e == OK)
        e = ask_held(r, &s);
    if (e == OK)
        e = proto_note_key_make(w->org->handle, PROTO_NOTE_COSIGNATURE, public, &key);
    if (e == OK) {
        memcpy(s.key, public, sizeof s.key);
        memcpy(s.witness, vkey, strlen(vkey) + 1);
        e = sign_say(&s, w, old, &key, note, &len);
    }
    if (e == OK)
        e = client_home_path(r->home, CLIENT_WITNESS_SAY, path, r->t);
    if (e == OK)
        e = file_write(path, note, len, 0644, r->t);
    secret_free(old);
    free(note);
    return e;
}

enum err client_cmd_witness_rotate(struct client_run *r, const struct client_cmd_witness *w)
{
    struct proto_org_file next = *w->org;
    char vkey[PROTO_NOTE_VKEY_ROOM];
    struct proto_note_key key;
    uint8_t public[32];
    enum err e = next_key(r, w->vault, public);

    if (e == OK)
        e = proto_note_key_make(next.handle, PROTO_NOTE_COSIGNATURE, public, &key);
    if (e == OK) {
        proto_note_key_encode(&key, vkey);
        memcpy(next.witness, vkey, strlen(vkey) + 1);
        e = write_org(r, &next, w->root);
    }
    return e == OK && !w->lost ? make_say(r, w, vkey) : e;
}

/* ---- proposed by another partner ---- */

/* The partner by that name, and the witness key that the region counts now; none is zeros. */
static enum err find_partner(struct client_run *r, const char *handle, struct proto_registry_say *s)
{
    const cJSON *row;
    cJSON *reply = NULL;
    enum err e = client_cmd_witness_call(r, "partner.list", &reply);

    if (e == OK)
        e = ERR_NOTFOUND;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(reply, "partners")) {
        const char *name = NULL, *hex = NULL;

        if (json_text(row, "handle", &name) != OK || strcmp(name, handle) != 0 || json_text(row, "id", &hex) != OK)
            continue;
        e = text_unhex(hex, s->partner, sizeof s->partner);
        if (e == OK && json_text(row, "witness_key", &hex) == OK)
            e = text_unhex(hex, s->key, sizeof s->key);
    }
    cJSON_Delete(reply);
    return e == ERR_NOTFOUND ? trouble_at(r->t, e, handle, 0, 0, "is not a partner of this region; see: schakel partner list",
        "is geen partner van deze regio; zie: schakel partner list") : e;
}

enum err client_cmd_witness_fill(struct client_run *r, const struct proto_org_file *org, struct proto_registry_say *s)
{
    const char *handle = client_run_text(r, "witness_of");
    enum err e = OK;

    if (strcmp(org->handle, handle) != 0 || org->witness[0] == '\0')
        return trouble_at(r->t, ERR_KEY, "--org", 0, 0, "is not of %s, or names no witness key: it makes one with schakel org rotate witness --lost",
            "is niet van %s, of noemt geen getuigesleutel: die maakt er een met schakel org rotate witness --lost", handle);
    e = find_partner(r, handle, s);
    memcpy(s->witness, org->witness, sizeof s->witness);
    return e == OK ? client_cmd_witness_held(r, s) : e;
}

static bool is_other(uint64_t mine, const uint8_t *my_root, uint64_t theirs, const uint8_t *their_root)
{
    return mine == theirs && sodium_memcmp(my_root, their_root, PROTO_HASH_LEN) != 0;
}

enum err client_cmd_witness_check(struct client_run *r, const struct proto_registry_say *s)
{
    struct proto_registry_say mine;
    enum err e = ask_held(r, &mine);

    if (e == OK && (is_other(mine.seen, mine.digest, s->seen, s->digest) || is_other(mine.statements, mine.root, s->statements, s->root)))
        e = trouble_at(r->t, ERR_STATE, "root", 0, 0,
            "this node cosigned another root of that size: the hub has told two stories. Do not sign; call the other partners",
            "dit knooppunt medeondertekende een andere wortel van die grootte: de hub heeft twee verhalen verteld. Teken niet; bel de andere partners");
    return e;
}

void client_cmd_witness_describe(struct client_run *r, const struct proto_registry_say *s)
{
    json_add_text(r->reply, "witness", s->witness);
    json_add_u64(r->reply, "seen", s->seen);
    json_add_hex(r->reply, "digest", s->digest, sizeof s->digest);
    json_add_u64(r->reply, "statements", s->statements);
    json_add_hex(r->reply, "root", s->root, sizeof s->root);
}
