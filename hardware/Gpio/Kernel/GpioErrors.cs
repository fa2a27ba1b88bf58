using System.Runtime.InteropServices;

namespace Roost.Hardware.Gpio.Kernel;

/// <summary>What the kernel's error numbers mean here, and what an operator can do.</summary>
internal static class GpioErrors
{
    public static GpioException OfOpening(string path, Errno errno) => errno switch
    {
        Errno.AccessDenied => new GpioException(GpioFault.NotAllowed,
            $"{path} may not be opened{Owner(path)}: add the daemon's user to the group gpio (usermod -aG gpio roost) and let udev give the chips to that group, as the package's rule does; then restart the daemon"),
        Errno.NotPermitted => new GpioException(GpioFault.NotAllowed, $"the unit keeps the daemon from {path}: it needs DeviceAllow=char-gpiochip rw, as the package's has, and the chip's driver loaded when it starts"),
        Errno.NoEntry or Errno.NoDevice or Errno.NoDeviceOrAddress => new GpioException(GpioFault.NoChip, $"{path} is not there"),
        _ => Of(path, errno),
    };

    public static GpioException OfTaking(IGpioChip chip, LineRequest request, Errno errno)
    {
        var place = $"{chip.Name} line {request.Offset}";
        return errno switch
        {
            Errno.Busy => new GpioException(GpioFault.InUse, $"{place} is in use by {Consumer(chip, request.Offset)}; end that program, or configure another line"),
            Errno.NoDeviceOrAddress or Errno.NotSupported or Errno.NotSupportedInKernel or Errno.NotImplemented => new GpioException(GpioFault.NotAble,
                $"{place} cannot do what is configured ({Wanted(request)}); its chip ({chip.Label}) has no such thing: leave out pull, drive or debounce, or take a line of another chip"),
            Errno.InvalidArgument => new GpioException(GpioFault.NotAble, $"{place} does not take what is configured ({Wanted(request)}); GPIO needs Linux 5.10 or later"),
            _ => Of(place, errno),
        };
    }

    public static GpioException NoLine(IGpioChip chip, int offset) =>
        new(GpioFault.NoLine, $"{chip.Name} has no line {offset}: it has 0 to {chip.LineCount - 1}. 'roost hardware lines' lists them");

    public static GpioException Of(string place, Errno errno) => errno == Errno.NoDevice
        ? new GpioException(GpioFault.Gone, $"{place} has gone: it was unplugged, or its driver unloaded")
        : new GpioException(GpioFault.Failed, $"{place} failed: {Marshal.GetPInvokeErrorMessage((int)errno)} ({(int)errno})");

    private static string Consumer(IGpioChip chip, int offset)
    {
        try
        {
            return chip.Describe(offset).Consumer is { Length: > 0 } consumer ? consumer : "another program or driver";
        }
        catch (GpioException)
        {
            return "another program or driver";
        }
    }

    private static string Owner(string path)
    {
        try
        {
            return $" (mode {Convert.ToString((int)File.GetUnixFileMode(path), 8)})";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Wanted(LineRequest request) => string.Join(", ", new[]
    {
        request.Direction == LineDirection.Out ? "output" : "input with edges",
        request.Pull is { } pull ? $"pull {pull.ToString().ToLowerInvariant()}" : null,
        request.Drive switch { LineDrive.OpenDrain => "open drain", LineDrive.OpenSource => "open source", _ => null },
        request.Debounce > TimeSpan.Zero ? $"debounce {Storage.Duration.Format(request.Debounce)}" : null,
    }.OfType<string>());
}
