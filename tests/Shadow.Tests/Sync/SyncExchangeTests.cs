using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Shadow.Sync;
using Roost.Storage;

namespace Roost.Shadow.Tests.Sync;

/// <summary>One exchange, and what may happen in the middle of it.</summary>
internal sealed class SyncExchangeTests
{
    private static readonly ShadowId s_id = Some.Id("vac-1");

    [Test]
    public async Task A_shadow_that_is_deleted_after_the_exchange_began_counts_as_deleted_and_not_as_lost()
    {
        await using var cloud = await ShadowHost.StartAsync();
        LocalShadows? local = null;
        await using var edge = await ShadowHost.StartAsync(beforeStart: host => local = new LocalShadows(host.Service));
        await using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using var table = SyncTable.Open(edge.Folder, Durability.Memory, "cloud", NullLogger.Instance);
        var metrics = new SyncMetrics(meters.GetRequiredService<IMeterFactory>());
        var link = new LoopbackUpstream(cloud.Broker);
        link.Connect();
        var connection = await link.ConnectedAsync(CancellationToken.None);
        var upstream = new UpstreamRequests(connection, new RequestPacer(1000, 10, TimeProvider.System), TimeSpan.FromSeconds(20), TimeProvider.System, metrics, connection.Lost);
        connection.Receive(message =>
        {
            if (UpstreamTopic.TryParse(message.Topic.Value, out var id, out var kind) && UpstreamMessage.Parse(id, kind, message.Payload) is { } told)
            {
                upstream.TryAnswer(told);
            }
        });
        await connection.SubscribeAsync(UpstreamTopic.Filters("+", named: false), CancellationToken.None);
        var shadow = new TrackedShadow(s_id, new SyncPolicy(SyncDirection.Both), new PushBudget());
        local!.OnChanged = (_, deleted) => shadow.LocalChanged(deleted);
        var exchange = new SyncExchange(local, table, new CloudAbsences(), metrics, TimeProvider.System, NullLogger.Instance);
        await SyncPair.UpdateAsync(edge, s_id, """{"reported":{"x":1}}""");
        Assert.That(await exchange.RunAsync(shadow, shadow.Begin(), upstream), Is.Null);

        shadow.LocalChanged(deleted: false);
        var news = shadow.Begin();
        await SyncPair.DeleteAsync(edge, s_id);
        Assert.That(await exchange.RunAsync(shadow, news, upstream), Is.Null);

        Assert.That((await SyncPair.StateAsync(edge, s_id), await SyncPair.StateAsync(cloud, s_id)), Is.EqualTo(((string?)null, (string?)null)));
    }

    [TestCase("{\"clientToken\":\"x\"}", Description = "somebody else's")]
    [TestCase("{}", Description = "no refusal, and no token")]
    public async Task Only_our_own_answers_are_answers(string answer)
    {
        await using var cloud = await ShadowHost.StartAsync();
        await using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var link = new LoopbackUpstream(cloud.Broker) { Intercept = _ => true };
        link.Connect();
        var connection = await link.ConnectedAsync(CancellationToken.None);
        var upstream = new UpstreamRequests(
            connection, new RequestPacer(1000, 10, TimeProvider.System), TimeSpan.FromSeconds(20), TimeProvider.System, new SyncMetrics(meters.GetRequiredService<IMeterFactory>()), connection.Lost);
        var asked = upstream.GetAsync(s_id);

        Assert.That(upstream.TryAnswer(UpstreamMessage.Parse(s_id, UpstreamEvent.GetRejected, Some.Utf8(answer))!), Is.False);
        Assert.That(upstream.TryAnswer(UpstreamMessage.Parse(s_id, UpstreamEvent.UpdateRejected, Some.Utf8("""{"code":413}"""))!), Is.False);
        Assert.That(upstream.TryAnswer(UpstreamMessage.Parse(s_id, UpstreamEvent.GetRejected, Some.Utf8("""{"code":503,"message":"m"}"""))!), "a refusal of what could not be read has no token");
        Assert.That((await asked).Reason, Is.EqualTo("The upstream answered 503 m"));
    }

    [Test]
    public async Task A_request_ends_with_the_connection()
    {
        await using var cloud = await ShadowHost.StartAsync();
        await using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var link = new LoopbackUpstream(cloud.Broker) { Intercept = _ => true };
        link.Connect();
        var connection = await link.ConnectedAsync(CancellationToken.None);
        var upstream = new UpstreamRequests(
            connection, new RequestPacer(1000, 10, TimeProvider.System), TimeSpan.FromHours(1), TimeProvider.System, new SyncMetrics(meters.GetRequiredService<IMeterFactory>()), connection.Lost);
        var asked = upstream.GetAsync(s_id);

        link.Cut();

        Assert.That((await asked).Fault, Is.EqualTo(UpstreamFault.Lost));
    }
}
