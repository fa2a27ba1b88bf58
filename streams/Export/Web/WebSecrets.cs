using System.Text;

namespace Roost.Streams.Export.Web;

/// <summary>Secrets in files, read at each request: they are changed without a restart.</summary>
internal sealed class WebSecrets(ExportHttpOptions options)
{
    private const int MaxBytes = 64 * 1024;
    private const string StandardPrefix = "whsec_";

    /// <returns>The Authorization header; null when there is none.</returns>
    /// <exception cref="WebFileException">The file cannot be read, or holds no header.</exception>
    public string? Authorization() => options switch
    {
        { BearerTokenFile: { } file } => $"Bearer {Line("http.bearer-token-file", file)}",
        { AuthorizationFile: { } file } => Line("http.authorization-file", file),
        _ => null,
    };

    /// <returns>The key that requests are signed with; null when they are not.</returns>
    /// <exception cref="WebFileException">The file cannot be read, or holds no key.</exception>
    public byte[]? SigningKey()
    {
        if (options.HmacKeyFile is not { } file)
        {
            return null;
        }

        var text = Line("http.hmac-key-file", file);
        if (!text.StartsWith(StandardPrefix, StringComparison.Ordinal))
        {
            return Encoding.ASCII.GetBytes(text);
        }

        var key = new byte[text.Length];
        return Convert.TryFromBase64String(text[StandardPrefix.Length..], key, out var length) && length > 0
            ? key[..length]
            : throw new WebFileException("http.hmac-key-file", file, $"what follows {StandardPrefix} is not base64");
    }

    private static string Line(string key, string path)
    {
        string text;
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                throw new WebFileException(key, path, $"it has more than {MaxBytes} bytes");
            }

            text = File.ReadAllText(path).Trim(' ', '\t', '\r', '\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new WebFileException(key, path, exception.Message, exception);
        }

        return text.Length > 0 && text.All(letter => letter is >= ' ' and <= '~')
            ? text
            : throw new WebFileException(key, path, "it is not one line of plain ASCII text");
    }
}
