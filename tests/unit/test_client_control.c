/* client/control: whole requests in, answers out; nothing that comes in half, too long or from nobody stops the others. */
#include "tests/support/check.h"
#include "tests/support/home_folder.h"

#include "base/proc.h"
#include "base/wr.h"
#include "client/control.h"

#include <sodium.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct client_control *listen_at(void **state)
{
    struct client_control *c = NULL;
    struct trouble t = {.lang = LANG_EN};

    assert_int_equal(mkdir(home_folder_path(*state, "run"), 0700), 0);
    assert_err(client_control_listen(home_folder_path(*state, "run/control"), &c, &t), OK);
    return c;
}

static int dial(void **state)
{
    int fd = -1;

    assert_err(client_control_connect(((struct home_folder *)*state)->path, &fd, NULL), OK);
    return fd;
}

/* Let the server look for a moment. */
static void turn(struct client_control *c)
{
    for (int i = 0; i < 4; i++) {
        struct pollfd fds[CLIENT_CONTROL_CONNS + 1];
        size_t count = client_control_fds(c, fds);

        assert_true(poll(fds, (nfds_t)count, 20) >= 0);
        client_control_step(c, fds, count);
    }
}

/* The next request as text; "" when there is none. The caller frees it. */
static char *next(struct client_control *c, uint64_t *conn)
{
    uint8_t *data = NULL;
    size_t len = 0;
    char *text;
    enum err e;

    turn(c);
    e = client_control_next(c, conn, &data, &len);
    assert_true(e == OK || e == ERR_BUSY);
    text = calloc(1, len + 1);
    assert_non_null(text);
    if (e == OK)
        memcpy(text, data, len);
    free(data);
    return text;
}

static void assert_next(struct client_control *c, uint64_t *conn, const char *expected)
{
    char *text = next(c, conn);

    assert_string_equal(text, expected);
    free(text);
}

static void send_text(int fd, const char *text)
{
    assert_err(proc_send(fd, (const uint8_t *)text, strlen(text)), OK);
}

static void a_request_is_answered(void **state)
{
    struct client_control *c = listen_at(state);
    int fd = dial(state);
    uint64_t conn = 0;
    cJSON *reply = NULL;

    send_text(fd, "{\"command\":\"status\"}");
    assert_next(c, &conn, "{\"command\":\"status\"}");
    client_control_answer(c, conn, "{\"ok\":true}");
    turn(c);
    assert_err(client_control_receive(fd, &reply, NULL), OK);
    assert_err(client_control_check(reply, NULL), OK);
    cJSON_Delete(reply);
    (void)close(fd);
    client_control_close(c);
}

static void an_error_comes_back_as_trouble(void **state)
{
    struct client_control *c = listen_at(state);
    int fd = dial(state);
    uint64_t conn = 0;
    cJSON *reply = NULL;
    struct trouble t = {.lang = LANG_EN};

    send_text(fd, "{}");
    assert_next(c, &conn, "{}");
    client_control_answer(c, conn, "{\"ok\":false,\"error\":{\"class\":\"denied\",\"text\":\"no\",\"where\":\"--to\"}}");
    turn(c);
    assert_err(client_control_receive(fd, &reply, &t), OK);
    assert_err(client_control_check(reply, &t), ERR_DENIED);
    assert_string_equal(t.text, "no");
    assert_string_equal(t.where, "--to");
    cJSON_Delete(reply);
    (void)close(fd);
    client_control_close(c);
}

static void one_at_a_time_on_a_connection(void **state)
{
    struct client_control *c = listen_at(state);
    int fd = dial(state);
    uint64_t conn = 0, none = 0;

    send_text(fd, "1");
    send_text(fd, "2");
    assert_next(c, &conn, "1");
    assert_next(c, &none, "");
    client_control_answer(c, conn, "{}");
    assert_next(c, &conn, "2");
    (void)close(fd);
    client_control_close(c);
}

static void connections_are_served_in_the_order_they_came(void **state)
{
    struct client_control *c = listen_at(state);
    uint64_t conn = 0;
    int a = dial(state), b;

    turn(c);
    b = dial(state);
    turn(c);
    send_text(b, "later");
    send_text(a, "first");
    assert_next(c, &conn, "first");
    assert_next(c, &conn, "later");
    (void)close(a);
    (void)close(b);
    client_control_close(c);
}

