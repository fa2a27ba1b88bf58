using FsCheck;
using FsCheck.Fluent;
using Roost.Shadow.Documents;

namespace Roost.Shadow.Tests.Documents;

/// <summary>Against the dictionary that keeps its order.</summary>
internal sealed class StateMembersTests
{
    [Test]
    public void Members_are_those_of_an_ordered_dictionary_whatever_is_set() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), names =>
    {
        var members = new StateMembers(0);
        var model = new OrderedDictionary<string, StateNode>();
        for (var i = 0; i < names.Length; i++)
        {
            var (name, value) = ($"k{names[i] % 40}", Some.Object($"{{\"n\":{i}}}"));
            members.Set(StateKey.Of(name), value);
            model[name] = value;
        }

        return members.Keys.SequenceEqual(model.Keys)
            && Enumerable.Range(0, 41).All(i => ReferenceEquals(members[StateKey.Of($"k{i}")], model.GetValueOrDefault($"k{i}")));
    }).QuickCheckThrowOnFailure();

    [TestCase("a")]
    [TestCase("")]
    [TestCase("\u00e4\U0001F916")]
    [TestCase("with \"quotes\" and \\ and \n")]
    [TestCase("a name of more than sixty-four bytes, which is not shared: 0123456789")]
    public void A_key_is_its_text_whichever_way_it_was_made(string text)
    {
        var key = StateKey.Of(text);

        Assert.That(key.Text, Is.EqualTo(text));
        Assert.That(StateKey.Of(System.Text.Encoding.UTF8.GetBytes(text)).IsSame(key));
        Assert.That(key.Json.ToArray(), Is.EqualTo((byte[])[.. JsonText.ToBytes(text), (byte)':']));
    }

    [Test]
    public void Names_that_share_a_slot_are_told_apart()
    {
        var keys = Enumerable.Range(0, 10_000).Select(i => StateKey.Of($"name-{i}")).ToArray();

        Assert.That(keys.Select(key => key.Text).Distinct().Count(), Is.EqualTo(10_000));
        Assert.That(StateKey.Of("name-7").IsSame(keys[7]));
        Assert.That(StateKey.Of("name-7").IsSame(keys[8]), Is.False);
    }
}
