namespace Roost.Storage;

/// <summary>What writes.</summary>
public enum StorageKind
{
    Log,
    Database,

    /// <summary>A small document that is replaced as a whole.</summary>
    File,
}
