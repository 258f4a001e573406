/* What the hub keeps back, and what it gives twice: mail (WHAT is way:KIND, or HANDLE:KIND of whom it is for) and openings (HANDLE:opening). */
#include "hub/core.h"
#include "hub/store_opening.h"
#include "tests/liar/hub_liar.h"
#include "tests/liar/liar.h"

#include <string.h>

enum err __real_hub_store_mail_next(struct hub_store_mail *s, struct kv_txn *x, const uint8_t to[PROTO_PARTNER_LEN], uint64_t after,
    struct hub_mail_row *out);
enum err __wrap_hub_store_mail_next(struct hub_store_mail *s, struct kv_txn *x, const uint8_t to[PROTO_PARTNER_LEN], uint64_t after,
    struct hub_mail_row *out);
enum err __real_hub_store_opening_next(struct hub_store_opening *s, struct kv_txn *x, const uint8_t partner[PROTO_PARTNER_LEN], uint64_t after,
    struct hub_opening_row *out);
enum err __wrap_hub_store_opening_next(struct hub_store_opening *s, struct kv_txn *x, const uint8_t partner[PROTO_PARTNER_LEN], uint64_t after,
    struct hub_opening_row *out);

/* "-": nobody whom a lie can name. */
static const char *handle_of(const uint8_t partner[PROTO_PARTNER_LEN])
{
    const struct hub_core *c = hub_liar_core();
    const struct proto_partner *p = c == NULL ? NULL : proto_region_partner(c->region, partner);

    return p == NULL ? "-" : p->handle;
}

static const char *about_mail(const uint8_t to[PROTO_PARTNER_LEN], const struct hub_mail_row *row)
{
    const char *kind = proto_kind_name((enum proto_kind)row->kind), *name = liar_about("way", kind, row->id);

    return name != NULL ? name : liar_about(handle_of(to), kind, row->id);
}

static bool is_withheld(const char *name)
{
    return name != NULL && (strcmp(name, "withheld") == 0 || strcmp(name, "every-withheld") == 0);
}

enum err __wrap_hub_store_mail_next(struct hub_store_mail *s, struct kv_txn *x, const uint8_t to[PROTO_PARTNER_LEN], uint64_t after,
    struct hub_mail_row *out)
{
    static uint64_t again;
    enum err e;

    if (again != 0 && again == after) {
        again = 0;
        return __real_hub_store_mail_next(s, x, to, after - 1, out);
    }
    again = 0;
    for (;;) {
        const char *name;

        e = __real_hub_store_mail_next(s, x, to, after, out);
        name = e == OK ? about_mail(to, out) : NULL;
        if (name != NULL && strcmp(name, "twice") == 0)
            again = out->number;
        if (!is_withheld(name))
            return e;
        after = out->number;
    }
}

enum err __wrap_hub_store_opening_next(struct hub_store_opening *s, struct kv_txn *x, const uint8_t partner[PROTO_PARTNER_LEN], uint64_t after,
    struct hub_opening_row *out)
{
    enum err e;

    do {
        e = __real_hub_store_opening_next(s, x, partner, after, out);
        after = e == OK ? out->number : after;
    } while (e == OK && is_withheld(liar_about_number(handle_of(partner), "opening", out->number)));
    return e;
}
