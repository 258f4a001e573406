/*
 * Answers of public witnesses, as the role that asks them over HTTP brings them to core: any status, any body, of whichever witness it says, whether it
 * was asked or not, with time between; and the right line with bytes changed. Whatever comes, core goes on and says how each witness stands; a line
 * counts only as the witness made it, and one outsider alone anchors nothing.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/same.h"
#include "tests/support/check.h"
#include "tests/support/hub_world.h"

#include "base/rd.h"
#include "base/wr.h"
#include "hub/collect.h"
#include "hub/outside.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { START_S = 1800000000, STEPS = 24 };
enum { ANSWER, LINE, TIME, MORE_TIME, OPS };

static struct {
    struct hub_world w;
    struct witness_sample s;
    struct hub_outside_list list;
    struct hub_witness before[HUB_SIGN_LOGS];
    int fd[2];
    struct server_ipc_in in;
    struct server_ipc_out out;
    uint8_t asked[HUB_OUTSIDE_REQUEST_MAX];   /* the last request, u8 which before it */
    size_t asked_len;
    bool is_open, may_cosign;
} o;

static void clean_up(void)
{
    hub_world_core_close(&o.w);
    hub_world_close(&o.w);
}

static void prepare(void)
{
    char text[PROTO_NOTE_NAME_MAX + 32];

    if (o.is_open)
        return;
    FUZZ_HOLDS(randombytes_set_implementation(&counted) == 0 && sodium_init() >= 0);
    now_s = START_S;
    o.w.witnesses = &o.s;
    o.w.under = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NULL;
    hub_world_open(&o.w, SOURCE_DIR "/policy/packs/nl-jeugd", 0);
    hub_world_core_open(&o.w);
    (void)snprintf(text, sizeof text, "%s http://127.0.0.1:1", o.s.key[HUB_WORLD_PARTNERS].name);
    FUZZ_HOLDS(hub_outside_parse(text, &o.list, NULL) == OK);
    for (int i = 0; i < HUB_SIGN_LOGS; i++)
        o.before[i] = *hub_collect_log(o.w.core, (enum hub_signer_which)i);
    o.is_open = true;
    (void)atexit(clean_up);
}

static void begin(void)
{
    now_s = START_S;
    FUZZ_HOLDS(socketpair(AF_UNIX, SOCK_STREAM, 0, o.fd) == 0 && fcntl(o.fd[1], F_SETFL, O_NONBLOCK) == 0);
    o.w.core->now_s = START_S;
    o.w.core->now_ms = 1000000;
    o.asked_len = 0;
    o.may_cosign = false;
    FUZZ_HOLDS(hub_outside_open(&o.list, o.fd[0], START_S, &o.w.core->outside) == OK);
    FUZZ_HOLDS(server_ipc_in_init(&o.in, o.fd[1], SERVER_ROLE_CORE, SERVER_ROLE_WITNESS) == OK);
    server_ipc_out_init(&o.out, o.fd[1], SERVER_ROLE_WITNESS, SERVER_ROLE_CORE);
}

static void end(void)
{
    hub_outside_close(o.w.core->outside);
    o.w.core->outside = NULL;
    server_ipc_in_fini(&o.in);
    server_ipc_out_fini(&o.out);
    (void)close(o.fd[0]);
    (void)close(o.fd[1]);
    for (int i = 0; i < HUB_SIGN_LOGS; i++)
        *hub_collect_log(o.w.core, (enum hub_signer_which)i) = o.before[i];
}

static void turn(uint64_t s)
{
    struct server_ipc_msg m;
    enum err e;

    o.w.core->now_ms += s * 1000;
    o.w.core->now_s += s;
    now_s += s;
    FUZZ_HOLDS(hub_outside_step(o.w.core) == OK);
    e = server_ipc_fill(&o.in);
    FUZZ_HOLDS(e == OK || e == ERR_BUSY);
    while (server_ipc_take(&o.in, &m) == OK) {
        FUZZ_HOLDS(m.what == SERVER_IPC_TO_WITNESS && m.len > 1 && m.len <= sizeof o.asked && m.body[0] < o.list.count);
        memcpy(o.asked, m.body, m.len);
        o.asked_len = m.len;
    }
}

