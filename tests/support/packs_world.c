#include "packs_world.h"

#include "check.h"
#include "pack_folder.h"
#include "policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int packs_world_setup(void **state)
{
    struct packs_world *w = calloc(1, sizeof *w);
    void *folder = NULL;
    struct policy_pack *pack;

    if (w == NULL || home_folder_setup(&folder) != 0)
        return -1;
    w->home = folder;
    region_sample_init(&w->region, false);
    (void)snprintf(w->first, sizeof w->first, "%s", pack_folder_in(w->home->path, "first", NULL, NULL, NULL));
    pack = support_policy_pack(w->first);
    memcpy(w->digest, pack->digest, sizeof w->digest);
    memcpy(w->region.r.pack, pack->digest, sizeof w->region.r.pack);
    policy_pack_free(pack);
    *state = w;
    return 0;
}

int packs_world_teardown(void **state)
{
    struct packs_world *w = *state;
    void *folder = w->home;
    int gone = home_folder_teardown(&folder);

    region_sample_fini(&w->region);
    free(w);
    return gone;
}

void packs_world_tell(void *arg, const struct trouble *t)
{
    struct packs_world *w = arg;
    size_t used = strlen(w->told);
    char line[1024];

    trouble_line(t, line, sizeof line);
    (void)snprintf(w->told + used, sizeof w->told - used, "%s\n", line);
}

const char *packs_world_make(struct packs_world *w, const char *name, const char *days, struct date from)
{
    char to[64];
    const char *folder;

    (void)snprintf(to, sizeof to, "VZM/LRV/ABS/LUXE,..17,no,no,before,%s", days);
    folder = pack_folder_in(w->home->path, name, "rules.csv", "VZM/LRV/ABS/LUXE,..17,no,no,before,90", to);
    pack_folder_manifest(folder, name, from);
    return folder;
}

void packs_world_adopt_shifted(struct packs_world *w, const char *folder, size_t by, uint64_t made_s, uint64_t shift_s)
{
    struct server_manifest m = { .name = "" };
    struct proto_registry_say say;
    char text[PROTO_REGISTRY_NOTE_MAX], note[PROTO_REGISTRY_NOTE_MAX + 1];
    size_t len = 0, note_len = 0;
    bool added = false;

    assert_err(server_manifest_read(folder, &m, NULL), OK);
    server_adoption_say(&m, &w->region.r, made_s, &say);
    say.from_s += shift_s;
    assert_err(proto_registry_say_format(&say, text, sizeof text, &len), OK);
    assert_err(proto_registry_say_sign((const uint8_t *)text, len, w->region.handle[by], w->region.root_secret[by], note,
                   sizeof note - 1, &note_len), OK);
    note[note_len] = '\0';
    assert_err(server_manifest_add(m.adoption, &m.adoptions, note, &added), OK);
    assert_err(server_manifest_write(folder, &m, NULL), OK);
    server_manifest_fini(&m);
}

void packs_world_adopt(struct packs_world *w, const char *folder, size_t by)
{
    packs_world_adopt_shifted(w, folder, by, NOON - 30 * DAY + by, 0);
}

enum err packs_world_take(struct packs_world *w, const char *folder, uint8_t digest[POLICY_DIGEST_LEN])
{
    struct server_packs_taking k = { .home = w->home->path, .folder = folder, .region = &w->region.r, .report = packs_world_tell, .arg = w };

    w->told[0] = '\0';
    return server_packs_take(&k, digest);
}

struct server_packs *packs_world_open(struct packs_world *w)
{
    struct server_packs *p = NULL;

    assert_err(server_packs_open(w->home->path, w->first, &w->region.r, &p, NULL), OK);
    return p;
}

bool packs_world_is_at(const struct server_packs *p, uint64_t at_s, const uint8_t digest[POLICY_DIGEST_LEN])
{
    return memcmp(server_packs_at(p, at_s)->digest, digest, POLICY_DIGEST_LEN) == 0;
}
