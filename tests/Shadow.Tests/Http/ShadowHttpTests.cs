using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Roost.Shadow.Tests.Http;

internal sealed class ShadowHttpTests
{
    private ShadowHost _host = null!;
    private ShadowWeb _web = null!;

    [SetUp]
    public async Task Start()
    {
        _host = await ShadowHost.StartAsync();
        _web = await ShadowWeb.StartAsync(_host);
    }

    [TearDown]
    public async Task Stop()
    {
        await _web.DisposeAsync();
        await _host.DisposeAsync();
    }

    [TestCase("/things/T/shadow")]
    [TestCase("/things/T/shadow?name=S")]
    [TestCase("/things/thing%3A1/shadow?name=a%3Ab_%24-", Description = "percent-encoded, as the SDKs send it")]
    public async Task Update_get_and_delete_answer_as_over_mqtt(string path)
    {
        Assert.That(await Send(HttpMethod.Post, path, """{"state":{"desired":{"a":1}},"clientToken":"t"}"""), Is.EqualTo((200,
            $"{{\"state\":{{\"desired\":{{\"a\":1}}}},\"metadata\":{{\"desired\":{{\"a\":{{\"timestamp\":{_host.Now}}}}}}},\"version\":1,\"timestamp\":{_host.Now},\"clientToken\":\"t\"}}")));
        Assert.That(await Send(HttpMethod.Get, path), Is.EqualTo((200,
            $"{{\"state\":{{\"desired\":{{\"a\":1}},\"delta\":{{\"a\":1}}}},\"metadata\":{{\"desired\":{{\"a\":{{\"timestamp\":{_host.Now}}}}}}},\"version\":1,\"timestamp\":{_host.Now}}}")));
        Assert.That(await Send(HttpMethod.Delete, path), Is.EqualTo((200, $"{{\"version\":1,\"timestamp\":{_host.Now}}}")));
        Assert.That((await Send(HttpMethod.Get, path)).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task Update_is_announced_and_a_refusal_or_a_get_is_not()
    {
        await Send(HttpMethod.Post, "/things/T/shadow", """{"state":{"desired":{"a":1}}}""");
        await Send(HttpMethod.Post, "/things/T/shadow", "{}");
        await Send(HttpMethod.Get, "/things/T/shadow");
        await Send(HttpMethod.Delete, "/things/T/shadow");
        await Send(HttpMethod.Delete, "/things/T/shadow");

        Assert.That(_host.Broker.Topics("#").Concat(_host.Broker.Topics("$aws/#")), Is.EqualTo(new[]
        {
            "$aws/things/T/shadow/update/accepted", "$aws/things/T/shadow/update/delta", "$aws/things/T/shadow/update/documents", "$aws/things/T/shadow/delete/accepted",
        }));
    }

    [TestCase("GET", "/things/T/shadow", 404, "ResourceNotFoundException", "No shadow exists with name: 'T'")]
    [TestCase("DELETE", "/things/T/shadow?name=S", 404, "ResourceNotFoundException", "No shadow exists with name: 'T~S'")]
    [TestCase("GET", "/things/a%2Fb/shadow", 400, "InvalidRequestException", "ThingName must match pattern [a-zA-Z0-9:_-]+")]
    [TestCase("GET", "/things/a%252Fb/shadow", 400, "InvalidRequestException", "ThingName must match pattern [a-zA-Z0-9:_-]+", Description = "escaped twice")]
    [TestCase("GET", "/things/%2B/shadow", 400, "InvalidRequestException", "ThingName must match pattern [a-zA-Z0-9:_-]+", Description = "a wildcard of MQTT")]
    [TestCase("GET", "/things/+/shadow", 400, "InvalidRequestException", "ThingName must match pattern [a-zA-Z0-9:_-]+")]
    [TestCase("DELETE", "/things/%23/shadow", 400, "InvalidRequestException", "ThingName must match pattern [a-zA-Z0-9:_-]+")]
    [TestCase("GET", "/things/%24aws/shadow", 400, "InvalidRequestException", "ThingName must match pattern [a-zA-Z0-9:_-]+")]
    [TestCase("GET", "/things/a%20b/shadow", 400, "InvalidRequestException", "ThingName must match pattern [a-zA-Z0-9:_-]+")]
    [TestCase("GET", "/things/b%C3%A4d/shadow", 400, "InvalidRequestException", "ThingName must match pattern [a-zA-Z0-9:_-]+")]
    [TestCase("GET", "/things/b%E4d/shadow", 400, "InvalidRequestException", "ThingName must match pattern [a-zA-Z0-9:_-]+", Description = "no UTF-8")]
    [TestCase("GET", "/things/%7Bthing%7D/shadow", 400, "InvalidRequestException", "ThingName must match pattern [a-zA-Z0-9:_-]+")]
    [TestCase("GET", "/things/T/shadow?name=%2B", 400, "InvalidRequestException", "ShadowName must match pattern [$a-zA-Z0-9:_-]+")]
    [TestCase("GET", "/things/T/shadow?name=a%00", 400, "InvalidRequestException", "ShadowName must match pattern [$a-zA-Z0-9:_-]+")]
    [TestCase("GET", "/things/T/shadow?name=a&name=b", 400, "InvalidRequestException", "ShadowName must match pattern [$a-zA-Z0-9:_-]+")]
    [TestCase("GET", "/api/things/shadow/ListNamedShadowsForThing/a%2Fb", 400, "InvalidRequestException", "ThingName must match pattern [a-zA-Z0-9:_-]+")]
    [TestCase("POST", "/api/things/shadow/ListNamedShadowsForThing/T", 405, "MethodNotAllowedException", "")]
    [TestCase("GET", "/things/T/shadow?name=", 400, "InvalidRequestException", "ShadowName must not be empty")]
    [TestCase("GET", "/things/T/shadow?name=a/b", 400, "InvalidRequestException", "ShadowName must match pattern [$a-zA-Z0-9:_-]+")]
    [TestCase("GET", "/api/things/shadow/ListNamedShadowsForThing/T?pageSize=0", 400, "InvalidRequestException", "pageSize must be a number from 1 to 100")]
    [TestCase("GET", "/api/things/shadow/ListNamedShadowsForThing/T?pageSize=101", 400, "InvalidRequestException", "")]
    [TestCase("GET", "/api/things/shadow/ListNamedShadowsForThing/T?nextToken=%25", 400, "InvalidRequestException", "nextToken is not one that was given out")]
    public async Task A_refused_request_names_the_exception_for_the_sdks(string method, string path, int status, string type, string message)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await _web.Client.SendAsync(request);

        Assert.That((int)response.StatusCode, Is.EqualTo(status));
        Assert.That(response.Headers.GetValues("x-amzn-ErrorType"), Is.EqualTo(new[] { type }));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain(message));
    }

