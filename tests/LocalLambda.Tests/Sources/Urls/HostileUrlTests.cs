using System.Net;
using System.Net.Sockets;
using System.Text;
using Roost.LocalLambda.Tests.Http;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Sources.Urls;

/// <summary>What a function's page may not do to the gateway whose origin it shares, and what its visitors may not.</summary>
internal sealed class HostileUrlTests : HttpFixture
{
    private const int Connections = 16;

    private readonly List<Socket> _sockets = [];

    [TearDown]
    public void Close()
    {
        _sockets.ForEach(socket => socket.Dispose());
        _sockets.Clear();
    }

    [Test]
    public async Task Visitors_that_send_a_lot_at_once_are_bounded_together()
    {
        Python("page", "def handler(event, context):\n    return 'served'", "url: true\n");
        await ServeAsync();
        for (var i = 0; i < Connections; i++)
        {
            await BeginAsync("POST /fn/page/ HTTP/1.1\r\nHost: x\r\nContent-Length: 6000000\r\n\r\nx");
        }

        await Eventually.IsTrueAsync(() => Host.InvokeBodies.TakenBytes == 66_000_000, "the bound to be reached");
        using var refused = await Client.PostAsync("/fn/page/", new ByteArrayContent(new byte[6_000_000]));
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(await Client.GetStringAsync("/fn/page/"), Is.EqualTo("\"served\""), "what sends nothing is served");

        Close();
        await Eventually.IsTrueAsync(() => Host.InvokeBodies.TakenBytes == 0, "room again");
    }

    [TestCase("GET /fn/fat/ HTTP/1.1\r\nHost: x\r\n\r\n")]
    [TestCase("POST /2015-03-31/functions/fat/invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")]
    public async Task Visitors_that_do_not_take_their_answers_are_bounded_together(string request)
    {
        Python("fat", "def handler(event, context):\n    return 'x' * 5_900_000", "url: true\ntimeout: 60s\n");
        await ServeAsync();
        await Client.GetByteArrayAsync("/fn/fat/");
        for (var i = 0; i < Connections; i++)
        {
            await BeginAsync(request);
        }

        await Eventually.IsTrueAsync(() => Host.InvokeBodies.TakenBytes == 11 * 5_900_002, "the bound to be reached");
        using var refused = await Client.GetAsync("/fn/fat/");
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));

        Close();
        await Eventually.IsTrueAsync(() => Host.InvokeBodies.TakenBytes == 0, "room again");
    }

    [Test]
    public async Task A_page_gets_an_origin_of_its_own_and_no_say_about_the_gateways()
    {
        Python(
            "page",
            """
            def handler(event, context):
                return {'statusCode': 200, 'body': '<script src=evil.js></script>', 'headers': {'content-type': 'text/html', 'Service-Worker-Allowed': '/', 'Clear-Site-Data': '"*"',
                    'Strict-Transport-Security': 'max-age=1', 'Content-Security-Policy': "default-src 'self'"}}
            """,
            "url: true\n");
        await ServeAsync();

        using var answer = await Client.GetAsync("/fn/page/");

        Assert.That(answer.Headers.GetValues("Content-Security-Policy"), Has.Exactly(1).StartsWith("sandbox").And.Exactly(1).EqualTo("default-src 'self'"));
        Assert.That(string.Concat(answer.Headers.GetValues("Content-Security-Policy")), Does.Not.Contain("allow-same-origin"));
        Assert.That(answer.Headers.Select(header => header.Key), Has.None.AnyOf("Service-Worker-Allowed", "Clear-Site-Data", "Strict-Transport-Security"));
    }

    private async Task BeginAsync(string request)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        _sockets.Add(socket);
        await socket.ConnectAsync(IPEndPoint.Parse(Client.BaseAddress!.Authority));
        await socket.SendAsync(Encoding.ASCII.GetBytes(request));
    }
}
