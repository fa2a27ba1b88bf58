using Roost.Hardware.Reporting;

namespace Roost.Hardware;

/// <summary>What every configured point has, line or sensor.</summary>
public abstract class PointOptions
{
    /// <summary>The thing whose shadow has the value: letters, digits, <c>: _ -</c>, at most 128.</summary>
    public string Thing { get; set; } = "";

    /// <summary>Its key in the shadow: letters, digits, <c>_ -</c>, at most 64; not <c>errors</c>.</summary>
    public string Property { get; set; } = "";

    /// <summary>Topic of the point's messages; null: none.</summary>
    public string? Topic { get; set; }

    /// <summary>Least time from one update of the shadow to the next one; what the value is at its end is told. Default 1 s.</summary>
    public TimeSpan MinInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The value is told again after so long, changed or not. Default null: only when it has changed.</summary>
    public TimeSpan? AtLeastEvery { get; set; }
}
