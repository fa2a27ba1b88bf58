using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Roost.Storage.Files;

namespace Roost.LocalLambda.DeadLetters;

/// <summary>
/// The newest letters of functions that seldom fail, in a file for each, written before others push them out of the common log. So nobody's failures take away
/// all letters of another function, and each letter still stands once in the stream. When there is no room, the oldest of the function that has most go.
/// One caller at a time, but for <see cref="Read"/>.
/// </summary>
internal sealed class RareLetters
{
    private readonly string _folder;
    private readonly long _maxBytes;
    private readonly Dictionary<string, SortedDictionary<long, long>> _bytes = new(StringComparer.Ordinal);
    private long _total;

    /// <exception cref="IOException">The folder cannot be read.</exception>
    public RareLetters(string folder, long maxBytes)
    {
        (_folder, _maxBytes) = (folder, maxBytes);
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var file in Directory.EnumerateDirectories(folder).SelectMany(Directory.EnumerateFiles))
        {
            if (long.TryParse(Path.GetFileName(file), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                Note(Path.GetFileName(Path.GetDirectoryName(file)!), id, new FileInfo(file).Length);
            }
            else
            {
                File.Delete(file); // a power cut came before it was whole
            }
        }
    }

    public IEnumerable<(string Function, long Id)> All => _bytes.SelectMany(function => function.Value.Keys.Select(id => (function.Key, id)));

    public bool Has(string function, long id) => _bytes.TryGetValue(function, out var letters) && letters.ContainsKey(id);

    /// <summary>The letter outlives a power cut when this returns.</summary>
    /// <exception cref="IOException">The disk is full, or broken.</exception>
    public void Save(string function, StoredDeadLetter letter)
    {
        var path = PathOf(function, letter.Id);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        long length;
        using (var file = File.Create(path + ".new"))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(new Head(letter.Time, letter.Letter), RareLettersJson.Default.Head));
            file.WriteByte((byte)'\n');
            file.Write(letter.Record);
            file.Flush(flushToDisk: true);
            length = file.Length;
        }

        File.Move(path + ".new", path, overwrite: true);
        FileSystemSync.Entries(Path.GetDirectoryName(path)!);
        Note(function, letter.Id, length);
    }

    /// <returns>Null where there is none, or what is there cannot be read.</returns>
    public StoredDeadLetter? Read(string function, long id)
    {
        try
        {
            var bytes = File.ReadAllBytes(PathOf(function, id));
            var end = Math.Max(0, Array.IndexOf(bytes, (byte)'\n'));
            return JsonSerializer.Deserialize(bytes.AsSpan(0, end), RareLettersJson.Default.Head) is { } head ? new StoredDeadLetter(id, head.Time, head.Letter, bytes[(end + 1)..]) : null;
        }
        catch (Exception exception) when (exception is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <exception cref="IOException">The disk is broken.</exception>
    public void Remove(string function, long id)
    {
        if (Has(function, id))
        {
            File.Delete(PathOf(function, id));
            _total -= _bytes[function][id];
            _bytes[function].Remove(id);
        }
    }

    /// <summary>Removes letters until the rest has room.</summary>
    /// <returns>Those that went.</returns>
    public List<(string Function, long Id)> Trim()
    {
        List<(string, long)> gone = [];
        while (_total > _maxBytes)
        {
            var most = _bytes.MaxBy(function => function.Value.Values.Sum());
            var oldest = most.Value.First().Key;
            Remove(most.Key, oldest);
            gone.Add((most.Key, oldest));
        }

        return gone;
    }

    private string PathOf(string function, long id) => Path.Combine(_folder, function, id.ToString(CultureInfo.InvariantCulture));

    private void Note(string function, long id, long bytes)
    {
        if (!_bytes.TryGetValue(function, out var letters))
        {
            _bytes.Add(function, letters = []);
        }

        _total += bytes - letters.GetValueOrDefault(id);
        letters[id] = bytes;
    }

    /// <summary>The first line; the record follows.</summary>
    internal sealed record Head(DateTimeOffset Time, DeadLetter Letter);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RareLetters.Head))]
internal sealed partial class RareLettersJson : JsonSerializerContext;
