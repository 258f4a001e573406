/*
 * schakel-hub restore: a home put back from a backup. Nothing that is there is written over; what the home still knows counts, not what the
 * backup knew; the store comes into its place when it is whole, in one step. Killed at any moment it can be given again. When nobody has all
 * leaves it says what is lost (--lost), for two partners to sign, and then goes on under the log's next origin (--new-origin).
 */
#include "hub/backup.h"

#include "base/file.h"
#include "base/folder.h"
#include "base/text.h"
#include "hub/home.h"
#include "hub/origin.h"
#include "proto/originfile.h"
#include "proto/registry_say.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WHOLE_MAX = 4096, OWN_FILE_MODE = 0600, PUBLIC_FILE_MODE = 0644 };

static const char whole_name[] = "whole";

/* In the home from before anything is copied until the end: the signer's memory there is the backup's, not the newest. */
static const char lost_name[] = "signer.lost";

/* A restore under way: paths in the home and in the backup. */
struct restoring {
    char store[HUB_PATH_MAX], fresh[HUB_PATH_MAX], lost[HUB_PATH_MAX], from[HUB_PATH_MAX], memory[HUB_PATH_MAX];
    uint8_t digest[FILE_DIGEST_LEN];   /* of the store, as the backup says */
    struct hub_backup_sources sources;
    uint8_t *statement;     /* of --new-origin */
};

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* The line behind the others. */
static enum err read_digest(const char *text, uint8_t out[FILE_DIGEST_LEN])
{
    const char *line = strstr(text, "\n" HUB_BACKUP_DIGEST);
    char hex[2 * FILE_DIGEST_LEN + 1];

    if (line == NULL || strlen(line) < 1 + strlen(HUB_BACKUP_DIGEST) + 2 * FILE_DIGEST_LEN)
        return ERR_SHORT;
    memcpy(hex, line + 1 + strlen(HUB_BACKUP_DIGEST), sizeof hex - 1);
    hex[sizeof hex - 1] = '\0';
    return text_unhex(hex, out, FILE_DIGEST_LEN);
}

static enum err check_backup(const struct hub_cli *c, struct restoring *r)
{
    char path[HUB_PATH_MAX];
    uint8_t *text = NULL;
    size_t len = 0;
    enum err e = file_join(path, sizeof path, c->argument, whole_name);

    if (e == OK)
        e = file_read(path, WHOLE_MAX, &text, &len, NULL);
    if (e == OK && strncmp((const char *)text, HUB_BACKUP_WHOLE, strlen(HUB_BACKUP_WHOLE)) != 0)
        e = ERR_VERSION;
    if (e == OK)
        e = read_digest((const char *)text, r->digest);
    free(text);
    return e == OK ? OK : trouble_at(c->t, e, c->argument, 0, 0,
        "is not a whole backup of a hub: give a folder that schakel-hub backup has finished",
        "is geen hele reservekopie van een hub: geef een map die schakel-hub backup heeft afgemaakt");
}

/* Two regions are two logs, and their keys do not mix. */
static enum err check_region(const struct hub_cli *c)
{
    char here[HUB_PATH_MAX], there[HUB_PATH_MAX];
    uint8_t *ours = NULL, *theirs = NULL;
    size_t our_len = 0, their_len = 0;
    enum err e = file_join(here, sizeof here, c->home, "region");

    if (e == OK && !is_there(here))
        return OK;
    if (e == OK)
        e = file_join(there, sizeof there, c->argument, "region");
    if (e == OK)
        e = file_read(here, PROTO_REGION_FILE_MAX, &ours, &our_len, c->t);
    if (e == OK)
        e = file_read(there, PROTO_REGION_FILE_MAX, &theirs, &their_len, c->t);
    if (e == OK && (our_len != their_len || sodium_memcmp(ours, theirs, our_len) != 0))
        e = trouble_at(c->t, ERR_KEY, c->argument, 0, 0, "is a backup of a hub of another region than this home",
            "is een reservekopie van een hub van een andere regio dan deze map");
    free(ours);
    free(theirs);
    return e;
}

/* A store that is there is not written over, and a hub that runs has one. */
static enum err find_paths(const struct hub_cli *c, struct restoring *r)
{
    enum err e = hub_home_path(c->home, "store", r->store, c->t);

