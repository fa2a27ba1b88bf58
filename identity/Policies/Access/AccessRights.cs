using Roost.Identity.Policies.Documents;
using Roost.Mqtt;

namespace Roost.Identity.Policies.Access;

/// <summary>What one principal may do on one connection. Immutable.</summary>
internal sealed class AccessRights : IAccessRights
{
    private readonly IReadOnlyList<AttachedPolicy> _policies;
    private readonly PolicyVariables _variables;
    private readonly IReadOnlyList<BoundStatement> _statements;
    private MqttRights? _mqtt;

    public AccessRights(IReadOnlyList<AttachedPolicy> policies, PolicyVariables variables)
    {
        _policies = policies;
        _variables = variables;
        _statements = [.. policies.SelectMany(policy => BoundStatement.Of(policy, variables))];
    }

    public IClientPolicy ForMqtt => _mqtt ??= new MqttRights(_statements); // two threads may each make one: they are alike

    public bool Allows(string action, string resource)
    {
        if (!Matching.PatternCode.IsPlain(resource))
        {
            return false; // a Deny could be missed: what is no text has no rights
        }

        var isAllowed = false;
        foreach (var statement in _statements)
        {
            if ((!isAllowed || statement.Statement.IsDeny) && statement.Find(action, resource) is not null)
            {
                if (statement.Statement.IsDeny)
                {
                    return false;
                }

                isAllowed = true;
            }
        }

        return isAllowed;
    }

    public bool AllowsAll(string action, string kind) => ActionRights.Of(_statements, action, kind).IsUnbounded;

    /// <remarks>A topic comes to a client only if no statement denies a subscription to it by its own name: said of <c>iot:Receive</c> too.</remarks>
    public AccessVerdict Explain(string action, string resource)
    {
        const string Topic = "topic/";
        if (action == KnownActions.Receive && resource.StartsWith(Topic, StringComparison.Ordinal) && Allows(action, resource)
            && TopicName.TryParse(resource[Topic.Length..], out var topic) && !ForMqtt.MayReceive(topic))
        {
            return new AccessVerdict(IsAllowed: false, Explanation.Of(KnownActions.Subscribe, $"topicfilter/{topic}"));
        }

        return new AccessVerdict(Allows(action, resource), Explanation.Of(action, resource));
    }

    /// <summary>The same for <c>$share/NAME/</c> and this filter.</summary>
    public AccessVerdict ExplainShared(string shareName, TopicFilter filter)
    {
        var resource = $"topicfilter/{filter}";
        return Allows(KnownActions.Subscribe, resource)
            ? new AccessVerdict(ForMqtt.MaySubscribe(filter, shareName), [.. Explanation.Of(KnownActions.Subscribe, resource), .. Explanation.OfShared(filter, (MqttRights)ForMqtt)])
            : Explain(KnownActions.Subscribe, resource);
    }

    private AccessExplanation Explanation => new(_policies, _statements, _variables);
}
