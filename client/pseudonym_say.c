#include "client/pseudonym_say.h"

#include "base/clock.h"
#include "client/clocks.h"

enum { DAY_S = 86400 };

static const char *name(enum client_holder who, enum lang lang)
{
    if (who == CLIENT_HUB)
        return lang == LANG_NL ? "de hub" : "the hub";
    return lang == LANG_NL ? "de sleutelhouder" : "the keyholder";
}

enum err client_pseudonym_say_away(enum client_holder who, uint64_t waiting, struct trouble *t)
{
    if (waiting == 1)
        return trouble_set(t, ERR_PEER, "%s cannot be reached; 1 child waits for a pseudonym, made when it answers",
            "%s is niet bereikbaar; 1 kind wacht op een pseudoniem, dat wordt gemaakt zodra er antwoord is", name(who, t->lang));
    return trouble_set(t, ERR_PEER, "%s cannot be reached; %llu children wait for a pseudonym, made when it answers",
        "%s is niet bereikbaar; %llu kinderen wachten op een pseudoniem, dat wordt gemaakt zodra er antwoord is", name(who, t->lang), (unsigned long long)waiting);
}

static enum err say_lie(const struct client_derive_end *no, uint64_t waiting, struct trouble *t)
{
    return trouble_set(t, ERR_SIGNATURE,
        "the answer of %s is not proven: it was not made with the share that the region file names. Nothing of it was taken, and %llu "
        "wait. Tell who runs it, and the other partners",
        "het antwoord van %s klopt niet: het is niet gemaakt met het deel dat in het regiobestand staat. Er is niets van overgenomen, en "
        "er wachten er %llu. Zeg het wie hem beheert, en de andere partners", name(no->who, t->lang), (unsigned long long)waiting);
}

/* A batch that one side has counted is not made anew, or who refuses could use up the quota at the other (P-148): then nothing goes before it. */
static enum err say_quota(const struct client_derive_end *no, uint64_t waiting, struct trouble *t)
{
    bool nl = t->lang == LANG_NL;
    const char *alone = !no->others_counted ? ""
        : nl ? " Het andere deel telde deze groep al, dus gaat er tot dan niets voor."
             : " The other share has counted this batch, so nothing goes before it until then.";
    char until[17];

    clock_format_nl((clock_now_s() / DAY_S + 1) * DAY_S, until);
    return trouble_set(t, ERR_QUOTA,
        "%s has given out as many pseudonyms as a partner or the region gets in a day; %llu wait and are done by themselves soon after %s.%s "
        "More a day: two other partners sign it (schakel partner propose --quota NAME --elements N)",
        "%s heeft zoveel pseudoniemen gegeven als een partner of de regio op een dag krijgt; er wachten er %llu, die kort na %s vanzelf worden "
        "gedaan.%s Meer per dag: twee andere partners ondertekenen dat (schakel partner propose --quota NAAM --elements N)",
        name(no->who, t->lang), (unsigned long long)waiting, until, alone);
}

enum err client_pseudonym_say_refused(struct client_node *n, const struct client_derive_end *no, uint64_t waiting, struct trouble *t)
{
    if (no->who == CLIENT_HOLDERS)
        return trouble_set(t, no->err, "the pseudonyms are there and cannot be kept here (%s); %llu wait; make room on the disk, then they are done",
            "de pseudoniemen zijn er en kunnen hier niet worden bewaard (%s); er wachten er %llu; maak ruimte op de schijf, dan worden ze gedaan",
            err_word(no->err), (unsigned long long)waiting);
    if (no->err == ERR_SIGNATURE && no->refused == PROTO_ACCEPTED)
        return say_lie(no, waiting, t);
    if (no->refused == PROTO_STALE)
        return client_clocks_tell(n, no->who == CLIENT_HUB, waiting, t);
    if (no->refused == PROTO_QUOTA)
        return say_quota(no, waiting, t);
    if (no->refused != PROTO_ACCEPTED)
        return trouble_at(t, no->err, proto_refusal_name(no->refused), 0, 0, "%s: %s %llu wait for its answer; it is asked again by itself",
            "%s: %s Er wachten er %llu op zijn antwoord; het wordt vanzelf weer gevraagd", name(no->who, t->lang),
            proto_refusal_text(no->refused, t->lang), (unsigned long long)waiting);
    return trouble_set(t, no->err, "the answer of %s was not right (%s); %llu wait for it; it is asked again by itself",
        "het antwoord van %s klopte niet (%s); er wachten er %llu op; het wordt vanzelf weer gevraagd", name(no->who, t->lang), err_word(no->err),
        (unsigned long long)waiting);
}
