using Microsoft.Extensions.DependencyInjection;
using Roost.Storage;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Space;

/// <summary>The limit of all streams together, with real logs on the disk.</summary>
public sealed class StreamSpaceTests
{
    private const int Most = 16 * 1024 * 1024;
    private const int RecordBytes = 256 * 1024;

    private TemporaryFolder _folder = null!;
    private StreamsHost? _host;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public async Task TearDown()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Test]
    public async Task The_least_important_stream_loses_its_oldest_and_all_together_stay_below_the_limit()
    {
        await StartAsync(("precious", 1, LogFullPolicy.DropOldest), ("usual", 5, LogFullPolicy.DropOldest), ("cheap", 9, LogFullPolicy.DropOldest));
        await FillAsync("cheap", 20);
        await FillAsync("precious", 20);

        await FillAsync("usual", 40);

        Assert.That(Size(), Is.LessThanOrEqualTo(Most));
        Assert.That(Stream("cheap").FirstOffset, Is.GreaterThan(10), "it went first");
        Assert.That(Stream("precious").FirstOffset, Is.Zero);
        Assert.That(Stream("usual").NextOffset, Is.EqualTo(40), "nothing was refused");
    }

    [Test]
    public async Task One_that_refuses_loses_nothing_and_a_less_important_one_takes_nothing_from_a_more_important_one()
    {
        await StartAsync(("queue", 9, LogFullPolicy.Reject), ("precious", 1, LogFullPolicy.DropOldest), ("cheap", 9, LogFullPolicy.DropOldest));
        await FillAsync("queue", 25);
        await FillAsync("precious", 36);

        var refused = (await Assert.ThrowsAsync<LogFullException>(() => FillAsync("cheap", 10)))!;

        Assert.That(refused.Message, Does.Contain("16MiB").And.Contain("stream-storage.max-total"));
        Assert.That((Stream("queue").FirstOffset, Stream("precious").FirstOffset), Is.EqualTo((0L, 0L)));
        Assert.That(Size(), Is.LessThanOrEqualTo(Most));
        Assert.That(Storage.Usage.Refusal, Is.EqualTo(refused.Message));

        await FillAsync("precious", 10); // drops its own oldest
        Assert.That(Stream("precious").FirstOffset, Is.GreaterThan(0));
        Assert.That(Storage.Usage.Refusal, Is.Null);
    }

    [Test]
    public async Task What_consumers_are_done_with_goes_before_anything_that_nobody_has_read()
    {
        await StartAsync(("read", 1, LogFullPolicy.DropOldest), ("unread", 9, LogFullPolicy.DropOldest));
        await FillAsync("read", 30);
        await FillAsync("unread", 20);
        using var made = await _host!.Http.PutAsync(new Uri("/api/v1/streams/read/cursors/c", UriKind.Relative), new StringContent("""{"from":25}"""));
        made.EnsureSuccessStatusCode();

        await FillAsync("unread", 20);

        Assert.That(Stream("read").FirstOffset, Is.InRange(10, 25));
        Assert.That(Stream("unread").FirstOffset, Is.Zero);
        Assert.That(Size(), Is.LessThanOrEqualTo(Most));
    }

    [Test]
    public async Task The_reserve_of_the_disk_is_left_to_the_rest_of_the_gateway()
    {
        await StartAsync(options => options.KeepFreeBytes = long.MaxValue, ("queue", 5, LogFullPolicy.Reject));
        var usage = Storage.Usage;

        Assert.That(usage.KeepFreeBytes, Is.EqualTo(new DriveInfo(_folder.Path).TotalSize / 16), "a sixteenth of the disk at most");
        Assert.That(usage.Headroom, Is.EqualTo(Math.Max(0, Math.Min(Most - usage.Bytes, usage.FreeBytes - usage.KeepFreeBytes))));
    }

    [Test]
    public async Task A_limit_that_makes_no_sense_is_refused()
    {
        await Assert.ThatAsync(
            () => StartAsync(options => (options.MaxTotalBytes, options.KeepFreeBytes) = (1024, -1)),
            Throws.Exception.With.Message.Contains("MaxTotalBytes is 1024; use at least 16MiB").And.Message.Contains("KeepFreeBytes is -1"));
    }

    private IStreamStorage Storage => _host!.Service<IStreamStorage>();

    private RecordStream Stream(string name) => _host!.Catalog.Get(StreamName.Parse(name));

    private long Size() => _host!.Catalog.List().Sum(stream => stream.SizeBytes);

    private Task StartAsync(params (string Name, int Priority, LogFullPolicy Full)[] streams) => StartAsync(static options => options.KeepFreeBytes = 0, streams);

    private async Task StartAsync(Action<StreamStorageOptions> storage, params (string Name, int Priority, LogFullPolicy Full)[] streams) => _host = await StreamsHost.StartAsync(
        _folder.Path,
        services => services.Configure<StreamStorageOptions>(options =>
        {
            options.MaxTotalBytes = Most;
            storage(options);
        }),
        options => streams.ToList().ForEach(stream => options[stream.Name] = new StreamOptions
        {
            Priority = stream.Priority,
            Full = stream.Full,
            Durability = Durability.Crash,
            MaxRecordBytes = RecordBytes + 1024,
            Retention = { Bytes = null },
        }),
        null);

    private async Task FillAsync(string name, int records)
    {
        var payload = new byte[RecordBytes];
        for (var record = 0; record < records; record++)
        {
            Random.Shared.NextBytes(payload); // nothing that compression would shrink
            await Stream(name).AppendAsync(new NewRecord { Key = "k", Payload = payload });
        }
    }
}
