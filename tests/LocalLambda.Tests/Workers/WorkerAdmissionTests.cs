using System.Collections.Concurrent;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Workers;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Workers;

internal sealed class WorkerAdmissionTests
{
    private readonly ConcurrentQueue<string> _begun = new();

    [SetUp]
    public void Forget() => _begun.Clear();

    [Test]
    public async Task A_flood_on_one_function_lets_another_start_next()
    {
        var admission = new WorkerAdmission(maxWorkers: 10, maxStarting: 1);
        var flood = new Claimant("flood", admission, this);
        var other = new Claimant("other", admission, this);
        flood.Want(8);
        other.Want(1);

        flood.Ready();

        await Eventually.IsTrueAsync(() => _begun.Count == 2, "the next start");
        Assert.That(_begun, Is.EqualTo(new[] { "flood", "other" }));
    }

    [Test]
    public async Task Interactive_functions_start_before_background_ones_that_came_first()
    {
        var admission = new WorkerAdmission(maxWorkers: 10, maxStarting: 1);
        var busy = new Claimant("busy", admission, this);
        busy.Want(1);
        var background = new Claimant("background", admission, this, ServiceClass.Background);
        var interactive = new Claimant("interactive", admission, this);
        background.Want(1);
        interactive.Want(1);

        busy.Ready();
        await Eventually.IsTrueAsync(() => _begun.Count == 2, "the second start");
        interactive.Ready();

        await Eventually.IsTrueAsync(() => _begun.Count == 3, "the last start");
        Assert.That(_begun.Skip(1), Is.EqualTo(new[] { "interactive", "background" }));
    }

    [Test]
    public void The_last_start_is_for_an_interactive_function_that_has_no_worker()
    {
        var admission = new WorkerAdmission(maxWorkers: 100, maxStarting: 3);
        new Claimant("flood", admission, this).Want(10);
        new Claimant("background", admission, this, ServiceClass.Background).Want(10);
        Assert.That(_begun, Is.EqualTo(new[] { "flood", "flood" }));

        new Claimant("first", admission, this).Want(1);

        Assert.That(_begun.Last(), Is.EqualTo("first"));
    }

    [Test]
    public void The_last_quarter_of_the_workers_is_for_interactive_functions_that_have_none()
    {
        var admission = new WorkerAdmission(maxWorkers: 8, maxStarting: 100);
        new Claimant("hog", admission, this).Want(100);
        new Claimant("background", admission, this, ServiceClass.Background).Want(100);
        Assert.That(_begun, Is.EqualTo(Enumerable.Repeat("hog", 6)));

        new Claimant("first", admission, this).Want(100);
        new Claimant("second", admission, this).Want(100);

        Assert.That(_begun.Skip(6), Is.EqualTo(new[] { "first", "second" }));
    }

    [Test]
    public async Task An_idle_worker_makes_room_the_longest_idle_first()
    {
        var admission = new WorkerAdmission(maxWorkers: 2, maxStarting: 10);
        var young = new Claimant("young", admission, this) { Idle = TimeSpan.FromSeconds(1) };
        var old = new Claimant("old", admission, this) { Idle = TimeSpan.FromSeconds(2) };
        young.Want(1);
        old.Want(1);
        young.Ready();
        old.Ready();

        new Claimant("new", admission, this).Want(1);

        await Eventually.IsTrueAsync(() => _begun.Contains("new"), "the start in the freed place");
        Assert.That((young.Ended, old.Ended), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task Of_workers_that_are_all_busy_one_yields_to_who_has_none()
    {
        var admission = new WorkerAdmission(maxWorkers: 4, maxStarting: 10);
        var flood = new Claimant("flood", admission, this);
        flood.Want(3);
        for (var i = 0; i < 3; i++)
        {
            flood.Ready();
        }

        var single = new Claimant("single", admission, this);
        single.Want(1);
        single.Ready();

        Assert.That(admission.MustYield(flood), Is.False, "nobody waits");
        var other = new Claimant("other", admission, this);
        other.Want(1);

        await Eventually.IsTrueAsync(() => admission.MustYield(flood), "the order to yield");
        Assert.That(admission.MustYield(flood), Is.False, "one is enough");
        admission.Ended(flood);
        await Eventually.IsTrueAsync(() => _begun.Contains("other"), "the start in the freed place");
        Assert.That(admission.MustYield(flood), Is.False, "nobody waits any more");
    }

    [Test]
    public async Task A_turn_that_is_not_taken_goes_to_the_next()
    {
        var admission = new WorkerAdmission(maxWorkers: 10, maxStarting: 1);
        var first = new Claimant("first", admission, this);
        var gone = new Claimant("gone", admission, this);
        var last = new Claimant("last", admission, this);
        first.Want(1);
        gone.Want(1);
        last.Want(1);
        gone.Want(0);

        first.Ready();

        await Eventually.IsTrueAsync(() => _begun.Contains("last"), "the start of the last");
        Assert.That(_begun, Has.No.Member("gone"));
    }

    [Test]
    public async Task Under_any_traffic_the_bounds_hold_and_everybody_gets_a_turn()
    {
        var admission = new WorkerAdmission(maxWorkers: 5, maxStarting: 2);
        var claimants = Enumerable.Range(0, 6).Select(number => new Claimant($"{number}", admission, this, number % 2 == 0 ? ServiceClass.Interactive : ServiceClass.Background)).ToList();
        var most = 0;
        await Task.WhenAll(claimants.Select(claimant => Task.Run(async () =>
        {
            for (var round = 0; round < 200; round++)
            {
                claimant.Want(1);
                await Eventually.IsTrueAsync(() => claimant.Begun == 1, "a worker");
                InterlockedMax(ref most, claimants.Sum(one => one.Begun));
                claimant.Ready();
                claimant.End();
            }
        })));

        Assert.That(most, Is.LessThanOrEqualTo(6), "five, and one that is between its beginning and its count here");
    }

    private static void InterlockedMax(ref int place, int value)
    {
        for (var seen = Volatile.Read(ref place); value > seen; seen = Volatile.Read(ref place))
        {
            Interlocked.CompareExchange(ref place, value, seen);
        }
    }

    /// <summary>Wants so many workers, and begins one each time it is let.</summary>
    private sealed class Claimant : IWorkerClaimant
    {
        private readonly string _name;
        private readonly WorkerAdmission _admission;
        private readonly WorkerAdmissionTests _test;
        private readonly Lock _gate = new();
        private int _wanted;

        public Claimant(string name, WorkerAdmission admission, WorkerAdmissionTests test, ServiceClass serviceClass = ServiceClass.Interactive)
        {
            (_name, _admission, _test, Class) = (name, admission, test, serviceClass);
            admission.Open(this);
        }

        public ServiceClass Class { get; }

        public TimeSpan? Idle { get; init; }

        public int Ended { get; private set; }

        public int Begun { get; private set; }

        public void Want(int workers)
        {
            lock (_gate)
            {
                _wanted = workers;
            }

            EnsureWorkers();
        }

        public void EnsureWorkers()
        {
            lock (_gate)
            {
                while (Begun < _wanted && _admission.TryBegin(this))
                {
                    Begun++;
                    _test._begun.Enqueue(_name);
                }
            }
        }

        public void Ready() => _admission.Started(this);

        public void End()
        {
            lock (_gate)
            {
                Begun--;
                _wanted--;
                _admission.Ended(this);
            }
        }

        public TimeSpan? LongestIdle() => Idle;

        public bool EndLongestIdle()
        {
            Ended++;
            _admission.Ended(this);
            return true;
        }
    }
}
