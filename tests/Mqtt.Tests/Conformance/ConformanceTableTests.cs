using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance;

public sealed class ConformanceTableTests
{
    private const string WriteVariable = "ROOST_WRITE_CONFORMANCE_TABLE";

    [Test]
    public void The_page_in_docs_is_up_to_date()
    {
        var path = Path.Combine(SourceTree.Root, ConformanceTable.Path);
        var page = ConformanceTable.Make(SpecVersion.All);
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
        {
            File.WriteAllText(path, page); // tests/Mqtt.Tests/conformance-table asks for it
        }

        // Not Is.EqualTo: it would print both pages.
        Assert.That(File.ReadAllText(path) == page, $"{ConformanceTable.Path} is out of date; run {ConformanceTable.Command}");
    }
}
