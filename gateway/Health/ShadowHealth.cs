using Roost.Shadow;

namespace Roost.Gateway.Health;

/// <summary>Serves as long as its store can be read; degraded by damage that was found, and by a sync with the cloud that somebody should look at.</summary>
internal sealed class ShadowHealth(ShadowService shadows, IShadowSyncHealth sync) : IHealthSource
{
    public RoomHealth Check()
    {
        try
        {
            _ = shadows.ListThings("", 1);
            return shadows.Fault is { } fault
                ? new("shadows", RoomState.Down, fault)
                : shadows.Damaged > 0
                ? new("shadows", RoomState.Degraded, $"{shadows.Damaged} shadows are damaged and answer 500; 'roost shadow check' names them and what to do")
                : shadows.LastCheck is { DamagedChanges: > 0 } check
                ? new("shadows", RoomState.Degraded, $"{check.DamagedChanges} changes of the history cannot be read; no shadow is the worse for it. {check.JournalDamage}")
                : shadows.HistorySetAside > 0
                ? new("shadows", RoomState.Degraded, $"{shadows.HistorySetAside} parts of the history could not be opened and are kept beside it, as the log says; no shadow is the worse for it. The next start takes it as it is")
                : shadows.JournalWasCut
                ? new("shadows", RoomState.Degraded, "at the start a part of their journal was not there: changes that only it had are lost. The log says which; 'roost restore' has older ones. The next start takes it as it is")
                : sync.Trouble is { } trouble
                ? new("shadows", RoomState.Degraded, trouble)
                : new("shadows", RoomState.Up);
        }
        catch (Exception exception) // whatever keeps the store from answering is the reason
        {
            return new("shadows", RoomState.Down, exception.Message);
        }
    }
}
