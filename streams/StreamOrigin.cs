namespace Roost.Streams;

/// <summary>Who says that a stream is there, and so who may change or delete it.</summary>
public enum StreamOrigin
{
    /// <summary>The configuration names it: it is changed there.</summary>
    Configuration,

    /// <summary>Made over the API; its definition is kept in its folder.</summary>
    Api,

    /// <summary>Its folder is there, and nothing defines it any more: it is read, not appended to, and nothing of it goes by itself.</summary>
    Removed,

    /// <summary>The system's own, or another room's.</summary>
    System,
}
