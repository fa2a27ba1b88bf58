using System.Text.Json;
using Roost.Cli.Daemon;

namespace Roost.Cli.Input;

/// <summary>The body of a request. Members without a value, and empty lists, are left out.</summary>
internal static class RequestJson
{
    public static ByteArrayContent Of(params (string Name, object? Value)[] members) =>
        DaemonClient.Body(JsonSerializer.SerializeToUtf8Bytes(members.Where(member => member.Value is not (null or string[] { Length: 0 })).ToDictionary(member => member.Name, member => member.Value)), "application/json");
}
