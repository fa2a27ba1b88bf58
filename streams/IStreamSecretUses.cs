namespace Roost.Streams;

/// <summary>Which secrets the configuration of the cloud names. It is the same for as long as the daemon runs.</summary>
public interface IStreamSecretUses
{
    IReadOnlyList<StreamSecretUse> All { get; }
}
