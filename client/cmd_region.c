/* region make, sign, show: the file that says who may be believed, carried by people. */
#include "client/cmds.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "client/home.h"
#include "client/keyfile.h"
#include "client/pubfile.h"
#include "policy/files.h"
#include "proto/cosigned.h"
#include "proto/note.h"
#include "proto/region.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A folder with a pack, or its digest. */
static enum err pack_digest(struct client_run *r, const char *pack, uint8_t out[PROTO_HASH_LEN])
{
    struct policy_pack *compiled = NULL;
    enum err e;

    if (text_unhex(pack, out, PROTO_HASH_LEN) == OK)
        return OK;
    e = policy_files_load(pack, r->lang, NULL, NULL, &compiled);
    if (e != OK)
        return trouble_at(r->t, e, pack, 0, 0, "is neither a pack without mistakes nor a digest of 64 hex digits; see: schakel policy test",
            "is geen pakket zonder fouten en geen digest van 64 hexcijfers; zie: schakel policy test");
    memcpy(out, compiled->digest, PROTO_HASH_LEN);
    policy_pack_free(compiled);
    return OK;
}

static enum err add_hub(struct client_run *r, struct proto_region *region)
{
    const char *path = client_run_text(r, "hub");
    struct proto_hub_file hub = {0};
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_read(path, PROTO_REGION_FILE_MAX, &data, &len, r->t);

    if (e == OK)
        e = proto_hub_file_parse(data, len, &hub, r->t);
    free(data);
    if (e != OK)
        return trouble_at(r->t, e, path, 0, 0, "is not the hub's public file", "is niet het openbare bestand van de hub");
    memcpy(region->log_vkey, hub.log_vkey, sizeof region->log_vkey);
    memcpy(region->tls_der, hub.tls_der, sizeof region->tls_der);
    region->tls_der_len = hub.tls_der_len;
    memcpy(region->pseudonym_hub, hub.pseudonym_hub, sizeof region->pseudonym_hub);
    return OK;
}

/* Beyond what a region file holds, a witness is left out: that is said, not refused. */
static enum err add_witness(struct client_run *r, struct proto_region *region, bool outsider, const char *vkey)
{
    struct proto_note_key key;
    size_t len = strlen(vkey);

    if (proto_note_key_decode(vkey, &key) != OK || key.type != PROTO_NOTE_COSIGNATURE || len >= sizeof region->witness[0].vkey)
        return trouble_at(r->t, ERR_USAGE, "--witness", 0, 0, "is not the verifier key of a witness: %s", "is geen controlesleutel van een getuige: %s",
            vkey);
    if (region->witness_count == PROTO_WITNESSES_MAX)
        return OK;
    region->witness[region->witness_count].outsider = outsider;
    memcpy(region->witness[region->witness_count++].vkey, vkey, len + 1);
    return OK;
}

/* Outsiders first, so that they are not what is left out. The keyholder is one: its key signs its public file, and checkpoints. */
static enum err add_keyholder_witness(struct client_run *r, struct proto_region *region, const struct proto_keyholder_file *f)
{
    struct proto_note_key key;
    char vkey[PROTO_NOTE_VKEY_ROOM];
    enum err e = proto_note_key_make(f->name, PROTO_NOTE_COSIGNATURE, f->key, &key);

    if (e != OK)
        return e;
    proto_note_key_encode(&key, vkey);
    return add_witness(r, region, true, vkey);
}

/* The joint key: the sum of both shares, whose files prove that they were not chosen after each other; else the hub's share alone. */
static enum err add_keyholder(struct client_run *r, struct proto_region *region)
{
    const char *path = client_run_text(r, "keyholder");
    struct proto_keyholder_file f = {.name = ""};
    uint8_t *data = NULL;
    union { uint8_t out[2][PROTO_OPRF_LEN]; const uint8_t in[2][PROTO_OPRF_LEN]; } both = {{{0}}};
    size_t len = 0;
    enum err e = path != NULL ? file_read(path, PROTO_REGION_FILE_MAX, &data, &len, r->t) : OK;

