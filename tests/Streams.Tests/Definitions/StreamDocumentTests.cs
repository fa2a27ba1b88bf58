using Roost.Storage;
using Roost.Storage.Logs;
using Roost.Streams.Definitions;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Definitions;

public sealed class StreamDocumentTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void What_is_written_is_read_back()
    {
        var document = new StreamDocument("0123456789abcdef", DateTimeOffset.UnixEpoch.AddDays(20_000), new StreamOptions
        {
            Retention = { Bytes = null, Age = TimeSpan.FromSeconds(90), Records = 5, Consumed = ConsumedRecords.Keep },
            Full = LogFullPolicy.Reject,
            Durability = Durability.Crash,
            Compression = LogCompression.Always,
            Priority = 2,
            MaxRecordBytes = 4096,
        });
        document.Write(_folder.Path);

        var read = StreamDocument.Read(_folder.Path)!;

        Assert.That((read.Id, read.Created), Is.EqualTo((document.Id, document.Created)));
        Assert.That((read.Definition!.Retention.Bytes, read.Definition.Retention.Age, read.Definition.Retention.Records), Is.EqualTo(((long?)null, (TimeSpan?)TimeSpan.FromSeconds(90), (long?)5)));
        Assert.That((read.Definition.Full, read.Definition.Durability, read.Definition.MaxRecordBytes), Is.EqualTo((LogFullPolicy.Reject, Durability.Crash, 4096)));
        Assert.That((read.Definition.Retention.Consumed, read.Definition.Compression, read.Definition.Priority), Is.EqualTo((ConsumedRecords.Keep, LogCompression.Always, 2)));
        Assert.That(File.Exists(_folder["stream.json.new"]), Is.False);
    }

    [Test]
    public void The_form_of_version_1_is_read_for_ever()
    {
        File.WriteAllText(_folder["stream.json"], """
            {"version": 1, "id": "3f2a9c1e5b7d4a60", "created": "2026-11-21T12:00:00+00:00",
             "definition": {"retentionBytes": 1048576, "retentionAgeTicks": 6048000000000, "full": "DropOldest", "durability": "PowerLoss", "maxRecordBytes": 65536}}
            """);

        var read = StreamDocument.Read(_folder.Path)!;

        Assert.That((read.Id, read.Definition!.Retention.Bytes, read.Definition.Retention.Age), Is.EqualTo(("3f2a9c1e5b7d4a60", (long?)1048576, (TimeSpan?)TimeSpan.FromDays(7))));
    }

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("[1]")]
    [TestCase("""{"version":2,"id":"a","created":"2026-01-01T00:00:00Z"}""")]
    [TestCase("""{"version":1,"id":"","created":"2026-01-01T00:00:00Z"}""")]
    [TestCase("""{"version":1,"id":"a","created":"2026-01-01T00:00:00Z","definition":{"full":"Never","durability":"Crash","maxRecordBytes":1}}""")]
    [TestCase("""{"version":1,"id":"a","created":"2026-01-01T00:00:00Z","definition":{"full":"Reject","durability":"Crash","maxRecordBytes":99999999999}}""")]
    public void A_damaged_one_is_told_with_its_path_and_a_remedy(string text)
    {
        File.WriteAllText(_folder["stream.json"], text);

        Assert.That(() => StreamDocument.Read(_folder.Path), Throws.TypeOf<InvalidDataException>().With.Message.Contains(_folder["stream.json"]).And.Message.Contains("move it away"));
    }

    [Test]
    public async Task A_stream_with_a_damaged_one_is_shown_with_its_fault_and_the_others_work()
    {
        await using (var before = await StreamsHost.StartAsync(_folder.Path, "telemetry"))
        {
            await before.Http.PutAsync(new Uri("/api/v1/streams/made", UriKind.Relative), null);
        }

        await File.WriteAllTextAsync(_folder["made/stream.json"], "{");
        await using var host = await StreamsHost.StartAsync(_folder.Path, "telemetry");

        Assert.That(host.Catalog.List().Single(stream => stream.Name.Value == "made").Fault, Does.Contain("made/stream.json").And.Contain("Its records are not touched"));
        await host.AppendNumberedAsync("telemetry", 0, 1);
    }

    [TestCase(".new-made", false)]
    [TestCase(".deleted-made-0011", false)]
    [TestCase(".other", true)]
    public async Task What_a_kill_has_left_of_streams_that_came_or_went_is_removed_and_nothing_else(string left, bool stays)
    {
        Directory.CreateDirectory(_folder[left]);
        await File.WriteAllTextAsync(Path.Combine(_folder[left], "00000000000000000000.log"), "x");

        await using var host = await StreamsHost.StartAsync(_folder.Path, "telemetry");

        Assert.That(Directory.Exists(_folder[left]), Is.EqualTo(stays));
        Assert.That(host.Catalog.List().Select(stream => stream.Name.Value), Is.EqualTo(new[] { "telemetry" }));
    }
}
