using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Roost.Cli.Sticks;

/// <summary>Writes the records of one stream into files of a folder that is not finished yet.</summary>
internal sealed class StickWriter(string folder, string stream, string id) : IDisposable
{
    private const long MaxFileBytes = 64 * 1024 * 1024;
    private const string Open = "open.part";

    private readonly byte[] _prefix = Encoding.UTF8.GetBytes($"{{\"stream\":\"{stream}\","); // names of streams need no escapes
    private FileStream? _file;
    private CountingHash? _packed;
    private GZipStream? _plain;
    private long _first;
    private long _records;
    private long _plainBytes;

    public List<StickFile> Files { get; } = [];

    /// <param name="line">As the daemon answers it: an object that begins with its offset.</param>
    public void Add(long offset, string line)
    {
        if (_plain is null)
        {
            _file = new FileStream(Path.Combine(folder, Open), FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
            _packed = new CountingHash(_file);
            _plain = new GZipStream(_packed, CompressionLevel.Fastest, leaveOpen: true);
            (_first, _records, _plainBytes) = (offset, 0, 0);
        }

        var bytes = Encoding.UTF8.GetBytes(line, 1, line.Length - 1);
        _plain.Write(_prefix);
        _plain.Write(bytes);
        _plain.WriteByte((byte)'\n');
        _records++;
        _plainBytes += _prefix.Length + bytes.Length + 1;
        if (_packed!.Count >= MaxFileBytes)
        {
            Close(offset + 1);
        }
    }

    /// <summary>Ends the file that is open, synced and with its name.</summary>
    /// <param name="next">The offset after the last record in it.</param>
    public void Close(long next)
    {
        if (_plain is null)
        {
            return;
        }

        _plain.Dispose(); // the rest of what is packed
        _plain = null;
        _file!.Flush(flushToDisk: true);
        var name = string.Create(CultureInfo.InvariantCulture, $"{stream}-{id}-{_first:D20}-{next:D20}.ndjson.gz");
        Files.Add(new StickFile(name, stream, id, _first, next, _records, _packed!.Count, _plainBytes, _packed.Sha256()));
        _packed.Dispose();
        _file.Dispose();
        File.Move(Path.Combine(folder, Open), Path.Combine(folder, name));
    }

    public void Dispose()
    {
        _plain?.Dispose();
        _packed?.Dispose();
        _file?.Dispose();
    }
}
