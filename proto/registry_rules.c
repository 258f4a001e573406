/* The judging half of proto/registry: which statement counts, and if not, why (P-184 to P-187). Changes nothing. */
#include "proto/registry_state.h"

#include "proto/fields.h"
#include "proto/region_log.h"
#include "proto/region_witness.h"

#include <sodium.h>
#include <string.h>

enum { SIGNERS_MAX = 2, AHEAD_S = PROTO_ISSUED_AHEAD_S };

/* by_witness: the witness key that the statement is about signed it too. */
struct signers { const struct proto_partner *by[SIGNERS_MAX]; size_t count; bool by_witness; };

/* How many must sign, and whether they may sign about themselves. */
static const struct { size_t signers; bool own_alone; } needs[PROTO_REG_ACT_END] = {
    [PROTO_REG_ADMIT] = {2, false}, [PROTO_REG_REVOKE] = {2, true}, [PROTO_REG_ROOT] = {2, false}, [PROTO_REG_PACK] = {1, true},
    [PROTO_REG_QUOTA] = {2, false}, [PROTO_REG_ORIGIN] = {2, false}, [PROTO_REG_WITNESS] = {2, true},
};

/* ---- who signed ---- */

/* The key under a statement that no root key signed: a node key of the partner, or a person's under it. */
static enum proto_registry_why find_chain(const struct proto_registry *r, const struct proto_registry_say *s, uint64_t at_s,
    struct proto_cert *key)
{
    struct proto_cert node, staff;

    if (proto_cert_check(r->region, s->node_cert, s->node_cert_len, NULL, &node) != OK || node.use != PROTO_USE_NODE
        || !proto_cert_valid_at(&node, at_s))
        return PROTO_REG_NOT_ADOPTER;
    *key = node;
    if (s->staff_cert_len == 0)
        return PROTO_REG_COUNTS;
    if (proto_cert_check(r->region, s->staff_cert, s->staff_cert_len, &node, &staff) != OK || staff.use != PROTO_USE_STAFF
        || !proto_cert_valid_at(&staff, at_s))
        return PROTO_REG_NOT_ADOPTER;
    *key = staff;
    return PROTO_REG_COUNTS;
}

static const struct proto_partner *named(const struct proto_region *region, const struct proto_note_line *line)
{
    char handle[sizeof region->partner->handle];

    if (line->name_len >= sizeof handle)
        return NULL;
    memcpy(handle, line->name, line->name_len);
    handle[line->name_len] = '\0';
    return proto_region_handle(region, handle);
}

/* In files a root key of before counts for what it signed then. */
static bool was_root(const struct proto_registry *r, const struct proto_partner *p, const struct proto_note_line *line, uint64_t at_s,
    struct proto_note_key *key)
{
    for (uint8_t i = 0; r->is_beside && i < p->former_count; i++)
        if (at_s < p->former[i].until_s && proto_note_key_make(p->handle, PROTO_NOTE_ED25519, p->former[i].key, key) == OK
            && memcmp(key->id, line->id, sizeof key->id) == 0)
            return true;
    return false;
}

/* Is this a line of the witness key that is to be replaced? One that is not the key of now is told from it when the statement is judged. */
static bool is_of_witness(const struct proto_registry *r, const struct proto_registry_say *s, const struct proto_note_line *line,
    struct proto_note_key *key)
{
    uint64_t until_s;
    uint8_t i;
    unsigned k;

    return s->act == PROTO_REG_WITNESS && proto_region_witness_find(r->region, s->key, &i, &k) == OK && k == 0
        && proto_region_witness_key(r->region, i, 0, key, &until_s) == OK && until_s != 0 && line->name_len == strlen(key->name)
        && memcmp(line->name, key->name, line->name_len) == 0 && memcmp(line->id, key->id, sizeof key->id) == 0;
}

static enum proto_registry_why take_witness(const struct proto_registry *r, const struct proto_note_key *key, struct signers *out)
{
    if (out->by_witness)
        return PROTO_REG_SAME_PARTNER;
    out->by_witness = proto_note_check(r->note, key, NULL) == OK;
    return out->by_witness ? PROTO_REG_COUNTS : PROTO_REG_BAD_SIGNATURE;
}

