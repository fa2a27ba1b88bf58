using Roost.Streams.Export;

namespace Roost.Streams.Tests.Export;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class SuspectRecordTests
{
    private readonly SuspectRecord _suspect = new(maxAttempts: 3);

    [Test]
    public void A_record_is_tried_alone_after_two_hang_ups_and_given_up_after_trials_in_a_row()
    {
        _suspect.HungUp(7);
        Assert.That(_suspect.IsOnTrial, Is.False);
        _suspect.HungUp(7);
        for (var trial = 0; trial < 3; trial++)
        {
            Assert.That((_suspect.IsOnTrial, _suspect.Guilty), Is.EqualTo((true, (long?)null)), $"before trial {trial}");
            _suspect.HungUpAlone(7);
        }

        Assert.That(_suspect.Guilty, Is.EqualTo(7));
    }

    [Test]
    public void Hang_ups_among_other_records_never_convict()
    {
        for (var end = 0; end < 100; end++)
        {
            _suspect.HungUp(7);
        }

        Assert.That(_suspect.Guilty, Is.Null);
    }

    [Test]
    public void A_connection_that_ends_without_the_record_makes_the_trials_begin_anew()
    {
        for (var round = 0; round < 100; round++)
        {
            _suspect.HungUpAlone(7);
            _suspect.HungUpAlone(7);
            _suspect.TrialFailed();
        }

        Assert.That((_suspect.IsOnTrial, _suspect.Guilty), Is.EqualTo((true, (long?)null)));
    }

    [Test]
    public void An_answer_clears_it()
    {
        _suspect.HungUpAlone(7);
        _suspect.HungUpAlone(7);
        _suspect.Cleared();
        Assert.That(_suspect.IsOnTrial, Is.False);

        _suspect.HungUpAlone(7);
        _suspect.HungUpAlone(7);
        _suspect.Refused(7);
        Assert.That(_suspect.IsOnTrial, Is.False);
    }

    [Test]
    public void Refusals_are_counted_over_connections_and_for_one_record()
    {
        _suspect.Refused(7);
        _suspect.HungUp(7);

        Assert.That(_suspect.Refused(7), Is.EqualTo(2));
        Assert.That(_suspect.Refused(8), Is.EqualTo(1));
    }
}
