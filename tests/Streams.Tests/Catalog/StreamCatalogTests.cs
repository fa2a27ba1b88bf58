using Microsoft.Extensions.Logging.Abstractions;
using Roost.Mqtt;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Catalog;

public sealed class StreamCatalogTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task What_was_appended_is_there_after_a_restart_with_dense_offsets()
    {
        await using (var host = await StreamsHost.StartAsync(_folder.Path, "telemetry"))
        {
            await host.Catalog.Get(Some.Telemetry).AppendAsync(Some.Record("a"));
            Assert.That(await host.Catalog.Get(Some.Telemetry).AppendAsync([Some.Record("b"), Some.Record("c")]), Is.EqualTo(new AppendedRecords(1, 2)));
        }

        await using var again = await StreamsHost.StartAsync(_folder.Path, "telemetry");
        Assert.That(again.Catalog.Get(Some.Telemetry).ReadAll(), Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That((await again.Catalog.Get(Some.Telemetry).AppendAsync(Some.Record("d"))).FirstOffset, Is.EqualTo(3));
    }

    [Test]
    public async Task A_stream_that_is_not_configured_any_more_is_kept_readable_and_takes_nothing()
    {
        await using (var before = await StreamsHost.StartAsync(_folder.Path, "telemetry"))
        {
            await before.Catalog.Get(Some.Telemetry).AppendAsync(Some.Record("kept"));
        }

        await using var host = await StreamsHost.StartAsync(_folder.Path, "other");

        Assert.That(host.Catalog.List().Select(stream => (stream.Name.Value, stream.Configured)), Is.EqualTo(new[] { ("other", true), ("telemetry", false) }));
        Assert.That(host.Catalog.Get(Some.Telemetry).ReadAll(), Is.EqualTo(new[] { "kept" }));
        Assert.That(async () => await host.Catalog.Get(Some.Telemetry).AppendAsync(Some.Record("x")), Throws.TypeOf<StreamRefusedException>().With.Message.Contains("not configured any more"));
    }

    [Test]
    public async Task A_stream_that_cannot_be_opened_keeps_neither_the_others_nor_the_daemon_from_starting()
    {
        await using (var before = await StreamsHost.StartAsync(_folder.Path, "telemetry", "other"))
        {
            await before.AppendNumberedAsync("telemetry", 0, 10);
        }

        await using var elsewhere = AppendLog.Open(_folder["telemetry"], new AppendLogOptions(), TimeProvider.System, NullLogger.Instance); // in use
        await using var host = await StreamsHost.StartAsync(_folder.Path, "telemetry", "other");

        Assert.That(host.Catalog.List().Single(stream => stream.Name == Some.Telemetry).Fault, Does.Contain("cannot be opened"));
        await host.Catalog.Get(StreamName.Parse("other")).AppendAsync(Some.Record("fine"));
        Assert.That(async () => await host.Catalog.Get(Some.Telemetry).AppendAsync(Some.Record("x")), Throws.TypeOf<StreamRefusedException>());
    }

    [Test]
    public async Task A_sink_keeps_topic_payload_and_properties_of_a_message()
    {
        await using var host = await StreamsHost.StartAsync(_folder.Path, "telemetry");
        var properties = new MqttMessageProperties { PayloadIsUtf8 = true, ContentType = "text/plain", UserProperties = [new("a", "1"), new("a", "2")] };

        await host.Catalog.OpenSink(Some.Telemetry).Handle(new PublishedMessage(TopicName.Parse("robots/vac-01/ä"), "x"u8, QualityOfService.AtLeastOnce, false, null, properties));

        using var reader = host.Catalog.Get(Some.Telemetry).OpenReader(0);
        var record = (await reader.ReadAsync(1, 1000))[0];
        Assert.That((record.Key, record.KeyIsTopic, record.PayloadIsUtf8, record.Text()), Is.EqualTo(("robots/vac-01/ä", true, true, "x")));
        Assert.That(record.Headers, Is.EqualTo(new UserProperty[] { new("content-type", "text/plain"), new("a", "1"), new("a", "2") }));
    }

    [Test]
    public async Task A_sink_withholds_the_acknowledgement_of_what_it_cannot_keep()
    {
        await using var host = await StreamsHost.StartAsync(_folder.Path, options => options["telemetry"] = new StreamOptions { MaxRecordBytes = 1024 });
        var sink = host.Catalog.OpenSink(Some.Telemetry);

        var handled = sink.Handle(new PublishedMessage(TopicName.Parse("t"), new byte[2000], QualityOfService.AtLeastOnce, false, null, null));

        Assert.That(async () => await handled, Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public async Task A_sink_allocates_nothing_of_its_own_for_a_message()
    {
        await using var host = await StreamsHost.StartAsync(_folder.Path, options => options["telemetry"] = new StreamOptions { Durability = Storage.Durability.Memory });
        var sink = host.Catalog.OpenSink(Some.Telemetry);
        var topic = TopicName.Parse("robots/vac-01/telemetry");
        var payload = new byte[100];
        var done = true;
        Handle(10_000);

        var least = long.MaxValue;
        for (var round = 0; round < 10; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Handle(100);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(least, Is.LessThan(1000), "in some rounds the log's own buffer grows; a message allocates nothing");
        Assert.That(done, "nothing is waited for");

        void Handle(int messages)
        {
            for (var i = 0; i < messages; i++)
            {
                done &= sink.Handle(new PublishedMessage(topic, payload, QualityOfService.AtLeastOnce, false, null, null)).AsTask().IsCompletedSuccessfully;
            }
        }
    }

    [Test]
    public async Task A_reader_sees_all_of_a_batch_or_none()
    {
        await using var host = await StreamsHost.StartAsync(_folder.Path, "telemetry");
        var stream = host.Catalog.Get(Some.Telemetry);
        const int Batches = 100;
        const int BatchRecords = 50;

        var reading = Task.Run(async () =>
        {
            using var reader = stream.OpenReader(0);
            var torn = 0;
            var read = 0;
            while (read < Batches * BatchRecords)
            {
                var records = await reader.ReadAsync(BatchRecords * 3, 1024 * 1024);
                read += records.Count;

                // A read may end within a batch; what it has begun is durable as a whole, so the rest is there without waiting.
                while (read % BatchRecords != 0)
                {
                    if (!reader.TryRead(BatchRecords * 3, 1024 * 1024, out records))
                    {
                        torn++;
                        break;
                    }

                    read += records.Count;
                }
            }

            return torn;
        });
        var writers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            for (var batch = 0; batch < Batches / 2; batch++)
            {
                await stream.AppendAsync([.. Enumerable.Repeat(Some.Record(new string('x', 500)), BatchRecords)]);
            }
        }));
        await Task.WhenAll(writers);

        Assert.That(await Eventually.CompletesAsync(reading, "the reader to see every batch"), Is.Zero);
    }

    [Test]
    public async Task Reading_goes_on_at_the_tail_as_records_come()
    {
        await using var host = await StreamsHost.StartAsync(_folder.Path, "telemetry");
        var stream = host.Catalog.Get(Some.Telemetry);
        using var reader = stream.OpenReader(0);

        for (var number = 0; number < 5; number++)
        {
            var next = reader.ReadAsync(10, 1000).AsTask();
            Assert.That(next.IsCompleted, Is.False);
            await stream.AppendAsync(Some.Record(number));
            Assert.That((await Eventually.CompletesAsync(next, "the record"))[0].Text(), Is.EqualTo($"{number}"));
        }
    }

    [Test]
    public async Task A_place_in_time_is_found()
    {
        await using var host = await StreamsHost.StartAsync(_folder.Path, "telemetry");
        var stream = host.Catalog.Get(Some.Telemetry);
        await host.AppendNumberedAsync("telemetry", 0, 20);
        var between = TimeProvider.System.GetUtcNow();
        await Eventually.IsTrueAsync(() => TimeProvider.System.GetUtcNow() > between, "the clock to move");
        await host.AppendNumberedAsync("telemetry", 20, 20);

        Assert.That(stream.FindOffset(between + TimeSpan.FromTicks(1)), Is.EqualTo(20));
        Assert.That(stream.FindOffset(DateTimeOffset.UnixEpoch), Is.Zero);
        Assert.That(stream.FindOffset(between + TimeSpan.FromDays(1)), Is.EqualTo(40));
    }

    [Test]
    public async Task A_full_stream_with_reject_takes_no_part_of_a_batch()
    {
        await using var host = await StreamsHost.StartAsync(_folder.Path, options =>
            options["telemetry"] = new StreamOptions { Full = LogFullPolicy.Reject, Retention = { Records = 5 } });
        var stream = host.Catalog.Get(Some.Telemetry);
        await host.AppendNumberedAsync("telemetry", 0, 3);

        Assert.That(() => host.AppendNumberedAsync("telemetry", 3, 3), Throws.TypeOf<LogFullException>());

        Assert.That(stream.NextOffset, Is.EqualTo(3));
        await host.AppendNumberedAsync("telemetry", 3, 2);
    }
}
