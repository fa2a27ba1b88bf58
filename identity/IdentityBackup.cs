using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Roost.Identity.Audit;
using Roost.Identity.Certificates;
using Roost.Identity.Logins;
using Roost.Identity.Secrets;
using Roost.Identity.Store;
using Roost.Storage.Backups;
using Roost.Storage.Sqlite;

namespace Roost.Identity;

/// <summary>
/// Identity in a backup: the database and the gateway's CA with its key, so that whoever has the backup can sign certificates. The audit is not part of it: it tells what has
/// happened, which a restore does not undo.
/// </summary>
public sealed class IdentityBackup : IBackupPart
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly string[] s_replaced = [AuthorityFile.Name, ServerCertificate.FileName, ClientAuthorities.FileName];

    private readonly IdentityOptions _options;
    private readonly ILogger _logger;
    private readonly IdentityDatabase? _running;

    /// <summary>Of a daemon that does not run.</summary>
    public IdentityBackup(IdentityOptions options, ILogger logger)
        : this(options, logger, running: null)
    {
    }

    internal IdentityBackup(IdentityOptions options, ILogger logger, IdentityDatabase? running) => (_options, _logger, _running) = (options, logger, running);

    public string Name => "identity";

    public string Folder => _options.Folder;

    public int Format => IdentitySchema.Migrations.Count;

    public bool IsOccupied => File.Exists(Path.Combine(_options.Folder, IdentityDatabase.FileName)) || File.Exists(Path.Combine(_options.Folder, AuthorityFile.Name));

    public async Task<string?> CopyAsync(string folder, CancellationToken cancellationToken)
    {
        var target = Path.Combine(folder, IdentityDatabase.FileName);
        if (_running is not null)
        {
            _running.Store.CopyTo(target);
        }
        else
        {
            await using var store = SqliteStore.Open(
                Path.Combine(_options.Folder, IdentityDatabase.FileName), new SqliteStoreOptions { Migrations = IdentitySchema.Migrations }, _logger);
            store.CopyTo(target);
        }

        if (AuthorityFile.TryRead(_options.Folder) is not { } authority)
        {
            return "the gateway's CA is missing";
        }

        authority.Key.Dispose();
        File.Copy(Path.Combine(_options.Folder, AuthorityFile.Name), Path.Combine(folder, AuthorityFile.Name));
        return "it holds the gateway's CA with its key: keep it where nobody else can read it";
    }

    public async Task<string> StageAsync(string source, string staged, bool replay, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(staged, OwnerOnly);
            FolderCopy.Copy(_options.Folder, staged, static path => IsReplaced(Path.GetFileName(path)));
            var database = Path.Combine(staged, IdentityDatabase.FileName);
            long sealedOnes;
            File.Copy(Path.Combine(source, IdentityDatabase.FileName), database);
            await using (var store = SqliteStore.Open(database, new SqliteStoreOptions { Migrations = IdentitySchema.Migrations }, _logger)) // checked and brought up to date
            {
                await store.WriteAsync(AuditNote.MarkRestored, cancellationToken);
                sealedOnes = store.Read(connection => CountSealed(connection, SealingKeyFile.TryRead(Path.Combine(staged, SealingKeys.FileName)) ?? []));
            }

            if (!File.Exists(Path.Combine(source, AuthorityFile.Name)))
            {
                return "things, credentials and policies; the gateway's CA was missing already in the backup";
            }

            File.Copy(Path.Combine(source, AuthorityFile.Name), Path.Combine(staged, AuthorityFile.Name));
            File.SetUnixFileMode(Path.Combine(staged, AuthorityFile.Name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            AuthorityFile.TryRead(staged)!.Value.Key.Dispose();
            return "things, credentials and policies, with the gateway's CA; what was revoked after the backup is not revoked any more"
                + (sealedOnes == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; its {sealedOnes} {(sealedOnes == 1 ? "secret or access key opens" : "secrets and access keys open")} only with the key that sealed them, which no backup has: bring {SealingKeys.FileName} of that gateway into {_options.Folder} before the start"));
        }
        catch (Exception exception) when (exception is DatabaseCorruptException or DatabaseVersionException or SqliteException or IdentityDamagedException)
        {
            throw new BackupException($"its part '{Name}' cannot be restored: {exception.Message}", exception);
        }
    }

    /// <summary>What the key that is here does not open: it is in no backup, and after the loss of a machine its copy has to be put back before the start makes another one.</summary>
    private static long CountSealed(SqliteConnection connection, IReadOnlyList<SealingKey> keys) =>
        SecretRows.All(connection).Count(secret => Seal.TryOpen(keys, secret.Place, secret.Sealed) is null) + AccessKeyRows.All(connection).Count(key => Seal.TryOpen(keys, key.Place, key.Sealed) is null);

    /// <summary>What is not of the backup stays: the audit above all. The server's certificate is made anew, by the CA that is restored.</summary>
    private static bool IsReplaced(string name) => name.StartsWith(IdentityDatabase.FileName, StringComparison.Ordinal) || s_replaced.Contains(name, StringComparer.Ordinal);
}
