using FsCheck;
using FsCheck.Fluent;
using Roost.Shadow.Documents;
using Roost.Shadow.History;

namespace Roost.Shadow.Tests.History;

public sealed class StateChangesTests
{
    [TestCase("""{"a":1}""", """{"a":1.0}""", "", Description = "the same number")]
    [TestCase("""{"a":1}""", """{"a":2}""", "a: 1 -> 2")]
    [TestCase("""{"a":1}""", """{"b":2}""", "a: 1 -> -; b: - -> 2")]
    [TestCase("""{"a":{"b":1,"c":2}}""", """{"a":{"b":1,"c":3}}""", "a.c: 2 -> 3")]
    [TestCase("""{"a":5}""", """{"a":{"b":1}}""", "a: 5 -> -; a.b: - -> 1")]
    [TestCase("""{"a":{"b":1}}""", """{"a":[1]}""", "a: - -> [1]; a.b: 1 -> -")]
    [TestCase("""{"a":{}}""", """{"a":{"b":1}}""", "a: {} -> -; a.b: - -> 1")]
    [TestCase("""{"a":{"b":1}}""", """{"a":{}}""", "a: - -> {}; a.b: 1 -> -")]
    [TestCase("""{"a":[1,{"x":1}]}""", """{"a":[1,{"x":2}]}""", """a: [1,{"x":1}] -> [1,{"x":2}]""")]
    [TestCase("""{"a":[1]}""", """{"a":[1]}""", "")]
    [TestCase("""{"a":true}""", """{"a":"true"}""", """a: true -> "true" """)]
    public void Values_that_differ_are_told_by_their_place(string before, string after, string expected) =>
        Assert.That(Print(StateChanges.Between(new(null, Some.Object(before)), new(null, Some.Object(after)))), Is.EqualTo(expected.TrimEnd()));

    [Test]
    public void A_document_that_comes_or_goes_is_all_of_its_values()
    {
        var state = new ShadowState(Some.Object("""{"mode":"clean"}"""), Some.Object("""{"battery":81}"""));

        var changes = StateChanges.Between(null, state);
        Assert.That(changes.Select(change => string.Join('.', change.Path)), Is.EqualTo(new[] { "desired.mode", "reported.battery" }));
        Assert.That(changes.Select(change => change.Old), Is.All.Null);
        Assert.That(StateChanges.Between(state, null).Select(change => change.New), Is.All.Null);
        Assert.That(StateChanges.Between(state, state), Is.Empty);
    }

    [Test]
    public void Changes_applied_to_the_state_before_give_the_state_after()
    {
        Prop.ForAll(Documents().ToArbitrary(), Documents().ToArbitrary(), (before, after) =>
        {
            var (old, @new) = (Some.Object(before), Some.Object(after));
            var leaves = Leaves(old);
            foreach (var change in StateChanges.Between(new(null, Section(old)), new(null, Section(@new))))
            {
                var path = string.Join('.', change.Path.Skip(1));
                if (change.Old is not null)
                {
                    leaves.Remove(path);
                }

                if (change.New is { } value)
                {
                    leaves.Add(path, Text(value)); // throws where there is one already
                }
            }

            return leaves.OrderBy(leaf => leaf.Key).SequenceEqual(Leaves(@new).OrderBy(leaf => leaf.Key));
        }).QuickCheckThrowOnFailure();
    }

    // A section without members is absent.
    private static StateObject? Section(StateObject members) => members.Count > 0 ? members : null;

    private static Gen<string> Documents() => Members(3).Select(members => $"{{{members}}}");

    private static Gen<string> Members(int depth) =>
        Gen.SubListOf("a", "b", "c").SelectMany(keys => keys.Aggregate(
            Gen.Constant(""),
            (members, key) => members.SelectMany(so => Value(depth).Select(value => $"{so}{(so.Length > 0 ? "," : "")}\"{key}\":{value}"))));

    private static Gen<string> Value(int depth) => depth == 0
        ? Gen.Elements("1", "2", "\"x\"", "[1]", "{}")
        : Gen.OneOf(Gen.Elements("1", "2", "[2]", "{}"), Members(depth - 1).Select(members => $"{{{members}}}"));

    private static Dictionary<string, string> Leaves(StateObject root)
    {
        var leaves = new Dictionary<string, string>();
        Add(root, "");
        return leaves;

        void Add(StateObject parent, string path)
        {
            foreach (var member in parent.Members.Span)
            {
                var (key, value) = (member.Key.Text, member.Value);
                var at = path.Length == 0 ? key : $"{path}.{key}";
                if (value is StateObject { Count: > 0 } inner)
                {
                    Add(inner, at);
                }
                else
                {
                    leaves.Add(at, Text(value));
                }
            }
        }
    }

    private static string Print(IReadOnlyList<PathChange> changes) =>
        string.Join("; ", changes.Select(change => $"{string.Join('.', change.Path.Skip(1))}: {Text(change.Old)} -> {Text(change.New)}"));

    private static string Text(StateNode? node)
    {
        if (node is null)
        {
            return "-";
        }

        var writer = PayloadWriter.Begin();
        node.WriteState(writer);
        return System.Text.Encoding.UTF8.GetString(writer.Take());
    }
}
