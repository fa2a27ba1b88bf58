using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Roost.Streams.Export.Batches;

namespace Roost.Streams.Export.S3;

/// <summary>
/// Names of objects: a configured prefix, then stream, origin and bounds. A batch that is sent again has the same name; names of one
/// stream sort as its records do. See docs/exports.md.
/// </summary>
internal sealed class ObjectKeyTemplate
{
    public const string BucketRemedy = "use the name of a bucket: 3 to 63 of a-z, 0-9, '-' and '.'";

    private const int MostKeyBytes = 1024; // S3's own bound
    private const int MostNameBytes = 128 + 1 + 16 + 1 + 64 + 1 + BoundsLength + 32; // stream, origin, export, bounds, ending
    private const int OffsetDigits = 20;
    private const int BoundsLength = 2 * OffsetDigits + 1;
    private const string Date = "{date}";
    private const string UsualName = "s3";

    private readonly string _prefix;
    private readonly ExportIdentity _identity;

    private ObjectKeyTemplate(string prefix, ExportIdentity identity) => (_prefix, _identity) = (prefix, identity);

    /// <summary>What the names of all objects of the export begin with.</summary>
    public string Root => _prefix.IndexOf(Date, StringComparison.Ordinal) is var date and >= 0 ? _prefix[..date] : _prefix;

    public static bool IsBucket(string name) =>
        name.Length is >= 3 and <= 63 && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '.') && char.IsAsciiLetterOrDigit(name[0]);

    /// <param name="text">The prefix as configured.</param>
    /// <param name="identity">Stands for <c>{stream}</c> and <c>{export}</c>.</param>
    /// <param name="template">The template.</param>
    /// <param name="fault">What is wrong, as the end of a sentence; null when nothing is.</param>
    public static bool TryParse(string text, ExportIdentity identity, [NotNullWhen(true)] out ObjectKeyTemplate? template, [NotNullWhen(false)] out string? fault)
    {
        var prefix = text.Replace("{stream}", identity.Stream.Value, StringComparison.Ordinal).Replace("{export}", identity.Name, StringComparison.Ordinal);
        var plain = prefix.Replace(Date, "2026-01-01", StringComparison.Ordinal);
        fault = plain switch
        {
            _ when plain.AsSpan().ContainsAny('{', '}') => "it has a brace that belongs to no placeholder; use {stream}, {export} and {date}",
            _ when plain.StartsWith('/') => "it begins with a slash, which most tools show as a folder without a name; leave it out",
            _ when plain.Split('/').Any(part => part is "." or "..") => "it has . or .. between slashes, which many tools cannot name; leave them out",
            _ when plain.Any(letter => char.IsControl(letter) || letter == '\\') => "it has control characters or backslashes; leave them out",
            _ when Encoding.UTF8.GetByteCount(plain) + MostNameBytes > MostKeyBytes => "it is too long; use 700 bytes at most",
            _ => null,
        };
        template = fault is null ? new ObjectKeyTemplate(prefix, identity) : null;
        return fault is null;
    }

    /// <param name="batch">What goes into the object.</param>
    /// <param name="origin">The incarnation of the stream, or the gateway.</param>
    /// <param name="ending">Tells what is in it: <c>.ndjson.gz</c>.</param>
    public string Fill(ExportBatch batch, string origin, string ending)
    {
        var prefix = _prefix.Replace(Date, batch.Records[0].Timestamp.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"{prefix}{Stem(origin)}{batch.First:D20}-{batch.Next:D20}{ending}");
    }

    /// <summary>Whether an object of this name is one of this export and origin.</summary>
    public bool IsOwn(string key, string origin)
    {
        var name = key.AsSpan(key.LastIndexOf('/') + 1);
        var stem = Stem(origin);
        return key.StartsWith(Root, StringComparison.Ordinal)
            && name.StartsWith(stem)
            && name[stem.Length..] is { Length: > BoundsLength } bounds
            && bounds[..OffsetDigits].ContainsAnyExceptInRange('0', '9') is false
            && bounds[OffsetDigits] == '-'
            && bounds[(OffsetDigits + 1)..BoundsLength].ContainsAnyExceptInRange('0', '9') is false;
    }

    /// <summary>No other export of the stream, no other gateway and no later stream of the same name has it.</summary>
    private string Stem(string origin) => $"{_identity.Stream.Value}.{origin}.{(_identity.Name == UsualName ? "" : $"{_identity.Name}.")}";
}
