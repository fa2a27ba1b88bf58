namespace Roost.Shadow.Sync;

internal enum UpstreamEvent
{
    GetAccepted,
    GetRejected,
    Documents,
    UpdateRejected,
    DeleteAccepted,
    DeleteRejected,
}
