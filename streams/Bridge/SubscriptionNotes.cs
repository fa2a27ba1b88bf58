using System.Text.Json;
using Microsoft.Extensions.Logging;
using Roost.Storage.Files;

namespace Roost.Streams.Bridge;

/// <summary>
/// What the cloud's session has subscriptions to, on the disk: so that those removed from the configuration are taken back, and those that
/// are there are not made again, for which 3.1.1 servers send all retained messages once more. One thread.
/// </summary>
internal sealed class SubscriptionNotes
{
    private readonly string _path;
    private readonly ILogger _logger;
    private readonly Dictionary<string, Dictionary<string, bool>> _sessions;

    public SubscriptionNotes(string path, ILogger logger)
    {
        _path = path;
        _logger = logger;
        _sessions = Read(path);
    }

    /// <summary>By filter, with its QoS in front (<c>1 a/#</c>); true: granted, false: asked for, and nobody knows.</summary>
    /// <param name="session">Endpoint and client identifier.</param>
    public IReadOnlyDictionary<string, bool> Of(string session) => SessionOf(session);

    /// <summary>The server has none of it any more.</summary>
    public void Clear(string session)
    {
        if (_sessions.Remove(session))
        {
            Write();
        }
    }

    public void Note(string session, IEnumerable<string> filters, bool granted)
    {
        foreach (var filter in filters)
        {
            SessionOf(session)[filter] = granted;
        }

        Write();
    }

    public void Remove(string session, IEnumerable<string> filters)
    {
        foreach (var filter in filters)
        {
            SessionOf(session).Remove(filter);
        }

        Write();
    }

    private Dictionary<string, bool> SessionOf(string session)
    {
        if (!_sessions.TryGetValue(session, out var filters))
        {
            _sessions.Add(session, filters = new Dictionary<string, bool>(StringComparer.Ordinal));
        }

        return filters;
    }

    /// <remarks>A file that cannot be read is as none: subscriptions are made again.</remarks>
    private static Dictionary<string, Dictionary<string, bool>> Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, bool>>>(File.ReadAllBytes(path)) ?? [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return [];
        }
    }

    private void Write()
    {
        try
        {
            SmallFile.Replace(_path, JsonSerializer.SerializeToUtf8Bytes(_sessions));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            BridgeLog.SubscriptionsNotNoted(_logger, _path, exception.Message);
        }
    }
}
