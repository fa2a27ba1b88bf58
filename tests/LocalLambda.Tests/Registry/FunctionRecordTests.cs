using System.Text.Json;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Registry;

namespace Roost.LocalLambda.Tests.Registry;

internal sealed class FunctionRecordTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void Versions_are_numbered_from_one_and_carry_what_latest_was()
    {
        var record = Record("one").Publish("first", s_now, out var first);
        record = (record with { Latest = Latest("two") }).Publish(null, s_now, out var second);

        Assert.That((first.Version, first.CodeSha256, first.Description), Is.EqualTo(("1", "one", "first")));
        Assert.That((second.Version, second.CodeSha256), Is.EqualTo(("2", "two")));
        Assert.That(record.Versions, Is.EqualTo(new[] { first, second }));
        Assert.That(record.LastVersion, Is.EqualTo(2));
    }

    [Test]
    public void Publishing_the_same_code_and_settings_again_gives_the_newest_version_again()
    {
        var record = Record("one").Publish(null, s_now, out var first);
        var same = (record with { Latest = record.Latest with { RevisionId = "other", LastModified = s_now.AddDays(1) } }).Publish("again", s_now, out var again);

        Assert.That(again, Is.SameAs(first));
        Assert.That(same.LastVersion, Is.EqualTo(1));
    }

    [Test]
    public void A_changed_setting_is_another_version()
    {
        var record = Record("one").Publish(null, s_now, out _);
        _ = (record with { Latest = record.Latest with { Environment = new Dictionary<string, string> { ["A1"] = "x" } } }).Publish(null, s_now, out var second);

        Assert.That(second.Version, Is.EqualTo("2"));
    }

    [Test]
    public void A_number_of_a_deleted_version_is_not_given_out_again()
    {
        var record = Record("one").Publish(null, s_now, out _);
        _ = (record with { Versions = [], Latest = Latest("two") }).Publish(null, s_now, out var next);

        Assert.That(next.Version, Is.EqualTo("2"));
    }

    [TestCase(null, 0.0, "one", TestName = "Nothing_asked_for_is_latest")]
    [TestCase("$LATEST", 0.9, "one")]
    [TestCase("1", 0.5, "v1")]
    [TestCase("live", 0.05, "v2", TestName = "An_alias_gives_its_share_to_the_other_version")]
    [TestCase("live", 0.1, "v1", TestName = "An_alias_gives_the_rest_to_its_own_version")]
    [TestCase("live", 0.999, "v1")]
    public void A_qualifier_is_resolved(string? qualifier, double chance, string code) =>
        Assert.That(WithAlias().Resolve(qualifier, chance)!.CodeSha256, Is.EqualTo(code));

    [TestCase("3")]
    [TestCase("nobody")]
    [TestCase("dangling")]
    public void A_version_that_is_not_there_resolves_to_nothing(string qualifier) => Assert.That(WithAlias().Resolve(qualifier, 0.5), Is.Null);

    [Test]
    public void Shares_of_an_alias_are_kept_over_many_draws()
    {
        var record = WithAlias();
        var draws = Enumerable.Range(0, 1000).Select(draw => record.Resolve("live", draw / 1000.0)!.CodeSha256).CountBy(code => code).ToDictionary();

        Assert.That(draws, Is.EqualTo(new Dictionary<string, int> { ["v2"] = 100, ["v1"] = 900 }));
    }

    [Test]
    public void What_an_older_document_does_not_say_is_the_default()
    {
        const string Document = """{"name":"f","latest":{"name":"f","runtime":"python3.x","handler":"main.handler","codeSha256":"one"}}""";

        var read = JsonSerializer.Deserialize(Document, RegistryJson.FunctionRecord)!;

        Assert.That(
            JsonSerializer.Serialize(read, RegistryJson.FunctionRecord),
            Is.EqualTo(JsonSerializer.Serialize(Record("one"), RegistryJson.FunctionRecord)));
    }

    private static FunctionRecord WithAlias() => Record("one") with
    {
        Versions = [Latest("v1") with { Version = "1" }, Latest("v2") with { Version = "2" }],
        LastVersion = 2,
        Aliases =
        [
            new FunctionAlias { Name = "live", FunctionVersion = "1", AdditionalVersionWeights = new Dictionary<string, double> { ["2"] = 0.1 } },
            new FunctionAlias { Name = "dangling", FunctionVersion = "9" },
        ],
    };

    private static FunctionRecord Record(string code) => new() { Name = "f", Latest = Latest(code) };

    private static FunctionDefinition Latest(string code) => new() { Name = "f", Runtime = FunctionRuntime.TryParse("python3.x")!, Handler = "main.handler", CodeSha256 = code };
}
