/*
 * client/policy_out: what the commands about packs print alike: mistakes in tables, whether a pack is a
 * draft, how far a long look has come; as lines for people, or as one object of JSON at the end.
 */
#ifndef CLIENT_POLICY_OUT_H
#define CLIENT_POLICY_OUT_H

#include "base/json.h"
#include "policy/pack.h"

#include <stdio.h>

/* lang, json, out, folder and on_terminal are set by the caller; the rest by open. */
struct client_policy_out {
    enum lang lang;
    bool json;
    FILE *out;
    const char *folder;        /* of the tables whose mistakes are told, where that is not plain; else NULL */
    bool on_terminal;          /* show on stderr how far it is */
    cJSON *whole, *mistakes;   /* NULL without json; adding to them then does nothing */
    unsigned percent;
};

/* With json: begin the object; gives the array of that name in it, which the caller fills. Else NULL. */
cJSON *client_policy_out_open(struct client_policy_out *o, const char *list);
/* Print the object, if there is one, with "ok"; ERR_NOMEM when it could not be put together. Frees it. */
MUST_USE enum err client_policy_out_close(struct client_policy_out *o, bool ok);

/* The text in the language of the run. */
const char *client_policy_out_either(const struct client_policy_out *o, const char *en, const char *nl);
/* A csv_report; arg is the struct. */
void client_policy_out_mistake(void *arg, const struct trouble *t);
/* done of all: a line on stderr that is written over, nothing but on a terminal. */
void client_policy_out_progress(struct client_policy_out *o, size_t done, size_t all);

/* Whether no pack.json beside the tables, which an adopted pack has, names these very tables. */
bool client_policy_out_is_draft(const char *folder, const struct policy_pack *pack);

/* The words of a mask of names, with a blank between them, into out; "ANY" when it is all. */
void client_policy_out_names(
    const char *const *names, size_t count, uint64_t mask, char *out, size_t out_len);

#endif
