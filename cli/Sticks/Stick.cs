namespace Roost.Cli.Sticks;

/// <summary>One export on a stick: a folder with a manifest, its signature, and the files it names.</summary>
internal sealed record Stick(string Folder, StickManifest Manifest)
{
    private const int MostFolders = 10_000;
    private const int MaxSignatureBytes = 1024;

    /// <returns>The folders with a manifest: the one that was named, and those in it.</returns>
    /// <exception cref="StickException">There is none, or there are too many.</exception>
    public static IReadOnlyList<string> FoldersIn(string folder)
    {
        var folders = Directory.EnumerateDirectories(folder, "*", new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint }) // links lead off the stick
            .Where(child => !Path.GetFileName(child).StartsWith('.')) // an export that was not finished
            .Take(MostFolders + 1).Order(StringComparer.Ordinal).Prepend(folder).Where(HasManifest).ToList();
        return folders.Count switch
        {
            0 => throw new StickException($"{folder} has no {StickManifest.FileName}, and no folder in it has one: there is no finished export"),
            > MostFolders => throw new StickException($"{folder} has more than {MostFolders} folders; name one of them"),
            _ => folders,
        };
    }

    /// <summary>Reads the manifest and checks who signed it. Its files are not looked at.</summary>
    /// <param name="trust">Take the manifest's own word for whose key it is.</param>
    /// <exception cref="StickException">It is not to be relied upon.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Stick Open(string folder, StickKeys keys, bool trust)
    {
        var path = Path.Combine(folder, StickManifest.FileName);
        var json = RegularFile.Read(path, StickManifest.MaxBytes);
        var signature = RegularFile.Read(Path.Combine(folder, StickManifest.SignatureFileName), MaxSignatureBytes);
        StickManifest manifest;
        try
        {
            manifest = StickManifest.Parse(json);
        }
        catch (StickException exception)
        {
            throw new StickException($"{path}: {exception.Message}", exception);
        }

        using var own = new StickKeys();
        var verdict = keys.Verify(manifest.Gateway, json, signature);
        if (verdict is null && trust)
        {
            own.Add(manifest.PublicKey);
            verdict = own.Verify(manifest.Gateway, json, signature);
        }

        return verdict switch
        {
            true => new Stick(folder, manifest),
            false => throw new StickException($"{path} is not what gateway {manifest.Gateway} signed: it was changed, or is damaged"),
            null when trust => throw new StickException($"{path} does not hold the key of gateway {manifest.Gateway}"),
            null => throw new StickException($"{path} says that it is from gateway {manifest.Gateway}, whose key is not known here. Print it there with 'roost stream export --public-key' and name it with --key, or take the stick's word for it with --trust"),
        };
    }

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="StickException">It is missing, cut, or was changed.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public void Check(StickFile file, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Folder, file.Name);
        using var content = RegularFile.Open(path);
        if (content.Length != file.Bytes)
        {
            throw new StickException($"{path} has {content.Length} bytes, and not {file.Bytes}: it was cut or changed");
        }

        using var hash = new CountingHash(content);
        var buffer = new byte[1 << 16];
        while (hash.Read(buffer) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        if (hash.Sha256() != file.Sha256)
        {
            throw new StickException($"{path} was changed or is damaged: its SHA-256 is not that of the manifest");
        }
    }

    private static bool HasManifest(string folder) => File.Exists(Path.Combine(folder, StickManifest.FileName));
}
