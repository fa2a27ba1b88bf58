using System.Globalization;
using System.Text.RegularExpressions;

namespace Roost.Architecture.Tests;

/// <summary>Log events are told apart by number: unique over the whole house, each room within its own range.</summary>
public sealed partial class EventIdTests
{
    private static readonly Dictionary<string, (int First, int Last)> s_ranges = new(StringComparer.Ordinal)
    {
        ["storage"] = (500, 599),
        ["mqtt"] = (1000, 1999),
        ["shadow"] = (2000, 2999),
        ["local-lambda"] = (3000, 3999),
        ["streams"] = (4000, 4999),
        ["gateway"] = (5000, 5999),
        ["identity"] = (6000, 6999),
        ["hardware"] = (7000, 7999),
    };

    [Test]
    public void Event_ids_are_unique_and_within_the_range_of_their_room()
    {
        var seen = new Dictionary<int, string>();
        foreach (var (room, (first, last)) in s_ranges)
        {
            foreach (var file in Repository.Files(room, "*.cs"))
            {
                foreach (Match match in EventIdPattern().Matches(Repository.ReadAllText(file)))
                {
                    var id = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
                    Assert.That(id, Is.InRange(first, last), file);
                    Assert.That(seen.TryAdd(id, file), $"event id {id} is in {file} and in {seen.GetValueOrDefault(id)}");
                }
            }
        }
    }

    [GeneratedRegex(@"\[LoggerMessage\(\s*(?:EventId\s*=\s*)?(\d+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EventIdPattern();
}
