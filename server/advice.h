/*
 * server/advice: what a data protection officer advises about a pack, as a signed note in its pack.json. It is recorded and shown to the
 * adopters, and decides nothing: an officer never adopts. Any thread.
 *
 *   schakel-advice/v1
 *   region <hex of 32>
 *   digest <hex of 32>                 of the pack
 *   made <seconds>
 *   advice positive|negative|remarks
 *   text <one line of at most 600 bytes>
 *   node <base64>                      the certificate of the node key ...
 *   staff <base64>                     ... and that of the person under it, role fg
 *
 * One signature line: the partner's handle, by the person's key.
 */
#ifndef SERVER_ADVICE_H
#define SERVER_ADVICE_H

#include "base/clock.h"
#include "proto/region.h"

enum { SERVER_ADVICE_TEXT_MAX = 600, SERVER_ADVICE_NOTE_MAX = 6144 };

struct server_advice {
    uint8_t region[PROTO_HASH_LEN], digest[PROTO_HASH_LEN];
    uint64_t made_s;
    char word[9];                               /* positive, negative or remarks */
    char text[SERVER_ADVICE_TEXT_MAX + 1];
    uint8_t node_cert[PROTO_CERT_MAX], staff_cert[PROTO_CERT_MAX];
    size_t node_cert_len, staff_cert_len;
    char handle[33];                            /* whose officer; filled by check */
};

/* Sign it under this handle. out holds SERVER_ADVICE_NOTE_MAX + 1; ends with a zero. ERR_RANGE for what has no form. ERR_LONG, ERR_NOMEM, ERR_KEY. */
MUST_USE enum err server_advice_sign(const struct server_advice *a, const char *handle, const uint8_t secret_key[64], char *out);

/*
 * Read a note and verify it: of this region, by a data protection officer whose certificates were valid when it was made. ERR_SYNTAX,
 * ERR_RANGE, ERR_KEY (another region, another role, no such partner), ERR_SIGNATURE, ERR_NOMEM.
 */
MUST_USE enum err server_advice_check(const struct proto_region *region, const char *note, struct server_advice *out);

#endif
