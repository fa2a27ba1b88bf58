namespace Roost.LocalLambda.Output;

/// <summary>One line, without its end, as the function printed it: usually UTF-8.</summary>
/// <param name="Offset">Its number in the <see cref="LogStore"/>; null for a line that is not kept there.</param>
internal sealed record LogLine(string Function, DateTimeOffset Time, byte[] Text, LogOrigin Origin, long? Offset);
