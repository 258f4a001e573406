#include "proto/registry_why.h"

static const struct { const char *name, *en, *nl; } rows[PROTO_REG_WHY_END] = {
    [PROTO_REG_COUNTS] = {"COUNTS", "The statement counts.", "De verklaring telt."},
    [PROTO_REG_MALFORMED] = {"MALFORMED", "The statement does not have the form of the registry. Make it again with this program.",
        "De verklaring heeft niet de vorm van het register. Maak haar opnieuw met dit programma."},
    [PROTO_REG_OTHER_REGION] = {"OTHER_REGION", "The statement is for another region. Make one for this region.",
        "De verklaring is voor een andere regio. Maak er een voor deze regio."},
    [PROTO_REG_REPLAYED] = {"REPLAYED", "This statement is in the registry already. Make a new one if something else must be said.",
        "Deze verklaring staat al in het register. Maak een nieuwe als er iets anders gezegd moet worden."},
    [PROTO_REG_EXPIRED] = {"EXPIRED", "The statement came too late, or was made by a clock that runs ahead. Propose it again.",
        "De verklaring kwam te laat, of is gemaakt met een klok die voorloopt. Stel haar opnieuw voor."},
    [PROTO_REG_UNKNOWN_SIGNER] = {"UNKNOWN_SIGNER", "A signature is not by the present root key of a partner. Let a partner sign.",
        "Een handtekening is niet van de huidige hoofdsleutel van een partner. Laat een partner tekenen."},
    [PROTO_REG_BAD_SIGNATURE] = {"BAD_SIGNATURE", "A signature does not fit the text. Sign the file as it was proposed.",
        "Een handtekening past niet bij de tekst. Teken het bestand zoals het is voorgesteld."},
    [PROTO_REG_REVOKED_SIGNER] = {"REVOKED_SIGNER", "A partner that signed does not take part any more. Let another partner sign.",
        "Een partner die tekende doet niet meer mee. Laat een andere partner tekenen."},
    [PROTO_REG_SAME_PARTNER] = {"SAME_PARTNER", "Both signatures are of one partner. Let another partner sign.",
        "Beide handtekeningen zijn van een en dezelfde partner. Laat een andere partner tekenen."},
    [PROTO_REG_ONE_SIGNER] = {"ONE_SIGNER", "Two partners must sign this. Let another partner sign it with `schakel partner sign`.",
        "Hiervoor moeten twee partners tekenen. Laat een andere partner tekenen met `schakel partner sign`."},
    [PROTO_REG_TOO_MANY] = {"TOO_MANY", "There are more signatures than this needs. Propose it again and let only who must sign.",
        "Er staan meer handtekeningen dan hier nodig zijn. Stel het opnieuw voor en laat alleen tekenen wie dat moet."},
    [PROTO_REG_OWN] = {"OWN", "A partner cannot sign about itself here. Let two other partners sign.",
        "Een partner kan hier niet over zichzelf tekenen. Laat twee andere partners tekenen."},
    [PROTO_REG_NOT_ADOPTER] = {"NOT_ADOPTER", "The key that signed may not say this. Let the root key sign, or for a pack an adopter.",
        "De sleutel die tekende mag dit niet zeggen. Laat de hoofdsleutel tekenen, of voor een pakket een vaststeller."},
    [PROTO_REG_UNKNOWN_PARTNER] = {"UNKNOWN_PARTNER", "The organisation is not a partner of this region. See: schakel partner list.",
        "De organisatie is geen partner van deze regio. Zie: schakel partner list."},
    [PROTO_REG_REVOKED] = {"REVOKED", "The organisation or key was revoked, and that cannot be undone. Let it join with a new root key.",
        "De organisatie of sleutel is ingetrokken, en dat kan niet ongedaan worden. Laat haar met een nieuwe hoofdsleutel aansluiten."},
    [PROTO_REG_EXISTS] = {"EXISTS", "The organisation, its short name or its key is in the region already. Choose another.",
        "De organisatie, de korte naam of de sleutel staat al in de regio. Kies een andere."},
    [PROTO_REG_ALREADY] = {"ALREADY", "The registry says this already. Nothing needs to be done.",
        "Het register zegt dit al. Er hoeft niets te gebeuren."},
    [PROTO_REG_BAD_TIME] = {"BAD_TIME", "The times do not fit: until lies after from, and a revocation is never for later.",
        "De tijden kloppen niet: tot ligt na van, en een intrekking is nooit voor later."},
    [PROTO_REG_FULL] = {"FULL", "There is no room for more of this, or the partner used its share. A key: let its root key, or two others, revoke it.",
        "Hier is geen plaats meer voor, of de partner gebruikte zijn deel. Een sleutel: laat de hoofdsleutel of twee anderen intrekken."},
    [PROTO_REG_BY_OPERATOR] = {"BY_OPERATOR", "No node brings this. Give the file to the hub's operator: schakel-hub restore --new-origin FILE BACKUP.",
        "Dit brengt geen knooppunt. Geef het bestand aan de beheerder van de hub: schakel-hub restore --new-origin BESTAND RESERVEKOPIE."},
    [PROTO_REG_NOT_WITNESS] = {"NOT_WITNESS",
        "The witness key that this replaces is not the one that counts now, or must sign this itself. Make it again where that key is.",
        "De getuigesleutel die dit vervangt is niet die nu telt, of moet dit zelf tekenen. Maak het opnieuw waar die sleutel is."},
    [PROTO_REG_NOT_OWN] = {"NOT_OWN", "The organisation whose witness key this is must sign it with its root key: schakel partner sign.",
        "De organisatie van deze getuigesleutel moet dit tekenen met haar hoofdsleutel: schakel partner sign."},
};

const char *proto_registry_why_name(enum proto_registry_why w)
{
    return (unsigned)w < PROTO_REG_WHY_END ? rows[w].name : "?";
}

const char *proto_registry_why_text(enum proto_registry_why w, enum lang lang)
{
    unsigned i = (unsigned)w < PROTO_REG_WHY_END ? (unsigned)w : PROTO_REG_MALFORMED;

    return lang == LANG_NL ? rows[i].nl : rows[i].en;
}
