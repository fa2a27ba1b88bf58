using System.Globalization;
using Roost.Streams.Tests.Export;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.BadNetwork;

/// <summary>
/// A stream on its way to mosquitto over links that are as bad as mobile ones get. Everywhere: no record is lost or called dead, the order
/// stays, and a connection that ends repeats a window at most.
/// </summary>
[Parallelizable]
public sealed class BadLinkTests
{
    private const int Window = 100;

    private TemporaryFolder _folder = null!;
    private Cloud _cloud = null!;
    private BadLink _link = null!;

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TemporaryFolder();
        _cloud = new Cloud(_folder["cloud"]);
        await _cloud.StartAsync();
        await _cloud.CollectAsync();
        _link = new BadLink(_cloud.Port, TestContext.CurrentContext.Random.Next());
    }

    [TearDown]
    public async Task TearDown()
    {
        await _link.DisposeAsync();
        await _cloud.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("5")]
    [TestCase("3.1.1")]
    public async Task A_far_and_lossy_link_only_takes_longer(string version)
    {
        (_link.Delay, _link.Loss) = (TimeSpan.FromMilliseconds(150), 0.05);
        await using var host = await StartAsync(version);

        await host.AppendNumberedAsync("telemetry", 0, 250);

        await ArriveAsync(host, 250);
        Assert.That(_cloud.Numbers, Is.EqualTo(Enumerable.Range(0, 250)));
        Assert.That(_link.Connections, Is.EqualTo(1));
    }

    [Test]
    public async Task A_reset_in_the_middle_of_an_acknowledgement_costs_and_disorders_nothing([Values(1, 3, 42)] int bytes)
    {
        await using var host = await StartAsync("3.1.1");
        await host.AppendNumberedAsync("telemetry", 0, 10);
        await Eventually.IsTrueAsync(() => host.Export("telemetry").AcknowledgedRecords == 10, "a connection that works");

        _link.ResetAfterAnswerBytes(bytes);
        await host.AppendNumberedAsync("telemetry", 10, 200);

        await ArriveAsync(host, 210);
        MqttExportTests.AssertOrderWithin(_cloud.Numbers, 210, Window);
        Assert.That(_link.Connections, Is.EqualTo(2));
        Assert.That(host.Export("telemetry").RetriedRecords, Is.InRange(1, Window));
    }

    [Test]
    public async Task A_black_hole_is_left_and_what_it_took_arrives_again()
    {
        await using var host = await StartAsync("5", acknowledgeTimeout: TimeSpan.FromSeconds(1), connectTimeout: TimeSpan.FromSeconds(1));
        await host.AppendNumberedAsync("telemetry", 0, 10);
        await Eventually.IsTrueAsync(() => host.Export("telemetry").AcknowledgedRecords == 10, "a connection that works");

        _link.Silent = true;
        await host.AppendNumberedAsync("telemetry", 10, 300);
        await Eventually.IsTrueAsync(() => host.Uplink.Status.Attempts >= 1, "the next connection to fail too");
        Assert.That(host.Export("telemetry").LagRecords, Is.EqualTo(300));
        _link.Silent = false;

        await ArriveAsync(host, 310);
        Assert.That(host.Export("telemetry").DeadRecords, Is.Zero);
    }

    [Test]
    public async Task Outages_at_random_cost_and_disorder_nothing()
    {
        const int Count = 4000;
        (_link.Delay, _link.BytesPerSecond) = (TimeSpan.FromMilliseconds(10), 500_000);
        await using var host = await StartAsync("5", acknowledgeTimeout: TimeSpan.FromSeconds(2), connectTimeout: TimeSpan.FromSeconds(2));
        var random = TestContext.CurrentContext.Random;
        var appending = AppendAsync(host, Count);

        for (var outage = 0; outage < 4; outage++)
        {
            await PassAsync(random.Next(100, 500));
            (_link.Down, _link.Silent) = outage % 2 == 0 ? (true, false) : (false, true);
            _link.Reset();
            await PassAsync(random.Next(50, 1000));
            (_link.Down, _link.Silent) = (false, false);
        }

        await appending;
        await ArriveAsync(host, Count);
        MqttExportTests.AssertOrderWithin(_cloud.Numbers, Count, Window);
        Assert.That(_cloud.Numbers, Has.Count.LessThanOrEqualTo(Count + (_link.Connections * Window)));
        Assert.That(host.Export("telemetry"), Has.Property(nameof(ExportStatus.DeadRecords)).Zero.And.Property(nameof(ExportStatus.LostRecords)).Zero);
    }

    [Test]
    public async Task A_name_that_does_not_resolve_is_an_outage_like_any_other()
    {
        await using var host = await StartAsync("5", name: "no-such-name.invalid");

        await host.AppendNumberedAsync("telemetry", 0, 10);

        await Eventually.IsTrueAsync(() => host.Uplink.Status is { State: UplinkState.Waiting, Attempts: > 1 }, "failed attempts");
        Assert.That(host.Uplink.Status.LastError, Does.Contain("no-such-name.invalid"));
        Assert.That(host.Export("telemetry").LagRecords, Is.EqualTo(10));
    }

    private static async Task AppendAsync(StreamsHost host, int count)
    {
        for (var first = 0; first < count; first += 20)
        {
            await host.AppendNumberedAsync("telemetry", first, 20);
            await PassAsync(10);
        }
    }

    private static Task PassAsync(int milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System);

    private Task ArriveAsync(StreamsHost host, int count) => Eventually.IsTrueAsync(
        () => _cloud.Count >= count && host.Export("telemetry").LagRecords == 0 && _cloud.Numbers.Distinct().Count() == count,
        () => string.Create(CultureInfo.InvariantCulture, $"{count} records to arrive, of which {_cloud.Numbers.Distinct().Count()} did: {host.Export("telemetry")} {host.Uplink.Status}"),
        TimeSpan.FromSeconds(60));

    private Task<StreamsHost> StartAsync(string version, TimeSpan? acknowledgeTimeout = null, TimeSpan? connectTimeout = null, string name = "127.0.0.1") => StreamsHost.StartAsync(
        _folder["data"],
        options => options["telemetry"] = new StreamOptions(),
        options =>
        {
            _cloud.Configure(options);
            (options.Host, options.Port, options.Version) = (name, _link.Port, version);
            options.AcknowledgeTimeout = acknowledgeTimeout ?? options.AcknowledgeTimeout;
            options.ConnectTimeout = connectTimeout ?? options.ConnectTimeout;
        },
        new ExportOptions { Stream = "telemetry", Topic = "cloud/telemetry", MaxInflight = Window });
}
