using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Roost.Architecture.Tests;

/// <summary>References between rooms only point down, and rooms of one floor do not know each other.</summary>
public sealed partial class RoomTests
{
    private static readonly Dictionary<string, int> s_floors = new(StringComparer.Ordinal)
    {
        ["storage"] = 0,
        ["mqtt"] = 1,
        ["streams"] = 2,
        ["shadow"] = 2,
        ["local-lambda"] = 2,
        ["identity"] = 2,
        ["hardware"] = 2,
        ["gateway"] = 3,
        ["cli"] = 3,
        ["device-sim"] = 3,
    };

    public static IEnumerable<string> Rooms => s_floors.Keys;

    [TestCaseSource(nameof(Rooms))]
    public void A_room_references_only_rooms_of_lower_floors(string room)
    {
        foreach (var referenced in ReferencedRooms(room))
        {
            Assert.That(s_floors, Contains.Key(referenced), $"{room} references {referenced}, which is no room of ARCHITECTURE.md");
            Assert.That(s_floors[referenced], Is.LessThan(s_floors[room]), $"{room} (floor {s_floors[room]}) references {referenced}");
        }
    }

    [TestCaseSource(nameof(Rooms))]
    public void Namespaces_follow_folders(string room)
    {
        var root = "Roost." + Path.GetFileNameWithoutExtension(Project(room));
        foreach (var file in Repository.Files(room, "*.cs"))
        {
            var declared = NamespacePattern().Match(Repository.ReadAllText(file));
            if (!declared.Success)
            {
                continue; // a Program.cs of top-level statements
            }

            var folders = Path.GetDirectoryName(file)!.Split('/').Skip(1);
            Assert.That(declared.Groups[1].Value, Is.EqualTo(string.Join('.', folders.Prepend(root))), file);
        }
    }

    [Test]
    public void Every_room_explains_itself_in_a_readme()
    {
        foreach (var room in Rooms)
        {
            Assert.That(File.Exists(Path.Combine(Repository.Root, room, "README.md")), $"{room}/README.md");
        }
    }

    [Test]
    public void No_folder_is_a_drawer()
    {
        var drawers = Rooms.SelectMany(room => Repository.Files(room, "*.cs"))
            .Where(path => DrawerPattern().IsMatch(path));

        Assert.That(drawers, Is.Empty);
    }

    private static string Project(string room) => Directory.GetFiles(Path.Combine(Repository.Root, room), "*.csproj").Single();

    private static IEnumerable<string> ReferencedRooms(string room) =>
        XDocument.Load(Project(room)).Descendants("ProjectReference")
            .Select(reference => reference.Attribute("Include")!.Value.Replace('\\', '/').Split('/')[^2]);

    [GeneratedRegex(@"^namespace\s+([\w.]+)\s*;", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamespacePattern();

    [GeneratedRegex(@"(^|/)(Utils?|Common|Helpers?|Misc)(/|\.cs$)", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DrawerPattern();
}
