using Microsoft.Extensions.Options;

namespace Roost.Identity.Certificates;

/// <summary>The file by which TLS knows which client certificates may be worth a look. It only narrows: whether one is taken, <see cref="CertificateChecks"/> says.</summary>
internal sealed class ClientAuthorities(IOptions<IdentityOptions> options) : IDisposable
{
    public const string FileName = "client-authorities.pem";

    private readonly SemaphoreSlim _turn = new(1);

    public string File => Path.Combine(options.Value.Folder, FileName);

    /// <summary>Replaces the file where something has changed.</summary>
    /// <param name="present">All of them in PEM; asked in the turn, so that who comes last writes the newest.</param>
    public async Task WriteAsync(Func<IEnumerable<string>> present)
    {
        await _turn.WaitAsync();
        try
        {
            var text = string.Concat(present().Select(static pem => pem.TrimEnd() + "\n"));
            if (!System.IO.File.Exists(File) || await System.IO.File.ReadAllTextAsync(File) != text)
            {
                await PrivateFile.WriteAsync(File, text);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
