#include "client/clocks.h"

#include "base/log.h"
#include "client/hublink_parts.h"
#include "client/outbox.h"
#include "proto/fields.h"

enum { DAY_S = 86400 };

/* What is signed here is then too old for the hub, or comes from its future. */
static bool is_apart(int64_t hub_ahead_s)
{
    return hub_ahead_s > PROTO_ISSUED_BACK_S || hub_ahead_s < -PROTO_ISSUED_AHEAD_S;
}

void client_clocks_saw(struct client_node *n, uint64_t hub_s)
{
    struct client_hublink *l = n->link;
    bool was = is_apart(l->hub_ahead_s);

    if (hub_s == 0 || hub_s > PROTO_TIME_MAX)
        return;
    l->hub_ahead_s = (int64_t)hub_s - (int64_t)clock_now_s();
    l->hub_said_s = hub_s;
    l->hub_said_ms = clock_mono_ms();
    /* What waits for that (client/retention_clock) waits no longer. */
    if (!l->hub_named_time)
        n->retention_s = 0;
    l->hub_named_time = true;
    if (was == is_apart(l->hub_ahead_s))
        return;
    log_event(was ? LOG_INFO : LOG_ERROR, was ? "clocks-agree" : "clocks-differ", NULL);
    if (was)
        client_outbox_wake(n);
}

/* By where the hub's time would be now, and not by how far apart they were: this machine's clock may have been set since. */
bool client_clocks_same_day(const struct client_node *n, uint64_t now_s)
{
    const struct client_hublink *l = n->link;
    uint64_t age_ms, hub_s;

    if (l == NULL || !l->hub_named_time)
        return false;
    age_ms = clock_mono_ms() - l->hub_said_ms;
    hub_s = l->hub_said_s + age_ms / 1000;
    return age_ms < CLIENT_CLOCKS_FRESH_MS && (hub_s > now_s ? hub_s - now_s : now_s - hub_s) < DAY_S;
}

bool client_clocks_agree(const struct client_node *n)
{
    return !is_apart(n->link->hub_ahead_s);
}

enum err client_clocks_check(const struct client_node *n, struct trouble *t)
{
    int64_t ahead_s = n->link->hub_ahead_s;
    uint64_t now_s = clock_now_s(), apart_s = (uint64_t)(ahead_s < 0 ? -ahead_s : ahead_s);
    char here[17], there[17];

    if (!is_apart(ahead_s))
        return OK;
    clock_format_nl(now_s, here);
    clock_format_nl(ahead_s < 0 ? now_s - apart_s : now_s + apart_s, there);
    return trouble_set(t, ERR_STATE,
        "the clock of this machine says %s, the hub's %s: %llu minutes apart, so the hub takes nothing that is signed here; compare both "
        "with a third clock and set the one that is wrong (here: timedatectl); what waits is then sent by itself",
        "de klok van deze machine zegt %s, die van de hub %s: %llu minuten verschil, dus de hub neemt niets aan dat hier is ondertekend; "
        "vergelijk beide met een derde klok en zet de verkeerde gelijk (hier: timedatectl); wat wacht gaat dan vanzelf",
        here, there, (unsigned long long)((apart_s + 30) / 60));
}

/* Which of the two is wrong nobody here knows. */
enum err client_clocks_tell(struct client_node *n, bool is_hub, uint64_t waiting, struct trouble *t)
{
    if (is_hub && client_clocks_check(n, t) != OK)
        return t->err;
    return trouble_set(t, ERR_PEER,
        "the clock of %s and the clock of this machine are minutes apart, so nothing that is signed here counts there: compare both with a third "
        "one and set the one that is wrong (here: timedatectl); %llu wait and are done by themselves then",
        "de klok van %s en de klok van deze machine lopen minuten uiteen, dus daar telt niet wat hier is ondertekend: vergelijk beide met een "
        "derde en zet de verkeerde gelijk (hier: timedatectl); er wachten er %llu, die dan vanzelf worden gedaan",
        is_hub ? (t->lang == LANG_NL ? "de hub" : "the hub") : (t->lang == LANG_NL ? "de sleutelhouder" : "the keyholder"),
        (unsigned long long)waiting);
}
