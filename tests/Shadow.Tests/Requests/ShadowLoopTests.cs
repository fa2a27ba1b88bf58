using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Roost.Shadow.Documents;
using Roost.Shadow.Journal;
using Roost.Shadow.Requests;
using Roost.Shadow.Tests.Store;
using Roost.Storage;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Requests;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[CancelAfter(30_000)]
internal sealed class ShadowLoopTests
{
    private static readonly ShadowOptions s_gather = new() { Gather = TimeSpan.FromSeconds(1) };

    private readonly MemoryShadowStore _store = new();
    private readonly ManualTimeProvider _clock = new();
    private readonly Recorder _recorder = new();
    private readonly Seen _seen = new();
    private ServiceProvider _meters = null!;
    private ShadowLoop _loop = null!;
    private Task _running = null!;
    private TaskCompletionSource? _held;

    [SetUp]
    public void Start()
    {
        _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        _loop = Create(new ShadowOptions());
        _running = Task.Run(_loop.RunAsync);
    }

    [TearDown]
    public async Task Stop()
    {
        _held?.TrySetResult(); // a test that failed may have left it
        _loop.Close();
        await _running;
        await _meters.DisposeAsync();
    }

    [Test]
    public async Task Nothing_is_answered_or_announced_before_it_is_durable()
    {
        var (disk, reached) = HoldDisk();
        var update = Send(ShadowOperation.Update, "a");
        await reached;

        Assert.That(update.IsCompleted, Is.False);
        Assert.That(_recorder.Announced, Is.Empty);
        disk.SetResult();
        Assert.That((await update).Error, Is.Null);
    }

    [Test]
    public async Task Changes_that_arrive_during_a_commit_share_the_next_one()
    {
        var (disk, reached) = HoldDisk();
        var first = Send(ShadowOperation.Update, "a");
        await reached;
        var others = Enumerable.Range(0, 100).Select(i => Send(ShadowOperation.Update, $"t{i % 7}")).ToArray();
        var last = Send(ShadowOperation.Get, "untouched"); // answered at once, so all before it have been computed
        await last;
        disk.SetResult();
        await Task.WhenAll([first, .. others]);

        Assert.That(_store.Writes, Is.EqualTo(2));
    }

    [Test]
    public async Task Changes_that_gather_share_one_commit_a_moment_after_the_first()
    {
        await RestartAsync(s_gather);
        var first = Send(ShadowOperation.Update, "a");
        await Send(ShadowOperation.Get, "untouched"); // answered at once, so the update has been computed
        _clock.Advance(s_gather.Gather / 2);
        var second = Send(ShadowOperation.Update, "b");
        await Send(ShadowOperation.Get, "untouched");
        Assert.That((first.IsCompleted, second.IsCompleted, _store.Writes), Is.EqualTo((false, false, 0)));

        _clock.Advance(s_gather.Gather / 2);

        Assert.That((await Eventually.CompletesAsync(first, "the first change")).Error ?? (await Eventually.CompletesAsync(second, "the second change")).Error, Is.Null);
        Assert.That(_store.Writes, Is.EqualTo(1));
    }

    [Test]
    public async Task The_time_of_a_commit_counts_as_time_to_gather()
    {
        await RestartAsync(s_gather);
        var (disk, reached) = HoldDisk();
        var first = Send(ShadowOperation.Update, "a");
        await Send(ShadowOperation.Get, "untouched");
        _clock.Advance(s_gather.Gather);
        await reached;
        var second = Send(ShadowOperation.Update, "b");
        await Send(ShadowOperation.Get, "untouched");
        _clock.Advance(s_gather.Gather);
        disk.SetResult();

        await Eventually.CompletesAsync(first, "the change that was being committed");
        await Eventually.CompletesAsync(second, "the change that came meanwhile, without more time");
    }

    [Test]
    public async Task Changes_gather_no_longer_than_until_the_loop_is_closed()
    {
        await RestartAsync(s_gather);
        var update = Send(ShadowOperation.Update, "a");
        await Send(ShadowOperation.Get, "untouched");
        _loop.Close();

        Assert.That((await Eventually.CompletesAsync(update, "the change, though no time passes")).Error, Is.Null);
    }

    [Test]
    public async Task Changes_gather_only_where_they_are_to_survive_a_power_cut()
    {
        await RestartAsync(new ShadowOptions { Gather = s_gather.Gather, Durability = Durability.Crash });

        await Eventually.CompletesAsync(Send(ShadowOperation.Update, "a"), "a change that no sync is waited for");
    }

