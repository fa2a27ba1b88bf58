using System.Globalization;

namespace Roost.Hardware.Gpio;

/// <summary>Finds the line that the configuration means among the chips that are there.</summary>
internal static class LineSearch
{
    /// <returns>The open chip, the caller's to dispose of, and the line's offset.</returns>
    /// <exception cref="GpioException">There is none, or the chip cannot be opened.</exception>
    public static (IGpioChip Chip, int Offset) Find(IGpioChips chips, string? chip, string line)
    {
        var names = chips.Names.Where(name => chip is not null || name != Simulated.SimulatedChip.ChipName).ToList();
        if (names.Count == 0)
        {
            throw new GpioException(GpioFault.NoChip,
                "this machine has no GPIO chip (/dev/gpiochip*): every Raspberry Pi has one; elsewhere load its driver, or hand the device into the container. For trying things out there is chip: simulated");
        }

        var offset = int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (int?)null;
        var seen = new List<string>();
        GpioException? closed = null;
        foreach (var name in Candidates(names, chip, offset))
        {
            try
            {
                var candidate = chips.Open(name);
                if ((chip is null || chip == candidate.Name || chip == candidate.Label) && (offset ?? OffsetOf(candidate, line)) is { } found)
                {
                    return (candidate, found);
                }

                seen.Add($"{candidate.Name} ({candidate.Label})");
                candidate.Dispose();
            }
            catch (GpioException exception)
            {
                closed ??= exception;
            }
        }

        throw closed ?? (chip is null || seen.Any(one => one.StartsWith($"{chip} (", StringComparison.Ordinal) || one.EndsWith($"({chip})", StringComparison.Ordinal))
            ? new GpioException(GpioFault.NoLine, $"no line is called {line} on {string.Join(", ", seen)}; 'roost hardware lines' lists them")
            : new GpioException(GpioFault.NoChip, $"there is no chip {chip}; there are {string.Join(", ", seen)}"));
    }

    /// <summary>An offset without a chip is one of the first; a chip's own name needs no other to be opened.</summary>
    private static IEnumerable<string> Candidates(List<string> names, string? chip, int? offset) =>
        chip is null ? (offset is null ? names : names.Take(1))
        : names.Contains(chip, StringComparer.Ordinal) ? [chip]
        : names;

    private static int? OffsetOf(IGpioChip chip, string name)
    {
        for (var offset = 0; offset < chip.LineCount; offset++)
        {
            if (chip.Describe(offset).Name == name)
            {
                return offset;
            }
        }

        return null;
    }
}
