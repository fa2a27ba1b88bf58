using System.Text.Json;

namespace Roost.Hardware.Reporting;

/// <summary>A thing's shadow as it stood after an update, or when it was asked for.</summary>
/// <param name="Errors">Of <c>reported.errors</c>, by property; what is no text there is told as its JSON.</param>
internal sealed record ShadowView(IReadOnlyDictionary<string, JsonElement> Desired, IReadOnlyDictionary<string, JsonElement> Reported, IReadOnlyDictionary<string, string> Errors)
{
    /// <summary>What the shadow says that a property is; null: nothing that a point could be.</summary>
    public PointValue? Held(string property) =>
        !Reported.TryGetValue(property, out var json) ? PointValue.None
        : PointValue.TryRead(json, out var value, out _) ? value
        : null;

    /// <summary>The property is reported exactly as it is desired, so that nobody waits for it.</summary>
    public bool IsSettled(string property) => Desired.TryGetValue(property, out var wanted) && Reported.TryGetValue(property, out var held) && JsonElement.DeepEquals(wanted, held);
}
