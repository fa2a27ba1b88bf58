using Roost.Gateway.Configuration;

namespace Roost.Gateway.Health;

/// <summary>Degraded while the data folder's disk has no room: durable writes are refused then, and nobody acknowledges them.</summary>
internal sealed class DiskHealth(RoostConfiguration configuration) : IHealthSource
{
    /// <summary>In bytes. Logs reserve more than this ahead, so that below it the next write is about to fail.</summary>
    private const long LeastFree = 1024 * 1024;

    private readonly DriveInfo _disk = new(configuration.DataFolder);

    public RoomHealth Check()
    {
        try
        {
            return _disk.AvailableFreeSpace is var free && free < LeastFree
                ? new("disk", RoomState.Degraded, $"{free} bytes are free in {configuration.DataFolder}; what would have to be kept is refused until there is room.")
                : new("disk", RoomState.Up);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new("disk", RoomState.Degraded, exception.Message);
        }
    }
}
