using System.Net;
using Microsoft.Extensions.Options;
using Roost.Mqtt;

namespace Roost.Gateway.Rooms;

/// <summary>There are no credentials in this version: a listener beyond loopback admits everyone or nobody, and the owner has to say so.</summary>
internal sealed class OpenListenerValidator : IValidateOptions<MqttOptions>
{
    public ValidateOptionsResult Validate(string? name, MqttOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        for (var i = 0; i < options.Listeners.Count; i++)
        {
            var listener = options.Listeners[i];
            var isAddress = listener.Socket is not null || IPAddress.TryParse(listener.Address, out _); // else its own validator says so
            if (listener.Anonymous is not true && (listener.Anonymous is false || (isAddress && !listener.IsLocal)))
            {
                var place = listener.Socket ?? listener.Address;
                var (why, remedy) = listener switch
                {
                    { Anonymous: false } => (", anonymous: false", "leave the listener out, or anonymous where it is on 127.0.0.1 or a unix socket"),
                    { ProxyProtocol: true } => (", whose proxy brings clients from elsewhere", "set anonymous: true to let in everyone whom the proxy lets in"),
                    _ => ("", "use 127.0.0.1, or set anonymous: true to let in everyone who reaches it"),
                };
                faults.AddError($"{MqttOptions.Section}:Listeners:{i}:Anonymous would admit nobody, as this version knows no credentials ({place}{why}); {remedy}");
            }
        }

        return faults.Build();
    }
}
