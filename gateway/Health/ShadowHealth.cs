using Roost.Shadow;

namespace Roost.Gateway.Health;

/// <summary>Serves as long as its store can be read.</summary>
internal sealed class ShadowHealth(ShadowService shadows) : IHealthSource
{
    public RoomHealth Check()
    {
        try
        {
            _ = shadows.ListThings("", 1);
            return new("shadows", RoomState.Up);
        }
        catch (Exception exception) // whatever keeps the store from answering is the reason
        {
            return new("shadows", RoomState.Down, exception.Message);
        }
    }
}
