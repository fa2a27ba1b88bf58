using Microsoft.Extensions.Options;
using Roost.Identity.Audit;
using Roost.Identity.Certificates;
using Roost.Identity.Secrets;

namespace Roost.Identity.Store;

/// <summary>They are made for their owner alone; a hand that put one back, or a copy without modes, may have opened them.</summary>
internal sealed class KeyFiles(IOptions<IdentityOptions> options) : IKeyFiles
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private static readonly string[] s_names = [SealingKeys.FileName, AuthorityFile.Name, AuditKey.FileName, ServerCertificate.FileName];

    public IReadOnlyList<string> FindExposed() =>
        [.. s_names.Select(name => Path.Combine(options.Value.Folder, name)).Where(static path => File.Exists(path) && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None)];
}
