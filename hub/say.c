#include "hub/say.h"

#include "hub/store_gone.h"

static const struct hub_say_kind plain = {NULL, NULL, NULL};

const struct hub_say_kind *hub_say_kind(enum proto_statement_kind kind)
{
    static const struct hub_say_kind event = {hub_say_event_check, NULL, NULL};
    static const struct hub_say_kind event_end = {hub_say_event_end_check, hub_say_end_apply, NULL};
    static const struct hub_say_kind consent = {hub_say_consent_check, hub_say_consent_apply, NULL};
    static const struct hub_say_kind withdrawal = {hub_say_withdrawal_check, hub_say_end_apply, NULL};
    static const struct hub_say_kind objection_end = {hub_say_objection_end_check, hub_say_end_apply,
        hub_say_objection_end_arrive};
    static const struct hub_say_kind member = {hub_say_member_check, hub_say_member_apply, NULL};
    static const struct hub_say_kind status = {hub_say_status_check, hub_say_status_apply, NULL};
    /* A grant travels in its grant or offer only, a break-glass in its own message. */
    static const struct hub_say_kind *const rows[PROTO_SAY_END] = {
        [PROTO_SAY_EVENT] = &event, [PROTO_SAY_EVENT_END] = &event_end, [PROTO_SAY_CONSENT] = &consent,
        [PROTO_SAY_WITHDRAWAL] = &withdrawal, [PROTO_SAY_OBJECTION] = &plain,
        [PROTO_SAY_OBJECTION_END] = &objection_end,
        [PROTO_SAY_MEMBERSHIP] = &member, [PROTO_SAY_FACTS] = &plain, [PROTO_SAY_WEIGHING] = &plain,
        [PROTO_SAY_APPROVAL] = &plain, [PROTO_SAY_STATUS] = &status,
    };

    return (unsigned)kind < PROTO_SAY_END ? rows[kind] : NULL;
}

enum err hub_say_find(struct hub_say *y, enum proto_statement_kind kind, enum proto_refusal *refusal)
{
    struct hub_statement about;
    enum err e = hub_store_statement_get(y->s->tables, y->x, y->what->refers, &about);

    if (e == ERR_NOTFOUND) {
        e = hub_store_gone_has(y->s->tables, y->x, y->what->refers, &y->about_is_gone);
        if (e == OK)
            *refusal = y->about_is_gone ? PROTO_ACCEPTED : PROTO_NOT_FOUND;
        return e;
    }
    if (e != OK)
        return e;
    if ( about.kind != kind || !hub_statement_is_known_to(&about, y->a->from->id)) {
        *refusal = PROTO_NOT_FOUND;
        return OK;
    }
    y->about = about;
    *refusal = PROTO_ACCEPTED;
    return OK;
}
