namespace Roost.Hardware;

/// <summary>What the rest of the daemon may know of the lines and sensors. Any thread may call.</summary>
public interface IHardware
{
    /// <summary>All configured points, in the order of the configuration.</summary>
    IReadOnlyList<PointDescription> Points { get; }
}
