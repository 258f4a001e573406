#include "client/cmd_policy_check.h"

#include "base/file.h"
#include "base/text.h"
#include "client/cmd_overlay.h"
#include "client/policy_out.h"
#include "policy/check.h"
#include "policy/files.h"
#include "policy/row.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

const struct client_opt client_cmd_policy_check_opts[] = {
    { .name = "pack",
        .type = CLIENT_OPT_TEXT,
        .required = true,
        .value = "DIR",
        .help = { "the folder of the pack; a draft will do", "de map van het pakket; een concept mag ook" } },
    { .name = "base",
        .type = CLIENT_OPT_TEXT,
        .value = "DIR",
        .help = { "of a region's pack: the pack it is made from; nothing may be looser than that marks",
            "van een regiopakket: het pakket waar het van uitgaat; niets mag soepeler dan dat merkt" } },
    { .name = NULL },
};

struct report {
    struct client_policy_out out;
    cJSON *broken;
    size_t told;
};

static const char *either(const struct report *r, const char *en, const char *nl)
{
    return client_policy_out_either(&r->out, en, nl);
}

static void tell(void *arg, const struct policy_finding *f)
{
    struct report *r = arg;
    FILE *out = r->out.out;
    cJSON *json = json_push_object(r->broken);

    json_add_text(json, "name", f->name);
    json_add_text(json, "text", f->text);
    json_add_text(json, "subject", f->subject);
    json_add_u64(json, "line", f->line);
    json_add_u64(json, "places", f->places);
    json_add_text(json, "case", f->row);
    if (r->out.json)
        return;
    if (r->told++ == 0)
        (void)fprintf(out, "%s\n%s\n\n",
            either(r,
                "Broken. Under each the smallest example, as a row of cases.csv with the answer of now:",
                "Geschonden. Onder elk het kleinste voorbeeld, als rij van cases.csv met het antwoord van "
                "nu:"),
            policy_row_header);
    (void)fprintf(out, "%s%s%s", f->name, f->subject[0] == '\0' ? "" : " ", f->subject);
    if (f->line != 0)
        (void)fprintf(out, " (invariants.csv:%" PRIu32 ")", f->line);
    (void)fprintf(out, ": %s (%" PRIu64 " %s)\n%s\n\n", f->text, f->places,
        f->places == 1 ? either(r, "place", "plaats") : either(r, "places", "plaatsen"), f->row);
}

/* Looser than the base allows: the same as a broken invariant that the base states. */
static void tell_looser(void *arg, const struct client_loosened *l)
{
    struct report *r = arg;
    struct policy_finding f = { .name = "looser_than_base", .text = l->text, .subject = l->rule, .places = l->places,
        .row = l->row[1] };

    tell(r, &f);
}

static void tell_mistake(void *arg, const struct trouble *t)
{
    struct report *r = arg;

    client_policy_out_mistake(&r->out, t);
}

static void progress(void *arg, size_t done, size_t all)
{
    struct report *r = arg;

    client_policy_out_progress(&r->out, done, all);
}

