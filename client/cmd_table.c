/* The commands of the foundation, for people. Casework's are in client/desk_cmds.c. */
#include "client/audit_print.h"
#include "client/cmd_list.h"
#include "client/cmd_mirror.h"
#include "client/cmd_outsider.h"
#include "client/cmd_registry.h"
#include "client/cmd_partner.h"
#include "client/cmd_passphrase.h"
#include "client/cmd_adopt.h"
#include "client/cmd_overlay.h"
#include "client/cmd_policy.h"
#include "client/cmd_policy_check.h"
#include "client/cmd_policy_decide.h"
#include "client/cmd_policy_diff.h"
#include "client/cmd_policy_register.h"
#include "client/cmd_rotate.h"
#include "client/cmds.h"
#include "client/desk_print.h"

#define END {NULL, CLIENT_OPT_TEXT, false, {NULL, NULL}, NULL, NULL}
#define ROOT {"root-passphrase", CLIENT_OPT_SECRET, true, {"", ""}, "passphrase of the root key", "wachtzin van de hoofdsleutel"}

static const struct client_opt org_init_opts[] = {
    {"handle", CLIENT_OPT_TEXT, true, {"short name: small letters, digits, -", "korte naam: kleine letters, cijfers, -"}, "NAME", NULL},
    {"kind", CLIENT_OPT_TEXT, true, {"kind of organisation, as in the pack", "soort organisatie, zoals in het pakket"}, "KIND", NULL},
    {"name", CLIENT_OPT_TEXT, true, {"name for people", "naam voor mensen"}, "TEXT", NULL},
    {"root-passphrase", CLIENT_OPT_NEW_SECRET, true, {"", ""}, "new passphrase of the root key", "nieuwe wachtzin van de hoofdsleutel"},
    {"vault-passphrase", CLIENT_OPT_NEW_SECRET, true, {"", ""}, "new passphrase of the vault", "nieuwe wachtzin van de kluis"},
    END};
static const struct client_opt region_make_opts[] = {
    {"name", CLIENT_OPT_TEXT, true, {"short name of the region", "korte naam van de regio"}, "NAME", NULL},
    {"hub", CLIENT_OPT_TEXT, true, {"public file of the hub", "openbaar bestand van de hub"}, "hub.pub", NULL},
    {"keyholder", CLIENT_OPT_TEXT, false, {"public file of the keyholder; without one the hub holds the whole pseudonym key",
        "openbaar bestand van de sleutelhouder; zonder heeft de hub de hele pseudoniemsleutel"}, "keyholder.pub", NULL},
    {"witness", CLIENT_OPT_MANY, false, {"verifier key of a public witness, from outside", "controlesleutel van een openbare getuige, van buiten"}, "VKEY",
        NULL},
    {"pack", CLIENT_OPT_TEXT, true, {"folder of the policy pack, or its digest", "map van het beleidspakket, of zijn digest"}, "DIR", NULL},
    {"out", CLIENT_OPT_TEXT, true, {"the region file to make", "het regiobestand dat wordt gemaakt"}, "FILE", NULL},
    {"org", CLIENT_OPT_ARGS, true, {"public files of the founders", "openbare bestanden van de oprichters"}, "ORG.pub", NULL},
    END};
static const struct client_opt region_sign_opts[] = {
    {"region", CLIENT_OPT_TEXT, true, {"the region file; the signature is added to it", "het regiobestand; de handtekening komt erbij"}, "FILE", NULL},
    ROOT, END};
static const struct client_opt region_show_opts[] = {
    {"file", CLIENT_OPT_ARG, true, {"the region file", "het regiobestand"}, "FILE", NULL}, END};
