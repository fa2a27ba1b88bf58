using System.Globalization;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Sources.Announcements;
using Roost.LocalLambda.Sources.Lifecycle;
using Roost.LocalLambda.Sources.Schedules;
using Roost.LocalLambda.Sources.Streams;
using Roost.LocalLambda.Sources.Topics;
using YamlDotNet.RepresentationModel;

namespace Roost.LocalLambda.Sources;

/// <summary>Reads <c>triggers</c> of a function.yaml.</summary>
internal static class TriggerList
{
    public const string Key = "triggers";

    private const string Remedy = "write a list: triggers: [ { topic: \"robots/+/bump\" }, { schedule: \"rate(5 minutes)\" } ]";

    private static readonly (string Kind, Func<YamlFields, string, Trigger?> Read)[] s_kinds =
    [
        (TopicTrigger.Kind, TopicTrigger.Read),
        (ScheduleTrigger.Kind, ScheduleTrigger.Read),
        (StreamTrigger.Kind, StreamTrigger.Read),
        (ShadowTrigger.Kind, ShadowTrigger.Read),
        (PresenceTrigger.Kind, PresenceTrigger.Read),
        (LifecycleTrigger.Kind, LifecycleTrigger.Read),
    ];

    /// <param name="node">The value of <see cref="Key"/>.</param>
    /// <returns>Those that are sound; what is wrong with the others is in <paramref name="faults"/>.</returns>
    public static IReadOnlyList<Trigger> Read(YamlNode node, YamlFaults faults)
    {
        if (node is not YamlSequenceNode sequence)
        {
            faults.Add(node, Key, (node as YamlScalarNode)?.Value ?? "", Remedy);
            return [];
        }

        var triggers = new List<Trigger>();
        var ruleNames = new HashSet<string>();
        var streams = new HashSet<string>();
        foreach (var (place, item) in sequence.Index())
        {
            var trigger = ReadItem(item, place.ToString(CultureInfo.InvariantCulture), faults);
            if (trigger is ScheduleTrigger schedule && !ruleNames.Add(schedule.RuleName))
            {
                faults.Add(item, $"{Key}[{place}].name", schedule.RuleName, "another schedule of this function has it already; give each its own");
            }

            if (trigger is StreamTrigger { Stream: var stream } && !streams.Add(stream))
            {
                faults.Add(item, $"{Key}[{place}].stream", stream, "another trigger of this function has it already; one function reads a stream once");
            }

            if (trigger is not null)
            {
                triggers.Add(trigger);
            }
        }

        return triggers;
    }

    private static Trigger? ReadItem(YamlNode item, string place, YamlFaults faults)
    {
        var key = $"{Key}[{place}]";
        if (item is not YamlMappingNode mapping)
        {
            faults.Add(item, key, (item as YamlScalarNode)?.Value ?? "", Remedy);
            return null;
        }

        var fields = new YamlFields(mapping, key, faults);
        var kinds = s_kinds.Where(kind => fields.Has(kind.Kind)).ToList();
        if (kinds.Count == 1)
        {
            return kinds[0].Read(fields, place);
        }

        var known = string.Join(", ", s_kinds.Select(kind => kind.Kind));
        faults.Add(item, key, "", kinds.Count == 0 ? $"has none of the keys {known}; {Remedy}" : $"has {string.Join(" and ", kinds.Select(kind => kind.Kind))}; make them two items of the list");
        return null;
    }
}
