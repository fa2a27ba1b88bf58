using System.Text.Json;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Registry;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Definitions;

internal sealed class GrantsReaderTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TemporaryFolder();
        File.WriteAllText(_folder["main.py"], "def handler(event, context): pass");
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Grants_are_read_and_kept_as_they_were_written()
    {
        var definition = Read("""
            grants:
              - { publish: "site/alarms/#" }
              - { publish: site/state, retain: true }
              - { retained: "robots/+/state" }
              - { shadow: "vac-*", names: [classic, "cfg*"], allow: [get, update, delete, list, get] }
              - { stream: $shadows, allow: [read] }
              - { invoke: other }
            """, out var faults);

        Assert.That(faults, Is.Empty);
        Assert.That(definition!.Grants, Has.Count.EqualTo(6));
        Assert.That(definition.Grants[3].Allow, Is.EqualTo(new[] { "get", "update", "delete", "list" }));
        var kept = JsonSerializer.SerializeToUtf8Bytes(definition, RegistryJson.FunctionDefinition);
        var again = JsonSerializer.Deserialize(kept, RegistryJson.FunctionDefinition)!;
        Assert.That(FunctionRecord.IsSame(definition, again), Is.True);
        Assert.That(again.Grants[1], Is.EqualTo(new Grant { Publish = "site/state", Retain = true }));
    }

    [Test]
    public void Other_grants_are_another_version()
    {
        var one = Read("grants: [ { publish: a } ]", out _)!;
        var other = Read("grants: [ { publish: b } ]", out _)!;

        Assert.That(FunctionRecord.IsSame(one, other), Is.False);
    }

    [TestCase("grants: all", "line 4: grants is 'all'; write a list, each entry one of { publish: FILTER }")]
    [TestCase("grants: [ publish ]", "line 4: grants is 'publish'; write a list")]
    [TestCase("grants: [ { publish: a, invoke: b } ]", "line 4: grants write a list")]
    [TestCase("grants: [ { subscribe: a } ]", "line 4: grants write a list")]
    [TestCase("grants:\n  - { publish: a }\n  - { publish: \"a/#/b\" }", "line 6: grants.publish is 'a/#/b'; is no topic filter")]
    [TestCase("grants: [ { publish: \"$aws/things/+/shadow/update\" } ]", "grants.publish is '$aws/things/+/shadow/update'; is reserved; shadows' topics come with { shadow: THING, allow: [update] }")]
    [TestCase("grants: [ { publish: [a] } ]", "grants.publish is no topic filter")]
    [TestCase("grants: [ { publish: a, retain: yes } ]", "grants.publish.retain is 'yes'; use true or false")]
    [TestCase("grants: [ { publish: a, allow: [get] } ]", "grants.publish.allow is not known; besides publish there are retain")]
    [TestCase("grants: [ { invoke: a, allow: [get] } ]", "grants.invoke.allow is not known; invoke stands alone")]
    [TestCase("grants: [ { shadow: \"vac/1\", allow: [get] } ]", "grants.shadow is 'vac/1'; matches no name; use 1 to 128 letters, digits, : _ - and *")]
    [TestCase("grants: [ { shadow: \"vac-*\" } ]", "grants.shadow.allow is missing; list what the function may do: allow: [get, update, delete, list]")]
    [TestCase("grants: [ { shadow: \"vac-*\", allow: [] } ]", "grants.shadow.allow list one or more of get, update, delete, list")]
    [TestCase("grants: [ { shadow: \"vac-*\", allow: [get, write] } ]", "grants.shadow.allow is 'get, write'; list one or more of get, update, delete, list")]
    [TestCase("grants: [ { shadow: \"vac-*\", names: cfg, allow: [get] } ]", "grants.shadow.names is 'cfg'; write a list of shadows' names")]
    [TestCase("grants: [ { shadow: \"vac-*\", names: [\"a b\"], allow: [get] } ]", "grants.shadow.names is 'a b'; matches no name")]
    [TestCase("grants: [ { stream: \"a/b\", allow: [read] } ]", "grants.stream is 'a/b'; is no name of a stream")]
    [TestCase("grants: [ { stream: a, allow: [get] } ]", "grants.stream.allow is 'get'; list one or more of append, read")]
    [TestCase("grants: [ { invoke: \"a*\" } ]", "grants.invoke is 'a*'; is no name of a function")]
    public void A_fault_is_told_with_line_key_value_and_remedy(string grants, string told)
    {
        Assert.That(Read(grants, out var faults), Is.Null);
        Assert.That(faults, Has.Count.EqualTo(1));
        Assert.That(faults[0], Does.Contain(told));
    }

    [Test]
    public void More_grants_than_anyone_needs_are_refused()
    {
        Read($"grants: [{string.Join(", ", Enumerable.Repeat("{ publish: a }", 101))}]", out var faults);

        Assert.That(faults.Single(), Does.Contain("grants is '101 entries'; use at most 100"));
    }

    private FunctionDefinition? Read(string grants, out IReadOnlyList<string> faults)
    {
        File.WriteAllText(_folder["function.yaml"], $"name: f\nruntime: python3.x\nhandler: main.handler\n{grants}\n");
        return FunctionFile.Read(_folder.Path, out faults);
    }
}
