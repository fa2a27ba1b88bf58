using Roost.Hardware.Gpio;
using Roost.Hardware.Gpio.Kernel;
using Roost.Hardware.Gpio.Simulated;

namespace Roost.Hardware;

/// <summary>
/// The outputs of a daemon that has not ended in order (killed, hung, out of memory): sets each to what it is to be left at, as the daemon itself does when it stops. Starts nothing.
/// </summary>
public static class AbandonedOutputs
{
    /// <returns>For each such output what was done, or why it could not be, for people.</returns>
    public static IReadOnlyList<string> Leave(HardwareOptions options)
    {
        using var poller = new EdgePoller(); // of no use to outputs: no thread of it is ever started
        return Leave(options, new KernelChips("/dev", poller));
    }

    internal static IReadOnlyList<string> Leave(HardwareOptions options, IGpioChips chips) => [.. options.Gpio.Where(IsLeft).Select(line => Leave(line, chips))];

    private static string Leave(GpioLineOptions line, IGpioChips chips)
    {
        var exit = ExitOf(line);
        try
        {
            var (chip, offset) = LineSearch.Find(chips, line.Chip, line.Line);
            using (chip)
            {
                using var taken = chip.Take(new LineRequest(offset, LineDirection.Out, line.Active, line.Pull, line.Drive, TimeSpan.Zero, Initial: exit.Duty >= 1, Watcher: null));
                return $"{line.Thing}.{line.Property} ({chip.Name} line {offset}) is set to {exit}, as the daemon did not stop in order";
            }
        }
        catch (GpioException exception)
        {
            return $"{line.Thing}.{line.Property} could not be set to {exit}: {exception.Message}";
        }
    }

    private static OutputLevel ExitOf(GpioLineOptions line) => line.AtExit ?? OutputLevel.Off;

    private static bool IsLeft(GpioLineOptions line) => line.IsOutput && line.Chip != SimulatedChip.ChipName && !ExitOf(line).IsKeep;
}
