using System.Net;
using Roost.Identity.Policies.Access;
using Roost.Identity.Policies.Documents;
using Roost.Mqtt;

namespace Roost.Identity.Policies;

/// <summary>What an operator asks with <c>roost policy check</c>: an action by its name or by a plain word, and what it is about.</summary>
/// <param name="Action">As policies name it.</param>
/// <param name="Resource">As policies name it, without the ARN's beginning.</param>
/// <param name="ShareName">Of a shared subscription; null: it is none.</param>
internal sealed record AccessQuestion(string Action, string Resource, string? ShareName)
{
    private const string Share = "$share/";

    private static readonly Dictionary<string, (string Action, string Prefix)> _words = new(StringComparer.Ordinal)
    {
        ["connect"] = (KnownActions.Connect, "client/"),
        ["publish"] = (KnownActions.Publish, "topic/"),
        ["retain"] = (KnownActions.RetainPublish, "topic/"),
        ["subscribe"] = (KnownActions.Subscribe, "topicfilter/"),
        ["receive"] = (KnownActions.Receive, "topic/"),
        ["get-shadow"] = ("iot:GetThingShadow", "thing/"),
        ["update-shadow"] = ("iot:UpdateThingShadow", "thing/"),
        ["delete-shadow"] = ("iot:DeleteThingShadow", "thing/"),
        ["invoke"] = ("lambda:InvokeFunction", "function:"),
        ["read"] = ("roost:Read", ""),
        ["write"] = ("roost:Write", ""),
    };

    /// <exception cref="ChangeRefusedException">There is no such action, or the resource is none for it.</exception>
    public static AccessQuestion Of(string action, string resource)
    {
        var isWord = _words.TryGetValue(action, out var word);
        var name = isWord ? word.Action : action;
        if (!KnownActions.All.Contains(name))
        {
            throw Invalid($"'{Cut(action)}' is no action of this gateway.{Nearest.Advice(action, _words.Keys.Concat(KnownActions.All))} Words are {string.Join(", ", _words.Keys)}.");
        }

        // A word takes the bare name; an action its resource as policies have it, with or without the ARN's beginning.
        var prefix = isWord ? word.Prefix : _words.Values.FirstOrDefault(one => one.Action == name).Prefix ?? "";
        var text = isWord ? prefix + (prefix.Length == 0 ? resource.TrimStart('/') : resource) : resource.StartsWith("arn:", StringComparison.Ordinal) ? resource.Split(':', 6)[^1] : resource;
        if (!text.StartsWith(prefix, StringComparison.Ordinal) || text.Length == prefix.Length)
        {
            throw Invalid($"'{Cut(resource)}' is nothing that {name} is about; write {prefix}NAME.");
        }

        string? share = null;
        if (name == KnownActions.Subscribe && text["topicfilter/".Length..] is var filter && filter.StartsWith(Share, StringComparison.Ordinal))
        {
            var parts = filter.Split('/', 3);
            share = parts.Length == 3 ? parts[1] : throw Invalid($"'{Cut(filter)}' is no shared subscription; write $share/NAME/FILTER.");
            text = "topicfilter/" + parts[2];
        }

        var fault = name switch
        {
            KnownActions.Publish or KnownActions.RetainPublish or KnownActions.Receive => TopicName.TryParse(text["topic/".Length..], out _) ? null : "no topic; one without + and #",
            KnownActions.Subscribe => TopicFilter.TryParse(text["topicfilter/".Length..], out _) ? null : "no topic filter",
            _ => null,
        };
        return fault is null ? new AccessQuestion(name, text, share) : throw Invalid($"'{Cut(resource)}' is {fault}.");
    }

    /// <param name="clientId">Null: the thing's name, or no MQTT connection.</param>
    public AccessVerdict Ask(PolicyAuthority authority, Principal principal, string? clientId, IPAddress? source)
    {
        var connects = Action == KnownActions.Connect ? Resource["client/".Length..] : principal.Thing;
        return Ask(authority.RightsOf(principal, new ConnectionFacts(clientId ?? connects, source)));
    }

    /// <summary>Of a thing that has what the groups have, and no more.</summary>
    public AccessVerdict AskGroup(PolicyAuthority authority, IReadOnlyList<string> groups, string? clientId, IPAddress? source) =>
        Ask(authority.RightsOfGroup(groups, new ConnectionFacts(clientId ?? (Action == KnownActions.Connect ? Resource["client/".Length..] : null), source)));

    private AccessVerdict Ask(IAccessRights asked)
    {
        var rights = (AccessRights)asked;
        return ShareName is null ? rights.Explain(Action, Resource) : rights.ExplainShared(ShareName, TopicFilter.Parse(Resource["topicfilter/".Length..]));
    }

    private static ChangeRefusedException Invalid(string message) => new(ChangeFault.Invalid, message);

    private static string Cut(string text) => text.Length <= 200 ? text : text[..200] + "...";
}