    if (e == OK && path != NULL)
        e = proto_keyholder_file_parse(data, len, &f, r->t);
    free(data);
    if (e != OK)
        return trouble_at(r->t, e, path, 0, 0, "is not the keyholder's public file", "is niet het openbare bestand van de sleutelhouder");
    memcpy(both.out[0], region->pseudonym_hub, PROTO_OPRF_LEN);
    memcpy(both.out[1], f.share_key, PROTO_OPRF_LEN);
    e = proto_pseudonym_join(both.in, path != NULL ? 2 : 1, region->pseudonym_key);
    if (e != OK)
        return trouble_at(r->t, e, "--keyholder", 0, 0, "its share does not go with the hub's", "zijn deel past niet bij dat van de hub");
    region->has_keyholder = path != NULL;
    memcpy(region->pseudonym_keyholder, f.share_key, sizeof region->pseudonym_keyholder);
    memcpy(region->keyholder_address, f.address, sizeof region->keyholder_address);
    memcpy(region->keyholder_tls, f.tls_der, sizeof region->keyholder_tls);
    region->keyholder_tls_len = f.tls_der_len;
    return path != NULL ? add_keyholder_witness(r, region, &f) : OK;
}

static enum err add_partner(struct client_run *r, struct proto_region *region, const char *path)
{
    struct proto_org_file f = {0};
    struct proto_partner p = {0};
    size_t at = 0;
    enum err e = client_pubfile_org(path, &f, r->t);

    if (e != OK)
        return e;
    if (region->partner_count == PROTO_PARTNERS_MAX || proto_region_handle(region, f.handle) != NULL)
        return trouble_at(r->t, ERR_EXISTS, path, 0, 0, "'%s' is there already, or there are too many partners",
            "'%s' is er al, of er zijn te veel partners", f.handle);
    proto_partner_id(f.root_key, p.id);
    memcpy(p.handle, f.handle, sizeof p.handle);
    memcpy(p.kind, f.kind, sizeof p.kind);
    memcpy(p.name, f.name, sizeof p.name);
    memcpy(p.root_key, f.root_key, sizeof p.root_key);
    while (at < region->partner_count && memcmp(region->partner[at].id, p.id, sizeof p.id) < 0)
        at++;
    memmove(&region->partner[at + 1], &region->partner[at], (region->partner_count - at) * sizeof p);
    region->partner[at] = p;
    region->partner_count++;
    return f.witness[0] != '\0' ? add_witness(r, region, false, f.witness) : OK;
}

static bool has_signed(const struct proto_note *note, const struct proto_partner *p)
{
    struct proto_note_key key;

    return proto_note_key_make(p->handle, PROTO_NOTE_ED25519, p->root_key, &key) == OK && proto_note_check(note, &key, NULL) == OK;
}

/* text: the file, NULL for one that nobody has signed yet. */
static enum err describe(struct client_run *r, const struct proto_region *region, const char *path, const void *text, size_t len)
{
    char fingerprint[40], hex[2 * PROTO_HASH_LEN + 1];
    struct proto_note *note = calloc(1, sizeof *note);
    cJSON *list;
    enum err e = note == NULL ? ERR_NOMEM : text == NULL ? OK : proto_note_parse(text, len, note);

    if (e != OK) {
        free(note);
        return e;
    }

    proto_region_fingerprint(region, fingerprint);
    text_hex(region->pack, sizeof region->pack, hex, sizeof hex);
    r->reply = cJSON_CreateObject();
    json_add_text(r->reply, "region", region->name);
    json_add_text(r->reply, "fingerprint", fingerprint);
    json_add_text(r->reply, "file", path);
    json_add_u64(r->reply, "signed", region->signed_count);
    json_add_u64(r->reply, "founders", region->partner_count);
    json_add_text(r->reply, "hub", region->log_origin);
    json_add_text(r->reply, "pack", hex);
    json_add_text(r->reply, "pseudonym", region->has_keyholder ? "hub + keyholder" : "hub");
    if (region->has_keyholder)
        json_add_text(r->reply, "keyholder", region->keyholder_address);
    json_add_u64(r->reply, "witnesses", region->witness_count);
    json_add_bool(r->reply, "can_anchor", proto_cosigned_is_possible(region, clock_now_s()));
    list = json_add_array(r->reply, "partners");
    for (size_t i = 0; i < region->partner_count; i++) {
        const struct proto_partner *p = &region->partner[i];
        cJSON *row = json_push_object(list);

        json_add_text(row, "handle", p->handle);
        json_add_text(row, "kind", p->kind);
        json_add_text(row, "name", p->name);
        json_add_bool(row, "signed", has_signed(note, p));
    }
    free(note);
    return OK;
}

