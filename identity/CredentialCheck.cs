namespace Roost.Identity;

/// <summary>What became of a credential that somebody showed.</summary>
public sealed record CredentialCheck
{
    private CredentialCheck()
    {
    }

    /// <summary>Null: it was refused.</summary>
    public Principal? Principal { get; private init; }

    public CredentialFault Fault { get; private init; }

    /// <summary>Whom it claimed to be, as <see cref="Principal.Id"/>, for the audit; null: that cannot be told.</summary>
    public string? Claimed { get; private init; }

    /// <summary>For the log and the audit, a sentence without secrets; empty when it was taken.</summary>
    public string Reason { get; private init; } = "";

    public static CredentialCheck Accept(Principal principal) => new() { Principal = principal, Claimed = principal.Id };

    public static CredentialCheck Refuse(CredentialFault fault, string reason, string? claimed = null)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(fault, CredentialFault.None);
        return new CredentialCheck { Fault = fault, Reason = reason, Claimed = claimed };
    }
}
