namespace Roost.Identity;

/// <summary>The files of the room that hold keys. Any thread may ask.</summary>
public interface IKeyFiles
{
    /// <returns>Those that others than their owner may read; empty: none.</returns>
    IReadOnlyList<ExposedKey> FindExposed();
}
