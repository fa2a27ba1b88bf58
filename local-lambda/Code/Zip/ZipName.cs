using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Roost.LocalLambda.Code.Zip;

/// <summary>Names in a zip are paths that somebody else wrote: each is taken to pieces, and must stay below the folder it is unpacked to.</summary>
internal static class ZipName
{
    private const int MaxBytes = 2048;
    private const int MaxPartBytes = 255;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Info-ZIP and others write UTF-8 without setting the flag that says so, so that nothing but valid UTF-8 is taken, whatever the flag.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out string? name)
    {
        try
        {
            name = s_utf8.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            name = null;
            return false;
        }
    }

    /// <summary>A name whose bytes cannot be read, or that would do something to a terminal, as it can be shown.</summary>
    public static string Shown(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var value in bytes[..Math.Min(bytes.Length, 100)])
        {
            text.Append(value is >= 0x20 and < 0x7F ? ((char)value).ToString() : $"\\x{value:X2}");
        }

        return text.ToString();
    }

    /// <returns>Null when <paramref name="path"/> is set, else why the name is refused.</returns>
    public static string? Check(string name, out string path)
    {
        path = "";
        if (name.Length == 0)
        {
            return "has no name";
        }

        if (name.Any(char.IsControl))
        {
            return "has a control character in its name";
        }

        if (name.Contains('\\'))
        {
            return "has a backslash in its name; zip it with a tool that writes /";
        }

        if (name[0] == '/' || (name.Length > 1 && name[1] == ':' && char.IsAsciiLetter(name[0])))
        {
            return "has an absolute path; zip the files relative to the function's folder";
        }

        if (Encoding.UTF8.GetByteCount(name) > MaxBytes)
        {
            return $"has a name of more than {MaxBytes} bytes";
        }

        var parts = name.TrimEnd('/').Split('/').Where(part => part != ".").ToArray();
        if (Array.Exists(parts, part => part is "" or ".."))
        {
            return "has .. or an empty part in its path; zip the files relative to the function's folder";
        }

        if (Array.Exists(parts, part => Encoding.UTF8.GetByteCount(part) > MaxPartBytes))
        {
            return $"has a name with a part of more than {MaxPartBytes} bytes, which no file system takes";
        }

        path = string.Join('/', parts);
        return null;
    }

    /// <summary>
    /// A link may lead anywhere below the code's folder. Its <c>..</c> must all stand at its beginning: there they go through folders, further on
    /// they could go through another link, and then nobody sees from the text where they lead.
    /// </summary>
    /// <param name="path">Of the link itself.</param>
    /// <returns>Null for a link that stays inside, else why it is refused.</returns>
    public static string? CheckLink(string path, string target)
    {
        if (target.Length == 0 || target.Any(char.IsControl))
        {
            return "is a symbolic link to nothing that can be";
        }

        if (target[0] == '/')
        {
            return $"is a symbolic link to the absolute path {target}; only links to files in the zip are allowed";
        }

        if (Encoding.UTF8.GetByteCount(target) > MaxBytes)
        {
            return $"is a symbolic link to a path of more than {MaxBytes} bytes";
        }

        var parts = target.Split('/');
        var up = parts.TakeWhile(part => part is "..").Count();
        return up > path.Count(c => c == '/') || parts.Skip(up).Contains("..")
            ? $"is a symbolic link to {target}, which leads out of the zip or cannot be told not to"
            : null;
    }
}
