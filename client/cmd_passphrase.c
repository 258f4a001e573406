#include "client/cmd_passphrase.h"

#include "client/keyfile.h"

#include <sodium.h>
#include <string.h>

#define END {NULL, CLIENT_OPT_TEXT, false, {NULL, NULL}, NULL, NULL}
#define NEW {"new-passphrase", CLIENT_OPT_NEW_SECRET, true, {"", ""}, "new passphrase", "nieuwe wachtzin"}

const struct client_opt client_cmd_org_passphrase_opts[] = {
    {"key", CLIENT_OPT_ARG, true, {"root or vault", "root of vault"}, "KEY", NULL},
    {"passphrase", CLIENT_OPT_SECRET, true, {"", ""}, "present passphrase of that key", "huidige wachtzin van die sleutel"}, NEW, END};
const struct client_opt client_cmd_keyholder_passphrase_opts[] = {
    {"passphrase", CLIENT_OPT_SECRET, true, {"", ""}, "present passphrase of the keyholder", "huidige wachtzin van de sleutelhouder"}, NEW, END};
const struct client_opt client_cmd_own_passphrase_opts[] = {
    {"passphrase", CLIENT_OPT_SECRET, true, {"", ""}, "your present passphrase", "uw huidige wachtzin"}, NEW, END};

/* The same key under the new one; the file is replaced whole or not at all. */
static enum err rewrap(struct client_run *r, const char *name)
{
    struct client_unlock old = {.passphrase = client_run_text(r, "passphrase")}, new = {.passphrase = client_run_text(r, "new_passphrase")};
    struct secret *key = NULL;
    uint8_t public[32];
    enum err e = client_keyfile_open(r->home, name, &old, &key, public, r->t);

    if (e == OK) {
        const struct client_plain_key plain = {name, secret_wake(key), secret_len(key), sodium_is_zero(public, sizeof public) ? NULL : public};

        e = client_keyfile_write(r->home, &plain, "", &new, r->t);
        secret_sleep(key);
    }
    secret_free(key);
    if (e == ERR_RANGE)
        return trouble_set(r->t, e, "a passphrase has %d to %d bytes", "een wachtzin heeft %d tot %d bytes", CLIENT_PASSPHRASE_MIN, CLIENT_PASSPHRASE_MAX);
    return e == OK ? OK : trouble_set(r->t, e, "the passphrase was not changed (%s)", "de wachtzin is niet veranderd (%s)", err_word(e));
}

static void report(struct client_run *r, const char *name)
{
    r->reply = cJSON_CreateObject();
    json_add_text(r->reply, "key", name);
    json_add_text(r->reply, "next", r->lang == LANG_NL
        ? "maak een nieuwe reservekopie en vernietig die van ervoor: daarin opent de wachtzin van ervoor deze sleutel nog"
        : "make a new backup and destroy those of before: in them the passphrase of before still opens this key");
}

enum err client_cmd_org_passphrase(struct client_run *r)
{
    const char *key = client_run_text(r, "key");
    enum err e;

    if (strcmp(key, "root") != 0 && strcmp(key, "vault") != 0)
        return trouble_at(r->t, ERR_USAGE, key, 0, 0, "has no passphrase: root or vault", "heeft geen wachtzin: root of vault");
    e = rewrap(r, key);
    if (e == OK)
        report(r, key);
    return e;
}

enum err client_cmd_keyholder_passphrase(struct client_run *r)
{
    enum err e = rewrap(r, "keyholder");

    if (e == OK)
        report(r, "keyholder");
    return e;
}
