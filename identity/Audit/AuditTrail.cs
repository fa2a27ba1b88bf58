using Microsoft.Extensions.Logging;

namespace Roost.Identity.Audit;

/// <summary>The audit in the daemon's log.</summary>
internal sealed class AuditTrail(ILogger<AuditTrail> logger) : IAuditTrail
{
    public void Note(AuditEntry entry) => logger.Audited(entry.Action, entry.Principal, entry.ClientId, entry.Source, entry.Resource, entry.Reason);

    public Task RecordAsync(AuditEntry entry, CancellationToken cancellationToken = default)
    {
        Note(entry);
        return Task.CompletedTask;
    }
}
