using Roost.Streams.Export;

namespace Roost.Streams.Tests.Export;

public sealed class SuspectRecordTests
{
    private readonly SuspectRecord _suspect = new(maxAttempts: 3, within: TimeSpan.FromSeconds(10));

    [Test]
    public void A_record_is_given_up_only_after_it_ended_enough_connections_alone()
    {
        var soon = TimeSpan.FromSeconds(1);
        for (var end = 0; end < 5; end++)
        {
            Assert.That(_suspect.IsGuilty(7), Is.False, $"after {end} ends");
            Assert.That(_suspect.SendAlone, Is.EqualTo(end >= 2));
            _suspect.ConnectionEnded(7, soon);
        }

        Assert.That(_suspect.IsGuilty(7));
        Assert.That(_suspect.IsGuilty(8), Is.False);
    }

    [Test]
    public void A_link_that_dies_slowly_is_not_the_records_fault()
    {
        for (var end = 0; end < 100; end++)
        {
            _suspect.ConnectionEnded(7, TimeSpan.FromSeconds(60));
        }

        Assert.That((_suspect.SendAlone, _suspect.IsGuilty(7)), Is.EqualTo((false, false)));
    }

    [Test]
    public void An_acknowledgement_clears_it()
    {
        for (var end = 0; end < 4; end++)
        {
            _suspect.ConnectionEnded(7, TimeSpan.Zero);
        }

        _suspect.Acknowledged();
        _suspect.ConnectionEnded(7, TimeSpan.Zero);

        Assert.That((_suspect.SendAlone, _suspect.IsGuilty(7)), Is.EqualTo((false, false)));
    }
}
