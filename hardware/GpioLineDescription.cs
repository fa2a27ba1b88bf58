using Roost.Hardware.Gpio;

namespace Roost.Hardware;

/// <summary>A line of a GPIO chip, as its chip describes it. Its level is known only to who holds it.</summary>
/// <param name="Name">Empty where the board gives it none.</param>
/// <param name="Consumer">Who uses it, as it calls itself; <c>roost</c> for this daemon; empty when nobody does, or does not say.</param>
/// <param name="Point">The point that it is, as <c>door.open</c>; null where it is none of ours.</param>
/// <param name="Pull">Null: not known.</param>
public sealed record GpioLineDescription(int Offset, string Name, string Consumer, bool IsUsed, LineDirection Direction, ActiveLevel Active, LinePull? Pull, LineDrive Drive, string? Point);
