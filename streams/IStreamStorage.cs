namespace Roost.Streams;

/// <summary>The disk space of all streams. Any thread may call.</summary>
public interface IStreamStorage
{
    StreamUsage Usage { get; }
}