    [Test]
    public async Task A_body_announced_too_large_is_refused_before_any_of_it_is_sent()
    {
        using var socket = await Connect();
        await socket.SendAsync(Encoding.ASCII.GetBytes("POST /things/T/shadow HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n"));

        Assert.That(await ReadStart(socket), Does.StartWith("HTTP/1.1 413"));
    }

    [Test]
    public async Task A_body_without_length_is_refused_once_it_is_too_large()
    {
        using var socket = await Connect();
        await socket.SendAsync(Encoding.ASCII.GetBytes("POST /things/T/shadow HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n30D40\r\n"));
        await socket.SendAsync(new byte[200_000]);

        Assert.That(await ReadStart(socket), Does.StartWith("HTTP/1.1 413"));
    }

    [Test]
    public async Task Named_shadows_are_listed_page_by_page()
    {
        foreach (var name in new[] { "c", "a", "$b" })
        {
            await Send(HttpMethod.Post, $"/things/T/shadow?name={Uri.EscapeDataString(name)}", """{"state":{}}""");
        }

        await Send(HttpMethod.Post, "/things/T/shadow", """{"state":{}}""");
        const string Path = "/api/things/shadow/ListNamedShadowsForThing/T";

        Assert.That((await Send(HttpMethod.Get, Path)).Body, Is.EqualTo($"{{\"results\":[\"$b\",\"a\",\"c\"],\"timestamp\":{_host.Now}}}"));
        Assert.That((await Send(HttpMethod.Get, Path + "?pageSize=2")).Body, Is.EqualTo($"{{\"results\":[\"$b\",\"a\"],\"nextToken\":\"YQ\",\"timestamp\":{_host.Now}}}"));
        Assert.That((await Send(HttpMethod.Get, Path + "?pageSize=2&nextToken=YQ")).Body, Is.EqualTo($"{{\"results\":[\"c\"],\"timestamp\":{_host.Now}}}"));
        Assert.That((await Send(HttpMethod.Get, Path.Replace("/T", "/nobody", StringComparison.Ordinal))).Body, Is.EqualTo($"{{\"results\":[],\"timestamp\":{_host.Now}}}"));
    }

    [Test]
    public async Task Things_are_listed_with_their_shadows()
    {
        await Send(HttpMethod.Post, "/things/b/shadow", """{"state":{}}""");
        await Send(HttpMethod.Post, "/things/a/shadow?name=n", """{"state":{}}""");
        await Send(HttpMethod.Post, "/things/a/shadow", """{"state":{}}""");

        Assert.That(await Send(HttpMethod.Get, "/api/v1/things?pageSize=1"), Is.EqualTo((200,
            """{"things":[{"thing":"a","shadows":[{"name":null,"version":1,"updated":"2026-01-01T00:00:00+00:00"},{"name":"n","version":1,"updated":"2026-01-01T00:00:00+00:00"}]}],"nextToken":"YQ"}""")));
        Assert.That((await Send(HttpMethod.Get, "/api/v1/things?nextToken=YQ")).Body, Is.EqualTo(
            """{"things":[{"thing":"b","shadows":[{"name":null,"version":1,"updated":"2026-01-01T00:00:00+00:00"}]}]}"""));
        Assert.That(await Send(HttpMethod.Get, "/api/v1/things?pageSize=x"), Is.EqualTo((400, """{"message":"pageSize must be a number from 1 to 1000"}""")));
    }

    private async Task<(int Status, string Body)> Send(HttpMethod method, string path, string? body = null)
    {
        var answer = await _web.SendAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body));
        return (answer.Status, answer.Text);
    }

    private async Task<Socket> Connect()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _web.Port);
        return socket;
    }

    private static async Task<string> ReadStart(Socket socket)
    {
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, limit.Token));
    }
}
