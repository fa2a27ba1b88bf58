namespace Roost.Streams;

/// <summary>Who reads a stream and keeps a position of its own in it.</summary>
/// <param name="Kind"><c>cursor</c>, <c>export</c> or <c>function</c>.</param>
/// <param name="Name">Among those of its kind and stream.</param>
/// <param name="NextOffset">The records below it are done.</param>
public sealed record StreamConsumer(string Kind, string Name, long NextOffset)
{
    /// <summary>Why it does not move, in words; null when it does, or has nothing to do.</summary>
    public string? Fault { get; init; }

    /// <summary>When it last moved, where that is known.</summary>
    public DateTimeOffset? MovedAt { get; init; }

    /// <summary>As people say it: <c>cursor reports</c>.</summary>
    public override string ToString() => $"{Kind} {Name}";
}
