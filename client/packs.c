#include "client/packs.h"

#include "base/log.h"
#include "base/text.h"
#include "client/registry.h"
#include "policy/files.h"
#include "server/packs.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct client_packs {
    struct server_packs *kept;
    struct policy_texts *texts;
    enum lang lang;
    uint64_t looked_s;
};

/* The words of a pack that counts from now on. Those of the old stay until they are here. */
static enum err use(struct client_node *n, struct client_packs *p, const struct policy_pack *pack, const char *folder, struct trouble *t)
{
    struct policy_texts *texts = NULL;
    enum err e = policy_files_texts(folder, pack, p->lang, NULL, NULL, &texts);

    if (e != OK)
        return trouble_at(t, e, folder, 0, 0, "has no texts.csv for this pack, with every text in Dutch and English",
            "heeft geen texts.csv bij dit pakket, met elke tekst in het Nederlands en Engels");
    policy_texts_free(p->texts);
    p->texts = texts;
    n->pack = pack;
    n->texts = texts;
    return OK;
}

/* What does not load is told as it is: a folder that is no pack, or another pack than the region's. */
static enum err check_first(const struct client_node *n, const char *first, enum lang lang, struct trouble *t)
{
    struct policy_pack *pack = NULL;
    enum err e = policy_files_load(first, lang, NULL, NULL, &pack);

    if (e != OK)
        return trouble_at(t, e, first, 0, 0, "is not a policy pack; say where it is in schakel.conf: pack = FOLDER",
            "is geen beleidspakket; zeg in schakel.conf waar het is: pack = MAP");
    if (sodium_memcmp(pack->digest, n->region.pack, PROTO_HASH_LEN) != 0)
        e = trouble_at(t, ERR_CONFIG, first, 0, 0, "is not the pack that this region adopted; see: schakel region show",
            "is niet het pakket dat deze regio heeft aangenomen; zie: schakel region show");
    policy_pack_free(pack);
    return e;
}

enum err client_packs_open(struct client_node *n, const char *first, enum lang lang, struct trouble *t)
{
    struct client_packs *p = calloc(1, sizeof *p);
    const struct policy_pack *pack;
    const char *folder = first;
    enum err e = p == NULL ? ERR_NOMEM : check_first(n, first, lang, t);

    if (e == OK) {
        p->lang = lang;
        e = server_packs_open(n->home, first, &n->region, &p->kept, t);
    }
    if (e == OK) {
        pack = server_packs_at(p->kept, clock_now_s());
        (void) server_packs_find(p->kept, pack->digest, &folder);
        e = use(n, p, pack, folder, t);
    }
    if (e == OK)
        n->packs = p;
    else
        client_packs_close(p);
    return e;
}

void client_packs_close(struct client_packs *p)
{
    if (p == NULL)
        return;
    policy_texts_free(p->texts);
    server_packs_close(p->kept);
    free(p);
}

void client_packs_look(struct client_node *n, uint64_t now_s)
{
    struct client_packs *p = n->packs;
    struct trouble t = {.lang = p->lang};
    const struct policy_pack *pack;
    const char *folder = "";
    enum err e;

    server_packs_follow(p->kept, client_registry_fold(n));
    e = server_packs_refresh(p->kept);
    p->looked_s = now_s;
    pack = server_packs_at(p->kept, now_s);
    if (e == OK && pack != n->pack && server_packs_find(p->kept, pack->digest, &folder) != NULL)
        e = use(n, p, pack, folder, &t);
    if (e != OK)
        log_event(LOG_WARN, "pack-not-used", "err", err_word(e), NULL);
}

void client_packs_step(struct client_node *n)
{
    uint64_t now = clock_now_s();

    if (n->packs != NULL && now != n->packs->looked_s)
        client_packs_look(n, now);
}

void client_packs_status(const struct client_node *n, uint64_t now_s, enum lang lang, cJSON *obj)
{
    char hex[2 * POLICY_DIGEST_LEN + 1], day[11], text[256];
    struct server_packs_next next;

    text_hex(n->pack->digest, sizeof n->pack->digest, hex, sizeof hex);
    json_add_text(obj, "pack", hex);
    if (n->packs == NULL || !server_packs_coming(n->packs->kept, now_s, &next))
        return;
    text_hex(next.digest, sizeof next.digest, hex, sizeof hex);
    date_format(clock_date_nl(next.from_s), day);
    (void) snprintf(text, sizeof text, next.is_here ? "%s %s %s" : lang == LANG_NL ? "%s %s %s, maar het is niet hier: schakel policy adopt take"
            : "%s %s %s, but it is not here: schakel policy adopt take", hex, lang == LANG_NL ? "vanaf" : "from", day);
    json_add_text(obj, "pack_next", text);
}

const struct policy_pack *client_packs_of(const struct client_node *n, const uint8_t digest[PROTO_HASH_LEN])
{
    const struct policy_pack *kept = n->packs == NULL ? NULL : server_packs_find(n->packs->kept, digest, NULL);

    return kept != NULL ? kept : n->pack;
}

bool client_packs_differs(const struct client_node *n, const uint8_t digest[PROTO_HASH_LEN])
{
    return !sodium_is_zero(digest, PROTO_HASH_LEN) && sodium_memcmp(digest, n->pack->digest, PROTO_HASH_LEN) != 0;
}
