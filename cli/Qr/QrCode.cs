namespace Roost.Cli.Qr;

/// <summary>
/// A QR code (ISO/IEC 18004) of bytes, at the lowest level of error correction, L: it is read from a screen, and the level below it has the smallest modules.
/// </summary>
internal sealed class QrCode
{
    private readonly bool[,] _modules;

    private QrCode(int version, bool[,] modules) => (Version, _modules) = (version, modules);

    /// <summary>1 to 40.</summary>
    public int Version { get; }

    /// <summary>Modules on a side, without the quiet zone.</summary>
    public int Size => _modules.GetLength(0);

    /// <summary>Whether a module is dark.</summary>
    public bool this[int row, int column] => _modules[row, column];

    /// <exception cref="ArgumentException">More than 2,953 bytes.</exception>
    public static QrCode Encode(ReadOnlySpan<byte> data)
    {
        var version = 1;
        while (QrData.CapacityOf(version) < data.Length)
        {
            if (++version > QrData.MaxVersion)
            {
                throw new ArgumentException($"{data.Length} bytes are more than a QR code can hold.", nameof(data));
            }
        }

        var codewords = QrData.Interleave(version, QrData.ToCodewords(version, data));
        return new QrCode(version, QrGrid.Draw(version, codewords));
    }
}
