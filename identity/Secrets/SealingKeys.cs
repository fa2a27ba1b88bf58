using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Roost.Identity.Secrets;

/// <summary>
/// The keys that what must be read again is sealed with: from systemd's credential <c>roost-secrets-key</c>, or from <c>secrets.key</c> in the room's
/// folder, which is made at first use. Any thread may call.
/// </summary>
internal sealed class SealingKeys(IOptions<IdentityOptions> options, SecretsEnvironment environment, ILogger<SealingKeys> logger)
{
    public const string CredentialName = "roost-secrets-key";
    public const string FileName = "secrets.key";

    private volatile IReadOnlyList<SealingKey> _keys = [];

    public bool IsCredential { get; private set; }

    /// <summary>Seals.</summary>
    public SealingKey Current => _keys[0];

    /// <summary>The current one, and those before it that something may still be sealed with.</summary>
    public IReadOnlyList<SealingKey> All => _keys;

    private string OwnFile => Path.Combine(options.Value.Folder, FileName);

    /// <exception cref="IdentityDamagedException">A file is there and cannot be used.</exception>
    public void Load()
    {
        if (environment.CredentialsDirectory is { Length: > 0 } folder && SealingKeyFile.TryRead(Path.Combine(folder, CredentialName)) is { } provided)
        {
            // What was sealed before there was a credential is still opened, and sealed anew.
            _keys = [.. provided, .. SealingKeyFile.TryRead(OwnFile) ?? []];
            IsCredential = true;
            logger.SealedByCredential(CredentialName);
            return;
        }

        if (SealingKeyFile.TryRead(OwnFile) is { } own)
        {
            _keys = own;
            return;
        }

        _keys = [SealingKey.Create()];
        SealingKeyFile.Write(OwnFile, _keys);
        logger.SealingKeyMade(OwnFile);
    }

    /// <summary>A new key in front of the others, on the disk before it is used.</summary>
    public void Begin()
    {
        IReadOnlyList<SealingKey> keys = [SealingKey.Create(), .. _keys];
        SealingKeyFile.Write(OwnFile, keys);
        _keys = keys;
    }

    /// <summary>Once everything is sealed with the current key: forgets the others. A credential's file is not ours to change.</summary>
    public void Finish()
    {
        if (_keys.Count == 1)
        {
            return;
        }

        if (IsCredential)
        {
            File.Delete(OwnFile);
        }
        else
        {
            SealingKeyFile.Write(OwnFile, [Current]);
        }

        _keys = [Current];
    }
}
