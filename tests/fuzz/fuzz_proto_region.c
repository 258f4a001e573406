/* proto/region: the files that people carry. What is refused says why, and nothing that nobody signed is a region. */
#include "tests/fuzz/fuzz.h"

#include "proto/region.h"

#include <string.h>

/* A refusal names what is wrong, in the language of the call. */
static void told(enum err e, const struct trouble *t)
{
    FUZZ_HOLDS(e == OK || e == ERR_NOMEM || t->text[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct proto_region region;
    static struct proto_org_file org;
    static struct proto_hub_file hub;
    static struct proto_keyholder_file keyholder;
    struct proto_cert cert;
    uint8_t signer[PROTO_KEY_LEN];
    struct trouble t = { .lang = LANG_NL };
    enum err e = proto_region_parse(data, len, false, &region, &t);

    told(e, &t);
    if (e == OK)
        FUZZ_HOLDS(region.partner_count >= 1);
    t = (struct trouble){ .lang = LANG_EN };
    told(proto_org_file_parse(data, len, &org, &t), &t);
    t = (struct trouble){ .lang = LANG_EN };
    told(proto_hub_file_parse(data, len, &hub, &t), &t);
    t = (struct trouble){ .lang = LANG_EN };
    told(proto_keyholder_file_parse(data, len, &keyholder, &t), &t);
    if (proto_cert_peek(data, len, &cert, signer) == OK)
        FUZZ_HOLDS(cert.from_s < cert.until_s && cert.use >= PROTO_USE_NODE && cert.use <= PROTO_USE_STAFF);
    return 0;
}
