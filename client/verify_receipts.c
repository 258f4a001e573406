/* client/verify: the entries of an archive, each by itself, and their running numbers. */
#include "client/verify.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "client/home.h"
#include "client/rows.h"
#include "client/terms.h"
#include "client/verify_proof.h"
#include "proto/region_log.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char suffix[] = ".entry";

void client_problem(struct client_problems *p, const char *name, uint64_t leaf, const char *en, const char *nl)
{
    cJSON *row;

    if (p->count++ >= CLIENT_PROBLEMS_MAX)
        return;
    row = json_push_object(p->list);
    if (name != NULL)
        json_add_text(row, "file", name);
    if (leaf != UINT64_MAX)
        json_add_u64(row, "leaf", leaf);
    json_add_text(row, "text", p->lang == LANG_NL ? nl : en);
}

void client_claims_fini(struct client_claims *c)
{
    free(c->at);
    *c = (struct client_claims){.at = NULL};
}

static enum err add_claim(struct client_claims *c, const struct client_claim *claim)
{
    struct client_claim *at = client_rows_more(c->at, c->count, &c->cap, sizeof *at);

    if (at == NULL)
        return ERR_NOMEM;
    c->at = at;
    c->at[c->count++] = *claim;
    return OK;
}

/* "0000000012.entry" is number 12. */
static bool number_of(const char *name, uint64_t *number)
{
    char digits[24];
    size_t len = strlen(name);

    if (len < sizeof suffix || strcmp(name + len - (sizeof suffix - 1), suffix) != 0)
        return false;
    len -= sizeof suffix - 1;
    while (len > 1 && *name == '0') {
        name++;
        len--;
    }
    if (len >= sizeof digits)
        return false;
    memcpy(digits, name, len);
    digits[len] = '\0';
    return text_u64(digits, UINT64_MAX, number) == OK;
}

/* Its term is over: what is left is the archive's own word, and a leaf that the log must have. */
static enum err spent(struct client_claims *c, const char *name, const struct client_archived *a)
{
    struct client_claim claim = {.number = a->number, .index = a->index, .time_s = a->time_s, .kind = a->kind, .spent = true};
    enum err e = OK;

    (void)snprintf(claim.name, sizeof claim.name, "%s", name);
    c->spent++;
    if (a->index != PROTO_NO_LEAF)
        e = client_archive_spent_leaf(a, claim.leaf, &claim.origin);
    return e == OK ? add_claim(c, &claim) : e;
}

static int by_number(const void *a, const void *b)
{
    const struct client_claim *x = a, *y = b;

    return x->number < y->number ? -1 : x->number > y->number;
}

/*
 * The moment of what is not kept is the archive's own word, and without a leaf it has none: else anything could be left out so. But moments ascend
 * with the numbers, and each receipt that is here tells its own. No term is shorter than the least.
 */
static void judge_spent(struct client_claims *c, struct client_problems *p)
{
    uint64_t now_s = clock_now_s(), before_s = 0, after_s = 0;

    if (c->count > 1)
        qsort(c->at, c->count, sizeof *c->at, by_number);
    for (size_t i = c->count; i > 0; i--) {
        struct client_claim *k = &c->at[i - 1];

        if (k->index != PROTO_NO_LEAF)
            after_s = k->time_s;
        else if (k->spent)
            k->time_s = after_s;
    }
    for (size_t i = 0; i < c->count; i++) {
        const struct client_claim *k = &c->at[i];
        uint64_t at_s = k->time_s > before_s ? k->time_s : before_s;

        if (k->spent && !client_terms_may_be_over(at_s, now_s))
            client_problem(p, k->name, UINT64_MAX, "this is not kept any more, and its term is not over yet",
                "dit wordt niet meer bewaard, en de termijn ervan is nog niet om");
        if (!k->spent && k->index != PROTO_NO_LEAF)
            before_s = at_s;
    }
}

/* Kept among the claims until all are read: whether a later fetch explains it shows only then. */
static enum err never_came(struct client_claims *c, const char *name, uint64_t number)
{
    struct client_claim gap = {.number = number, .index = PROTO_NO_LEAF};

    (void)snprintf(gap.name, sizeof gap.name, "%s", name);
    return add_claim(c, &gap);
}

static void judge_gaps(struct client_claims *c, struct client_problems *p)
{
    uint64_t last_fetch = 0;
    size_t kept = 0;

    for (size_t i = 0; i < c->count; i++)
        if (c->at[i].kind == PROTO_FETCH && c->at[i].number > last_fetch)
            last_fetch = c->at[i].number;
    for (size_t i = 0; i < c->count; i++) {
        if (c->at[i].index != PROTO_NO_LEAF) {
            c->at[kept++] = c->at[i];
        } else if (c->at[i].spent) {
            continue;
        } else if (c->at[i].number < last_fetch) {
            c->withdrawn++;
        } else {
            c->missing++;
            client_problem(p, c->at[i].name, UINT64_MAX, "this number never came, and no leaf says that it was withdrawn",
                "dit nummer is nooit gekomen, en geen blad zegt dat het is ingetrokken");
        }
    }
    c->count = kept;
}

