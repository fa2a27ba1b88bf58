namespace Roost.Mqtt.Tests.Conformance;

/// <summary>The lists of statements and the tags on the tests say the same.</summary>
[TestFixtureSource(typeof(SpecVersion), nameof(SpecVersion.All))]
internal sealed class StatementsTests(SpecVersion version)
{
    private readonly IReadOnlyList<Statement> _statements = version.ReadStatements();
    private readonly ILookup<string, string> _tags = version.ReadTags();

    [Test]
    public void What_is_called_tested_has_a_test() =>
        Assert.That(from statement in _statements where statement.IsTested && !_tags.Contains(statement.Identifier) select statement.Identifier, Is.Empty);

    [Test]
    public void What_has_a_test_is_called_tested() =>
        Assert.That(from statement in _statements where !statement.IsTested && _tags.Contains(statement.Identifier) select statement.Identifier, Is.Empty);

    [Test]
    public void Every_tag_is_a_statement() =>
        Assert.That(_tags.Select(tag => tag.Key), Is.SubsetOf(_statements.Select(statement => statement.Identifier)));

    [Test]
    public void Every_statement_stands_once_and_is_complete()
    {
        Assert.That(_statements.Select(statement => statement.Identifier), Is.Unique);
        foreach (var statement in _statements)
        {
            Assert.That(statement.Identifier, Does.Match(@"^MQTT-\d+\.\d+\.\d+-\d+$"));
            Assert.That(statement.Chapter, Is.Not.Empty, $"the chapter of {statement.Identifier}");
            Assert.That(statement.Binds, Is.AnyOf("server", "client", "both"), statement.Identifier);
            Assert.That(statement.Paraphrase, Has.Length.GreaterThan(10), statement.Identifier);
            Assert.That(statement.Status, Is.EqualTo(Statement.Tested).Or.Length.GreaterThan(10), statement.Identifier);
        }
    }
}
