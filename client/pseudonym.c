#include "client/pseudonym.h"

#include "base/log.h"
#include "base/rd.h"
#include "base/text.h"
#include "client/calls.h"
#include "client/derive.h"
#include "client/hublink.h"
#include "client/keylink.h"
#include "client/pseudonym_say.h"
#include "client/register_day.h"
#include "client/registry.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/*
 * USUAL_A_DAY is what a holder counts for an organisation and day, unless others raised it in the registry; the last ASKED_A_DAY of it are for
 * children whom somebody asks for. RAISED_MS: so long the keyholder may not have heard of a raise that is known here. KEEP_AGAIN_MS: what the
 * disk has no room for is not tried at every step.
 */
enum { FRESH_MAX = 4 * PROTO_BATCH_MAX, ROW_LEN = 1 + 32, NUMBER_LEN = PROTO_PSEUDONYM_NUMBER_LEN, FAILED_MS = 500, PAUSE_MS = 60000,
    USUAL_A_DAY = 2000, ASKED_A_DAY = 100, RAISED_MS = 60000, KEEP_AGAIN_MS = 1000, DAY_S = 86400 };

struct client_pseudonyms {
    struct client_derive *derive;
    char fresh[FRESH_MAX][NUMBER_LEN + 1];   /* asked for by commands, in no batch yet */
    size_t fresh_count;
    size_t unkept;                           /* of the batch, those that do not wait in the vault */
    uint32_t of_register;                    /* of the batch, those that nobody asked for */
    bool may_wait;                           /* there may be some in the vault */
    bool was_stuck;
    bool is_day_lost;                        /* what registers got today cannot be read, which was logged */
    struct client_derive_end last;           /* err OK: the last batch went well */
    bool is_held;                            /* last is why the batch waits */
    uint32_t refusals;                       /* of those who are asked for it, as far as they were told */
    uint64_t failed_ms, pause_until_ms;
    uint64_t keep_again_ms;                  /* when what only memory knows could not be kept, which was logged; 0: it could */
    uint64_t quota_until_s;                  /* a holder has counted enough until then */
    uint64_t register_until_s;               /* we have */
    uint64_t most, raised_ms;                /* what the registry lets us have a day, 0: the usual; when that last rose */
};

enum err client_pseudonyms_open(struct client_node *n)
{
    struct client_pseudonyms *p = calloc(1, sizeof *p);
    enum err e = p == NULL ? ERR_NOMEM : client_derive_new(&p->derive);

    if (e != OK) {
        free(p);
        return e;
    }
    p->may_wait = true;
    n->pseudonyms = p;
    return OK;
}

void client_pseudonyms_close(struct client_pseudonyms *p)
{
    if (p == NULL)
        return;
    client_derive_free(p->derive);
    sodium_memzero(p, sizeof *p);
    free(p);
}

void client_pseudonyms_wake(struct client_node *n)
{
    struct client_pseudonyms *p = n->pseudonyms;

    p->may_wait = true;
    p->quota_until_s = 0;
    client_derive_hurry(p->derive, p->refusals);
    if (p->last.err != OK && p->last.refused == PROTO_QUOTA)
        p->last = (struct client_derive_end){.err = OK};
}

/* ---- known ones ---- */

static void person_key(struct client_node *n, const char *number, uint8_t out[32])
{
    client_vault_name_key(n->vault, "citizen number", number, strlen(number), out);
}

enum err client_pseudonym_find(struct client_node *n, struct vault_txn *x, const char *number, struct proto_subject_id *out)
{
    uint8_t key[32], *row = NULL;
    struct proto_subject_id id = {0};
    size_t len = 0;
    struct rd r;
    enum err e;

    person_key(n, number, key);
    e = client_vault_get(x, CLIENT_T_PERSON, key, sizeof key, &row, &len);
    if (e != OK)
        return e;
    rd_init(&r, row, len);
    id.type = rd_u8(&r);
    rd_copy(&r, id.value, sizeof id.value);
    e = rd_end(&r);
    free(row);
    if (e == OK)
        *out = id;
    return e;
}

enum err client_pseudonym_keep(struct client_node *n, struct vault_txn *x, const char *number, const struct proto_subject_id *id)
{
    uint8_t key[32], row[ROW_LEN];

    person_key(n, number, key);
    row[0] = id->type;
    memcpy(row + 1, id->value, sizeof id->value);
    return client_vault_put(x, CLIENT_T_PERSON, key, sizeof key, row, sizeof row);
}

/* ---- why not ---- */

enum err client_pseudonyms_waiting(struct client_node *n, struct vault_txn *x, uint64_t *out)
{
    const struct client_pseudonyms *p = n->pseudonyms;
    struct client_derive_end end;
    bool is_done = client_derive_has_ended(p->derive, &end) && end.err == OK;
    uint64_t kept = 0;
    enum err e = client_waiting_count(x, &kept);

