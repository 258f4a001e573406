#include "tests/support/registry_sample.h"

#include "tests/support/check.h"

#include "proto/note.h"
#include "proto/tlog.h"

#include <stdio.h>

static void need(bool ok)
{
    if (!ok)
        abort();
}

void registry_sample_init(struct registry_sample *s)
{
    memset(s, 0, sizeof *s);
    region_sample_init(&s->region, false);
    need(proto_registry_new(&s->region.r, &s->r) == OK);
    region_sample_key(NEW_SEED, s->new_public, s->new_secret);
    proto_partner_id(s->new_public, s->new_id);
}

void registry_sample_fini(struct registry_sample *s)
{
    proto_registry_free(s->r);
    region_sample_fini(&s->region);
}

/* The next origin, which kept 100 of 120 leaves. */
static void of_an_origin(struct proto_registry_say *say)
{
    memset(say->partner, 0, sizeof say->partner);
    say->origin = 2;
    say->seen = 120;
    say->kept = 100;
    memset(say->digest, 0x11, sizeof say->digest);
    memset(say->root, 0x22, sizeof say->root);
}

/* The new organisation's key in the place of another, which saw 40 leaves and 7 statements. */
static void of_a_witness(const struct registry_sample *s, size_t partner, struct proto_registry_say *say)
{
    struct proto_note_key k;

    need(proto_note_key_make(s->region.handle[partner], PROTO_NOTE_COSIGNATURE, s->new_public, &k) == OK);
    proto_note_key_encode(&k, say->witness);
    memset(say->key, 0x33, sizeof say->key);
    say->seen = 40;
    say->statements = 7;
    memset(say->digest, 0x44, sizeof say->digest);
    memset(say->root, 0x55, sizeof say->root);
}

struct proto_registry_say registry_say(struct registry_sample *s, enum proto_registry_act act, size_t partner)
{
    struct proto_registry_say say = { .act = act, .made_s = REGISTRY_NOW, .before_s = REGISTRY_NOW + 86400, .from_s = REGISTRY_NOW };

    memcpy(say.region, s->region.r.hash, sizeof say.region);
    memset(say.id, ++s->ids, sizeof say.id);
    if (act == PROTO_REG_ADMIT) {
        memcpy(say.partner, s->new_id, sizeof say.partner);
        memcpy(say.key, s->new_public, sizeof say.key);
        (void)snprintf(say.handle, sizeof say.handle, "buurthuis-west");
        (void)snprintf(say.kind, sizeof say.kind, "local-team");
        (void)snprintf(say.name, sizeof say.name, "Buurthuis West");
        say.until_s = REGISTRY_NOW + 1000000;
        return say;
    }
    if (act != PROTO_REG_PACK)
        memcpy(say.partner, s->region.id[partner], sizeof say.partner);
    if (act == PROTO_REG_REVOKE)
        (void)snprintf(say.reason, sizeof say.reason, "stolen");
    if (act == PROTO_REG_ROOT)
        memcpy(say.key, s->new_public, sizeof say.key);
    if (act == PROTO_REG_PACK) {
        (void)snprintf(say.name, sizeof say.name, "nl-jeugd");
        (void)snprintf(say.version, sizeof say.version, "2026.1");
        memset(say.digest, 0x77, sizeof say.digest);
    }
    if (act == PROTO_REG_QUOTA) {
        say.elements = 50000;
        say.until_s = REGISTRY_NOW + 86400;
    }
    if (act == PROTO_REG_ORIGIN)
        of_an_origin(&say);
    if (act == PROTO_REG_WITNESS)
        of_a_witness(s, partner, &say);
    return say;
}

void registry_add(struct registry_note *n, const char *handle, const uint8_t secret[64])
{
    struct registry_note next;

    need(proto_registry_say_sign(n->data, n->len, handle, secret, (char *)next.data, sizeof next.data, &next.len) == OK);
    *n = next;
}

struct registry_note registry_signed(const struct registry_sample *s, const struct proto_registry_say *say, const char *by)
{
    struct registry_note n;

    need(proto_registry_say_format(say, (char *)n.data, sizeof n.data, &n.len) == OK);
    for (; *by != '\0'; by++)
        registry_add(&n, s->region.handle[*by - '0'], s->region.root_secret[*by - '0']);
    return n;
}

enum proto_registry_why registry_put(struct proto_registry *r, const struct registry_note *n, uint64_t at_s)
{
    enum proto_registry_why why = PROTO_REG_WHY_END;
    uint8_t leaf[PROTO_REGISTRY_LEAF_MAX], *exact;
    size_t len;

    need(proto_registry_leaf(at_s, n->data, n->len, leaf, sizeof leaf, &len) == OK);
    exact = check_exact(leaf, len);
    need(proto_registry_append(r, exact, len, &why) == OK);
    free(exact);
    return why;
}

struct registry_note registry_checkpoint(const struct registry_sample *s, const struct proto_registry *r)
{
    struct proto_merkle_head head;

    proto_registry_head(r, &head);
    return registry_checkpoint_of(s, &head);
}

struct registry_note registry_checkpoint_of(const struct registry_sample *s, const struct proto_merkle_head *head)
{
    struct proto_tlog_checkpoint c = { .extension_len = 0, .head = *head };
    uint8_t text[PROTO_TLOG_CHECKPOINT_ROOM];
    struct proto_note_sig sig = { .time_s = 0 };
    struct proto_note_key key;
    struct registry_note n;
    struct wr w;
    size_t len;

    need(proto_registry_key(&s->region.r, &key) == OK);
    memcpy(c.origin, key.name, sizeof c.origin);
    need(proto_tlog_checkpoint_encode(&c, text, sizeof text, &len) == OK);
    need(proto_note_sign(&key, s->region.log_secret, text, len, &sig) == OK);
    wr_init(&w, n.data, sizeof n.data);
    proto_note_write_text(&w, text, len);
    proto_note_write_line(&w, &key, &sig);
    need(wr_end(&w) == OK);
    n.len = w.len;
    return n;
}
