#include "proto/refusal.h"

struct row {
    const char *name;
    enum err err;
    int may_retry;
    const char *en, *nl;
};

static const struct row rows[PROTO_REFUSAL_END] = {
    [PROTO_ACCEPTED] = {"ACCEPTED", OK, 0, "The hub accepted the message.", "De hub heeft het bericht aangenomen."},
    [PROTO_NOT_A_FRAME] = {"NOT_A_FRAME", ERR_SYNTAX, 1,
        "What arrived is not a Schakel message. It is sent again; if it stays so, check that this program and the hub have versions that fit.",
        "Wat aankwam is geen bericht van Schakel. Het wordt opnieuw verstuurd; blijft het zo, kijk dan of dit programma en de hub bij elkaar passen."},
    [PROTO_MALFORMED] = {"MALFORMED", ERR_SYNTAX, 0,
        "A field of the message is not in the right form. Update this program; if it stays so, tell the hub's operator.",
        "Een veld van het bericht heeft niet de juiste vorm. Werk dit programma bij; blijft het zo, meld het de beheerder van de hub."},
    [PROTO_WRONG_KIND] = {"WRONG_KIND", ERR_RANGE, 1,
        "The message is signed as another kind than it was sent as, or only the hub may send it. Update this program.",
        "Het bericht is als een andere soort ondertekend dan verstuurd, of alleen de hub mag het sturen. Werk dit programma bij."},
    [PROTO_UNKNOWN_KEY] = {"UNKNOWN_KEY", ERR_KEY, 1,
        "The hub knows no valid certificate for the signing key. Renew the certificates of this node or log in again.",
        "De hub kent geen geldig certificaat voor de sleutel van de handtekening. Vernieuw de certificaten van deze node of log opnieuw in."},
    [PROTO_BAD_SIGNATURE] = {"BAD_SIGNATURE", ERR_SIGNATURE, 1,
        "A signature does not fit the message: it was changed on its way. It is sent again; if it stays so, have the keys of this node checked.",
        "Een handtekening past niet bij het bericht: het is onderweg veranderd. Het wordt opnieuw verstuurd; blijft het zo, laat de "
        "sleutels van deze node nakijken."},
    [PROTO_WRONG_REGION] = {"WRONG_REGION", ERR_CONFIG, 0,
        "The message is for another region than this hub's. Check the region file and the hub's address.",
        "Het bericht is voor een andere regio dan die van deze hub. Controleer het regiobestand en het adres van de hub."},
    [PROTO_NOT_YOURS] = {"NOT_YOURS", ERR_DENIED, 0,
        "This belongs to another organisation than the one that signed. Let that organisation do it.",
        "Dit hoort bij een andere organisatie dan die ondertekende. Laat die organisatie het doen."},
    [PROTO_STALE] = {"STALE", ERR_EXPIRED, 1,
        "The message is too old, comes from the future or has ended. Check the clock of this machine and send it again.",
        "Het bericht is te oud, komt uit de toekomst of is verlopen. Controleer de klok van deze machine en stuur het opnieuw."},
    [PROTO_REPLAYED] = {"REPLAYED", ERR_REPLAY, 0,
        "The number of this message was used for another message. Make a new one.",
        "Het nummer van dit bericht is al voor een ander bericht gebruikt. Maak een nieuw bericht."},
    [PROTO_UNKNOWN_PARTNER] = {"UNKNOWN_PARTNER", ERR_NOTFOUND, 0,
        "An organisation in the message does not belong to this region. Choose one from the list of partners.",
        "Een organisatie in het bericht hoort niet bij deze regio. Kies er een uit de lijst van partners."},
    [PROTO_BLOCKED] = {"BLOCKED", ERR_DENIED, 1,
        "The hub's operator has blocked this organisation. Call the operator to hear why and what to do.",
        "De beheerder van de hub heeft deze organisatie geblokkeerd. Bel de beheerder om te horen waarom en wat u kunt doen."},
    [PROTO_OTHER_PACK] = {"OTHER_PACK", ERR_VERSION, 0,
        "The message follows other rules than those now in force here. Install the rules in force and ask again.",
        "Het bericht volgt andere regels dan hier nu gelden. Zet de geldende regels erin en vraag het opnieuw."},
    [PROTO_UNKNOWN_NAME] = {"UNKNOWN_NAME", ERR_RANGE, 0,
        "A purpose, section, event or kind in the message is not in the rules. Choose one that is.",
        "Een doel, onderdeel, gebeurtenis of soort in het bericht staat niet in de regels. Kies er een die er wel in staat."},
    [PROTO_NOT_FOUND] = {"NOT_FOUND", ERR_NOTFOUND, 0,
        "What the message is about is not known here, or no longer. Look whether it has ended, and start again if needed.",
        "Waar het bericht over gaat is hier niet of niet meer bekend. Kijk of het is afgelopen en begin zo nodig opnieuw."},
    [PROTO_WRONG_STATE] = {"WRONG_STATE", ERR_STATE, 0,
        "This cannot be done now: it was ended or answered, or a step comes first. Look at its state and do that step.",
        "Dit kan nu niet: het is beëindigd of beantwoord, of er hoort eerst een andere stap. Bekijk de stand en doe die stap."},
    [PROTO_NOT_ADDRESSED] = {"NOT_ADDRESSED", ERR_DENIED, 0,
        "A statement that this relies on was not sent to both organisations, so it does not count here. Have it sent to both.",
        "Een verklaring waarop dit steunt is niet aan beide organisaties gestuurd en telt hier dus niet. Laat haar aan beide sturen."},
    [PROTO_DENIED] = {"DENIED", ERR_DENIED, 0,
        "The rules do not let this through. For each section the answer says why and which step is missing.",
        "De regels laten dit niet door. Bij elk onderdeel staat waarom en welke stap nog ontbreekt."},
    [PROTO_DIGEST_DIFFERS] = {"DIGEST_DIFFERS", ERR_SIGNATURE, 0,
        "What was sent is not what was granted, so it was stopped. Grant it again and send that.",
        "Wat is verstuurd is niet wat is toegestaan en is daarom tegengehouden. Sta het opnieuw toe en stuur dat."},
    [PROTO_QUOTA] = {"QUOTA", ERR_QUOTA, 1,
        "The number allowed for one day is used up. It goes on by itself tomorrow.",
        "Het aantal dat op een dag mag is op. Het gaat morgen vanzelf verder."},
    [PROTO_FULL] = {"FULL", ERR_FULL, 1,
        "The hub's disk is nearly full and takes no disclosures; a withdrawal still works. Try later and tell the operator.",
        "De schijf van de hub is bijna vol en neemt geen verstrekkingen aan; intrekken kan wel. Probeer later en meld het de beheerder."},
    [PROTO_NOT_YET] = {"NOT_YET", ERR_STATE, 0,
        "This hub cannot do this yet. Arrange it outside Schakel, or wait for a newer version.",
        "Deze hub kan dit nog niet. Regel het buiten Schakel om, of wacht op een nieuwere versie."},
    [PROTO_ROLE_NOT_ALLOWED] = {"ROLE_NOT_ALLOWED", ERR_DENIED, 0,
        "The role of this person may not do this. Ask a colleague whose role may.",
        "De rol van deze persoon mag dit niet. Vraag een collega met een rol die dit wel mag."},
    [PROTO_OVERTAKEN] = {"OVERTAKEN", ERR_BUSY, 0,
        "A newer call of this node took over the waiting. Nothing needs to be done.",
        "Een nieuwere oproep van deze node heeft het wachten overgenomen. U hoeft niets te doen."},
    [PROTO_TROUBLE] = {"TROUBLE", ERR_PEER, 1,
        "Something went wrong at the hub. Nothing was lost; try again later.",
        "Er ging iets mis bij de hub. Er is niets verloren; probeer het later opnieuw."},
    [PROTO_NO_OFFICER] = {"NO_OFFICER", ERR_EXPIRED, 1,
        "The key of this organisation's privacy officer ended over 30 days ago. Make a new one (schakel org rotate); reading and withdrawing go on.",
        "De sleutel van uw privacy officer is meer dan 30 dagen verlopen. Maak een nieuwe (schakel org rotate); lezen en intrekken kan wel."},
    [PROTO_REVOKED] = {"REVOKED", ERR_DENIED, 0,
        "The partners have revoked this organisation or this key. Ask two partners why; it can only come back with a new key.",
        "De partners hebben deze organisatie of deze sleutel ingetrokken. Vraag twee partners waarom; terugkomen kan alleen met een nieuwe sleutel."},
};

/* A newer hub may know more numbers than this program. */
static const struct row unknown = {"?", ERR_VERSION, 0, "The hub refused for a reason that this program does not know. Update this program.",
    "De hub weigerde om een reden die dit programma niet kent. Werk dit programma bij."};

static const struct row *row_of(enum proto_refusal r)
{
    return (unsigned)r < PROTO_REFUSAL_END ? &rows[r] : &unknown;
}

const char *proto_refusal_name(enum proto_refusal r)
{
    return row_of(r)->name;
}

const char *proto_refusal_text(enum proto_refusal r, enum lang lang)
{
    return lang == LANG_NL ? row_of(r)->nl : row_of(r)->en;
}

enum err proto_refusal_err(enum proto_refusal r)
{
    return row_of(r)->err;
}

int proto_refusal_may_retry(enum proto_refusal r)
{
    return row_of(r)->may_retry;
}
