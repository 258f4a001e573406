#include "client/consent_end.h"

#include "client/facts.h"
#include "policy/consent.h"

#include <stdlib.h>

bool client_consent_carries(const struct client_node *n, const struct proto_statement *consent, const struct client_desk *d)
{
    const struct proto_sections *open = d->granted.count > 0 ? &d->granted : &d->sections;

    for (uint8_t i = 0; i < d->rows.count; i++) {
        const struct proto_row *row = &d->rows.row[i];
        int rule = policy_pack_rule(n->pack, row->rule);
        if (proto_sections_has(open, row->section) && proto_sections_has(&consent->sections, row->section)
            && (rule < 0 || n->pack->rule[rule].mode == POLICY_MODE_C))
            return true;
    }
    return false;
}

bool client_consent_is_over(const struct client_node *n, const struct client_kept *k, const char *birth_date, struct date today)
{
    struct date made = clock_date_nl(client_facts_made(k)), born;
    struct date asked = k->what.until_s != 0 ? clock_date_nl(k->what.until_s) : date_add_days(made, POLICY_DAYS_MAX);
    uint64_t months = 12;

    if (policy_pack_parameter(n->pack, "consent_max_months", today, &months) != OK)
        months = 12;
    if (date_parse(birth_date, &born) != OK)
        born = made;  /* the next birthday that matters is twelve years away: date and months alone */
    return date_compare(today, policy_consent_end(born, made, asked, (unsigned) months)) >= 0;
}

enum err client_consent_ended(struct client_node *n, struct vault_txn *x, const struct client_desk *d, const char *birth_date,
    uint64_t now_s, bool *ended)
{
    struct client_kept *k = malloc(sizeof *k);
    bool found = false;
    enum err e = k == NULL ? ERR_NOMEM : OK;

    for (uint8_t i = 0; e == OK && !found && i < d->statements.count; i++) {
        uint8_t *memory = NULL;

        e = client_kept_get(x, d->statements.id[i], k, &memory);
        if (e == OK)
            found = k->what.kind == PROTO_SAY_CONSENT && client_consent_carries(n, &k->what, d)
                && client_consent_is_over(n, k, birth_date, clock_date_nl(now_s));
        free(memory);
        e = e == ERR_NOTFOUND ? OK : e;
    }
    free(k);
    if (e == OK)
        *ended = found;
    return e;
}
