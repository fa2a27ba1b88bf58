using Roost.Shadow.Sync;

namespace Roost.Shadow.Tests.Sync;

internal sealed class CloudAbsencesTests
{
    private readonly CloudAbsences _absences = new();
    private readonly TrackedShadow[] _shadows = [.. Enumerable.Range(0, 40).Select(i => new TrackedShadow(Some.Id($"vac-{i}"), new SyncPolicy(SyncDirection.Both), new PushBudget()))];

    [TestCase(1, 1, false, Description = "the only one: nothing tells it from a cloud that is empty")]
    [TestCase(2, 1, true)]
    [TestCase(2, 2, false)]
    [TestCase(19, 2, false)]
    [TestCase(20, 2, true)]
    [TestCase(40, 4, true)]
    [TestCase(40, 5, false)]
    [TestCase(40, 40, false)]
    public void A_tenth_at_most_is_believed_to_have_been_deleted(int count, int gone, bool expected)
    {
        _absences.Begin(_shadows[..count]);

        Look(_shadows[..count], gone);

        Assert.That(_absences.AreDeletions, Is.EqualTo(expected));
    }

    [Test]
    public void Nothing_is_believed_before_all_have_been_looked_at()
    {
        _absences.Begin(_shadows);

        Assert.That(Look(_shadows[..39], gone: 1), Is.False);
        Assert.That(_absences.AreDeletions, Is.Null);
        Assert.That(Look(_shadows[39..], gone: 0), Is.True);
        Assert.That(_absences.AreDeletions, Is.True);
    }

    [Test]
    public void What_was_put_back_counts_as_gone_until_all_have_been_looked_at_on_one_connection()
    {
        _absences.Begin(_shadows);
        Look(_shadows[..30], gone: 30);

        _absences.Begin(_shadows); // the first connection did not last; all but one have been put back since
        Look(_shadows[..39], gone: 0);
        Look(_shadows[39..], gone: 1);
        Assert.That(_absences.AreDeletions, Is.False);

        _absences.Begin(_shadows);
        Look(_shadows, gone: 1);
        Assert.That(_absences.AreDeletions, Is.True);
    }

    private bool Look(TrackedShadow[] shadows, int gone)
    {
        var isLast = false;
        for (var i = 0; i < shadows.Length; i++)
        {
            _absences.Saw(shadows[i], present: i >= gone);
            isLast = _absences.LookedAt(shadows[i]);
        }

        return isLast;
    }
}
