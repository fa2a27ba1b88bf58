namespace Roost.Identity.Tests.Certificates;

/// <summary>An audit that cannot be written for a while, from a record of the test's choice on.</summary>
internal sealed class StubbornAudit : IAuditTrail
{
    /// <summary>Actions of which no record is taken.</summary>
    public HashSet<string> Refused { get; } = new(StringComparer.Ordinal);

    public void Note(AuditEntry entry)
    {
    }

    public Task RecordAsync(AuditEntry entry, CancellationToken cancellationToken = default) =>
        Refused.Contains(entry.Action) ? Task.FromException(new AuditUnavailableException("no space left")) : Task.CompletedTask;
}