/* One line: a partner's name and its root key as it is now, or the key of the chain. */
static enum proto_registry_why take_signer(const struct proto_registry *r, const struct proto_note_line *line, const struct proto_cert *chain,
    uint64_t at_s, struct signers *out)
{
    const struct proto_partner *p = named(r->region, line);
    struct proto_note_key key;
    enum err e;

    if (p == NULL)
        return PROTO_REG_UNKNOWN_SIGNER;
    if (chain != NULL && memcmp(chain->partner, p->id, sizeof p->id) != 0)
        return PROTO_REG_UNKNOWN_SIGNER;
    if ((proto_note_key_make(p->handle, PROTO_NOTE_ED25519, chain != NULL ? chain->key : p->root_key, &key) != OK
            || memcmp(key.id, line->id, sizeof key.id) != 0)
        && (chain != NULL || !was_root(r, p, line, at_s, &key)))
        return PROTO_REG_UNKNOWN_SIGNER;
    e = proto_note_check(r->note, &key, NULL);
    if (e != OK)
        return PROTO_REG_BAD_SIGNATURE;
    if (!proto_partner_exists_at(p, at_s))
        return PROTO_REG_REVOKED_SIGNER;
    for (size_t i = 0; i < out->count; i++)
        if (out->by[i] == p)
            return PROTO_REG_SAME_PARTNER;
    if (out->count == SIGNERS_MAX)
        return PROTO_REG_TOO_MANY;
    out->by[out->count++] = p;
    return PROTO_REG_COUNTS;
}

static enum proto_registry_why find_signers(const struct proto_registry *r, const struct proto_registry_say *s, uint64_t at_s,
    struct signers *out)
{
    enum proto_registry_why w = PROTO_REG_COUNTS;
    struct proto_note_key witness;
    struct proto_cert chain;

    if (s->node_cert_len != 0)
        w = find_chain(r, s, at_s, &chain);
    for (size_t i = 0; w == PROTO_REG_COUNTS && i < r->note->count; i++)
        w = is_of_witness(r, s, &r->note->line[i], &witness) ? take_witness(r, &witness, out)
            : take_signer(r, &r->note->line[i], s->node_cert_len != 0 ? &chain : NULL, at_s, out);
    return w;
}

static bool is_one_of(const struct signers *by, const uint8_t partner[PROTO_PARTNER_LEN])
{
    for (size_t i = 0; i < by->count; i++)
        if (memcmp(by->by[i]->id, partner, PROTO_PARTNER_LEN) == 0)
            return true;
    return false;
}

/* A node key may end its own staff's keys, and a person with the role of adopter may adopt; nothing else. */
static bool chain_may(const struct proto_registry_say *s)
{
    struct proto_cert staff;
    uint8_t signer[PROTO_KEY_LEN];

    if (s->act == PROTO_REG_REVOKE)
        return s->staff_cert_len == 0 && !sodium_is_zero(s->key, sizeof s->key);
    return s->act == PROTO_REG_PACK && s->staff_cert_len != 0
        && proto_cert_peek(s->staff_cert, s->staff_cert_len, &staff, signer) == OK && staff.role == PROTO_ROLE_ADOPTER;
}

/*
 * Nothing that is stolen once moves a vote: a partner's own root key, and with it the witness key that is replaced, or, where that is lost,
 * another partner. An outsider's own key, which no partner has, and two partners: or any two and the hub would make a quorum of their own.
 */
static enum proto_registry_why judge_witness_signers(const struct proto_registry_say *s, const struct signers *by)
{
    bool is_outsider = sodium_is_zero(s->partner, sizeof s->partner);
    size_t need = is_outsider || !by->by_witness ? 2 : 1;

    if (is_outsider && !by->by_witness)
        return PROTO_REG_NOT_WITNESS;
    if (!is_outsider && !is_one_of(by, s->partner))
        return PROTO_REG_NOT_OWN;
    return by->count < need ? PROTO_REG_ONE_SIGNER : by->count > need ? PROTO_REG_TOO_MANY : PROTO_REG_COUNTS;
}

static enum proto_registry_why judge_signers(const struct proto_registry_say *s, const struct signers *by)
{
    bool is_own = s->act != PROTO_REG_PACK && s->act != PROTO_REG_ADMIT && s->act != PROTO_REG_ORIGIN && is_one_of(by, s->partner);

    if (s->node_cert_len != 0 && !chain_may(s))
        return PROTO_REG_NOT_ADOPTER;
    if (s->node_cert_len != 0 && s->act == PROTO_REG_REVOKE && !is_own)
        return PROTO_REG_NOT_ADOPTER;
    if (s->act == PROTO_REG_WITNESS)
        return judge_witness_signers(s, by);
    if (is_own)
        return !needs[s->act].own_alone ? PROTO_REG_OWN : by->count == 1 ? PROTO_REG_COUNTS : PROTO_REG_TOO_MANY;
    if (by->count < needs[s->act].signers)
        return PROTO_REG_ONE_SIGNER;
    return by->count > needs[s->act].signers ? PROTO_REG_TOO_MANY : PROTO_REG_COUNTS;
}

