using Roost.Shadow.Documents;

namespace Roost.Shadow.Store;

/// <summary>Keeps one record a shadow. One writer at a time; readers see what has been committed.</summary>
internal interface IShadowStore : IAsyncDisposable
{
    /// <returns>Null when nothing is kept under the name; a tombstone until it is purged.</returns>
    /// <exception cref="CorruptShadowException">Something is kept, but it is not what was written.</exception>
    ShadowRecord? Read(ShadowId id);

    /// <summary>Names of the thing's named shadows in ordinal order, tombstones left out.</summary>
    /// <param name="after">Names up to this one are left out; "" begins at the first.</param>
    IReadOnlyList<string> ListNamed(string thing, string after, int limit);

    /// <summary>The shadows of the next things in ordinal order, tombstones left out.</summary>
    /// <param name="after">Things up to this one are left out; "" begins at the first.</param>
    /// <param name="limit">Things, not shadows.</param>
    IReadOnlyList<ShadowSummary> ListThings(string after, int limit);

    /// <summary>Keeps all of <paramref name="records"/> or none.</summary>
    /// <returns>Completes when they are as durable as configured; faults when none is kept.</returns>
    Task WriteAsync(IReadOnlyCollection<KeyValuePair<ShadowId, ShadowRecord>> records);

    /// <summary>Forgets tombstones of <paramref name="beforeSeconds"/> (since 1970) and earlier.</summary>
    /// <returns>How many there were.</returns>
    Task<int> PurgeTombstonesAsync(long beforeSeconds);
}