    if (e == OK)
        *out = kept + p->fresh_count + (is_done ? 0 : p->unkept);
    return e;
}

static uint32_t register_a_day(const struct client_pseudonyms *p)
{
    return (p->most > USUAL_A_DAY ? (uint32_t)p->most : USUAL_A_DAY) - ASKED_A_DAY;
}

enum err client_pseudonyms_why(struct client_node *n, uint64_t waiting, struct trouble *t)
{
    const struct client_pseudonyms *p = n->pseudonyms;

    if (client_link_is_down(n))
        return client_pseudonym_say_away(CLIENT_HUB, waiting, t);
    if (client_keylink_is_down(n))
        return client_pseudonym_say_away(CLIENT_KEYHOLDER, waiting, t);
    if (p->last.err != OK)
        return client_pseudonym_say_refused(n, &p->last, waiting, t);
    if (waiting != 0 && clock_now_s() < p->register_until_s)
        return trouble_set(t, ERR_QUOTA, "today's part for registers (%u) is used, so that others can be asked for; %llu wait and are done "
            "tomorrow by themselves",
            "het deel van vandaag voor registers (%u) is op, zodat er ruimte blijft voor andere kinderen; er wachten er %llu, die morgen "
            "vanzelf worden gedaan", register_a_day(p), (unsigned long long)waiting);
    return OK;
}

/* ---- a command needs one ---- */

static bool is_wanted(const struct client_pseudonyms *p, const char *number)
{
    const char *other;

    for (size_t i = 0; i < p->fresh_count; i++)
        if (sodium_memcmp(p->fresh[i], number, NUMBER_LEN) == 0)
            return true;
    for (size_t i = 0; (other = client_derive_number(p->derive, i)) != NULL; i++)
        if (sodium_memcmp(other, number, NUMBER_LEN) == 0)
            return true;
    return false;
}

/* The number waits; what the command was for does not, and whoever gave it must not think so. */
static enum err why(struct client_call *c, struct vault_txn *x)
{
    struct trouble t = {.lang = c->trouble.lang};
    uint64_t waiting = 0;
    enum err e = client_pseudonyms_waiting(c->node, x, &waiting);

    if (e == OK)
        e = client_pseudonyms_why(c->node, waiting, &t);
    return t.err == OK ? e : trouble_at(&c->trouble, e, t.where, 0, 0, "%.420s. Of this command nothing was done: give it again then",
        "%.420s. Van deze opdracht is niets gedaan: geef die dan opnieuw", t.text);
}

enum err client_pseudonym(struct client_call *c, struct vault_txn *x, const char *number, struct proto_subject_id *out)
{
    struct client_pseudonyms *p = c->node->pseudonyms;
    bool is_told;
    enum err e;

    if (!text_is_bsn(number))
        return trouble_at(&c->trouble, ERR_RANGE, "--number", 0, 0, "is not a citizen number", "is geen burgerservicenummer");
    e = client_pseudonym_find(c->node, x, number, out);
    if (e != ERR_NOTFOUND)
        return e;
    is_told = p->last.err != OK && clock_mono_ms() - p->failed_ms < FAILED_MS;
    if (is_told && !p->is_held)
        return why(c, x);
    if (!is_wanted(p, number) && !(p->was_stuck && client_waiting_has(c->node, x, number))) {
        if (p->fresh_count == FRESH_MAX)
            return trouble_set(&c->trouble, ERR_QUOTA, "too many new children at once: try again, or give a whole register to schakel register "
                "derive", "te veel nieuwe kinderen tegelijk: probeer het weer, of geef een heel register aan schakel register derive");
        memcpy(p->fresh[p->fresh_count++], number, NUMBER_LEN + 1);
    }
    if (is_told || client_link_is_down(c->node) || client_keylink_is_down(c->node))
        return why(c, x);
    if (p->is_held)
        client_derive_hurry(p->derive, p->refusals);
    return ERR_BUSY;
}

/* ---- keeping what cannot be done now ---- */

static enum err keep_all(struct client_node *n, struct vault_txn *x)
{
    const struct client_pseudonyms *p = n->pseudonyms;
    const char *number;
    enum err e = OK;

    for (size_t i = 0; e == OK && i < p->fresh_count; i++)
        e = client_waiting_put(n, x, p->fresh[i], CLIENT_WAITING_ASKED, NULL);
    for (size_t i = 0; e == OK && p->unkept != 0 && (number = client_derive_number(p->derive, i)) != NULL; i++)
        if (i < p->unkept)
            e = client_waiting_put(n, x, number, CLIENT_WAITING_ASKED, NULL);
    return e;
}