/* ---- what is said ---- */

/* A key that anybody has, had, or that must stay outside: another partner must not take it. */
static bool is_key_taken(const struct proto_region *region, const uint8_t key[PROTO_KEY_LEN])
{
    unsigned which;
    uint8_t place;

    if (memcmp(key, region->log_key, PROTO_KEY_LEN) == 0)
        return true;
    for (size_t i = 0; i < region->partner_count; i++) {
        const struct proto_partner *p = &region->partner[i];

        if (memcmp(key, p->root_key, PROTO_KEY_LEN) == 0)
            return true;
        for (size_t k = 0; k < p->former_count; k++)
            if (memcmp(key, p->former[k].key, PROTO_KEY_LEN) == 0)
                return true;
    }
    return proto_region_witness_find(region, key, &place, &which) == OK;
}

/* A key that cosigns twice would count twice; one that signs the log or for a partner cosigns nothing. */
static bool is_witness_free(const struct proto_region *region, const struct proto_registry_say *s)
{
    struct proto_note_key key;

    return s->witness[0] == '\0' || (proto_note_key_decode(s->witness, &key) == OK && !is_key_taken(region, key.key)
        && memcmp(key.key, s->key, sizeof key.key) != 0);
}

static enum proto_registry_why judge_admit(const struct proto_registry *r, const struct proto_registry_say *s, uint64_t at_s)
{
    uint8_t id[PROTO_PARTNER_LEN];

    proto_partner_id(s->key, id);
    if (memcmp(id, s->partner, sizeof id) != 0)
        return PROTO_REG_MALFORMED;
    if (proto_region_partner(r->region, s->partner) != NULL || proto_region_handle(r->region, s->handle) != NULL
        || is_key_taken(r->region, s->key) || !is_witness_free(r->region, s))
        return PROTO_REG_EXISTS;
    if (s->until_s <= s->from_s || s->until_s <= at_s)
        return PROTO_REG_BAD_TIME;
    return r->region->partner_count == PROTO_PARTNERS_MAX ? PROTO_REG_FULL : PROTO_REG_COUNTS;
}

static enum proto_registry_why judge_revoke(const struct proto_registry *r, const struct proto_registry_say *s,
    const struct proto_partner *p, uint64_t at_s)
{
    uint64_t from_s = sodium_is_zero(s->key, sizeof s->key) ? (p->revoked ? p->until_s : PROTO_NEVER_S)
        : proto_region_revoked_from(r->region, p, s->key);

    if (s->from_s > at_s + AHEAD_S)
        return PROTO_REG_BAD_TIME;
    return from_s <= s->from_s ? PROTO_REG_ALREADY : PROTO_REG_COUNTS;
}

static enum proto_registry_why judge_root(const struct proto_registry *r, const struct proto_registry_say *s,
    const struct proto_partner *p, uint64_t at_s)
{
    if (is_key_taken(r->region, s->key))
        return PROTO_REG_EXISTS;
    if (s->from_s > at_s + AHEAD_S)
        return PROTO_REG_BAD_TIME;
    return p->former_count == PROTO_FORMER_MAX ? PROTO_REG_FULL : PROTO_REG_COUNTS;
}

static enum proto_registry_why judge_pack(const struct proto_registry *r, const struct proto_registry_say *s, const struct signers *by)
{
    for (size_t i = 0; i < r->vote_count; i++)
        if (memcmp(r->vote[i].partner, by->by[0]->id, PROTO_PARTNER_LEN) == 0 && r->vote[i].pack.from_s == s->from_s
            && memcmp(r->vote[i].pack.digest, s->digest, sizeof s->digest) == 0)
            return PROTO_REG_ALREADY;
    return PROTO_REG_COUNTS;
}

/* The place that it is about: that of the key which is replaced, and of this partner or of an outsider; zero is the first key of a partner. */
static bool is_place_of(const struct proto_registry *r, const struct proto_registry_say *s, const struct proto_partner *p, uint8_t *i)
{
    bool is_first = sodium_is_zero(s->key, sizeof s->key);
    unsigned k = 0;

    *i = r->region->witness_count;
    if (is_first)
        return p != NULL && proto_region_witness_of(r->region, p, i) == ERR_NOTFOUND;
    return proto_region_witness_find(r->region, s->key, i, &k) == OK && k == 0 && r->region->witness[*i].outsider == (p == NULL)
        && proto_region_witness_partner(r->region, *i) == p;
}

