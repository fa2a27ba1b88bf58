namespace Roost.Hardware.Gpio;

/// <summary>What lines there are and whose they are. Looking changes nothing and takes no line; it is done anew each time.</summary>
internal sealed class GpioInventory(IGpioChips chips, GpioSource source)
{
    public IReadOnlyList<GpioChipDescription> Describe() => [.. chips.Names.Select(Describe)];

    private GpioChipDescription Describe(string name)
    {
        try
        {
            using var chip = chips.Open(name);
            return new GpioChipDescription(chip.Name, chip.Label, [.. Enumerable.Range(0, chip.LineCount).Select(offset => Describe(chip, offset))], Fault: null);
        }
        catch (GpioException exception)
        {
            return new GpioChipDescription(name, "", [], exception.Message);
        }
    }

    private GpioLineDescription Describe(IGpioChip chip, int offset)
    {
        var line = chip.Describe(offset);
        var point = source.Lines.FirstOrDefault(one => one.Place == (chip.Name, offset))?.Point;
        return new GpioLineDescription(offset, line.Name, line.Consumer, line.IsUsed, line.Direction, line.Active, line.Pull, line.Drive, point is null ? null : $"{point.Thing}.{point.Property}");
    }
}
