namespace Roost.LocalLambda.Sources;

/// <summary>What calls a function by itself, as an operator sees it. What does not apply is null.</summary>
/// <param name="Kind">As in a function.yaml.</param>
/// <param name="What">A filter, an expression, the name of a stream and so on.</param>
internal sealed record TriggerStatus(string Kind, string What)
{
    /// <summary>Of a schedule that is enabled; past where its run is late.</summary>
    public DateTimeOffset? NextDue { get; init; }

    /// <summary>Of a stream <c>Enabled</c> or <c>Disabled</c>; of a schedule <c>Enabled</c>, <c>Over</c>, or <c>NotStarted</c>, of which the log says why.</summary>
    public string? State { get; init; }

    /// <summary>Of a stream: see <see cref="Streams.MappingStatus"/>.</summary>
    public string? LastResult { get; init; }

    /// <summary>Of a stream: age of the oldest record that was read and is not done; 0 when there is none.</summary>
    public double? IteratorAgeSeconds { get; init; }
}
