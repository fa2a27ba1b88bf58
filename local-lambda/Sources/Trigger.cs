using System.Text.Json.Serialization;
using Roost.LocalLambda.Sources.Schedules;

namespace Roost.LocalLambda.Sources;

/// <summary>One item of <c>triggers</c> in a function.yaml, checked. It is kept with the function as JSON, so members are as they were written.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(TopicTrigger), "topic")]
[JsonDerivedType(typeof(ScheduleTrigger), "schedule")]
internal abstract record Trigger;

/// <summary><c>{ topic: "robots/+/bump" }</c></summary>
internal sealed record TopicTrigger(string Filter) : Trigger;

/// <summary><c>{ schedule: "rate(5 minutes)" }</c></summary>
internal sealed record ScheduleTrigger(string Expression) : Trigger
{
    /// <summary>Unique in the function: the place in the list, from 0 on, where the file gives none. With the function's name before it, it is the rule of the event.</summary>
    public string RuleName { get; init; } = "0";

    /// <summary>Null for UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>JSON that takes the place of the scheduled event; null for none.</summary>
    public string? Input { get; init; }

    public CatchUp CatchUp { get; init; } = CatchUp.Once;
}
