using Roost.Hardware;

namespace Roost.Gateway.Health;

/// <summary>Degraded by every line and sensor that cannot be had; never down, as the rest of the gateway matters more.</summary>
internal sealed class HardwareHealth(IHardware hardware) : IHealthSource
{
    public RoomHealth Check() => RoomHealth.Of("hardware", hardware.Points.Where(static point => point.Fault is not null).Select(static point => $"{point.Thing}.{point.Property} ({point.Source}): {point.Fault}"));
}
