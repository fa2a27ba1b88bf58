namespace Roost.Hardware.Gpio;

/// <summary>Why a line cannot be had.</summary>
internal enum GpioFault
{
    /// <summary>The machine has no such chip, or none at all.</summary>
    NoChip,
    NoLine,

    /// <summary>Another program, or the kernel itself, holds it.</summary>
    InUse,
    NotAllowed,

    /// <summary>The chip cannot do what is configured: no pulls, no interrupts.</summary>
    NotAble,

    /// <summary>It was there, and has been unplugged or its driver unloaded.</summary>
    Gone,
    Failed,
}
