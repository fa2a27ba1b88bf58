using Roost.Identity.Policies.Documents;
using Roost.Mqtt;

namespace Roost.Identity.Policies.Access;

/// <summary>What one principal may do on one connection. Immutable.</summary>
internal sealed class AccessRights : IAccessRights
{
    private readonly IReadOnlyList<BoundStatement> _statements;
    private MqttRights? _mqtt;

    public AccessRights(IReadOnlyList<AttachedPolicy> policies, PolicyVariables variables) =>
        _statements = [.. policies.SelectMany(policy => BoundStatement.Of(policy, variables))];

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

    public AccessVerdict Explain(string action, string resource)
    {
        var isAllowed = Allows(action, resource);
        var reasons = from statement in _statements
                      let pattern = statement.Find(action, resource)
                      where pattern is not null
                      orderby statement.Statement.IsDeny descending
                      select $"{statement.Policy.Name} (of {statement.Policy.Target}), {statement.Statement.Title}, {(statement.Statement.IsDeny ? "denies" : "allows")} {action} on {pattern}";
        var because = reasons.ToList();
        return new AccessVerdict(isAllowed, because.Count > 0 ? because : [$"No policy allows {action} on {resource}"]);
    }
}
