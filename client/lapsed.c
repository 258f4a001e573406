#include "client/lapsed.h"

#include <stdio.h>

bool client_lapsed_explains(const struct client_facts *f, const char *section)
{
    if (f->lapsed.why == CLIENT_LAPSED_NOT || f->to_tick.count != 0 || !proto_sections_has(&f->lapsed.sections, section))
        return false;
    for (uint16_t i = 0; i < f->consent_count; i++)
        if (proto_sections_has(&f->consent[i].sections, section))
            return false;
    return true;
}

void client_lapsed_text(const struct client_node *n, enum lang lang, const struct client_lapsed *l, char *out, size_t out_len)
{
    const struct proto_partner *by = proto_region_partner(&n->region, l->by);
    const char *name = by != NULL ? by->handle : "?";
    bool nl = lang == LANG_NL;
    char day[11] = "";

    out[0] = '\0';
    date_format(clock_date_nl(l->at_s), day);
    switch (l->why) {
    case CLIENT_LAPSED_WITHDRAWN:
        (void)snprintf(out, out_len, nl ? "De toestemming is ingetrokken, op %s, volgens %s." : "The consent was withdrawn, on %s, says %s.", day, name);
        break;
    case CLIENT_LAPSED_OVER:
        (void)snprintf(out, out_len, nl ? "De toestemming die %s vastlegde op %s is voorbij: de termijn is om, of het kind is jarig geweest."
                                        : "The consent that %s recorded on %s is over: its term has ended, or the child had a birthday.", name, day);
        break;
    case CLIENT_LAPSED_SILENT:
        (void)snprintf(out, out_len, nl
                ? "Er is toestemming, maar %s, die haar vastlegde, liet er na %s niets meer van horen; daarom telt zij nu niet. Bel %s: draait daar het knooppunt, "
                  "dan telt zij vanzelf weer, of u hoort dat zij is ingetrokken."
                : "There is a consent, but %s, who recorded it, has said nothing of it since %s; so it does not count now. Call %s: once the node "
                  "there runs it counts again "
                  "by itself, or you hear that it was withdrawn.", name, day, name);
        break;
    case CLIENT_LAPSED_NOT: break;
    }
}
