#include "client/says.h"

#include <sodium.h>
#include <stdio.h>

static const struct sentence { const char *en, *nl; } sentences[PROTO_REG_ACT_END] = {
    [PROTO_REG_ADMIT] = {"joins the region", "gaat meedoen in de regio"},
    [PROTO_REG_REVOKE] = {"takes no part in the region any more", "doet niet meer mee in de regio"},
    [PROTO_REG_ROOT] = {"gets another root key; who has that key speaks for this partner",
        "krijgt een andere hoofdsleutel; wie die heeft, spreekt namens deze partner"},
    [PROTO_REG_PACK] = {"adopts a policy pack", "neemt een beleidspakket aan"},
    [PROTO_REG_QUOTA] = {"may ask for more pseudonyms a day", "mag meer pseudoniemen per dag vragen"},
    [PROTO_REG_ORIGIN] = {"the log goes on without the leaves that are lost", "het logboek gaat door zonder de bladen die weg zijn"},
    [PROTO_REG_WITNESS] = {"cosigns the log with another key", "ondertekent het logboek mee met een andere sleutel"},
};
static const struct sentence a_key = {"the key below counts no more", "de sleutel hieronder telt niet meer"};

void client_says(const struct proto_registry_say *s, const char *about, enum lang lang, char out[CLIENT_SAYS_MAX])
{
    const struct sentence *says = &sentences[s->act < PROTO_REG_ACT_END ? s->act : PROTO_REG_NONE];
    const char *text;

    if (s->act == PROTO_REG_REVOKE && !sodium_is_zero(s->key, sizeof s->key))
        says = &a_key;
    text = lang == LANG_NL ? says->nl : says->en;
    (void)snprintf(out, CLIENT_SAYS_MAX, "%s%s%s", about, about[0] != '\0' ? ": " : "", text != NULL ? text : "?");
}
