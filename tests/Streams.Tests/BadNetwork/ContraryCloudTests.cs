using Roost.Mqtt;
using Roost.Streams.Tests.Export;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.BadNetwork;

/// <summary>A stream on its way to a server that is reached and connects, and then does what none should.</summary>
[Parallelizable]
public sealed class ContraryCloudTests
{
    private const int Window = 100;

    private TemporaryFolder _folder = null!;
    private ContraryCloud _cloud = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _cloud = new ContraryCloud();
    }

    [TearDown]
    public async Task TearDown()
    {
        await _cloud.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task One_that_takes_everything_and_acknowledges_nothing_gets_a_window_again_and_again_and_no_record_is_done()
    {
        _cloud.Answer = _ => [];
        await using var host = await StartAsync(TimeSpan.FromSeconds(1));
        await host.AppendNumberedAsync("telemetry", 0, 1000);

        await Eventually.IsTrueAsync(() => _cloud.Connections >= 3, "it to be given up twice");
        Assert.That(host.Export("telemetry"), Has.Property(nameof(ExportStatus.LagRecords)).EqualTo(1000).And.Property(nameof(ExportStatus.DeadRecords)).Zero);
        Assert.That(_cloud.Numbers.Max(), Is.LessThan(Window), "no more than a window is under way");

        _cloud.Answer = message => [ContraryAnswer.Taken(message)];
        await ArriveAsync(host, 1000);
        Assert.That(_cloud.Numbers.Distinct(), Is.EqualTo(Enumerable.Range(0, 1000)));
    }

    [Test]
    public async Task One_that_answers_in_another_order_makes_no_record_done_before_its_own_answer()
    {
        // Of the first connection it answers all but the first message, the last first, and hangs up.
        var held = new List<ContraryMessage>();
        _cloud.Answer = message =>
        {
            if (message.Connection > 1)
            {
                return [ContraryAnswer.Taken(message)];
            }

            held.Add(message);
            return held.Count switch
            {
                < 50 => [],
                50 => held.Skip(1).Reverse().Select(ContraryAnswer.Taken),
                _ => null,
            };
        };
        await using var host = await StartAsync();

        await host.AppendNumberedAsync("telemetry", 0, 50);
        await Eventually.IsTrueAsync(() => held.Count >= 50, "a window");
        await host.AppendNumberedAsync("telemetry", 50, 150);
        await ArriveAsync(host, 200);

        Assert.That(_cloud.Numbers.Skip(held.Count), Does.Contain(0), "the first was never answered");
        MqttExportTests.AssertOrderWithin(_cloud.Numbers, 200, Window);
    }

    [Test]
    public async Task One_that_answers_in_reverse_all_the_time_gets_every_record_once()
    {
        var held = new List<ContraryMessage>();
        _cloud.Answer = message =>
        {
            held.Add(message);
            if (held.Count < 10)
            {
                return [];
            }

            var answers = held.AsEnumerable().Reverse().Select(ContraryAnswer.Taken).ToList();
            held.Clear();
            return answers;
        };
        await using var host = await StartAsync();

        await host.AppendNumberedAsync("telemetry", 0, 500);

        await ArriveAsync(host, 500);
        Assert.That(_cloud.Numbers, Is.EqualTo(Enumerable.Range(0, 500)));
    }

    [Test]
    public async Task One_that_answers_twice_and_what_it_was_never_sent_loses_nothing()
    {
        _cloud.Answer = message => [ContraryAnswer.Taken(message), ContraryAnswer.Taken(message), new((ushort)(message.PacketIdentifier + 3000), ReasonCode.Success)];
        await using var host = await StartAsync();

        await host.AppendNumberedAsync("telemetry", 0, 300);
        await Eventually.IsTrueAsync(() => _cloud.Numbers.Count > 0, "records");
        _cloud.Answer = message => [ContraryAnswer.Taken(message)];

        await ArriveAsync(host, 300);
        MqttExportTests.AssertOrderWithin(_cloud.Numbers, 300, Window);
        Assert.That(host.Export("telemetry").DeadRecords, Is.Zero);
    }

    [Test]
    public async Task One_that_has_no_room_for_a_record_gets_it_until_it_has()
    {
        var refusals = 0;
        _cloud.Answer = message => message.Number == 7 && ++refusals <= 6 ? [ContraryAnswer.Refused(message, ReasonCode.QuotaExceeded)] : [ContraryAnswer.Taken(message)];
        await using var host = await StartAsync();

        await host.AppendNumberedAsync("telemetry", 0, 500);

        await ArriveAsync(host, 500);
        Assert.That(refusals, Is.EqualTo(7), "more often than a record is tried that is refused for good");
        Assert.That(host.Export("telemetry").DeadRecords, Is.Zero);
        Assert.That(_cloud.Numbers.Count(number => number != 7), Is.EqualTo(499), "only what was refused comes again");
    }

    [Test]
    public async Task One_that_refuses_a_record_for_ever_without_a_reason_gets_all_others_and_the_record_is_kept_as_dead()
    {
        _cloud.Answer = message => [ContraryAnswer.Refused(message, message.Number == 7 ? ReasonCode.UnspecifiedError : ReasonCode.Success)];
        await using var host = await StartAsync();

        await host.AppendNumberedAsync("telemetry", 0, 500);

        await Eventually.IsTrueAsync(() => host.Export("telemetry") is { LagRecords: 0, DeadRecords: 1 }, () => $"the others to be done: {host.Export("telemetry")}");
        Assert.That(host.Catalog.Get(StreamName.Dead).ReadAll(), Is.EqualTo(new[] { "7" }));
        Assert.That(_cloud.Numbers.Distinct(), Is.EqualTo(Enumerable.Range(0, 500)));
    }

    private static Task ArriveAsync(StreamsHost host, int count) => Eventually.IsTrueAsync(
        () => host.Export("telemetry").LagRecords == 0 && host.Catalog.Get(Some.Telemetry).NextOffset == count,
        () => $"{count} records to be done: {host.Export("telemetry")} {host.Uplink.Status}",
        TimeSpan.FromSeconds(40));

    private Task<StreamsHost> StartAsync(TimeSpan? acknowledgeTimeout = null) => StreamsHost.StartAsync(
        _folder["data"],
        options => options["telemetry"] = new StreamOptions(),
        mqtt =>
        {
            (mqtt.Host, mqtt.Port, mqtt.ClientId, mqtt.ReconnectMax) = ("127.0.0.1", _cloud.Port, "site-17", TimeSpan.FromSeconds(1));
            mqtt.AcknowledgeTimeout = acknowledgeTimeout ?? mqtt.AcknowledgeTimeout;
        },
        new ExportOptions { Stream = "telemetry", Topic = "cloud/telemetry", MaxInflight = Window, Retry = new ExportRetryOptions { First = TimeSpan.FromMilliseconds(20) } });
}
