using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Roost.Gateway.Configuration;
using Roost.Identity;

namespace Roost.Gateway.Audit;

/// <summary>
/// Records at each start what the daemon runs by: a hash of the effective configuration, and which keys have changed since the last start, never their values.
/// Of each value a salted hash is kept for that.
/// </summary>
internal sealed partial class ConfigurationRecord(RoostConfiguration configuration, IAuditTrail trail, IOptions<IdentityOptions> identity, ILogger<ConfigurationRecord> logger) : IHostedService
{
    private const string FileName = "configuration.json";
    private const int MostNamed = 20;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RecordAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is AuditUnavailableException or IOException or UnauthorizedAccessException)
        {
            LogNotRecorded(exception); // a full disk is no reason not to start
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task RecordAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(identity.Value.Folder, FileName);
        var before = ReadBefore(path);
        var salt = before?.Salt ?? Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        var values = configuration.Flatten();
        var hashes = values.ToDictionary(pair => pair.Key, pair => Hash($"{salt}\n{pair.Key}\n{pair.Value}"));
        var whole = Hash(string.Join('\n', values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")));
        var changed = before is null ? [] : hashes.Keys.Union(before.Keys.Keys).Where(key => hashes.GetValueOrDefault(key) != before.Keys.GetValueOrDefault(key)).Order(StringComparer.Ordinal).ToList();
        await trail.RecordAsync(ChangedBy.Gateway.Entry("start", $"configuration/{whole}") with { Reason = Describe(before is null, changed) }, cancellationToken);
        if (before is null || changed.Count > 0)
        {
            Write(path, new Known(salt, hashes));
        }
    }

    private static string Describe(bool isFirst, List<string> changed) =>
        isFirst ? "the first start"
        : changed.Count == 0 ? "the configuration is that of the last start"
        : $"changed since the last start: {string.Join(", ", changed.Take(MostNamed))}{(changed.Count > MostNamed ? $" and {changed.Count - MostNamed} more" : "")}";

    private static Known? ReadBefore(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), KnownJson.Default.Known) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Write(string path, Known known)
    {
        var next = path + ".new";
        File.Delete(next);
        using (var file = new FileStream(next, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            JsonSerializer.Serialize(file, known, KnownJson.Default.Known);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];

    [LoggerMessage(5270, LogLevel.Error, "The start and its configuration could not be audited")]
    private partial void LogNotRecorded(Exception exception);

    private sealed record Known(string Salt, IReadOnlyDictionary<string, string> Keys);

    [JsonSerializable(typeof(Known))]
    private sealed partial class KnownJson : JsonSerializerContext;
}
