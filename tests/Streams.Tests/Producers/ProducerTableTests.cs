using Roost.Streams.Producers;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Producers;

/// <summary>Who is forgotten, and when.</summary>
public sealed class ProducerTableTests
{
    private readonly ManualTimeProvider _clock = new();
    private ProducerTable _table = null!;

    [SetUp]
    public async Task Fill()
    {
        _table = new ProducerTable(Some.Telemetry, _clock);
        for (var number = 0; number < ProducerTable.MostProducers; number++)
        {
            await AppendAsync($"p{number}", sequence: 0);
        }
    }

    [Test]
    public async Task Who_was_silent_for_longest_makes_room_for_another()
    {
        _clock.Advance(TimeSpan.FromMinutes(5));
        await AppendAsync("p0", sequence: 1);
        _clock.Advance(TimeSpan.FromMinutes(5));

        await AppendAsync("new", sequence: 0);

        Assert.That(_table.All.Select(producer => producer.Name), Does.Contain("new").And.Contain("p0").And.Exactly(ProducerTable.MostProducers).Items);
    }

    [Test]
    public void A_wall_clock_that_is_set_forward_forgets_nobody()
    {
        _clock.SetUtcNow(_clock.GetUtcNow().AddDays(30));

        Assert.That(() => AppendAsync("new", sequence: 0), Throws.TypeOf<StreamRefusedException>());
        Assert.That(_table.All, Has.Count.EqualTo(ProducerTable.MostProducers));
    }

    private async Task AppendAsync(string name, long sequence)
    {
        var producer = await _table.EnterAsync(name);
        _table.Note(producer, epoch: 0, offset: sequence, count: 1);
        _table.Leave(producer);
    }
}
