namespace Roost.Streams;

/// <summary>The one connection to the cloud that all exports share.</summary>
public interface IUplink
{
    UplinkStatus Status { get; }
}
