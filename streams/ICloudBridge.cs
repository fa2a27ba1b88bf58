namespace Roost.Streams;

/// <summary>The bridge of topics between the broker here and the cloud's.</summary>
public interface ICloudBridge
{
    /// <summary>In the order of the configuration. Any thread.</summary>
    IReadOnlyList<BridgeStatus> List();
}