    if (e == OK)
        e = hub_home_path(c->home, "store.new", r->fresh, c->t);
    if (e == OK)
        e = hub_home_path(c->home, lost_name, r->lost, c->t);
    if (e == OK)
        e = hub_origin_memory(c->home, r->memory, c->t);
    if (e == OK)
        e = file_join(r->from, sizeof r->from, c->argument, HUB_BACKUP_STORE);
    if (e == OK && is_there(r->store))
        return trouble_at(c->t, ERR_EXISTS, r->store, 0, 0, "is there still: stop the hub and move it aside first",
            "is er nog: stop de hub en zet hem eerst opzij");
    return e;
}

/*
 * What was signed last, as far as anything here knows: the home's own memory when that survived, else the backup's. The mark is there before
 * the backup's memory is: a second try must not take that for the home's own.
 */
static enum err copy_rest(const struct hub_cli *c, struct restoring *r)
{
    const struct folder_rules rest = { .without = (const char *const[]){ "store", whole_name, NULL }, .keep_newer = 1 };
    bool lost = !is_there(r->memory) || is_there(r->lost);
    char path[HUB_PATH_MAX];
    enum err e = file_mkdirs(c->home, c->t);

    if (e == OK && lost)
        e = file_write(r->lost, "lost\n", 5, OWN_FILE_MODE, c->t);
    if (e == OK)
        e = folder_copy(c->argument, c->home, &rest, c->t);
    r->sources = (struct hub_backup_sources){ .home = c->home, .mirror = c->mirror, .registry = c->registry, .checkpoint = c->checkpoint,
        .memory_is_old = lost && !c->newest, .is_lost = c->lost || c->new_origin != NULL };
    if (e == OK)
        e = hub_origin_last(c->home, &r->sources.last, c->t);
    if (e == OK)
        e = hub_home_path(c->home, "signer/registry", path, c->t);
    return e == OK ? hub_signer_read(path, &r->sources.last_registry, c->t) : e;
}

/* Folders of which a backup has nothing. */
static enum err make_folders(const struct hub_cli *c)
{
    static const char *const names[] = { "seeds", "run" };
    char path[HUB_PATH_MAX];
    enum err e = OK;

    for (size_t i = 0; e == OK && i < sizeof names / sizeof *names; i++) {
        e = hub_home_path(c->home, names[i], path, c->t);
        if (e == OK)
            e = file_mkdirs(path, c->t);
    }
    return e;
}

/* A new origin has a memory of its own; what was signed under those before is kept. */
static enum err name_origin(const struct hub_cli *c, const struct hub_backup_done *done)
{
    char path[HUB_PATH_MAX];
    enum err e = hub_origin_memory_of(c->home, done->origin, path, c->t);

    if (e == OK && !is_there(path))
        e = hub_signer_init(path, c->t);
    return e == OK ? hub_origin_write(c->home, done->origin, c->t) : e;
}

/* A store is megabytes that no key signs: what a disk or a copy changed in it must not become what the hub believes. */
static enum err copy_store(const struct hub_cli *c, const struct restoring *r)
{
    char path[HUB_PATH_MAX];
    uint8_t digest[FILE_DIGEST_LEN];
    enum err e = file_mkdirs(r->fresh, c->t);

    if (e == OK)
        e = file_join(path, sizeof path, r->fresh, "data.mdb");
    if (e == OK)
        e = file_copy_new(r->from, path, OWN_FILE_MODE, digest, c->t);
    if (e == OK && sodium_memcmp(digest, r->digest, sizeof digest) != 0)
        e = trouble_at(c->t, ERR_SIGNATURE, r->from, 0, 0, "is not as it was when the backup was made: give another backup",
            "is niet zoals toen de reservekopie werd gemaakt: geef een andere reservekopie");
    return e;
}

static enum err put_in_place(const struct hub_cli *c, const struct restoring *r, const struct hub_backup_done *done)
{
    enum err e = name_origin(c, done);