/* Those that only memory knows go into the vault. What fails is tried again, and logged once. */
static void keep(struct client_node *n)
{
    struct client_pseudonyms *p = n->pseudonyms;
    struct vault_txn *x = NULL;
    enum err e;

    if (p->fresh_count == 0 && p->unkept == 0)
        return;
    e = client_vault_begin(n->vault, true, &x);
    if (e == OK)
        e = keep_all(n, x);
    e = client_vault_end(x, e);
    if (e != OK) {
        if (p->keep_again_ms == 0)
            log_event(LOG_WARN, "waiting-not-kept", "err", err_word(e), NULL);
        p->keep_again_ms = clock_mono_ms() + KEEP_AGAIN_MS;
        return;
    }
    sodium_memzero(p->fresh, sizeof p->fresh);
    p->fresh_count = p->unkept = 0;
    p->may_wait = true;
    p->keep_again_ms = 0;
}

/* Counted when it was done: what a holder refused cost nothing. */
static void count_register(struct client_node *n)
{
    enum err e = n->pseudonyms->of_register != 0 ? client_register_day_add(n, n->pseudonyms->of_register) : OK;

    if (e != OK)
        log_event(LOG_WARN, "register-not-counted", "err", err_word(e), NULL);
}

/* ---- the end of a batch ---- */

static void pause_after(struct client_pseudonyms *p, const struct client_derive_end *end)
{
    uint64_t now_ms = clock_mono_ms(), now_s = clock_now_s();

    p->failed_ms = now_ms;
    if (end->refused == PROTO_QUOTA && (p->raised_ms == 0 || now_ms - p->raised_ms > RAISED_MS))
        p->quota_until_s = (now_s / DAY_S + 1) * DAY_S + 1;
    else
        p->pause_until_ms = now_ms + PAUSE_MS;
}

static void log_failed(const struct client_derive_end *end)
{
    static const char *const who[] = {[CLIENT_HUB] = "hub", [CLIENT_KEYHOLDER] = "keyholder", [CLIENT_HOLDERS] = "vault"};

    log_event(end->err == ERR_SIGNATURE ? LOG_ERROR : LOG_WARN, "pseudonyms-failed", "from", who[end->who], "err", err_word(end->err),
        "reason", proto_refusal_name(end->refused), NULL);
}

/* The batch waits: its children are kept first, and then whoever waits for them is told. */
static void take_refusal(struct client_node *n)
{
    struct client_pseudonyms *p = n->pseudonyms;
    bool was_held = p->is_held;
    struct client_derive_end no = {.err = OK};
    uint32_t refusals = p->refusals;

    p->is_held = client_derive_is_refused(p->derive, &no, &refusals);
    if (p->is_held == was_held && refusals == p->refusals)
        return;
    p->refusals = refusals;
    p->last = no;
    if (p->is_held) {
        keep(n);
        p->failed_ms = clock_mono_ms();
        log_failed(&no);
    }
    client_calls_again(n);
}

static void take_end(struct client_node *n)
{
    struct client_pseudonyms *p = n->pseudonyms;
    struct client_derive_end end;

    if (!client_derive_has_ended(p->derive, &end))
        return;
    if (end.err == OK) {
        count_register(n);
        p->last = end;
        p->unkept = 0;
        p->quota_until_s = 0;
    } else {
        keep(n);
        /* A batch that nobody answered for a day is made again; a refusal is another thing, whatever its class. */
        if (end.err != ERR_EXPIRED || end.refused != PROTO_ACCEPTED) {
            p->last = end;
            pause_after(p, &end);
            log_failed(&end);
        }
        p->unkept = 0;
    }
    p->is_held = false;
    client_derive_drop(p->derive);
    client_calls_again(n);
}

/* ---- the next batch ---- */

/*
 * What registers got today. It may have been all of it where that cannot be read: a day without them costs less than a quota that is gone for
 * whoever is asked for.
 */
static enum err day_of(struct vault_txn *x, uint32_t most, struct client_register_day *out, bool *lost)
{
    struct client_register_day day = {.day = clock_now_s() / DAY_S, .count = most};
    enum err e = client_register_day_read(x, &day);

    *lost = e == ERR_SHORT || e == ERR_LONG;
    if (e != OK && !*lost)
        return e;
    *out = day;
    return OK;
}

/* The day is written as full, so that the next one begins anew, also in a node that was started in between. */
static void mend_day(struct client_node *n)
{
    struct client_pseudonyms *p = n->pseudonyms;

    if (!p->is_day_lost)
        log_event(LOG_WARN, "register-day-not-readable", NULL);
    p->is_day_lost = client_register_day_add(n, register_a_day(p)) != OK;
}

/* Those that wait, up to max of them; a register's only as far as today's part reaches. */
static enum err pick_waiting(struct client_node *n, struct vault_txn *x, struct client_waiting *out, size_t max, size_t *count, bool *lost)
{
    struct client_pseudonyms *p = n->pseudonyms;
    struct client_register_day day = {.day = 0};
    uint32_t of_register = 0, most = register_a_day(p), left;
    size_t got = 0;
    uint64_t all = 0;
    enum err e = day_of(x, most, &day, lost);