enum err client_cmd_region_make(struct client_run *r)
{
    struct proto_region *region = calloc(1, sizeof *region);
    const char *out = client_run_text(r, "out"), *name = client_run_text(r, "name");
    const cJSON *item, *orgs = cJSON_GetObjectItemCaseSensitive(r->args, "org"),
        *witnesses = cJSON_GetObjectItemCaseSensitive(r->args, "witness");
    char *text = NULL;
    size_t len = 0;
    enum err e = region == NULL ? ERR_NOMEM : OK;

    if (e == OK && !text_is_handle(name))
        e = trouble_at(r->t, ERR_USAGE, "--name", 0, 0, "must be 2 to 32 small letters, digits and -, starting with a letter",
            "moet 2 tot 32 kleine letters, cijfers en - zijn, en met een letter beginnen");
    if (e == OK) {
        memcpy(region->name, name, strlen(name) + 1);
        region->adoption = 2;
        e = pack_digest(r, client_run_text(r, "pack"), region->pack);
    }
    if (e == OK)
        e = add_hub(r, region);
    if (e == OK)
        e = add_keyholder(r, region);
    cJSON_ArrayForEach(item, witnesses)
        if (e == OK)
            e = add_witness(r, region, true, item->valuestring);
    cJSON_ArrayForEach(item, orgs)
        if (e == OK)
            e = add_partner(r, region, item->valuestring);
    if (e == OK)
        e = proto_region_format(region, &text, &len);
    if (e == OK)
        e = proto_region_parse((const uint8_t *)text, len, false, region, r->t);
    if (e == OK)
        e = file_write_new(out, text, len, 0644, r->t);
    if (e == OK)
        e = describe(r, region, out, NULL, 0);
    if (e == OK)
        json_add_text(r->reply, "next", r->lang == LANG_NL ? "elke oprichter ondertekent: schakel region sign --region BESTAND"
                                                           : "each founder signs: schakel region sign --region FILE");
    free(text);
    free(region);
    return e;
}

/* The handle of the founder that this home's root key is. */
static const struct proto_partner *founder(const struct proto_region *region, const uint8_t root[32])
{
    uint8_t id[PROTO_PARTNER_LEN];

    proto_partner_id(root, id);
    return proto_region_partner(region, id);
}

enum err client_cmd_region_sign(struct client_run *r)
{
    struct proto_region *region = calloc(1, sizeof *region);
    const struct proto_partner *me = NULL;
    const char *path = client_run_text(r, "region");
    struct client_unlock by = {.passphrase = client_run_text(r, "root_passphrase")};
    struct secret *root = NULL;
    uint8_t *data = NULL, public[32];
    char *text = NULL;
    size_t len = 0, text_len = 0;
    enum err e = region == NULL ? ERR_NOMEM : file_read(path, PROTO_REGION_FILE_MAX, &data, &len, r->t);

    if (e == OK)
        e = proto_region_parse(data, len, false, region, r->t);
    client_pubfile_name(path, r->t);
    if (e == OK)
        e = client_keyfile_open(r->home, "root", &by, &root, public, r->t);
    if (e == OK && (me = founder(region, public)) == NULL)
        e = trouble_at(r->t, ERR_KEY, path, 0, 0, "does not name this organisation: give org.pub to who makes it, and check the file",
            "noemt deze organisatie niet: geef org.pub aan de maker, en bekijk het bestand");
    if (e == OK) {
        e = proto_region_sign(data, len, me->handle, secret_wake(root), &text, &text_len, r->t);
        secret_sleep(root);
    }
    if (e == OK)
        e = file_write(path, text, text_len, 0644, r->t);
    if (e == OK)
        e = proto_region_parse((const uint8_t *)text, text_len, false, region, r->t);
    if (e == OK)
        e = describe(r, region, path, text, text_len);
    secret_free(root);
    free(data);
    free(text);
    free(region);
    return e;
}

enum err client_cmd_region_show(struct client_run *r)
{
    struct proto_region *region = calloc(1, sizeof *region);
    const char *path = client_run_text(r, "file");
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = region == NULL ? ERR_NOMEM : file_read(path, PROTO_REGION_FILE_MAX, &data, &len, r->t);

    if (e == OK)
        e = proto_region_parse(data, len, false, region, r->t);
    client_pubfile_name(path, r->t);
    if (e == OK)
        e = describe(r, region, path, data, len);
    free(data);
    free(region);
    return e;
}
