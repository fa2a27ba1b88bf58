using System.Net;
using Microsoft.Extensions.Options;

namespace Roost.Gateway.Http;

internal sealed class HttpOptionsValidator : IValidateOptions<HttpOptions>
{
    public ValidateOptionsResult Validate(string? name, HttpOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        for (var i = 0; i < options.Listeners.Count; i++)
        {
            var (listener, key) = (options.Listeners[i], $"{HttpOptions.Section}:Listeners:{i}");
            if (!IPAddress.TryParse(listener.Address, out var address))
            {
                faults.AddError($"{key}:Address is no IP address ({listener.Address}); use 127.0.0.1 or ::1");
            }
            else if (!IPAddress.IsLoopback(address))
            {
                faults.AddError($"{key}:Address would let everyone in the network control this machine, as HTTP asks for no identity ({listener.Address}); use 127.0.0.1 or ::1, and a tunnel from elsewhere");
            }

            if (listener.Port is < 0 or > 65_535)
            {
                faults.AddError($"{key}:Port is out of range ({listener.Port}); use 1 to 65535, or 0 for any free one");
            }

            if (listener.Port != 0 && options.Listeners.Take(i).Any(other => other.Port == listener.Port && other.Address == listener.Address))
            {
                faults.AddError($"{key} repeats {listener.Address}:{listener.Port}; list each address and port once");
            }
        }

        if (options.Socket.Length == 0)
        {
            faults.AddError($"{HttpOptions.Section}:Socket is empty; name a file, like run/roostd.sock");
        }

        if (options.MaxBodyBytes is < 4096 or > 1024L * 1024 * 1024)
        {
            faults.AddError($"{HttpOptions.Section}:MaxBodyBytes is out of range ({options.MaxBodyBytes}); use 4KiB to 1GiB");
        }

        if (options.MaxConnections is < 8 or > 100_000)
        {
            faults.AddError($"{HttpOptions.Section}:MaxConnections is out of range ({options.MaxConnections}); use 8 to 100000");
        }

        return faults.Build();
    }
}
