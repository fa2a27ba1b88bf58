namespace Roost.Gateway.Configuration;

/// <summary>
/// Validators speak of properties (<c>Mqtt:Limits:MaxPacketBytes is 4; use ...</c>), operators of keys in a file. This finds the
/// place of what a validator's message begins with.
/// </summary>
internal static class ValidatorMessage
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
        var (place, key) = Find(root, segments, new(source, 0), "");
        return new(place.Source, place.Line, key, message[(space + 1)..].TrimEnd('.'));
    }

    private static (Place Place, string Key) Find(ConfigurationNode? node, ReadOnlySpan<string> segments, Place place, string key)
    {
        if (segments.IsEmpty)
        {
            return (place, key);
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
