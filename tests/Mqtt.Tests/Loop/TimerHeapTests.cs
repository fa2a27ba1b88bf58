using FsCheck;
using FsCheck.Fluent;
using Roost.Mqtt.Loop;

namespace Roost.Mqtt.Tests.Loop;

public sealed class TimerHeapTests
{
    [Test]
    public void Deadlines_fire_in_order_each_once_and_cancelled_ones_never() =>
        Prop.ForAll(Gen.Choose(0, 50).ListOf().ToArbitrary(), dues =>
        {
            var heap = new TimerHeap();
            var fired = new List<int>();
            var timers = dues.Select((due, i) => new Probe(() => fired.Add(i))).ToList();
            for (var i = 0; i < timers.Count; i++)
            {
                heap.Set(timers[i], 100 - dues[i]);
                heap.Set(timers[i], dues[i]); // moved
            }

            for (var i = 0; i < timers.Count; i += 3)
            {
                heap.Cancel(timers[i]);
            }

            heap.Fire(25);
            heap.Fire(50);
            var expected = Enumerable.Range(0, dues.Count).Where(i => i % 3 != 0);
            return fired.Order().SequenceEqual(expected) && fired.Select(i => dues[i]).SequenceEqual(fired.Select(i => dues[i]).Order()) && heap.Count == 0;
        }).QuickCheckThrowOnFailure();

    private sealed class Probe(Action onDue) : Timed
    {
        public override void OnDue(long now) => onDue();
    }
}
