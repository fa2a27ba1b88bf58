namespace Roost.Streams;

/// <summary>No stream has this name.</summary>
public sealed class UnknownStreamException(StreamName stream, IEnumerable<StreamName> existing)
    : Exception($"No stream is named '{stream}'. {Listed(existing)} 'roost stream create {stream}' makes it, or a line under 'streams' in the configuration.")
{
    public StreamName Stream { get; } = stream;

    private static string Listed(IEnumerable<StreamName> existing)
    {
        var names = string.Join(", ", existing.Select(name => name.Value).Order(StringComparer.Ordinal));
        return names.Length == 0 ? "There are none." : $"There are: {names}.";
    }
}
