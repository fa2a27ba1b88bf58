namespace Roost.Streams;

/// <summary>The streams of this gateway, by name.</summary>
public sealed class StreamsOptions : Dictionary<string, StreamOptions>
{
    public const string Section = "Streams";

    public StreamsOptions()
        : base(StringComparer.Ordinal)
    {
    }
}