/* The claim of an entry whose message, receipt and checkpoint hold. */
static enum err check_claim(const struct proto_region *region, const struct client_archived *a, const char *name, uint64_t number,
    struct client_claims *c)
{
    struct client_entry *entry = malloc(sizeof *entry);
    struct client_claim claim = {.number = number, .kind = a->kind};
    struct proto_note_key log;
    enum err e = entry == NULL ? ERR_NOMEM : client_entry_check(region, a, entry);

    if (e == OK && (entry->receipt.number != number || entry->receipt.index != a->index))
        e = ERR_SIGNATURE;
    if (e == OK)
        e = proto_region_log_of(region, entry->receipt.checkpoint.data, entry->receipt.checkpoint.len, &log, &claim.origin);
    if (e == OK) {
        (void)snprintf(claim.name, sizeof claim.name, "%s", name);
        claim.index = entry->receipt.index;
        claim.size = entry->receipt.tree_size;
        claim.time_s = entry->receipt.time_s;
        proto_merkle_leaf(entry->leaf, sizeof entry->leaf, claim.leaf);
        memcpy(claim.root, entry->root, sizeof claim.root);
        e = add_claim(c, &claim);
    }
    free(entry);
    return e;
}

static enum err check_entry(const struct proto_region *region, const char *folder, const char *name, uint64_t number,
    struct client_claims *c, struct client_problems *p)
{
    struct client_archived a;
    char path[CLIENT_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_join(path, sizeof path, folder, name);

    if (e == OK)
        e = file_read(path, (size_t)3 << 20, &data, &len, NULL);
    if (e == OK)
        e = client_archive_decode(data, len, &a);
    if (e == OK && a.spent) {
        a.number = number;
        e = spent(c, name, &a);
        if (e == OK && a.index != PROTO_NO_LEAF)
            e = client_verify_proof(region, folder, &c->at[c->count - 1], p);
    } else if (e == OK && a.bad) {
        c->bad++;
        client_problem(p, name, UINT64_MAX, "mail that the node did not believe", "post die het knooppunt niet geloofde");
    } else if (e == OK && a.index == PROTO_NO_LEAF) {
        e = never_came(c, name, number);
    } else if (e == OK) {
        e = check_claim(region, &a, name, number, c);
        if (e == OK)
            e = client_verify_proof(region, folder, &c->at[c->count - 1], p);
    }
    free(data);
    if (e == OK || e == ERR_NOMEM || e == ERR_IO)
        return e;
    client_problem(p, name, UINT64_MAX, "this receipt does not hold: message, receipt or checkpoint was changed",
        "dit ontvangstbewijs klopt niet: bericht, bewijs of checkpoint is veranderd");
    return OK;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static void look_for_gaps(uint64_t *numbers, size_t count, struct client_claims *c, struct client_problems *p)
{
    char name[64];

    if (count == 0)
        return;
    qsort(numbers, count, sizeof *numbers, by_value);
    c->first = numbers[0];
    c->last = numbers[count - 1];
    for (size_t i = 1; i < count; i++)
        if (numbers[i] != numbers[i - 1] + 1) {
            (void)snprintf(name, sizeof name, "%" PRIu64 "-%" PRIu64, numbers[i - 1] + 1, numbers[i] - 1);
            client_problem(p, name, UINT64_MAX, "these running numbers are not in the folder: the list is not complete; whose archive it is can add them "
                "(schakel archive export --first N --last N)",
                "deze volgnummers staan niet in de map: de lijst is niet volledig; van wie het archief is, kan ze toevoegen (schakel archive export --first N "
                "--last N)");
        }
}

enum err client_verify_receipts(const struct proto_region *region, const char *folder, struct client_claims *out,
    struct client_problems *p, struct trouble *t)
{
    struct client_claims c = {.at = NULL};
    uint64_t *numbers = NULL, *more, number;
    size_t cap = 0;
    const struct dirent *d;
    DIR *dir = opendir(folder);
    enum err e = OK;

    if (dir == NULL)
        return trouble_at(t, ERR_NOTFOUND, folder, 0, 0, "is not a folder that can be read; receipts are made with: schakel archive export",
            "is geen map die te lezen is; ontvangstbewijzen maakt men met: schakel archive export");
    while (e == OK && (d = readdir(dir)) != NULL) {
        if (!number_of(d->d_name, &number))
            continue;
        more = client_rows_more(numbers, c.entries, &cap, sizeof *more);
        if (more == NULL) {
            e = ERR_NOMEM;
            break;
        }
        numbers = more;
        numbers[c.entries++] = number;
        e = check_entry(region, folder, d->d_name, number, &c, p);
    }
    (void)closedir(dir);
    if (e == OK && c.entries == 0)
        e = trouble_at(t, ERR_NOTFOUND, folder, 0, 0, "has no receipts; make them with: schakel archive export",
            "heeft geen ontvangstbewijzen; maak ze met: schakel archive export");
    if (e == OK) {
        judge_spent(&c, p);
        judge_gaps(&c, p);
        look_for_gaps(numbers, c.entries, &c, p);
        *out = c;
    } else {
        client_claims_fini(&c);
    }
    free(numbers);
    return e == OK ? OK : trouble_at(t, e, folder, 0, 0, "the receipts could not be read", "de ontvangstbewijzen konden niet worden gelezen");
}
