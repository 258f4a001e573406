/*
 * tests/support/archive_played: vo's archive with acts that a played hub logged, what goes of it on a day, and whether its list is complete then.
 */
#ifndef TESTS_SUPPORT_ARCHIVE_PLAYED_H
#define TESTS_SUPPORT_ARCHIVE_PLAYED_H

#include "tests/support/openings_played.h"

#include "client/archive_end.h"
#include "client/audit.h"
#include "client/openings_parts.h"
#include "client/terms.h"

#define YEARS(n) ((uint64_t)(n) * CLIENT_TERMS_YEAR_S)

static const struct client_audit_period always = {.until_s = UINT64_MAX};

/* All passes of one day. */
static inline void run_at(struct openings_played *p, uint64_t now_s)
{
    bool more = true;

    for (int i = 0; more && i < 20; i++) {
        struct vault_txn *x = client_fixture_begin(p->h->f, VO);

        assert_err(client_archive_end_run(p->h->n, x, now_s, &more), OK);
        client_fixture_commit(x);
    }
    assert_false(more);
}

/* Without what lay in memory: of its blobs only the lengths. */
static inline struct client_archived row(struct openings_played *p, uint64_t number)
{
    struct vault_txn *x = client_fixture_begin(p->h->f, VO);
    struct client_archived a = {0};
    uint8_t *memory = NULL;

    assert_err(client_archive_get(x, number, &a, &memory), OK);
    client_vault_abort(x);
    free(memory);
    a.envelope.data = a.proof.data = NULL;
    return a;
}

static inline bool is_spent(struct openings_played *p, uint64_t number)
{
    return row(p, number).spent;
}

/* For whoever asks the clock: so many years later; 0: now. */
static inline void years_later(unsigned years)
{
    check_shift_clock((long long)YEARS(years));
}

/* Whether the list is complete, so many years later. */
static inline struct client_audit_report judge_after(struct openings_played *p, unsigned years)
{
    struct vault_txn *x = client_fixture_begin(p->h->f, VO);
    struct client_audit_report r;

    years_later(years);
    assert_err(client_audit_period_check(p->h->n, x, &always, &r), OK);
    years_later(0);
    client_vault_abort(x);
    return r;
}

static inline struct client_audit_report judge(struct openings_played *p)
{
    return judge_after(p, 6);
}

/* Three acts, each laid open and found right; the third is the newest. */
static inline void three_acts(struct openings_played *p)
{
    for (int i = 0; i < 3; i++)
        openings_played_act(p);
    p->h->n->openings->checked = 3;
}

static inline uint64_t leaf_s(struct openings_played *p)
{
    return row(p, 1).time_s;
}

static inline void put_row(struct openings_played *p, const struct client_archived *a)
{
    struct vault_txn *x = client_fixture_begin(p->h->f, VO);
    const uint8_t key[8] = {0, 0, 0, 0, 0, 0, 0, (uint8_t)a->number};
    enum err e = client_vault_delete(x, CLIENT_T_ARCHIVE, key, sizeof key);

    assert_true(e == OK || e == ERR_NOTFOUND);
    assert_err(client_archive_put(x, a), OK);
    client_fixture_commit(x);
}

#endif
