using Roost.LocalLambda.Definitions;
using Roost.Mqtt;

namespace Roost.LocalLambda.Sources.Topics;

/// <summary><c>{ topic: "robots/+/bump" }</c></summary>
internal sealed record TopicTrigger(string Filter) : Trigger
{
    public const string Kind = "topic";

    public override bool OverlapsWhenReplaced => true;

    public static TopicTrigger? Read(YamlFields fields, string place)
    {
        fields.RefuseOthers(Kind);
        if (TopicFilter.TryParse(fields.Text(Kind), out var filter))
        {
            return new TopicTrigger(filter.Value);
        }

        fields.Fault(Kind, "is no topic filter; + and # stand alone in their level, and # is the last");
        return null;
    }
}
