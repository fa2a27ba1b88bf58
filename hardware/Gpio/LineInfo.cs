namespace Roost.Hardware.Gpio;

/// <summary>What a chip says of a line.</summary>
/// <param name="Name">Empty where the board gives it none.</param>
/// <param name="Consumer">Who uses it, as it calls itself; empty when nobody does, or does not say.</param>
internal sealed record LineInfo(int Offset, string Name, string Consumer, bool IsUsed, LineDirection Direction, ActiveLevel Active, LinePull? Pull, LineDrive Drive);
