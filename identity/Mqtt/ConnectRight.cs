namespace Roost.Identity.Mqtt;

/// <summary>The right to be there under a client identifier.</summary>
internal static class ConnectRight
{
    public const string Action = "iot:Connect";

    public static string On(string clientIdentifier) => $"client/{clientIdentifier}";
}
