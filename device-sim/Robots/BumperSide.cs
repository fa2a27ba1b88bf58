namespace Roost.DeviceSim.Robots;

/// <summary>The part of the bumper that was pressed. Messages carry the lower-case name.</summary>
internal enum BumperSide
{
    Left,
    Front,
    Right,
}
