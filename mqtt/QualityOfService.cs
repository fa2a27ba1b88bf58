namespace Roost.Mqtt;

/// <summary>How often a message arrives (section 4.3). The values are those on the wire.</summary>
public enum QualityOfService : byte
{
    AtMostOnce = 0,
    AtLeastOnce = 1,
    ExactlyOnce = 2,
}
