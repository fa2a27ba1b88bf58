using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Roost.Streams.Credentials;
using Roost.Streams.Export.Targets;
using Roost.Streams.Export.Web;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export.Web;

public sealed class HttpTargetTests
{
    private TemporaryFolder _folder = null!;
    private WebServer _server = null!;

    [SetUp]
    public async Task Start()
    {
        _folder = new TemporaryFolder();
        _server = await WebServer.StartAsync();
    }

    [TearDown]
    public async Task Stop()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_batch_arrives_packed_and_says_which_it_is()
    {
        await using var target = Target(options => options.Headers["X-Site"] = "17");

        Assert.That(await target.SendAsync(Batches.Of(7, 10), default), Is.EqualTo(Delivery.Accepted));

        var request = _server.Requests.Single();
        Assert.That(request.Method, Is.EqualTo("POST"));
        Assert.That(Batches.OffsetsIn(request.Body), Is.EqualTo(new long[] { 7, 8, 9 }));
        Assert.That(request.Headers, Does.ContainKey("Content-Type").WithValue("application/x-ndjson").And.ContainKey("Content-Encoding").WithValue("gzip"));
        Assert.That(request.Headers, Does.ContainKey("Roost-Stream").WithValue("telemetry").And.ContainKey("Roost-Gateway").WithValue("gw")
            .And.ContainKey("Roost-First-Offset").WithValue("7").And.ContainKey("Roost-Next-Offset").WithValue("10").And.ContainKey("Roost-Records").WithValue("3"));
        Assert.That(request.Headers, Does.ContainKey("Idempotency-Key").WithValue("telemetry/0123456789abcdef/7-10").And.ContainKey("X-Site").WithValue("17").And.ContainKey("User-Agent").WithValue("roost"));
        Assert.That(request.Headers.Keys, Has.None.EqualTo("Authorization").IgnoreCase.And.None.StartsWith("webhook").IgnoreCase);
    }

    [Test]
    public async Task The_idempotency_key_is_the_same_for_a_repetition_and_another_for_all_else()
    {
        await using var target = Target();
        foreach (var batch in new[] { Batches.Of(0, 2), Batches.Of(0, 2), Batches.Of(0, 1), Batches.Of(2, 3), Batches.Of(0, 2, streamId: "f"), Batches.Of(0, 2, stream: "other"), Batches.Of(0, 2, streamId: "") })
        {
            await target.SendAsync(batch, default);
        }

        var keys = _server.Requests.Select(request => request.Headers["Idempotency-Key"]).ToList();
        Assert.That(keys[1], Is.EqualTo(keys[0]));
        Assert.That(keys[1..], Is.Unique);
        Assert.That(keys[^1], Is.EqualTo("telemetry/gw/0-2"), "a stream without an identifier has its gateway's");
    }

    [TestCase(200, nameof(DeliveryOutcome.Accepted))]
    [TestCase(202, nameof(DeliveryOutcome.Accepted))]
    [TestCase(204, nameof(DeliveryOutcome.Accepted))]
    [TestCase(304, nameof(DeliveryOutcome.Denied))]
    [TestCase(400, nameof(DeliveryOutcome.Refused))]
    [TestCase(401, nameof(DeliveryOutcome.Denied))]
    [TestCase(403, nameof(DeliveryOutcome.Denied))]
    [TestCase(404, nameof(DeliveryOutcome.Denied))]
    [TestCase(405, nameof(DeliveryOutcome.Denied))]
    [TestCase(408, nameof(DeliveryOutcome.Busy))]
    [TestCase(409, nameof(DeliveryOutcome.Busy))]
    [TestCase(410, nameof(DeliveryOutcome.Denied))]
    [TestCase(413, nameof(DeliveryOutcome.Refused))]
    [TestCase(415, nameof(DeliveryOutcome.Refused))]
    [TestCase(418, nameof(DeliveryOutcome.Denied))]
    [TestCase(422, nameof(DeliveryOutcome.Refused))]
    [TestCase(425, nameof(DeliveryOutcome.Busy))]
    [TestCase(429, nameof(DeliveryOutcome.Busy))]
    [TestCase(500, nameof(DeliveryOutcome.Busy))]
    [TestCase(501, nameof(DeliveryOutcome.Busy))]
    [TestCase(503, nameof(DeliveryOutcome.Busy))]
    [TestCase(599, nameof(DeliveryOutcome.Busy))]
    public async Task An_answer_is_sorted_by_what_helps(int status, string outcome)
    {
        _server.Answer = context => Told(context, status);
        await using var target = Target();

        var delivery = await target.SendAsync(Batches.Of(0, 1), default);

        Assert.That(delivery.Outcome.ToString(), Is.EqualTo(outcome));
        Assert.That(delivery.Reason, outcome == nameof(DeliveryOutcome.Accepted) ? Is.Empty : Does.Contain($"answered {status}").And.EndsWith("."));
    }

