namespace Roost.Shadow;

/// <summary>Whether somebody should look at the sync of shadows.</summary>
public interface IShadowSyncHealth
{
    /// <summary>For an operator; null while all goes well, also without a connection: an upstream that is away is no fault. Any thread.</summary>
    string? Trouble { get; }
}
