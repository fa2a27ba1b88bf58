namespace Roost.Hardware.Reporting;

/// <summary>What a <see cref="PointValue"/> holds.</summary>
public enum PointKind
{
    /// <summary>Nothing is known: JSON's <c>null</c>, which takes the property out of the shadow.</summary>
    None,
    Bool,
    Number,
    Text,
}
