using Roost.Storage.Logs;

namespace Roost.Identity;

/// <summary>The audit as a log that others show, and whether it can be written. Any thread may call.</summary>
public interface IAuditStorage
{
    /// <summary>To be read only; null before the start of the room and after its end.</summary>
    AppendLog? Log { get; }

    /// <summary>Why the audit cannot be written now; null while all is well.</summary>
    string? Fault { get; }

    /// <summary>What shows that the audit is not as this daemon wrote it, found at the start or in the minutes behind it; null while nothing does. It stays so for as long as the place is kept.</summary>
    string? Broken { get; }

    /// <summary>To be called before a change: where the last write has failed, tries another.</summary>
    /// <exception cref="AuditUnavailableException">It cannot be written; the change is to be refused.</exception>
    Task EnsureWritableAsync(CancellationToken cancellationToken);
}
