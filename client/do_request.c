/* client/do_request: asking a partner for sections, and weighing before it. */
#include "client/after.h"
#include "client/child.h"
#include "client/desk_arg.h"
#include "client/desk_reply.h"
#include "client/desk_table.h"
#include "client/facts.h"
#include "client/hold.h"
#include "client/index.h"
#include "client/pages.h"
#include "client/sealed.h"
#include "client/twice.h"
#include "client/weigh.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* --birth-date and --name: for who knows the child and has no record of it yet. They go before the own
 * record. */
static enum err identity_args(struct client_call *c, struct client_identity *who)
{
    const char *name = NULL, *given = NULL;
    struct date born;
    enum err e = OK;

    if (json_text(c->args, "birth_date", &given) == OK)
        e = client_arg_date(c, "birth_date", &born);
    if (e == OK && given != NULL)
        date_format(born, who->birth_date);
    if (e == OK && json_text(c->args, "name", &name) == OK)
        client_hold_prefix(name, who->name_prefix);
    return e;
}

/* What the holder compares with its own record (client/hold). */
static enum err child_check(struct client_call *c, struct vault_txn *x, struct client_desk *d)
{
    struct client_identity who;
    enum err e = OK;

    client_hold_identity(c->node, x, d, &who);
    if (d->child_there.type != PROTO_SUBJECT_HANDLE)
        e = identity_args(c, &who);
    if (e == OK) {
        memcpy(d->birth_date, who.birth_date, sizeof d->birth_date);
        memcpy(d->name_prefix, who.name_prefix, sizeof d->name_prefix);
    }
    return e;
}

/* The row and the message have the same head. */
static enum err start_row(
    struct client_call *c, struct vault_txn *x, struct client_child *child, struct client_desk *d)
{
    const struct proto_partner *to = NULL;
    const char *purpose = NULL;
    enum err e = client_arg_partner(c, "to", &to);

    if (e == OK && to == c->node->me)
        e = trouble_at(&c->trouble, ERR_RANGE, "--to", 0, 0, "that is your own organisation; name another",
            "dat is uw eigen organisatie; noem een andere");
    if (e == OK)
        e = client_arg_purpose(c, true, &purpose);
    if (e == OK)
        e = client_arg_sections(c, "sections", &d->sections);
    if (e == OK)
        e = client_child_arg(c, x, purpose, child);
    if (e == OK)
        e = client_desk_arg_note(c, d);
    if (e != OK)
        return e;
    d->mine = true;
    d->state = CLIENT_DESK_SENT;
    randombytes_buf(d->id, sizeof d->id);
    memcpy(d->other, to->id, sizeof d->other);
    memcpy(d->purpose, purpose, strlen(purpose) + 1);
    if (child->has_case)
        memcpy(d->case_id, child->with.id, sizeof d->case_id);
    d->child = child->here;
    d->made_s = clock_now_s();
    memcpy(d->pack, c->node->pack->digest, sizeof d->pack);
    e = client_desk_arg_informed(c, d);
    if (e == OK)
        e = client_desk_arg_anon(c, d);
    return e != OK ? e : client_child_for(x, child, to->id, &d->child_there);
}

static enum err point_at_statements(struct client_call *c, struct vault_txn *x, struct client_desk *d)
{
    struct client_facts *f = calloc(1, sizeof *f);
    struct client_question q = {.child = d->child,
        .asker = c->node->me,
        .holder = proto_region_partner(&c->node->region, d->other),
        .purpose = d->purpose,
        .before_grant = true,
        .now_s = clock_now_s()};
    enum err e = ERR_NOMEM;

    memcpy(q.case_id, d->case_id, sizeof q.case_id);
    if (f != NULL)
        e = client_facts_collect(c->node, x, &q, f);
    if (e == OK)
        d->statements = f->counted;
    free(f);
    return e;
}

static enum err finish_request(struct client_call *c, struct vault_txn *x)
{
    struct client_desk d;
    enum err e = client_desk_get(x, c->about, &d);

    if (e != OK)
        return e;
    client_reply_id(c->reply, "request", d.id);
    json_add_text(c->reply, "to", client_handle(c->node, d.other));
    client_reply_child(c->reply, "child", c->node, x, &d.child);
    json_add_text(c->reply, "result",
        d.state == CLIENT_DESK_WAITING ? "at the holder" : client_desk_state_name(d.state));
    client_reply_rows(c->reply, c->node, c->trouble.lang, &d);
    return OK;
}

struct same { const struct client_desk *d; uint8_t id[PROTO_ID_LEN]; bool found; };

static bool same_each(void *arg, const struct client_desk *other)
{
    struct same *s = arg;
    const struct client_desk *d = s->d;

    s->found = other->mine && !other->offer && other->state == CLIENT_DESK_WAITING
        && sodium_memcmp(other->id, d->id, sizeof d->id) != 0 && sodium_memcmp(other->other, d->other, sizeof d->other) == 0
        && strcmp(other->purpose, d->purpose) == 0 && proto_msg_same_subject(&other->child, &d->child);
    for (uint8_t i = 0; s->found && i < d->sections.count; i++)
        s->found = proto_sections_has(&other->sections, d->sections.name[i]);
    if (s->found)
        memcpy(s->id, other->id, sizeof s->id);
    return !s->found;
}

