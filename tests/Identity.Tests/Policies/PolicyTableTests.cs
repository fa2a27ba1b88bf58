using Roost.Identity.Policies.Access;
using Roost.Identity.Policies.Documents;
using Roost.Mqtt;

namespace Roost.Identity.Tests.Policies;

/// <summary>Every pair of statements, asked every question as every client, against the naive judgement.</summary>
public sealed class PolicyTableTests
{
    private const int Rounds = 40;

    private static readonly string[] _actions = ["iot:Publish", "iot:Receive", "iot:Subscribe", "iot:Connect", "iot:GetThingShadow", "lambda:InvokeFunction"];

    private static readonly string[] _patterns =
    [
        "*", "topic/*", "topic*", "topic/robots/?", "topic/robots/*/state", "topic/${C}/x", "topic/a/${T}", "topicfilter/robots/*", "topicfilter/robots/+", "topicfilter/*/${C}/#",
        "client/${C}", "client/${T}", "thing/${T}", "thing/*", "*robots*",
    ];

    private static readonly string[] _resources =
    [
        "topic/robots", "topic/robots/1", "topic/robots/12", "topic/robots/1/state", "topic/robots/a/b/state", "topic/*/x", "topic/cam/x", "topic/a/vac-1", "topic/a/vac-10", "topic/$aws/things/x",
        "topicfilter/robots/+", "topicfilter/robots/#", "topicfilter/robots/1", "topicfilter/#", "topicfilter/+/cam/#", "topicfilter/x/cam/#", "topicfilter/x/*/#",
        "client/*", "client/cam", "client/vac-1", "client/", "thing/vac-1", "thing/vac-1/map", "function:echo",
    ];

    private static readonly (string? ClientId, string? Thing)[] _clients = [("cam", "vac-1"), ("*", "vac-1"), (null, "vac-1"), ("cam", null), ("+", null), (null, null)];

    [Test]
    public void It_agrees_with_the_naive_judgement()
    {
        var known = new ThingDescription { Name = "vac-1" };
        var random = new Random(20121017);
        var questions = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var statements = Enumerable.Range(0, 1 + random.Next(5)).Select(_ => new NaiveStatement(random.Next(4) == 0, Action(random), _patterns[random.Next(_patterns.Length)])).Where(IsTaken).ToList();
            if (statements.Count == 0)
            {
                statements.Add(new NaiveStatement(false, "*", "*"));
            }

            var document = Document(statements);
            foreach (var (clientId, thing) in _clients)
            {
                var principal = SomePolicy.CertificateOf(thing);
                var rights = new AccessRights([new("table", principal.Id, document)], new PolicyVariables(principal, new ConnectionFacts(clientId, null), thing is null ? null : known));
                var variables = new Dictionary<string, string?> { ["${C}"] = clientId, ["${T}"] = thing };
                foreach (var action in _actions)
                {
                    foreach (var resource in _resources)
                    {
                        var expected = NaivePolicy.Allows(statements, variables, action, resource);
                        questions++;
                        if (rights.Allows(action, resource) != expected || OfMqtt(rights, action, resource) is { } mqtt && mqtt != (expected && !IsDeniedByName(statements, variables, action, resource)))
                        {
                            Assert.Fail($"{action} on {resource} as client {clientId ?? "none"} of thing {thing ?? "none"} should be {expected} by {string.Join("; ", statements)}");
                        }
                    }
                }
            }
        }

        Assert.That(questions, Is.EqualTo(Rounds * _clients.Length * _actions.Length * _resources.Length));
    }

    /// <summary>What comes to a client must not be denied to it as a subscription of that very name.</summary>
    private static bool IsDeniedByName(List<NaiveStatement> statements, Dictionary<string, string?> variables, string action, string resource) =>
        action == "iot:Receive" && !NaivePolicy.Allows([new(false, "*", "*"), .. statements.Where(statement => statement.IsDeny)], variables, "iot:Subscribe", resource.Replace("topic/", "topicfilter/", StringComparison.Ordinal));

    /// <returns>Null: the broker does not ask this.</returns>
    private static bool? OfMqtt(IAccessRights rights, string action, string resource)
    {
        var name = resource[(resource.IndexOf('/') + 1)..];
        return (action, resource.Split('/')[0]) switch
        {
            ("iot:Publish", "topic") => rights.ForMqtt.MayPublish(TopicName.Parse(name), retain: false),
            ("iot:Receive", "topic") => rights.ForMqtt.MayReceive(TopicName.Parse(name)),
            ("iot:Subscribe", "topicfilter") => rights.ForMqtt.MaySubscribe(TopicFilter.Parse(name), null),
            _ => null,
        };
    }

    private static string Action(Random random) => random.Next(3) switch { 0 => "*", 1 => "iot:*", _ => _actions[random.Next(_actions.Length)] };

    /// <summary>A Deny that could deny nothing is refused.</summary>
    private static bool IsTaken(NaiveStatement statement) => !statement.IsDeny || PolicyReader.Read(SomePolicy.Of(SomePolicy.Deny(statement.Action, Arn(statement))), out _) is not null;

    private static PolicyDocument Document(IReadOnlyList<NaiveStatement> statements) =>
        SomePolicy.Document([.. statements.Select(statement => statement.IsDeny ? SomePolicy.Deny(statement.Action, Arn(statement)) : SomePolicy.Allow(statement.Action, Arn(statement)))]);

    /// <summary>Of any service, as the naive judgement knows none.</summary>
    private static string Arn(NaiveStatement statement) => statement.Resource == "*"
        ? "*"
        : $"arn:aws:*:*:*:{statement.Resource.Replace("${C}", "${iot:ClientId}", StringComparison.Ordinal).Replace("${T}", "${iot:Connection.Thing.ThingName}", StringComparison.Ordinal)}";
}
