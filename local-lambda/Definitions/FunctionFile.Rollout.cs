using Roost.LocalLambda.Rollouts;
using YamlDotNet.RepresentationModel;

namespace Roost.LocalLambda.Definitions;

/// <summary>The key <c>rollout</c>: how a changed folder gets its calls.</summary>
internal sealed partial class FunctionFile
{
    private static readonly string[] s_rolloutKeys = ["canary", "for", "rollback-on", "min-invocations"];

    private static IEnumerable<string> AllKeys => Keys.Append("rollout").Append("async");

    private RolloutPlan? Rollout(Dictionary<string, YamlNode> values)
    {
        if (!values.TryGetValue("rollout", out var node))
        {
            return null;
        }

        if (node is not YamlMappingNode mapping)
        {
            Fault(node, "rollout", Shown(node), "write it so: rollout: { canary: 10%, for: 5m, rollback-on: [ errors>1% ] }");
            return null;
        }

        var given = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (keyNode, value) in mapping.Children)
        {
            var key = (keyNode as YamlScalarNode)?.Value ?? "";
            if (!s_rolloutKeys.Contains(key))
            {
                Fault(keyNode, $"rollout.{key}", "", $"is not known; the keys are {string.Join(", ", s_rolloutKeys)}");
                continue;
            }

            given[key] = value is YamlSequenceNode list && key is ("canary" or "rollback-on")
                ? [.. list.Select(item => Scalar(item, $"rollout.{key}") ?? "")]
                : [Scalar(value, $"rollout.{key}") ?? ""];
        }

        return RolloutPlan.Parse(
            given.GetValueOrDefault("canary", []),
            given.GetValueOrDefault("for")?[0],
            given.GetValueOrDefault("rollback-on", []),
            given.GetValueOrDefault("min-invocations")?[0],
            (key, value, remedy) => Fault(mapping, $"rollout.{key}", value, remedy));
    }
}
