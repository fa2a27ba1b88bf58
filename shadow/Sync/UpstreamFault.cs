namespace Roost.Shadow.Sync;

/// <summary>Why a request to the upstream was not done.</summary>
internal enum UpstreamFault
{
    None,

    /// <summary>409: the shadow has another version.</summary>
    VersionConflict,

    /// <summary>429.</summary>
    TooMuch,

    /// <summary>Another 4xx: the same request will hardly be taken later.</summary>
    Refused,

    /// <summary>5xx, or nothing that can be understood.</summary>
    Failed,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>The connection ended before the answer.</summary>
    Lost,
}
