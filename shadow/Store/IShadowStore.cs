using Roost.Shadow.Documents;
using Roost.Shadow.Journal;

namespace Roost.Shadow.Store;

/// <summary>Keeps one record a shadow. One writer at a time; readers see what is durable.</summary>
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

    /// <summary>Keeps the changes, of which several may be of one shadow.</summary>
    /// <returns>
    /// Completes when they are as durable as configured, each with its <see cref="ShadowChange.Offset"/>. When it faults, none was
    /// acknowledged, though the disk may have kept some; <see cref="Read"/> tells what there is.
    /// </returns>
    Task WriteAsync(IReadOnlyList<ShadowChange> changes);

    /// <summary>Forgets tombstones of <paramref name="beforeSeconds"/> (since 1970) and earlier.</summary>
    /// <returns>How many there were.</returns>
    Task<int> PurgeTombstonesAsync(long beforeSeconds);
}