static const struct client_opt hub_join_opts[] = {
    {"region", CLIENT_OPT_TEXT, false, {"the signed region file", "het ondertekende regiobestand"}, "FILE", NULL},
    {"pack", CLIENT_OPT_TEXT, false, {"folder of the policy pack: it is copied into the home folder", "map van het beleidspakket: het wordt overgenomen"},
        "DIR", NULL},
    {"request", CLIENT_OPT_TEXT, false, {"write the request for the hub here", "schrijf het verzoek aan de hub hier"}, "join.req", NULL},
    {"welcome", CLIENT_OPT_TEXT, false, {"read the hub's answer from here", "lees het antwoord van de hub hier"}, "welcome", NULL},
    END};
static const struct client_opt keyholder_init_opts[] = {
    {"name", CLIENT_OPT_TEXT, true, {"short name: small letters, digits, -", "korte naam: kleine letters, cijfers, -"}, "NAME", NULL},
    {"listen", CLIENT_OPT_TEXT, true, {"where it listens", "waar hij luistert"}, "HOST:PORT", NULL},
    {"address", CLIENT_OPT_TEXT, false, {"where partners reach it, if that is another", "waar partners hem bereiken, als dat anders is"},
        "HOST:PORT", NULL},
    {"plain", CLIENT_OPT_FLAG, false, {"tcp without TLS, on this machine only", "tcp zonder TLS, alleen op deze machine"}, NULL, NULL},
    {"passphrase", CLIENT_OPT_NEW_SECRET, true, {"", ""}, "new passphrase of the keyholder", "nieuwe wachtzin van de sleutelhouder"},
    END};
static const struct client_opt keyholder_join_opts[] = {
    {"region", CLIENT_OPT_ARG, true, {"the region file, signed by all", "het regiobestand, door allen ondertekend"}, "FILE", NULL}, END};
static const struct client_opt keyholder_run_opts[] = {
    {"passphrase", CLIENT_OPT_SECRET, true, {"", ""}, "passphrase of the keyholder", "wachtzin van de sleutelhouder"}, END};
static const struct client_opt keyholder_rotate_opts[] = {
    {"key", CLIENT_OPT_ARG, false, {"tls (also without a word) or witness", "tls (ook zonder woord) of witness"}, "KEY", NULL},
    {"passphrase", CLIENT_OPT_SECRET, true, {"", ""}, "passphrase of the keyholder", "wachtzin van de sleutelhouder"}, END};
static const struct client_opt keyholder_block_opts[] = {
    {"partner", CLIENT_OPT_ARG, true, {"handle of the partner", "korte naam van de partner"}, "HANDLE", NULL},
    {"undo", CLIENT_OPT_FLAG, false, {"end the block", "maak de blokkade ongedaan"}, NULL, NULL}, END};
static const struct client_opt node_opts[] = {
    {"vault-passphrase", CLIENT_OPT_SECRET, true, {"", ""}, "passphrase of the vault", "wachtzin van de kluis"}, END};
static const struct client_opt register_derive_opts[] = {
    {"file", CLIENT_OPT_ARG, true, {"a .csv file with a column number, and open_case (yes or no) if known",
        "een .csv-bestand met een kolom number, en open_case (ja of nee) als dat bekend is"}, "FILE", NULL}, END};
static const struct client_opt login_opts[] = {
    {"passphrase", CLIENT_OPT_SECRET, true, {"", ""}, "your passphrase", "uw wachtzin"}, END};
static const struct client_opt staff_add_opts[] = {
    {"name", CLIENT_OPT_TEXT, true, {"name of the person", "naam van de persoon"}, "TEXT", NULL},
    {"role", CLIENT_OPT_TEXT, true, {"caseworker, coordinator, second (second person), officer (privacy officer), fg (data protection officer), "
        "adopter (of policy), "
        "admin (administrator)", "caseworker (behandelaar), coordinator, second (tweede persoon), officer (privacy officer), fg (functionaris "
        "gegevensbescherming), adopter (neemt beleid aan), admin (beheerder)"},
        "ROLE", NULL},
    {"login", CLIENT_OPT_TEXT, false, {"what to log in with; else made from the name", "waarmee men zich aanmeldt; anders uit de naam"}, "LOGIN", NULL},
    {"passphrase", CLIENT_OPT_NEW_SECRET, true, {"", ""}, "new passphrase of this person", "nieuwe wachtzin van deze persoon"},
    END};
