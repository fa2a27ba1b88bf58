namespace Roost.Streams.Cursors;

/// <summary>The stream has no cursor of this name.</summary>
internal sealed class UnknownCursorException(StreamName stream, CursorName cursor, IEnumerable<string> existing)
    : Exception($"Stream '{stream}' has no cursor '{cursor}'. {Listed(existing)} 'roost stream cursor create {stream} {cursor}' (PUT) makes it.")
{
    public StreamName Stream { get; } = stream;

    private static string Listed(IEnumerable<string> existing) => string.Join(", ", existing) is { Length: > 0 } names ? $"It has: {names}." : "It has none.";
}