    [Test]
    public async Task A_full_batch_does_not_gather()
    {
        await RestartAsync(s_gather);

        await Eventually.CompletesAsync(Task.WhenAll(Enumerable.Range(0, 1024).Select(i => Send(ShadowOperation.Update, $"t{i % 7}"))), "a batch as large as any");
    }

    [Test]
    public async Task Get_of_another_shadow_does_not_wait_for_a_commit()
    {
        await Send(ShadowOperation.Update, "still");
        var (disk, reached) = HoldDisk();
        var update = Send(ShadowOperation.Update, "busy");
        await reached;

        Assert.That((await Eventually.CompletesAsync(Send(ShadowOperation.Get, "still"), "a get beside a commit")).Error, Is.Null);
        Assert.That(update.IsCompleted, Is.False);
        disk.SetResult();
    }

    [Test]
    public async Task Get_of_the_shadow_being_committed_waits_and_sees_the_change()
    {
        var (disk, reached) = HoldDisk();
        _ = Send(ShadowOperation.Update, "a");
        await reached;
        var get = Send(ShadowOperation.Get, "a");
        await Send(ShadowOperation.Get, "other");

        Assert.That(get.IsCompleted, Is.False);
        disk.SetResult();
        Assert.That(Json.Long(Encoding.UTF8.GetString((await get).Body.Span), "version"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_failed_commit_is_told_and_what_was_built_on_it_is_computed_again()
    {
        await Send(ShadowOperation.Update, "a");
        var (disk, reached) = HoldDisk();
        var lost = Send(ShadowOperation.Update, "a");
        await reached;
        var built = Send(ShadowOperation.Update, "a");
        var get = Send(ShadowOperation.Get, "a");
        await Send(ShadowOperation.Get, "other");
        _store.BeforeWrite = () => Task.CompletedTask;
        disk.SetException(new IOException("no space left"));

        Assert.That(await lost, Is.EqualTo(new ShadowAnswer(ShadowError.InternalFailure, (await lost).Body) { WasNotKept = true }));
        Assert.That(Json.Long(Encoding.UTF8.GetString((await built).Body.Span), "version"), Is.EqualTo(2), "not 3: the second update never was");
        Assert.That(Json.Long(Encoding.UTF8.GetString((await get).Body.Span), "version"), Is.EqualTo(2));
        Assert.That(_store.Read(Some.Id("a"))!.Version, Is.EqualTo(2));
    }

    [TestCaseSource(nameof(FullDisks))]
    public async Task A_full_disk_is_told_with_its_place_and_that_the_request_may_come_again(Exception failure, string message)
    {
        _store.BeforeWrite = () => Task.FromException(failure);

        var answer = await Send(ShadowOperation.Update, "a");

        Assert.That((answer.Error?.Code, answer.Error?.Message, answer.WasNotKept), Is.EqualTo((503, message, true)));
        Assert.That(Encoding.UTF8.GetString(answer.Body.Span), Does.Contain("\"code\":503"));
    }

    private static IEnumerable<TestCaseData> FullDisks =>
    [
        new(new LogFullException("/data/shadows/journal", "its file system has no space", "Free space there; then appends succeed again."),
            "Service unavailable: Log /data/shadows/journal is full: its file system has no space. Free space there; then appends succeed again.") { TestName = "{m}(journal)" },
        new(new Microsoft.Data.Sqlite.SqliteException("database or disk is full", 13),
            "Service unavailable: the file system of shadows has no space. Free space there; then changes succeed again.") { TestName = "{m}(table)" },
    ];

    [Test]
    public async Task A_shadow_used_lately_is_not_read_from_the_store()
    {
        await Send(ShadowOperation.Update, "a");
        var reads = _store.Reads;
        await Send(ShadowOperation.Get, "a");
        await Send(ShadowOperation.Update, "a");

        Assert.That(_store.Reads, Is.EqualTo(reads));
    }

    [Test]
    public async Task Too_much_waiting_is_refused_and_room_comes_back()
    {
        var (disk, reached) = HoldDisk();
        var first = Send(ShadowOperation.Update, "a");
        await reached;
        var body = new byte[ShadowLimits.MaxRequestBytes];
        var taken = new List<ShadowRequest>();
        var refused = false;
        for (var i = 0; i < 3000 && !refused; i++)
        {
            var request = new ShadowRequest(Some.Id("a"), ShadowOperation.Get, body, viaMqtt: false);
            refused = !_loop.TryEnqueue(request);
            if (!refused)
            {
                taken.Add(request);
            }
        }

        disk.SetResult();
        await Task.WhenAll(taken.Select(request => request.Answer).Append(first));
        Assert.That(refused, "the loop computes ahead by one batch only");
        Assert.That((await Send(ShadowOperation.Get, "a")).Error, Is.Null);
    }

    [Test]
    public async Task Close_answers_what_waits_and_refuses_the_rest()
    {
        var (disk, reached) = HoldDisk();
        var first = Send(ShadowOperation.Update, "a");
        await reached;
        var second = Send(ShadowOperation.Update, "b");
        _loop.Close();
        Assert.That(_loop.TryEnqueue(new ShadowRequest(Some.Id("c"), ShadowOperation.Get, default, viaMqtt: false)), Is.False);

        disk.SetResult();
        await _running;
        Assert.That((await first).Error ?? (await second).Error, Is.Null);
    }

    [Test]
    public async Task An_observer_that_throws_ends_neither_the_loop_nor_another_observer()
    {
        await RestartAsync(new Thrower(), _seen);

        Assert.That((await Send(ShadowOperation.Update, "a")).Error, Is.Null);
        Assert.That((await Send(ShadowOperation.Update, "a")).Error, Is.Null);
        Assert.That(_seen.Versions, Is.EqualTo(new long[] { 1, 2 }).Or.EqualTo(new long[] { 1 }), "the last one is told after its answer");
    }

    [Test]
    public async Task A_defect_of_ours_answers_all_that_wait_and_takes_in_nobody_more()
    {
        var (disk, reached) = HoldDisk();
        var committing = Send(ShadowOperation.Update, "a");
        await reached;
        var waiting = Send(ShadowOperation.Update, "b");
        _recorder.Defect = new InvalidOperationException("a defect");
        disk.SetResult();

        Assert.That((await Eventually.CompletesAsync(committing, "the request being committed")).Error?.Code, Is.EqualTo(500));
        Assert.That((await Eventually.CompletesAsync(waiting, "the request that waits")).Error?.Code, Is.EqualTo(500));
        Assert.That(() => _running, Throws.InvalidOperationException);
        Assert.That(_loop.TryEnqueue(new ShadowRequest(Some.Id("c"), ShadowOperation.Get, default, viaMqtt: false)), Is.False);
        _running = Task.CompletedTask;
    }

    [Test]
    public async Task A_request_that_is_refused_anyway_does_not_count_the_things_names()
    {
        var lists = _store.Lists;
        var request = new ShadowRequest(Some.Id("a", "n"), ShadowOperation.Update, """{"state":1}"""u8.ToArray(), viaMqtt: false);
        Assert.That(_loop.TryEnqueue(request));

        Assert.That((await request.Answer).Error?.Code, Is.EqualTo(400));
        Assert.That(_store.Lists, Is.EqualTo(lists));
    }

    private ShadowLoop Create(ShadowOptions options) => new(
        _store, _recorder, options, _clock, new ShadowMetrics(_meters.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()), NullLogger.Instance);

    private Task RestartAsync(params IShadowObserver[] observers) => RestartAsync(new ShadowOptions(), observers);

    private async Task RestartAsync(ShadowOptions options, params IShadowObserver[] observers)
    {
        _loop.Close();
        await _running;
        _loop = Create(options);
        foreach (var observer in observers)
        {
            _loop.Observe(observer);
        }

        _running = Task.Run(_loop.RunAsync);
    }

    private Task<ShadowAnswer> Send(ShadowOperation operation, string thing)
    {
        var body = operation == ShadowOperation.Update ? """{"state":{"reported":{"a":1}}}"""u8.ToArray() : [];
        var request = new ShadowRequest(Some.Id(thing), operation, body, viaMqtt: false);
        Assert.That(_loop.TryEnqueue(request));
        return request.Answer;
    }

    private (TaskCompletionSource Disk, Task Reached) HoldDisk()
    {
        var disk = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.BeforeWrite = () =>
        {
            reached.TrySetResult();
            return disk.Task;
        };
        _held = disk;
        return (disk, reached.Task);
    }

    private sealed class Recorder : IShadowAnnouncer
    {
        public List<string> Announced { get; } = [];

        public Exception? Defect { get; set; }

        public void Succeeded(ShadowRequest request, ShadowMessages messages)
        {
            if (Defect is not null)
            {
                throw Defect;
            }

            Announced.Add($"{request.Operation} {request.Id}");
        }

        public void Refused(ShadowRequest request, byte[] errorDocument) => Announced.Add($"refused {request.Id}");
    }

    private sealed class Thrower : IShadowObserver
    {
        public void Changed(ShadowChange change) => throw new InvalidOperationException("a defect of an observer");
    }

    private sealed class Seen : IShadowObserver
    {
        public ConcurrentQueue<long> Versions { get; } = [];

        public void Changed(ShadowChange change) => Versions.Enqueue(change.Record.Version);
    }
}