static void answer(uint8_t which, uint16_t status, const uint8_t *body, size_t len)
{
    static uint8_t reply[3 + PROTO_NOTE_MAX];
    struct wr w;

    wr_init(&w, reply, sizeof reply);
    wr_u8(&w, which);
    wr_u16(&w, status);
    wr_copy(&w, body, len);
    FUZZ_HOLDS(wr_end(&w) == OK && server_ipc_put(&o.out, SERVER_IPC_FROM_WITNESS, 0, reply, w.len) == OK && server_ipc_flush(&o.out) == OK);
}

/* As the witness would cosign what it was last asked about; then some bytes of it are others, or none. */
static void line(struct rd *r)
{
    static uint8_t note[PROTO_NOTE_MAX], right[PROTO_NOTE_MAX];
    const uint8_t *text = o.asked_len == 0 ? NULL : memmem(o.asked + 1, o.asked_len - 1, "\n\n", 2);
    size_t bare, len;
    uint8_t changes;

    if (text == NULL)
        return;
    len = bare = o.asked_len - (size_t)(text + 2 - o.asked);
    FUZZ_HOLDS(len < sizeof note);
    memcpy(note, text + 2, len);
    witness_sample_cosign(&o.s, HUB_WORLD_PARTNERS, now_s, note, &len);
    memcpy(right, note + bare, len - bare);
    for (changes = rd_u8(r) % 4; changes != 0; changes--)
        note[bare + rd_u8(r) % (len - bare)] ^= (uint8_t)(1 + rd_u8(r) % 255);
    o.may_cosign = o.may_cosign || memcmp(right, note + bare, len - bare) == 0;
    answer(0, 200, note + bare, len - bare);
}

static void any(struct rd *r)
{
    static const uint16_t status[] = { 200, 409, 404, 403, 422, 500, 0, 65535 };
    uint8_t which = rd_u8(r), code = rd_u8(r);
    size_t n = rd_u8(r);

    n = n < rd_left(r) ? n : rd_left(r);
    answer(which % 4, status[code % 8], rd_view(r, n), n);
}

static void judge(void)
{
    cJSON *root = cJSON_CreateObject();
    const cJSON *rows = NULL, *row;
    char *text = NULL;

    hub_outside_status(o.w.core, root);
    FUZZ_HOLDS(json_array(root, "outside", &rows) == OK && cJSON_GetArraySize(rows) == HUB_SIGN_LOGS);
    cJSON_ArrayForEach(row, rows) {
        const char *state = "";

        FUZZ_HOLDS(json_text(row, "state", &state) == OK && state[0] != '\0');
        FUZZ_HOLDS(o.may_cosign || strcmp(state, hub_outside_word(HUB_OUTSIDE_COSIGNS)) != 0);
    }
    FUZZ_HOLDS(json_print(root, &text) == OK);
    for (int i = 0; i < HUB_SIGN_LOGS; i++) {
        const struct hub_witness *log = hub_collect_log(o.w.core, (enum hub_signer_which)i);

        FUZZ_HOLDS(log->anchored.head.size == o.before[i].anchored.head.size && log->candidate.note_len <= sizeof log->candidate.note);
    }
    free(text);
    cJSON_Delete(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct rd r;

    prepare();
    drawn = 0;
    begin();
    turn(1);
    rd_init(&r, data, len);
    for (int i = 0; i < STEPS && rd_left(&r) != 0; i++) {
        uint8_t op = rd_u8(&r);

        if (op % OPS == ANSWER)
            any(&r);
        else if (op % OPS == LINE)
            line(&r);
        turn(op % OPS == TIME ? rd_u8(&r) : op % OPS == MORE_TIME ? rd_u8(&r) * UINT64_C(60) : 0);
    }
    judge();
    end();
    return 0;
}
