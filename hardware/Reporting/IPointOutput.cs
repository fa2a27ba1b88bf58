namespace Roost.Hardware.Reporting;

/// <summary>What drives a point that can be set: the shadow's desired state comes here.</summary>
internal interface IPointOutput
{
    /// <summary>
    /// Takes a value and applies it, at once or when its device is there; then reports it by <see cref="Point.Report"/>. Called by one thread at a time.
    /// May take as long as the device does.
    /// </summary>
    /// <returns>Null when the value was taken; else why it was not, for who desired it: <c>write true or false</c>.</returns>
    string? Drive(PointValue value);
}
