using Roost.Streams.Export.Pacing;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export.Pacing;

public sealed class PaceTests
{
    private const int Second = 64 * 1024;

    private readonly ManualTimeProvider _clock = new();

    [Test]
    public void A_bucket_lets_a_burst_of_a_second_through_and_then_what_its_rate_says()
    {
        var bucket = new TokenBucket(100, _clock);

        Assert.That(bucket.Take(100), Is.EqualTo(TimeSpan.Zero));
        Assert.That(bucket.Take(50), Is.EqualTo(TimeSpan.Zero), "it is even, and this goes on account");
        Assert.That(bucket.Take(50), Is.EqualTo(TimeSpan.FromSeconds(0.5)));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(bucket.Take(1), Is.EqualTo(TimeSpan.Zero), "the debt is paid");
    }

    [Test]
    public void Time_without_use_saves_up_no_more_than_a_second()
    {
        var bucket = new TokenBucket(100, _clock);
        _clock.Advance(TimeSpan.FromHours(1));
        bucket.Take(100);
        bucket.Take(100);

        Assert.That(bucket.Take(1), Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task The_export_with_the_lowest_number_goes_first_while_others_wait_for_the_same_bandwidth()
    {
        var shared = new SharedBandwidth(Second, _clock);
        await shared.TakeAsync(5, Second, default);
        await shared.TakeAsync(5, Second, default);
        var order = new List<string>();
        var waiting = new[] { TakeAsync(5, "first of 5"), TakeAsync(9, "9"), TakeAsync(5, "second of 5"), TakeAsync(1, "1") };

        await IsDoneAsync(Task.WhenAll(waiting), TimeSpan.FromSeconds(1));

        Assert.That(order, Is.EqualTo(["1", "first of 5", "second of 5", "9"]));

        async Task TakeAsync(int priority, string name)
        {
            await shared.TakeAsync(priority, Second, default);
            lock (order)
            {
                order.Add(name);
            }
        }
    }

    [Test]
    public async Task An_export_that_always_has_more_to_send_is_served_before_those_with_higher_numbers()
    {
        var shared = new SharedBandwidth(Second, _clock);
        await shared.TakeAsync(5, 2 * Second, default);
        using var enough = new CancellationTokenSource();
        var (urgent, bulk) = (0, 0);
        var sending = new[] { SendAsync(1, () => urgent++), SendAsync(9, () => bulk++) };

        await Eventually.IsTrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(0.05));
                return urgent >= 50;
            },
            "fifty pieces of the urgent one");
        await enough.CancelAsync();
        Assert.That(async () => await Task.WhenAll(sending), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(bulk, Is.LessThanOrEqualTo(5), "at most where the urgent one was late for its turn");

        async Task SendAsync(int priority, Action sent)
        {
            while (true)
            {
                await shared.TakeAsync(priority, ExportPace.PieceBytes, enough.Token);
                sent();
            }
        }
    }

    [Test]
    public async Task Who_gives_up_waiting_takes_nothing_and_holds_up_nobody()
    {
        var shared = new SharedBandwidth(Second, _clock);
        await shared.TakeAsync(5, 3 * Second, default);
        using var giveUp = new CancellationTokenSource();
        var (served, quitter, last) = (shared.TakeAsync(5, 1, default).AsTask(), shared.TakeAsync(5, Second, giveUp.Token).AsTask(), shared.TakeAsync(5, 1, default).AsTask());
        await giveUp.CancelAsync();
        Assert.That(async () => await quitter, Throws.InstanceOf<OperationCanceledException>());

        await IsDoneAsync(Task.WhenAll(served, last), TimeSpan.FromSeconds(1));
    }

    [Test]
    public async Task Much_at_once_is_taken_in_pieces_so_that_an_urgent_export_waits_for_one_of_them()
    {
        var shared = new SharedBandwidth(Second, _clock);
        await shared.TakeAsync(5, 2 * Second, default);
        using var enough = new CancellationTokenSource();
        var bulk = new ExportPace(new ExportLimitOptions(), 9, shared, _clock).TakeBytesAsync(1000 * Second, enough.Token).AsTask();
        var urgent = new ExportPace(new ExportLimitOptions(), 1, shared, _clock).TakeBytesAsync(100, default).AsTask();

        await IsDoneAsync(urgent, TimeSpan.FromSeconds(0.1));
        Assert.That(bulk.IsCompleted, Is.False);
        await enough.CancelAsync();
        Assert.That(async () => await bulk, Throws.InstanceOf<OperationCanceledException>());
    }

    private Task IsDoneAsync(Task task, TimeSpan step) => Eventually.IsTrueAsync(
        () =>
        {
            _clock.Advance(step);
            return task.IsCompleted;
        },
        "the turn to come");
}
