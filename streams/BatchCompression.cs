namespace Roost.Streams;

/// <summary>How a batch is packed on its way.</summary>
public enum BatchCompression
{
    None,

    Gzip,

    Brotli,
}
