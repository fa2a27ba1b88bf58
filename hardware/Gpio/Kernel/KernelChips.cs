using System.Globalization;

namespace Roost.Hardware.Gpio.Kernel;

/// <summary>The chips of the machine: character devices in a folder.</summary>
/// <param name="folder"><c>/dev</c>; tests have another.</param>
internal sealed class KernelChips(string folder, EdgePoller poller) : IGpioChips
{
    private const string Prefix = "gpiochip";

    public IReadOnlyList<string> Names
    {
        get
        {
            try
            {
                return [.. Directory.EnumerateFileSystemEntries(folder, Prefix + "*").Select(Path.GetFileName).OfType<string>()
                    .Select(static name => (Name: name, Number: int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1))
                    .Where(static chip => chip.Number >= 0)
                    .OrderBy(static chip => chip.Number)
                    .Select(static chip => chip.Name)];
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return [];
            }
        }
    }

    public IGpioChip Open(string name) => KernelChip.Open(Path.Combine(folder, name), poller);
}
