#include "hub_running.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "proto/tls.h"
#include "tests/support/wire_peer.h"

#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

/* START_MS: from nothing to a hub that answers, on a machine that has much else to do. */
enum { CALL_MS = 15000, START_MS = 120000 };

void hub_running_start(struct hub_running *f)
{
    char self[PATH_MAX], program[PATH_MAX + 16], log[128];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    assert_true(n > 0);
    self[n] = '\0';
    (void)snprintf(program, sizeof program, "%s/%.15s", dirname(self), f->program != NULL ? f->program : "schakel-hub");
    (void)snprintf(log, sizeof log, "%s/log", f->w.home);
    f->pid = fork();
    assert_true(f->pid >= 0);
    if (f->pid == 0) {
        int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);

        (void)dup2(out, 1);
        (void)dup2(out, 2);
        (void)execl(program, program, "run", "--home", f->w.home, (char *)NULL);
        _exit(EX_OSERR);
    }
}

static void show_log(const struct hub_running *f)
{
    char path[128];
    uint8_t *data = NULL;
    size_t len = 0;

    (void)snprintf(path, sizeof path, "%s/log", f->w.home);
    if (file_read(path, 1 << 20, &data, &len, NULL) == OK)
        print_error("%s\n", (char *)data);
    free(data);
}

int hub_running_stop(struct hub_running *f)
{
    int status = -1, code;

    if (f->pid == 0)
        return -1;
    (void)kill(f->pid, SIGTERM);
    assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
    f->pid = 0;
    code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (code != EX_OK)
        show_log(f);
    return code;
}

/* With the first partner's own key and the certificate that its welcome carries. */
static void dial_tls(struct hub_running *f)
{
    struct proto_pem cert = { 0 }, ca = { 0 };
    struct proto_welcome welcome;
    struct trouble t = { 0 };
    uint8_t *data = NULL, *key = NULL;
    char path[128];
    size_t len = 0, key_len = 0;

    (void)snprintf(path, sizeof path, "%s/school.welcome", f->w.home);
    assert_err(file_read(path, 65536, &data, &len, &t), OK);
    assert_err(proto_welcome_check(f->w.region, data, len, &welcome, &t), OK);
    assert_err(proto_tls_der_to_pem(welcome.client_cert.data, welcome.client_cert.len, &cert), OK);
    assert_err(proto_tls_der_to_pem(f->w.region->tls_der, f->w.region->tls_der_len, &ca), OK);
    (void)snprintf(path, sizeof path, "%s/school.key", f->w.home);
    assert_err(file_read(path, 65536, &key, &key_len, &t), OK);
    {
        const struct wire_tls tls = { cert.text, (const char *)key, ca.text };

        assert_err(wire_dial(f->w.address, &tls, &f->client, &t), OK);
    }
    free(data);
    free(key);
    free(cert.text);
    free(ca.text);
}

static int open_one(void **state, const char *pack, bool plain, size_t partners)
{
    struct hub_running *f = calloc(1, sizeof *f);
    struct trouble t = { 0 };

    f->frame = malloc(HUB_WORLD_FRAME_MAX);
    f->w.is_tls = !plain;
    f->w.partners = partners;
    hub_world_open(&f->w, pack, wire_peer_port());
    hub_running_start(f);
    if (plain)
        assert_err(wire_dial(f->w.address, NULL, &f->client, &t), OK);
    else
        dial_tls(f);
    *state = f;
    return 0;
}

int hub_running_open(void **state, const char *pack, bool plain)
{
    return open_one(state, pack, plain, 0);
}

int hub_running_open_many(void **state, const char *pack, size_t partners)
{
    return open_one(state, pack, true, partners);
}

int hub_running_close(void **state)
{
    struct hub_running *f = *state;

    (void)hub_running_stop(f);
    wire_close(f->client);
    hub_world_close(&f->w);
    free(f->frame);
    free(f);
    return 0;
}

