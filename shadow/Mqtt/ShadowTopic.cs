using Roost.Mqtt;
using Roost.Shadow.Requests;

namespace Roost.Shadow.Mqtt;

/// <summary>
/// The reserved topics of shadows: <c>$aws/things/{thing}/shadow[/name/{shadow}]/{operation}</c> for requests, one or more levels
/// longer for what the service publishes.
/// </summary>
internal static class ShadowTopic
{
    // A request has exactly these levels and an answer at least one more, so that no answer comes back as a request.
    public static readonly TopicFilter ClassicRequests = TopicFilter.Parse("$aws/things/+/shadow/+");
    public static readonly TopicFilter NamedRequests = TopicFilter.Parse("$aws/things/+/shadow/name/+/+");

    /// <returns>False for what the filters let through besides requests, such as <c>$aws/things/T/shadow/name</c>.</returns>
    public static bool TryParse(TopicName topic, out string thing, out string? name, out ShadowOperation operation)
    {
        var levels = topic.Value.Split('/');
        (thing, name, operation) = ("", null, default);
        if (levels is not (["$aws", "things", _, "shadow", _] or ["$aws", "things", _, "shadow", "name", _, _]))
        {
            return false;
        }

        thing = levels[2];
        name = levels.Length == 7 ? levels[5] : null;
        switch (levels[^1])
        {
            case "get":
                operation = ShadowOperation.Get;
                return true;
            case "update":
                operation = ShadowOperation.Update;
                return true;
            case "delete":
                operation = ShadowOperation.Delete;
                return true;
            default:
                return false;
        }
    }

    /// <summary>The topic of an answer, such as <c>…/update/accepted</c>.</summary>
    public static TopicName Answer(ShadowId id, ShadowOperation operation, string answer)
    {
        var verb = operation switch { ShadowOperation.Get => "get", ShadowOperation.Update => "update", _ => "delete" };
        return TopicName.Parse(id.IsClassic
            ? $"$aws/things/{id.Thing}/shadow/{verb}/{answer}"
            : $"$aws/things/{id.Thing}/shadow/name/{id.Name}/{verb}/{answer}");
    }
}
