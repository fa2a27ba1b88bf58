using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Roost.LocalLambda.Tests.Code.Zip;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Http;

/// <summary>Clients that send a zip a few bytes at a time, for as long as they like.</summary>
internal sealed class SlowUploadTests : HttpFixture
{
    private const int Places = 4;

    [TestCase("/2015-03-31/functions", 408)]
    [TestCase("/api/v1/functions/slow/deployments", 400)]
    public async Task Slow_clients_lose_their_places_to_others(string path, int told)
    {
        var clock = new ManualTimeProvider();
        await ServeAsync(clock);
        var slow = new List<Socket>();
        try
        {
            for (var i = 0; i < Places; i++)
            {
                slow.Add(await BeginAsync(path));
            }

            await Eventually.IsTrueAsync(() => Uploads().Length == Places, "all places to be taken");
            Assert.That(await DeployAsync(), Is.EqualTo(HttpStatusCode.TooManyRequests));

            foreach (var socket in slow)
            {
                await socket.SendAsync(new byte[16 * 1024]); // a second more
            }

            await Eventually.IsTrueAsync(
                async () =>
                {
                    clock.Advance(TimeSpan.FromSeconds(1)); // what was sent is read at some time
                    return await DeployAsync() is HttpStatusCode.OK or HttpStatusCode.Created;
                },
                "a place to be free");
            foreach (var socket in slow)
            {
                var answer = new byte[512];
                Assert.That(Encoding.ASCII.GetString(answer, 0, await socket.ReceiveAsync(answer).WaitAsync(Eventually.Limit)), Does.StartWith($"HTTP/1.1 {told}"));
            }

            Assert.That(Uploads(), Is.Empty, "no upload is left");
        }
        finally
        {
            slow.ForEach(socket => socket.Dispose());
        }

        async Task<HttpStatusCode> DeployAsync()
        {
            var zip = new ZipBuilder().Add("main.py", "def handler(event, context): return 1").Add("function.yaml", "runtime: python3.x\nhandler: main.handler\n").ToArray();
            using HttpContent content = path.EndsWith("functions", StringComparison.Ordinal)
                ? JsonContent.Create(new Dictionary<string, object> { ["FunctionName"] = "f", ["Role"] = "arn:aws:iam::000000000000:role/r", ["Code"] = new Dictionary<string, byte[]> { ["ZipFile"] = zip } })
                : new ByteArrayContent(zip);
            using var response = await Client.PostAsync(path, content);
            return response.StatusCode;
        }
    }

    private string[] Uploads() => Directory.GetFiles(Folder["data/code"], ".new-*");

    private async Task<Socket> BeginAsync(string path)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(Client.BaseAddress!.Authority));
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{{"));
        return socket;
    }
}
