using System.Text.RegularExpressions;

namespace Roost.Architecture.Tests;

/// <summary>What the documents name must exist.</summary>
public sealed partial class DocumentTests
{
    [TestCase("ARCHITECTURE.md")]
    [TestCase("README.md")]
    [TestCase("CONTRIBUTING.md")]
    public void Every_path_named_in_a_root_document_exists(string document)
    {
        var named = PathPattern().Matches(Repository.ReadAllText(document)).Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.That(named, Is.Not.Empty);
        var missing = named.Where(path => !Exists(Path.Combine(Repository.Root, path.TrimEnd('/'))));
        Assert.That(missing, Is.Empty, document);
    }

    [Test]
    public void Every_relative_link_between_documents_leads_somewhere()
    {
        var broken =
            from document in Repository.Files(".", "*.md")
            from Match link in LinkPattern().Matches(Repository.ReadAllText(document))
            let target = link.Groups[1].Value
            where !Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, target))
            select $"{document} -> {target}";

        Assert.That(broken, Is.Empty);
    }

    [Test]
    public void Decision_records_have_unique_numbers_and_a_status()
    {
        var records = Repository.Files("docs/adr", "*.md").Select(path => Path.GetFileName(path)).ToList();

        Assert.That(records, Is.All.Match(@"^\d{4}-[a-z0-9-]+\.md$"));
        Assert.That(records.Select(name => name[..4]), Is.Unique);
        foreach (var record in records)
        {
            Assert.That(Repository.ReadAllText($"docs/adr/{record}"), Does.Match(@"(?i)status:").And.Match(@"(?i)date:"), record);
        }
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    /// <summary>A path in backquotes that begins with a folder or script of the repository's root; wildcards are not paths.</summary>
    [GeneratedRegex(@"`((?:\./)?(?:gateway|shadow|identity|hardware|local-lambda|device-sim|packaging|tests|storage|mqtt|streams|cli|bench|docs|examples|run|test|\.ci)(?:/[\w.\-/]*)?)`", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PathPattern();

    [GeneratedRegex(@"\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LinkPattern();
}
