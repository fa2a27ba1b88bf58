using System.Net;
using System.Net.Sockets;
using Roost.LocalLambda.Http;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Http;

/// <summary>Callers who send, together, more than a small machine has.</summary>
internal sealed class InvokeBodiesTests : HttpFixture
{
    private const int Large = 6 * 1024 * 1024;

    [SetUp]
    public void WriteFunction() => Python("echo", "def handler(event, context):\n    return len(event)");

    [Test]
    public async Task Events_beyond_the_bound_are_refused_and_taken_again_when_others_are_done()
    {
        await ServeAsync();
        var uploads = Enumerable.Range(0, 16).Select(_ => new HangingBody(Large)).ToList();
        var answers = uploads.ConvertAll(PostAsync);
        await Task.WhenAll(uploads.Select(upload => upload.Begun));

        // Room is there for ten, 60 MiB; the others are refused, though their callers send on.
        await Eventually.IsTrueAsync(async () => (await PostAsync(new HangingBody(Large, hangs: false))).StatusCode == HttpStatusCode.TooManyRequests, "the bound to be reached");
        using var refused = await PostAsync(new HangingBody(Large, hangs: false));
        await AssertRefusedAsync(refused, 429, "TooManyRequestsException", "Rate Exceeded");
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("\"Reason\":\"CallerRateLimitExceeded\""));
        using var small = await InvokeAsync("echo", "\"abc\"");
        Assert.That(await small.Content.ReadAsStringAsync(), Is.EqualTo("3"), "a small event finds its place");

        uploads.ForEach(upload => upload.GoOn());
        await Task.WhenAll(answers.Select(answer => answer.ContinueWith(_ => { }, TaskScheduler.Default))); // a refused one may find its connection closed
        Assert.That(answers.Count(answer => answer.IsCompletedSuccessfully && answer.Result.StatusCode == HttpStatusCode.OK), Is.InRange(9, 10));
        await Eventually.IsTrueAsync(async () => (await PostAsync(new HangingBody(Large, hangs: false))).StatusCode == HttpStatusCode.OK, "room again");
    }

    [Test]
    public async Task A_caller_of_nobody_is_told_before_it_has_sent()
    {
        await ServeAsync();
        using var connection = new TcpClient();
        await connection.ConnectAsync(Client.BaseAddress!.Host, Client.BaseAddress.Port);
        await connection.GetStream().WriteAsync("POST /2015-03-31/functions/nobody/invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 6291456\r\n\r\n\""u8.ToArray());

        using var reader = new StreamReader(connection.GetStream());
        Assert.That(await Eventually.CompletesAsync(reader.ReadLineAsync(), "the refusal"), Is.EqualTo("HTTP/1.1 404 Not Found"));
    }

    [Test]
    public void Room_is_given_back_to_the_last_byte()
    {
        var bodies = new InvokeBodies(100_000);
        var request = new Microsoft.AspNetCore.Http.DefaultHttpContext().Request;
        request.ContentLength = 70_000;
        var first = bodies.TryTake(request)!;
        Assert.That(bodies.TryTake(request), Is.Null);
        first.Keep(20_000);
        Assert.That(bodies.TakenBytes, Is.EqualTo(20_000));
        using (var second = bodies.TryTake(request)!)
        {
            Assert.That(bodies.TakenBytes, Is.EqualTo(90_000));
        }

        first.Dispose();
        first.Dispose();
        Assert.That(bodies.TakenBytes, Is.Zero);
        request.ContentLength = null;
        Assert.That(bodies.TryTake(request), Is.Null, "who announces nothing may send the most");
        request.ContentLength = 64 * 1024;
        Assert.That(bodies.TryTake(request)!, Is.Not.Null.And.Property("Bytes").Zero, "small ones are not counted");
    }

    private Task<HttpResponseMessage> PostAsync(HttpContent body) => Client.PostAsync("/2015-03-31/functions/echo/invocations", body);

    /// <summary>A JSON text of so many letters, of which only the first comes until it is told to go on.</summary>
    private sealed class HangingBody(int length, bool hangs = true) : HttpContent
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        public void GoOn() => _goOn.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("\""u8.ToArray());
            await stream.FlushAsync();
            _begun.TrySetResult();
            if (hangs)
            {
                await _goOn.Task;
            }

            var rest = new byte[length - 1];
            Array.Fill(rest, (byte)'x');
            rest[^1] = (byte)'"';
            await stream.WriteAsync(rest);
        }

        protected override bool TryComputeLength(out long bytes)
        {
            bytes = length;
            return true;
        }
    }
}
