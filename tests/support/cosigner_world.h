/*
 * tests/support/cosigner_world.h: a cosigner as a keyholder runs it, with the region that names it, a log, and a folder of its own. One test
 * program includes this.
 */
#ifndef TESTS_SUPPORT_COSIGNER_WORLD_H
#define TESTS_SUPPORT_COSIGNER_WORLD_H

#include "tests/support/check.h"
#include "tests/support/home_folder.h"
#include "tests/support/region_sample.h"
#include "tests/support/witness_sample.h"

#include "server/cosigner.h"

#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>

enum { PARTNERS = 3 };
#define NOW UINT64_C(1800000000)

struct world {
    struct home_folder *folder;
    char state[96], copy[112], vkey[PROTO_NOTE_VKEY_ROOM];
    struct proto_region region;
    struct log_sample log;
    struct witness_sample s;          /* the last is the outsider */
    uint8_t root_secret[64];
    char *text;
    size_t text_len;
    struct server_cosigner c;
    bool open;
    uint8_t body[PROTO_NOTE_MAX], answer[PROTO_WITNESS_ANSWER_MAX];
    size_t len, answer_len;
    const uint8_t *next;              /* the secret of a key that waits; NULL: none */
    struct proto_witness_answer a;
};

/* The sample region with this log and these witnesses, signed by all its founders. */
static inline void make_region(struct world *w)
{
    struct region_sample sample;
    char *next = NULL;
    size_t next_len = 0;

    region_sample_init(&sample, false);
    region_sample_fields(&w->region, false);
    log_sample_into(&w->log, &w->region);
    w->region.partner_count = SAMPLE_PARTNERS;
    witness_sample_into(&w->s, &w->region, PARTNERS, 1);
    assert_err(proto_region_format(&w->region, &w->text, &w->text_len), OK);
    for (size_t i = 0; i < SAMPLE_PARTNERS; i++) {
        assert_err(proto_region_sign((uint8_t *)w->text, w->text_len, sample.handle[i], sample.root_secret[i], &next, &next_len, NULL), OK);
        free(w->text);
        w->text = next;
        w->text_len = next_len;
    }
    assert_err(proto_region_parse((uint8_t *)w->text, w->text_len, true, &w->region, NULL), OK);
    region_sample_fini(&sample);
    proto_note_key_encode(&w->s.key[PARTNERS], w->vkey);
}

static inline enum err reopen(struct world *w, size_t witness)
{
    struct server_cosigner_config config = { .region = w->text, .region_len = w->text_len, .folder = w->state, .vkey = w->vkey,
        .registry = w->copy, .secret = w->s.secret[witness], .next_secret = w->next };
    struct trouble t = { 0 };
    enum err e;

    if (w->open)
        server_cosigner_close(&w->c);
    e = server_cosigner_open(&w->c, &config, &t);
    w->open = e == OK;
    return e;
}

static inline int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    void *folder = NULL;

    assert_non_null(w);
    assert_int_equal(home_folder_setup(&folder), 0);
    w->folder = folder;
    (void)snprintf(w->state, sizeof w->state, "%s/witness", w->folder->path);
    (void)snprintf(w->copy, sizeof w->copy, "%s/registry", w->folder->path);
    assert_int_equal(mkdir(w->state, 0700), 0);
    log_sample_init(&w->log);
    log_sample_fill(&w->log, 6);
    make_region(w);
    assert_err(reopen(w, PARTNERS), OK);
    *state = w;
    return 0;
}

static inline int teardown(void **state)
{
    struct world *w = *state;
    void *folder = w->folder;

    if (w->open)
        server_cosigner_close(&w->c);
    (void)home_folder_teardown(&folder);
    free(w->text);
    free(w);
    return 0;
}

static inline enum proto_witness_status ask(struct world *w, uint64_t old)
{
    w->len = witness_sample_request(&w->log, old, w->body);
    assert_err(server_cosigner_judge(&w->c, w->body, w->len, NOW, w->answer, sizeof w->answer, &w->answer_len), OK);
    assert_err(proto_witness_answer_decode(w->answer, w->answer_len, &w->a), OK);
    return w->a.status;
}

#endif
