using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Storage;
using Roost.Storage.Sqlite;

namespace Roost.Identity.Store;

/// <summary>The one database of the room, <c>identity.db</c>. Each capability has tables of its own in it, which only it reads and writes.</summary>
internal sealed class IdentityDatabase(IOptions<IdentityOptions> options, ILogger<IdentityDatabase> logger, StorageMetrics? metrics = null) : IAsyncDisposable
{
    public const string FileName = "identity.db";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private SqliteStore? _store;

    /// <exception cref="InvalidOperationException">It has not been opened yet.</exception>
    public SqliteStore Store => _store ?? throw new InvalidOperationException("The identity database is not open yet.");

    /// <exception cref="DatabaseCorruptException">The file is damaged.</exception>
    /// <exception cref="DatabaseVersionException">A newer Roost has written it.</exception>
    public Task OpenAsync()
    {
        var folder = options.Value.Folder;
        Directory.CreateDirectory(folder, OwnerOnly);
        File.SetUnixFileMode(folder, OwnerOnly);
        _store = SqliteStore.Open(Path.Combine(folder, FileName), new SqliteStoreOptions { Migrations = IdentitySchema.Migrations, KeepsReserve = true }, logger, metrics);
        logger.Opened(_store.Path);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => _store?.DisposeAsync() ?? ValueTask.CompletedTask;
}
