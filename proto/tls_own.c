#include "proto/tls_own.h"

#include <stdlib.h>

enum err proto_tls_own_make(size_t der_max, struct proto_tls_own *out)
{
    struct proto_tls_own o = { .der = NULL };
    enum err e = proto_tls_make_key(&o.ca_key);

    if (e == OK)
        e = proto_tls_make_ca(o.ca_key.text, &o.ca);
    if (e == OK)
        e = proto_tls_make_key(&o.key);
    if (e == OK)
        e = proto_tls_make_server(o.ca_key.text, o.ca.text, o.key.text, &o.cert);
    if (e == OK)
        e = proto_tls_pem_to_der(o.ca.text, &o.der, &o.der_len);
    if (e == OK && o.der_len > der_max)
        e = ERR_LONG;
    if (e == OK)
        *out = o;
    else
        proto_tls_own_fini(&o);
    return e;
}

void proto_tls_own_fini(struct proto_tls_own *o)
{
    proto_tls_pem_fini(&o->ca_key);
    proto_tls_pem_fini(&o->ca);
    proto_tls_pem_fini(&o->key);
    proto_tls_pem_fini(&o->cert);
    free(o->der);
    o->der = NULL;
}
