using Roost.Gateway.Hardware;
using Roost.Hardware;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Hardware;

internal sealed class SensorSearchTests
{
    [Test]
    public async Task However_often_it_is_asked_a_bus_that_hangs_costs_one_thread()
    {
        using var sensors = new HangingSensors();
        var clock = new ManualTimeProvider();
        var search = new SensorSearch(sensors, clock);
        for (var i = 0; i < 5; i++)
        {
            var found = search.FindAsync(CancellationToken.None);
            clock.Advance(TimeSpan.FromSeconds(10));
            await Assert.ThatAsync(() => found, Throws.InstanceOf<TimeoutException>());
        }

        var waiting = search.FindAsync(CancellationToken.None);
        sensors.Answer();
        Assert.That(await waiting, Is.Empty);
        Assert.That(sensors.Searches, Is.EqualTo(1));
        Assert.That(await search.FindAsync(CancellationToken.None), Is.Empty);
        Assert.That(sensors.Searches, Is.EqualTo(2), "what is there is looked for anew");
    }

    private sealed class HangingSensors : ISensors, IDisposable
    {
        private readonly ManualResetEventSlim _answered = new();
        private int _searches;

        public int Searches => Volatile.Read(ref _searches);

        public void Answer() => _answered.Set();

        public IReadOnlyList<FoundSensor> Find()
        {
            Interlocked.Increment(ref _searches);
            _answered.Wait();
            return [];
        }

        public void Dispose() => _answered.Dispose();
    }
}
