/*
 * hub/home: the hub's folder and its settings.
 *
 *   schakel.conf  hub.pub  region
 *   keys/{log,pseudonym,tls-ca.key,tls-ca.crt,tls-server.key,tls-server.crt}   each 0600, for the one role that needs it
 *   partners/HANDLE.{join,blocked}     store/     signer/{last,last.N,registry}     seeds/days     oprf/quota     run/status.json
 *   public/registry (a copy for the other roles, in a folder that they may read; of before: registry)
 *   origin (the log's number, when it is not the first: hub/origin)
 */
#ifndef HUB_HOME_H
#define HUB_HOME_H

#include "base/err.h"
#include "base/json.h"
#include "policy/pack.h"
#include "proto/region.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HUB_PATH_MAX = 512 };

/* schakel.conf; every default is in hub_conf_read. */
struct hub_conf {
    char listen[128];           /* host:port */
    char pack[HUB_PATH_MAX];    /* folder of the pack; empty: HOME/pack */
    bool plain;                 /* tcp without TLS, on loopback only */
    uint64_t verify_threads;
    uint64_t statement_days;    /* from when a statement is over until it is dropped (hub/forget) */
    uint64_t pseudonyms_per_partner, pseudonyms_total;  /* a day */
    char witnesses[2048];       /* public ones: NAME URL, NAME URL (hub/outside) */
    char contact[256];          /* whom those who run them can reach; empty: it is not said */
};

/* HOME/name into out. ERR_LONG with trouble. */
MUST_USE enum err hub_home_path(const char *home, const char *name, char out[HUB_PATH_MAX], struct trouble *t);
/* ERR_CONFIG, ERR_SYNTAX, ERR_RANGE... with file and line. No file: ERR_NOTFOUND, and the step to take. */
MUST_USE enum err hub_conf_read(const char *home, struct hub_conf *out, struct trouble *t);

/* The region file, text and parsed: gives *text, fills *out. ERR_NOTFOUND says how to get one. */
MUST_USE enum err hub_home_region(const char *home, char **text, size_t *len, struct proto_region *out, struct trouble *t);

/* The pack in folder, which must be the one that the region adopted (ERR_CONFIG): another pack is another law. Gives *out. */
MUST_USE enum err hub_home_pack(const char *folder, const struct proto_region *region, struct policy_pack **out, struct trouble *t);

/* A secret of out_len bytes kept as hex in keys/name. */
MUST_USE enum err hub_home_secret_put(const char *home, const char *name, const uint8_t *secret, size_t len, struct trouble *t);
MUST_USE enum err hub_home_secret_get(const char *home, const char *name, uint8_t *out, size_t out_len, struct trouble *t);
/* A text file of the home, at most 64 KiB, with its zero. Gives *out: wipe when secret. */
MUST_USE enum err hub_home_text(const char *home, const char *name, char **out, size_t *len, struct trouble *t);

/* What core wrote last (hub/status). Gives *out (cJSON_Delete). ERR_NOTFOUND: no hub ever ran here; else with trouble. */
MUST_USE enum err hub_home_status(const char *home, cJSON **out, struct trouble *t);
/* Is who wrote it there still, and taking acts? *pid only then. */
bool hub_home_is_running(const cJSON *status, uint64_t *pid);

#endif
