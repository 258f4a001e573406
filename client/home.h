/*
 * client/home: the partner's folder and its settings.
 *
 *   schakel.conf  org.pub  region  welcome      keys/{root,vault,node,hpke,officer,witness,tls,tls.csr}  certs/{node,hpke,officer,tls}
 *   store/  run/control  run/session-LOGIN  mirror/ (or where the settings say)
 *   NAME.next, org.next.pub (root), org.witness.pub, witness.say: of a key that waits; NAME.old: of one that was replaced (client/rotate_files)
 */
#ifndef CLIENT_HOME_H
#define CLIENT_HOME_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { CLIENT_PATH_MAX = 512 };

/* schakel.conf; every default is in client_conf_read. */
struct client_conf {
    char hub[128];          /* host:port instead of the welcome's; empty: none */
    char keyholder[128];    /* host:port instead of the region file's; empty: none */
    char pack[CLIENT_PATH_MAX];  /* folder of the pack; empty: HOME/pack */
    bool plain;             /* tcp without TLS, on loopback only */
    bool citizen_number;    /* may this partner hold the number */
    bool legal_hold;        /* nothing goes by its age (client/retention) */
    bool erase_without_hub; /* what is past its term goes whatever day the hub names (client/retention_clock) */
    bool mirror;            /* keep a copy of the log, */
    char mirror_folder[CLIENT_PATH_MAX];  /* here; empty: HOME/mirror */
    uint64_t archive_years; /* the archive stays longer than client/terms says; 0: as it says */
};

/* HOME/name into out. ERR_LONG with trouble. */
MUST_USE enum err client_home_path(const char *home, const char *name, char out[CLIENT_PATH_MAX], struct trouble *t);
/* HOME/name for each of names, up to NULL. OK when they are there. ERR_LONG, ERR_IO, with trouble. */
MUST_USE enum err client_home_folders(const char *home, const char *const names[], struct trouble *t);
/* Is HOME/name there? */
bool client_home_has(const char *home, const char *name);
/* HOME/from becomes HOME/to, whatever was there. ERR_NOTFOUND: from is not there. ERR_LONG, ERR_IO. */
MUST_USE enum err client_home_move(const char *home, const char *from, const char *to);
/* No file: the defaults. */
MUST_USE enum err client_conf_read(const char *home, struct client_conf *out, struct trouble *t);

#endif