    [TestCase("120", 120)]
    [TestCase("0", null)]
    [TestCase("99999999", 3600, Description = "a server that would silence the export for three years")]
    [TestCase("-5", null)]
    [TestCase("soon", null)]
    public async Task A_server_that_asks_for_time_gets_it(string retryAfter, int? seconds)
    {
        _server.Answer = context =>
        {
            context.Response.Headers.RetryAfter = retryAfter;
            return Told(context, 503);
        };
        await using var target = Target();

        Assert.That((await target.SendAsync(Batches.Of(0, 1), default)).RetryAfter?.TotalSeconds, Is.EqualTo(seconds));
    }

    [Test]
    public async Task A_date_to_come_back_at_counts_from_the_servers_clock()
    {
        _server.Answer = context =>
        {
            context.Response.Headers.Date = "Thu, 01 Jan 2099 00:00:00 GMT";
            context.Response.Headers.RetryAfter = "Thu, 01 Jan 2099 00:01:30 GMT";
            return Told(context, 429);
        };
        await using var target = Target();

        Assert.That((await target.SendAsync(Batches.Of(0, 1), default)).RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(90)));
    }

    [Test]
    public async Task What_a_server_says_is_shown_in_part_and_cannot_steer_a_terminal_or_give_the_token_away()
    {
        File.WriteAllText(_folder["token"], "s3cr3t-token\n");
        _server.Answer = async context =>
        {
            context.Response.StatusCode = 403;
            await context.Response.WriteAsync($"no\u001b[2J\r\n\u202Eway: {context.Request.Headers.Authorization} " + new string('x', 5000));
        };
        await using var target = Target(options => options.BearerTokenFile = _folder["token"]);

        var delivery = await target.SendAsync(Batches.Of(0, 1), default);

        Assert.That(_server.Requests.Single().Headers["Authorization"], Is.EqualTo("Bearer s3cr3t-token"));
        Assert.That(delivery.Reason, Does.Contain("no[2J way:").And.Not.Contain("s3cr3t").And.Contain("***").And.Length.LessThan(450));
        Assert.That(delivery.Reason.Any(char.IsControl), Is.False);
    }

    [Test]
    public async Task A_redirect_is_told_and_not_followed_so_that_the_token_stays_here()
    {
        File.WriteAllText(_folder["token"], "Basic dXNlcjpwYXNz");
        await using var elsewhere = await WebServer.StartAsync();
        _server.Answer = context =>
        {
            context.Response.Headers.Location = $"{elsewhere.Url}?key=secret";
            return Told(context, 307);
        };
        await using var target = Target(options => options.AuthorizationFile = _folder["token"]);

        var delivery = await target.SendAsync(Batches.Of(0, 1), default);

        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Denied));
        Assert.That(delivery.Reason, Does.Contain($"points to {elsewhere.Url}.").And.Contain("set http.url").And.Not.Contain("secret"));
        Assert.That(elsewhere.Requests, Is.Empty);
        Assert.That(_server.Requests.Single().Headers["Authorization"], Is.EqualTo("Basic dXNlcjpwYXNz"));
    }

    [Test]
    public async Task A_secret_is_read_for_each_request_and_a_file_that_is_gone_is_named()
    {
        File.WriteAllText(_folder["token"], "one");
        await using var target = Target(options => options.BearerTokenFile = _folder["token"]);
        await target.SendAsync(Batches.Of(0, 1), default);
        File.WriteAllText(_folder["token"], "two");
        await target.SendAsync(Batches.Of(1, 2), default);
        Assert.That(_server.Requests.Select(request => request.Headers["Authorization"]), Is.EqualTo(new[] { "Bearer one", "Bearer two" }));

        File.Delete(_folder["token"]);
        var gone = await target.SendAsync(Batches.Of(2, 3), default);
        File.WriteAllText(_folder["token"], "two\r\nHost: elsewhere");
        var split = await target.SendAsync(Batches.Of(2, 3), default);

        Assert.That(gone.Outcome, Is.EqualTo(DeliveryOutcome.Denied));
        Assert.That(gone.Reason, Does.StartWith($"http.bearer-token-file ({_folder["token"]}) cannot be used"));
        Assert.That(split.Reason, Does.Contain("is not one line of plain ASCII text").And.Not.Contain("elsewhere"));
        Assert.That(_server.Requests, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Connections_are_used_again_and_a_put_is_a_put()
    {
        var ports = new List<int>();
        _server.Answer = context =>
        {
            ports.Add(context.Connection.RemotePort);
            return Task.CompletedTask;
        };
        await using var target = Target(options => options.Method = ExportHttpMethod.Put);
        for (var offset = 0; offset < 5; offset++)
        {
            await target.SendAsync(Batches.Of(offset, offset + 1), default);
        }

        Assert.That(ports.Distinct().Count(), Is.EqualTo(1));
        Assert.That(_server.Requests, Has.All.Property("Method").EqualTo("PUT"));
    }

    [Test]
    public async Task Nobody_there_is_told_as_that()
    {
        await using var target = Target(options => options.Url = $"http://127.0.0.1:{FreePort.Next()}/x?key=secret");
        var refused = await target.SendAsync(Batches.Of(0, 1), default);
        await using var nameless = Target(options => options.Url = "http://no-such-host.invalid/x");
        var unknown = await nameless.SendAsync(Batches.Of(0, 1), default);

        Assert.That((refused.Outcome, unknown.Outcome), Is.EqualTo((DeliveryOutcome.Unreachable, DeliveryOutcome.Unreachable)));
        Assert.That(refused.Reason, Does.Contain("cannot be reached").And.Not.Contain("secret"));
        Assert.That(unknown.Reason, Does.Contain("no-such-host.invalid").And.Contain("cannot be looked up"));
    }

    /// <summary>localhost has an IPv6 address too, on most machines; the server listens on the other.</summary>
    [Test]
    public async Task A_name_with_several_addresses_is_reached_by_the_one_that_answers()
    {
        await using var target = Target(options => options.Url = $"http://localhost:{_server.Url.Port}/batches");

        Assert.That(await target.SendAsync(Batches.Of(0, 1), default), Is.EqualTo(Delivery.Accepted));
    }

    [Test]
    public void The_end_of_the_daemon_ends_a_request()
    {
        using var stopping = new CancellationTokenSource();
        _server.Answer = async context =>
        {
            await stopping.CancelAsync();
            var left = new TaskCompletionSource();
            await using var registration = context.RequestAborted.Register(left.SetResult);
            await left.Task;
        };
        var target = Target();

        Assert.That(async () => await target.SendAsync(Batches.Of(0, 1), stopping.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task By_way_of_a_proxy_the_proxy_is_asked()
    {
        var asked = new TaskCompletionSource<string>();
        await using var proxy = new RawServer(async connection =>
        {
            var head = await connection.ReadHeadAsync();
            await connection.ReadBodyAsync(head);
            asked.TrySetResult(head);
            await connection.SendAsync("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
            await connection.ReadToEndAsync();
        });
        await using var target = Target(options => (options.Url, options.Proxy) = ("http://cloud.example/batches", new Uri(proxy.Url).GetLeftPart(UriPartial.Authority)));

        var delivery = await target.SendAsync(Batches.Of(0, 1), default);

        Assert.That(await asked.Task, Does.StartWith("POST http://cloud.example/batches HTTP/1.1"));
        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Denied));
        Assert.That(delivery.Reason, Does.Contain("http.proxy"));
    }

    private HttpTarget Target(Action<ExportHttpOptions>? configure = null)
    {
        var options = new ExportHttpOptions { Url = $"{_server.Url}" };
        configure?.Invoke(options);
        return new HttpTarget(new ExportOptions { Stream = "telemetry", To = ExportTarget.Http, Http = options }, () => "gw", new NoStreamSecrets(), TimeProvider.System);
    }

    private static Task Told(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
