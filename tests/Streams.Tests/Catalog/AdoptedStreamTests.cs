using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Roost.Storage;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Catalog;

/// <summary>A log that another room keeps, shown as a stream.</summary>
[Parallelizable]
public sealed class AdoptedStreamTests
{
    private static readonly StreamName s_name = StreamName.Parse("$theirs");
    private static readonly byte[] s_textWithoutHeaders = [1, 2];

    private TemporaryFolder _folder = null!;
    private AppendLog _log = null!;

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TemporaryFolder();
        _log = AppendLog.Open(
            _folder["theirs"],
            new AppendLogOptions { Durability = Durability.Crash, Retention = new LogRetention(Bytes: 1024 * 1024), MaxRecordBytes = 4096, Full = LogFullPolicy.Reject },
            TimeProvider.System,
            NullLogger.Instance);
        await AppendAsync("a");
        await AppendAsync("b");
    }

    [TearDown]
    public async Task TearDown()
    {
        await _log.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task It_is_listed_as_its_room_keeps_it_and_read_and_followed()
    {
        await using var host = await StartAsync();

        var shown = host.Catalog.List().Single();
        Assert.That((shown.Name, shown.Configured, shown.Fault, shown.Records), Is.EqualTo((s_name, false, (string?)null, 2L)));
        Assert.That((shown.Retention, shown.Full, shown.Durability, shown.MaxRecordBytes), Is.EqualTo((_log.Options.Retention, LogFullPolicy.Reject, Durability.Crash, 4096)));
        using var reader = host.Catalog.Get(s_name).OpenReader(0);
        Assert.That((await reader.ReadAsync(10, 1024)).Select(record => record.Text()), Is.EqualTo(new[] { "a", "b" }));
        var waiting = reader.ReadAsync(10, 1024);
        await AppendAsync("c");
        Assert.That((await waiting).Single().Text(), Is.EqualTo("c"));
        Assert.That(await host.Http.GetStringAsync("/api/v1/streams/$theirs/records"), Does.Contain("\"data\":\"c\""));
        Assert.That(Directory.Exists(_folder["data/$theirs"]), Is.False, "there is no second copy");
    }

    [Test]
    public async Task Nobody_appends_to_it_from_outside()
    {
        await using var host = await StartAsync();

        using var answer = await host.Http.PostAsync("/api/v1/streams/$theirs/records", new StringContent("x", Encoding.UTF8, "text/plain"));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(_log.NextOffset, Is.EqualTo(2));
    }

    [Test]
    public async Task When_the_streams_are_closed_its_room_still_appends_and_reads()
    {
        await (await StartAsync()).DisposeAsync();

        await AppendAsync("c");
        using var reader = _log.OpenReader(2);
        Assert.That(reader.TryRead(1, 1024, out var records) && records[0].Offset == 2);
    }

    [Test]
    public async Task It_is_exported_from_where_the_export_stood_and_never_trimmed_for_that()
    {
        await using var cloud = new Cloud(_folder["cloud"]);
        await cloud.StartAsync();
        await cloud.CollectAsync();
        var export = new ExportOptions { Stream = s_name.Value, Topic = "replica/{key}" };
        await using (var host = await StartAsync(cloud, export))
        {
            await Eventually.IsTrueAsync(() => cloud.Count == 2, "both records at the cloud");
            await Eventually.IsTrueAsync(() => host.Exports.List().Single().CommittedOffset == 2, "the position to be durable");
        }

        await AppendAsync("c");
        await using var again = await StartAsync(cloud, export);
        await Eventually.IsTrueAsync(() => cloud.Count == 3, "the third record");
        Assert.That(cloud.Arrived.Select(message => (message.Topic.Value, Encoding.UTF8.GetString(message.Payload.Span))), Is.EqualTo(new[] { ("replica/k", "a"), ("replica/k", "b"), ("replica/k", "c") }));
        Assert.That(_log.FirstOffset, Is.Zero);
    }

    [Test]
    public async Task A_room_that_did_not_start_leaves_a_stream_with_a_fault()
    {
        await using var host = await StreamsHost.StartAsync(_folder["data"], services => services.AddAdoptedStream(s_name, _ => null), _ => { }, null);

        Assert.That(host.Catalog.List().Single().Fault, Does.Contain("is not there"));
        Assert.That(() => host.Catalog.Get(s_name).OpenReader(0), Throws.TypeOf<StreamRefusedException>());
    }

    [Test]
    public void A_name_that_could_be_configured_is_not_taken() =>
        Assert.That(() => new AdoptedStream(StreamName.Parse("theirs"), () => null), Throws.ArgumentException);

    [Test]
    public void An_export_may_name_it_and_nothing_else_that_is_not_configured()
    {
        var services = new ServiceCollection().AddLogging().AddAdoptedStream(s_name, _ => null).AddStreams(_folder["data"]);
        services.Configure<CloudMqttOptions>(options => options.Host = "cloud");
        services.Configure<CloudOptions>(options => options.Exports = [new() { Stream = "$theirs", Topic = "t" }, new() { Stream = "$others", Topic = "t" }]);
        using var provider = services.BuildServiceProvider();

        Assert.That(() => provider.GetRequiredService<IOptions<CloudOptions>>().Value, Throws.TypeOf<OptionsValidationException>()
            .With.Property("Failures").Count.EqualTo(1).And.Message.Contain("'$others'").And.Message.Contain("use one of: $theirs"));
    }

    private Task<StreamsHost> StartAsync(Cloud? cloud = null, params ExportOptions[] exports) =>
        StreamsHost.StartAsync(_folder["data"], services => services.AddAdoptedStream(s_name, _ => _log), _ => { }, options => cloud?.Configure(options), exports);

    private async Task AppendAsync(string text) =>
        await _log.AppendAsync("k"u8.ToArray(), s_textWithoutHeaders, Encoding.UTF8.GetBytes(text));
}
