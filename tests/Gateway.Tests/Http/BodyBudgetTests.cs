using System.Net;
using Roost.Gateway.Http.Access;

namespace Roost.Gateway.Tests.Http;

public sealed class BodyBudgetTests
{
    private static readonly IPAddress _attacker = IPAddress.Parse("192.168.1.66");
    private static readonly IPAddress _owner = IPAddress.Parse("192.168.1.7");

    [Test]
    public void One_address_leaves_room_for_others()
    {
        var budget = new BodyBudget(most: 100, mostOfAddress: 40);
        Assert.That(budget.TryTake(_attacker, 40), Is.True);

        Assert.That(budget.TryTake(_attacker, 1), Is.False);
        Assert.That(budget.TryTake(IPAddress.Parse("::ffff:192.168.1.66"), 1), Is.False, "written in another way");
        Assert.That(budget.TryTake(_owner, 40), Is.True);
    }

    [Test]
    public void What_is_returned_can_be_taken_again()
    {
        var budget = new BodyBudget(most: 50, mostOfAddress: 40);
        budget.TryTake(_attacker, 40);
        Assert.That(budget.TryTake(_owner, 20), Is.False);

        budget.Return(_attacker, 40);

        Assert.That(budget.TryTake(_owner, 40), Is.True);
        Assert.That(budget.TryTake(_attacker, 10), Is.True);
    }

    [Test]
    public void Networks_of_IPv6_count_as_one_address()
    {
        var budget = new BodyBudget(most: 100, mostOfAddress: 40);
        budget.TryTake(IPAddress.Parse("2001:db8::1"), 40);

        Assert.That(budget.TryTake(IPAddress.Parse("2001:db8::2"), 1), Is.False);
        Assert.That(budget.TryTake(IPAddress.Parse("2001:db8:1::2"), 1), Is.True);
    }
}