static void half_a_request_is_none(void **state)
{
    struct client_control *c = listen_at(state);
    int fd = dial(state);
    uint64_t conn = 0;
    const uint8_t whole[] = {0, 0, 0, 3, 'a', 'b', 'c'};

    for (size_t i = 0; i < sizeof whole - 1; i++) {
        assert_int_equal(send(fd, whole + i, 1, 0), 1);
        assert_next(c, &conn, "");
    }
    assert_int_equal(send(fd, whole + sizeof whole - 1, 1, 0), 1);
    assert_next(c, &conn, "abc");
    (void)close(fd);
    client_control_close(c);
}

static void too_long_ends_the_connection(void **state)
{
    struct client_control *c = listen_at(state);
    int fd = dial(state);
    uint64_t conn = 0;
    const uint8_t head[] = {0, 16, 0, 1};
    char byte;

    assert_int_equal(send(fd, head, sizeof head, 0), sizeof head);
    assert_next(c, &conn, "");
    assert_int_equal(recv(fd, &byte, 1, 0), 0);
    (void)close(fd);
    client_control_close(c);
}

static void nothing_ends_the_connection_too(void **state)
{
    struct client_control *c = listen_at(state);
    int fd = dial(state);
    uint64_t conn = 0;
    const uint8_t head[] = {0, 0, 0, 0};
    char byte;

    assert_int_equal(send(fd, head, sizeof head, 0), sizeof head);
    assert_next(c, &conn, "");
    assert_int_equal(recv(fd, &byte, 1, 0), 0);
    (void)close(fd);
    client_control_close(c);
}

/* Who goes away while being served is forgotten, and whoever takes the place gets none of the answer. */
static void an_answer_for_nobody_goes_nowhere(void **state)
{
    struct client_control *c = listen_at(state);
    int fd = dial(state), other;
    uint64_t conn = 0, second = 0;
    cJSON *reply = NULL;

    send_text(fd, "gone");
    assert_next(c, &conn, "gone");
    (void)close(fd);
    turn(c);
    other = dial(state);
    send_text(other, "here");
    assert_next(c, &second, "here");
    client_control_answer(c, conn, "{\"ok\":true,\"secret\":\"of somebody else\"}");
    client_control_answer(c, second, "{\"ok\":true}");
    turn(c);
    assert_err(client_control_receive(other, &reply, NULL), OK);
    assert_null(cJSON_GetObjectItemCaseSensitive(reply, "secret"));
    cJSON_Delete(reply);
    (void)close(other);
    client_control_close(c);
}

static void too_long_an_answer_becomes_an_error(void **state)
{
    struct client_control *c = listen_at(state);
    int fd = dial(state);
    uint64_t conn = 0;
    char *text = malloc(CLIENT_CONTROL_MAX + 2);
    cJSON *reply = NULL;

    assert_non_null(text);
    memset(text, 'x', CLIENT_CONTROL_MAX + 1);
    text[CLIENT_CONTROL_MAX + 1] = '\0';
    send_text(fd, "{}");
    assert_next(c, &conn, "{}");
    client_control_answer(c, conn, text);
    turn(c);
    assert_err(client_control_receive(fd, &reply, NULL), OK);
    assert_err(client_control_check(reply, NULL), ERR_LONG);
    cJSON_Delete(reply);
    free(text);
    (void)close(fd);
    client_control_close(c);
}

static void more_connections_than_there_is_room_wait(void **state)
{
    struct client_control *c = listen_at(state);
    int fds[CLIENT_CONTROL_CONNS + 2];
    uint64_t conn = 0;

    for (size_t i = 0; i < CLIENT_CONTROL_CONNS + 2; i++) {
        fds[i] = dial(state);
        turn(c);
    }
    send_text(fds[CLIENT_CONTROL_CONNS + 1], "last");
    assert_next(c, &conn, "");
    (void)close(fds[0]);
    (void)close(fds[1]);
    assert_next(c, &conn, "last");
    for (size_t i = 2; i < CLIENT_CONTROL_CONNS + 2; i++)
        (void)close(fds[i]);
    client_control_close(c);
}

