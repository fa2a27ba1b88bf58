using System.Net;
using Microsoft.Extensions.Options;
using Roost.Mqtt;

namespace Roost.Gateway.Rooms;

/// <summary>Passwords and messages go over a network in the clear only where the owner has said so.</summary>
internal sealed class OpenListenerValidator : IValidateOptions<MqttOptions>
{
    public ValidateOptionsResult Validate(string? name, MqttOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        for (var i = 0; i < options.Listeners.Count; i++)
        {
            var listener = options.Listeners[i];
            var isAddress = listener.Socket is not null || IPAddress.TryParse(listener.Address, out _); // else its own validator says so
            if (isAddress && listener is { IsLocal: false, Tls: null, PasswordsInClear: false, Anonymous: not true })
            {
                var (place, remedy) = listener.ProxyProtocol
                    ? ($"{listener.Socket ?? listener.Address}, whose proxy brings clients from elsewhere", "set passwords-in-clear: true where the proxy ends TLS, or anonymous: true to let in everyone whom the proxy lets in")
                    : (listener.Address, "set tls: {} for the gateway's own certificate, or use 127.0.0.1; anonymous: true lets in everyone who reaches it");
                faults.AddError($"{MqttOptions.Section}:Listeners:{i}:Anonymous is not true, and without tls clients' credentials would come over the network in the clear ({place}); {remedy}");
            }
        }

        return faults.Build();
    }
}
