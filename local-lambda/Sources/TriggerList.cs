using System.Globalization;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Sources.Schedules;
using Roost.Mqtt;
using YamlDotNet.RepresentationModel;

namespace Roost.LocalLambda.Sources;

/// <summary>Reads <c>triggers</c> of a function.yaml.</summary>
internal static class TriggerList
{
    public const string Key = "triggers";

    private const string Remedy = "write a list: triggers: [ { topic: \"robots/+/bump\" }, { schedule: \"rate(5 minutes)\" } ]";

    private static readonly (string Kind, Func<YamlFields, string, Trigger?> Read)[] s_kinds =
    [
        ("topic", ReadTopic),
        ("schedule", ReadSchedule),
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
        foreach (var (place, item) in sequence.Index())
        {
            var trigger = ReadItem(item, place.ToString(CultureInfo.InvariantCulture), faults);
            if (trigger is ScheduleTrigger schedule && !ruleNames.Add(schedule.RuleName))
            {
                faults.Add(item, $"{Key}[{place}].name", schedule.RuleName, "another schedule of this function has it already; give each its own");
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

    private static TopicTrigger? ReadTopic(YamlFields fields, string place)
    {
        fields.RefuseOthers("topic");
        if (TopicFilter.TryParse(fields.Text("topic"), out var filter))
        {
            return new TopicTrigger(filter.Value);
        }

        fields.Fault("topic", "is no topic filter; + and # stand alone in their level, and # is the last");
        return null;
    }

    private static ScheduleTrigger? ReadSchedule(YamlFields fields, string place)
    {
        fields.RefuseOthers("schedule", "timezone", "input", "catch-up", "name");
        var zone = Zone(fields);
        if (!ScheduleExpression.TryParse(fields.Text("schedule") ?? "", zone, out _, out var fault))
        {
            fields.Fault("schedule", fault);
            return null;
        }

        var input = fields.Text("input");
        if (input is not null && FunctionEvent.FaultOf(System.Text.Encoding.UTF8.GetBytes(input)) is { } inputFault)
        {
            fields.Fault("input", $"is no JSON: {inputFault} Write the event in quotes: input: '{{\"mode\":\"night\"}}'");
        }

        var name = fields.Text("name");
        if (name is not null && !FunctionArn.IsName(name))
        {
            fields.Fault("name", "use 1 to 64 letters, digits, - and _");
        }

        return new ScheduleTrigger(fields.Text("schedule")!)
        {
            RuleName = name ?? place,
            TimeZone = zone?.Id,
            Input = input,
            CatchUp = fields.Choice("catch-up", CatchUp.Once, ("once", CatchUp.Once), ("none", CatchUp.None)),
        };
    }

    private static TimeZoneInfo? Zone(YamlFields fields)
    {
        if (fields.Text("timezone") is not { } name)
        {
            return null;
        }

        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(name);
        }
        catch (Exception exception) when (exception is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException or IOException or ArgumentException)
        {
            fields.Fault("timezone", "is no time zone of this machine; use a name such as Europe/Berlin, and see that the package tzdata is installed");
            return null;
        }
    }
}
