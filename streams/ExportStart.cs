namespace Roost.Streams;

/// <summary>Where an export begins that has no position yet.</summary>
public enum ExportStart
{
    /// <summary>With the oldest record that is kept.</summary>
    Oldest,

    /// <summary>With the next record that is appended.</summary>
    Latest,
}
