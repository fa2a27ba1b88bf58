namespace Roost.LocalLambda.Output;

/// <summary>One line, without its end, as the function printed it: usually UTF-8.</summary>
internal sealed record LogLine(DateTimeOffset Time, byte[] Text);
