using Roost.Gateway.Routing;

namespace Roost.Gateway;

/// <summary>The keys at the root of the configuration that no section owns.</summary>
internal sealed class GatewayOptions
{
    public const string Section = "";

    /// <summary>Folder for everything that is kept. In a file it is relative to the file's folder, else to the current one.</summary>
    public string Data { get; set; } = "data";

    /// <summary>What happens to messages: in order, all that match.</summary>
    public List<MessageRouteOptions> Routes { get; set; } = [];
}
