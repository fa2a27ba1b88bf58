using Roost.LocalLambda.Queue;

namespace Roost.LocalLambda.Tests.Queue;

internal sealed class QueueScheduleTests
{
    private TimeSpan _maxAge;
    private QueueSchedule _schedule = null!;

    [SetUp]
    public void MakeSchedule() => (_maxAge, _schedule) = (TimeSpan.FromSeconds(60), new QueueSchedule(_ => _maxAge));

    [Test]
    public void An_event_that_waits_holds_up_none_behind_it()
    {
        Add(0, due: 30);
        Add(1);
        Add(2);

        Assert.That((Next(0)?.Offset, Next(0)?.Offset, Next(0)?.Offset), Is.EqualTo(((long?)1, (long?)2, (long?)null)));
        Assert.That(_schedule.NextTime(), Is.EqualTo(Seconds(30)));
        Assert.That(Next(30)?.Offset, Is.Zero);
    }

    [Test]
    public void An_event_that_is_not_on_the_disk_does_not_run()
    {
        _schedule.Add(Entry(0));
        _schedule.Add(Entry(1));

        _schedule.Durable(1);

        Assert.That((Next(0)?.Offset, Next(0)), Is.EqualTo(((long?)0, (QueueEntry?)null)));
    }

    [Test]
    public void No_more_run_than_may()
    {
        Add(0);
        Add(1);
        var first = _schedule.Next(Seconds(0), 1, 1);

        Assert.That(_schedule.Next(Seconds(0), 1, 1), Is.Null);
        _schedule.Remove(first!);
        Assert.That(_schedule.Next(Seconds(0), 1, 1)?.Offset, Is.EqualTo(1));
    }

    [Test]
    public void A_delivery_needs_no_worker()
    {
        Add(0);
        Add(1, isDelivery: true);
        _schedule.Next(Seconds(0), 1, 1);

        Assert.That(_schedule.Next(Seconds(0), 1, 1)?.IsDelivery, Is.True);
    }

    [Test]
    public void An_event_that_waits_for_a_worker_for_too_long_is_given_up_while_all_are_busy()
    {
        Add(0);
        Add(1);
        _schedule.Next(Seconds(0), 1, 1);
        Assert.That(_schedule.NextTime(), Is.EqualTo(Seconds(60)));

        var expired = _schedule.Next(Seconds(60), 1, 1);

        Assert.That((expired?.Offset, expired?.Expired), Is.EqualTo(((long?)1, (bool?)true)));
    }

    [Test]
    public void An_event_that_waits_for_its_next_try_is_given_up_when_it_is_too_old_and_not_later()
    {
        Add(0, due: 100);

        Assert.That(Next(59), Is.Null);
        Assert.That(Next(60)?.Expired, Is.True);
    }

    [Test]
    public void An_event_that_runs_is_not_given_up()
    {
        Add(0);
        var entry = Next(0);

        Assert.That(Next(90), Is.Null);
        entry!.Due = Seconds(95);
        _schedule.PutBack(entry);
        Assert.That(Next(90)?.Expired, Is.True, "once it is back it is too old");
    }

    [Test]
    public void Shorter_ages_hold_for_events_that_are_there()
    {
        Add(0, due: 100);
        _maxAge = Seconds(10);
        _schedule.AgesChanged();

        Assert.That(Next(10)?.Expired, Is.True);
    }

    [Test]
    public void Longer_ages_hold_for_events_that_are_there()
    {
        Add(0, due: 100);
        _maxAge = Seconds(1000);

        Assert.That(Next(60), Is.Null);
        Assert.That(Next(100)?.Expired, Is.False);
    }

    [Test]
    public void An_event_that_is_put_back_for_longer_is_not_run_at_its_former_time()
    {
        _maxAge = TimeSpan.FromHours(1);
        Add(0, due: 50);
        var entry = _schedule.All.Single();
        entry.Due = Seconds(80);
        _schedule.PutBack(entry);

        Assert.That(Next(60), Is.Null);
        Assert.That(Next(80), Is.SameAs(entry));
        Assert.That(Next(80), Is.Null, "once only");
    }

    [Test]
    public void One_that_could_not_be_given_up_is_given_up_later()
    {
        Add(0, due: 100);
        var entry = Next(60)!;
        entry.Due = Seconds(90);
        _schedule.PutBack(entry);

        Assert.That(Next(89), Is.Null);
        Assert.That(Next(90)?.Expired, Is.True);
    }

    [Test]
    public void What_is_removed_leaves_nothing()
    {
        Add(0);
        _schedule.Remove(Next(0)!);

        Assert.That((_schedule.Count, _schedule.Bytes, _schedule.Running, _schedule.Oldest), Is.EqualTo((0, 0L, 0, (QueueEntry?)null)));
        Assert.That(Next(1000), Is.Null);
    }

    [Test]
    public void Those_that_wait_for_their_next_try_are_counted_and_no_others()
    {
        Add(0);
        Add(1, due: 5, isDelivery: true);
        Assert.That(_schedule.Retrying, Is.Zero, "neither has been tried");

        var run = Next(0)!;
        Assert.That(_schedule.Retrying, Is.Zero, "it runs");
        (run.Failures, run.Due) = (1, Seconds(60));
        _schedule.PutBack(run);
        _schedule.PutBack(run);
        var delivery = Next(5)!;
        delivery.Due = Seconds(1000);
        _schedule.PutBack(delivery);
        Assert.That(_schedule.Retrying, Is.EqualTo(2));

        Assert.That(Next(60), Is.SameAs(run), "too old by then, and given up");
        Assert.That(_schedule.Retrying, Is.EqualTo(1));
        _schedule.Remove(delivery);
        Assert.That(_schedule.Retrying, Is.Zero);
    }

    [Test]
    public void One_that_had_failed_before_a_restart_waits_for_its_next_try()
    {
        var entry = Entry(0, due: 30);
        (entry.Failures, entry.State) = (1, QueueEntryState.Waiting);
        _schedule.Add(entry);

        Assert.That(_schedule.Retrying, Is.EqualTo(1));
        Next(30);
        Assert.That(_schedule.Retrying, Is.Zero);
    }

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);

    private static QueueEntry Entry(long offset, int due = 0, bool isDelivery = false) =>
        new() { Offset = offset, ReadFrom = offset, Qualifier = null, Bytes = 10, TakenAt = TimeSpan.Zero, Due = Seconds(due), IsDelivery = isDelivery };

    private void Add(long offset, int due = 0, bool isDelivery = false)
    {
        _schedule.Add(Entry(offset, due, isDelivery));
        _schedule.Durable(offset + 1);
    }

    private QueueEntry? Next(int seconds) => _schedule.Next(Seconds(seconds), 10, 10);
}
