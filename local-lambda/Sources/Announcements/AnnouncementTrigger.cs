using System.Text.Json.Serialization;

namespace Roost.LocalLambda.Sources.Announcements;

/// <summary>A trigger on what the daemon announces on reserved topics.</summary>
internal abstract record AnnouncementTrigger : Trigger
{
    public override bool OverlapsWhenReplaced => true;

    [JsonIgnore]
    public abstract IReadOnlyList<string> Filters { get; }

    /// <summary>Looks closer at a topic that one of <see cref="Filters"/> let through.</summary>
    /// <returns>Null for one that is not meant, else what the client context tells besides the topic.</returns>
    public abstract IReadOnlyList<KeyValuePair<string, string>>? Match(string topic);
}
