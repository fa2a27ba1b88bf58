using Microsoft.AspNetCore.Http;

namespace Roost.Cli.Tests.Commands;

public sealed class CloudTests
{
    [Test]
    public async Task Cloud_status_tells_why_there_is_no_connection_and_what_waits()
    {
        await using var daemon = await AnsweringAsync(
            """{"state":"waiting","endpoint":"cloud.example.com:8883","connectedSince":null,"attempts":3,"lastError":"the server refused the connection. Check user name and password.","lastErrorAt":"2026-11-21T10:00:00Z","needsOperator":true,"nextAttemptAt":"2026-11-21T10:00:40Z"}""",
            """
            {"bridges":[{"name":"states","direction":"out","topics":["robots/#"],"messagesOut":10,"bytesOut":100,"messagesIn":0,"bytesIn":0,"queued":7,"queueBytes":700,"retried":2,
            "droppedOut":{"full":3,"offline":1},"droppedIn":{},"refused":{},"fault":null},
            {"name":"commands","direction":"in","topics":["commands/#"],"messagesOut":0,"bytesOut":0,"messagesIn":4,"bytesIn":40,"queued":0,"queueBytes":0,"retried":0,
            "droppedOut":{},"droppedIn":{},"refused":{"commands/#":"The server refuses 'commands/#'. Check the policy."},"fault":null}]}
            """);

        Assert.That((await RoostRun.AtAsync(daemon, "cloud", "status")).Output, Is.EqualTo("""
            waiting: cloud.example.com:8883
            last error, 2026-11-21T10:00:00.000Z: the server refused the connection. Check user name and password.
            next attempt: 2026-11-21T10:00:40.000Z
            BRIDGE    DIRECTION  OUT  IN  QUEUED  BYTES  RETRIED  DROPPED
            states    out        10   0   7       700    2        3 full, 1 offline
            commands  in         0    4   0       0      0
            commands: The server refuses 'commands/#'. Check the policy.

            """));
    }

    [Test]
    public async Task Cloud_status_says_so_where_there_is_none()
    {
        await using var daemon = await AnsweringAsync("""{"state":"off","endpoint":null}""", """{"bridges":[]}""");

        Assert.That((await RoostRun.AtAsync(daemon, "cloud", "status")).Output, Is.EqualTo("no cloud is configured (cloud.mqtt.host)\n"));
    }

    private static Task<FakeDaemon> AnsweringAsync(string uplink, string bridge) => FakeDaemon.StartAsync(context =>
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(context.Request.Path == "/api/v1/bridge" ? bridge : uplink);
    });
}
