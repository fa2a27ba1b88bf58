namespace Roost.DeviceSim.Robots;

/// <summary>Suction while cleaning; it decides how fast the battery empties. Messages carry the lower-case name.</summary>
internal enum FanSpeed
{
    Quiet,
    Standard,
    Turbo,
}
