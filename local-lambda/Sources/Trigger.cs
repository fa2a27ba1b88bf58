using System.Text.Json.Serialization;
using Roost.LocalLambda.Sources.Announcements;
using Roost.LocalLambda.Sources.Lifecycle;
using Roost.LocalLambda.Sources.Schedules;
using Roost.LocalLambda.Sources.Streams;
using Roost.LocalLambda.Sources.Topics;

namespace Roost.LocalLambda.Sources;

/// <summary>One item of <c>triggers</c> in a function.yaml, checked. It is kept with the function as JSON, so members are as they were written.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(TopicTrigger), "topic")]
[JsonDerivedType(typeof(ScheduleTrigger), "schedule")]
[JsonDerivedType(typeof(StreamTrigger), "stream")]
[JsonDerivedType(typeof(ShadowTrigger), "shadow")]
[JsonDerivedType(typeof(PresenceTrigger), "presence")]
[JsonDerivedType(typeof(LifecycleTrigger), "lifecycle")]
internal abstract record Trigger
{
    /// <summary>True: a source of messages, which is started before the one that it replaces ends.</summary>
    [JsonIgnore]
    public virtual bool OverlapsWhenReplaced => false;
}
