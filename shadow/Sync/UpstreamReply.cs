namespace Roost.Shadow.Sync;

/// <summary>How a request to the upstream ended.</summary>
/// <param name="Side">The shadow afterwards; null when <paramref name="Fault"/> is not.</param>
/// <param name="DeletedVersion">Of an accepted deletion; 0 where the upstream does not say.</param>
internal readonly record struct UpstreamReply(SyncSide? Side, UpstreamFault Fault, string Reason = "", long DeletedVersion = 0)
{
    public static UpstreamReply Of(UpstreamMessage message) => message.Event switch
    {
        UpstreamEvent.GetAccepted or UpstreamEvent.Documents => new(message.Side, UpstreamFault.None),
        UpstreamEvent.DeleteAccepted => new(SyncSide.Absent, UpstreamFault.None, DeletedVersion: message.Version),
        UpstreamEvent.GetRejected or UpstreamEvent.DeleteRejected when message.Code == 404 => new(SyncSide.Absent, UpstreamFault.None),
        _ => new(null, FaultOf(message.Code), $"The upstream answered {message.Code} {message.Reason}"),
    };

    public static UpstreamFault FaultOf(int code) => code switch
    {
        409 => UpstreamFault.VersionConflict,
        429 => UpstreamFault.TooMuch,
        >= 400 and < 500 => UpstreamFault.Refused,
        _ => UpstreamFault.Failed,
    };
}
