namespace Roost.DeviceSim.Robots;

/// <summary>The bumper touched a wall or something that stood in the way.</summary>
internal sealed record Bump(BumperSide Side, Position Position);
