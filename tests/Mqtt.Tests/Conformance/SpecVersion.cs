using System.Reflection;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance;

/// <summary>
/// A version of MQTT: its folder here holds <c>statements.tsv</c> and the fixtures whose <c>[Spec]</c> tags are of that version. A line of the list is
/// identifier, whom it binds, paraphrase and status, with tabs between them; a line <c># 3.1 CONNECT</c> begins a chapter.
/// </summary>
internal sealed record SpecVersion(string Folder, string Name)
{
    public static readonly SpecVersion[] All = [new("V311", "MQTT 3.1.1"), new("V5", "MQTT 5.0")];

    public IReadOnlyList<Statement> ReadStatements()
    {
        var statements = new List<Statement>();
        var chapter = "";
        foreach (var line in File.ReadLines(Path.Combine(SourceTree.Root, "tests/Mqtt.Tests/Conformance", Folder, "statements.tsv")))
        {
            if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                chapter = line[2..];
            }
            else
            {
                var fields = line.Split('\t');
                Assert.That(fields, Has.Length.EqualTo(4), $"fields of this line: {line}");
                statements.Add(new Statement(chapter, fields[0], fields[1], fields[2], fields[3]));
            }
        }

        return statements;
    }

    /// <summary>Statement to the tests that are tagged with it, as Fixture.Method.</summary>
    public ILookup<string, string> ReadTags()
    {
        var space = $"{typeof(SpecVersion).Namespace}.{Folder}";
        return (from type in typeof(SpecVersion).Assembly.GetTypes()
                where type.Namespace == space
                from method in type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
                from tag in method.GetCustomAttributes<SpecAttribute>()
                orderby type.Name, method.MetadataToken
                select (tag.Statement, Test: $"{type.Name}.{method.Name}"))
            .ToLookup(pair => pair.Statement, pair => pair.Test);
    }

    public override string ToString() => Name;
}
