using Roost.Shadow.Queries;

namespace Roost.Shadow.Tests.Queries;

internal sealed class FilterParserTests
{
    private const string Roots = "desired, reported, delta, thing, name, version or updated";
    private const string Path = $"expected a path: {Roots}";
    private const string Value = "expected a number, a text, true or false";
    private const string Index = "would look into an array, of which a filter knows only the whole, by exists";

    [TestCase("", 1, Path)]
    [TestCase("   ", 4, Path)]
    [TestCase("battery<20", 1, $"'battery' is no path: did you mean reported.battery? Paths begin with {Roots}")]
    [TestCase("Reported.Battery<20", 1, $"'Reported.Battery' is no path: did you mean reported.Battery? Paths begin with {Roots}")]
    [TestCase("Thing=vac-01", 1, $"'Thing' is no path: did you mean thing? Paths begin with {Roots}")]
    [TestCase("thingName=vac-01", 1, $"'thingName' is no path: did you mean thing? Paths begin with {Roots}")]
    [TestCase("reportd.battery<20", 1, $"'reportd.battery' is no path: did you mean reported.battery? Paths begin with {Roots}")]
    [TestCase("state.reported.battery<20", 1, $"'state.reported.battery' is no path: did you mean reported.battery? Paths begin with {Roots}")]
    [TestCase("shadow.reported.x=1", 1, $"'shadow.reported.x' is no path: did you mean reported.x? Paths begin with {Roots}")]
    [TestCase("20>reported.battery", 1, $"'20' is no path: on the left stands one that begins with {Roots}")]
    [TestCase("'reported.a'=1", 1, $"'reported.a' is no path: on the left stands one that begins with {Roots}")]
    [TestCase("exists reported.error", 1, "exists stands behind its path: write reported.error exists")]
    [TestCase("!(reported.a=1)", 1, "'!' is no word here: write not")]
    [TestCase("reported.battery", 17, "'reported.battery' alone says nothing: write reported.battery exists, or reported.battery = true")]
    [TestCase("not reported.ok and thing=a", 17, "'reported.ok' alone says nothing: write reported.ok exists, or reported.ok = true")]
    [TestCase("reported.battery 20", 18, "'20' is no comparison: write < <= = != >= > like in or exists")]
    [TestCase("reported.battery!20", 17, "'!' is no comparison: write < <= = != >= > like in or exists")]
    [TestCase("reported.a not in (clean)", 12, "'not' stands before the path: write not reported.a in (...), or not reported.a like ...")]
    [TestCase("reported.a between 10 and 30", 12, "'between' is no comparison: write reported.a >= ... and reported.a <= ...")]
    [TestCase("reported.a is null", 12, "'is' is no comparison: write reported.a exists, or not reported.a exists")]
    [TestCase("reported.tags contains b3", 15, "'contains' is no comparison: of a text write reported.tags like \"*...*\"; an array is compared with nothing")]
    [TestCase("reported.mode != desired.mode", 18, "a path cannot stand on the right: 'desired.mode' would be a text. What is not as desired is found by delta, like delta.mode exists; for the text put it in quotes")]
    [TestCase("thing in (a, reported.x)", 14, "a path cannot stand on the right: 'reported.x' would be a text. What is not as desired is found by delta, like delta.mode exists; for the text put it in quotes")]
    [TestCase("reported.error = null", 18, "nothing is ever null: write not reported.error exists; for the text put it in quotes")]
    [TestCase("thing like \"vac-0%\"", 12, "'%' stands for itself: write * for any characters, like \"vac-*\"; a whole text is compared by =")]
    [TestCase("thing like 'vac-0?*'", 12, "'?' stands for itself: write * for any characters, like \"vac-*\"; a whole text is compared by =")]
    [TestCase("reported.load like '100%'", 20, "'%' stands for itself: write * for any characters, like \"vac-*\"; a whole text is compared by =")]
    [TestCase("reported.tags.1 = b3", 1, $"'reported.tags.1' {Index}; a member that is named 1 stands in quotes")]
    [TestCase("reported.tags[1] = b3", 14, $"'[' {Index}")]
    [TestCase("reported.a=1 && thing=b", 14, "'&' is no word here: write and")]
    [TestCase("reported.a=1 || thing=b", 14, "'|' is no word here: write or")]
    [TestCase("reported.battery<", 18, Value)]
    [TestCase("reported.battery<and reported.x=1", 18, $"found 'and', {Value}")]
    [TestCase("reported.battery<(20)", 18, $"found '(', {Value}")]
    [TestCase("reported.battery<20 and", 24, Path)]
    [TestCase("reported.battery<20 reported.x=1", 21, "found 'reported.x', expected 'and', 'or' or the end")]
    [TestCase("reported.battery<20)", 20, "found ')', expected 'and', 'or' or the end")]
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
    [TestCase("updated>yesterday", 9, "'yesterday' is no time: write one like 2026-11-21T17:00:00Z, or seconds since 1970")]
    [TestCase("thing like", 11, "expected a pattern, like \"vac-*\"")]
    [TestCase("thing in a,b", 10, "found 'a', expected '(' and a list of values")]
    [TestCase("thing in (a b)", 13, "found 'b', expected ',' or ')'")]
    [TestCase("thing in ()", 11, $"found ')', {Value}")]
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
    [TestCase("reported.a reported.b", 12, "found 'reported.b', expected a comma or the end")]
    [TestCase("*", 1, $"'*' is no path: on the left stands one that begins with {Roots}")]
    public void A_fault_of_a_selection_too(string text, int position, string message)
    {
        Assert.That(FilterParser.TryParseSelection(text, [], out _, out var fault), Is.False);
        Assert.That(fault, Is.EqualTo(new FilterFault(position, message)));
    }

    [Test]
    public void More_than_32_selected_paths_are_refused()
    {
        Assert.That(FilterParser.TryParseSelection(string.Join(',', Enumerable.Range(0, 33).Select(i => $"reported.p{i}")), [], out _, out var fault), Is.False);
        Assert.That(fault!.Message, Is.EqualTo("found ',', expected the end, as 32 paths are the most"));
    }

    [TestCase("reported.mode = 'desired.mode'")]
    [TestCase("reported.error = 'null'")]
    [TestCase("reported.site = desired", Description = "a text, as it has no parts")]
    [TestCase("reported.host = reported-1.local")]
    [TestCase("reported.load like '*100%'")]
    [TestCase("reported.rooms.\"1\".name = b3")]
    [TestCase("reported.a == 1 AND not (thing <> b)")]
    public void What_looks_alike_and_is_meant_is_read(string text) => Assert.That(FaultOf(text), Is.Null);

    private static FilterFault? FaultOf(string text) => FilterParser.TryParse(text, [], out _, out var fault) ? null : fault;
}
