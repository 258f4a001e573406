/* client/do_tell: the family was told afterwards; or may hear it later still, which only a privacy officer says. */
#include "client/after.h"
#include "client/child.h"
#include "client/desk_arg.h"
#include "client/desk_table.h"
#include "policy/clocks.h"

#include "client/packs.h"

#include <string.h>

enum { REASON_MIN = 10 };

/* The row of --share, and what telling asks of it. ERR_STATE: nothing, here. */
static enum err tell_arg(
    struct client_call *c, struct vault_txn *x, struct client_desk *d, struct client_after *a, struct client_due *out)
{
    struct client_due due[CLIENT_AFTERS];
    size_t count = 0;
    enum err e = client_desk_arg(c, x, "share", d);

    if (e == OK)
        e = client_after_get(x, d->id, a);
    if (e == OK)
        count = client_after_dues(c->node, d, a, due);
    for (size_t i = 0; i < count; i++)
        if (due[i].what == CLIENT_AFTER_TELL) {
            *out = due[i];
            return OK;
        }
    return e != OK ? e : trouble_at(&c->trouble, ERR_STATE, "--share", 0, 0,
        "of this nothing is told afterwards: either it was told before it was read, or it was not read here; see: schakel request show",
        "hierover wordt achteraf niets verteld: dat is gebeurd voordat het gelezen werd, of het is hier niet gelezen; zie: schakel "
        "request show");
}

static enum err reason_arg(struct client_call *c, bool needed, const char **out)
{
    const char *reason = "";

    if (json_text(c->args, "reason", &reason) != OK && !needed)
        return OK;
    if (strlen(reason) < REASON_MIN || strlen(reason) > CLIENT_NOTE_MAX)
        return trouble_at(&c->trouble, ERR_USAGE, "--reason", 0, 0,
            "write in %d to %d bytes why the family hears it later than it was read",
            "schrijf in %d tot %d bytes waarom het gezin het later hoort dan het gelezen is", REASON_MIN, CLIENT_NOTE_MAX);
    *out = reason;
    return OK;
}

/* ---- it was told ---- */

static enum err day_arg(struct client_call *c, struct date *out)
{
    const char *given = NULL;
    enum err e = OK;

    *out = clock_date_nl(clock_now_s());
    if (json_text(c->args, "day", &given) == OK)
        e = client_arg_date(c, "day", out);
    if (e == OK && date_compare(*out, clock_date_nl(clock_now_s())) > 0)
        e = trouble_at(&c->trouble, ERR_RANGE, "--day", 0, 0, "this day is still to come; tell the family first",
            "deze dag moet nog komen; vertel het eerst aan het gezin");
    return e;
}

enum err client_do_informed(struct client_call *c, struct vault_txn *x)
{
    struct client_desk d;
    struct client_after a;
    struct client_due due;
    struct date day, read;
    const char *reason = "";
    enum err e = tell_arg(c, x, &d, &a, &due);

    if (e == OK && due.done_s != 0)
        e = trouble_at(&c->trouble, ERR_STATE, "--share", 0, 0, "it is written down already that the family was told; see: schakel request show",
            "dat het gezin het weet, is al opgeschreven; zie: schakel request show");
    if (e == OK)
        e = day_arg(c, &day);
    if (e == OK) {
        read = clock_date_nl(d.opened_s != 0 ? d.opened_s : clock_now_s());
        e = reason_arg(c, date_compare(day, read) > 0, &reason);
    }
    if (e != OK)
        return e;
    d.informed_s = clock_midnight_nl(day);
    memcpy(a.why, reason, strlen(reason) + 1);
    e = client_desk_put(x, &d);
    if (e == OK)
        e = client_after_put(x, d.id, &a);
    if (e == OK) {
        client_reply_id(c->reply, "share", d.id);
        client_reply_date(c->reply, "informed", d.informed_s);
    }
    return e;
}

/* ---- a longer wait ---- */

static enum err until_arg(struct client_call *c, const struct client_desk *d, uint64_t *out)
{
    uint64_t limit = policy_clocks_defer_end(client_packs_of(c->node, d->pack), clock_now_s());

    return client_desk_arg_until(c, limit, out);
}

enum err client_do_defer(struct client_call *c, struct vault_txn *x)
{
    struct client_desk d;
    struct client_after a;
    struct client_due due;
    const char *reason = "";
    uint64_t until_s = 0;
    enum err e = tell_arg(c, x, &d, &a, &due);

    if (e == OK && (!due.defers || due.done_s != 0))
        e = trouble_at(&c->trouble, ERR_STATE, "--share", 0, 0,
            "the rule of this gives no longer wait, or the family was told already; see: schakel inbox --all",
            "de regel hiervan laat geen langer uitstel toe, of het gezin weet het al; zie: schakel inbox --all");
    if (e == OK)
        e = until_arg(c, &d, &until_s);
    if (e == OK)
        e = reason_arg(c, true, &reason);
    if (e != OK)
        return e;
    a.later_s = until_s;
    e = client_after_later_put(x, d.id, clock_now_s(), until_s, reason);
    if (e == OK)
        e = client_after_put(x, d.id, &a);
    if (e == OK) {
        client_reply_id(c->reply, "share", d.id);
        client_reply_last_day(c->reply, "until", until_s);
    }
    return e;
}
