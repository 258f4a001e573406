/* client/verify: the proofs for other programs beside the entries of an archive (C2SP tlog-proof, P-119). */
#include "client/verify_proof.h"

#include "base/file.h"
#include "client/home.h"
#include "proto/region_log.h"
#include "proto/tlog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROOF_MAX = 16384 };

/* "0000000012.entry" has its proof in "0000000012.tlog-proof". */
static enum err proof_path(const char *folder, const char *entry, char name[80], char path[CLIENT_PATH_MAX])
{
    const char *dot = strrchr(entry, '.');
    int stem = dot != NULL ? (int)(dot - entry) : -1;

    if (stem < 0 || snprintf(name, 80, "%.*s.tlog-proof", stem, entry) >= 80)
        return ERR_LONG;
    return file_join(path, CLIENT_PATH_MAX, folder, name);
}

/* Its checkpoint may be another than the receipt's, and of a later tree: what it proves is the leaf. */
static enum err check(const struct proto_region *region, const struct client_claim *claim, const uint8_t *data, size_t len)
{
    struct proto_tlog_proof *p = malloc(sizeof *p);
    struct proto_note_key log;
    unsigned origin;
    enum err e = p == NULL ? ERR_NOMEM : proto_tlog_proof_decode(data, len, p);

    if (e == OK && p->index != claim->index)
        e = ERR_SIGNATURE;
    if (e == OK)
        e = proto_region_log_of(region, p->checkpoint, p->checkpoint_len, &log, &origin);
    if (e == OK)
        e = proto_tlog_proof_check(p, claim->leaf, &log, NULL);
    free(p);
    return e;
}

enum err client_verify_proof(const struct proto_region *region, const char *folder, const struct client_claim *claim,
    struct client_problems *p)
{
    char name[80] = "", path[CLIENT_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = proof_path(folder, claim->name, name, path);

    if (e == OK)
        e = file_read(path, PROOF_MAX, &data, &len, NULL);
    if (e == ERR_NOTFOUND)
        return OK;
    if (e == OK)
        e = check(region, claim, data, len);
    free(data);
    if (e == OK || e == ERR_NOMEM || e == ERR_IO)
        return e;
    client_problem(p, name, UINT64_MAX, "this proof for other programs does not prove the leaf of the entry beside it: export it again "
        "(schakel archive export)",
        "dit bewijs voor andere programma's bewijst niet het blad van de handeling ernaast: exporteer het opnieuw (schakel archive export)");
    return OK;
}
