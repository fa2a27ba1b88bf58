using System.Text.Json.Serialization;
using Roost.LocalLambda.Definitions;
using Roost.Mqtt;

namespace Roost.LocalLambda.Sources.Announcements;

/// <summary><c>{ presence: "robot-*", on: disconnected }</c></summary>
/// <param name="Client">A pattern for client identifiers, see <see cref="Glob"/>.</param>
/// <param name="On"><c>connected</c>, <c>disconnected</c>, or null for both.</param>
internal sealed record PresenceTrigger(string Client, string? On) : AnnouncementTrigger
{
    public const string Kind = "presence";

    private const string Root = "$aws/events/presence/";

    /// <summary>An identifier may hold slashes, so that a pattern takes all of what is below.</summary>
    [JsonIgnore]
    public override IReadOnlyList<string> Filters =>
        [.. (On is null ? ["connected", "disconnected"] : new[] { On }).Select(on => $"{Root}{on}/{(Glob.HasWildcards(Client) ? "#" : Client)}")];

    public override IReadOnlyList<KeyValuePair<string, string>>? Match(string topic)
    {
        var slash = topic.IndexOf('/', Root.Length);
        var client = slash < 0 ? "" : topic[(slash + 1)..];
        return client.Length > 0 && Glob.IsMatch(Client, client) ? [new("clientId", client)] : null;
    }

    public static PresenceTrigger? Read(YamlFields fields, string place)
    {
        fields.RefuseOthers(Kind, "on");
        var client = fields.Text(Kind) ?? "";
        var trigger = new PresenceTrigger(client, fields.Choice<string?>("on", null, ("connected", "connected"), ("disconnected", "disconnected")));
        if (client.Length > 0 && trigger.Filters.All(filter => TopicFilter.TryParse(filter, out _)))
        {
            return trigger;
        }

        fields.Fault(Kind, "is no pattern for a client identifier; write one, with * for any characters: robot-*");
        return null;
    }
}