static void two_nodes_cannot_listen(void **state)
{
    struct client_control *c = listen_at(state), *second = NULL;
    struct stat st;

    assert_err(client_control_listen(home_folder_path(*state, "run/control"), &second, NULL), ERR_BUSY);
    assert_null(second);
    assert_int_equal(stat(home_folder_path(*state, "run/control"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    client_control_close(c);
    assert_int_not_equal(stat(home_folder_path(*state, "run/control"), &st), 0);
}

/* A crash leaves the name of the socket behind. */
static void a_dead_socket_is_replaced(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct client_control *c = NULL;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    check_put(address.sun_path, sizeof address.sun_path, home_folder_path(*state, "control"));
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    (void)close(fd);
    assert_err(client_control_listen(home_folder_path(*state, "control"), &c, NULL), OK);
    client_control_close(c);
}

static void make_file(void **state, const char *name)
{
    FILE *f = fopen(home_folder_path(*state, name), "w");

    assert_non_null(f);
    assert_int_equal(fclose(f), 0);
}

static void no_node_says_how_to_start_one(void **state)
{
    struct trouble t = {.lang = LANG_EN};
    int fd = -1;

    make_file(state, "org.pub");
    assert_err(client_control_connect(((struct home_folder *)*state)->path, &fd, &t), ERR_PEER);
    assert_non_null(strstr(t.text, "schakel node"));
    assert_int_equal(fd, -1);
}

/* In another's folder, or none, a node would be no next step. */
static void another_folder_says_whose_it_is(void **state)
{
    const char *home = ((struct home_folder *)*state)->path;
    static const struct { const char *file, *says; } rows[] = {{"x", "schakel org init"}, {"keyholder.pub", "schakel keyholder status"}, {"hub.pub", "schakel-hub"}};
    char token[65];
    int fd = -1;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct trouble t = {.lang = LANG_EN}, at_login = {.lang = LANG_EN};

        make_file(state, rows[i].file);
        assert_err(client_control_connect(home, &fd, &t), ERR_NOTFOUND);
        assert_non_null(strstr(t.text, rows[i].says));
        assert_err(client_session_token(home, "anna", token, &at_login), ERR_NOTFOUND);
        assert_non_null(strstr(at_login.text, rows[i].says));
    }
    struct trouble none = {.lang = LANG_EN};
    assert_err(client_control_connect("no-such-folder", &fd, &none), ERR_NOTFOUND);
    assert_non_null(strstr(none.text, "--home DIR"));
    assert_int_equal(fd, -1);
}

/* ---- tokens ---- */

static void make_run(void **state)
{
    assert_int_equal(mkdir(home_folder_path(*state, "run"), 0700), 0);
}

static const char token_text[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static void the_only_session_needs_no_name(void **state)
{
    const char *home = ((struct home_folder *)*state)->path;
    char token[65];
    struct trouble t = {.lang = LANG_EN};

    make_run(state);
    assert_err(client_session_token(home, NULL, token, &t), ERR_NOTFOUND);
    assert_err(client_session_write(home, "anna", token_text, &t), OK);
    assert_err(client_session_token(home, NULL, token, &t), OK);
    assert_string_equal(token, token_text);
    assert_err(client_session_write(home, "bert", token_text, &t), OK);
    assert_err(client_session_token(home, NULL, token, &t), ERR_USAGE);
    assert_non_null(strstr(t.text, "anna"));
    assert_non_null(strstr(t.text, "bert"));
    assert_err(client_session_token(home, "bert", token, &t), OK);
    client_session_remove(home, "bert");
    assert_err(client_session_token(home, NULL, token, &t), OK);
}

static void a_login_is_no_path(void **state)
{
    const char *home = ((struct home_folder *)*state)->path;
    char token[65];

    make_run(state);
    assert_err(client_session_write(home, "../anna", token_text, NULL), ERR_USAGE);
    assert_err(client_session_token(home, "a/b", token, NULL), ERR_USAGE);
}

#define folder_test(f) cmocka_unit_test_setup_teardown(f, home_folder_setup, home_folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        folder_test(a_request_is_answered),
        folder_test(an_error_comes_back_as_trouble),
        folder_test(one_at_a_time_on_a_connection),
        folder_test(connections_are_served_in_the_order_they_came),
        folder_test(half_a_request_is_none),
        folder_test(too_long_ends_the_connection),
        folder_test(nothing_ends_the_connection_too),
        folder_test(an_answer_for_nobody_goes_nowhere),
        folder_test(too_long_an_answer_becomes_an_error),
        folder_test(more_connections_than_there_is_room_wait),
        folder_test(two_nodes_cannot_listen),
        folder_test(a_dead_socket_is_replaced),
        folder_test(no_node_says_how_to_start_one),
        folder_test(another_folder_says_whose_it_is),
        folder_test(the_only_session_needs_no_name),
        folder_test(a_login_is_no_path),
    };

    return cmocka_run_group_tests_name("client/control", tests, NULL, NULL);
}
