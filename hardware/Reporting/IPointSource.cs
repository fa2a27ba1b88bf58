namespace Roost.Hardware.Reporting;

/// <summary>Something that has points: the configured lines, the configured sensors. Each is registered as a singleton of this type.</summary>
internal interface IPointSource
{
    /// <summary>Adds the points by <see cref="PointReporter.Add"/>. Called once, before anything is told.</summary>
    void Declare(PointReporter reporter);

    /// <summary>
    /// Reports until <paramref name="stopping"/>, then leaves its devices as they are to be left. By then the desired state of the shadows has come, or
    /// has been waited for long enough. What fails is told by <see cref="Point.Fault"/> and tried again; nothing is thrown but by defects.
    /// </summary>
    Task RunAsync(CancellationToken stopping);
}
