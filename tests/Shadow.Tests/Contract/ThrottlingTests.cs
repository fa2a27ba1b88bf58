using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Mqtt;
using Roost.Shadow.Mqtt;
using Roost.Shadow.Requests;
using Roost.Shadow.Tests.Http;
using Roost.Shadow.Tests.Mqtt;
using Roost.Shadow.Tests.Store;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Contract;

/// <summary>429: the cloud's limits of speed, where they are configured.</summary>
internal sealed class ThrottlingTests
{
    private const string TooMany = "\"code\":429,\"message\":\"Too many requests\",\"timestamp\":";

    [Test]
    public async Task A_thing_that_gets_more_a_second_than_it_may_is_refused_over_MQTT_and_REST()
    {
        await using var host = await ShadowHost.StartAsync(options => options.RatePerThing = 4);
        await using var web = await ShadowWeb.StartAsync(host);
        await host.Broker.Send("$aws/things/T/shadow/update", """{"state":{}}""");
        await host.Broker.Send("$aws/things/T/shadow/name/S/get", "");
        Assert.That((await web.SendAsync(HttpMethod.Get, "/things/T/shadow")).Status, Is.EqualTo(200));
        Assert.That((await web.SendAsync(HttpMethod.Post, "/things/T/shadow", Some.Utf8("""{"state":{}}"""))).Status, Is.EqualTo(200));

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post, HttpMethod.Delete })
        {
            var refused = await web.SendAsync(method, "/things/T/shadow?name=S", Some.Utf8("""{"state":{}}"""));
            Assert.That(refused, Is.EqualTo(new WebAnswer(429, "ThrottlingException", $"{{{TooMany}{host.Now}}}")));
        }

        await host.Broker.Send("$aws/things/T/shadow/delete", """{"clientToken":"t"}""");
        Assert.That(host.Broker.On("$aws/things/T/shadow/delete/rejected").Single(), Is.EqualTo($"{{\"clientToken\":\"t\",{TooMany}{host.Now}}}"));
        Assert.That((await web.SendAsync(HttpMethod.Get, "/things/U/shadow")).Status, Is.EqualTo(404), "another thing is served");

        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await web.SendAsync(HttpMethod.Get, "/things/T/shadow")).Text, Does.Contain("\"version\":2"), "nothing that was refused was done");
    }

    [Test]
    public async Task A_client_with_too_many_unanswered_requests_for_a_thing_is_refused_until_they_are_answered()
    {
        var (broker, clock, options) = (new LoopbackBroker(), new ManualTimeProvider(), new ShadowOptions { MaxInflight = 10 });
        await using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new ShadowMetrics(meters.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        var announcer = new ShadowAnnouncer(broker, metrics, NullLogger.Instance);
        var loop = new ShadowLoop(new MemoryShadowStore(), announcer, options, clock, metrics, NullLogger.Instance);
        var reader = new ShadowRequestReader(loop, announcer, new ShadowThrottle(options, clock, metrics), clock);
        ValueTask Ask(string client, string thing, string body) => reader.Handle(new PublishedMessage(
            TopicName.Parse($"$aws/things/{thing}/shadow/update"), Some.Utf8(body), QualityOfService.AtMostOnce, retain: false, client, properties: null));

        // The loop does not run yet, so nothing is answered.
        var first = Enumerable.Range(0, 10).Select(_ => Ask("robot", "T", """{"state":{}}""").AsTask()).ToList();
        await Ask("robot", "T", """{"state":{},"clientToken":"eleven"}""");
        Assert.That(broker.On("$aws/things/T/shadow/update/rejected"), Is.EqualTo(new[] { $"{{\"clientToken\":\"eleven\",{TooMany}{clock.GetUtcNow().ToUnixTimeSeconds()}}}" }));
        first.Add(Ask("robot", "U", """{"state":{}}""").AsTask());
        first.Add(Ask("app", "T", """{"state":{}}""").AsTask());

        var running = Task.Run(loop.RunAsync);
        await Eventually.CompletesAsync(WhenAllAsync(first), "the answers to those that were let in");
        await Eventually.CompletesAsync(WhenAllAsync([Ask("robot", "T", """{"state":{},"clientToken":"again"}""").AsTask()]), "the answer to the one that came later");
        Assert.That(broker.On("$aws/things/T/shadow/update/rejected"), Has.Count.EqualTo(1));
        Assert.That(broker.On("$aws/things/T/shadow/update/accepted")[^1], Does.Contain("\"version\":12,").And.Contain("again"));
        loop.Close();
        await running;
    }

    [Test]
    public async Task By_default_a_robot_may_report_at_any_rate()
    {
        await using var host = await ShadowHost.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => host.Broker.Send("$aws/things/T/shadow/update", $"{{\"state\":{{\"reported\":{{\"x\":{i}}}}}}}")));

        Assert.That(host.Broker.Topics("$aws/things/T/shadow/update/+").Where(topic => topic.EndsWith("accepted", StringComparison.Ordinal)), Has.Exactly(500).Items);
    }

    private static async Task<bool> WhenAllAsync(IEnumerable<Task> tasks)
    {
        await Task.WhenAll(tasks);
        return true;
    }
}
