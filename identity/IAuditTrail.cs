namespace Roost.Identity;

/// <summary>The record of who came, who was refused and what was changed. Any thread may call.</summary>
public interface IAuditTrail
{
    /// <summary>Queues an entry and returns at once: connections do not wait for the disk.</summary>
    void Note(AuditEntry entry);

    /// <summary>For changes: completes when the entry is durable.</summary>
    Task RecordAsync(AuditEntry entry, CancellationToken cancellationToken = default);
}
