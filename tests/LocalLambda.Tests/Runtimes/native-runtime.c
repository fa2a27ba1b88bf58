/* A custom runtime in C with nothing but sockets: answers a JSON string with its letters reversed. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[65536];

static int dial(void) {
    char host[64];
    struct sockaddr_in address = { .sin_family = AF_INET };
    snprintf(host, sizeof host, "%s", getenv("AWS_LAMBDA_RUNTIME_API"));
    char *colon = strchr(host, ':');
    *colon = 0;
    inet_pton(AF_INET, host, &address.sin_addr);
    address.sin_port = htons(atoi(colon + 1));
    int s = socket(AF_INET, SOCK_STREAM, 0);
    return connect(s, (struct sockaddr *)&address, sizeof address) == 0 ? s : -1;
}

/* Sends a request and reads its whole answer; the body, ended by a zero. */
static char *ask(const char *request) {
    int s = dial();
    if (s < 0 || write(s, request, strlen(request)) < 0) exit(1);
    size_t length = 0;
    ssize_t count;
    while ((count = read(s, buffer + length, sizeof buffer - 1 - length)) > 0) length += count;
    buffer[length] = 0;
    close(s);
    return strstr(buffer, "\r\n\r\n") + 4;
}

int main(void) {
    static char request[65536], id[64], body[65536];
    for (;;) {
        char *event = ask("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        char *header = strcasestr(buffer, "lambda-runtime-aws-request-id: ");
        snprintf(id, sizeof id, "%.36s", header + 31);
        size_t length = strlen(event);
        for (size_t i = 0; i < length; i++) body[i] = event[length - 1 - i];
        body[length] = 0;
        snprintf(request, sizeof request, "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s", id, length, body);
        ask(request);
    }
}
