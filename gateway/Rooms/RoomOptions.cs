using Roost.Gateway.Configuration;
using Roost.Gateway.Http;
using Roost.Gateway.Logging;

namespace Roost.Gateway.Rooms;

/// <summary>The one list of what can be configured, and of the paths that are relative to the data folder.</summary>
internal static class RoomOptions
{
    public static ConfigurationSchema Schema() => new ConfigurationSchema()
        .Add<GatewayOptions>(GatewayOptions.Section)
        .Add<LogOptions>(LogOptions.Section)
        .Add<HttpOptions>(HttpOptions.Section);

    /// <summary>Makes absolute what the configuration says relative to the data folder.</summary>
    public static void ResolveFolders(ConfigurationSchema schema, string dataFolder)
    {
        var http = schema.Get<HttpOptions>();
        http.Socket = Path.GetFullPath(http.Socket, dataFolder);
    }
}