/* Asked twice, the holder decides twice: whoever asks is told. It goes all the same: there may be more to it now. */
static enum err tell_same(struct client_call *c, struct vault_txn *x, const struct client_desk *d)
{
    struct same s = {.d = d};
    enum err e = client_index_open_desk(x, same_each, &s);

    if (e == OK && s.found)
        client_reply_id(c->reply, "same_waits", s.id);
    return e;
}

enum err client_do_request_new(struct client_call *c, struct vault_txn *x)
{
    struct client_child child = {0};
    struct client_desk d = {0};
    struct proto_msg m = {.kind = PROTO_REQUEST};
    uint8_t *sealed = NULL, *weighing = NULL;
    size_t sealed_len = 0, weighing_len = 0;
    enum err e = start_row(c, x, &child, &d);

    if (e == OK)
        e = child_check(c, x, &d);
    if (e == OK)
        e = point_at_statements(c, x, &d);
    if (e == OK)
        e = client_weigh_use(c, x, &d, &weighing, &weighing_len, &d.answered);
    if (e == OK && weighing_len > 0)
        e = client_weigh_check(c, x, &d, d.answered);
    if (e == OK)
        e = client_sealed_request_make(c->node, x, &d, d.id, &sealed, &sealed_len);
    if (e == OK) {
        d.weighed = weighing_len > 0;
        client_desk_head(&d, &m);
        memcpy(m.head.id, d.id, sizeof m.head.id);
        m.sections = d.sections;
        m.statements = d.statements;
        m.weighing = (struct proto_blob) {weighing, weighing_len};
        m.sealed = (struct proto_blob) {sealed, sealed_len};
        e = client_desk_put(x, &d);
    }
    if (e == OK)
        e = client_outbox_put(c->node, x, &m, c->who, NULL);
    if (e == OK)
        e = tell_same(c, x, &d);
    if (e == OK) {
        memcpy(c->about, d.id, sizeof c->about);
        c->finish = finish_request;
        client_call_wait(c, d.id);
    }
    free(sealed);
    free(weighing);
    return e;
}

struct listing {
    struct client_call *c;
    struct vault_txn *x;
    cJSON *array;
};

static bool list_each(void *arg, const struct client_desk *d)
{
    struct listing *l = arg;

    client_reply_desk(json_push_object(l->array), l->c->node, l->x, l->c->trouble.lang, d);
    return true;
}

enum err client_do_request_list(struct client_call *c, struct vault_txn *x)
{
    struct listing l = {.c = c, .x = x, .array = json_add_array(c->reply, "requests")};
    enum err e = client_desk_walk(x, list_each, &l);

    return e == OK ? client_pages_newest(c, l.array) : e;
}

/* The reasons that went along, as they were written down. */
static void show_weighing(struct client_call *c, struct vault_txn *x, const struct client_desk *d)
{
    cJSON *answers = NULL;

    if (client_weigh_answers(x, d, &answers) == OK)
        cJSON_AddItemToObject(c->reply, "weighed", answers);
}

enum err client_do_request_show(struct client_call *c, struct vault_txn *x)
{
    struct client_desk d;
    enum err e = client_desk_arg(c, x, "request", &d);

    if (e == OK)
        client_reply_desk(c->reply, c->node, x, c->trouble.lang, &d);
    if (e == OK)
        show_weighing(c, x, &d);
    if (e == OK && d.mine && !d.offer)
        client_reply_duties(c->reply, c->node, c->trouble.lang, &d);
    return e == OK ? client_after_reply(c->reply, c->node, x, c->trouble.lang, &d) : e;
}

/* Nobody outside knows of it. */
static enum err drop_prepared(struct client_call *c, struct vault_txn *x, struct client_desk *d)
{
    enum err e = client_share_destroy(x, d->id);

    d->state = CLIENT_DESK_CANCELLED;
    if (e == OK)
        e = client_desk_put(x, d);
    if (e == OK)
        client_reply_id(c->reply, "request", d->id);
    return e;
}

enum err client_do_request_cancel(struct client_call *c, struct vault_txn *x)
{
    struct client_desk d;
    struct proto_msg m = {.kind = PROTO_CANCEL};
    uint8_t id[PROTO_ID_LEN];
    bool already = false;
    enum err e = client_desk_arg(c, x, "request", &d);

    if (e == OK && d.mine && d.state == CLIENT_DESK_PREPARED)
        return drop_prepared(c, x, &d);
    if (e == OK && d.mine)
        e = client_twice_answered(c, x, &d, &m, d.state == CLIENT_DESK_CANCELLED, &already);
    if (already)
        return e;
    if (e == OK && (!d.mine || d.offer || (d.state != CLIENT_DESK_WAITING && d.state != CLIENT_DESK_SENT)))
        e = trouble_at(&c->trouble, ERR_STATE, "--request", 0, 0,
            "only an own request that is still open can be taken back; how it stands: schakel request show",
            "alleen een eigen verzoek dat nog open is, kan worden ingetrokken; hoe het ermee staat: schakel "
            "request show");
    if (e != OK)
        return e;
    client_desk_head(&d, &m);
    memcpy(m.refers, d.id, sizeof m.refers);
    e = client_outbox_put(c->node, x, &m, c->who, id);
    if (e == OK) {
        client_call_wait(c, id);
        client_reply_id(c->reply, "request", d.id);
    }
    return e;
}