    left = day.count < most ? most - day.count : 0;
    if (e == OK)
        e = client_waiting_first(x, left != 0 ? CLIENT_WAITING_REGISTER : CLIENT_WAITING_ASKED, out, max, &got);
    for (size_t i = 0; e == OK && i < got; i++)
        of_register += out[i].why != CLIENT_WAITING_ASKED;
    while (of_register > left) {
        of_register--;
        got--;
    }
    if (e == OK)
        e = client_waiting_count(x, &all);
    if (e != OK)
        return e;
    p->may_wait = all != 0;
    p->register_until_s = all > got && day.count + of_register >= most ? (day.day + 1) * DAY_S + 1 : 0;
    p->of_register = of_register;
    *count = got;
    return OK;
}

/* Two other partners let us have more: what waits for tomorrow need not. */
static void look_at_registry(struct client_node *n)
{
    struct client_pseudonyms *p = n->pseudonyms;
    const struct proto_registry *fold = client_registry_fold(n);
    uint64_t most = fold != NULL ? proto_registry_quota(fold, n->me->id, clock_now_s()) : 0;

    if (most > p->most) {
        p->raised_ms = clock_mono_ms();
        p->quota_until_s = p->register_until_s = 0;
        client_derive_hurry(p->derive, p->refusals);
    }
    p->most = most;
}

static bool may_pick(const struct client_pseudonyms *p)
{
    uint64_t now_s = clock_now_s();

    return p->may_wait && now_s >= p->quota_until_s && now_s >= p->register_until_s && clock_mono_ms() >= p->pause_until_ms;
}

static enum err pick(struct client_node *n, struct client_waiting *out, size_t max, size_t *count)
{
    struct vault_txn *x = NULL;
    size_t got = 0;
    bool lost = false;
    enum err e = client_vault_begin(n->vault, false, &x);

    if (e == OK)
        e = pick_waiting(n, x, out, max, &got, &lost);
    client_vault_abort(x);
    if (lost)
        mend_day(n);
    if (e == OK)
        *count = got;
    return e;
}

/* Those of commands first; then, where there is room, those that waited. */
static void start(struct client_node *n)
{
    struct client_pseudonyms *p = n->pseudonyms;
    struct client_waiting batch[PROTO_BATCH_MAX];
    size_t fresh = p->fresh_count < PROTO_BATCH_MAX ? p->fresh_count : PROTO_BATCH_MAX, waited = 0;
    enum err e = OK;

    p->of_register = 0;
    for (size_t i = 0; i < fresh; i++)
        memcpy(batch[i].number, p->fresh[i], sizeof batch[i].number);
    if (fresh == 0 && may_pick(p))
        e = pick(n, batch, PROTO_BATCH_MAX, &waited);
    if (e == OK && fresh + waited != 0)
        e = client_derive_start(n, p->derive, batch, fresh + waited);
    if (e == OK) {
        memmove(p->fresh, p->fresh + fresh, (p->fresh_count - fresh) * sizeof p->fresh[0]);
        p->fresh_count -= fresh;
        sodium_memzero(p->fresh + p->fresh_count, fresh * sizeof p->fresh[0]);
        p->unkept = fresh;
    } else {
        p->pause_until_ms = clock_mono_ms() + PAUSE_MS;
        log_event(LOG_WARN, "pseudonyms-not-asked", "err", err_word(e), NULL);
    }
    sodium_memzero(batch, sizeof batch);
}

void client_pseudonyms_step(struct client_node *n)
{
    struct client_pseudonyms *p = n->pseudonyms;
    bool stuck;

    look_at_registry(n);
    take_end(n);
    take_refusal(n);
    if (!client_derive_is_busy(p->derive) && (p->fresh_count != 0 || may_pick(p)))
        start(n);
    client_derive_step(n, p->derive);
    stuck = client_derive_is_stuck(n, p->derive);
    /* Who is told that a child waits has been told before this step: that is kept now, not when the question has failed. */
    if ((stuck || client_link_is_down(n) || client_keylink_is_down(n)) && clock_mono_ms() >= p->keep_again_ms)
        keep(n);
    /* Calls that wait hear of it once. */
    if (stuck && !p->was_stuck)
        client_calls_again(n);
    p->was_stuck = stuck;
}

void client_pseudonyms_end(struct client_node *n)
{
    if (n->pseudonyms == NULL || n->vault == NULL)
        return;
    take_end(n);
    keep(n);
}

uint64_t client_pseudonyms_due(const struct client_node *n, uint64_t max)
{
    return client_derive_due(n->pseudonyms->derive, clock_mono_ms(), max);
}