/* The parent of this process, from the second field behind its name; 0 when it is gone. */
static pid_t parent_of(const char *pid)
{
    char path[64], text[1024];
    const char *rest;
    size_t n;
    FILE *in;
    int parent = 0;

    (void)snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    in = fopen(path, "re");
    if (in == NULL)
        return 0;
    n = fread(text, 1, sizeof text - 1, in);
    (void)fclose(in);
    text[n] = '\0';
    rest = strrchr(text, ')');
    return rest != NULL && sscanf(rest, ") %*c %d", &parent) == 1 ? parent : 0;
}

/* Does one of its words say this role? */
static bool has_word(const char *pid, const char *role)
{
    char path[64], words[256];
    size_t n, at = 0;
    FILE *in;

    (void)snprintf(path, sizeof path, "/proc/%.20s/cmdline", pid);
    in = fopen(path, "re");
    if (in == NULL)
        return false;
    n = fread(words, 1, sizeof words - 1, in);
    (void)fclose(in);
    words[n] = '\0';
    while (at < n && strcmp(words + at, role) != 0)
        at += strlen(words + at) + 1;
    return at < n;
}

static pid_t find_role(const struct hub_running *f, const char *role)
{
    const struct dirent *d;
    DIR *proc = opendir("/proc");
    pid_t found = 0;
    uint64_t pid;

    assert_non_null(proc);
    while (found == 0 && (d = readdir(proc)) != NULL)
        if (text_u64(d->d_name, INT32_MAX, &pid) == OK && parent_of(d->d_name) == f->pid && has_word(d->d_name, role))
            found = (pid_t)pid;
    (void)closedir(proc);
    return found;
}

pid_t hub_running_role(const struct hub_running *f, const char *role)
{
    pid_t found;

    /* The hub may answer before its last role has its own name. */
    for (uint64_t until = clock_mono_ms() + START_MS; (found = find_role(f, role)) == 0 && clock_mono_ms() < until;)
        (void)usleep(10000);
    assert_true(found > 0);
    return found;
}

struct hub_world_reply hub_running_call_frame(struct hub_running *f, const uint8_t *frame, size_t len)
{
    struct hub_world_reply r;
    const uint8_t *reply;
    size_t reply_len;
    void *handle;
    uint64_t until = clock_mono_ms() + START_MS;
    enum err e;

    /* The hub was started again, and that the connection of before is broken shows only now; or it has not begun yet. Sent again, as a node would. */
    while ((e = wire_call(f->client, frame, len, CALL_MS, &handle, &reply, &reply_len)) == ERR_PEER && clock_mono_ms() < until)
        continue;
    if (e != OK)
        show_log(f);
    assert_err(e, OK);
    hub_world_reply_take(reply, reply_len, &r);
    wire_free(handle);
    return r;
}

struct hub_world_reply hub_running_call(struct hub_running *f, const struct proto_msg *m, int from)
{
    return hub_running_call_frame(f, f->frame, hub_world_frame(&f->w, m, from, f->frame));
}

void hub_running_publish(struct hub_running *f, int partner)
{
    uint8_t cert[1024];
    struct proto_msg m;
    struct hub_world_reply r;

    hub_world_msg(&f->w, PROTO_PUBLISH, partner, -1, &m);
    m.original = (struct proto_blob){ cert, hub_world_staff_cert(&f->w, partner, PROTO_ROLE_CASEWORKER, cert, sizeof cert) };
    r = hub_running_call(f, &m, partner);
    assert_string_equal(proto_refusal_name((enum proto_refusal)r.reply.result), "ACCEPTED");
    hub_world_reply_free(&r);
}

void hub_running_facts(struct hub_running *f, uint8_t *original, struct proto_msg *m)
{
    hub_world_msg(&f->w, PROTO_STATEMENT, A, B, m);
    randombytes_buf(m->head.case_id, sizeof m->head.case_id);
    m->head.subject.type = PROTO_SUBJECT_HANDLE;
    memcpy(m->head.subject.value, m->head.case_id, PROTO_ID_LEN);
    m->original = (struct proto_blob){ original, hub_world_facts(&f->w, A, B, m->head.case_id, original, 2048) };
}
