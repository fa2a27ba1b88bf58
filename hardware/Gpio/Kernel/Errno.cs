namespace Roost.Hardware.Gpio.Kernel;

/// <summary>The error numbers that are told apart; Linux has them alike on x86 and ARM.</summary>
internal enum Errno
{
    None = 0,
    NotPermitted = 1,
    NoEntry = 2,
    Interrupted = 4,
    NoDeviceOrAddress = 6,
    Again = 11,
    AccessDenied = 13,
    Busy = 16,
    NoDevice = 19,
    InvalidArgument = 22,
    NotTerminal = 25,
    NotImplemented = 38,
    NotSupported = 95,

    /// <summary>Of the kernel's own, which should not leave it and does (ENOTSUPP).</summary>
    NotSupportedInKernel = 524,
}
