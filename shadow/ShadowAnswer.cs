namespace Roost.Shadow;

/// <summary>What a request came to.</summary>
/// <param name="Error">Null when the request succeeded.</param>
/// <param name="Body">Compact JSON: the answer, or the error document.</param>
public readonly record struct ShadowAnswer(ShadowError? Error, ReadOnlyMemory<byte> Body)
{
    /// <summary>True when the disk did not take the change: nothing has happened, and sending the request again is right.</summary>
    public bool WasNotKept { get; init; }

    /// <summary>What the shadow is after the request; null when it was refused, or when there is no shadow any more.</summary>
    public ShadowRevision? Revision { get; init; }
}
