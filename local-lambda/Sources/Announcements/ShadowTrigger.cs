using System.Text.Json.Serialization;
using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Sources.Announcements;

/// <summary><c>{ shadow: "vac-*", on: delta, name: cfg }</c></summary>
/// <param name="Thing">A pattern, see <see cref="Glob"/>.</param>
/// <param name="Name">A pattern for named shadows; null for the classic one.</param>
/// <param name="Announcement">The end of the topic: <c>update/delta</c>, <c>update/documents</c> or <c>delete/accepted</c>.</param>
internal sealed record ShadowTrigger(string Thing, string? Name, string Announcement) : AnnouncementTrigger
{
    public const string Kind = "shadow";

    private const string Root = "$aws/things/";

    [JsonIgnore]
    public override IReadOnlyList<string> Filters => Name is null
        ? [$"{Root}{Level(Thing)}/shadow/{Announcement}"]
        : [$"{Root}{Level(Thing)}/shadow/name/{Level(Name)}/{Announcement}"];

    public override IReadOnlyList<KeyValuePair<string, string>>? Match(string topic)
    {
        var levels = topic.Split('/');
        var (thing, name) = (levels[2], Name is null ? null : levels[5]);
        return !Glob.IsMatch(Thing, thing) || (name is not null && !Glob.IsMatch(Name!, name)) ? null
            : name is null ? [new("thing", thing)]
            : [new("thing", thing), new("name", name)];
    }

    public static ShadowTrigger? Read(YamlFields fields, string place)
    {
        fields.RefuseOthers(Kind, "on", "name");
        var thing = fields.Text(Kind);
        if (!IsPattern(thing))
        {
            fields.Fault(Kind, "is no pattern for a thing; use 1 to 128 letters, digits, :, _ and -, with * for any characters: vac-*");
            return null;
        }

        var name = fields.Text("name");
        if (name is not null && !IsPattern(name))
        {
            fields.Fault("name", "is no pattern for a shadow's name; use 1 to 64 letters, digits, :, $, _ and -, with * for any characters");
        }

        return new ShadowTrigger(thing!, name, fields.Choice("on", "update/delta", ("delta", "update/delta"), ("update", "update/documents"), ("delete", "delete/accepted")));
    }

    private static string Level(string pattern) => Glob.HasWildcards(pattern) ? "+" : pattern;

    private static bool IsPattern(string? text) => text is { Length: > 0 and <= 128 } && text.All(c => char.IsAsciiLetterOrDigit(c) || ":_-$*?+".Contains(c, StringComparison.Ordinal));
}
