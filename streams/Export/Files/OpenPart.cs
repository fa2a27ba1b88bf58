namespace Roost.Streams.Export.Files;

/// <summary>The file that batches go to at the moment. It is not held open: a stick can be unmounted between two batches.</summary>
/// <param name="First">The offset that its name has.</param>
/// <param name="Next">The offset after its last record.</param>
/// <param name="Length">Of what is in it, synced.</param>
/// <param name="Since">When it was begun.</param>
internal sealed record OpenPart(string Path, long First, long Next, long Length, string Extension, DateTimeOffset Since)
{
    /// <returns>False: it is not the file that was left, and what is there has to be looked at.</returns>
    public bool IsUntouched() => new FileInfo(Path) is { Exists: true, LinkTarget: null } file && file.Length == Length;

    /// <summary>Appends, synced; or leaves what was there.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public OpenPart Append(ReadOnlySpan<byte> bytes, long next)
    {
        using var file = new FileStream(Path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        try
        {
            file.Position = Length;
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            TryCut(file);
            throw;
        }

        return this with { Next = next, Length = Length + bytes.Length };
    }

    private void TryCut(FileStream file)
    {
        try
        {
            file.SetLength(Length);
        }
        catch (IOException)
        {
            // The next look at the file finds the end of what is sound.
        }
    }
}
