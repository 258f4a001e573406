#include "hub_forgotten.h"

#include "check.h"
#include "hub/store_gone.h"
#include "hub/store_statement.h"

#include <sodium.h>
#include <stdio.h>

enum { DAY = 86400 };

void hub_forgotten_sweep(struct hub_fixture *f)
{
    struct hub_forget forget;
    uint64_t rows = 0, gone = 0;

    hub_forget_init(&forget, 0);
    assert_err(kv_count(f->x, f->state.tables->statement, &rows), OK);
    assert_err(kv_count(f->x, f->state.tables->gone, &gone), OK);
    for (uint64_t i = 0; i < (rows + gone) / 2 + 4; i++)
        assert_err(hub_forget_some(&forget, &f->state, f->x, f->now_s), OK);
}

bool hub_forgotten_is_there(struct hub_fixture *f, const uint8_t id[PROTO_ID_LEN])
{
    struct hub_statement row;
    enum err e = hub_store_statement_get(f->state.tables, f->x, id, &row);

    assert_true(e == OK || e == ERR_NOTFOUND);
    return e == OK;
}

bool hub_forgotten_is_known(struct hub_fixture *f, const uint8_t id[PROTO_ID_LEN])
{
    bool has = false;

    assert_err(hub_store_gone_has(f->state.tables, f->x, id, &has), OK);
    return has;
}

void hub_forgotten_acked_by(struct hub_fixture *f, const struct proto_statement *s, enum hub_fixture_who who)
{
    struct hub_statement row;

    assert_err(hub_store_statement_get(f->state.tables, f->x, s->id, &row), OK);
    assert_non_null(hub_statement_delivery(&row, f->who[who]->id));
    hub_statement_delivery(&row, f->who[who]->id)->acked = true;
    assert_err(hub_store_statement_save(f->state.tables, f->x, &row), OK);
}

void hub_forgotten_acked(struct hub_fixture *f, const struct proto_statement *s)
{
    for (size_t i = 0; i < s->addressees.count; i++)
        hub_forgotten_acked_by(f, s, (enum hub_fixture_who)(s->addressees.id[i][0] - 1));
}

struct proto_statement hub_forgotten_event(struct hub_fixture *f, const char *event, uint64_t until_s)
{
    struct proto_statement s = hub_fixture_say(f, VO, PROTO_SAY_EVENT, LEERPLICHT, CJG, NOBODY);

    (void)snprintf(s.event, sizeof s.event, "%s", event);
    s.occurred_s = f->now_s;
    s.until_s = until_s;
    hub_fixture_tell_all(f, &s);
    hub_forgotten_acked(f, &s);
    return s;
}

struct proto_statement hub_forgotten_consent(struct hub_fixture *f, int days)
{
    struct proto_statement s = hub_fixture_consent(f, CJG, VO, CJG, "effort", days == 0 ? 0 : f->now_s + (uint64_t)days * DAY);

    hub_forgotten_acked(f, &s);
    return s;
}

void hub_forgotten_end(struct hub_fixture *f, enum proto_statement_kind kind, const struct proto_statement *s, enum hub_fixture_who to)
{
    struct proto_statement end = hub_fixture_about(f, (enum hub_fixture_who)(s->setter[0] - 1), kind, s, to);

    assert_refusal(hub_fixture_tell(f, &end, to), PROTO_ACCEPTED);
}
