#include "hub_registry.h"

#include "base/clock.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

struct proto_registry_say hub_registry_say(struct hub_acts *f, enum proto_registry_act act, int partner)
{
    struct proto_registry_say s = { .act = act, .made_s = clock_now_s(), .before_s = clock_now_s() + 86400, .from_s = clock_now_s() };

    memcpy(s.region, f->w.region->hash, sizeof s.region);
    randombytes_buf(s.id, sizeof s.id);
    memcpy(s.partner, f->w.partner[partner].id, sizeof s.partner);
    if (act == PROTO_REG_REVOKE)
        (void)snprintf(s.reason, sizeof s.reason, "stolen");
    if (act == PROTO_REG_QUOTA) {
        s.elements = 9000;
        s.until_s = s.from_s + 86400;
    }
    return s;
}

struct proto_registry_say hub_registry_say_admit(struct hub_acts *f)
{
    struct hub_world_partner *p = &f->w.partner[D];
    struct proto_registry_say s;

    (void)crypto_sign_keypair(p->org.root_key, p->root_secret);
    (void)crypto_sign_keypair(p->node_key, p->node_secret);
    proto_partner_id(p->org.root_key, p->id);
    s = hub_registry_say(f, PROTO_REG_ADMIT, D);
    memcpy(s.key, p->org.root_key, sizeof s.key);
    (void)snprintf(s.handle, sizeof s.handle, "buurthuis-west");
    (void)snprintf(s.kind, sizeof s.kind, "school");
    (void)snprintf(s.name, sizeof s.name, "Buurthuis West");
    s.until_s = s.from_s + 90 * 86400;
    return s;
}

struct proto_msg hub_registry_message(struct hub_acts *f, const struct proto_registry_say *s, const char *by, char note[PROTO_REGISTRY_NOTE_MAX])
{
    char next[PROTO_REGISTRY_NOTE_MAX];
    struct proto_msg m;
    size_t len = 0;

    assert_err(proto_registry_say_format(s, note, PROTO_REGISTRY_NOTE_MAX, &len), OK);
    for (; *by != '\0'; by++) {
        const struct hub_world_partner *p = &f->w.partner[*by - 'A'];

        assert_err(proto_registry_say_sign((uint8_t *)note, len, p->org.handle, p->root_secret, next, sizeof next, &len), OK);
        memcpy(note, next, len);
    }
    hub_world_msg(&f->w, PROTO_REGISTRY, A, -1, &m);
    m.original = (struct proto_blob){ (uint8_t *)note, len };
    return m;
}

void hub_registry_put(struct hub_acts *f, const struct proto_registry_say *s, const char *by)
{
    char note[PROTO_REGISTRY_NOTE_MAX];
    struct proto_msg m = hub_registry_message(f, s, by, note);

    hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
}
