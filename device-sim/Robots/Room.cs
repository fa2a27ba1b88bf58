namespace Roost.DeviceSim.Robots;

/// <summary>Every robot has an empty room of this size to itself, with the dock in one corner. Metres.</summary>
internal static class Room
{
    public const double Width = 8;
    public const double Depth = 6;

    public static Position Dock => default;

    public static bool Contains(Position position) =>
        position.X is >= 0 and <= Width && position.Y is >= 0 and <= Depth;
}
