using System.Runtime.InteropServices;

namespace Roost.DeviceSim.Robots;

/// <summary>A place on the floor, in metres from the dock's corner of the room.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Position(double X, double Y)
{
    public double DistanceTo(Position other) => Math.Sqrt(((X - other.X) * (X - other.X)) + ((Y - other.Y) * (Y - other.Y)));
}
