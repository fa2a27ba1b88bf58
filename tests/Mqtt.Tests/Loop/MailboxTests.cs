using Roost.Mqtt.Loop;

namespace Roost.Mqtt.Tests.Loop;

public sealed class MailboxTests
{
    private int _signals;

    [Test]
    public void A_wake_between_the_end_of_a_turn_and_the_wait_is_not_lost()
    {
        var mailbox = new Mailbox(() => _signals++);
        mailbox.AwokeAgain();

        mailbox.Wake();

        Assert.That(_signals, Is.Zero, "the loop was not asleep");
        Assert.That(mailbox.PrepareToSleep(), Is.False);
        mailbox.AwokeAgain();
        Assert.That(mailbox.PrepareToSleep(), Is.True);
    }

    [Test]
    public void Letters_are_opened_in_the_order_of_posting_after_one_signal()
    {
        var mailbox = new Mailbox(() => _signals++);
        var opened = new List<int>();
        Assert.That(mailbox.PrepareToSleep(), Is.True);

        for (var i = 0; i < 3; i++)
        {
            var number = i;
            mailbox.Post(new ActionLetter<bool>(() => { opened.Add(number); return true; }));
        }

        Assert.That(_signals, Is.EqualTo(1));
        Assert.That(mailbox.PrepareToSleep(), Is.False);
        mailbox.Drain();
        Assert.That(opened, Is.EqualTo(new[] { 0, 1, 2 }));
    }
}
