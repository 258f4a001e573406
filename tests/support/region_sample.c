#include "tests/support/region_sample.h"

#include "tests/support/check.h"

#include "proto/note.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *handle, *kind, *name; uint8_t seed; } partners[SAMPLE_PARTNERS] = {
    { "school-de-linde", "school", "Scholengroep De Linde", 11 },
    { "team-noord", "local-team", "Wijkteam Noord", 12 },
    { "zorg-aan-zee", "care", "Zorg aan Zee (zo\xc3\xabven)", 13 },
};
enum { LOG_SEED = 21, WITNESS_SEED = 22 };

static void need(bool ok)
{
    if (!ok)
        abort();
}

void region_sample_key(uint8_t seed, uint8_t public_key[32], uint8_t secret_key[64])
{
    uint8_t s[32];

    memset(s, seed, sizeof s);
    need(crypto_sign_seed_keypair(public_key, secret_key, s) == 0);
}

static void vkey(uint8_t seed, uint8_t type, const char *name, char *out)
{
    uint8_t public_key[32], secret_key[64];
    struct proto_note_key key;

    region_sample_key(seed, public_key, secret_key);
    need(proto_note_key_make(name, type, public_key, &key) == OK);
    proto_note_key_encode(&key, out);
}

static void point(uint8_t scalar, uint8_t out[32])
{
    uint8_t n[32] = { scalar };

    need(crypto_scalarmult_ristretto255_base(out, n) == 0);
}

void region_sample_fields(struct proto_region *r, bool keyholder)
{
    uint8_t secret_key[64];

    memset(r, 0, sizeof *r);
    (void)snprintf(r->name, sizeof r->name, "demo");
    vkey(LOG_SEED, PROTO_NOTE_ED25519, "log.example.org/demo", r->log_vkey);
    r->tls_der_len = 301;
    for (size_t i = 0; i < r->tls_der_len; i++)
        r->tls_der[i] = (uint8_t)(7 * i);
    point(3, r->pseudonym_hub);
    point(keyholder ? 8 : 3, r->pseudonym_key);
    r->has_keyholder = keyholder;
    if (keyholder) {
        point(5, r->pseudonym_keyholder);
        (void)snprintf(r->keyholder_address, sizeof r->keyholder_address, "sleutel.example.org:7611");
        r->keyholder_tls_len = 302;
        for (size_t i = 0; i < r->keyholder_tls_len; i++)
            r->keyholder_tls[i] = (uint8_t)(5 * i + 1);
    }
    r->witness_count = 2;
    r->witness[0].outsider = true;
    vkey(WITNESS_SEED, PROTO_NOTE_COSIGNATURE, "witness.example.org", r->witness[0].vkey);
    vkey(WITNESS_SEED + 1, PROTO_NOTE_COSIGNATURE, "getuige.example.org", r->witness[1].vkey);
    r->adoption = 2;
    memset(r->pack, 0xab, sizeof r->pack);
    r->partner_count = SAMPLE_PARTNERS;
    for (size_t i = 0; i < SAMPLE_PARTNERS; i++) {
        struct proto_partner *p = &r->partner[i];

        region_sample_key(partners[i].seed, p->root_key, secret_key);
        proto_partner_id(p->root_key, p->id);
        (void)snprintf(p->handle, sizeof p->handle, "%s", partners[i].handle);
        (void)snprintf(p->kind, sizeof p->kind, "%s", partners[i].kind);
        (void)snprintf(p->name, sizeof p->name, "%s", partners[i].name);
    }
}

void region_sample_init(struct region_sample *s, bool keyholder)
{
    uint8_t public_key[32];
    char *next = NULL;
    size_t next_len = 0;

    memset(s, 0, sizeof *s);
    region_sample_fields(&s->r, keyholder);
    need(proto_region_format(&s->r, &s->text, &s->text_len) == OK);
    s->file = strdup(s->text);
    need(s->file != NULL);
    s->file_len = s->text_len;
    for (size_t i = 0; i < SAMPLE_PARTNERS; i++) {
        s->handle[i] = partners[i].handle;
        region_sample_key(partners[i].seed, public_key, s->root_secret[i]);
        proto_partner_id(public_key, s->id[i]);
        need(proto_region_sign((uint8_t *)s->file, s->file_len, s->handle[i], s->root_secret[i], &next,
                 &next_len, NULL) == OK);
        free(s->file);
        s->file = next;
        s->file_len = next_len;
    }
    region_sample_key(LOG_SEED, public_key, s->log_secret);
    need(proto_region_parse((uint8_t *)s->file, s->file_len, true, &s->r, NULL) == OK);
}

void region_sample_fini(struct region_sample *s)
{
    free(s->file);
    free(s->text);
    memset(s, 0, sizeof *s);
}

enum err region_sample_parse(
    const char *text, size_t len, bool complete, struct proto_region *out, struct trouble *t)
{
    uint8_t *exact = check_exact(text, len);
    struct proto_region *before = malloc(sizeof *before);
    enum err e;

    assert_non_null(before);
    memset(out, 0x5a, sizeof *out);
    *before = *out;
    e = proto_region_parse(exact, len, complete, out, t);
    if (e != OK)
        assert_memory_equal(out, before, sizeof *out);
    free(before);
    free(exact);
    return e;
}

char *region_sample_replaced(const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    size_t room = strlen(text) + strlen(new) + 1;
    char *out = malloc(room);

    assert_non_null(at);
    assert_non_null(out);
    (void)snprintf(out, room, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
    return out;
}
