using Roost.Cli.Daemon;
using Roost.Cli.Things;

namespace Roost.Cli.Tests.Commands;

public sealed class ThingCsvTests
{
    [Test]
    public void Columns_become_what_their_names_say()
    {
        var thing = ThingCsv.Read("f", "name,type,groups,site,note\nvac-1,vacuum,hall;night,17,\"a,\"\"b\"\"\"\n").Things.Single();

        Assert.That(thing.Number, Is.EqualTo(2));
        Assert.That((thing.Name, thing.Type), Is.EqualTo(("vac-1", "vacuum")));
        Assert.That(thing.Groups, Is.EqualTo(new[] { "hall", "night" }));
        Assert.That(thing.Attributes, Is.EquivalentTo(new Dictionary<string, string> { ["site"] = "17", ["note"] = "a,\"b\"" }));
    }

    [Test]
    public void What_a_spreadsheet_writes_is_read()
    {
        var things = ThingCsv.Read("f", "\uFEFFname,site\r\nvac-1,17\r\n\r\nvac-2,\r\n").Things;

        Assert.That(things.Select(static thing => thing.Name), Is.EqualTo(new[] { "vac-1", "vac-2" }));
        Assert.That(things[1].Attributes, Is.Empty);
    }

    [TestCase("", "f:1: ", Description = "an empty file")]
    [TestCase("Name,type\na,b", "f:1: the first line has to name the columns, each once: name, perhaps type and groups, and attributes, like name,type,groups,site; write name, not Name")]
    [TestCase("site,type\na,b", "f:1: ", Description = "no names")]
    [TestCase("name,name\na,b", "f:1: ", Description = "a column twice")]
    [TestCase("name\n", "f: ", Description = "no things")]
    public void A_file_without_columns_or_things_is_refused(string text, string begin) =>
        Assert.That(() => ThingCsv.Read("f", text), Throws.TypeOf<DaemonException>().With.Message.StartsWith(begin));

    [TestCase("name,site\nvac-1", 2, Description = "a field too few")]
    [TestCase("name,site\nvac-1,1,2", 2, Description = "a field too many")]
    [TestCase("name\n\"vac-1", 2, Description = "an open quote")]
    [TestCase("name\nvac-\"1\"", 2, Description = "a quote within a field")]
    [TestCase("name\nvac-1\nvac-1", 3, Description = "a name twice")]
    [TestCase("name\nvac:1\nvac_1", 3, Description = "two whose files would be one")]
    public void A_fault_is_told_with_its_line(string text, int line) =>
        Assert.That(ThingCsv.Read("f", text).Faults.Single().Line, Is.EqualTo(line));
}
