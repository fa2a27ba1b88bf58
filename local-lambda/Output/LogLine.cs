namespace Roost.LocalLambda.Output;

/// <summary>One line, without its end, as the function printed it: usually UTF-8.</summary>
internal sealed record LogLine(DateTimeOffset Time, byte[] Text, LogOrigin Origin)
{
    /// <summary>Its number in the <see cref="LogStore"/>; null for a line that is not kept there.</summary>
    public long? Offset { get; init; }
}
