namespace Roost.Storage.Logs;

/// <summary>Whether the sealed segments of a log are compressed. Readers see no difference.</summary>
public enum LogCompression
{
    /// <summary>Segments stay as they were written.</summary>
    None,

    /// <summary>
    /// Each segment of which a sample shows that everything written for it, its compressed copy included, stays within 1.2 bytes for a byte
    /// accepted: so what shrinks to less than a sixth or so. Space is saved where it hardly costs the life of a flash card.
    /// </summary>
    Auto,

    /// <summary>Every segment that gets smaller by at least a tenth. For who is short of space rather than of writes.</summary>
    Always,
}
