using BenchmarkDotNet.Attributes;
using Roost.Identity.Policies;
using Roost.Identity.Policies.Access;
using Roost.Identity.Policies.Documents;
using Roost.Mqtt;

namespace Roost.Identity.Bench.Policies;

/// <summary>What a compiled policy costs the broker for one topic that it does not remember, beside a policy that looks at nothing.</summary>
[MemoryDiagnoser]
public class PolicyCheckBenchmark
{
    private readonly TopicName _own = TopicName.Parse("robots/vac-1/telemetry/battery");
    private readonly TopicName _others = TopicName.Parse("robots/vac-2/telemetry/battery");
    private readonly TopicFilter _filter = TopicFilter.Parse("$aws/things/vac-1/shadow/get/+");
    private readonly TopicFilter _shared = TopicFilter.Parse("robots/vac-1/#");
    private readonly PolicyVariables _variables = new(
        new Principal { Kind = PrincipalKind.Certificate, Name = new string('a', 64), Thing = "vac-1" }, new ConnectionFacts("vac-1", null), new ThingDescription { Name = "vac-1" });

    private readonly IClientPolicy _none = Everything.Policy;
    private AttachedPolicy _policy = null!;
    private IClientPolicy _rights = null!;

    /// <summary>The built-in policy of things, or one of 50 statements with wildcards in their middle and a Deny each tenth.</summary>
    [Params("thing-default", "50 statements")]
    public string Policy { get; set; } = "";

    [GlobalSetup]
    public void Compile()
    {
        _policy = new AttachedPolicy(Policy, "thing/vac-1", Policy == BuiltInPolicies.ThingDefault ? BuiltInPolicies.All[Policy].Document : Large());
        _rights = Rights().ForMqtt;
    }

    [Benchmark(Baseline = true)]
    public bool Publish_without_a_policy() => _none.MayPublish(_own, retain: false);

    [Benchmark]
    public bool Publish_that_is_allowed() => _rights.MayPublish(_own, retain: false);

    [Benchmark]
    public bool Publish_that_is_refused() => _rights.MayPublish(_others, retain: false);

    [Benchmark]
    public bool Receive() => _rights.MayReceive(_own);

    [Benchmark]
    public bool Subscribe() => _rights.MaySubscribe(_filter, null);

    [Benchmark]
    public bool Subscribe_to_a_share() => _rights.MaySubscribe(_shared, "workers");

    [Benchmark]
    public bool Compile_for_a_connection() => Rights().ForMqtt.ChecksReceived;

    private AccessRights Rights() => new([_policy], _variables);

    private static PolicyDocument Large()
    {
        var statements = Enumerable.Range(0, 50).Select(i => $$"""
            { "Effect": "{{(i % 10 == 9 ? "Deny" : "Allow")}}", "Action": ["iot:Publish", "iot:Receive", "iot:Subscribe"],
              "Resource": ["arn:aws:iot:*:*:topic/{{(i == 48 ? "robots" : $"area-{i}")}}/${iot:Connection.Thing.ThingName}/*/battery",
                           "arn:aws:iot:*:*:topicfilter/$aws/things/${iot:Connection.Thing.ThingName}/shadow/{{(i == 48 ? "get" : $"x{i}")}}/*"] }
            """);
        return PolicyReader.Read($$"""{ "Version": "2012-10-17", "Statement": [{{string.Join(',', statements)}}] }""", out var faults) ?? throw new FormatException(faults[0].ToString());
    }

    private sealed class Everything : IClientPolicy
    {
        public static IClientPolicy Policy { get; } = new Everything();

        public bool ChecksReceived => false;

        public bool MayPublish(TopicName topic, bool retain) => true;

        public bool MaySubscribe(TopicFilter filter, string? shareName) => true;

        public bool MayReceive(TopicName topic) => true;
    }
}
