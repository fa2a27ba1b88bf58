namespace Roost.Streams;

/// <summary>All exports of this gateway.</summary>
public interface IStreamExports
{
    IReadOnlyList<ExportStatus> List();
}
