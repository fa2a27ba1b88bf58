using System.Text.RegularExpressions;

namespace Roost.Gateway.Configuration;

/// <summary>
/// Validators speak of properties (<c>Mqtt:Limits:MaxPacketBytes is 4; use ...</c>), operators of keys in a file. This finds the
/// place of what a validator's message begins with, and of others that it names in parentheses (<c>(Hardware:Gpio:0)</c>).
/// </summary>
internal static partial class ValidatorMessage
{
    /// <param name="source">Named when the value is a default, so that no file holds it.</param>
    public static ConfigurationFault Locate(string message, MapNode root, string source)
    {
        var space = message.IndexOf(' ');
        var subject = space < 0 ? "" : message[..space];
        if (!subject.Contains(':'))
        {
            return new(source, 0, "", message.TrimEnd('.'));
        }

        var segments = subject.Split(':', StringSplitOptions.RemoveEmptyEntries);
        var (place, key, _) = Find(root, segments, new(source, 0), "");
        return new(place.Source, place.Line, key, Others().Replace(message[(space + 1)..].TrimEnd('.'), match => Name(match, root)));
    }

    /// <summary>Another key that was written in a file; everything else stays as it is.</summary>
    private static string Name(Match match, MapNode root) =>
        Find(root, match.Groups["key"].Value.Split(':'), default, "") is ({ Line: > 0 } place, var key, not null) ? $"({key}, {place.Source}:{place.Line})" : match.Value;

    [GeneratedRegex(@"\((?<key>[A-Z][A-Za-z]*(:[A-Za-z0-9]+)+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Others();

    private static (Place Place, string Key, ConfigurationNode? Node) Find(ConfigurationNode? node, ReadOnlySpan<string> segments, Place place, string key)
    {
        if (segments.IsEmpty)
        {
            return (place, key, node);
        }

        if (int.TryParse(segments[0], out var index))
        {
            var item = (node as ListNode)?.Items.ElementAtOrDefault(index);
            return Find(item, segments[1..], item is null ? place : new(item.Source, item.Line), $"{key}[{index}]");
        }

        // A name that users chose (a stream's) stands in the message as they wrote it; everything else is a property.
        var name = KeyName.Of(segments[0]);
        var entry = (node as MapNode)?.Entries.FirstOrDefault(candidate => KeyName.Same(candidate.Key, name));
        var next = key.Length == 0 ? entry?.Key ?? name : $"{key}.{entry?.Key ?? name}";
        return Find(entry?.Value, segments[1..], entry is null ? place : new(entry.Source, entry.Line), next);
    }

    private readonly record struct Place(string Source, int Line);
}
