using System.Collections.Concurrent;
using Roost.Hardware.Reporting;

namespace Roost.Hardware.Tests.Reporting;

/// <summary>Takes booleans and numbers, and is at once what it is driven to.</summary>
internal sealed class HandOutput : IPointOutput
{
    public Point Point { get; set; } = null!;

    public ConcurrentQueue<PointValue> Driven { get; } = new();

    /// <summary>Thrown by the next drivings.</summary>
    public Exception? Defect { get; set; }

    public string? Drive(PointValue value)
    {
        if (Defect is { } defect)
        {
            throw defect;
        }

        if (value.Kind is not (PointKind.Bool or PointKind.Number))
        {
            return "write true or false";
        }

        Driven.Enqueue(value);
        Point.Report(value, TimeProvider.System.GetUtcNow());
        return null;
    }
}
