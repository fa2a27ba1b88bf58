namespace Roost.Shadow.Sync;

/// <summary>Why an exchange ended without both sides being equal.</summary>
/// <param name="IsRefused">The same again would be refused again.</param>
/// <param name="IsOverConnection">There was no connection, or nobody answered on it.</param>
/// <param name="IsSilence">No answer came in time.</param>
/// <param name="IsHeld">It is gone in the cloud, and it is not known, or not believed, that somebody deleted it.</param>
/// <param name="Rebased">Updates that the upstream refused over their version.</param>
internal sealed record SyncFailure(string Reason, bool IsRefused = false, bool IsOverConnection = false, bool IsSilence = false, bool IsHeld = false, int Rebased = 0)
{
    public static readonly SyncFailure Held = new(
        "It is gone in the cloud, like too many others or all; it is kept here until 'roost shadow sync accept-deletions' or 'put-back' decides", IsHeld: true);

    public static SyncFailure Of(UpstreamReply reply) => new(
        reply.Reason,
        reply.Fault == UpstreamFault.Refused,
        reply.Fault is UpstreamFault.Lost or UpstreamFault.TimedOut,
        reply.Fault == UpstreamFault.TimedOut);
}
