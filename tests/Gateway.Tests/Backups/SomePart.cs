using Roost.Storage.Backups;

namespace Roost.Gateway.Tests.Backups;

/// <summary>A room with one file, of zeros.</summary>
internal sealed class SomePart(long bytes = 10, bool fails = false) : IBackupPart
{
    public string Name => "some";

    public string Folder => throw new NotSupportedException();

    public int Format => 1;

    public bool IsOccupied => true;

    public async Task<string?> CopyAsync(string folder, CancellationToken cancellationToken)
    {
        await using var file = File.Create(Path.Combine(folder, "some.db"));
        file.SetLength(bytes);
        return fails ? throw new IOException("no room") : null;
    }

    public Task<string> StageAsync(string source, string staged, bool replay, CancellationToken cancellationToken) => throw new NotSupportedException();
}
