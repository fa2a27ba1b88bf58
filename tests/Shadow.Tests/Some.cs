using System.Text;
using System.Text.Json;
using Roost.Shadow.Documents;
using Roost.Shadow.Journal;

namespace Roost.Shadow.Tests;

/// <summary>Builders of what tests need but do not care about.</summary>
internal static class Some
{
    public static ShadowId Id(string thing, string? name = null) =>
        ShadowId.TryCreate(thing, name, out var id, out var fault) ? id : throw new ArgumentException(fault, nameof(thing));

    public static StateObject Object(string json, long seconds = 1000)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        return (StateObject)new StateReader(64, seconds).Read(ref reader);
    }

    /// <summary>A record that reports <paramref name="json"/>.</summary>
    public static ShadowRecord Record(string json, long version, long seconds) =>
        new(version, seconds, new ShadowState(null, Object(json, seconds) is { Count: > 0 } reported ? reported : null));

    public static ShadowChange Change(ShadowId id, ShadowRecord record, string? token = null) =>
        new(id, record, ShadowOrigin.Mqtt("robot"), token);

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