static const struct client_opt staff_end_opts[] = {
    {"login", CLIENT_OPT_TEXT, true, {"who leaves", "wie vertrekt"}, "LOGIN", NULL}, END};
static const struct client_opt verify_opts[] = {
    {"region", CLIENT_OPT_TEXT, true, {"the region file: whose log this is", "het regiobestand: wiens logboek dit is"}, "FILE", NULL},
    {"log", CLIENT_OPT_TEXT, false, {"folder with a copy of the log", "map met een kopie van het logboek"}, "DIR", NULL},
    {"receipts", CLIENT_OPT_TEXT, false, {"folder with receipts, as archive export makes it", "map met ontvangstbewijzen, van archive export"}, "DIR", NULL},
    END};
static const struct client_opt archive_export_opts[] = {
    {"out", CLIENT_OPT_TEXT, true, {"the folder to make", "de map die wordt gemaakt"}, "DIR", NULL},
    {"first", CLIENT_OPT_NUMBER, false, {"from this running number", "vanaf dit volgnummer"}, "N", NULL},
    {"last", CLIENT_OPT_NUMBER, false, {"up to this running number", "tot en met dit volgnummer"}, "N", NULL},
    END};
static const struct client_opt audit_opts[] = {
    {"number", CLIENT_OPT_TEXT, false, {"only this child", "alleen dit kind"}, "NUMBER", NULL},
    {"case", CLIENT_OPT_TEXT, false, {"only this case", "alleen deze casus"}, "ID", NULL},
    {"partner", CLIENT_OPT_TEXT, false, {"only to and from this partner", "alleen aan en van deze partner"}, "HANDLE", NULL},
    {"from", CLIENT_OPT_TEXT, false, {"from this day", "vanaf deze dag"}, "DATE", NULL},
    {"to", CLIENT_OPT_TEXT, false, {"up to and with this day", "tot en met deze dag"}, "DATE", NULL},
    {"csv", CLIENT_OPT_FLAG, false, {"everything, as a table for a spreadsheet", "alles, als tabel voor een rekenblad"}, NULL, NULL},
    CLIENT_CMD_LIST_PAGE, CLIENT_CMD_LIST_ALL,
    END};
static const struct client_opt audit_complete_opts[] = {
    {"from", CLIENT_OPT_TEXT, false, {"from this day", "vanaf deze dag"}, "DATE", NULL},
    {"to", CLIENT_OPT_TEXT, false, {"up to and with this day", "tot en met deze dag"}, "DATE", NULL},
    END};
static const struct client_opt backup_opts[] = {
    {"folder", CLIENT_OPT_ARG, true, {"the folder to make", "de map die wordt gemaakt"}, "FOLDER", NULL},
    END};
static const struct client_opt restore_opts[] = {
    {"folder", CLIENT_OPT_ARG, true, {"the backup", "de reservekopie"}, "FOLDER", NULL},
    END};
static const struct client_opt audit_clear_opts[] = {
    {"reason", CLIENT_OPT_TEXT, true, {"what was found out", "wat is uitgezocht"}, "TEXT", NULL},
    END};

static const struct client_opt log_accept_opts[] = {
    {"reason", CLIENT_OPT_TEXT, true, {"what was found out, in 10 to 600 characters", "wat is uitgezocht, in 10 tot 600 tekens"}, "TEXT", NULL}, END};

static const struct client_opt log_compare_opts[] = {
    {"checkpoint", CLIENT_OPT_FILE, true, {"the file checkpoint of the other's copy of the log (hub mirror)",
        "het bestand checkpoint van de kopie van het logboek van de ander (hub mirror)"}, "FILE", NULL}, END};

