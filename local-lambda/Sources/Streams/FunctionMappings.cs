namespace Roost.LocalLambda.Sources.Streams;

/// <summary>Runs the mappings that were made over the API, as they stand in the functions' records. One caller at a time.</summary>
internal sealed class FunctionMappings(StreamMappings mappings)
{
    private readonly Dictionary<string, IReadOnlyList<EventSourceMapping>> _running = new(StringComparer.Ordinal);

    /// <summary>Makes the mappings of <paramref name="function"/> those of <paramref name="wanted"/>. What stays is not touched; what goes forgets how far it has come.</summary>
    public async Task ReplaceAsync(string function, IReadOnlyList<EventSourceMapping> wanted)
    {
        var running = _running.GetValueOrDefault(function) ?? [];
        foreach (var gone in running.Where(mapping => wanted.All(other => other.UUID != mapping.UUID)))
        {
            await mappings.DeleteAsync(gone.UUID);
        }

        foreach (var mapping in wanted.Where(mapping => !running.Contains(mapping)))
        {
            await mappings.StartAsync(mapping);
        }

        _running[function] = wanted;
    }
}