/* p NULL: of an outsider. */
static enum proto_registry_why judge_witness(const struct proto_registry *r, const struct proto_registry_say *s,
    const struct proto_partner *p, uint64_t at_s)
{
    char name[PROTO_NOTE_NAME_MAX + 1];
    struct proto_note_key key;
    uint8_t i;

    if (!is_place_of(r, s, p, &i))
        return PROTO_REG_NOT_WITNESS;
    if (i < r->region->witness_count)
        proto_region_witness_name(r->region, i, name);
    if (proto_note_key_decode(s->witness, &key) != OK || strcmp(key.name, i < r->region->witness_count ? name : p->handle) != 0)
        return PROTO_REG_MALFORMED;
    if (is_key_taken(r->region, key.key))
        return PROTO_REG_EXISTS;
    if (s->from_s > at_s + AHEAD_S)
        return PROTO_REG_BAD_TIME;
    if (i == PROTO_WITNESSES_MAX)
        return PROTO_REG_FULL;
    return i < r->region->witness_count && r->region->witness[i].former_count == PROTO_WITNESS_FORMER_MAX ? PROTO_REG_FULL : PROTO_REG_COUNTS;
}

static enum proto_registry_why judge_said(const struct proto_registry *r, const struct proto_registry_say *s, const struct signers *by,
    uint64_t at_s)
{
    const struct proto_partner *p = proto_region_partner(r->region, s->partner);

    if (s->act == PROTO_REG_ADMIT)
        return judge_admit(r, s, at_s);
    if (s->act == PROTO_REG_PACK)
        return judge_pack(r, s, by);
    if (s->act == PROTO_REG_ORIGIN)
        return s->origin != proto_region_log_number(r->region) + 1 ? PROTO_REG_ALREADY
            : proto_region_log_can_change(r->region) ? PROTO_REG_COUNTS : PROTO_REG_FULL;
    if (s->act == PROTO_REG_WITNESS && sodium_is_zero(s->partner, sizeof s->partner))
        return judge_witness(r, s, NULL, at_s);
    if (p == NULL)
        return PROTO_REG_UNKNOWN_PARTNER;
    if (s->act == PROTO_REG_REVOKE)
        return judge_revoke(r, s, p, at_s);
    if (p->revoked)
        return PROTO_REG_REVOKED;
    if (s->act == PROTO_REG_ROOT)
        return judge_root(r, s, p, at_s);
    if (s->act == PROTO_REG_WITNESS)
        return judge_witness(r, s, p, at_s);
    return s->until_s <= s->from_s || s->until_s <= at_s ? PROTO_REG_BAD_TIME : PROTO_REG_COUNTS;
}

bool proto_registry_has(const struct proto_registry *r, const uint8_t id[PROTO_ID_LEN])
{
    for (size_t i = 0; i < r->id_count; i++)
        if (memcmp(r->id[i].id, id, PROTO_ID_LEN) == 0)
            return true;
    return false;
}

enum proto_registry_why proto_registry_rules_form(struct proto_registry *r, const uint8_t *note, size_t len, uint64_t at_s,
    struct proto_registry_say *say)
{
    if (len > PROTO_REGISTRY_NOTE_MAX || proto_registry_say_parse(note, len, say, NULL) != OK
        || proto_note_parse(note, len, r->note) != OK)
        return PROTO_REG_MALFORMED;
    if (memcmp(say->region, r->region->hash, sizeof say->region) != 0)
        return PROTO_REG_OTHER_REGION;
    if (proto_registry_has(r, say->id))
        return PROTO_REG_REPLAYED;
    if (at_s + AHEAD_S < say->made_s || at_s >= say->before_s)
        return PROTO_REG_EXPIRED;
    return PROTO_REG_COUNTS;
}

enum proto_registry_why proto_registry_rules_judge(struct proto_registry *r, const uint8_t *note, size_t len, uint64_t at_s,
    struct proto_registry_say *say, const struct proto_partner **signer)
{
    struct signers by = { .count = 0 };
    enum proto_registry_why w = proto_registry_rules_form(r, note, len, at_s, say);

    if (w != PROTO_REG_COUNTS)
        return w;
    w = find_signers(r, say, at_s, &by);
    if (w == PROTO_REG_COUNTS)
        w = judge_signers(say, &by);
    if (w == PROTO_REG_COUNTS)
        w = judge_said(r, say, &by, at_s);
    *signer = by.count != 0 ? by.by[0] : NULL;
    return w;
}