const struct client_cmd client_base_cmds[] = {
    {"org init", {"make this organisation's folder and keys", "maak de map en sleutels van deze organisatie"}, org_init_opts, NULL,
        client_cmd_org_init, NULL},
    {"org login", {"the administrator logs in", "de beheerder meldt zich aan"}, login_opts, NULL, client_cmd_login, NULL},
    {"org rotate", {"another key in the place of one", "een andere sleutel in plaats van een"}, client_cmd_rotate_opts, NULL,
        client_cmd_org_rotate, NULL},
    {"org passphrase", {"another passphrase of the root key or the vault", "een andere wachtzin van de hoofdsleutel of de kluis"},
        client_cmd_org_passphrase_opts, NULL, client_cmd_org_passphrase, NULL},
    {"org status", {"how this organisation's node is doing", "hoe het met het knooppunt gaat"}, NULL, "status", NULL, client_status_print},
    {"region make", {"make a region file from public files", "maak een regiobestand van openbare bestanden"}, region_make_opts, NULL,
        client_cmd_region_make, NULL},
    {"region sign", {"sign a region file as a founder", "onderteken een regiobestand als oprichter"}, region_sign_opts, NULL,
        client_cmd_region_sign, NULL},
    {"region show", {"what a region file says, and who signed it", "wat een regiobestand zegt, en wie het ondertekende"}, region_show_opts,
        NULL, client_cmd_region_show, NULL},
    {"hub join", {"join a hub: two files carried by people", "sluit aan bij een hub: twee bestanden die mensen brengen"}, hub_join_opts, NULL,
        client_cmd_hub_join, NULL},
    {"hub mirror", {"copy the log into a folder, or go on with it", "kopieer het logboek in een map, of ga ermee verder"}, client_cmd_mirror_opts,
        NULL, client_cmd_hub_mirror, NULL},
    {"keyholder init", {"make the second share of the pseudonym key", "maak het tweede deel van de pseudoniemsleutel"}, keyholder_init_opts,
        NULL, client_cmd_keyholder_init, NULL},
    {"keyholder join", {"serve this region", "dien deze regio"}, keyholder_join_opts, NULL, client_cmd_keyholder_join, NULL},
    {"keyholder run", {"answer partners, in the foreground", "antwoord partners, op de voorgrond"}, keyholder_run_opts, NULL,
        client_cmd_keyholder_run, NULL},
    {"keyholder rotate", {"make another TLS key, or another to cosign with; it says what is next",
        "maak een andere TLS-sleutel, of een andere om mee te ondertekenen; het zegt wat volgt"},
        keyholder_rotate_opts, NULL, client_cmd_keyholder_rotate, NULL},
    {"keyholder passphrase", {"another passphrase of the keyholder", "een andere wachtzin van de sleutelhouder"}, client_cmd_keyholder_passphrase_opts,
        NULL, client_cmd_keyholder_passphrase, NULL},
    {"keyholder block", {"answer a partner no more", "antwoord een partner niet meer"}, keyholder_block_opts, NULL,
        client_cmd_keyholder_block, NULL},
    {"keyholder status", {"does it answer, and who asked how much today", "antwoordt hij, en wie vroeg vandaag hoeveel"}, NULL, NULL,
        client_cmd_keyholder_status, NULL},
    {"node", {"run this partner's node", "draai het knooppunt van deze partner"}, node_opts, NULL, client_cmd_node, NULL},
    {"staff add", {"add somebody who works here", "voeg een medewerker toe"}, staff_add_opts, "staff.add", NULL, NULL},
    {"staff list", {"who works here", "wie hier werkt"}, NULL, "staff.list", NULL, NULL},
    {"staff end", {"somebody leaves", "iemand vertrekt"}, staff_end_opts, "staff.end", NULL, client_desk_print},
    {"staff revoke", {"a person's key counts no more, everywhere", "iemands sleutel telt niet meer, overal"}, client_cmd_staff_revoke_opts,
        "staff.revoke", NULL, client_desk_print},
    {"partner propose", {"propose an organisation, a root or witness key, a quota or a new origin of the log",
        "stel een organisatie, hoofd- of getuigesleutel, quotum of nieuwe oorsprong van het logboek voor"},
        client_cmd_partner_propose_opts, NULL, client_cmd_partner_propose, NULL},
    {"partner sign", {"sign what another partner proposed", "onderteken wat een andere partner voorstelde"}, client_cmd_partner_sign_opts, NULL,
        client_cmd_partner_sign, NULL},
    {"partner revoke", {"an organisation or a key takes no part any more", "een organisatie of sleutel doet niet meer mee"},
        client_cmd_partner_revoke_opts, NULL, client_cmd_partner_revoke, NULL},
    {"partner send", {"send a signed statement to the registry", "stuur een ondertekende verklaring naar het register"},
        client_cmd_partner_send_opts, "partner.send", NULL, client_desk_print},
    {"partner list", {"who takes part, and what was revoked", "wie meedoet, en wat is ingetrokken"}, NULL, "partner.list", NULL, NULL},
    {"partner export", {"write the registry to a file, also while the hub is away", "schrijf het register naar een bestand, ook als de hub er niet is"},
        client_cmd_partner_export_opts, NULL, client_cmd_partner_export, NULL},
    {"witness sign", {"who runs a public witness changes its key: the one of before signs",
        "wie een openbare getuige beheert wisselt diens sleutel: de oude tekent"},
        client_cmd_outsider_opts, NULL, client_cmd_outsider_sign, NULL},
    {"login", {"open a session of 8 hours", "open een sessie van 8 uur"}, login_opts, NULL, client_cmd_login, NULL},
    {"logout", {"end the session", "sluit de sessie"}, NULL, NULL, client_cmd_logout, NULL},
    {"passphrase", {"another passphrase of your own", "een andere wachtzin van uzelf"}, client_cmd_own_passphrase_opts, "passphrase", NULL, NULL},
    {"status", {"hub, outbox, log, certificates, people", "hub, verzending, logboek, certificaten, mensen"}, NULL, "status", NULL, client_status_print},
    {"register derive", {"make the pseudonyms of a whole register", "maak de pseudoniemen van een heel register"}, register_derive_opts, NULL,
        client_cmd_register_derive, NULL},
    {"register status", {"how many pseudonyms are still to be made", "hoeveel pseudoniemen nog te maken zijn"}, NULL, "register.status", NULL,
        NULL},
    {"audit", {"who asked, granted, opened what, why and on which ground", "wie vroeg, stond toe, opende wat, waarom en op welke grond"}, audit_opts,
        "audit", client_cmd_audit, client_audit_print},
    {"audit complete", {"is that list complete for a period, with proof", "is die lijst volledig voor een periode, met bewijs"}, audit_complete_opts,
        NULL, client_cmd_audit_complete, client_audit_print_complete},
    {"audit check", {"look at what the hub logged about us now, and answer", "kijk nu na wat de hub over ons logde, en antwoord"}, NULL, "audit.check",
        NULL, NULL},
    {"audit clear", {"a bad opening was looked into: go on", "een slechte opening is uitgezocht: ga verder"}, audit_clear_opts, "audit.clear", NULL,
        NULL},
    {"backup", {"copy everything that is needed to put this partner back; the node may run",
        "kopieer alles wat nodig is om deze partner terug te zetten; het knooppunt mag draaien"},
        backup_opts, NULL, client_cmd_backup, NULL},
    {"restore", {"put this partner back from a backup", "zet deze partner terug uit een reservekopie"}, restore_opts, NULL, client_cmd_restore, NULL},
    {"archive export", {"what was sent and received, with proof, as files", "wat is verstuurd en ontvangen, met bewijs, als bestanden"},
        archive_export_opts, NULL, client_cmd_archive_export, NULL},
    {"log accept", {"the log contradicted itself, and it was looked into: go on", "het logboek sprak zichzelf tegen, en dat is uitgezocht: ga verder"},
        log_accept_opts, "log.accept", NULL, NULL},
    {"log compare", {"did another partner see the same log? By what the log signed for it",
        "zag een andere partner hetzelfde logboek? Aan wat het logboek voor hem ondertekende"},
        log_compare_opts, "log.compare", NULL, NULL},
    {"verify", {"check a copy of the log and receipts, offline", "controleer een kopie van het logboek en ontvangstbewijzen"}, verify_opts,
        NULL, client_cmd_verify, client_verify_print},
    {"policy test", {"a pack against worked cases", "een pakket tegen uitgewerkte gevallen"}, client_cmd_policy_opts, NULL,
        client_cmd_policy_run, NULL},
    {"policy decide", {"one question to a pack: facts as JSON in, answers as JSON out", "een vraag aan een pakket: feiten als JSON erin, antwoorden eruit"},
        client_cmd_policy_decide_opts, NULL, client_cmd_policy_decide_run, NULL},
    {"policy explain", {"the same in plain words: what is needed, and who can do it", "hetzelfde in gewone woorden: wat nodig is, en wie het kan doen"},
        client_cmd_policy_decide_opts, NULL, client_cmd_policy_explain_run, NULL},
    {"policy register", {"the record of processing activities (GDPR art. 30)", "het register van verwerkingen (AVG artikel 30)"},
        client_cmd_policy_register_opts, NULL, client_cmd_policy_register_run, NULL},
    {"policy check", {"what is true of a whole pack", "wat waar is van een heel pakket"}, client_cmd_policy_check_opts, NULL,
        client_cmd_policy_check_run, NULL},
    {"policy diff", {"every decision that changes between two packs", "elke beslissing die verandert tussen twee pakketten"},
        client_cmd_policy_diff_opts, NULL, client_cmd_policy_diff_run, NULL},
    {"policy overlay", {"a region's pack: the base with the rows that differ, proven not looser than it allows",
        "een pakket van een regio: de basis met de rijen die afwijken, bewezen niet soepeler dan die toestaat"},
        client_cmd_overlay_opts, NULL, client_cmd_overlay, NULL},
    {"policy pack", {"pack.json beside the tables: what the pack is called, and from when it counts",
        "pack.json bij de tabellen: hoe het pakket heet, en vanaf wanneer het geldt"},
        client_cmd_adopt_pack_opts, NULL, client_cmd_adopt_pack, NULL},
    {"policy adopt propose", {"make pack.json and sign it as the first adopter", "maak pack.json en onderteken die als eerste aannemer"},
        client_cmd_adopt_propose_opts, NULL, client_cmd_adopt_propose, NULL},
    {"policy adopt sign", {"sign as the adopter of another partner", "onderteken als aannemer van een andere partner"}, client_cmd_adopt_sign_opts,
        NULL, client_cmd_adopt_sign, NULL},
    {"policy adopt advise", {"a data protection officer advises", "een functionaris gegevensbescherming adviseert"}, client_cmd_adopt_advise_opts,
        NULL, client_cmd_adopt_advise, NULL},
    {"policy adopt list", {"who signed, who advised, and whether it is enough", "wie tekende, wie adviseerde, en of het genoeg is"},
        client_cmd_adopt_list_opts, NULL, client_cmd_adopt_list, NULL},
    {"policy adopt take", {"keep an adopted pack here; it counts from its day", "bewaar een aangenomen pakket hier; het geldt vanaf zijn dag"},
        client_cmd_adopt_take_opts, NULL, client_cmd_adopt_take, NULL},
    {NULL, {NULL, NULL}, NULL, NULL, NULL, NULL},
};
