using Roost.Shadow.Queries;

namespace Roost.Shadow.Tests.Queries;

internal sealed class FilterParserTests
{
    private const string Path = "expected a path that begins with desired, reported, delta, thing, name, version or updated";
    private const string Comparison = "expected a comparison: < <= = != >= > like in exists";
    private const string Value = "expected a number, a text, true or false";

    [TestCase("", 1, Path)]
    [TestCase("   ", 4, Path)]
    [TestCase("battery<20", 1, Path)]
    [TestCase("Reported.battery<20", 1, Path)]
    [TestCase("metadata.reported.x=1", 1, Path)]
    [TestCase("reported.battery", 17, Comparison)]
    [TestCase("reported.battery 20", 18, Comparison)]
    [TestCase("reported.battery!20", 17, Comparison)]
    [TestCase("reported.battery<", 18, Value)]
    [TestCase("reported.battery<and reported.x=1", 18, Value)]
    [TestCase("reported.battery<(20)", 18, Value)]
    [TestCase("reported.battery<20 and", 24, Path)]
    [TestCase("reported.battery<20 reported.x=1", 21, "expected 'and', 'or' or the end")]
    [TestCase("reported.battery<20)", 20, "expected 'and', 'or' or the end")]
    [TestCase("(reported.battery<20", 21, "expected ')'")]
    [TestCase("reported.name=\"x", 15, "the quote is never closed")]
    [TestCase("reported.name='x\\'", 15, "the quote is never closed")]
    [TestCase("reported.a=1; drop table shadows", 13, "';' belongs in quotes")]
    [TestCase("reported.a={}", 12, "'{' belongs in quotes")]
    [TestCase("reported.a\0=1", 11, "'\0' belongs in quotes")]
    [TestCase("reported.a=é", 12, "'é' belongs in quotes")]
    [TestCase("reported..a=1", 1, "a part of the path is empty or has a '*'; put such names in quotes")]
    [TestCase("reported.=1", 1, "a part of the path is empty or has a '*'; put such names in quotes")]
    [TestCase("reported.*=1", 1, "a part of the path is empty or has a '*'; put such names in quotes")]
    [TestCase("version.x=1", 1, "version has no parts")]
    [TestCase("updated>yesterday", 9, "expected a time, like 2026-11-21T17:00:00Z, or seconds since 1970")]
    [TestCase("thing like", 11, "expected a pattern, like \"vac-*\"")]
    [TestCase("thing in a,b", 10, "expected '(' and a list of values")]
    [TestCase("thing in (a b)", 13, "expected ',' or ')'")]
    [TestCase("thing in ()", 11, Value)]
    [TestCase("not", 4, Path)]
    public void A_fault_says_what_and_where(string text, int position, string message)
    {
        Assert.That(FilterParser.TryParse(text, [], out _, out var fault), Is.False);
        Assert.That(fault, Is.EqualTo(new FilterFault(position, message)));
    }

    [Test]
    public void A_text_that_is_too_long_too_deep_or_compares_too_much_is_refused()
    {
        Assert.That(FaultOf(new string('(', 4097)), Is.EqualTo(new FilterFault(4097, "it is longer than 4096 characters")));
        Assert.That(FaultOf(new string('(', 4096)), Is.EqualTo(new FilterFault(33, "there are more than 32 levels of parentheses and 'not'")));
        Assert.That(FaultOf(string.Concat(Enumerable.Repeat("not ", 1000))), Is.EqualTo(new FilterFault(129, "there are more than 32 levels of parentheses and 'not'")));
        Assert.That(FaultOf(string.Join(" or ", Enumerable.Repeat("thing=a", 65)))!.Message, Is.EqualTo("there are more than 64 comparisons"));
        Assert.That(FaultOf($"thing in ({string.Join(',', Enumerable.Repeat("a", 100))})")!.Message, Is.EqualTo("there are more than 64 comparisons"));
    }

    [TestCase("", 1, Path)]
    [TestCase("reported.a,", 12, Path)]
    [TestCase("reported.a reported.b", 12, "expected a comma or the end")]
    [TestCase("*", 1, Path)]
    public void A_fault_of_a_selection_too(string text, int position, string message)
    {
        Assert.That(FilterParser.TryParseSelection(text, [], out _, out var fault), Is.False);
        Assert.That(fault, Is.EqualTo(new FilterFault(position, message)));
    }

    [Test]
    public void More_than_32_selected_paths_are_refused()
    {
        Assert.That(FilterParser.TryParseSelection(string.Join(',', Enumerable.Range(0, 33).Select(i => $"reported.p{i}")), [], out _, out var fault), Is.False);
        Assert.That(fault!.Message, Is.EqualTo("expected the end, as 32 paths are the most"));
    }

    private static FilterFault? FaultOf(string text) => FilterParser.TryParse(text, [], out _, out var fault) ? null : fault;
}
