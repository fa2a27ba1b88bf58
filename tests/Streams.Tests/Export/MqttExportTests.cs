using System.Net;
using System.Net.Sockets;
using System.Text;
using Roost.Mqtt;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export;

/// <summary>A stream on its way to a real mosquitto.</summary>
[Parallelizable]
public sealed class MqttExportTests
{
    private TemporaryFolder _folder = null!;
    private Cloud _cloud = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _cloud = new Cloud(_folder["cloud"]);
    }

    [TearDown]
    public async Task TearDown()
    {
        await _cloud.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase("5")]
    [TestCase("3.1.1")]
    public async Task Every_record_arrives_once_and_in_order_over_a_steady_connection(string version)
    {
        await _cloud.StartAsync();
        await _cloud.CollectAsync();
        await using var host = await StartAsync(mqtt: options => options.Version = version);

        for (var first = 0; first < 5000; first += 500)
        {
            await host.AppendNumberedAsync("telemetry", first, 500);
        }

        await Eventually.IsTrueAsync(() => _cloud.Numbers.Count >= 5000 || host.Uplink.Status.LastError is not null, "5,000 records at the cloud");
        Assert.That(host.Uplink.Status.LastError, Is.Null);
        Assert.That(_cloud.Numbers, Is.EqualTo(Enumerable.Range(0, 5000)));
        Assert.That(() => host.Export("telemetry").LagRecords, Is.Zero.After(2000, 10));
    }

    [Test]
    public async Task A_record_says_where_it_comes_from()
    {
        await _cloud.StartAsync();
        await _cloud.CollectAsync();
        await using var host = await StartAsync(topic: "site-17/{stream}/{key}");

        await host.Catalog.Get(Some.Telemetry).AppendAsync(new NewRecord { Key = "a/b", Headers = [new("colour", "red")], Payload = new byte[] { 0xFF, 0x00 } });
        await host.Catalog.OpenSink(Some.Telemetry).Handle(new PublishedMessage(TopicName.Parse("robots/vac-01"), "{}"u8, QualityOfService.AtLeastOnce, false, "vac-01", null));

        await Eventually.IsTrueAsync(() => _cloud.Arrived.Count == 2, "two records");
        var (own, message) = (_cloud.Arrived[0], _cloud.Arrived[1]);
        Assert.That(own.Topic.Value, Is.EqualTo("site-17/telemetry/a/b"));
        Assert.That(own.Payload.ToArray(), Is.EqualTo(new byte[] { 0xFF, 0x00 }));
        Assert.That(own.Properties!.UserProperties, Is.SupersetOf(new[] { new UserProperty("roost-stream", "telemetry"), new("roost-offset", "0"), new("roost-key", "a/b"), new("colour", "red") }));
        Assert.That(message.Topic.Value, Is.EqualTo("site-17/telemetry/robots/vac-01"));
        Assert.That(message.Properties!.UserProperties, Has.Member(new UserProperty("roost-topic", "robots/vac-01")));
        Assert.That(message.Properties.UserProperties.Single(property => property.Name == "roost-timestamp").Value, Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$"));
    }

    [Test]
    public async Task A_cloud_that_comes_and_goes_gets_every_record_and_repetitions_only_of_what_was_in_flight()
    {
        await _cloud.StartAsync();
        await _cloud.CollectAsync();
        await using var host = await StartAsync();

        for (var round = 0; round < 4; round++)
        {
            await host.AppendNumberedAsync("telemetry", round * 500, 250);
            await Eventually.IsTrueAsync(() => _cloud.Numbers.Count > round * 500, "records of this round");
            await _cloud.StopAsync();
            await host.AppendNumberedAsync("telemetry", (round * 500) + 250, 250);
            await _cloud.StartAsync();
        }

        await Eventually.IsTrueAsync(() => _cloud.Numbers.Distinct().Count() == 2000, "2,000 records");
        AssertOrderWithin(_cloud.Numbers, 2000, window: 100);
    }

    [Test]
    public async Task A_start_without_network_is_an_ordinary_start()
    {
        await using var host = await StartAsync();
        await host.AppendNumberedAsync("telemetry", 0, 100);
        await Eventually.IsTrueAsync(() => host.Uplink.Status is { State: UplinkState.Waiting, Attempts: > 1, LastError: not null }, "failed attempts");
        Assert.That(host.Export("telemetry").LagRecords, Is.EqualTo(100));

        await _cloud.StartAsync();
        await _cloud.CollectAsync();

        await Eventually.IsTrueAsync(() => host.Uplink.Status.State == UplinkState.Connected, "the uplink");
        await Eventually.IsTrueAsync(() => host.Export("telemetry").LagRecords == 0, "the backlog to drain");
        Assert.That(host.Uplink.Status.ConnectedSince, Is.Not.Null);
    }

    [Test]
    public async Task A_server_that_accepts_and_never_answers_is_given_up_and_tried_again()
    {
        using var hole = new TcpListener(IPAddress.Loopback, 0);
        hole.Start();
        var port = ((IPEndPoint)hole.LocalEndpoint).Port;
        await using var host = await StartAsync(mqtt: options =>
        {
            options.Port = port;
            options.ConnectTimeout = TimeSpan.FromSeconds(1);
        });

        await Eventually.IsTrueAsync(() => host.Uplink.Status.Attempts >= 2, "a second attempt");

        Assert.That(host.Uplink.Status.LastError, Does.Contain("no CONNACK within 1 s"));
    }

    [Test]
    public async Task A_link_that_falls_silent_is_given_up_and_the_records_arrive_over_the_next()
    {
        await _cloud.StartAsync();
        await _cloud.CollectAsync();
        await using var link = new SilentLink(_cloud.Port);
        await using var host = await StartAsync(mqtt: options =>
        {
            options.Port = link.Port;
            options.AcknowledgeTimeout = TimeSpan.FromSeconds(1);
        });
        await host.AppendNumberedAsync("telemetry", 0, 10);
        await Eventually.IsTrueAsync(() => _cloud.Numbers.Count == 10, "the first records");

        link.Silent = true;
        await host.AppendNumberedAsync("telemetry", 10, 10);
        await Eventually.IsTrueAsync(() => host.Uplink.Status.LastError?.Contains("no acknowledgement", StringComparison.Ordinal) == true, "the link to be given up");
        link.Silent = false;

        await Eventually.IsTrueAsync(() => _cloud.Numbers.Distinct().Count() == 20, "the other records");
    }

    [TestCase("max_queued_messages 1000", Description = "refuses and goes on")]
    [TestCase("max_queued_messages 0", Description = "this mosquitto has no room for refusals then: it refuses with a PUBACK and hangs up")]
    public async Task A_record_that_the_cloud_refuses_for_good_ends_in_the_dead_stream_and_blocks_nothing(string setting)
    {
        await using var strict = new Cloud(_folder["strict"], $"acl_file {_folder["acl"]}\n{setting}");
        await File.WriteAllTextAsync(_folder["acl"], "topic readwrite allowed/#\n");
        await strict.StartAsync();
        await strict.CollectAsync("allowed/#");
        await using var host = await StartAsync(mqtt: strict.Configure, topic: "{key}");

        string[] keys = ["allowed/a", "forbidden/b", "a+b", "allowed/c"];
        foreach (var (key, number) in keys.Select((key, number) => (key, number)))
        {
            await host.Catalog.Get(Some.Telemetry).AppendAsync(Some.Record(number, key));
        }

        await Eventually.IsTrueAsync(() => host.Export("telemetry") is { DeadRecords: 2, LagRecords: 0, Fault: null }, "the others to be given up");
        await Eventually.IsTrueAsync(() => strict.Numbers.Distinct().SequenceEqual([0, 3]), "the records that are allowed");
        using var dead = host.Catalog.Get(StreamName.Dead).OpenReader(0);
        var records = await dead.ReadAsync(10, 1_000_000);
        Assert.That(records.Select(record => record.Text()), Is.EqualTo(new[] { "1", "2" }));
        Assert.That(records[0].Headers, Has.Member(new UserProperty("roost-dead-offset", "1")).And.Member(new UserProperty("roost-dead-stream", "telemetry")));
        Assert.That(records[0].Headers.Single(header => header.Name == "roost-dead-reason").Value, Does.Contain("NotAuthorized"));
    }

    [Test]
    public async Task A_record_larger_than_the_cloud_takes_is_given_up()
    {
        await using var small = new Cloud(_folder["small"], "max_packet_size 1000");
        await small.StartAsync();
        await small.CollectAsync();
        await using var host = await StartAsync(mqtt: small.Configure);
        var stream = host.Catalog.Get(Some.Telemetry);

        await stream.AppendAsync(Some.Record(1));
        await stream.AppendAsync(Some.Record(new string('x', 2000)));
        await stream.AppendAsync(Some.Record(2));

        await Eventually.IsTrueAsync(() => small.Numbers.SequenceEqual([1, 2]), "the small records");
        Assert.That(() => host.Catalog.Get(StreamName.Dead).NextOffset, Is.EqualTo(1).After(2000, 10));
    }

    [Test]
    public async Task A_record_that_makes_a_311_server_hang_up_is_found_and_given_up()
    {
        await using var small = new Cloud(_folder["small"], "max_packet_size 1000");
        await small.StartAsync();
        await using var host = await StartAsync(mqtt: options =>
        {
            small.Configure(options);
            options.Version = "3.1.1";
        });
        var stream = host.Catalog.Get(Some.Telemetry);
        await stream.AppendAsync([Some.Record(1), Some.Record(new string('x', 2000)), Some.Record(2), Some.Record(3)]);

        await Eventually.IsTrueAsync(
            () => host.Export("telemetry") is { DeadRecords: > 0, AcknowledgedRecords: >= 3, LagRecords: 0 }, "the large record to be given up", TimeSpan.FromSeconds(40));
        using var dead = host.Catalog.Get(StreamName.Dead).OpenReader(0);
        var given = (await dead.ReadAsync(10, 1_000_000)).Single();
        Assert.That(given.Payload.Length, Is.EqualTo(2000));
        Assert.That(given.Headers.Single(header => header.Name == "roost-dead-reason").Value, Does.Contain("closed the connection 3 times in a row"));
    }

    [Test]
    public async Task A_link_that_ends_on_a_record_again_and_again_but_also_without_it_costs_no_record()
    {
        await _cloud.StartAsync();
        await _cloud.CollectAsync();
        await using var link = new SilentLink(_cloud.Port) { CutOnSecondWords = true };
        await using var host = await StartAsync(mqtt: options => options.Port = link.Port);
        await host.AppendNumberedAsync("telemetry", 0, 10);

        // Two hang-ups make the suspicion, three trials in a row (as configured here) would convict; each third is cut before the record.
        foreach (var cut in new[] { 5, 8 })
        {
            await Eventually.IsTrueAsync(() => link.Connections == cut && host.Uplink.Status.State == UplinkState.Connected, $"connection {cut}");
            link.Cut();
        }

        await Eventually.IsTrueAsync(() => link.Connections == 10, "two more trials");
        link.CutOnSecondWords = false;
        await Eventually.IsTrueAsync(() => _cloud.Numbers.SequenceEqual(Enumerable.Range(0, 10)), "all records, none of them twice");
        Assert.That(host.Export("telemetry").DeadRecords, Is.Zero);
    }

    [Test]
    public async Task A_link_that_flaps_costs_no_record()
    {
        await _cloud.StartAsync();
        await _cloud.CollectAsync();
        await using var link = new SilentLink(_cloud.Port);
        await using var host = await StartAsync(mqtt: options => options.Port = link.Port);
        await host.AppendNumberedAsync("telemetry", 0, 20_000);

        // Some connections end at once, so that records come under suspicion; some when a trial has begun or is about to.
        var random = new Random(17);
        using var age = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        for (var cut = 0; cut < 12; cut++)
        {
            var made = link.Connections;
            await Eventually.IsTrueAsync(() => link.Connections > made || host.Uplink.Status.State == UplinkState.Connected, "a connection");
            age.Period = TimeSpan.FromMilliseconds(cut % 4 != 3 ? 1 : random.Next(400, 1200));
            await age.WaitForNextTickAsync();
            link.Cut();
        }

        await Eventually.IsTrueAsync(() => host.Export("telemetry").LagRecords == 0, "all records to be exported");
        Assert.That(host.Export("telemetry").DeadRecords, Is.Zero);
        await Eventually.IsTrueAsync(() => _cloud.Numbers.Distinct().Count() == 20_000, "all records");
        AssertOrderWithin(_cloud.Numbers, 20_000, window: 100);
    }

    [Test]
    public async Task Records_that_retention_takes_before_the_cloud_comes_are_counted_as_lost()
    {
        await using var host = await StartAsync(stream: options => options.Retention.Records = 80);
        await host.AppendNumberedAsync("telemetry", 0, 50);
        for (var first = 50; first < 500; first += 10)
        {
            await host.AppendNumberedAsync("telemetry", first, 10);
        }

        await _cloud.StartAsync();
        await _cloud.CollectAsync();
        await Eventually.IsTrueAsync(() => host.Export("telemetry") is { LagRecords: 0, AcknowledgedRecords: > 0 }, "what is left to arrive");

        var status = host.Export("telemetry");
        Assert.That(status.LostRecords, Is.GreaterThan(400));
        Assert.That(status.LostRecords + status.AcknowledgedRecords, Is.EqualTo(500));
    }

    [Test]
    public async Task A_stream_that_refuses_when_full_takes_records_again_once_they_are_exported()
    {
        await using var host = await StartAsync(stream: options =>
        {
            options.Retention.Bytes = 64 * 1024;
            options.Full = LogFullPolicy.Reject;
        });
        var stream = host.Catalog.Get(Some.Telemetry);
        var kilobyte = Some.Record(new string('x', 1000));
        Assert.That(async () => await AppendForEverAsync(stream, kilobyte), Throws.TypeOf<LogFullException>());

        await _cloud.StartAsync();
        await _cloud.CollectAsync();
        await Eventually.IsTrueAsync(() => host.Export("telemetry").LagRecords == 0, "the backlog to drain");

        await Eventually.IsTrueAsync(
            async () =>
            {
                try
                {
                    await stream.AppendAsync(kilobyte);
                    return true;
                }
                catch (LogFullException)
                {
                    return false;
                }
            },
            "room for a record");
    }

    [Test]
    public async Task An_export_goes_on_where_an_orderly_stop_left_it()
    {
        await _cloud.StartAsync();
        await _cloud.CollectAsync();
        await using (var first = await StartAsync())
        {
            await first.AppendNumberedAsync("telemetry", 0, 30);
            await Eventually.IsTrueAsync(() => _cloud.Numbers.Count == 30, "the first records");
        }

        await using var second = await StartAsync();
        await second.AppendNumberedAsync("telemetry", 30, 30);

        await Eventually.IsTrueAsync(() => _cloud.Numbers.Count >= 60, "the other records");
        Assert.That(_cloud.Numbers, Is.EqualTo(Enumerable.Range(0, 60)), "a stop repeats nothing");
    }

    [Test]
    public async Task A_new_export_from_latest_leaves_the_past_alone()
    {
        await using (var before = await StreamsHost.StartAsync(_folder["data"], "telemetry"))
        {
            await before.AppendNumberedAsync("telemetry", 0, 10);
        }

        await _cloud.StartAsync();
        await _cloud.CollectAsync();
        await using var host = await StartAsync(from: ExportStart.Latest);
        await Eventually.IsTrueAsync(() => host.Export("telemetry").CommittedOffset == 10, "the export to begin at the end");
        await host.AppendNumberedAsync("telemetry", 10, 5);

        await Eventually.IsTrueAsync(() => _cloud.Numbers.SequenceEqual(Enumerable.Range(10, 5)), "only the new records");
    }

    internal static void AssertOrderWithin(List<int> numbers, int count, int window)
    {
        Assert.That(numbers.Distinct(), Is.EqualTo(Enumerable.Range(0, count)), "each record first arrives in its order");
        var stepsBack = numbers.Zip(numbers.Skip(1), (before, after) => before - after + 1).Append(0).Max();
        Assert.That(stepsBack, Is.LessThanOrEqualTo(window), "a resend repeats at most what was in flight");
    }

    private static async Task AppendForEverAsync(RecordStream stream, NewRecord record)
    {
        while (true)
        {
            await stream.AppendAsync(record);
        }
    }

    private Task<StreamsHost> StartAsync(
        Action<CloudMqttOptions>? mqtt = null, Action<StreamOptions>? stream = null, string topic = "cloud/telemetry", ExportStart from = ExportStart.Oldest) =>
        StreamsHost.StartAsync(
            _folder["data"],
            options =>
            {
                options["telemetry"] = new StreamOptions();
                stream?.Invoke(options["telemetry"]);
            },
            options =>
            {
                _cloud.Configure(options);
                mqtt?.Invoke(options);
            },
            new ExportOptions { Stream = "telemetry", Topic = topic, From = from, MaxInflight = 100 });
}
