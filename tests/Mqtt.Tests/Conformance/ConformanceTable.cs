using System.Globalization;
using System.Text;

namespace Roost.Mqtt.Tests.Conformance;

/// <summary>The page <c>docs/mqtt-conformance.md</c>.</summary>
internal static class ConformanceTable
{
    public const string Path = "docs/mqtt-conformance.md";

    public const string Command = "tests/Mqtt.Tests/conformance-table";

    public static string Make(IEnumerable<SpecVersion> versions)
    {
        var all = versions.Select(version => (Version: version, Statements: version.ReadStatements(), Tags: version.ReadTags())).ToArray();
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            # MQTT conformance

            Every normative statement of the specifications, what it asks in our own words, and the tests that show it: they send bytes to a broker and
            compare the bytes that come back. Where there is no test, the reason. Made by `{Command}` from `tests/Mqtt.Tests/Conformance/`;
            a test fails when the page is older than they are.

            | version | statements | for servers | tested | for servers, not tested |
            |---|--:|--:|--:|--:|

            """);
        foreach (var (version, statements, _) in all)
        {
            var forServers = statements.Where(statement => statement.Binds != "client").ToArray();
            page.Append(CultureInfo.InvariantCulture, $"| {version.Name} | {statements.Count} | {forServers.Length} | {statements.Count(statement => statement.IsTested)} | {forServers.Count(statement => !statement.IsTested)} |\n");
        }

        foreach (var (version, statements, tags) in all)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {version.Name}\n");
            foreach (var chapter in statements.GroupBy(statement => statement.Chapter))
            {
                page.Append(CultureInfo.InvariantCulture, $"\n### {chapter.Key}\n\n| statement | binds | what it asks | shown by |\n|---|---|---|---|\n");
                foreach (var statement in chapter)
                {
                    var shownBy = statement.IsTested
                        ? string.Join("<br>", tags[statement.Identifier].Select(test => $"`{test}`"))
                        : $"not tested: {statement.Status}";
                    page.Append(CultureInfo.InvariantCulture, $"| {statement.Identifier} | {statement.Binds} | {statement.Paraphrase} | {shownBy} |\n");
                }
            }
        }

        return page.ToString();
    }
}
