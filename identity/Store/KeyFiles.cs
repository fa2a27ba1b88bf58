using Microsoft.Extensions.Options;
using Roost.Identity.Audit;
using Roost.Identity.Certificates;
using Roost.Identity.Secrets;
using Roost.Storage.Files;

namespace Roost.Identity.Store;

/// <summary>They are made for their owner alone; a hand that put one back, or a copy without modes, may have opened them.</summary>
internal sealed class KeyFiles(IOptions<IdentityOptions> options) : IKeyFiles
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private static readonly string[] s_names = [SealingKeys.FileName, AuthorityFile.Name, AuditKey.FileName, ServerCertificate.FileName];

    public IReadOnlyList<ExposedKey> FindExposed() =>
        [.. s_names.Select(name => Path.Combine(options.Value.Folder, name)).Where(static path => File.Exists(path) && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None).Select(static path => new ExposedKey(path, Remedy(path)))];

    /// <summary>What root has to do so that the user of this process, and nobody else, can read a key.</summary>
    public static string Remedy(string path) =>
        FileOwner.Of(path) is { } owner && owner.User != FileOwner.CurrentUser ? $"chown {Environment.UserName}: {path} && chmod 600 {path}" : $"chmod 600 {path}";
}
