#include "client/keyholder_witness.h"

#include "base/clock.h"
#include "base/file.h"
#include "client/keyfile.h"
#include "client/keyholder.h"
#include "proto/region_witness.h"
#include "proto/registry_say.h"
#include "server/cosigner.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, BEFORE_DAYS = 30 };

/* ---- which keys there are ---- */

static const char *present(const char *home)
{
    return client_home_has(home, "keys/witness") ? "witness" : "sign";
}

enum err client_keyholder_witness_key(const char *home, const struct proto_keyholder_file *f, struct proto_note_key *out, struct trouble *t)
{
    uint8_t public[32];
    enum err e = client_keyfile_public(home, present(home), public, t);

    return e == OK ? proto_note_key_make(f->name, PROTO_NOTE_COSIGNATURE, public, out) : e;
}

enum err client_keyholder_witness_next(const char *home, const struct proto_keyholder_file *f, struct proto_note_key *out)
{
    uint8_t public[32];
    enum err e = client_keyfile_public_next(home, "witness", public);

    return e == OK ? proto_note_key_make(f->name, PROTO_NOTE_COSIGNATURE, public, out) : e;
}

bool client_keyholder_witness_is_named(const struct proto_region *r, const struct proto_note_key *key, bool now)
{
    uint8_t place;

    return proto_region_witness_is_outsider(r, key, now, &place);
}

enum err client_keyholder_witness_open(const char *home, struct secret *top, struct secret **out, struct trouble *t)
{
    struct client_unlock by = {.key = top};

    return client_keyfile_open(home, present(home), &by, out, NULL, t);
}

enum err client_keyholder_witness_open_next(const char *home, struct secret *top, struct secret **out, struct trouble *t)
{
    struct client_unlock by = {.key = top};
    enum err e = client_keyfile_open_next(home, "witness", &by, out, NULL);

    if (e == ERR_NOTFOUND)
        return e;
    return e == OK ? OK : trouble_at(t, e, "keys/witness.next", 0, 0, "cannot be used (%s)", "is niet te gebruiken (%s)", err_word(e));
}

enum err client_keyholder_witness_move(const char *home)
{
    return client_home_move(home, "keys/witness.next", "keys/witness");
}

/* ---- another one ---- */

static enum err make_next(struct client_run *r, const struct proto_keyholder_file *f, struct secret *top, struct proto_note_key *out)
{
    struct client_unlock by = {.key = top};
    uint8_t public[32];
    enum err e = client_keyfile_make_next(r->home, "witness", &by, public, r->t);

    return e == OK ? proto_note_key_make(f->name, PROTO_NOTE_COSIGNATURE, public, out) : e;
}

static void put_head(const struct proto_merkle_head *head, uint64_t *size, uint8_t root[PROTO_HASH_LEN])
{
    struct proto_merkle_tree none;

    *size = head->size;
    memcpy(root, head->root, PROTO_HASH_LEN);
    if (head->size != 0)
        return;
    proto_merkle_init(&none);
    proto_merkle_root(&none, root);
}

/* What it remembers goes into the statement, so that whoever puts it back from an old copy cannot do less. */
static enum err fill(struct client_run *r, const struct proto_keyholder_file *f, struct proto_registry_say *s)
{
    struct proto_note_key next;
    struct proto_region *region = calloc(1, sizeof *region);
    struct server_registry *registry = NULL;
    struct proto_merkle_head log, second;
    char folder[CLIENT_PATH_MAX];
    enum err e = region == NULL ? ERR_NOMEM : client_keyholder_partners(r->home, region, &registry, r->t);

    /* A keyholder that did not start since the registry named it goes on with that one. */
    if (e == OK && client_keyholder_witness_next(r->home, f, &next) == OK && client_keyholder_witness_is_named(region, &next, true))
        e = client_keyholder_witness_move(r->home);
    if (e == OK)
        e = client_home_path(r->home, "witness", folder, r->t);
    if (e == OK)
        e = server_cosigner_held(folder, region, &log, &second, r->t);
    if (e == OK) {
        *s = (struct proto_registry_say){.act = PROTO_REG_WITNESS, .made_s = clock_now_s(), .from_s = clock_now_s()};
        s->before_s = s->made_s + BEFORE_DAYS * DAY_S;
        memcpy(s->region, region->hash, sizeof s->region);
        randombytes_buf(s->id, sizeof s->id);
        put_head(&log, &s->seen, s->digest);
        put_head(&second, &s->statements, s->root);
    }
    server_registry_free(registry);
    free(region);
    return e;
}

static enum err write_say(struct client_run *r, const struct proto_registry_say *s, const struct proto_note_key *key, struct secret *top,
    char path[CLIENT_PATH_MAX])
{
    char *text = malloc(PROTO_REGISTRY_NOTE_MAX), *note = malloc(PROTO_REGISTRY_NOTE_MAX);
    struct secret *secret = NULL;
    size_t text_len = 0, len = 0;
    enum err e = text == NULL || note == NULL ? ERR_NOMEM : client_keyholder_witness_open(r->home, top, &secret, r->t);

    if (e == OK)
        e = proto_registry_say_format(s, text, PROTO_REGISTRY_NOTE_MAX, &text_len);
    if (e == OK) {
        e = proto_registry_say_cosign((const uint8_t *)text, text_len, key, secret_wake(secret), s->made_s, note, PROTO_REGISTRY_NOTE_MAX, &len);
        secret_sleep(secret);
    }
    if (e == OK)
        e = client_home_path(r->home, CLIENT_KEYHOLDER_SAY, path, r->t);
    if (e == OK)
        e = file_write(path, note, len, 0644, r->t);
    secret_free(secret);
    free(text);
    free(note);
    return e;
}

enum err client_keyholder_witness_rotate(struct client_run *r, const struct proto_keyholder_file *f, struct secret *top)
{
    char path[CLIENT_PATH_MAX];
    struct proto_note_key key, next;
    struct proto_registry_say s;
    enum err e = fill(r, f, &s);

    if (e == OK)
        e = client_keyholder_witness_key(r->home, f, &key, r->t);
    if (e == OK)
        e = client_keyholder_witness_next(r->home, f, &next);
    if (e == ERR_NOTFOUND)
        e = make_next(r, f, top, &next);
    if (e == OK) {
        memcpy(s.key, key.key, sizeof s.key);
        proto_note_key_encode(&next, s.witness);
        e = write_say(r, &s, &key, top, path);
    }
    if (e != OK)
        return e;
    r->reply = cJSON_CreateObject();
    json_add_text(r->reply, "witness", s.witness);
    json_add_text(r->reply, "file", path);
    json_add_text(r->reply, "next", r->lang == LANG_NL
        ? "start de sleutelhouder opnieuw; laat twee partners het bestand lezen en tekenen (schakel partner sign) en een van hen het sturen (schakel partner send)"
        : "start the keyholder again; let two partners read and sign the file (schakel partner sign), and one of them send it (schakel partner send)");
    return OK;
}