/* Read invariants.csv of the folder. Mistakes were told. */
static enum err load(
    struct report *r, const char *folder, const struct policy_pack *pack, struct policy_invariants **out)
{
    struct trouble t = { .lang = r->out.lang };
    char path[PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_join(path, sizeof path, folder, "invariants.csv");

    if (e == OK)
        e = file_read(path, POLICY_TABLE_BYTES_MAX, &data, &len, &t);
    if (e == OK || e == ERR_NOTFOUND)
        e = policy_invariants_load(pack, data, len, r->out.lang, client_policy_out_mistake, &r->out, out);
    else
        client_policy_out_mistake(&r->out, &t);
    free(data);
    return e;
}

/* What was checked: the digests say of which tables it is true. */
static void summary(struct report *r, const struct client_cmd_policy_check *check,
    const struct policy_pack *pack, const struct policy_invariants *rows, const struct policy_checked *c)
{
    char tables[2 * POLICY_DIGEST_LEN + 1], invariants[2 * POLICY_DIGEST_LEN + 1];
    bool draft = client_policy_out_is_draft(check->pack_dir, pack);
    FILE *out = check->out;

    text_hex(pack->digest, sizeof pack->digest, tables, sizeof tables);
    text_hex(rows->digest, sizeof rows->digest, invariants, sizeof invariants);
    json_add_bool(r->out.whole, "draft", draft);
    json_add_text(r->out.whole, "pack", tables);
    json_add_text(r->out.whole, "invariants", invariants);
    json_add_u64(r->out.whole, "checked", c->invariants);
    json_add_u64(r->out.whole, "places", c->places);
    json_add_u64(r->out.whole, "combinations", c->points);
    if (check->json)
        return;
    if (draft)
        (void)fprintf(out, "%s\n",
            either(r, "This pack is a draft: no pack.json names these tables.",
                "Dit pakket is een concept: geen pack.json noemt deze tabellen."));
    (void)fprintf(out, "%s %s\n%s %s\n", either(r, "pack          ", "pakket        "), tables,
        "invariants.csv", invariants);
    (void)fprintf(out, "%zu %s %" PRIu64 " %s: %zu %s\n", c->invariants,
        either(r, "invariants over", "vaste eisen over"), c->places,
        either(r, "combinations of asker, purpose, holder and section, with all their facts",
            "combinaties van vrager, doel, houder en rubriek, met al hun feiten"),
        c->broken, either(r, "broken", "geschonden"));
}

/* What kept a pack that can be read from being checked. */
static void tell_trouble(struct report *r, enum err e)
{
    struct trouble t = { .lang = r->out.lang };

    if (e == ERR_LONG)
        (void)trouble_at(&t, e, "rules.csv", 0, 0,
            "rules that match together name more events than can be walked through; take fewer apart from "
            "each other",
            "regels die samen gelden noemen meer gebeurtenissen dan te doorlopen zijn; neem er minder los "
            "van elkaar");
    else
        (void)trouble_set(
            &t, e, "not enough memory to check this pack", "te weinig geheugen om dit pakket te controleren");
    client_policy_out_mistake(&r->out, &t);
}

enum err client_cmd_policy_check(const struct client_cmd_policy_check *check, size_t *broken)
{
    struct report r = { .out = { .lang = check->lang, .json = check->json, .out = check->out,
        .on_terminal = check->on_terminal } };
    struct policy_check run = { .lang = check->lang, .report = tell, .progress = progress, .arg = &r };
    struct policy_invariants *rows = NULL;
    struct policy_checked checked = { .broken = 0 };
    struct policy_pack *pack = NULL;
    size_t looser = 0;
    enum err e, printed;

    r.broken = client_policy_out_open(&r.out, "broken");
    e = policy_files_load(check->pack_dir, check->lang, client_policy_out_mistake, &r.out, &pack);
    if (e == OK)
        e = load(&r, check->pack_dir, pack, &rows);
    if (e == OK) {
        run.pack = pack;
        run.invariants = rows;
        e = policy_check_run(&run, &checked);
        if (e == OK && check->base_dir != NULL) {
            e = client_cmd_overlay_prove(
                check->base_dir, pack, check->lang, tell_mistake, tell_looser, &r, &looser);
            checked.broken += looser;
            checked.invariants++;
        }
        client_policy_out_progress(&r.out, 1, 1);
        if (e == OK)
            summary(&r, check, pack, rows, &checked);
        else if (e == ERR_LONG || e == ERR_NOMEM)
            tell_trouble(&r, e);
    }
    printed = client_policy_out_close(&r.out, e == OK && checked.broken == 0);
    if (e == OK)
        e = printed;
    if (e == OK)
        *broken = checked.broken;
    policy_invariants_free(rows);
    policy_pack_free(pack);
    return e;
}

enum err client_cmd_policy_check_run(struct client_run *r)
{
    struct client_cmd_policy_check check = { .pack_dir = client_run_text(r, "pack"),
        .base_dir = client_run_text(r, "base"),
        .lang = r->lang,
        .json = r->json,
        .on_terminal = isatty(STDERR_FILENO) == 1,
        .out = stdout };
    size_t broken = 0;
    enum err e = client_cmd_policy_check(&check, &broken);

    /* As with --from: all was printed, and there is nothing to add but the exit code. */
    r->from = check.pack_dir;
    return e == OK && broken != 0 ? ERR_RANGE : e;
}
