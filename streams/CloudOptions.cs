namespace Roost.Streams;

/// <summary>What goes to the cloud.</summary>
public sealed class CloudOptions
{
    public const string Section = "Cloud";

    public IList<ExportOptions> Exports { get; set; } = [];
}
