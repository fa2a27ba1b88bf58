namespace Roost.LocalLambda;

/// <summary>Reads one stream forward. One caller at a time.</summary>
public interface IFunctionStreamReader : IDisposable
{
    /// <summary>Waits until there is at least one record, and returns what is there up to the limits.</summary>
    /// <param name="maxBytes">A single record that is larger comes alone.</param>
    /// <param name="cancellationToken">Ends the waiting; nothing is skipped.</param>
    /// <returns>At least one record; valid until the next read.</returns>
    ValueTask<IReadOnlyList<FunctionStreamRecord>> ReadAsync(int maxRecords, int maxBytes, CancellationToken cancellationToken);

    /// <returns>Empty when nothing is there to read now; valid until the next read.</returns>
    IReadOnlyList<FunctionStreamRecord> TryRead(int maxRecords, int maxBytes);
}
