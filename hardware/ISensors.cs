namespace Roost.Hardware;

/// <summary>What sensors the machine has.</summary>
public interface ISensors
{
    /// <summary>Looks now. Reads sensors, so that it may take some time or, with a bus that hangs, seconds: not for a thread that others wait for.</summary>
    IReadOnlyList<FoundSensor> Find();
}
