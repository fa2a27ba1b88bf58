namespace Roost.Shadow.Sync;

/// <summary>The shadow here could not be read or changed; the exchange ends, and is tried again later.</summary>
internal sealed class LocalShadowException(ShadowError error) : Exception($"The shadow here answered {error.Code} {error.Message}")
{
    public ShadowError Error { get; } = error;
}
