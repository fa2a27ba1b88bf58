using Roost.Mqtt;
using Roost.Shadow.Requests;

namespace Roost.Shadow.Sync;

/// <summary>The upstream's topics, from the client's end.</summary>
internal static class UpstreamTopic
{
    // An update is known to be done by its documents, which tell the whole state; update/accepted would be a second message for the same.
    // Eight filters are the most that AWS IoT takes in one SUBSCRIBE, fifty on one connection.
    private static readonly (string Suffix, UpstreamEvent Event)[] Answers =
    [
        ("get/accepted", UpstreamEvent.GetAccepted),
        ("get/rejected", UpstreamEvent.GetRejected),
        ("update/documents", UpstreamEvent.Documents),
        ("update/rejected", UpstreamEvent.UpdateRejected),
        ("delete/accepted", UpstreamEvent.DeleteAccepted),
        ("delete/rejected", UpstreamEvent.DeleteRejected),
    ];

    public static TopicName Request(ShadowId id, ShadowOperation operation)
    {
        var verb = operation switch { ShadowOperation.Get => "get", ShadowOperation.Update => "update", _ => "delete" };
        return TopicName.Parse(id.IsClassic ? $"$aws/things/{id.Thing}/shadow/{verb}" : $"$aws/things/{id.Thing}/shadow/name/{id.Name}/{verb}");
    }

    /// <summary>Filters for the classic shadow of a thing, or for all its named ones; at most eight.</summary>
    /// <param name="thing"><c>+</c> for all things.</param>
    public static IReadOnlyList<TopicFilter> Filters(string thing, bool named) =>
        [.. Answers.Select(answer => TopicFilter.Parse($"$aws/things/{thing}/shadow/{(named ? "name/+/" : "")}{answer.Suffix}"))];

    public static bool TryParse(string topic, out ShadowId id, out UpstreamEvent kind)
    {
        (id, kind) = (default, default);
        var levels = topic.Split('/');
        if (levels is not (["$aws", "things", _, "shadow", _, _] or ["$aws", "things", _, "shadow", "name", _, _, _]))
        {
            return false;
        }

        var suffix = $"{levels[^2]}/{levels[^1]}";
        var index = Array.FindIndex(Answers, answer => answer.Suffix == suffix);
        if (index < 0 || !ShadowId.TryCreate(levels[2], levels.Length == 8 ? levels[5] : null, out id, out _))
        {
            return false;
        }

        kind = Answers[index].Event;
        return true;
    }
}
