/* Paho C as a driver; see README.md. Built by the tests: cc paho_c.c -lpaho-mqtt3as */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <MQTTAsync.h>

#define MAX_FIELDS 8

static MQTTAsync client;
static int version;

/* One command's messages, some of which are not acknowledged yet. */
struct burst { int count; int left; };

static void published(struct burst *burst)
{
    if (__atomic_sub_fetch(&burst->left, 1, __ATOMIC_SEQ_CST) == 0) {
        printf("published\t%d\n", burst->count);
        free(burst);
    }
}

static void on_published(void *context, MQTTAsync_successData *data) { (void)data; published(context); }
static void on_published5(void *context, MQTTAsync_successData5 *data) { (void)data; published(context); }
static void on_subscribed(void *context, MQTTAsync_successData *data) { (void)context; printf("subscribed\t%d\n", data->alt.qos); }
static void on_subscribed5(void *context, MQTTAsync_successData5 *data) { (void)context; printf("subscribed\t%d\n", data->reasonCode); }
static void on_unsubscribed(void *context, MQTTAsync_successData *data) { (void)context; (void)data; printf("unsubscribed\n"); }
static void on_unsubscribed5(void *context, MQTTAsync_successData5 *data) { (void)context; (void)data; printf("unsubscribed\n"); }
static void on_disconnected(void *context, MQTTAsync_successData *data) { (void)context; (void)data; printf("disconnected\n"); }
static void on_disconnected5(void *context, MQTTAsync_successData5 *data) { (void)context; (void)data; printf("disconnected\n"); }
static void on_refused(void *context, MQTTAsync_failureData *data) { (void)context; printf("refused\t%d\n", data->code); }
static void on_refused5(void *context, MQTTAsync_failureData5 *data) { (void)context; printf("refused\t%d\n", data->reasonCode ? (int)data->reasonCode : data->code); }

/* The library tells Session Present for the first CONNACK only, not for those of its own reconnects. */
static int session_present;
static void on_first(void *context, MQTTAsync_successData *data) { (void)context; session_present = data->alt.connect.sessionPresent; }
static void on_first5(void *context, MQTTAsync_successData5 *data) { (void)context; session_present = data->alt.connect.sessionPresent; }
static void on_connected(void *context, char *cause) 
{
    (void)context; (void)cause;
    printf(session_present < 0 ? "connected\t-\n" : "connected\t%d\n", session_present);
}

static void on_lost(void *context, char *cause) { (void)context; (void)cause; session_present = -1; printf("lost\n"); }

static void print_properties(MQTTProperties *properties)
{
    const char *between = "";
    for (int i = 0; i < properties->count; i++) {
        MQTTProperty *property = &properties->array[i];
        MQTTLenString data = property->value.data, value = property->value.value;
        switch (property->identifier) {
        case MQTTPROPERTY_CODE_CONTENT_TYPE: printf("%scontent-type=%.*s", between, data.len, data.data); break;
        case MQTTPROPERTY_CODE_RESPONSE_TOPIC: printf("%sresponse-topic=%.*s", between, data.len, data.data); break;
        case MQTTPROPERTY_CODE_CORRELATION_DATA: printf("%scorrelation=%.*s", between, data.len, data.data); break;
        case MQTTPROPERTY_CODE_MESSAGE_EXPIRY_INTERVAL: printf("%sexpiry=%u", between, property->value.integer4); break;
        case MQTTPROPERTY_CODE_PAYLOAD_FORMAT_INDICATOR: printf("%sformat=%d", between, property->value.byte); break;
        case MQTTPROPERTY_CODE_USER_PROPERTY: printf("%s%.*s=%.*s", between, data.len, data.data, value.len, value.data); break;
        default: continue;
        }
        between = "&";
    }
}

static int on_message(void *context, char *topic, int length, MQTTAsync_message *message)
{
    (void)context;
    flockfile(stdout);
    printf("message\t%.*s\t%d\t%d\t%.*s\t", length ? length : (int)strlen(topic), topic, message->qos, message->retained, message->payloadlen, (char *)message->payload);
    print_properties(&message->properties);
    printf("\n");
    funlockfile(stdout);
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
}

static void add(MQTTProperties *properties, char *name, char *value)
{
    MQTTProperty property;
    memset(&property, 0, sizeof property);
    property.value.data.data = value;
    property.value.data.len = (int)strlen(value);
    if (strcmp(name, "content-type") == 0) property.identifier = MQTTPROPERTY_CODE_CONTENT_TYPE;
    else if (strcmp(name, "response-topic") == 0) property.identifier = MQTTPROPERTY_CODE_RESPONSE_TOPIC;
    else if (strcmp(name, "correlation") == 0) property.identifier = MQTTPROPERTY_CODE_CORRELATION_DATA;
    else if (strcmp(name, "expiry") == 0) {
        property.identifier = MQTTPROPERTY_CODE_MESSAGE_EXPIRY_INTERVAL;
        property.value.integer4 = (unsigned)atoi(value);
    } else if (strcmp(name, "format") == 0) {
        property.identifier = MQTTPROPERTY_CODE_PAYLOAD_FORMAT_INDICATOR;
        property.value.byte = (unsigned char)atoi(value);
    } else {
        property.identifier = MQTTPROPERTY_CODE_USER_PROPERTY;
        property.value.data.data = name;
        property.value.data.len = (int)strlen(name);
        property.value.value.data = value;
        property.value.value.len = (int)strlen(value);
    }
    MQTTProperties_add(properties, &property);
}

