namespace Roost.Identity;

/// <summary>The audit cannot be written: what has to be audited is not to be done. The message says why and what to do.</summary>
public sealed class AuditUnavailableException(string reason, Exception? cause = null)
    : Exception($"The audit cannot be written ({reason.TrimEnd('.')}), and changes that cannot be audited are refused. Free space on its disk, or look at the daemon's log.", cause);