    if (e == OK)
        e = file_sync_all(c->home, c->t);
    if (e == OK && rename(r->fresh, r->store) != 0)
        e = trouble_at(c->t, ERR_IO, r->store, 0, 0, "cannot be put in its place", "kan niet op zijn plaats worden gezet");
    if (e == OK && unlink(r->lost) != 0 && errno != ENOENT)
        e = trouble_at(c->t, ERR_IO, r->lost, 0, 0, "cannot be removed", "kan niet worden verwijderd");
    return e == OK ? file_sync_all(c->home, c->t) : e;
}

/* ---- what is lost, for the partners ---- */

static enum err check_options(const struct hub_cli *c)
{
    if (c->lost && (c->output == NULL || c->new_origin != NULL))
        return trouble_at(c->t, ERR_USAGE, "--lost", 0, 0, "writes a file: say which with --output FILE, and not --new-origin",
            "schrijft een bestand: zeg welk met --output BESTAND, en niet --new-origin");
    if (c->lost && c->newest)
        return trouble_at(c->t, ERR_USAGE, "--lost", 0, 0, "does not go with --newest, which says that nothing is lost: restore with --newest alone",
            "past niet bij --newest, dat zegt dat er niets weg is: zet terug met --newest alleen");
    return OK;
}

static enum err read_statement(const struct hub_cli *c, struct restoring *r)
{
    enum err e = c->new_origin == NULL ? OK
        : file_read(c->new_origin, PROTO_REGISTRY_NOTE_MAX, &r->statement, &r->sources.origin_len, c->t);

    r->sources.origin = r->statement;
    return e;
}

/* A statement about nothing would have every partner take another log for none. Only who lost the signer's memory cannot know. */
static enum err check_lost(const struct hub_cli *c, const struct proto_originfile *f, bool is_known)
{
    unsigned long long lost = f->what.seen.size - f->what.kept.size;

    if (lost == 0 && is_known)
        return trouble_at(c->t, ERR_STATE, "--lost", 0, 0, "nothing is lost: all %llu leaves that this hub signed are here. Restore without --lost",
            "er is niets weg: alle %llu bladen die deze hub ondertekende zijn hier. Zet terug zonder --lost", (unsigned long long)f->what.seen.size);
    if (lost > PROTO_ORIGIN_LOST_MAX)
        return trouble_at(c->t, ERR_RANGE, c->argument, 0, 0,
            "lacks %llu leaves, and no more than %llu can be given up: give a newer backup, or a copy of the log that has more of them (--mirror DIR)",
            "mist %llu bladen, en meer dan %llu kunnen niet worden opgegeven: geef een nieuwere reservekopie, of een kopie van het logboek "
            "die er meer heeft (--mirror MAP)",
            lost, (unsigned long long)PROTO_ORIGIN_LOST_MAX);
    return OK;
}

static void reply_lost(struct hub_cli *c, const struct proto_originfile *f, bool is_known)
{
    json_add_u64(c->reply, "seen", f->what.seen.size);
    json_add_u64(c->reply, "kept", f->what.kept.size);
    json_add_u64(c->reply, "lost", f->what.seen.size - f->what.kept.size);
    if (!is_known)
        json_add_text(c->reply, "note", c->lang == LANG_NL
            ? "hoeveel er weg is weet deze machine niet, want haar geheugen van wat zij ondertekende is ook weg. Het knooppunt dat het "
              "voorstelt noemt wat het zag; een checkpoint van een langer logboek geeft men met --checkpoint BESTAND"
            : "how much is lost this machine does not know, for its memory of what it signed is lost too. The node that proposes it names "
              "what it has seen; a checkpoint of a longer log is given with --checkpoint FILE");
    json_add_text(c->reply, "file", c->output);
    json_add_text(c->reply, "next", c->lang == LANG_NL
        ? "vraag eerst elke partner en de sleutelhouder of zij de bladen hebben; zo niet: schakel partner propose --new-origin BESTAND bij "
          "de een, schakel partner sign bij een ander, dan schakel-hub restore --new-origin"
        : "first ask every partner and the keyholder whether they have the leaves; if not: schakel partner propose --new-origin FILE at "
          "one, schakel partner sign at another, then schakel-hub restore --new-origin");
}

