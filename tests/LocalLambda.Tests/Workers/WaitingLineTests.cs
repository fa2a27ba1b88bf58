using Roost.LocalLambda.Workers;

namespace Roost.LocalLambda.Tests.Workers;

internal sealed class WaitingLineTests
{
    [Test]
    public void Callers_go_before_the_queue_and_each_in_the_order_of_their_coming()
    {
        var line = Line("q1 c1 q2 c2");

        Assert.That(Taken(line), Is.EqualTo("c1 c2 q1 q2"));
    }

    [Test]
    public void After_eight_callers_one_of_the_queue_has_its_turn()
    {
        var line = Line("q1 q2 " + string.Join(' ', Enumerable.Range(1, 20).Select(number => $"c{number}")));

        Assert.That(Taken(line).Split(' ').Index().Where(item => item.Item[0] == 'q').Select(item => item.Index), Is.EqualTo(new[] { 8, 17 }));
    }

    [Test]
    public void What_is_put_back_is_next()
    {
        var line = Line("c1 c2");
        line.TryTake(out var first);
        line.PutBack(first!);

        Assert.That(Taken(line), Is.EqualTo("c1 c2"));
    }

    [Test]
    public void What_was_abandoned_is_not_taken()
    {
        var line = Line("c1 q1 c2");
        Assert.That(line.All.Where(invocation => invocation.RequestId != "c2").ToList().TrueForAll(line.Remove));

        Assert.That(Taken(line), Is.EqualTo("c2"));
        Assert.That(line.Count, Is.Zero);
    }

    private static WaitingLine Line(string names)
    {
        var line = new WaitingLine();
        foreach (var name in names.Split(' '))
        {
            line.Add(new Invocation(name, default, null, hasCaller: name[0] == 'c', withLogTail: false));
        }

        return line;
    }

    private static string Taken(WaitingLine line)
    {
        List<string> names = [];
        while (line.TryTake(out var invocation))
        {
            names.Add(invocation.RequestId);
        }

        return string.Join(' ', names);
    }
}
