/* The least function in a language without a runtime of its own: gives each event back. With an argument it is an echo server on that unix socket instead. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CAPACITY = 64 * 1024 };
static char buffer[CAPACITY + 1];

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int echo(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1)) fail("listen");
    int connection = accept(listener, 0, 0);
    for (ssize_t count; (count = read(connection, buffer, CAPACITY)) > 0;)
        if (write(connection, buffer, count) != count) return 1;
    return 0;
}

/* Reads one answer; its body is at the returned place. Events here are small: one that is larger than the buffer ends the program. */
static char *answer(int connection, size_t *length)
{
    size_t have = 0;
    for (;;) {
        ssize_t count = read(connection, buffer + have, CAPACITY - have);
        if (count <= 0) fail("read");
        have += count;
        buffer[have] = 0;
        char *body = strstr(buffer, "\r\n\r\n");
        if (!body) continue;
        body += 4;
        char *announced = strcasestr(buffer, "\r\nContent-Length:");
        *length = announced ? strtoul(announced + 17, 0, 10) : 0;
        while (have < (size_t)(body - buffer) + *length) {
            if ((count = read(connection, buffer + have, CAPACITY - have)) <= 0) fail("read");
            have += count;
        }
        return body;
    }
}

int main(int count, char **arguments)
{
    if (count > 1) return echo(arguments[1]);
    char host[64];
    int port;
    const char *api = getenv("AWS_LAMBDA_RUNTIME_API");
    if (!api || sscanf(api, "%63[^:]:%d", host, &port) != 2) fail("AWS_LAMBDA_RUNTIME_API");
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
    inet_pton(AF_INET, host, &address.sin_addr);
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection, (struct sockaddr *)&address, sizeof address)) fail("connect");
    for (;;) {
        static char request[CAPACITY + 512];
        int size = sprintf(request, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: %s\r\n\r\n", api);
        if (write(connection, request, size) != size) fail("write");
        size_t length;
        char *body = answer(connection, &length), id[64] = "", *found = strcasestr(buffer, "Lambda-Runtime-Aws-Request-Id:");
        if (!found || sscanf(found + 30, " %63s", id) != 1) fail("request id");
        size = sprintf(request, "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: %s\r\nContent-Length: %zu\r\n\r\n", id, api, length);
        memcpy(request + size, body, length);
        if (write(connection, request, size + length) != (ssize_t)(size + length)) fail("write");
        answer(connection, &length);
    }
}