static enum err write_lost(struct hub_cli *c, const struct hub_backup_done *done, bool is_known)
{
    struct proto_originfile f = { .number = done->origin + 1, .what = { .seen = done->shown, .kept = done->kept } };
    struct proto_region *region = calloc(1, sizeof *region);
    char *region_text = NULL, *text = NULL;
    size_t region_len = 0, len = 0;
    enum err e = region == NULL ? ERR_NOMEM : hub_home_region(c->home, &region_text, &region_len, region, c->t);

    if (f.what.seen.size < f.what.kept.size)
        f.what.seen = f.what.kept;
    if (e == OK)
        e = check_lost(c, &f, is_known);
    if (e == OK)
        memcpy(f.region, region->hash, sizeof f.region);
    if (e == OK)
        e = proto_originfile_format(&f, &text, &len);
    if (e == OK)
        e = file_write_new(c->output, text, len, PUBLIC_FILE_MODE, c->t);
    if (e == OK)
        reply_lost(c, &f, is_known);
    free(text);
    free(region_text);
    free(region);
    return e;
}

static bool has_public_witnesses(const struct hub_cli *c)
{
    struct trouble t = { .lang = c->lang };
    struct hub_conf conf;

    return hub_conf_read(c->home, &conf, &t) == OK && conf.witnesses[0] != '\0';
}

static void reply(struct hub_cli *c, const struct hub_backup_done *done)
{
    json_add_u64(c->reply, "leaves", done->leaves);
    json_add_u64(c->reply, "from_mirror", done->leaves_added);
    if (c->new_origin != NULL)
        json_add_u64(c->reply, "lost", done->lost);
    json_add_u64(c->reply, "statements", done->statements);
    json_add_u64(c->reply, "statements_added", done->statements_added);
    json_add_text(c->reply, "next", c->lang == LANG_NL
        ? "start de hub; wat na de reservekopie kwam vraagt men opnieuw, en bij elke partner kijkt de privacy officer de breuk na (schakel "
          "audit complete noemt die; is hij uitgezocht: schakel audit clear)"
        : "start the hub; what came after the backup has to be asked again, and each partner's officer looks into the break (schakel audit "
          "complete names it; when it is found out: schakel audit clear)");
    if (c->new_origin != NULL && has_public_witnesses(c))
        json_add_text(c->reply, "outside", c->lang == LANG_NL
            ? "voor publieke getuigen is dit een ander logboek: stuur hun beheerders de lijst van schakel-hub witnesses --output BESTAND"
            : "to public witnesses this is another log: send those who run them the list of schakel-hub witnesses --output FILE");
}

/* All that there is, in store.new, and whole; done says what that is. */
static enum err make_whole(const struct hub_cli *c, struct restoring *r, struct hub_backup_done *done)
{
    enum err e = folder_drop(r->fresh, c->t);

    if (e == OK)
        e = copy_rest(c, r);
    if (e == OK)
        e = read_statement(c, r);
    if (e == OK)
        e = make_folders(c);
    if (e == OK)
        e = copy_store(c, r);
    return e == OK ? hub_backup_complete(&r->sources, r->fresh, done, c->t) : e;
}

/* What was not put in its place is nothing, whether that was not wanted (--lost) or failed: e is then what people read. */
static enum err drop_fresh(const struct hub_cli *c, const struct restoring *r, enum err e)
{
    enum err dropped = is_there(r->store) ? OK : folder_drop(r->fresh, e == OK ? c->t : NULL);

    return e == OK ? dropped : e;
}

enum err hub_cmd_restore(struct hub_cli *c)
{
    struct restoring *r = calloc(1, sizeof *r);
    struct hub_backup_done done;
    enum err e = r == NULL ? ERR_NOMEM : check_options(c);

    if (e == OK)
        e = check_backup(c, r);
    if (e == OK)
        e = find_paths(c, r);
    if (e == OK)
        e = check_region(c);
    if (e != OK)
        goto out;
    e = make_whole(c, r, &done);
    if (e == OK)
        e = c->lost ? write_lost(c, &done, !r->sources.memory_is_old) : put_in_place(c, r, &done);
    if (e == OK && !c->lost)
        reply(c, &done);
    e = drop_fresh(c, r, e);
out:
    if (r != NULL)
        free(r->statement);
    free(r);
    return e;
}
