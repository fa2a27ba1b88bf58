namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>The list of statements is as long as appendix B of the specification.</summary>
public sealed class AppendixBTests
{
    [TestCase("1", 5)]
    [TestCase("2", 7)]
    [TestCase("3", 175)]
    [TestCase("4", 60)]
    [TestCase("6", 4)]
    public void No_statement_of_the_chapter_is_missing(string chapter, int count) =>
        Assert.That(
            SpecVersion.All.Single(static version => version.Folder == "V5").ReadStatements()
                .Count(statement => statement.Identifier.StartsWith($"MQTT-{chapter}.", StringComparison.Ordinal)),
            Is.EqualTo(count));
}