static void send(struct burst *burst, char *topic, int qos, int retain, const char *payload, char *properties)
{
    MQTTAsync_message message = MQTTAsync_message_initializer;
    MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
    message.payload = (void *)payload;
    message.payloadlen = (int)strlen(payload);
    message.qos = qos;
    message.retained = retain;
    options.context = burst;
    if (version == MQTTVERSION_5) options.onSuccess5 = on_published5; else options.onSuccess = on_published;
    while (properties != NULL && *properties != '\0') {
        char *pair = strsep(&properties, "&"), *name = strsep(&pair, "=");
        add(&message.properties, name, pair);
    }
    int code = MQTTAsync_sendMessage(client, topic, &message, &options);
    if (code != MQTTASYNC_SUCCESS) printf("refused\t%d\n", code);
    MQTTProperties_free(&message.properties);
}

static struct burst *new_burst(int count)
{
    struct burst *burst = malloc(sizeof *burst);
    burst->count = burst->left = count;
    return burst;
}

static void run_connect(char **field)
{
    char *url = strncmp(field[1], "tls://", 6) == 0 ? field[1] + 3 : field[1], address[1024];
    snprintf(address, sizeof address, "%s%s", strncmp(field[1], "tls://", 6) == 0 ? "ssl" : "", url);
    version = field[3][0] == '5' ? MQTTVERSION_5 : MQTTVERSION_3_1_1;
    int clean = field[4][0] == '1';
    MQTTAsync_createOptions creation = MQTTAsync_createOptions_initializer5;
    creation.MQTTVersion = version;
    creation.sendWhileDisconnected = 1;
    creation.maxBufferedMessages = 100000;
    MQTTAsync_connectOptions modern = MQTTAsync_connectOptions_initializer5, old = MQTTAsync_connectOptions_initializer;
    MQTTAsync_connectOptions options = version == MQTTVERSION_5 ? modern : old;
    MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
    MQTTAsync_SSLOptions ssl = MQTTAsync_SSLOptions_initializer;
    MQTTProperties properties = MQTTProperties_initializer;
    MQTTProperty expiry;
    MQTTAsync_createWithOptions(&client, address, field[2], MQTTCLIENT_PERSISTENCE_NONE, NULL, &creation);
    MQTTAsync_setCallbacks(client, NULL, on_lost, on_message, NULL);
    MQTTAsync_setConnected(client, NULL, on_connected);
    options.automaticReconnect = 1;
    options.minRetryInterval = options.maxRetryInterval = 1;
    options.keepAliveInterval = 60;
    options.maxInflight = 65535;
    options.MQTTVersion = version;
    if (version == MQTTVERSION_5) {
        options.cleanstart = clean;
        expiry.identifier = MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL;
        expiry.value.integer4 = (unsigned)atoi(field[5]);
        MQTTProperties_add(&properties, &expiry);
        options.connectProperties = &properties;
        options.onSuccess5 = on_first5;
        options.onFailure5 = on_refused5;
    } else {
        options.cleansession = clean;
        options.onSuccess = on_first;
        options.onFailure = on_refused;
    }
    if (field[6][0] != '\0') {
        ssl.trustStore = field[6];
        options.ssl = &ssl;
    }
    if (field[7][0] != '\0') {
        char *left = field[7];
        will.topicName = strsep(&left, ",");
        will.qos = atoi(strsep(&left, ","));
        will.retained = atoi(strsep(&left, ","));
        will.message = left;
        options.will = &will;
    }
    int code = MQTTAsync_connect(client, &options);
    if (code != MQTTASYNC_SUCCESS) printf("refused\t%d\n", code);
    MQTTProperties_free(&properties);
}

static void run(char **field)
{
    MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
    if (strcmp(field[0], "connect") == 0) {
        run_connect(field);
    } else if (strcmp(field[0], "subscribe") == 0) {
        if (version == MQTTVERSION_5) options.onSuccess5 = on_subscribed5; else options.onSuccess = on_subscribed;
        MQTTAsync_subscribe(client, field[1], atoi(field[2]), &options);
    } else if (strcmp(field[0], "unsubscribe") == 0) {
        if (version == MQTTVERSION_5) options.onSuccess5 = on_unsubscribed5; else options.onSuccess = on_unsubscribed;
        MQTTAsync_unsubscribe(client, field[1], &options);
    } else if (strcmp(field[0], "publish") == 0) {
        send(new_burst(1), field[1], atoi(field[2]), atoi(field[3]), field[4], field[5]);
    } else if (strcmp(field[0], "burst") == 0) {
        int first = atoi(field[3]), count = atoi(field[4]);
        struct burst *burst = new_burst(count);
        for (int i = first; i < first + count; i++) {
            char payload[16];
            snprintf(payload, sizeof payload, "%d", i);
            send(burst, field[1], atoi(field[2]), 0, payload, NULL);
        }
    } else if (strcmp(field[0], "disconnect") == 0) {
        MQTTAsync_disconnectOptions disconnect = MQTTAsync_disconnectOptions_initializer, modern = MQTTAsync_disconnectOptions_initializer5;
        if (version == MQTTVERSION_5) {
            modern.onSuccess5 = on_disconnected5;
            disconnect = modern;
        } else {
            disconnect.onSuccess = on_disconnected;
        }
        MQTTAsync_disconnect(client, &disconnect);
    }
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    setvbuf(stdout, NULL, _IOLBF, 0);
    while ((length = getline(&line, &size, stdin)) > 0) {
        char *field[MAX_FIELDS + 1] = { NULL }, *left = line;
        line[length - 1] = '\0';
        for (int i = 0; i < MAX_FIELDS && left != NULL; i++) field[i] = strsep(&left, "\t");
        run(field);
    }
    return 0;
}
