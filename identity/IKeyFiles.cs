namespace Roost.Identity;

/// <summary>The files of the room that hold keys. Any thread may ask.</summary>
public interface IKeyFiles
{
    /// <returns>Full paths of those that others than their owner may read; empty: none.</returns>
    IReadOnlyList<string> FindExposed();
}
