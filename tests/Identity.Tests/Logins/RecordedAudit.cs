using System.Collections.Concurrent;

namespace Roost.Identity.Tests.Logins;

/// <summary>Keeps what was told to the audit, for tests to look at.</summary>
internal sealed class RecordedAudit : IAuditTrail
{
    private readonly ConcurrentQueue<AuditEntry> _entries = new();

    public IReadOnlyCollection<AuditEntry> Entries => _entries;

    public bool IsFull { get; set; }

    public void Note(AuditEntry entry) => _entries.Enqueue(entry);

    public Task RecordAsync(AuditEntry entry, CancellationToken cancellationToken = default)
    {
        if (IsFull)
        {
            throw new IOException("no space left");
        }

        Note(entry);
        return Task.CompletedTask;
    }
}
