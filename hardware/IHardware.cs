namespace Roost.Hardware;

/// <summary>What the rest of the daemon may know of the lines and sensors. Any thread may call.</summary>
public interface IHardware
{
    /// <summary>All configured points, in the order of the configuration.</summary>
    IReadOnlyList<PointDescription> Points { get; }

    /// <summary>Looks at all GPIO chips; takes some milliseconds.</summary>
    IReadOnlyList<GpioChipDescription> DescribeChips();

    /// <summary>Puts a voltage on an input of the chip in memory, as a wire would.</summary>
    /// <param name="line">Name or offset.</param>
    /// <param name="high">Null: nothing is connected any more, and the pull decides.</param>
    /// <returns>Null when it was done; else why not, for people.</returns>
    string? Simulate(string line, bool? high);
}
